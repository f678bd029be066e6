"""The dialog that opens a graph: where from, what was understood, and only then on the screen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.files import Inspection
from gatviz.ui.escape import escape
from gatviz.ui.graph_files.options import choose
from gatviz.ui.graph_files.pending import PendingGraph, facts_of, forget, inspection_under
from gatviz.ui.graph_files.preview import account, first_rows
from gatviz.ui.graph_files.ways import from_files, from_text, generated, start_afresh
from gatviz.ui.session import session
from gatviz.ui.session.steps import show_graph
from gatviz.words import _

_OPEN, _TAKEN, _SEEN = "open_dialog", "open_taken", "open_seen"
_WAYS: dict[str, Callable[[], PendingGraph | None]] = {"files": from_files, "text": from_text, "generate": generated}


def open_graph() -> None:
    """The button that opens the dialog, and the dialog while it is open."""
    st.button(
        _("Open"),
        key="open_graph",
        type="tertiary",
        help=_("From files, pasted text or a generator; nothing is replaced before you have seen what was understood."),
        on_click=_begin,
    )
    if st.session_state.get(_OPEN):
        st.dialog(_("Open a graph"), width="large", icon=":material/folder_open:", on_dismiss=_end)(_dialog)()


def _begin() -> None:
    st.session_state[_OPEN], st.session_state[_TAKEN] = True, False
    st.session_state[_SEEN] = None
    start_afresh()
    session.update(problem="")


def _take() -> None:
    st.session_state[_TAKEN] = True


def _end() -> None:
    st.session_state[_OPEN] = st.session_state[_TAKEN] = False
    forget()


def _dialog() -> None:
    if not st.session_state.get(_OPEN):
        st.rerun()  # it was closed in a run that did not come to its end
    ways = {"files": _("From files"), "text": _("Paste text"), "generate": _("Generate")}
    way = st.segmented_control(
        _("Where from"),
        list(_WAYS),
        default="files",
        format_func=ways.__getitem__,
        required=True,
        key="open_way",
        label_visibility="collapsed",
        width="stretch",
    )
    # Each part keeps its place, whatever the one above it grows to.
    way_place, preview_place, actions = st.container(), st.container(), st.container(key="actions-graph")
    with way_place:
        pending = _WAYS[way or "files"]()
    with preview_place:
        found = None if pending is None else _preview(pending)
        if pending is None or found is None:
            st.session_state[_TAKEN] = False
        elif st.session_state[_TAKEN]:
            _show(pending, found)
    st.session_state[_SEEN] = None if pending is None else (pending.token, found and found.options)
    with actions.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Cancel"), key="open_cancel"):
            _end()
            st.rerun()
        st.button(_("Show this graph"), key="open_show", type="primary", disabled=found is None, on_click=_take)


def _show(pending: PendingGraph, found: Inspection) -> None:
    """Put what was previewed on the screen.

    The wish was noted by a callback and is kept until it is fulfilled, so that a run which another event cuts
    short loses nothing. A text that was changed at the last moment is previewed first.
    """
    if pending.files and st.session_state[_SEEN] != (pending.token, found.options):
        st.session_state[_TAKEN] = False
        st.info(_("The text was changed: look at what is understood now, then show it."))
        return
    try:
        with st.spinner(_("Placing the nodes …")):
            show_graph(found.graph, pending.name, own=True)
    except GatvizError as error:
        st.session_state[_TAKEN] = False
        st.error(escape(str(error)), icon="⚠️")
        return
    _end()
    st.rerun()


def _preview(pending: PendingGraph) -> Inspection | None:
    """The account of the graph beside the choices that made it; None where there is only a reason why not."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium") if pending.files else (st.container(), st.container())
        with right:
            options = choose(pending)
        found = inspection_under(pending, options)
        if found is None:
            left.error(escape(facts_of(pending, options).problem), icon="⚠️")
            return None
        with left:
            account(found)
        first_rows(found.graph)
    return found
