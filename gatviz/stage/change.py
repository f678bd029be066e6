"""What changed since a pinned baseline, packed for the stage: Δα on the arrows and as a matrix of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import WhatIf
from gatviz.attention.trace import Array, LayerTrace
from gatviz.graph.subgraph import Part
from gatviz.stage.formulas import mathml
from gatviz.stage.part import packed, sent_arcs

_MOST_PAIR_VALUES = 120_000
_LATEX = r"\Delta\alpha_{ij} = \alpha_{ij} - \alpha_{ij}^{\mathrm{baseline}}"
_CAPTION = (
    "How the share changed since the baseline. Hatched: no arrow now; a number there is of an arrow that is gone."
)


def pack_change(change: WhatIf, part: Part, *, baseline: str) -> dict[str, Any]:
    """Δα of the arcs between the shown nodes (those that are drawn first), which of them are new, and which are gone.

    Arguments:
        change: from the baseline to the run on the stage.
        part: what is shown of it.
        baseline: what the baseline is called.
    """
    delta = change.on_present
    order = np.argsort(change.after_arc, kind="stable")
    order = order[change.after_arc[order] >= 0]
    status, target = change.status[order], change.target[order]
    among = part.among(np.stack([change.source[order], target]))
    local = np.full(len(change.names), -1)
    local[part.nodes] = np.arange(part.nodes.size)
    strongest = [_strongest(delta[:, head], target, local, part) for head in range(delta.shape[1])]
    gone = np.flatnonzero(change.status == "gone")
    shown = gone[(local[change.source[gone]] >= 0) & (local[change.target[gone]] >= 0)]
    return {
        "values": packed(delta[among].T),
        "strongest": strongest,
        "isNew": (status[part.arcs] == "new").astype(int).tolist(),
        "gone": np.stack([local[change.source[shown]], local[change.target[shown]]], axis=1).tolist(),
        "goneBefore": packed(change.before[shown].T),
        "limit": change.largest or 1.0,
        "baseline": baseline,
    }


def change_stage(change: WhatIf, trace: LayerTrace, part: Part) -> dict[str, Any]:
    """Δα as one more stage of the chain; gone arcs have their number off the arcs of now."""
    delta = change.on_present
    heads = delta.shape[1]
    pairs = None
    if part.nodes.size == trace.num_nodes and trace.num_heads * trace.num_nodes**2 <= _MOST_PAIR_VALUES:
        dense = np.zeros((trace.num_heads, trace.num_nodes, trace.num_nodes), dtype=np.float32)
        known = (change.source < trace.num_nodes) & (change.target < trace.num_nodes)
        dense[:heads, change.target[known], change.source[known]] = change.delta[known].T
        pairs = packed(dense)
    values = np.zeros((delta.shape[0], trace.num_heads), dtype=np.float32)
    values[:, :heads] = delta
    ranges = [[float(v.min()), float(v.max())] for v in values.T] if values.size else None
    return {
        "name": "change",
        "symbol": mathml(r"\Delta\alpha"),
        "plain": "Δα",
        "shapeLetters": "[E, H]",
        "shape": f"[{trace.num_edges}, {trace.num_heads}]",
        "formula": mathml(_LATEX),
        "latex": _LATEX,
        "caption": _CAPTION,
        "ranges": ranges,
        "pairs": pairs,
        "perHead": True,
        "layout": "pairs",
        "colour": "signed",
        "limit": change.largest or 1.0,
        "values": packed(values[sent_arcs(trace, part, trace.num_heads)]),
    }


def _strongest(delta: Array, target: NDArray[np.int64], local: NDArray[np.int64], part: Part) -> list[int]:
    """Per node of the part, of all arcs into it the one that changed most; −1 where none changed or it is not drawn."""
    size = np.abs(delta)
    largest = np.zeros(local.size, size.dtype)
    np.maximum.at(largest, target, size)
    found = np.full(part.nodes.size, -1)
    best = np.flatnonzero((size[part.arcs] == largest[target[part.arcs]]) & (size[part.arcs] > 0))
    found[local[target[part.arcs[best]]]] = best
    return found.tolist()
