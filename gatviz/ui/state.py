"""The state of one person's session: one frozen value under one key, replaced by events and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.graph import Graph
from gatviz.io import sample_graph
from gatviz.layout import default_positions

_KEY = "gatviz_state"
FIRST_SAMPLE = "tutorial"


@dataclass(frozen=True)
class Looked:
    """The arc that is locked on the stage, by node numbers of the whole graph, and the weighting shown."""

    target: int
    source: int
    weighting: str


FIRST_LOOK: Literal["first"] = "first"
"""Nobody has chosen yet: the stage locks an arc by itself, the strongest of head 0."""


@dataclass(frozen=True)
class State:
    """What must outlive a rerun.

    Attributes:
        graph: the graph on the screen, always a valid one.
        positions: [N, 2] where its nodes are now.
        revision: raised whenever Python, not the person's mouse, decides the positions.
        origin: a sample's name, or the name of the person's own file.
        own: whether the graph is the person's own.
        problem: the sentence about the last thing that was refused, if any.
        looked: what is locked on the stage.
        compare_pyg: whether the person has asked for the comparison with PyG.
    """

    graph: Graph
    positions: NDArray[np.float64]
    revision: int = 0
    origin: str = FIRST_SAMPLE
    own: bool = False
    problem: str = ""
    looked: Looked | Literal["first"] | None = FIRST_LOOK
    compare_pyg: bool = False


def current() -> State:
    """This session's state; the first sample graph at first."""
    if _KEY not in st.session_state:
        graph = sample_graph(FIRST_SAMPLE)
        st.session_state[_KEY] = State(graph, default_positions(graph))
    state: State = st.session_state[_KEY]
    return state


def update(**changes: Any) -> None:
    """Replace some fields of the state."""
    st.session_state[_KEY] = replace(current(), **changes)


def show_graph(graph: Graph, origin: str, *, own: bool) -> None:
    """Put another graph on the screen, laid out anew."""
    update(
        graph=graph,
        positions=default_positions(graph),
        revision=current().revision + 1,
        origin=origin,
        own=own,
        problem="",
        looked=FIRST_LOOK,
    )


def take_positions(message: Any) -> None:
    """Take over where nodes were dragged to. What the browser sends is checked like a file."""
    state = current()
    if not isinstance(message, Mapping) or message.get("revision") != str(state.revision):
        return
    try:
        nodes = np.asarray(message["nodes"], dtype=np.int64)
        points = np.asarray(message["points"], dtype=np.float64)
    except (KeyError, TypeError, ValueError, OverflowError):
        return
    fits = points.shape == (nodes.size, 2) and np.isfinite(points).all()
    if nodes.ndim != 1 or not fits or np.any(nodes < 0) or np.any(nodes >= state.graph.num_nodes):
        return
    positions = state.positions.copy()
    positions[nodes] = points
    update(positions=positions)


def take_look(message: Any) -> None:
    """Take over what is locked on the stage; anything but an arc between nodes of this graph clears it."""
    update(looked=_looked(message, current().graph.num_nodes))


def _looked(message: Any, num_nodes: int) -> Looked | None:
    if not isinstance(message, Mapping) or not isinstance(message.get("weighting"), str):
        return None
    focus = message.get("focus")
    if not isinstance(focus, Mapping) or focus.get("kind") != "arc":
        return None
    target, source = focus.get("target"), focus.get("source")
    if not (isinstance(target, int) and isinstance(source, int)):
        return None
    if not (0 <= target < num_nodes and 0 <= source < num_nodes):
        return None
    return Looked(target, source, message["weighting"])


def take_request(message: Any) -> None:
    """Take over a check that the person asked for."""
    if message == "pyg":
        update(compare_pyg=True)
