"""Graph + LayerTrace → the data of one screen, as JSON that the stage's JavaScript reads.

Every number that the stage shows is taken from the trace, or computed from it here or in `analysis`; the
browser formats and lays out. Arrays travel as float32, so none is rounded on the way.
N nodes and E arcs of the part that is shown, H heads, C features per head, F input features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import share_limit, strongest_into
from gatviz.attention.trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.stage.formulas import mathml
from gatviz.stage.part import Part, packed
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
        input_names: of the F columns of the layer's input, see `stage.inputs`.
        part: what to show of a graph that is too large to draw.
        extras: further keys, taken over as they are.
    """
    part = part or Part.whole(trace)
    local = np.full(graph.num_nodes, -1)
    local[part.nodes] = np.arange(part.nodes.size)
    source, target = local[trace.edge_index[:, part.arcs]]
    names = [graph.names[n] for n in part.nodes]
    return {
        "names": names,
        "nodeNumbers": part.nodes.tolist(),
        "classOf": graph.class_index[part.nodes].tolist(),
        "classNames": list(graph.class_names),
        "features": packed(graph.x[part.nodes]),
        "featureNames": list(graph.feature_names),
        "arcs": {
            "source": source.tolist(),
            "target": target.tolist(),
            "added": trace.added_loops[part.arcs].astype(int).tolist(),
        },
        "weightings": [_pack_weighting(w, part, target) for w in weightings],
        "stages": pack_stages(trace, part, input_names),
        "shareLimit": share_limit(trace),
        "uniform": packed(_uniform_shares(trace)[part.nodes]),
        "palettes": dict(palettes),
        "texts": dict(texts),
        **(extras or {}),
    }


def _pack_weighting(weighting: Weighting, part: Part, target: NDArray[np.int64]) -> dict[str, Any]:
    values = weighting.values[part.arcs]
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
        "values": packed(values),
        "range": [float(values.min()), float(values.max())] if values.size else None,
        "strongest": strongest_into(target, values, part.nodes.size).tolist(),
    }


def _uniform_shares(trace: LayerTrace) -> NDArray[np.float64]:
    counts = np.diff(trace.ptr)
    return np.divide(1.0, counts, out=np.zeros(counts.shape), where=counts > 0)
