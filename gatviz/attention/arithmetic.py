"""The arithmetic of graph attention over arcs: scores, softmax over what each target reads, aggregation.

Dimension key: N nodes, E arcs, H heads, C features per head; arcs are sorted by target (see `Edges`).
Pure functions, all heads at once, differentiable any number of times, on any device. Memory grows with E:
nothing of size N² is built, and on the CPU nothing of size E·H·C either, unless a gradient is asked for or
GATv2 is traced.

Each function is one formula with one plain form in index_select and index_add, which every device has.
Where no gradient is asked for, the CPU takes kernels that give the same sums faster: a bag of rows
(`embedding_bag`) gathers, weights and adds in one go, a CSR matrix of ones reduces over each target's arcs.
No long sum is made number by number, where float32 would drift: what a target reads is added in short runs,
and the runs of one target in double precision (`Block.runs`).

Source: Veličković et al. 2018, arXiv 1710.10903, equations 1–6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gatviz.attention.blocks import Block
from gatviz.attention.edges import Edges

_VERY_FEW = 512
"""Up to so many scores, picking each by its place is quicker than laying them out anew …"""
_FEW = 4_096
"""… and up to so many values, starting the faster kernels costs more than they save (both: results are equal)."""
_ONE_BLOCK = 1 << 20
"""Up to this many values between scores and α, the graph is worked through in one piece …"""
_BLOCK = 1 << 17
"""… and beyond it in blocks of about so many, which stay in the cache."""


def project(x: Tensor, weight: Tensor, heads: int, bias: Tensor | None = None) -> Tensor:
    """Wh [N, H, C] from x [N, F] (dense or sparse CSR), weight [H·C, F] and, where there is one, bias [H·C]."""
    if x.layout is torch.strided:
        flat = F.linear(x, weight, bias)
    else:
        flat = x @ weight.t() if bias is None else x @ weight.t() + bias
    return flat.view(x.shape[0], heads, weight.shape[0] // heads)


def split_scores(Wh: Tensor, att: Tensor) -> Tensor:
    """a_target·Wh_i and a_source·Wh_j of all nodes: [N, 2, H] from Wh [N, H, C] and att [H, 2, C]."""
    scores = torch.bmm(Wh.transpose(0, 1), att.transpose(1, 2)).permute(1, 2, 0)
    return scores if scores.numel() <= _VERY_FEW else scores.contiguous()


def raw_scores(scores: Tensor, block: Block) -> Tensor:
    """raw [E, H] = score_target of i + score_source of j, from scores [N, 2, H] of all nodes."""
    if block.device_type == "cpu" and not _needs_gradient(scores):
        heads = scores.shape[2]
        if block.num_arcs * heads <= _VERY_FEW:
            return scores.take(block.pair_places(heads)).sum(1)
        rows, offsets = block.pairs
        return torch.embedding_bag(scores.reshape(-1, heads), rows, offsets, include_last_offset=True)[0]
    of_target, of_source = scores.unbind(1)
    return of_target.index_select(0, block.target) + of_source.index_select(0, block.source)


def softmax_over_sources(e: Tensor, block: Block) -> Tensor:
    """α [E, H]: the softmax of e [E, H] over the arcs into each target, its own maximum subtracted first."""
    if _needs_gradient(e):
        alpha: Tensor = _SoftmaxOverSources.apply(e, block)  # type: ignore[no-untyped-call]
        return alpha
    return _softmax(e, block)


def aggregate(weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
    """h′ [N, H, C]: the sum of weights [E, H] · Wh_j [N, H, C] over the arcs into each target."""
    if _needs_gradient(weights) or _needs_gradient(Wh):
        h_prime: Tensor = _Aggregate.apply(weights, Wh, edges)  # type: ignore[no-untyped-call]
        return h_prime
    return _weighted_sum(weights, Wh, edges)


def attend(
    score: Callable[[Block], tuple[Tensor, ...]], edges: Edges, values_per_arc: int, keep: int
) -> tuple[Tensor, ...]:
    """The first `keep` stages that `score` gives, for all arcs, and α [E, H].

    Arguments:
        score: from a block to the stages of its arcs' scores, each [E, …], the last one e [E, H].
        values_per_arc: how many values of the largest stage an arc has; large graphs are cut by it.
    """
    blocks: tuple[Block, ...] = (edges.whole,)
    if not torch.is_grad_enabled():  # what a gradient needs is kept whole in any case
        blocks = edges.blocks(values_per_arc, _ONE_BLOCK, _BLOCK)
    if len(blocks) == 1:
        stages = score(blocks[0])
        return *stages[:keep], softmax_over_sources(stages[-1], blocks[0])
    results: list[Tensor] = []
    for block in blocks:
        stages = score(block)
        stages = *stages[:keep], softmax_over_sources(stages[-1], block)
        if not results:
            results = [stage.new_empty(edges.num_edges, *stage.shape[1:]) for stage in stages]
        for result, stage in zip(results, stages, strict=True):
            result[block.arcs] = stage
    return tuple(results)


def _needs_gradient(tensor: Tensor) -> bool:
    return tensor.requires_grad and torch.is_grad_enabled()


def _softmax(e: Tensor, block: Block) -> Tensor:
    spread = block.spread(e.shape[1])
    shifted = e - _reduce(e, block, "amax").gather(0, spread)
    powers = shifted.exp_()
    return powers.div_(_reduce(powers, block, "sum").gather(0, spread))


def _reduce(values: Tensor, block: Block, how: str) -> Tensor:
    """[E, H] → [n, H]: the maximum ("amax") or the sum over the arcs into each of the block's targets."""
    if how == "sum" and block.runs is not None:
        return block.runs.joined(_reduce(values, block.runs.block, how))
    if block.device_type == "cpu":
        if values.numel() <= _FEW:
            plain = "max" if how == "amax" else how
            return torch.segment_reduce(values, plain, offsets=block.ptr, axis=0, unsafe=True)
        reduced: Tensor = torch.sparse.mm(block.segments(values.dtype), values, how)
        return reduced
    start = values.new_full((block.num_targets, values.shape[1]), -torch.inf if how == "amax" else 0)
    return start.scatter_reduce_(0, block.spread(values.shape[1]), values, how)


def _total(values: Tensor, block: Block) -> Tensor:
    """[E, H] → [n, H]: the sum over the arcs into each target, in differentiable steps."""
    if block.runs is not None:
        return block.runs.joined(_total(values, block.runs.block))
    return values.new_zeros(block.num_targets, values.shape[1]).index_add(0, block.place, values)


def _weighted_sum(weights: Tensor, Wh: Tensor, edges: Edges) -> Tensor:
    blocks = edges.blocks(weights.shape[1], _ONE_BLOCK, _BLOCK)
    if len(blocks) == 1:
        return _weighted_sum_of(weights, Wh, blocks[0])
    result = torch.empty_like(Wh)
    for block in blocks:
        result[block.targets] = _weighted_sum_of(weights[block.arcs], Wh, block)
    return result


def _weighted_sum_of(weights: Tensor, Wh: Tensor, block: Block) -> Tensor:
    arcs, heads = weights.shape
    C, runs = Wh.shape[2], block.runs
    if block.device_type == "cpu" and arcs * heads * C > _FEW:
        rows, offsets = (block if runs is None else runs.block).bags(heads)
        by_head = weights.new_empty(heads, arcs)
        by_head.t().copy_(weights)
        table, flat = Wh.reshape(-1, C), by_head.view(-1)
        sums = torch.embedding_bag(table, rows, offsets, per_sample_weights=flat, include_last_offset=True)[0]
        of_heads = sums.view(heads, -1, C).transpose(0, 1)
        return of_heads if runs is None else runs.joined(of_heads.contiguous())
    if runs is not None:
        return runs.joined(_weighted_sum_of(weights, Wh, runs.block))
    messages = Wh.index_select(0, block.source) * weights.unsqueeze(-1)
    if block.device_type == "cpu":
        return torch.segment_reduce(messages, "sum", offsets=block.ptr, axis=0, unsafe=True)
    return Wh.new_zeros(block.num_targets, heads, C).index_add_(0, block.place, messages)


class _SoftmaxOverSources(torch.autograd.Function):
    """The softmax with its gradient α·(g − Σ α·g), made of differentiable steps."""

    @staticmethod
    def forward(ctx: Any, e: Tensor, block: Block) -> Tensor:
        alpha = _softmax(e, block)
        ctx.block = block
        ctx.save_for_backward(alpha)
        return alpha

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (alpha,) = ctx.saved_tensors
        block: Block = ctx.block
        weighted = alpha * grad
        total = _total(weighted, block)
        return weighted - alpha * total.index_select(0, block.place), None


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
