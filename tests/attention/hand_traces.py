"""Traces made by hand in NumPy, without any layer: for tests of what is read out of a trace.

N nodes, E edges, F input features, H heads, C features per head.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from gatviz.attention.layer_trace import GATTrace
from gatviz.graph.graph import Graph

SLOPE = 0.2


def edges_of(adj: Any) -> tuple[np.ndarray, np.ndarray]:
    """edge_index [2, E] and ptr [N + 1] of adj [N, N] (row reads column)."""
    target, source = np.nonzero(np.asarray(adj))
    counts = np.bincount(target, minlength=len(adj))
    return np.stack([source, target]), np.concatenate([[0], np.cumsum(counts)])


def numpy_gat(
    x: Any,
    adj: Any,
    W: Any,
    a_target: Any,
    a_source: Any,
    *,
    slope: float = SLOPE,
    added: Sequence[int] = (),
    dtype: type = np.float64,
    **changes: Any,
) -> GATTrace:
    """A GAT layer's run, edge by edge: x [N, F], W [H, C, F], a_target and a_source [H, C]; heads concatenated.

    `added`: nodes whose self-loop counts as added. `changes`: fields to set to something else.
    """
    x, W, a_target, a_source = (np.asarray(value, dtype=dtype) for value in (x, W, a_target, a_source))
    edge_index, ptr = edges_of(adj)
    source, target = edge_index
    Wh = np.einsum("nf,hcf->nhc", x, W)
    score_target, score_source = (Wh * a_target).sum(-1), (Wh * a_source).sum(-1)
    raw = score_target[target] + score_source[source]
    e = np.where(raw > 0, raw, slope * raw)
    alpha = softmax(e, ptr)
    return _trace(
        x=x,
        edge_index=edge_index,
        ptr=ptr,
        input_edge=_input_edge(edge_index, added),
        Wh=Wh,
        score_target=score_target,
        score_source=score_source,
        raw=raw,
        e=e,
        alpha=alpha,
        weights={"W": W, "a_target": a_target, "a_source": a_source},
        negative_slope=slope,
        **changes,
    )


def with_alpha(adj: Any, alpha: Any, *, e: Any = None, added: Sequence[int] = (), dtype: type = np.float64) -> GATTrace:
    """A trace with these shares, whatever scores they came from.

    Arguments:
        alpha: [H, N, N]; what stands off the edges of adj is not looked at.
        e: [H, N, N] scores to go with them; their logarithm if left out.
    """
    alpha = np.asarray(alpha, dtype=dtype)
    edge_index, ptr = edges_of(adj)
    source, target = edge_index
    on_edges = alpha[:, target, source].T
    with np.errstate(divide="ignore"):
        scores = np.log(on_edges) if e is None else np.asarray(e, dtype=dtype)[:, target, source].T
    count, heads = len(adj), alpha.shape[0]
    zeros = np.zeros((count, heads), dtype=dtype)
    return _trace(
        x=np.zeros((count, 1), dtype=dtype),
        edge_index=edge_index,
        ptr=ptr,
        input_edge=_input_edge(edge_index, added),
        Wh=np.ones((count, heads, 1), dtype=dtype),
        score_target=zeros,
        score_source=zeros,
        raw=scores,
        e=scores,
        alpha=on_edges,
        weights={},
        negative_slope=SLOPE,
    )


def uniform(adj: Any, heads: int = 1) -> np.ndarray:
    """[H, N, N]: every row the same share for all that it reads."""
    adj = np.asarray(adj, dtype=float)
    return np.stack([adj / np.maximum(adj.sum(axis=1, keepdims=True), 1)] * heads)


def softmax(e: np.ndarray, ptr: np.ndarray) -> np.ndarray:
    """α [E, H] over the edges of each target."""
    alpha = np.empty_like(e)
    for start, stop in pairwise(ptr):
        powers = np.exp(e[start:stop] - e[start:stop].max(axis=0, initial=-np.inf))
        alpha[start:stop] = powers / powers.sum(axis=0)
    return alpha


def graph_of(adj: Any, names: Sequence[str] | None = None, labels: Sequence[str | None] | None = None) -> Graph:
    """A graph with these edges and one feature, 0 everywhere."""
    edge_index, _ = edges_of(adj)
    return Graph(
        names=tuple(names or (chr(ord("A") + n) for n in range(len(adj)))),
        x=np.zeros((len(adj), 1)),
        edge_index=edge_index,
        labels=None if labels is None else tuple(labels),
    )


def _input_edge(edge_index: np.ndarray, added: Sequence[int]) -> np.ndarray:
    loop = (edge_index[0] == edge_index[1]) & np.isin(edge_index[0], list(added))
    return np.where(loop, -1, np.arange(edge_index.shape[1]))


def _trace(**fields: Any) -> GATTrace:
    count, heads, width = fields["Wh"].shape
    h_prime = np.zeros_like(fields["Wh"])
    source, target = fields["edge_index"]
    used = fields.get("alpha_dropped")
    used = fields["alpha"] if used is None else used
    np.add.at(h_prime, target, used[:, :, None] * fields["Wh"][source])
    out = h_prime.reshape(count, heads * width)
    made = {
        "dropout_mask": None,
        "alpha_dropped": None,
        "h_prime": h_prime,
        "combined": out,
        "residual": None,
        "pre_activation": out,
        "out": out,
        "dropout": 0.0,
        "concat": True,
        "activation": None,
        "attention": "learnt",
    }
    return GATTrace(**{**made, **fields})
