"""What the command `gatviz` was given: opened in each new session, through the functions of the dialogs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gatviz.cli import start
from gatviz.errors import GatvizError
from gatviz.files import inspect_graph
from gatviz.files.container import ENDING, is_container
from gatviz.files.reading import load
from gatviz.ui.session import keeping, session
from gatviz.ui.session.history import History
from gatviz.ui.session.steps import open_model, show_graph

_KEY = "gatviz_started"


def open_what_was_given() -> None:
    """Put the files on the screen of a session in which nothing was done yet; a sentence there says what is refused."""
    if _KEY in st.session_state:
        return
    st.session_state[_KEY] = True
    given = start.told()
    refused = ""
    for path, take in ((given.graph, _graph), (given.weights, _weights)):
        if path is not None and not refused:
            try:
                take(path, given.graph_name if take is _graph else None)
            except GatvizError as error:
                refused = str(error)
    if given.graph or given.weights:
        session.update(problem=refused)


def _graph(path: str, called: str | None) -> None:
    name = called or Path(path).name
    data, where = load(path, name, name)
    if is_container(data):
        from gatviz.training.recorded import FORM as RECORDED
        from gatviz.training.saving import FORM as TRAINING
        from gatviz.ui.train.replay import content_kind, replay, training_in

        if content_kind(data, where) in (TRAINING.kind, RECORDED.kind):
            training = training_in(data, where)
            replay(training, where.removesuffix(ENDING), None if called else Path(path))
            session.update(history=History())
        else:
            keeping.open_file(data, where)
        return
    show_graph(inspect_graph(data, where).graph, where, own=True)
    session.update(history=History())  # it is what there is at first, so there is nothing to undo


def _weights(path: str, _called: str | None) -> None:
    from gatviz.checkpoints import inspect_weights

    found = inspect_weights(path)
    found.check_graph(session.current().graph)
    before = session.current().history
    open_model(found.where, found.model)
    session.update(history=before)
