"""What changed since a pinned baseline, packed for the stage: Δα on the arrows and as a matrix of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatviz.analysis import WhatIf
from gatviz.attention.trace import LayerTrace
from gatviz.stage.formulas import mathml
from gatviz.stage.part import Part, packed

_MOST_PAIR_VALUES = 120_000
_LATEX = r"\Delta\alpha_{ij} = \alpha_{ij} - \alpha_{ij}^{\mathrm{baseline}}"
_CAPTION = (
    "How the share changed since the baseline. Hatched: no arrow now; a number there is of an arrow that is gone."
)


def pack_change(change: WhatIf, part: Part, *, baseline: str) -> dict[str, Any]:
    """Δα of the arcs that are shown, which of them are new, and which are gone.

    Arguments:
        change: from the baseline to the run on the stage.
        part: what is shown of it.
        baseline: what the baseline is called.
    """
    delta = change.on_present[part.arcs]
    here = np.sort(change.after_arc[change.after_arc >= 0])
    status = np.empty(here.size, dtype=change.status.dtype)
    status[change.after_arc[change.after_arc >= 0]] = change.status[change.after_arc >= 0]
    target = np.empty(here.size, dtype=np.int64)
    target[change.after_arc[change.after_arc >= 0]] = change.target[change.after_arc >= 0]
    local = np.full(len(change.names), -1)
    local[part.nodes] = np.arange(part.nodes.size)
    strongest = [
        _strongest(delta[:, head], local[target[part.arcs]], part.nodes.size) for head in range(delta.shape[1])
    ]
    gone = np.flatnonzero(change.status == "gone")
    shown = gone[(local[change.source[gone]] >= 0) & (local[change.target[gone]] >= 0)]
    return {
        "values": packed(delta.T),
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
        "values": packed(values[part.arcs]),
    }


def _strongest(delta: np.ndarray[Any, Any], target: np.ndarray[Any, Any], num_nodes: int) -> list[int]:
    """Per node the arc into it that changed most, −1 where none changed."""
    found = np.full(num_nodes, -1)
    for k in np.argsort(np.abs(delta), kind="stable"):
        if delta[k] != 0:
            found[target[k]] = k
    return found.tolist()
