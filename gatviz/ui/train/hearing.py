"""What a person does in the picture of the training, as the browser tells it, and what is looked at since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from gatviz.analysis.subject import called
from gatviz.errors import GatvizError, quote
from gatviz.stage import heard
from gatviz.stage.training_protocol import TrainAsked
from gatviz.ui.explain.doors import open_explain
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.ui.train.following import follow
from gatviz.ui.train.on_screen import bring, source_of
from gatviz.ui.train.painting import give_label
from gatviz.ui.train.player import Player
from gatviz.ui.train.players import greet, own_player
from gatviz.ui.train.screen import TrainView
from gatviz.words import _

MAX_LETTERS = 200
"""Of a label that the browser sends."""
_VIEW = "gatviz_train_view"
_REDRAW = "gatviz_train_redraw"
_HEARD = "gatviz_train_heard"
_GREETED = "gatviz_train_greeted"


def view() -> TrainView:
    """What of the training is looked at."""
    found: TrainView = st.session_state.setdefault(_VIEW, TrainView())
    return found


def heard_so_far() -> int:
    """The number of the last thing that was asked for and done."""
    count: int = st.session_state.get(_HEARD, 0)
    return count


def wants_the_page() -> bool:
    """Whether what stands around the picture has changed since it was last asked."""
    return bool(st.session_state.pop(_REDRAW, False))


def hear(content: Any) -> None:
    """What the person did in the picture; a sentence where it cannot be done."""
    asked = heard.message(content, TrainAsked)
    if asked is None or asked.count <= heard_so_far():
        return
    st.session_state[_HEARD] = asked.count
    try:
        if asked.token and not st.session_state.get(_GREETED):
            st.session_state[_GREETED] = True
            _meet(asked.token[:64])
        player = own_player()
        player.catch_up()
        _do(asked, player)
    except GatvizError as error:
        own_player().notice = str(error)


def _meet(token: str) -> None:
    """A tab says which one it is: one that was loaded anew shows what it trained before."""
    if greet(token):
        _show_again(own_player())
        _redraw_the_page()


def _do(asked: TrainAsked, player: Player) -> None:
    simple = {
        "play": player.play,
        "pause": player.halt,
        "step": player.step,
        "reset": player.reset,
        "tick": player.tick,
    }
    if asked.what in simple:
        simple[asked.what]()
    elif asked.what == "seek":
        player.seek(asked.epoch or 0)
    elif asked.what == "show":
        _look(asked)
    elif asked.what == "seeds":
        player.train_seeds(view().layer)
    elif asked.what == "paint":
        _paint(player, -1 if asked.node is None else asked.node, asked.label)
        _redraw_the_page()
    elif asked.what == "open" and player.take is not None:
        bring(player)
        set_value("workspace", asked.workspace or "explore")
        if asked.workspace == "compare" and session.current().work.pins:
            set_value("compare_section", "what_if")
        if asked.node is not None and 0 <= asked.node < session.current().graph.num_nodes:
            open_explain(asked.node)
        _redraw_the_page()
    elif asked.what == "undo" and player.undoes_itself:
        player.undo()
        _redraw_the_page()
    elif asked.what == "undo":
        session.undo()
        _redraw_the_page()


def _paint(player: Player, node: int, label: str | None) -> None:
    """Give a node a label and tell it from the playhead on; without another label it is told, or told no longer."""
    now = session.current()
    trained = player.take is not None and player.take.source == source_of(now)
    if not 0 <= node < now.graph.num_nodes:
        return
    if trained and (label is None or label == (now.graph.labels or ())[node]):
        player.paint(node)
    elif label is not None:
        name = give_label(now.graph, node, label[:MAX_LETTERS].strip())
        if trained:
            follow(session.current(), player, told=name)
            if player.playhead > 0:
                said = _("From epoch {epoch} on, {node} is labelled {label}: later epochs were dropped.")
                player.notice = said.format(epoch=player.playhead, node=called(name), label=quote(label))


def _redraw_the_page() -> None:
    """What stands around the picture changes too."""
    st.session_state[_REDRAW] = True


def _show_again(player: Player) -> None:
    """A page that was loaded anew, and has nothing of what it showed, shows what it trained."""
    if not session.current().worth_keeping:
        bring(player, pinned=False)


def _look(asked: TrainAsked) -> None:
    changes: dict[str, Any] = {
        name: value
        for name in ("layer", "head", "measure", "panel", "step", "colour")
        if (value := getattr(asked, name)) is not None
    }
    if asked.locked is not None:
        changes["locked"] = tuple(asked.locked) if len(asked.locked) == 2 else None
    st.session_state[_VIEW] = replace(view(), **changes)
