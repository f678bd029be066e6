"""The steps around the layer on show, as stages of its chain: each step's parameters, and what it gives.

What a step is says its own class (`model.step`); here its numbers are packed. N nodes of the part that is shown, F
features come and G leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.subgraph import Part
from gatviz.model.plan import Sum
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace
from gatviz.stage import protocol
from gatviz.stage.column_names import steps_named
from gatviz.stage.formulas import mathml, name
from gatviz.stage.wire import packed
from gatviz.words import _

_MAX_LENGTH = 24


def among_steps(stages: Sequence[protocol.Stage], trace: Trace, layer: LayerTrace, part: Part) -> list[protocol.Stage]:
    """A layer's stages with those of all other steps of the model, in the order in which they ran."""
    if layer.alpha_alone:
        return list(stages)  # of the others nothing is known that one handed to the next
    found: list[protocol.Stage] = []
    for number, (step, came, left) in enumerate(steps_named(trace)):
        if step.layer is layer:
            found += stages
        else:
            found += _stages(f"step-{number}", step, came, left, part, trace)
    return found


def step_called(step: StepTrace, trace: Trace) -> str:
    """A step in few words: a layer of a stack by its number, else the module's name or its word in a recipe."""
    if step.layer is not None and step.name.startswith("layers."):
        return _("layer {layer}").format(layer=next(k for k, layer in enumerate(trace.layers) if layer is step.layer))
    if isinstance(step.step, Sum):
        added = "x" if step.skip is None else step_called(step.skip, trace)
        return f"{added} + " + " > ".join(step_called(inner, trace) for inner in step.inside)
    return step.name or (step.step.word if isinstance(step.step, Step) else "") or step.kind


def _stages(
    key: str, step: StepTrace, came: Sequence[str], left: Sequence[str], part: Part, trace: Trace
) -> list[protocol.Stage]:
    plain = step_called(step, trace)
    plain = plain if len(plain) <= _MAX_LENGTH else plain[: _MAX_LENGTH - 1] + "…"
    told = step.step.told if isinstance(step.step, Step) else {}
    weights = [_weights(key, step, parameter, came, left, plain) for parameter in told if parameter in step.weights]
    return [*weights, _output(key, step, left, part, plain)]


def _weights(
    key: str, step: StepTrace, parameter: str, came: Sequence[str], left: Sequence[str], plain: str
) -> protocol.Stage:
    assert isinstance(step.step, Step)
    numbers = step.weights[parameter]
    symbol, caption = step.step.told[parameter]
    is_matrix = numbers.ndim == 2
    columns = list(came if is_matrix else left) if numbers.size > 1 else ["·"]
    return _stage(
        numbers,
        name=f"{key}-{parameter}",
        symbol=mathml(symbol),
        plain=f"{plain}.{parameter}",
        shape_letters="[G, F]" if is_matrix else "[1]" if numbers.size == 1 else "[G]",
        latex=symbol,
        caption=_(caption),
        layout="weights",
        values=packed(np.atleast_2d(numbers)),
        row_names=list(left) if is_matrix else [parameter],
        columns=columns,
        entries=protocol.Entries(parameters=[parameter], rows=is_matrix, step=step.name),
    )


def _output(key: str, step: StepTrace, left: Sequence[str], part: Part, plain: str) -> protocol.Stage:
    """One row for each node that is shown; after a readout one for them all."""
    numbers = step.output
    of_nodes = numbers.shape[0] == part.all_nodes
    return _stage(
        numbers,
        name=key,
        symbol=mathml(name(plain)),
        plain=plain,
        shape_letters="[N, G]" if of_nodes else "[1, G]",
        latex=step.formula,
        caption=step.caption,
        layout="nodes" if of_nodes else "weights",
        values=packed(numbers[part.nodes] if of_nodes else numbers),
        rows=["target"] if of_nodes else [],
        row_names=[] if of_nodes else [_("all nodes")],
        columns=list(left),
    )


def _stage(numbers: NDArray[Any], *, latex: str, **told: Any) -> protocol.Stage:
    size = float(np.abs(numbers).max()) if numbers.size else 0.0
    return protocol.Stage(
        shape=f"[{', '.join(map(str, numbers.shape))}]",
        formula=mathml(latex),
        latex=latex,
        colour="signed",
        limit=size or 1.0,
        ranges=[(float(numbers.min()), float(numbers.max()))] if numbers.size else None,
        **told,
    )
