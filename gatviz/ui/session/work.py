"""What a person works on, as one frozen value: the graph, the model's settings and weights, and what is pinned."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.capturing.run import CapturedCall, CapturedRun
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.model.weights import Weights
from gatviz.ui.session import run_cache
from gatviz.ui.session.settings import Settings

Slot = Literal["A", "B"]
SLOTS: tuple[Slot, ...] = ("A", "B")


def new_drawing() -> int:
    """A number that no drawing has, also of those that are no more."""
    return secrets.randbelow(2**48)


@dataclass(frozen=True)
class HeldWeights:
    """Weights that are no longer just what the seed draws.

    Attributes:
        weights: the numbers.
        under: the settings that they were drawn by, None for those of an opened model; under settings that draw
            others (`Settings.drawn_by`) they give way to fresh ones.
        by_hand: whether somebody chose the numbers; otherwise they only followed the feature columns.
    """

    weights: Weights
    under: Settings | None
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
        settings: of the model; those about layers are an opened model's, if there is one.
        weights: None while they are those that the seed draws.
        opened: the model from a file, if the sidebar's gave way to one.
        pins: what is pinned, A before B.
        view: another number whenever the picture is to be fitted to the panel anew.
        drawing: another number for every graph that was put in another one's place; an edit is for one of them.
        captured: the run of somebody's own program that it is of, if any. call: which call of it, from 0.
    """

    graph: Graph
    origin: str
    own: bool = False
    settings: Settings = field(default_factory=Settings)
    weights: HeldWeights | None = None
    opened: OpenedModel | None = None
    pins: tuple[Pin, ...] = ()
    view: int = 0
    drawing: int = 0
    captured: CapturedRun | None = None
    call: int = 0

    @property
    def captured_call(self) -> CapturedCall | None:
        """The call of a captured run that is on the screen, as it ran or as edited since."""
        return None if self.captured is None else self.captured.calls[self.call]

    @property
    def given(self) -> CapturedCall | None:
        """The same where α alone is known of it."""
        call = self.captured_call
        return None if call is None or call.layer is not None else call

    @property
    def as_captured(self) -> bool:
        """Whether graph and layer are still those of the captured call."""
        call = self.captured_call
        if call is None or call.graph.fingerprint != self.graph.fingerprint:
            return False
        if call.layer is None:
            return True
        settings, weights = self.settings, self.present_weights
        loops = LoopFeatures(settings.loop_features, settings.filled_loops)
        return (
            weights is not None
            and weights.fingerprint == call.layer.all_weights.fingerprint
            and (settings.self_loops, loops) == (call.layer.self_loops, call.layer.loop_features)
            and not settings.trains
        )

    def run(self, settings: Settings | None = None) -> run_cache.Run:
        """The model on the graph, or α as it was given.

        Arguments:
            settings: instead of its own.

        Raises:
            GatvizError: it cannot be run; α was given for other edges.
        """
        if self.given is not None:
            return run_cache.given(self.given, self.graph)
        return run_cache.run(self.graph, settings or self.settings, self.present_weights)

    @property
    def present_weights(self) -> Weights | None:
        """The weights that the model has, or None if they are just those that the seed draws."""
        held = self.weights
        if held is None:
            return None
        if self.opened is None and (held.under is None or held.under.drawn_by != self.settings.drawn_by):
            return None
        fits = held.weights.in_features == self.graph.num_features
        return held.weights if fits else None


@dataclass(frozen=True, eq=False)
class Pin:
    """One state of the screen, kept as it was.

    Attributes:
        slot: under which letter it is kept.
        work: graph, positions, weights and settings, without other pins.
        layer: the place among the trace's layers of the one that was on show.
    """

    slot: Slot
    work: Work
    layer: int

    @property
    def graph(self) -> Graph:
        """The graph that was run."""
        return self.work.graph

    @property
    def settings(self) -> Settings:
        """The model's."""
        return self.work.settings

    @property
    def positions(self) -> NDArray[np.float64]:
        """[N, 2] where its nodes stood."""
        assert self.graph.positions is not None
        return self.graph.positions

    @cached_property
    def trace(self) -> Trace:
        """What the model computed, or computes again: the same numbers.

        Raises:
            GatvizError: the work cannot be run here.
        """
        return self.work.run().whole
