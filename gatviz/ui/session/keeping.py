"""Keeping the session in the browser, and bringing it back from there, from a file or from a link.

The page tells the keeper on it only that something has changed. When the person has paused, the keeper asks for the
bytes, which a fragment answers: no change of the page waits for them. What was done since comes back too, as long as
the server still has the page that was left: a page that is loaded anew says which one that was.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.stage import heard
from gatviz.stage.heard import Wanted
from gatviz.stage.keeping_protocol import Keeping
from gatviz.ui.session import kept, session
from gatviz.ui.session.control_values import forget_value, set_value, value_of
from gatviz.words import _

MAX_KEPT = 8_000_000
"""Bytes of a session that a browser is asked to keep."""
MAX_LINK = 16_000
"""Characters of a link: longer ones are cut by what they are sent with."""
VIEW: dict[str, tuple[type, ...]] = {
    "workspace": (str,),
    "layer": (int,),
    **dict.fromkeys(("compare_section", "compare_picture", "compare_kinds_picture"), (str,)),
    **dict.fromkeys(("compare_shown", "compare_per_row", "compare_top_count", "compare_node"), (int,)),
    **dict.fromkeys(("compare_flow_head", "compare_static_head", "compare_kinds_head", "compare_change_head"), (int,)),
    **dict.fromkeys(("compare_first", "compare_second", "compare_top_of"), (int, str)),
    **dict.fromkeys(("compare_before", "compare_after", "predictions_part"), (str,)),
    **dict.fromkeys(("compare_even_lead", "compare_chosen_part", "compare_most_nodes"), (float,)),
    "compare_to_largest": (bool,),
}
"""The controls that say what a person looks at, by their keys, and of which types their values are."""
_KEY = "gatviz_keeping"
_NEW_RUN = "gatviz_keeping_new_run"

Mount = Callable[[Keeping, Callable[[Any], None]], None]

_there: WeakValueDictionary[str, session.Latest] = WeakValueDictionary()
"""The pages that this server has not forgotten yet, by what their keepers know it as."""


@dataclass(frozen=True)
class _State:
    """What the keeper knows. Attributes as in `Keeping`; `value` is what `number` was counted for."""

    server: str = field(default_factory=lambda: secrets.token_hex(16))
    place: int = 0
    number: int = 0
    value: tuple[Any, ...] = ()
    heard: int = 0
    packed: int | None = None
    content: str = ""
    refused: str = ""
    forget: int = 0


def _state() -> _State:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _State()
        _there[st.session_state[_KEY].server] = session.latest()
    found: _State = st.session_state[_KEY]
    return found


def _update(**changes: Any) -> None:
    st.session_state[_KEY] = replace(_state(), **changes)


def keep(mount: Mount) -> None:
    """Let the browser keep what is on the page now; at the end of a run."""
    take_view()
    now, state = session.current(), _state()
    value = (now.work, now.history, now.locked, now.weighting, now.panel, now.view)
    if not state.value:
        _update(value=value)
    elif state.value != value:
        _update(value=value, number=state.number + 1)
    _mounted(mount)


def take_view() -> None:
    """Take over what the person chose to look at; a run takes it first, for it may be cut off by the page's end."""
    session.update(view={name: value_of(name) for name, kinds in VIEW.items() if type(value_of(name)) in kinds})


@st.fragment
def _mounted(mount: Mount) -> None:
    mount(_told(), _hear)
    if st.session_state.pop(_NEW_RUN, False):
        st.rerun()


def _told() -> Keeping:
    state, now = _state(), session.current()
    return Keeping(
        server=state.server,
        place=state.place,
        number=state.number,
        worth_keeping=now.worth_keeping,
        heard=state.heard,
        packed=state.packed,
        content=state.content,
        work_title=now.origin[:60],
        refused=state.refused,
        forget=state.forget,
        texts=_texts(),
    )


def _texts() -> dict[str, str]:
    return {
        "restored": _("Restored your work from {time}."),
        "opened": _("Opened from the link. Your own work is kept as it was."),
        "afresh": _("Start afresh"),
        "forget": _("Forget on this computer"),
        "forgotten": _(
            "Nothing of your work is kept on this computer any more, and nothing that you do in this tab from now on. "
            "Save it as a file."
        ),
        "others": _("Work is kept on this computer:"),
        "other": _("{title}, {time}"),
        "unable": _("This browser keeps nothing for this page: save your work as a file, or a reload loses it."),
        "close": _("Close"),
        "projector": _("Projector mode"),
        "leaveProjector": _("Leave projector mode"),
        "projectorTitle": _("Without the sidebar, and all of it larger"),
    }


# ---- what the browser wants ----------------------------------------------------------------------------------------


def _hear(message: Any) -> None:
    wanted = heard.message(message, Wanted)
    if wanted is None or wanted.count <= _state().heard:
        return
    _update(heard=wanted.count, packed=None, content="", refused="")
    try:
        _grant(wanted)
    except GatvizError as error:
        _update(refused=str(error))


def _grant(wanted: Wanted) -> None:
    if wanted.what == "pack":
        _update(packed=_state().number, content=_packed())
        return
    if wanted.what == "undo":
        session.undo()
    elif wanted.what == "redo":
        session.redo()
    elif wanted.what == "afresh":
        take_place(session.new())
    elif wanted.what == "link":
        take_place(replace(kept.from_link(wanted.content, _("the link")), opened=True))
    elif before := _left(wanted.before):
        _take(before)
    elif wanted.content or not wanted.before:
        found = kept.from_file(_bytes_of(wanted.content), _("what this browser kept"))
        _take(replace(found, opened=True))
    else:
        return
    st.session_state[_NEW_RUN] = True


def _left(server: str) -> session.Session | None:
    """The session of the page that was left, if this server still has it: no older than what the browser kept of it.

    One in which nothing was done does not come over what was done here meanwhile.
    """
    left = _there.get(server)
    if left is None or left.session is None:
        return None
    return left.session if left.session.worth_keeping or not session.current().worth_keeping else None


def _packed() -> str:
    now = session.current()
    if _size(now) > MAX_KEPT:
        raise _too_large(_size(now))
    data = kept.to_file(now)
    if len(data) > MAX_KEPT:
        raise _too_large(len(data))
    return base64.b64encode(data).decode("ascii")


def _size(now: session.Session) -> int:
    """About how many bytes the present takes, told without packing it."""
    graph = now.graph
    return graph.x.nbytes // 8 + graph.edge_index.nbytes // 4


def _too_large(size: int) -> GatvizError:
    return GatvizError(
        _("this session"),
        _("at most {most} MB to keep it in the browser").format(most=MAX_KEPT // 10**6),
        _("{size:,.0f} MB").format(size=size / 10**6),
        _("save it as a file, or a reload loses it"),
    )


def _bytes_of(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return b""


# ---- other work ----------------------------------------------------------------------------------------------------


def open_file(data: bytes, name: str) -> None:
    """Put the session of a file on the screen; the one that was there stays kept in the browser.

    Raises:
        GatvizError: as `kept.from_file`.
    """
    take_place(replace(kept.from_file(data, name), opened=True))


def take_place(other: session.Session) -> None:
    """Put another session in this one's place."""
    _update(place=_state().place + 1)
    _take(replace(other, identity=session.new().identity, edits_taken=0))


def _take(other: session.Session) -> None:
    session.put(other)
    for control, kinds in VIEW.items():
        value = other.view.get(control)
        if value is not None and type(value) in kinds:
            set_value(control, value)
        else:
            forget_value(control)
    _update(value=())


def link() -> str:
    """The text of a link that opens this session.

    Raises:
        GatvizError: it would be too long.
    """
    text = kept.to_link(session.current()) if _size(session.current()) < MAX_KEPT else ""
    if not 0 < len(text) <= MAX_LINK:
        found = _("{count:,}").format(count=len(text)) if text else _("far more")
        raise GatvizError(
            _("this session as a link"),
            _("at most {most:,} characters").format(most=MAX_LINK),
            found,
            _("save it as a file and send that"),
        )
    return f"#g={text}"


def forget() -> None:
    """Let this browser forget all the work that it kept."""
    _update(forget=_state().forget + 1)
