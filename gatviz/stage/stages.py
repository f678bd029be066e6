"""The stages of the chain, from X and W to the output: for each what it holds, what it means, how it is drawn.

What a stage is stands in `attention.chain`; here its numbers are packed. N nodes and E edges of the part that is
shown, H heads, C features per head, F input features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import dropped_limit
from gatviz.analysis.terms import used_alpha
from gatviz.attention.chain import CHAIN, place, stages, stages_of
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.stage_row import FieldInfo, Stage
from gatviz.graph.subgraph import Part
from gatviz.stage import protocol
from gatviz.stage.column_names import output_names
from gatviz.stage.formulas import mathml
from gatviz.stage.part import sent_edges
from gatviz.stage.protocol import Range
from gatviz.stage.wire import packed
from gatviz.words import _

MAX_PAIR_VALUES = 120_000
"""Above this many entries [H, N, N], scores off the edges are left out (they are masked anyway)."""
MAX_MESSAGE_VALUES = 120_000
"""Above this many entries [E, H, C], the messages α·Wh are left out."""

AxisNames = Mapping[str, Sequence[str]]
"""What the entries along an axis are called, by its letter."""
StageFields = dict[str, Any]
"""What one stage adds to what every stage says of itself, by the names of `protocol.Stage`."""


def pack_stages(
    trace: LayerTrace, part: Part, input_names: Sequence[str], edge_names: Sequence[str] = ()
) -> list[protocol.Stage]:
    """Every stage of one layer's run, in the order of the computation; the names are those of its F inputs, and of
    the D edge features where it reads them."""
    names = {"F": input_names, "D": edge_names}
    limits = _limits(trace)
    packs = {"trace": _pack_field, "weights": _pack_parameter}
    found = []
    for stage in stages_of(trace.form):
        pack = _MADE.get(stage.name) if stage.origin == "made" else packs[stage.origin]
        told = None if pack is None else pack(stage, trace, part, names)
        if told is not None:
            found.append(describe(stage, trace, **{"limit": limits[stage.scale], **told}))
    return found


def with_stage(packs: Sequence[protocol.Stage], more: protocol.Stage) -> list[protocol.Stage]:
    """The packed stages with one more, in its place in the chain; other steps' stages stand before and after it."""
    rows = {stage.name: place(stage.name) for stage in CHAIN}
    own = [k for k, stage in enumerate(packs) if stage.name in rows]
    after = [k for k in own if rows[packs[k].name] > rows[more.name]]
    where = after[0] if after else own[-1] + 1 if own else len(packs)
    return [*packs[:where], more, *packs[where:]]


def describe(stage: Stage, trace: LayerTrace, *, numbers: NDArray[Any] | None = None, **more: Any) -> protocol.Stage:
    """What every stage says of itself; `numbers` are the real ones, of the whole run, for its shape and ranges."""
    info = stage.of(trace.form)
    per_head = "H" in _axes(info)
    measured: StageFields = {}
    if numbers is not None:
        measured["shape"] = f"[{', '.join(str(size) for size in numbers.shape)}]"
        measured["ranges"] = _ranges(numbers, 0 if stage.layout == "weights" else 1, per_head=per_head)
    told = {"caption": info.caption, "per_head": per_head, **measured, **more}
    return protocol.Stage(
        name=info.name,
        symbol=mathml(info.symbol),
        plain=info.plain,
        shape_letters=info.shape,
        formula=mathml(info.formula),
        latex=info.formula,
        layout=stage.layout,
        colour=stage.colour,
        **told,
    )


def _axes(info: FieldInfo) -> list[str]:
    return info.shape.strip("[]").split(", ")


def _limits(trace: LayerTrace) -> Mapping[str, float]:
    """The end of each scale; stages that are compared with each other share one."""
    largest: dict[str, float] = {}
    for stage in stages(trace.kind):
        arrays = [getattr(trace, stage.name)] if stage.origin == "trace" else _parameters(stage, trace)
        sizes = [float(np.abs(a).max()) for a in arrays if a is not None and a.size]
        largest[stage.scale] = max(largest.get(stage.scale, 0.0), *sizes, 0.0)
    return {**{scale: size or 1.0 for scale, size in largest.items()}, "shares": dropped_limit(trace)}


def _ranges(numbers: NDArray[Any], axis: int, *, per_head: bool) -> list[Range] | None:
    """Smallest and largest value, of each head where the stage has heads along this axis."""
    if numbers.size == 0:
        return None
    by_head = np.moveaxis(numbers, axis, 0) if per_head else [numbers]
    return [(float(head.min()), float(head.max())) for head in by_head]


# ---- fields of the trace --------------------------------------------------------------------------------------


def _pack_field(stage: Stage, trace: LayerTrace, part: Part, names: AxisNames) -> StageFields:
    values: NDArray[Any] = getattr(trace, stage.name)
    if stage.layout == "pairs":
        # α goes with each weighting
        edges = part.edges if stage.name == "alpha" else sent_edges(trace, part, trace.num_heads)
        return {"numbers": values, "values": packed(values[edges]), "pairs": _all_pairs(stage.name, trace, part)}
    columns = _names(_axes(stage.of(trace.form))[-1], trace, names)
    if stage.layout == "messages":
        shown = values[part.edges]
        return {
            "numbers": values,
            "values": packed(shown) if shown.size <= MAX_MESSAGE_VALUES else None,
            "columns": columns,
        }
    shown = values[part.nodes]
    axes = _axes(stage.of(trace.form))
    told = {"numbers": values, "rows": list(stage.rows), "columns": columns}
    if axes[-1] == "H":
        shown = shown[:, :, None]
    elif "H" not in axes and axes[-1] != "F":
        told["head_columns"] = trace.head_features if trace.concat else None
    return told | {"values": packed(shown)}


def _names(axis: str, trace: LayerTrace, names: AxisNames) -> list[str]:
    """What the entries along the last axis are called."""
    if axis in names:
        return list(names[axis])
    if axis == "H·C":
        return list(output_names(trace))
    return [f"c{c}" for c in range(trace.head_features)] if axis == "C" else ["·"]


def _all_pairs(name: str, trace: LayerTrace, part: Part) -> protocol.Packed | None:
    whole = part.nodes.size == trace.num_nodes
    if not whole or trace.num_heads * trace.num_nodes**2 > MAX_PAIR_VALUES:
        return None
    matrices = [matrix for head in range(trace.num_heads) if (matrix := trace.all_pairs(name, head)) is not None]
    return packed(np.stack(matrices)) if matrices else None


# ---- parameters -----------------------------------------------------------------------------------------------


def _parameters(stage: Stage, trace: LayerTrace) -> list[NDArray[Any]]:
    names = stage.parameters or (stage.name,)
    return [trace.weights[name] for name in names if stage.origin == "weights" and name in trace.weights]


def _pack_parameter(stage: Stage, trace: LayerTrace, part: Part, names: AxisNames) -> StageFields:  # noqa: ARG001
    """The parameters as matrices: a vector is one row, several vectors are a row each."""
    arrays, axes = _parameters(stage, trace), _axes(stage.of(trace.form))
    numbers = np.stack(arrays, axis=-2) if stage.parameters else arrays[0]
    is_matrix = axes[-1] in names
    if is_matrix:
        rows = _names(axes[-2], trace, names)
    elif stage.parameters:
        halves = {"target": _("target"), "source": _("source"), "edge": _("edge")}
        rows = [halves[name.split("_")[1]] for name in stage.parameters]  # a_target: "target"
    else:
        rows = [stage.name[0]]  # b_target: "b"
    return {
        "numbers": numbers,
        "values": packed(numbers if is_matrix or stage.parameters else numbers[..., None, :]),
        "row_names": rows,
        "columns": _names(axes[-1], trace, names),
        "entries": protocol.Entries(parameters=list(stage.parameters or (stage.name,)), rows=is_matrix),
    }


# ---- what is made for show ------------------------------------------------------------------------------------


def _masked(stage: Stage, trace: LayerTrace, part: Part, names: AxisNames) -> StageFields:  # noqa: ARG001
    shape = (trace.num_nodes, trace.num_nodes, trace.num_heads)
    return {
        "shape": f"[{', '.join(map(str, shape))}]",
        "ranges": _ranges(trace.e, 1, per_head=True),
        "per_head": True,
        "values_of": "e",
        "elsewhere": "−∞",
    }


def _messages(stage: Stage, trace: LayerTrace, part: Part, names: AxisNames) -> StageFields | None:  # noqa: ARG001
    if part.edges.size * trace.num_heads * trace.head_features > MAX_MESSAGE_VALUES:
        return None
    target = trace.edge_index[1, part.edges]
    values = used_alpha(trace)[part.edges][:, :, None] * trace.features_read(part.edges)
    shape = (trace.num_edges, trace.num_heads, trace.head_features)
    return {
        "numbers": values,
        "shape": f"[{', '.join(map(str, shape))}]",
        "values": packed(values),
        "rest": _rest(values, target, trace, part) if part.edges.size < trace.num_edges else None,
        "columns": _names("C", trace, names),
    }


def _rest(values: NDArray[np.floating], target: NDArray[np.int64], trace: LayerTrace, part: Part) -> protocol.Packed:
    """[N, H, C]: what a node takes in through edges that are not drawn, so that the rows still add up to its h′."""
    rest = trace.h_prime[part.nodes].astype(np.float64)
    np.subtract.at(rest, part.local()[target], values)
    return packed(rest)


_MADE: Mapping[str, Callable[[Stage, LayerTrace, Part, AxisNames], StageFields | None]] = {
    "masked_e": _masked,
    "message": _messages,
}
"""How to make what is neither in the trace nor a parameter; "change" is made where a baseline is (`stage.change`)."""
