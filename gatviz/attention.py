"""The arithmetic of graph attention over edges: scores, softmax over what each target reads, aggregation.

Dimension key: N nodes, E arcs, H heads, C features per head. Arcs are sorted by target (see `Edges`).
Values over arcs and scores over nodes are head-major in here ([H, E], [H, N]): each head's row is one
contiguous piece, which is what the gathers and sparse products want. Nothing of size N² is ever built.

Source: Veličković et al. 2018, arXiv 1710.10903, equations 1–6.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gatviz.edges import Edges

_SEGMENT_DEVICES = ("cpu", "cuda")
_SPARSE_FROM = 24_000
"""From this many values [E, H] on, a CSR product per head beats gathering messages (measured on 2 cores)."""
_HEAD_BY_HEAD_FROM = 4_000_000
"""From this many values [E, H] on, one head at a time: its [E] vectors stay in the cache."""


def split_scores(Wh: Tensor, a: Tensor) -> Tensor:
    """a_target·Wh_i and a_source·Wh_j of all nodes: [H, N, 2] from Wh [N, H, C] and a [H, C, 2]."""
    return torch.bmm(Wh.transpose(0, 1), a)


def attend(scores: Tensor, edges: Edges, negative_slope: float) -> tuple[Tensor, Tensor, Tensor]:
    """Equations 1–3: raw, e = LeakyReLU(raw) and α, each [H, E], from scores [H, N, 2]."""
    score_target, score_source = scores.unbind(-1)
    heads, arcs = scores.shape[0], edges.num_edges
    if heads * arcs < _HEAD_BY_HEAD_FROM or _needs_gradient(scores):
        raw = score_target.index_select(1, edges.target) + score_source.index_select(1, edges.source)
        e = F.leaky_relu(raw, negative_slope)
        return raw, e, softmax_over_sources(e, edges)
    results = tuple(scores.new_empty(heads, arcs) for _ in range(3))
    for head in range(heads):
        block = attend(scores[head : head + 1], edges, negative_slope)
        for result, values in zip(results, block, strict=True):
            result[head] = values[0]
    return results


def softmax_over_sources(e: Tensor, edges: Edges) -> Tensor:
    """α [H, E]: the softmax of e [H, E] over the arcs into each target, its own maximum subtracted first."""
    if _needs_gradient(e):
        result: Tensor = _SoftmaxOverSources.apply(e, edges)
        return result
    return _softmax(e, edges)


def aggregate(weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
    """h′ [N, H, C]: the sum of weights [H, E] · Wh_j [N, H, C] over the arcs into each target."""
    if _needs_gradient(weights) or _needs_gradient(Wh):
        result: Tensor = _Aggregate.apply(weights, Wh, edges)
        return result
    return _weighted_sum(weights, Wh, edges)


def _needs_gradient(tensor: Tensor) -> bool:
    return torch.is_grad_enabled() and tensor.requires_grad


def _softmax(e: Tensor, edges: Edges) -> Tensor:
    shifted = e - _over_arcs(_segments(e, edges, "max"), edges)
    powers = shifted.exp_()
    return powers.div_(_over_arcs(_segments(powers, edges, "sum"), edges))


def _over_arcs(per_target: Tensor, edges: Edges) -> Tensor:
    """[H, N] → [H, E]: every arc gets its target's value."""
    return per_target.index_select(1, edges.target)


def _segments(values: Tensor, edges: Edges, reduce: str) -> Tensor:
    """[H, E] → [H, N]: the maximum or sum over the arcs into each target."""
    heads = values.shape[0]
    if values.device.type in _SEGMENT_DEVICES:
        offsets = edges.ptr.expand(heads, edges.num_nodes + 1)
        return torch.segment_reduce(values, reduce, offsets=offsets, axis=1, unsafe=True)
    if reduce == "sum":
        return values.new_zeros(heads, edges.num_nodes).index_add_(1, edges.target, values)
    start = values.new_full((heads, edges.num_nodes), -torch.inf)
    return start.scatter_reduce_(1, edges.target.expand_as(values), values, "amax")


def _weighted_sum(weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
    if weights.device.type == "cpu" and weights.numel() >= _SPARSE_FROM:
        result = torch.empty_like(Wh)
        for head in range(Wh.shape[1]):
            matrix = edges.sparse(weights[head])
            result[:, head] = matrix @ Wh[:, head].contiguous()
        return result
    messages = Wh.index_select(0, edges.source) * weights.t().unsqueeze(-1)
    if weights.device.type in _SEGMENT_DEVICES:
        return torch.segment_reduce(messages, "sum", offsets=edges.ptr, axis=0, unsafe=True)
    return torch.zeros_like(Wh).index_add_(0, edges.target, messages)


class _SoftmaxOverSources(torch.autograd.Function):
    """The softmax with its gradient α·(g − Σ α·g), made of differentiable steps."""

    @staticmethod
    def forward(ctx: Any, e: Tensor, edges: Edges) -> Tensor:
        alpha = _softmax(e, edges)
        ctx.edges = edges
        ctx.save_for_backward(alpha)
        return alpha

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        (alpha,) = ctx.saved_tensors
        weighted = alpha * grad
        total = torch.zeros_like(alpha[:, :1]).expand(-1, ctx.edges.num_nodes)
        total = total.index_add(1, ctx.edges.target, weighted)
        return weighted - alpha * _over_arcs(total, ctx.edges), None


class _Aggregate(torch.autograd.Function):
    """The weighted sum; its gradients are a product per arc and the same sum along reversed arcs."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
        ctx.edges = edges
        ctx.save_for_backward(weights, Wh)
        return _weighted_sum(weights, Wh, edges)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:  # type: ignore[override]
        weights, Wh = ctx.saved_tensors
        edges: Edges = ctx.edges
        at_target = grad.index_select(0, edges.target)
        grad_weights = (at_target * Wh.index_select(0, edges.source)).sum(-1).t()
        back = at_target * weights.t().unsqueeze(-1)
        return grad_weights, torch.zeros_like(Wh).index_add(0, edges.source, back), None
