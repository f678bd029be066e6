"""Undo and redo: what is worked on as a value, and the values before and after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatviz.attention.edges import SelfLoops
from gatviz.graph.graph import Graph
from gatviz.model.steps import LayerSettings
from gatviz.model.weights import Weights

MOST_STEPS = 200
MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class HeldWeights:
    """Weights that are no longer just what the seed draws.

    Attributes:
        weights: the numbers.
        drawn_by: the settings that they were drawn by (`Settings.drawn_by`), None for those of an opened model;
            under other settings they give way to fresh ones.
        by_hand: whether somebody chose the numbers; otherwise they only followed the feature columns.
    """

    weights: Weights
    drawn_by: tuple[object, ...] | None
    by_hand: bool = False


@dataclass(frozen=True)
class OpenedModel:
    """A model that came from a weights file: what it is called, its layers and its policy for self-loops.

    `opening` tells it from what was opened before, under the same name too.
    """

    name: str
    layers: tuple[LayerSettings, ...]
    self_loops: SelfLoops
    opening: int


@dataclass(frozen=True)
class Work:
    """What a person works on: everything that an undo brings back.

    Attributes:
        graph: always with positions.
        origin: a sample's name, or what the person's own graph is called.
        own: whether the graph is the person's own.
        weights: None while they are those that the seed draws.
        opened: the model from a file, if the sidebar's gave way to one.
        view: another number whenever the picture is to be fitted to the panel anew.
    """

    graph: Graph
    origin: str
    own: bool = False
    weights: HeldWeights | None = None
    opened: OpenedModel | None = None
    view: int = 0


@dataclass(frozen=True)
class _Step:
    what: str
    work: Work


@dataclass(frozen=True)
class History:
    """The steps that can be undone (last one last) and redone (next one last), each under its name."""

    past: tuple[_Step, ...] = ()
    future: tuple[_Step, ...] = ()

    @property
    def undo_name(self) -> str:
        """What an undo would take back; empty if there is nothing."""
        return self.past[-1].what if self.past else ""

    @property
    def redo_name(self) -> str:
        """What a redo would do again; empty if there is nothing."""
        return self.future[-1].what if self.future else ""

    def next_view(self, now: Work) -> int:
        """A view number that no step has."""
        return 1 + max([now.view, *(step.work.view for step in (*self.past, *self.future))])

    def after(self, now: Work, what: str) -> History:
        """The history after a step `what` that starts at `now`."""
        return History(_bounded((*self.past, _Step(what, now))))

    def undone(self, now: Work) -> tuple[Work, History]:
        """The work before the last step, and the history then."""
        if not self.past:
            return now, self
        *past, last = self.past
        return last.work, History(tuple(past), (*self.future, replace(last, work=now)))

    def redone(self, now: Work) -> tuple[Work, History]:
        """The work after the last undone step, and the history then."""
        if not self.future:
            return now, self
        *future, last = self.future
        return last.work, History((*self.past, replace(last, work=now)), tuple(future))


def _bounded(steps: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """The latest steps, as many as memory allows; feature matrices that steps share count once."""
    kept: list[_Step] = []
    seen: dict[int, int] = {}
    for step in reversed(steps[-MOST_STEPS:]):
        graph = step.work.graph
        for array in (graph.x, graph.edge_index):
            seen[id(array)] = array.nbytes
        if sum(seen.values()) > MOST_BYTES and kept:
            break
        kept.append(step)
    return tuple(reversed(kept))
