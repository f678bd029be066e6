"""Weights to compare α with: GCN's, the plain mean, and what all heads give on average. All [E]."""

from __future__ import annotations

import numpy as np

from gatviz.trace import Array, LayerTrace


def gcn_weights(trace: LayerTrace) -> Array:
    """1/√(d_i d_j) for each arc; d counts incoming arcs, loops included, and 1/√0 counts as 0.

    Rows need not sum to 1. Source: Kipf & Welling 2017, arXiv 1609.02907.
    """
    degree = np.diff(trace.ptr).astype(np.float64)
    root = np.divide(1.0, np.sqrt(degree), out=np.zeros_like(degree), where=degree > 0)
    source, target = trace.edge_index
    result: Array = root[target] * root[source]
    return result


def mean_weights(trace: LayerTrace) -> Array:
    """1/|N(i)| for each arc: what uniform attention would give."""
    degree = np.diff(trace.ptr)
    result: Array = 1.0 / degree[trace.edge_index[1]]
    return result


def mean_of_heads(trace: LayerTrace) -> Array:
    """The average of α over the heads: derived, no head computed it."""
    mean: Array = trace.alpha.mean(axis=1)
    return mean
