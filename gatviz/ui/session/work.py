"""What a person works on, as one frozen value: the graph, and the model's weights where they are not just drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.graph.graph import Graph
from gatviz.model.weights import Weights


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
    """A model that came from a weights file: what it is called, and what it is but its numbers.

    Attributes:
        steps: as `GAT.of_steps` takes them. self_loops, loop_features: its policy for self-loops.
        opening: tells it from what was opened before, under the same name too.
    """

    name: str
    steps: tuple[Any, ...]
    self_loops: SelfLoops
    opening: int
    loop_features: LoopFeatures = AS_ADDED


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
