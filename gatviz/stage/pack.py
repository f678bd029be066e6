"""Graph + LayerTrace → the data of one screen, as JSON that the stage's JavaScript reads.

Every number that the stage shows is taken from the trace, or computed from it here or in `analysis`; the
browser formats and lays out. Arrays travel as float32, so none is rounded on the way.
N nodes and E arcs of the part that is shown, H heads, C features per head, F input features. Of a cut part the
U arcs between its nodes that are not drawn go along too, after the E that are: not drawn is never not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import share_limit
from gatviz.analysis.subject import called
from gatviz.analysis.terms import target_maxima
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.stage.formulas import mathml
from gatviz.stage.part import packed, sent_arcs
from gatviz.stage.stages import pack_stages


@dataclass(frozen=True)
class Weighting:
    """One set of weights [E] over a trace's arcs: a head, something derived from heads, or a baseline."""

    key: str
    label: str
    title: str
    kind: str
    values: NDArray[np.floating]
    head: int | None = None
    symbol: str = "α"
    explanation: str = ""
    formula: str = ""
    rows_sum_to_one: bool = True


def pack_scene(
    graph: Graph,
    trace: LayerTrace,
    weightings: Sequence[Weighting],
    palettes: Mapping[str, Mapping[str, Any]],
    texts: Mapping[str, str],
    input_names: Sequence[str],
    part: Part | None = None,
    extras: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that the stage needs to show one layer's run, but where the nodes are and what is locked.

    Arguments:
        graph, trace: what was run and what came of it.
        weightings: the choices of the head switch, in order.
        palettes: colours for the "light" and the "dark" theme; texts: the stage's words.
        input_names: of the F columns of the layer's input, see `stage.column_names`.
        part: what to show of a graph that is too large to draw.
        extras: further keys, taken over as they are.
    """
    part = part or Part.whole(trace.num_nodes, trace.num_edges)
    local = part.local()
    among = part.among(trace.edge_index)
    source, target = local[trace.edge_index[:, among]]
    sent = sent_arcs(trace, part, len(weightings))
    return {
        "names": [graph.names[n] for n in part.nodes],
        "called": [called(graph.names[n]) for n in part.nodes],
        "nodeNumbers": part.nodes.tolist(),
        "classOf": graph.class_index[part.nodes].tolist(),
        "classNames": list(graph.class_names),
        "features": packed(graph.x[part.nodes]),
        "featureNames": list(graph.feature_names),
        "arcs": {
            "source": source.tolist(),
            "target": target.tolist(),
            "added": trace.added_loops[among].astype(int).tolist(),
            "drawn": part.arcs.size,
        },
        "whole": _whole(trace, part, among, sent),
        "weightings": [_pack_weighting(w, trace, part, among, sent) for w in weightings],
        "stages": pack_stages(trace, part, input_names, graph.edge_feature_names),
        "shareLimit": share_limit(trace),
        "uniform": packed(_uniform_shares(trace)[part.nodes]),
        "palettes": dict(palettes),
        "texts": dict(texts),
        **(extras or {}),
    }


def _pack_weighting(
    weighting: Weighting, trace: LayerTrace, part: Part, among: NDArray[np.int64], sent: NDArray[np.int64]
) -> dict[str, Any]:
    values = weighting.values
    return {
        "key": weighting.key,
        "label": weighting.label,
        "title": weighting.title,
        "kind": weighting.kind,
        "head": weighting.head,
        "symbol": weighting.symbol,
        "explanation": weighting.explanation,
        "formula": {"latex": weighting.formula, "mathml": mathml(weighting.formula or "x")},
        "rowsSumToOne": weighting.rows_sum_to_one,
        "rows": _row_sums(values, trace, part, among) if part.arcs.size < trace.num_edges else None,
        "values": packed(values[sent]),
        "range": [float(values.min()), float(values.max())] if values.size else None,
        "strongest": _strongest(values, trace, part),
    }


def _whole(trace: LayerTrace, part: Part, among: NDArray[np.int64], sent: NDArray[np.int64]) -> dict[str, Any]:
    """The graph that the part is of: its counts, and per node of the part how many arcs lead into and out of it.

    `outside` counts the arcs whose other end is not shown, `undrawn` all that are not drawn.
    """

    def counts(end: int, arcs: NDArray[np.int64]) -> NDArray[np.int64]:
        result: NDArray[np.int64] = np.bincount(trace.edge_index[end, arcs], minlength=trace.num_nodes)[part.nodes]
        return result

    every = np.arange(trace.num_edges)
    ends = {"reads": 1, "readBy": 0}
    reads = {name: counts(end, every) for name, end in ends.items()}
    return {
        "nodes": trace.num_nodes,
        "arcs": trace.num_edges,
        "cut": part.arcs.size < trace.num_edges,
        "sent": sent.size == among.size,
        "emptyRows": bool((reads["reads"] == 0).any()),
        **{name: count.tolist() for name, count in reads.items()},
        "undrawn": {name: (reads[name] - counts(end, part.arcs)).tolist() for name, end in ends.items()},
        "outside": {name: (reads[name] - counts(end, among)).tolist() for name, end in ends.items()},
    }


def _row_sums(values: NDArray[np.floating], trace: LayerTrace, part: Part, among: NDArray[np.int64]) -> dict[str, Any]:
    """What a row of the matrix adds up to: all that the node reads, what of it is in the matrix, what is drawn."""
    reads = np.diff(trace.ptr)[part.nodes] > 0

    def sums(arcs: NDArray[np.int64]) -> NDArray[Any]:
        weights = values[arcs].astype(np.float64)
        return np.bincount(trace.edge_index[1, arcs], weights, minlength=trace.num_nodes)[part.nodes]

    outside = np.ones(trace.num_edges, dtype=bool)
    outside[among] = False
    here = sums(among)
    return {
        "drawn": packed(sums(part.arcs)),
        "here": packed(here),
        "outside": packed(sums(np.flatnonzero(outside))),
        "all": packed(sums(np.arange(trace.num_edges))),
        "hereRange": [float(here[reads].min()), float(here[reads].max())] if reads.any() else None,
    }


def _strongest(values: NDArray[np.floating], trace: LayerTrace, part: Part) -> list[int]:
    """Per node of the part the strongest arc of all into it, as its place among the drawn; −1 if none is drawn.

    Of equal ones the first that is drawn.
    """
    local, target = part.local(), trace.edge_index[1, part.arcs]
    best = np.flatnonzero(values[part.arcs] == target_maxima(trace, values)[target])[::-1]
    found = np.full(part.nodes.size, -1)
    found[local[target[best]]] = best
    return found.tolist()


def _uniform_shares(trace: LayerTrace) -> NDArray[np.float64]:
    counts = np.diff(trace.ptr)
    return np.divide(1.0, counts, out=np.zeros(counts.shape), where=counts > 0)
