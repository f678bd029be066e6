"""The dialog that opens a graph: where from, what was understood, and only then on the screen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gatviz.errors import GatvizError
from gatviz.files import Inspection
from gatviz.files.container import ENDING, is_container
from gatviz.training.recorded import Recorded
from gatviz.training.training import Training
from gatviz.ui.dialog_door import close, is_open
from gatviz.ui.escape import escape, sentence
from gatviz.ui.graph_files.options import choose
from gatviz.ui.graph_files.pending import PendingGraph, facts_of, forget, inspection_under
from gatviz.ui.graph_files.preview import account, first_rows
from gatviz.ui.graph_files.ways import from_files, from_text, generated, start_afresh
from gatviz.ui.session import keeping, kept, session
from gatviz.ui.session.steps import show_graph
from gatviz.ui.train.replay import content_kind, replay, training_in
from gatviz.words import _, first_of, ngettext

_MAX_CALLS = 12
BUTTON = "open_graph"
_TAKEN, _SEEN = "open_taken", "open_seen"
_WAYS: dict[str, Callable[[], PendingGraph | None]] = {"files": from_files, "text": from_text, "generate": generated}


def dialog() -> None:
    """The dialog while it is open."""
    st.dialog(_("Open a graph"), width="large", icon=":material/folder_open:", on_dismiss=_end)(_dialog)()


def begin() -> None:
    """It opens, with nothing in it."""
    st.session_state[_TAKEN] = False
    st.session_state[_SEEN] = None
    start_afresh()
    session.update(problem="")


def _take() -> None:
    st.session_state[_TAKEN] = True


def _end() -> None:
    close(BUTTON)
    st.session_state[_TAKEN] = False
    forget()


def _dialog() -> None:
    if not is_open(BUTTON):
        st.rerun()  # it was closed in a run that did not come to its end
    ways = {"files": _("From files"), "text": _("Paste text"), "generate": _("Generate")}
    way = st.segmented_control(
        _("Where from"),
        list(_WAYS),
        default="files",
        format_func=ways.__getitem__,
        required=True,
        key="open_way",
        persist_state="session",
        label_visibility="collapsed",
        width="stretch",
    )
    # Each part keeps its place, whatever the one above it grows to.
    way_place, preview_place, actions = st.container(), st.container(), st.container(key="actions-graph")
    with way_place:
        pending = _WAYS[way or "files"]()
    saved = None if pending is None else _session_in(pending)
    if saved is not None:
        kind = content_kind(saved[1], saved[0])
        show = _saved_training if kind in ("training", "recorded") else _saved_session
        show(*saved, preview_place, actions)
        return
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


def _session_in(pending: PendingGraph) -> tuple[str, bytes] | None:
    """The session among the files, and its name."""
    return next(((name, data) for name, data in pending.files.items() if is_container(data)), None)


def _saved_session(name: str, data: bytes, place: DeltaGenerator, actions: DeltaGenerator) -> None:
    """What a session holds, and the button that puts it on the screen."""
    st.session_state[_SEEN], found = None, None
    with place.container(border=True):
        try:
            with st.spinner(_("Reading …")):
                found = kept.from_file(data, name)
        except GatvizError as error:
            st.error(escape(str(error)), icon="⚠️")
        else:
            work, steps = found.work, len(found.history.past) + len(found.history.future)
            run = work.captured
            title = _("A session: {graph}") if run is None or steps else _("A captured run: {graph}")
            st.markdown("**" + title.format(graph=escape(work.origin[:60])) + "**")
            counts = [
                ngettext("{n:,} node", "{n:,} nodes", work.graph.num_nodes).format(n=work.graph.num_nodes),
                ngettext("{n:,} arrow", "{n:,} arrows", work.graph.num_edges).format(n=work.graph.num_edges),
                ngettext("{n:,} step", "{n:,} steps", steps).format(n=steps),
            ]
            st.caption(" · ".join(counts))
            if run is not None:
                calls = first_of([call.called[:60] for call in run.calls], _MAX_CALLS)
                st.caption(escape(_("Calls: {calls}").format(calls=calls)))
                st.caption(escape(run.unproved))
            st.caption(_("It takes the place of what is on the screen, which this browser keeps."))
    with actions.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Cancel"), key="open_cancel"):
            _end()
            st.rerun()
        st.button(
            _("Open this session"),
            key="open_session",
            type="primary",
            disabled=found is None,
            on_click=_open_session,
            args=(data, name),
        )


def _saved_training(name: str, data: bytes, place: DeltaGenerator, actions: DeltaGenerator) -> None:
    """What a training holds, and the button that replays it."""
    st.session_state[_SEEN], found = None, None
    with place.container(border=True):
        try:
            with st.spinner(_("Reading …")):
                found = training_in(data, name)
        except GatvizError as error:
            st.error(escape(str(error)), icon="⚠️")
        else:
            graph, epochs = found.task_at(0).graph, found.trained
            st.markdown("**" + _("A training: {name}").format(name=escape(name[:60])) + "**")
            counts = [
                ngettext("{n:,} node", "{n:,} nodes", graph.num_nodes).format(n=graph.num_nodes),
                ngettext("{n:,} arrow", "{n:,} arrows", graph.num_edges).format(n=graph.num_edges),
                ngettext("{n:,} epoch", "{n:,} epochs", epochs).format(n=epochs),
            ]
            st.caption(" · ".join(counts))
            if isinstance(found, Recorded):
                told = _("A script recorded it: it can be replayed, and its weights are not in the file.")
                st.caption(told)
    with actions.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Cancel"), key="open_cancel"):
            _end()
            st.rerun()
        st.button(
            _("Replay in Train"),
            key="open_training",
            type="primary",
            disabled=found is None,
            on_click=_replay,
            args=(found, name),
        )


def _replay(training: Training, name: str) -> None:
    try:
        replay(training, name.removesuffix(ENDING))
    except GatvizError as error:
        session.update(refused=str(error))
        return
    _end()


def _open_session(data: bytes, name: str) -> None:
    try:
        keeping.open_file(data, name)
    except GatvizError as error:
        session.update(refused=str(error))
        return
    _end()


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
            left.error(sentence(facts_of(pending, options).problem), icon="⚠️")
            return None
        with left:
            account(found)
        first_rows(found.graph)
    return found
