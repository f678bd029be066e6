"""What the columns of each step's input and output are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatviz.attention.layer_trace import LayerTrace
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace, attention_in

ColumnNames = tuple[str, ...]


def input_names(trace: Trace, layer: int) -> ColumnNames:
    """F names of what an attention layer reads: the graph's features, or what a step before made of them."""
    return next(came for step, came, _left in steps_named(trace) if step.layer is trace.layers[layer])


def output_names(trace: LayerTrace) -> ColumnNames:
    """What the columns of a layer's output are called: "h1 c2" where several heads stand side by side, else "c2"."""
    dimensions = [f"c{c}" for c in range(trace.head_features)]
    if not trace.concat or trace.num_heads == 1:
        return tuple(dimensions)
    return tuple(f"h{head} {c}" for head in range(trace.num_heads) for c in dimensions)


def steps_named(trace: Trace) -> Iterator[tuple[StepTrace, ColumnNames, ColumnNames]]:
    """Every step, those inside a sum before it, with the names of the columns that come and of those that leave."""
    walk = _Walk(trace.graph.feature_names)
    for step in trace.steps:
        if attention_in([step]):
            walk.blocks += [walk.names] if walk.met else []
            walk.met = True
        yield from walk.through(step)


@dataclass
class _Walk:
    """The names where the walk is, and those that stood before each attention layer but the first."""

    names: ColumnNames
    blocks: list[ColumnNames] = field(default_factory=list)
    met: bool = False

    def through(self, step: StepTrace) -> Iterator[tuple[StepTrace, ColumnNames, ColumnNames]]:
        came = added = self.names
        if step.skip is not None:
            yield from self.through(step.skip)
            added, self.names = self.names, came
        for inner in step.inside:
            yield from self.through(inner)
        if step.inside:
            self.names = added  # a sum is of what came, or of what the skip made of it
        elif step.layer is not None:
            self.names = output_names(step.layer)
        elif step.blocks:
            self.names = _joined([*self.blocks, came], step.output.shape[1])
        elif isinstance(step.step, Step) and not step.step.keeps_columns:
            self.names = tuple(f"c{c}" for c in range(step.output.shape[1]))
        yield step, came, self.names


def _joined(blocks: Sequence[ColumnNames], width: int) -> ColumnNames:
    """Of jumping knowledge: the layers' columns side by side, or one for all layers."""
    if len(blocks) == 1 or width != sum(map(len, blocks)):
        return blocks[-1]
    return tuple(f"l{k} {name}" for k, names in enumerate(blocks) for name in names)
