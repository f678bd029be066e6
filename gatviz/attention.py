"""The arithmetic of graph attention over edges: scores, softmax over what each target reads, aggregation.

Dimension key: N nodes, E arcs, H heads, C features per head. Arcs are sorted by target (see `Edges`), so a
target's arcs are one segment. Nothing of size N² is ever built.

Source: Veličković et al. 2018, arXiv 1710.10903, equations 1–6.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gatviz.edges import Edges

# Thresholds in values, measured on 2 cores; they choose between ways to the same sums, never another result.
_SEGMENTS_BELOW = 4_096
_HEAD_BY_HEAD_FROM = 4_000_000
_SEGMENT_DEVICES = ("cpu", "cuda")


def split_scores(Wh: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
    """a_target·Wh_i and a_source·Wh_j of every node and head, each [N, H], from Wh [N, H, C] and a [H, 2, C]."""
    scores = torch.bmm(Wh.transpose(0, 1), a.transpose(1, 2))
    score_target, score_source = scores.permute(2, 1, 0).contiguous().unbind(0)
    return score_target, score_source


def attend(
    score_target: Tensor, score_source: Tensor, edges: Edges, negative_slope: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Equations 1–3: raw, e = LeakyReLU(raw) and α, each [E, H], from the nodes' scores [N, H]."""
    if _head_by_head(edges.num_edges * score_target.shape[1], score_target):
        return _attend_head_by_head(score_target, score_source, edges, negative_slope)
    raw = score_target.index_select(0, edges.target) + score_source.index_select(0, edges.source)
    e = F.leaky_relu(raw, negative_slope)
    return raw, e, softmax_over_sources(e, edges)


def softmax_over_sources(e: Tensor, edges: Edges) -> Tensor:
    """α [E, H]: the softmax of e [E, H] over the arcs into each target, its own maximum subtracted first."""
    if e.requires_grad and torch.is_grad_enabled():
        alpha: Tensor = _Softmax.apply(e, edges)  # type: ignore[no-untyped-call]
        return alpha
    return _softmax(e, edges)


def aggregate(weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
    """h′ [N, H, C]: the sum of weights [E, H] · Wh_j [N, H, C] over the arcs into each target."""
    if torch.is_grad_enabled() and (weights.requires_grad or Wh.requires_grad):
        h_prime: Tensor = _Aggregate.apply(weights, Wh, edges)  # type: ignore[no-untyped-call]
        return h_prime
    return _weighted_sum(weights, Wh, edges)


def _head_by_head(values: int, like: Tensor) -> bool:
    """Whether to do one head at a time: on large graphs its [E] vectors then stay in the cache."""
    return values >= _HEAD_BY_HEAD_FROM and like.device.type == "cpu" and not (
        like.requires_grad and torch.is_grad_enabled()
    )


def _attend_head_by_head(
    score_target: Tensor, score_source: Tensor, edges: Edges, negative_slope: float
) -> tuple[Tensor, Tensor, Tensor]:
    """`attend`, storing each head's values in one piece; the results are [E, H] views of that."""
    heads, arcs = score_target.shape[1], edges.num_edges
    raw, e, alpha = (score_target.new_empty(heads, arcs) for _ in range(3))
    by_head = score_target.t().contiguous(), score_source.t().contiguous()
    for head in range(heads):
        torch.index_select(by_head[0][head], 0, edges.target, out=raw[head])
        raw[head] += by_head[1][head].index_select(0, edges.source)
        e[head] = F.leaky_relu(raw[head], negative_slope)
        alpha[head] = _softmax(e[head], edges)
    return raw.t(), e.t(), alpha.t()


def _softmax(e: Tensor, edges: Edges) -> Tensor:
    powers = (e - _max_by_target(e, edges).index_select(0, edges.target)).exp_()
    return powers.div_(_sum_by_target(powers, edges).index_select(0, edges.target))


def _max_by_target(values: Tensor, edges: Edges) -> Tensor:
    """[E, …] → [N, …]: the maximum over the arcs into each target, −∞ without any."""
    if values.device.type in _SEGMENT_DEVICES:
        return torch.segment_reduce(values, "max", offsets=edges.ptr, axis=0, unsafe=True)
    start = values.new_full((edges.num_nodes, *values.shape[1:]), -torch.inf)
    return start.index_reduce_(0, edges.target, values, "amax")


def _sum_by_target(values: Tensor, edges: Edges) -> Tensor:
    """[E, …] → [N, …]: the sum over the arcs into each target, 0 without any."""
    if values.device.type not in _SEGMENT_DEVICES:
        return values.new_zeros(edges.num_nodes, *values.shape[1:]).index_add_(0, edges.target, values)
    if values.numel() < _SEGMENTS_BELOW:
        return torch.segment_reduce(values, "sum", offsets=edges.ptr, axis=0, unsafe=True)
    summed: Tensor = edges.summing(values.dtype) @ values.reshape(edges.num_edges, -1)
    return summed.view(edges.num_nodes, *values.shape[1:])


def _weighted_sum(weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
    if not _head_by_head(weights.numel(), weights):
        return _sum_by_target(Wh.index_select(0, edges.source).mul_(weights.unsqueeze(-1)), edges)
    h_prime = torch.empty_like(Wh)
    for head in range(Wh.shape[1]):
        h_prime[:, head] = edges.sparse(weights[:, head].contiguous()) @ Wh[:, head].contiguous()
    return h_prime


class _Softmax(torch.autograd.Function):
    """The softmax with its gradient α·(g − Σ α·g), made of differentiable steps."""

    @staticmethod
    def forward(ctx: Any, e: Tensor, edges: Edges) -> Tensor:
        alpha = _softmax(e, edges)
        ctx.edges = edges
        ctx.save_for_backward(alpha)
        return alpha

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (alpha,) = ctx.saved_tensors
        edges: Edges = ctx.edges
        weighted = alpha * grad
        total = weighted.new_zeros(edges.num_nodes, alpha.shape[1]).index_add(0, edges.target, weighted)
        return weighted - alpha * total.index_select(0, edges.target), None


class _Aggregate(torch.autograd.Function):
    """The weighted sum; its gradients are a product per arc and the same sum along reversed arcs."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
        ctx.edges = edges
        ctx.save_for_backward(weights, Wh)
        return _weighted_sum(weights, Wh, edges)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        weights, Wh = ctx.saved_tensors
        edges: Edges = ctx.edges
        at_target = grad.index_select(0, edges.target)
        grad_weights = (at_target * Wh.index_select(0, edges.source)).sum(-1)
        back = at_target * weights.unsqueeze(-1)
        return grad_weights, torch.zeros_like(Wh).index_add(0, edges.source, back), None
