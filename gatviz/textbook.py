"""The textbook's dense form of GAT, on its own: it shares no code with the layers and proves them right.

It builds the [N, N, 2C] pair tensor that the layers never need, so it is for small graphs only.
Source: Veličković et al. 2018, arXiv 1710.10903, equations 1–6, as written there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class DenseHead:
    """One head: Wh [N, C], e [N, N] (all pairs), alpha [N, N] (0 off the edges), h_prime [N, C]."""

    Wh: Array
    e: Array
    alpha: Array
    h_prime: Array


def pair_tensor(Wh: Array) -> Array:
    """[N, N, 2C]: at (i, j) the concatenation [Wh_i ‖ Wh_j]."""
    count, width = Wh.shape
    row = np.broadcast_to(Wh[:, None, :], (count, count, width))
    column = np.broadcast_to(Wh[None, :, :], (count, count, width))
    return np.concatenate([row, column], axis=2)


def dense_head(x: Array, adj: NDArray[np.bool_], W: Array, a: Array, slope: float) -> DenseHead:
    """One GAT head on x [N, F] with adj [N, N] (row reads column), W [C, F], a [2C]; in float64."""
    x, W, a = (np.asarray(value, dtype=np.float64) for value in (x, W, a))
    Wh = x @ W.T
    raw = pair_tensor(Wh) @ a
    e = np.maximum(raw, 0) + slope * np.minimum(raw, 0)
    alpha = np.zeros_like(e)
    for i, reads in enumerate(np.asarray(adj, dtype=bool)):
        if reads.any():
            powers = np.exp(e[i, reads] - e[i, reads].max())
            alpha[i, reads] = powers / powers.sum()
    return DenseHead(Wh, e, alpha, alpha @ Wh)
