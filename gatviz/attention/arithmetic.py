"""The arithmetic of graph attention as the papers write it: one formula, one function.

Dimension key: N nodes, E edges, F input features, H heads, C features per head, D edge
features. `edges` holds the E edges into n
targets, sorted by target (`Edges.whole`: into all N). Pure functions, all heads at once, in steps that every device
has and that can be differentiated any number of times. What runs is `fast`: the same functions, with the same results.

Sources: Veličković et al. 2018, arXiv 1710.10903, equations 1–6; Brody et al. 2022, arXiv 2105.14491, equation 7.
"""

from __future__ import annotations

from collections.abc import Callable

# Shaped[Tensor, "N F"] is a tensor of that shape. It's told to the reader alone: nothing checks it at run time.
from typing import Annotated as Shaped

import torch
import torch.nn.functional as F
from torch import Tensor

from gatviz.attention.blocks import Block


def project(
    x: Shaped[Tensor, "N F"], weight: Shaped[Tensor, "H·C F"], heads: int, bias: Shaped[Tensor, "H·C"] | None = None
) -> Shaped[Tensor, "N H C"]:
    """Wh_i = W h_i (+ b) for every node and head; x may be sparse (CSR)."""
    Wh = x @ weight.t()
    if bias is not None:
        Wh = Wh + bias
    return Wh.view(x.shape[0], heads, weight.shape[0] // heads)


def split_scores(Wh: Shaped[Tensor, "N H C"], att: Shaped[Tensor, "H 2 C"]) -> Shaped[Tensor, "N 2 H"]:
    """a_target·Wh_i and a_source·Wh_j of every node: a = [a_target ‖ a_source] splits in two, and so does the score."""
    return torch.stack([(Wh * att[:, half]).sum(-1) for half in (0, 1)], dim=1)


def raw_scores(scores: Shaped[Tensor, "N 2 H"], edges: Block) -> Shaped[Tensor, "E H"]:
    """raw_ij = aᵀ[Wh_i ‖ Wh_j] = a_target·Wh_i + a_source·Wh_j."""
    of_target, of_source = scores.unbind(1)
    return of_target.index_select(0, edges.target) + of_source.index_select(0, edges.source)


def edge_scores(Wf: Shaped[Tensor, "E H C"], att: Shaped[Tensor, "H C"]) -> Shaped[Tensor, "E H"]:
    """a_edge·W_edge f_ij, what an edge's own features add to its raw score."""
    return (Wf * att).sum(-1)


def hidden_features(
    Wh_target: Shaped[Tensor, "N H C"],
    Wh_source: Shaped[Tensor, "N H C"],
    slope: float,
    edges: Block,
    Wf: Shaped[Tensor, "E H C"] | None = None,
) -> Shaped[Tensor, "E H C"]:
    """hidden_ij = LeakyReLU(W_target h_i + W_source h_j (+ W_edge f_ij)); GATv2 weighs it by a: e_ij = aᵀ hidden_ij."""
    met = Wh_target.index_select(0, edges.target) + Wh_source.index_select(0, edges.source)
    if Wf is not None:
        met = met + Wf
    return F.leaky_relu(met, slope)


def softmax_over_sources(e: Shaped[Tensor, "E H"], edges: Block) -> Shaped[Tensor, "E H"]:
    """α_ij = exp(e_ij) / Σ_k exp(e_ik) over all k that i reads; the largest e_ik is subtracted from each first."""
    targets = e.new_zeros(edges.num_targets, e.shape[1])
    largest = targets.scatter_reduce(0, edges.spread(e.shape[1]), e.detach(), "amax", include_self=False)
    powers = (e - largest.index_select(0, edges.place)).exp()
    sums = targets.index_add(0, edges.place, powers)
    return powers / sums.index_select(0, edges.place)


def equal_shares(like: Shaped[Tensor, "E H"], edges: Block) -> Shaped[Tensor, "E H"]:
    """1/|N(i)| for each that i reads, in the place of α_ij: the same for all scores, so no gradient reaches them."""
    shares = edges.ptr.diff().to(like.dtype).reciprocal()
    return shares.index_select(0, edges.place).unsqueeze(1).repeat(1, like.shape[1])


def attend(
    score: Callable[[Block], tuple[Tensor, ...]],
    edges: Block,
    *,
    keep: int,
    values_per_edge: int,  # noqa: ARG001 - the fast form cuts large graphs by it
) -> tuple[Tensor, ...]:
    """The first `keep` stages that `score` gives for these edges, each [E, …], and α [E, H].

    Arguments:
        score: from edges to the stages of their scores, the last one e [E, H].
        values_per_edge: how many values the largest stage has for each edge.
    """
    stages = score(edges)
    return *stages[:keep], softmax_over_sources(stages[-1], edges)


def aggregate(weights: Shaped[Tensor, "E H"], Wh: Shaped[Tensor, "N H C"], edges: Block) -> Shaped[Tensor, "n H C"]:
    """h′_i = Σ_j α_ij Wh_j over all j that i reads; with `edges.reading_edges`, Σ_j α_ij Wf_ij of Wf [E, H, C]."""
    messages = weights.unsqueeze(-1) * Wh.index_select(0, edges.source)
    return Wh.new_zeros(edges.num_targets, *Wh.shape[1:]).index_add(0, edges.place, messages)
