"""The state of one person's session: one frozen value under one key, replaced by events and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.attention.edges import SelfLoops
from gatviz.files import sample_graph
from gatviz.graph.graph import Graph
from gatviz.graph.positions import default_positions
from gatviz.model.steps import LayerSettings
from gatviz.model.weights import Weights
from gatviz.ui import texts
from gatviz.ui.history import HeldWeights, History, OpenedModel, Work
from gatviz.ui.settings import Settings

_KEY = "gatviz_state"
FIRST_SAMPLE = "tutorial"


@dataclass(frozen=True)
class Looked:
    """The arc that is locked on the stage, by node numbers of the whole graph, and the weighting shown."""

    target: int
    source: int
    weighting: str


@dataclass(frozen=True)
class Good:
    """A state that could be run and shown: what the screen goes back to where a later one cannot."""

    work: Work
    history: History
    settings: Settings


FIRST_LOOK: Literal["first"] = "first"
"""Nobody has chosen yet: the stage locks an arc by itself, the strongest of head 0."""


@dataclass(frozen=True)
class State:
    """What must outlive a rerun.

    Attributes:
        work: the graph on the screen, always a valid one with positions, and the weights that go with it.
        history: what can be undone and redone.
        settings: the model in the sidebar, as it was when the page was last drawn.
        edits_taken: number of the last edit of the browser that was taken over.
        problem: the sentence about the last state that could not be run and was taken back, if any.
        good: the last state that could; None before the first.
        returning: whether the sidebar's controls are still to be set to that state's.
        refused: the sentence about the last edit on the canvas that was refused, if any.
        looked: what is locked on the stage.
        compare_pyg: whether the person has asked for the comparison with PyG.
        openings: how many models were opened so far.
        panel: what stands beside the canvas: nothing, the table of features, or the weights.
    """

    work: Work
    history: History = field(default_factory=History)
    settings: Settings = field(default_factory=Settings)
    edits_taken: int = 0
    problem: str = ""
    good: Good | None = None
    returning: bool = False
    refused: str = ""
    looked: Looked | Literal["first"] | None = FIRST_LOOK
    compare_pyg: bool = False
    openings: int = 0
    panel: Literal["", "table", "weights"] = ""

    @property
    def graph(self) -> Graph:
        """The graph on the screen."""
        return self.work.graph

    @property
    def positions(self) -> NDArray[np.float64]:
        """[N, 2] where its nodes are now."""
        assert self.work.graph.positions is not None
        return self.work.graph.positions

    @property
    def origin(self) -> str:
        """A sample's name, or what the person's own graph is called."""
        return self.work.origin

    @property
    def own(self) -> bool:
        """Whether the graph is the person's own: opened, drawn, or a sample that was edited."""
        return self.work.own


def current() -> State:
    """This session's state; the first sample graph at first."""
    if _KEY not in st.session_state:
        graph = sample_graph(FIRST_SAMPLE)
        st.session_state[_KEY] = State(Work(graph.with_positions(default_positions(graph)), FIRST_SAMPLE))
    state: State = st.session_state[_KEY]
    return state


def update(**changes: Any) -> None:
    """Replace some fields of the state."""
    st.session_state[_KEY] = replace(current(), **changes)


def show_graph(graph: Graph, origin: str, *, own: bool) -> None:
    """Put another graph on the screen, laid out anew; undo brings the one of before back."""
    before = current()
    held, opened = before.work.weights, before.work.opened
    fits = held is not None and held.weights.in_features == graph.num_features
    placed = graph.with_positions(default_positions(graph))
    work = Work(placed, origin, own=own, view=before.history.next_view(before.work))
    if held is not None and held.by_hand and fits:
        work = replace(work, weights=held, opened=opened)
    change(work, f"open {origin}")
    closed = ""
    if opened is not None and held is not None and not fits:
        counts = {"reads": held.weights.in_features, "has": graph.num_features}
        closed = texts.MODEL_CLOSED.format(name=opened.name, **counts)
    update(looked=FIRST_LOOK, refused=closed)


def open_model(name: str, layers: tuple[LayerSettings, ...], self_loops: SelfLoops, weights: Weights) -> None:
    """Let a model from a file stand in for the sidebar's; undo, or `close_model`, brings that one back."""
    held = HeldWeights(weights, drawn_by=None, by_hand=True)
    update(openings=current().openings + 1)
    opened = OpenedModel(name, layers, self_loops, current().openings)
    change(replace(current().work, opened=opened, weights=held), f"open weights {name}")


def close_model() -> None:
    """Back to the model in the sidebar, with the weights that the seed draws."""
    change(replace(current().work, opened=None, weights=None), "close the opened model")


def change(work: Work, what: str) -> None:
    """Take over a step that can be undone, called `what`."""
    now = current()
    _step(work, now.history.after(now.work, what))


def undo() -> None:
    """Take the last step back."""
    now = current()
    _step(*now.history.undone(now.work))


def redo() -> None:
    """Take the last undone step again."""
    now = current()
    _step(*now.history.redone(now.work))


def _step(work: Work, history: History) -> None:
    looked = current().looked
    if isinstance(looked, Looked):
        looked = _carried(looked, current().graph, work.graph)
    update(work=work, history=history, problem="", refused="", looked=looked)


def _carried(looked: Looked, before: Graph, after: Graph) -> Looked | None:
    """The same arc by the numbers of another graph; a node that was only renamed keeps its number."""
    places = {name: n for n, name in enumerate(after.names)}
    renamed = before.num_nodes == after.num_nodes

    def place(node: int) -> int | None:
        found = places.get(before.names[node])
        return node if found is None and renamed and after.names[node] not in before.names else found

    target, source = place(looked.target), place(looked.source)
    return None if target is None or source is None else replace(looked, target=target, source=source)


def remember(settings: Settings) -> None:
    """The present could be run and shown under these settings."""
    now = current()
    update(good=Good(now.work, now.history, settings))


def back_to_good(problem: str) -> bool:
    """Put the last good state back and tell why; False if there is none, or if it is the present one that failed."""
    now = current()
    good = now.good
    if good is None or (good.work == now.work and good.settings == now.settings):
        return False
    what = now.history.undo_name if now.work != good.work else ""
    _step(good.work, good.history)
    told = texts.TAKEN_BACK.format(what=what) if what else texts.STAYS
    update(problem=f"{problem} {told}", settings=good.settings, returning=True)
    return True


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
        return None  # of any length: a whole number is compared, never turned into a float
    if not (0 <= target < num_nodes and 0 <= source < num_nodes):
        return None
    return Looked(target, source, message["weighting"])


def take_request(message: Any) -> None:
    """Take over what the person asked for on the stage: a check, or the table beside it."""
    what = message.get("what") if isinstance(message, Mapping) else None
    if what == "pyg":
        update(compare_pyg=True)
    elif what in ("table", "weights"):
        update(panel="" if current().panel == what else what)
