"""The dialog that opens a graph: where from, what was understood, and only then on the screen."""

from __future__ import annotations

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.files import Inspection
from gatviz.ui import state
from gatviz.ui import texts_open as texts
from gatviz.ui.open_choices import choose
from gatviz.ui.open_preview import account, first_rows
from gatviz.ui.open_source import Source, facts_of, forget, inspection_under
from gatviz.ui.open_ways import from_files, from_text, generated, start_afresh
from gatviz.ui.plain import plain

_OPEN, _TAKEN, _SEEN = "open_dialog", "open_taken", "open_seen"
_WAYS = {texts.FILE: from_files, texts.PASTE: from_text, texts.GENERATE: generated}


def open_graph() -> None:
    """The button that opens the dialog, and the dialog while it is open."""
    st.button(
        texts.OPEN_BUTTON,
        key="open_graph",
        icon=":material/folder_open:",
        width="stretch",
        help=texts.OPEN_HELP,
        on_click=_begin,
    )
    if st.session_state.get(_OPEN):
        _dialog()


def _begin() -> None:
    st.session_state[_OPEN], st.session_state[_TAKEN] = True, False
    st.session_state[_SEEN] = None
    start_afresh()
    state.update(problem="")


def _take() -> None:
    st.session_state[_TAKEN] = True


def _end() -> None:
    st.session_state[_OPEN] = st.session_state[_TAKEN] = False
    forget()


@st.dialog(texts.OPEN, width="large", icon=":material/folder_open:", on_dismiss=_end)
def _dialog() -> None:
    if not st.session_state.get(_OPEN):
        st.rerun()  # it was closed in a run that did not come to its end
    way = st.segmented_control(
        texts.WAY,
        list(_WAYS),
        default=texts.FILE,
        required=True,
        key="open_way",
        label_visibility="collapsed",
        width="stretch",
    )
    # Each part keeps its place, whatever the one above it grows to.
    way_place, preview_place, actions = st.container(), st.container(), st.container(key="actions-graph")
    with way_place:
        source = _WAYS[way or texts.FILE]()
    with preview_place:
        found = None if source is None else _preview(source)
        if source is None or found is None:
            st.session_state[_TAKEN] = False
        elif st.session_state[_TAKEN]:
            _show(source, found)
    st.session_state[_SEEN] = None if source is None else (source.token, found and found.options)
    with actions.container(horizontal=True, horizontal_alignment="right"):
        if st.button(texts.CANCEL, key="open_cancel"):
            _end()
            st.rerun()
        st.button(texts.SHOW, key="open_show", type="primary", disabled=found is None, on_click=_take)


def _show(source: Source, found: Inspection) -> None:
    """Put what was previewed on the screen.

    The wish was noted by a callback and is kept until it is fulfilled, so that a run which another event cuts
    short loses nothing. A text that was changed at the last moment is previewed first.
    """
    if source.files and st.session_state[_SEEN] != (source.token, found.options):
        st.session_state[_TAKEN] = False
        st.info(texts.CHANGED)
        return
    try:
        with st.spinner(texts.PLACING):
            state.show_graph(found.graph, source.name, own=True)
    except GatvizError as error:
        st.session_state[_TAKEN] = False
        st.error(plain(str(error)), icon="⚠️")
        return
    _end()
    st.rerun()


def _preview(source: Source) -> Inspection | None:
    """The account of the graph beside the choices that made it; None where there is only a reason why not."""
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium") if source.files else (st.container(), st.container())
        with right:
            options = choose(source)
        found = inspection_under(source, options)
        if found is None:
            left.error(plain(facts_of(source, options).problem), icon="⚠️")
            return None
        with left:
            account(found)
        first_rows(found.graph)
    return found
