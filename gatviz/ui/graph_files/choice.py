"""The sidebar's part about the graph: which one, and the ways to bring one in and out."""

from __future__ import annotations

import streamlit as st

from gatviz.files import sample_graph, sample_graph_names
from gatviz.ui.graph_files.open_dialog import open_graph
from gatviz.ui.graph_files.save import save_graph
from gatviz.ui.session import session
from gatviz.ui.session.steps import show_graph
from gatviz.words import _

_OWN = "own_file"


def graph_choice() -> None:
    """Draw the choice of samples and the ways to open and save a graph."""
    now = session.current()
    options = [*sample_graph_names(), *([_OWN] if now.own else [])]
    st.session_state["graph_choice"] = _OWN if now.own else now.origin
    st.selectbox(
        _("Graph"),
        options,
        key="graph_choice",
        format_func=lambda name: _("Yours: {name}").format(name=now.origin) if name == _OWN else _title(name),
        on_change=_choose_sample,
    )
    left, right = st.columns(2)
    with left:
        open_graph()
    with right:
        save_graph()


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _choose_sample() -> None:
    name = st.session_state["graph_choice"]
    if name != _OWN:
        show_graph(sample_graph(name), name, own=False)
