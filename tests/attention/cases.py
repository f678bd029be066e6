"""Random graphs with weights, and a dense reference that shares no code with gatviz.

N nodes, E edges, F input features, H heads, C features per head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

from gatviz import Edges, GATAttentionLayer
from gatviz.attention.layer_trace import GATTrace, LayerTrace

T = TypeVar("T")


SLOPE = 0.2


@dataclass(frozen=True)
class Case:
    """x [N, F], adj [N, N] bool (row reads column), weight [H, C, F], a_target and a_source [H, C]."""

    x: Tensor
    adj: Tensor
    weight: Tensor
    a_target: Tensor
    a_source: Tensor

    @property
    def edge_index(self) -> Tensor:
        """[2, E] in a shuffled order: row 0 = source, row 1 = target."""
        target, source = torch.nonzero(self.adj, as_tuple=True)
        order = torch.randperm(target.numel(), generator=torch.Generator().manual_seed(target.numel()))
        return torch.stack([source, target])[:, order]

    @property
    def edges(self) -> Edges:
        return Edges.from_edge_index(self.edge_index, self.x.shape[0])

    def layer(self, **settings: Any) -> GATAttentionLayer:
        heads, width, features = self.weight.shape
        layer = GATAttentionLayer(features, width, heads, **settings).to(self.x.dtype)
        layer.set_weights(W=self.weight.numpy(), a_target=self.a_target.numpy(), a_source=self.a_source.numpy())
        return layer.eval()


def random_case(seed: int, dtype: torch.dtype = torch.float64, max_nodes: int = 12) -> Case:
    """Any density from none to all, loops or not, nodes without edges among them; 1 to 8 heads."""
    draw = torch.Generator().manual_seed(seed)

    def integer(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=draw))

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw, dtype=torch.float64).to(dtype)

    N, F, H, C = integer(1, max_nodes), integer(1, 6), integer(1, 8), integer(1, 6)
    adj = torch.rand(N, N, generator=draw) < torch.rand((), generator=draw)
    if integer(0, 1):
        adj |= torch.eye(N, dtype=torch.bool)
    if integer(0, 3) == 0:
        adj[integer(0, N - 1)] = False
    return Case(normal(N, F), adj, normal(H, C, F), normal(H, C), normal(H, C))


def dense_gat(
    x: Tensor, adj: Tensor, weight: Tensor, a_target: Tensor, a_source: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """e [H, N, N] of all pairs, α [H, N, N] and h′ [N, H, C], pair by pair as the paper writes them."""
    N = x.shape[0]
    all_e, all_alpha, all_h = [], [], []
    for W, of_target, of_source in zip(weight, a_target, a_source, strict=True):
        Wh = torch.stack([W @ row for row in x])
        pairs = torch.cat([Wh.repeat_interleave(N, 0), Wh.repeat(N, 1)], dim=1).view(N, N, -1)
        raw = (pairs * torch.cat([of_target, of_source])).sum(-1)
        e = torch.where(raw > 0, raw, SLOPE * raw)
        rows = [
            torch.zeros_like(e[i]).masked_scatter(adj[i], torch.softmax(e[i][adj[i]], 0))
            if bool(adj[i].any())
            else torch.zeros_like(e[i])
            for i in range(N)
        ]
        alpha = torch.stack(rows)
        all_e.append(e)
        all_alpha.append(alpha)
        all_h.append(alpha @ Wh)
    return torch.stack(all_e), torch.stack(all_alpha), torch.stack(all_h, dim=1)


def error(a: Tensor, b: Tensor) -> float:
    """The largest difference, in units of the largest value (of 1, if that is less)."""
    if a.numel() == 0:
        assert a.shape == b.shape
        return 0.0
    a, b = a.detach(), b.detach()
    return float((a - b).abs().max() / b.abs().max().clamp(min=1))


def gat(trace: LayerTrace) -> GATTrace:
    """The trace of a GAT layer, which has W, scores and raw."""
    assert isinstance(trace, GATTrace)
    return trace


def there(value: T | None) -> T:
    """What is there."""
    assert value is not None
    return value
