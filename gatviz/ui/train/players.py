"""Which player belongs to a session, and how a page that was loaded anew finds its own again."""

from __future__ import annotations

import threading
from collections import OrderedDict

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gatviz.ui.train.player import Player
from gatviz.ui.train.worker import Worker, is_there

_KEY = "gatviz_player"
_MAX_KEPT = 24
"""So many trainings are kept for pages that may come back; the longest unseen go first."""

_kept: OrderedDict[str, Player] = OrderedDict()
_lock = threading.Lock()


def session_id() -> str:
    """Of the page that is being answered; "" where none is."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def own_player() -> Player:
    """This session's."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Player(session_id())
    player: Player = st.session_state[_KEY]
    return player


def greet(token: str) -> bool:
    """A tab says who it is: its training of before it was loaded anew is its own again. Whether there was one."""
    player = own_player()
    with _lock:
        known = _kept.get(token)
        if known is not None and known is not player and known.take is not None:
            left = known.worker.session_id != session_id() and not is_there(known.worker.session_id)
            if left and player.is_fresh:
                player.halt()
                known.worker.stop()
                known.worker = Worker(known.work, session_id())
                known.playing = False
                st.session_state[_KEY] = known
                _kept.move_to_end(token)
                return True
            if not left:
                return False  # the same tab twice: the one that is there keeps it
        _kept[token] = player
        _kept.move_to_end(token)
        while len(_kept) > _MAX_KEPT:
            _kept.popitem(last=False)
    return False
