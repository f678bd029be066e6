"""The stages of the chain, from X and W to the output: for each what it holds, what it means, how it is drawn.

N nodes and E arcs of the part that is shown, H heads, C features per head, F input features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import messages
from gatviz.fields import FieldInfo
from gatviz.stage.part import Part, packed
from gatviz.trace import LayerTrace
from gatviz.views.formulas import mathml

MOST_PAIR_VALUES = 120_000
"""Above this many entries [H, N, N], scores off the arcs are left out (they are masked anyway)."""
MOST_MESSAGE_VALUES = 120_000
"""Above this many entries [E, H, C], the messages α·Wh are left out."""

_NODE_FIELDS = ("Wh", "Wh_target", "Wh_source", "h_prime")
_ARC_FIELDS = ("raw", "e", "alpha", "dropout_mask", "alpha_dropped")
_SCORE_FIELDS = ("score_target", "score_source")
_ROWS_READ = {
    "x": ("target", "source"),
    "Wh": ("target", "source"),
    "Wh_target": ("target",),
    "Wh_source": ("source",),
    "score_target": ("target",),
    "score_source": ("source",),
}


def pack_stages(trace: LayerTrace, part: Part, input_names: Sequence[str]) -> list[dict[str, Any]]:
    """Every stage of one layer's run, in the order of the computation; `input_names` are those of its F inputs."""
    limits = _limits(trace)
    stages: list[dict[str, Any]] = []
    plain = trace.residual is None and "bias" not in trace.weights
    for info in trace.fields:
        if info.name == "pre_activation" and plain:
            continue
        stages.extend(_weights_before(info.name, trace, input_names))
        stages.append(_pack_field(info, trace, part, limits, input_names))
        if info.name == "e":
            stages.append(_masked(trace, part, limits))
        if info.name == ("alpha" if trace.alpha_dropped is None else "alpha_dropped"):
            stages.extend(_messages(trace, part, limits))
    return stages


def _limits(trace: LayerTrace) -> dict[str, float]:
    """The end of each signed scale; fields that are compared with each other share one."""

    def largest(names: Sequence[str]) -> float:
        arrays = [getattr(trace, name, None) for name in names]
        sizes = [float(np.abs(a).max()) for a in arrays if a is not None and a.size]
        return max(sizes, default=0.0) or 1.0

    scores = largest(("Wh", "Wh_target", "Wh_source", *_SCORE_FIELDS, "raw", "e"))
    after = largest(("h_prime", "combined", "residual", "pre_activation", "out"))
    weights = max((float(np.abs(w).max()) for w in trace.weights.values() if w.size), default=1.0) or 1.0
    return {"x": largest(("x",)), "scores": scores, "after": after, "weights": weights}


def _describe(info: FieldInfo, shape: Sequence[int], numbers: NDArray[Any], **more: Any) -> dict[str, Any]:
    """What every stage says of itself, with the real numbers in its shape."""
    return {
        "name": info.name,
        "symbol": mathml(info.symbol),
        "plain": _PLAIN.get(info.name, info.name),
        "shapeLetters": info.shape,
        "shape": f"[{', '.join(str(size) for size in shape)}]",
        "formula": mathml(info.formula),
        "latex": info.formula,
        "caption": info.caption,
        "ranges": _ranges(numbers, per_head=bool(more.get("perHead")), layout=more["layout"]),
        "pairs": None,
        "perHead": False,
        **more,
    }


def _ranges(numbers: NDArray[Any], *, per_head: bool, layout: str) -> list[list[float]] | None:
    """Smallest and largest value, of each head where the field has heads."""
    if numbers.size == 0:
        return None
    if not per_head:
        return [[float(numbers.min()), float(numbers.max())]]
    by_head = np.moveaxis(numbers, 0 if layout == "weights" else 1, 0)
    return [[float(head.min()), float(head.max())] for head in by_head]


_PLAIN = {
    "alpha": "α",
    "alpha_dropped": "α dropped",
    "dropout_mask": "mask",
    "h_prime": "h′",
    "pre_activation": "z",
    "x": "X",
    "masked_e": "masked",
    "message": "α·Wh",
    "score_target": "a_target·Wh",
    "score_source": "a_source·Wh",
}


def _pack_field(
    info: FieldInfo, trace: LayerTrace, part: Part, limits: Mapping[str, float], input_names: Sequence[str]
) -> dict[str, Any]:
    values: NDArray[Any] = getattr(trace, info.name)
    rows: dict[str, Any] = {"rows": _ROWS_READ.get(info.name, ("target",))}
    if info.name in _ARC_FIELDS:
        share = info.name in ("alpha", "alpha_dropped", "dropout_mask")
        return _describe(
            info,
            values.shape,
            values,
            layout="pairs",
            perHead=True,
            colour="share" if share else "signed",
            limit=1.0 if share else limits["scores"],
            values=packed(values[part.arcs]),
            pairs=None if share else _all_pairs(info.name, trace, part),
        )
    if info.name == "hidden":
        return _describe(
            info,
            values.shape,
            values,
            layout="messages",
            perHead=True,
            colour="signed",
            limit=limits["scores"],
            values=_small(values[part.arcs]),
            columns=_dimensions(trace),
        )
    if info.name in _SCORE_FIELDS:
        return _describe(
            info,
            values.shape,
            values,
            layout="nodes",
            perHead=True,
            colour="signed",
            limit=limits["scores"],
            values=packed(values[part.nodes][:, :, None]),
            columns=["·"],
            **rows,
        )
    if info.name in _NODE_FIELDS:
        limit = limits["after" if info.name == "h_prime" else "scores"]
        return _describe(
            info,
            values.shape,
            values,
            layout="nodes",
            perHead=True,
            colour="signed",
            limit=limit,
            values=packed(values[part.nodes]),
            columns=_dimensions(trace),
            **rows,
        )
    columns = list(input_names) if info.name == "x" else None
    joined = trace.concat and info.name != "x"
    if info.name == "combined":
        rows["plain"] = "concat" if trace.concat else "mean"
    return _describe(
        info,
        values.shape,
        values,
        layout="nodes",
        colour="signed",
        limit=limits["x" if info.name == "x" else "after"],
        values=packed(values[part.nodes]),
        columns=columns or [f"c{c}" for c in range(values.shape[1])],
        headColumns=trace.head_features if joined else None,
        **rows,
    )


def _all_pairs(name: str, trace: LayerTrace, part: Part) -> dict[str, Any] | None:
    whole = part.nodes.size == trace.num_nodes
    if not whole or trace.num_heads * trace.num_nodes**2 > MOST_PAIR_VALUES:
        return None
    return packed(np.stack([trace.dense(name, head) for head in range(trace.num_heads)]))


def _small(values: NDArray[Any]) -> dict[str, Any] | None:
    return packed(values) if values.size <= MOST_MESSAGE_VALUES else None


def _dimensions(trace: LayerTrace) -> list[str]:
    return [f"c{c}" for c in range(trace.head_features)]


_W_INFO = FieldInfo("W", "W", "[H, C, F]", r"W", "The head's weights: one row per output feature.")
_A_INFO = FieldInfo(
    "a",
    "a",
    "[H, 2, C]",
    r"a = [a_{\mathrm{target}} \,\Vert\, a_{\mathrm{source}}]",
    "The attention vector: one half meets the node that reads, the other the node that is read.",
)


def _weights_before(name: str, trace: LayerTrace, input_names: Sequence[str]) -> list[dict[str, Any]]:
    """The parameters that a field is computed with, as stages of their own just before it."""
    weights = trace.weights
    limit = max((float(np.abs(w).max()) for w in weights.values() if w.size), default=1.0) or 1.0
    shared = {"layout": "weights", "perHead": True, "colour": "signed", "limit": limit}
    suffix = {"Wh": "W", "Wh_target": "W_target", "Wh_source": "W_source"}.get(name)
    if suffix is not None and suffix in weights:
        info = FieldInfo(
            suffix,
            _W_INFO.symbol if suffix == "W" else f"W_{{\\mathrm{{{suffix[2:]}}}}}",
            _W_INFO.shape,
            _W_INFO.formula,
            _W_INFO.caption,
        )
        values = weights[suffix]
        return [
            _describe(
                info,
                values.shape,
                values,
                values=packed(values),
                rowNames=_dimensions(trace),
                columns=list(input_names),
                **shared,
            )
        ]
    if name == "score_target":
        values = np.stack([weights["a_target"], weights["a_source"]], axis=1)
        return [
            _describe(
                _A_INFO,
                values.shape,
                values,
                values=packed(values),
                rowNames=["target", "source"],
                columns=_dimensions(trace),
                **shared,
            )
        ]
    if name == "e" and "a" in weights:
        values = weights["a"][:, None, :]
        info = FieldInfo("a", "a", "[H, C]", "a", "The attention vector.")
        return [
            _describe(
                info,
                weights["a"].shape,
                values,
                values=packed(values),
                rowNames=["a"],
                columns=_dimensions(trace),
                **shared,
            )
        ]
    return []


def _masked(trace: LayerTrace, part: Part, limits: Mapping[str, float]) -> dict[str, Any]:
    info = FieldInfo(
        "masked_e",
        r"e + \mathrm{mask}",
        "[N, N]",
        r"e_{ij} = -\infty \;\text{ where } j \notin N(i)",
        "Where there is no arrow the score becomes −∞, so that the softmax gives it nothing.",
    )
    shape = (trace.num_nodes, trace.num_nodes, trace.num_heads)
    return _describe(
        info,
        shape,
        trace.e,
        layout="pairs",
        perHead=True,
        colour="signed",
        limit=limits["scores"],
        values=packed(trace.e[part.arcs]),
        elsewhere="−∞",
    )


def _messages(trace: LayerTrace, part: Part, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    info = FieldInfo(
        "message",
        r"\alpha_{ij} W h_j",
        "[E, H, C]",
        r"\alpha_{ij}\, W h_j",
        "What the chosen target takes in from each node it reads; the rows add up to its h′.",
    )
    shape = (trace.num_edges, trace.num_heads, trace.head_features)
    if part.arcs.size * trace.num_heads * trace.head_features > MOST_MESSAGE_VALUES:
        return []
    values = messages(trace)[part.arcs]
    return [
        _describe(
            info,
            shape,
            values,
            layout="messages",
            perHead=True,
            colour="signed",
            limit=limits["after"],
            values=packed(values),
            columns=_dimensions(trace),
        )
    ]
