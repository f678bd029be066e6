"""The textbook's dense forms of GAT and GATv2, on their own: they share no code with the layers and prove them right.

They build what the layers never need, a tensor over all pairs of nodes, so they are for small graphs only.
Sources: Veličković et al. 2018, arXiv 1710.10903, equations 1–6; Brody et al. 2022, arXiv 2105.14491,
equation 7; both as written there, one head at a time, in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class DenseHead:
    """One head: Wh [N, C] (GATv2: of the sources), e [N, N] (all pairs), alpha [N, N] (0 off the edges), h_prime."""

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


@dataclass(frozen=True)
class DenseEdges:
    """What edges add to one head: features [N, N, D] (0 off the edges), W [C, D]; of GAT a [C], its third part of a.

    `in_message`: what is read is Wh_j + W f_ij and not Wh_j alone.
    """

    features: ArrayLike
    W: ArrayLike
    a: ArrayLike = 0.0
    in_message: bool = False

    @property
    def projected(self) -> Array:
        """[N, N, C]: W f_ij."""
        return _float(self.features) @ _float(self.W).T


def dense_head(
    x: ArrayLike,
    adj: ArrayLike,
    W: ArrayLike,
    a: ArrayLike,
    slope: float,
    b_W: ArrayLike = 0.0,
    b_a: ArrayLike = 0.0,
    edges: DenseEdges | None = None,
) -> DenseHead:
    """One GAT head on x [N, F] with adj [N, N] (row reads column), W [C, F] and a [2C], target half first.

    b_W [C] is added to what W projects, b_a to every score.
    """
    Wh = _float(x) @ _float(W).T + _float(b_W)
    if edges is None:
        return _attended(Wh, _leaky(pair_tensor(Wh) @ _float(a) + _float(b_a), slope), adj)
    triples = np.concatenate([pair_tensor(Wh), edges.projected], axis=2)
    e = _leaky(triples @ np.concatenate([_float(a), _float(edges.a)]) + _float(b_a), slope)
    return _attended(Wh, e, adj, edges.projected if edges.in_message else None)


def dense_head_v2(
    x: ArrayLike,
    adj: ArrayLike,
    W_target: ArrayLike,
    W_source: ArrayLike,
    a: ArrayLike,
    slope: float,
    b_target: ArrayLike = 0.0,
    b_source: ArrayLike = 0.0,
    edges: DenseEdges | None = None,
) -> DenseHead:
    """One GATv2 head on x [N, F] with adj [N, N] (row reads column); both W [C, F], a and both b [C]."""
    pairs = pair_tensor(_float(x))
    both = np.concatenate([_float(W_target), _float(W_source)], axis=1)
    met = pairs @ both.T + _float(b_target) + _float(b_source)
    hidden = _leaky(met if edges is None else met + edges.projected, slope)
    return _attended(_float(x) @ _float(W_source).T + _float(b_source), hidden @ _float(a), adj)


def _float(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def _leaky(values: Array, slope: float) -> Array:
    return np.maximum(values, 0) + slope * np.minimum(values, 0)


def _attended(Wh: Array, e: Array, adj: ArrayLike, of_edges: Array | None = None) -> DenseHead:
    """Softmax of each row over what it reads, then the sum, of what edges [N, N, C] add too; no reads give 0."""
    alpha = np.zeros_like(e)
    for i, reads in enumerate(np.asarray(adj, dtype=bool)):
        if reads.any():
            powers = np.exp(e[i, reads] - e[i, reads].max())
            alpha[i, reads] = powers / powers.sum()
    h_prime = alpha @ Wh
    if of_edges is not None:
        h_prime = h_prime + (alpha[:, :, None] * of_edges).sum(axis=1)
    return DenseHead(Wh, e, alpha, h_prime)
