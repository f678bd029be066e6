"""`Trace`: one run of a model on a graph, from its first step to its last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np

from gatviz.attention.layer_trace import Array, LayerTrace, settled
from gatviz.errors import GatvizError, quote, within
from gatviz.graph.graph import Graph
from gatviz.numbers import first_beyond
from gatviz.showing import ShowsItself
from gatviz.words import _, commas


class StepWords(Protocol):
    """What a step says of itself."""

    @property
    def formula(self) -> str:
        """LaTeX; h is what comes, y what leaves."""

    @property
    def caption(self) -> str:
        """One plain sentence."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StepTrace:
    """One step of a run. Each value is settled, read-only, when it is first asked for.

    Attributes:
        at: where it stands, as errors say it. name: of its module, "" where it has none.
        step: the step's value; None for an attention layer.
        given, made, held: what came, what left, and the parameters (tensors or arrays).
        layer: the trace of an attention layer. inside: of a sum the steps in it. skip: what it adds, if not what came.
        blocks: what jumping knowledge joined, layer by layer.
    """

    at: str
    name: str = ""
    step: StepWords | None = None
    given: Any = None
    made: Any = None
    held: Mapping[str, Any] = field(default_factory=dict)
    layer: LayerTrace | None = None
    inside: tuple[StepTrace, ...] = ()
    skip: StepTrace | None = None
    blocks: tuple[Any, ...] = ()

    @classmethod
    def of_layer(cls, at: str, name: str, layer: LayerTrace) -> Self:
        """An attention layer's; made by hand, since a frozen dataclass makes itself slowly."""
        step = object.__new__(cls)
        step.__dict__.update(at=at, name=name, layer=layer, held={})
        return step

    def __repr__(self) -> str:
        return f"StepTrace({self.name or self.kind}: {list(self.input.shape)} → {list(self.output.shape)})"

    @property
    def kind(self) -> str:
        """ "GAT", "GATv2", or the name of the step's class."""
        return type(self.step).__name__ if self.layer is None else self.layer.kind

    @cached_property
    def input(self) -> Array:
        """[N, F]: what came."""
        values: Array = settled(self.given) if self.layer is None else self.layer.x
        return values

    @cached_property
    def output(self) -> Array:
        """[N, G]: what left; after a readout [1, G]."""
        values: Array = settled(self.made) if self.layer is None else self.layer.out
        return values

    @cached_property
    def weights(self) -> Mapping[str, Array]:
        """The parameters that were used, by name."""
        values: Mapping[str, Array] = settled(self.held) if self.layer is None else self.layer.weights
        return values

    @cached_property
    def joined(self) -> tuple[Array, ...]:
        """What jumping knowledge joined, layer by layer; else nothing."""
        return tuple(settled(block) for block in self.blocks)

    @property
    def formula(self) -> str:
        """LaTeX; of an attention layer, from what each node takes in to what the layer hands on."""
        if self.layer is None:
            return "" if self.step is None else self.step.formula
        after = [info.formula for info in self.layer.fields if info.name in _HANDED_ON]
        return r",\quad ".join(after)

    @property
    def caption(self) -> str:
        """One plain sentence."""
        if self.layer is None:
            return "" if self.step is None else self.step.caption
        if self.layer.form.equal_shares:
            return _("Each node takes in what it reads, all of it in equal shares.")
        return _("Each node takes in what it reads, weighted by attention.")

    def check_finite(self, largest: float | None = None) -> None:
        """Refuse a step with a number that is not finite, or larger in size than `largest`.

        Raises:
            GatvizError: naming the step, and what of it has such a number.
        """
        with within(self.at):
            if self.layer is not None:
                self.layer.check_finite(largest)
                return
            for part in (*(() if self.skip is None else (self.skip,)), *self.inside):
                part.check_finite(largest)
            for name, values in (("x", self.input), *self.weights.items(), ("output", self.output)):
                limit = float(np.finfo(values.dtype).max) if largest is None else largest
                place = first_beyond(values, limit)
                if place is not None:
                    where = commas((self.kind, name if name in ("x", *self.weights) else _("output")))
                    expected = _("finite numbers, at most {limit:.2g} in size").format(limit=limit)
                    found = _("{value:.3g} at {place}").format(value=values[place], place=list(place))
                    raise GatvizError(where, expected, found, _("make features or weights smaller"))


_HANDED_ON = ("h_prime", "combined", "pre_activation", "out")


def attention_in(steps: Sequence[StepTrace]) -> tuple[LayerTrace, ...]:
    """The attention layers among these steps and inside them, in the order in which they ran."""
    return tuple(step.layer for step in _walk(steps) if step.layer is not None)


def _walk(steps: Sequence[StepTrace]) -> Iterator[StepTrace]:
    """These steps and those inside them, in the order in which they ran."""
    for step in steps:
        yield step
        if step.skip is not None:
            yield step.skip
        yield from _walk(step.inside)


@dataclass(frozen=True, eq=False)
class Trace(ShowsItself):
    """One run of a model on a graph: its layers' traces, first to last.

    Attributes:
        graph: the graph that was run.
        layers: a LayerTrace per attention layer.
        device: where it ran.
        steps: a StepTrace per step; the attention layers alone if left out.
        classes: the label of each column of the output, if the model was given any.
    """

    graph: Graph
    layers: tuple[LayerTrace, ...] = field(default=())
    device: str = "cpu"
    steps: tuple[StepTrace, ...] = ()
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            steps = tuple(
                StepTrace(at=f"layer {k}", name=f"layers.{k}", layer=layer) for k, layer in enumerate(self.layers)
            )
            object.__setattr__(self, "steps", steps)

    @property
    def out(self) -> Array:
        """The last step's output: [N, G]; after a readout [1, G]."""
        return self.steps[-1].output

    @property
    def reads_out(self) -> bool:
        """Whether a readout put all nodes into one row."""
        return any(step.kind == "Readout" for step in self.steps)

    @property
    def hands_on(self) -> bool:
        """Whether a node keeps something of itself beside what it reads: x + steps, jumping knowledge or a residual."""
        beside = any(step.kind in ("Sum", "JumpingKnowledge") for step in self.steps)
        return beside or any(layer.residual is not None for layer in self.layers)

    @property
    def coupled(self) -> bool:
        """Whether a step after the first attention layer made each node's row depend on every other's."""
        walked = list(_walk(self.steps))
        first = next((k for k, step in enumerate(walked) if step.layer is not None), len(walked))
        return any(getattr(step.step, "couples", False) for step in walked[first:])

    def check_finite(self, largest: float | None = None) -> None:
        """Refuse a run with a number that is not finite, or larger in size than `largest`, in any step.

        Raises:
            GatvizError: naming the step, and the first stage with such a number.
        """
        for step in self.steps:
            step.check_finite(largest)


def checked_run(given: Any, where: str) -> Trace:
    """The run of a model, and nothing else.

    Raises:
        GatvizError: it is none; of a layer's run it says how it becomes one.
    """
    if isinstance(given, Trace):
        return given
    mend = _("pass model.trace(graph)")
    if isinstance(given, LayerTrace):
        mend = _("pass {line}").format(line="gatviz.Trace(graph, (layer_trace,))")
    raise GatvizError(where, _("the run of a model, a Trace"), quote(type(given).__name__), mend)
