"""The stages of the chain, from X and W to the output: for each what it holds, what it means, how it is drawn.

N nodes and E arcs of the part that is shown, H heads, C features per head, F input features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import dropped_limit
from gatviz.analysis.terms import used_alpha
from gatviz.attention.fields import FieldInfo
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.subgraph import Part
from gatviz.stage.formulas import mathml
from gatviz.stage.inputs import output_names
from gatviz.stage.part import packed, sent_arcs

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
            stages.append(_masked(trace, limits))
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
    "a_halves": "a",
    "bias": "b",
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
    rows: dict[str, Any] = {"layout": "nodes", "rows": _ROWS_READ.get(info.name, ("target",))}
    more: dict[str, Any] = {"perHead": True, "colour": "signed", "limit": limits["scores"]}
    if info.name in _ARC_FIELDS:
        share = info.name in ("alpha", "alpha_dropped", "dropout_mask")
        arcs = part.arcs if info.name == "alpha" else sent_arcs(trace, part, trace.num_heads)  # α goes by weighting
        more |= {"layout": "pairs", "values": packed(values[arcs])}
        more |= (
            {"colour": "share", "limit": dropped_limit(trace)}
            if share
            else {"pairs": _all_pairs(info.name, trace, part)}
        )
    elif info.name == "hidden":
        more |= {"layout": "messages", "values": _small(values[part.arcs]), "columns": _dimensions(trace)}
    elif info.name in _SCORE_FIELDS:
        more |= {**rows, "values": packed(values[part.nodes][:, :, None]), "columns": ["·"]}
    elif info.name in _NODE_FIELDS:
        more |= {**rows, "values": packed(values[part.nodes]), "columns": _dimensions(trace)}
        more["limit"] = limits["after" if info.name == "h_prime" else "scores"]
    elif info.name == "x":
        more |= {**rows, "perHead": False, "values": packed(values[part.nodes]), "columns": list(input_names)}
        more["limit"] = limits["x"]
    else:
        more |= {**rows, "perHead": False, "values": packed(values[part.nodes]), "columns": list(output_names(trace))}
        more |= {"limit": limits["after"], "headColumns": trace.head_features if trace.concat else None}
        if info.name == "combined":
            more["plain"] = "concat" if trace.concat else "mean"
    return _describe(info, values.shape, values, **more)


def _all_pairs(name: str, trace: LayerTrace, part: Part) -> dict[str, Any] | None:
    whole = part.nodes.size == trace.num_nodes
    if not whole or trace.num_heads * trace.num_nodes**2 > MOST_PAIR_VALUES:
        return None
    return packed(np.stack([trace.dense(name, head) for head in range(trace.num_heads)]))


def _small(values: NDArray[Any]) -> dict[str, Any] | None:
    return packed(values) if values.size <= MOST_MESSAGE_VALUES else None


def _dimensions(trace: LayerTrace) -> list[str]:
    return [f"c{c}" for c in range(trace.head_features)]


def _weights_before(name: str, trace: LayerTrace, input_names: Sequence[str]) -> list[dict[str, Any]]:
    """The parameters that a field is computed with, as stages of their own just before it."""
    weights, dimensions = trace.weights, _dimensions(trace)
    limit = max((float(np.abs(w).max()) for w in weights.values() if w.size), default=1.0) or 1.0

    def stage(
        parameter: str, values: NDArray[Any], rows: Sequence[str], columns: Sequence[str], **more: Any
    ) -> dict[str, Any]:
        info = _PARAMETERS[parameter]
        shape = weights[parameter].shape if parameter in weights else values.shape
        return _describe(
            info,
            shape,
            values,
            layout="weights",
            colour="signed",
            limit=limit,
            values=packed(values),
            rowNames=list(rows),
            columns=list(columns),
            entries={"parameters": _HALVES if parameter == "a_halves" else [parameter], "rows": parameter in _MATRICES},
            **{"perHead": True, **more},
        )

    found: list[dict[str, Any]] = []
    for parameter in _PROJECTIONS.get(name, ()):
        if parameter in weights and not (parameter == "W_source" and _is_shared(trace)):
            values = weights[parameter]
            if parameter.startswith("b_"):
                found.append(stage(parameter, values[:, None, :], ["b"], dimensions))
            else:
                found.append(stage(parameter, values, dimensions, input_names))
                if parameter == "W_target" and _is_shared(trace):
                    found[-1]["caption"] += " One W serves both roles here: W_source is the same."
    if name == "score_target":
        both = np.stack([weights["a_target"], weights["a_source"]], axis=1)
        found.append(stage("a_halves", both, ["target", "source"], dimensions))
    if name == "e" and "a" in weights:
        found.append(stage("a", weights["a"][:, None, :], ["a"], dimensions))
    if name == "residual":
        found.append(stage("W_res", weights["W_res"], output_names(trace), input_names, perHead=False))
    if name == "pre_activation" and "bias" in weights:
        found.append(stage("bias", weights["bias"][None, :], ["b"], output_names(trace), perHead=False))
    return found


def _is_shared(trace: LayerTrace) -> bool:
    """Whether a GATv2 layer reads both roles through one W."""
    weights = trace.weights
    return "W_source" in weights and np.shares_memory(weights["W_target"], weights["W_source"])


_HALVES = ["a_target", "a_source"]
_MATRICES = ("W", "W_target", "W_source", "W_res")
_PROJECTIONS = {"Wh": ("W",), "Wh_target": ("W_target", "b_target"), "Wh_source": ("W_source", "b_source")}
_PARAMETERS = {
    info.name: info
    for info in (
        FieldInfo(
            "W", "W", "[H, C, F]", r"W \in \mathbb{R}^{C \times F}", "The head's weights: a row per output feature."
        ),
        FieldInfo(
            "W_target",
            r"W_{\mathrm{target}}",
            "[H, C, F]",
            r"W_{\mathrm{target}} \in \mathbb{R}^{C \times F}",
            "The head's weights for the node that reads: a row per output feature.",
        ),
        FieldInfo(
            "W_source",
            r"W_{\mathrm{source}}",
            "[H, C, F]",
            r"W_{\mathrm{source}} \in \mathbb{R}^{C \times F}",
            "The head's weights for the node that is read: a row per output feature.",
        ),
        FieldInfo(
            "b_target",
            r"b_{\mathrm{target}}",
            "[H, C]",
            r"b_{\mathrm{target}} \in \mathbb{R}^{C}",
            "Added to the projection of the node that reads.",
        ),
        FieldInfo(
            "b_source",
            r"b_{\mathrm{source}}",
            "[H, C]",
            r"b_{\mathrm{source}} \in \mathbb{R}^{C}",
            "Added to the projection of the node that is read.",
        ),
        FieldInfo(
            "a_halves",
            "a",
            "[H, 2, C]",
            r"a = [a_{\mathrm{target}} \,\Vert\, a_{\mathrm{source}}]",
            "The attention vector: one half meets the node that reads, the other the node that is read.",
        ),
        FieldInfo("a", "a", "[H, C]", r"a \in \mathbb{R}^{C}", "The attention vector."),
        FieldInfo(
            "W_res",
            r"W_{\mathrm{res}}",
            "[H·C or C, F]",
            r"W_{\mathrm{res}}",
            "The residual's projection of the input: a row per output column.",
        ),
        FieldInfo("bias", "b", "[H·C or C]", r"b", "The learnt vector that is added to every node's output."),
    )
}


def _masked(trace: LayerTrace, limits: Mapping[str, float]) -> dict[str, Any]:
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
        valuesOf="e",
        elsewhere="−∞",
    )


def _messages(trace: LayerTrace, part: Part, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    share = r"\alpha_{ij}" if trace.alpha_dropped is None else r"\tilde\alpha_{ij}"
    read = "W h_j" if "W" in trace.weights else r"(W_{\mathrm{source}} h)_j"
    info = FieldInfo(
        "message",
        rf"{share} {read}",
        "[E, H, C]",
        rf"{share}\, {read}",
        "What the chosen target takes in from each node it reads; the rows add up to its h′.",
    )
    shape = (trace.num_edges, trace.num_heads, trace.head_features)
    if part.arcs.size * trace.num_heads * trace.head_features > MOST_MESSAGE_VALUES:
        return []
    source, target = trace.edge_index[:, part.arcs]
    values = used_alpha(trace)[part.arcs][:, :, None] * trace.source_features[source]
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
            rest=_rest(values, target, trace, part) if part.arcs.size < trace.num_edges else None,
            columns=_dimensions(trace),
        )
    ]


def _rest(values: NDArray[np.floating], target: NDArray[np.int64], trace: LayerTrace, part: Part) -> dict[str, Any]:
    """[N, H, C]: what a node takes in through arcs that are not drawn, so that the rows still add up to its h′."""
    rest = trace.h_prime[part.nodes].astype(np.float64)
    np.subtract.at(rest, part.local()[target], values)
    return packed(rest)
