"""The arithmetic that runs: the functions of `arithmetic`, with the same signatures and results, as fast as they go.

Dimension key: N nodes, E edges, H heads, C features per head; edges are sorted by target (see `Edges`).
Memory grows with E: nothing of size N² is built, and on the CPU nothing of size E·H·C either, unless a gradient is
asked for or GATv2 is traced.

Where no gradient is asked for, the CPU takes kernels that give the same sums faster: a bag of rows
(`embedding_bag`) gathers, weights and adds in one go, a CSR matrix of ones reduces over each target's edges.
A large graph is worked through block by block, so that what lies between scores and α stays in the cache.
No long sum is made number by number, where float32 would drift: what a target reads is added in short runs,
and the runs of one target in double precision (`Block.runs`). Where there is nothing faster, the plain form runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated as Shaped
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gatviz.attention import arithmetic as plain
from gatviz.attention.blocks import Block

_VERY_FEW = 512
"""Up to so many scores, picking each by its place is quicker than laying them out anew …"""
_FEW = 4_096
"""… and up to so many values, starting the faster kernels costs more than they save (both: results are equal)."""
_FEW_TO_LEARN = 1 << 15
"""Up to so many products, a gradient by torch's own steps costs less than one in Python (no sum is long there)."""
_ONE_BLOCK = 1 << 20
"""Up to this many values between scores and α, the graph is worked through in one piece …"""
_BLOCK = 1 << 17
"""… and beyond it in blocks of about so many, which stay in the cache."""


def project(
    x: Shaped[Tensor, "N F"], weight: Shaped[Tensor, "H·C F"], heads: int, bias: Shaped[Tensor, "H·C"] | None = None
) -> Shaped[Tensor, "N H C"]:
    """See `arithmetic.project`."""
    if x.layout is not torch.strided:
        return plain.project(x, weight, heads, bias)
    return F.linear(x, weight, bias).view(x.shape[0], heads, weight.shape[0] // heads)


def split_scores(Wh: Shaped[Tensor, "N H C"], att: Shaped[Tensor, "H 2 C"]) -> Shaped[Tensor, "N 2 H"]:
    """See `arithmetic.split_scores`."""
    N, H, C = Wh.shape
    if 2 * N * H <= _VERY_FEW:
        return torch.bmm(Wh.transpose(0, 1), att.transpose(1, 2)).permute(1, 2, 0)
    by_head = torch.diag_embed(att.permute(2, 1, 0), dim1=0)  # [H, C, 2, H], 0 where the two heads differ
    return torch.mm(Wh.reshape(N, H * C), by_head.view(H * C, 2 * H)).view(N, 2, H)


def raw_scores(scores: Shaped[Tensor, "N 2 H"], edges: Block) -> Shaped[Tensor, "E H"]:
    """See `arithmetic.raw_scores`."""
    if edges.device_type != "cpu" or _needs_gradient(scores):
        return plain.raw_scores(scores, edges)
    heads = scores.shape[2]
    if edges.num_edges * heads <= _VERY_FEW:
        return scores.take(edges.pair_places(heads)).sum(1)
    rows, offsets = edges.pairs
    return torch.embedding_bag(scores.reshape(-1, heads), rows, offsets, include_last_offset=True)[0]


edge_scores = plain.edge_scores
hidden_features = plain.hidden_features


def softmax_over_sources(e: Shaped[Tensor, "E H"], edges: Block) -> Shaped[Tensor, "E H"]:
    """See `arithmetic.softmax_over_sources`."""
    if _needs_gradient(e):
        alpha: Tensor = _SoftmaxOverSources.apply(e, edges)  # type: ignore[no-untyped-call]
        return alpha
    return _softmax(e, edges)


equal_shares = plain.equal_shares


def attend(
    score: Callable[[Block], tuple[Tensor, ...]], edges: Block, *, keep: int, values_per_edge: int
) -> tuple[Tensor, ...]:
    """See `arithmetic.attend`."""
    blocks: tuple[Block, ...] = (edges,)
    if not torch.is_grad_enabled():  # what a gradient needs is kept whole in any case
        blocks = _blocks(edges, values_per_edge)
    if len(blocks) == 1:
        stages = score(edges)
        return *stages[:keep], softmax_over_sources(stages[-1], edges)
    results: list[Tensor] = []
    for block in blocks:
        stages = score(block)
        stages = *stages[:keep], softmax_over_sources(stages[-1], block)
        if not results:
            results = [stage.new_empty(edges.num_edges, *stage.shape[1:]) for stage in stages]
        for result, stage in zip(results, stages, strict=True):
            result[block.edges] = stage
    return tuple(results)


def aggregate(weights: Shaped[Tensor, "E H"], Wh: Shaped[Tensor, "N H C"], edges: Block) -> Shaped[Tensor, "n H C"]:
    """See `arithmetic.aggregate`."""
    if _needs_gradient(weights) or _needs_gradient(Wh):
        if weights.shape[0] * Wh.shape[1] * Wh.shape[2] <= _FEW_TO_LEARN and edges.runs is None:
            return plain.aggregate(weights, Wh, edges)
        h_prime: Tensor = _Aggregate.apply(weights, Wh, edges)  # type: ignore[no-untyped-call]
        return h_prime
    return _weighted_sum(weights, Wh, edges)


def _needs_gradient(tensor: Tensor) -> bool:
    return tensor.requires_grad and torch.is_grad_enabled()


def _blocks(edges: Block, values_per_edge: int) -> tuple[Block, ...]:
    """Blocks of about `_BLOCK` values each; a single one up to `_ONE_BLOCK` values. Only the CPU gains from them."""
    per_block = max(1, _BLOCK // values_per_edge)
    if edges.device_type != "cpu" or edges.num_edges <= max(_ONE_BLOCK // values_per_edge, per_block):
        return (edges,)
    return edges.cut(per_block)


def _softmax(e: Tensor, block: Block) -> Tensor:
    if block.device_type == "cpu" and e.numel() <= _VERY_FEW and (rows := block.padded(e.shape[1])) is not None:
        shape, places = rows
        return e.new_full(shape, -torch.inf).put_(places, e).softmax(1).take(places)
    spread = block.spread(e.shape[1])
    shifted = e - _reduce(e, block, "amax").gather(0, spread)
    powers = shifted.exp_()
    return powers.div_(_reduce(powers, block, "sum").gather(0, spread))


def _reduce(values: Tensor, block: Block, how: str) -> Tensor:
    """[E, H] → [n, H]: the maximum ("amax") or the sum over the edges into each of the block's targets."""
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
    """[E, H] → [n, H]: the sum over the edges into each target, in differentiable steps."""
    if block.runs is not None:
        return block.runs.joined(_total(values, block.runs.block))
    return values.new_zeros(block.num_targets, values.shape[1]).index_add(0, block.place, values)


def _weighted_sum(weights: Tensor, Wh: Tensor, edges: Block) -> Tensor:
    blocks = _blocks(edges, weights.shape[1])
    if len(blocks) == 1:
        return _weighted_sum_of(weights, Wh, edges)
    result = Wh.new_empty(edges.num_targets, *Wh.shape[1:])
    for block in blocks:
        result[block.targets] = _weighted_sum_of(weights[block.edges], Wh, block)
    return result


def _weighted_sum_of(weights: Tensor, Wh: Tensor, block: Block) -> Tensor:
    count, heads = weights.shape
    C, runs = Wh.shape[2], block.runs
    if block.device_type == "cpu" and count * heads * C > _FEW:
        rows, offsets, order = (block if runs is None else runs.block).bags(heads)
        table, ordered = Wh.reshape(-1, C), weights.reshape(-1).index_select(0, order)
        bags = torch.embedding_bag(table, rows, offsets, per_sample_weights=ordered, include_last_offset=True)[0]
        sums = bags.view(-1, heads, C)
        return sums if runs is None else runs.joined(sums)
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
    """The weighted sum; its gradients are a product per edge and the same sum along reversed edges."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, Wh: Tensor, edges: Block) -> Tensor:
        ctx.edges = edges
        ctx.save_for_backward(weights, Wh)
        return _weighted_sum(weights, Wh, edges)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        weights, Wh = ctx.saved_tensors
        edges: Block = ctx.edges
        at_target = grad.index_select(0, edges.target)
        grad_weights = (at_target * Wh.index_select(0, edges.source)).sum(-1)
        back = at_target * weights.unsqueeze(-1)
        return grad_weights, torch.zeros_like(Wh).index_add(0, edges.source, back), None
