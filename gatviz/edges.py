"""`Edges`: the arcs of a graph prepared once for attention, sorted by target and then by source.

N nodes, E arcs after self-loops are settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatviz.errors import GatvizError, quote

SelfLoops = Literal["as_given", "add_missing", "remove"]


@dataclass(frozen=True, eq=False)
class Edges:
    """Arcs in the order that attention needs them; made by `from_edge_index` or `from_adjacency`.

    Attributes:
        edge_index: [2, E] int64, row 0 = source j, row 1 = target i, sorted by target, then source.
        num_nodes: N.
        ptr: [N + 1] int64; the arcs into target i are those from ptr[i] to ptr[i + 1].
        input_edge: [E] int64, the column of each arc in what was given, −1 for an added loop. For an
            adjacency matrix: its place among the non-zero entries, row by row.
    """

    edge_index: Tensor
    num_nodes: int
    ptr: Tensor
    input_edge: Tensor

    @classmethod
    def from_edge_index(cls, edge_index: Tensor, num_nodes: int, self_loops: SelfLoops = "as_given") -> Edges:
        """Edges from [2, E] integers, row 0 = source, row 1 = target.

        Arguments:
            edge_index: torch.Tensor or array.
            num_nodes: N.
            self_loops: "as_given" leaves them, "add_missing" gives every node one, "remove" takes them out.

        Raises:
            GatvizError: wrong shape or type, an index outside 0 … N − 1, an arc that stands twice.
        """
        check_self_loops(self_loops)
        edge_index = torch.as_tensor(edge_index)
        if edge_index.ndim != 2 or edge_index.shape[0] != 2 or not is_integer(edge_index):
            raise GatvizError(
                "edge_index",
                "integers of shape [2, E]",
                f"{edge_index.dtype} of shape {list(edge_index.shape)}",
                "row 0 = source, row 1 = target",
            )
        edge_index = edge_index.long()
        _check_range(edge_index, num_nodes)
        device = edge_index.device
        source, target = edge_index
        column = torch.arange(edge_index.shape[1], device=device)
        if self_loops == "remove":
            kept = source != target
            source, target, column = source[kept], target[kept], column[kept]
        elif self_loops == "add_missing":
            has_loop = torch.zeros(num_nodes, dtype=torch.bool, device=device)
            has_loop[source[source == target]] = True
            added = torch.nonzero(~has_loop).flatten()
            source, target = torch.cat([source, added]), torch.cat([target, added])
            column = torch.cat([column, torch.full_like(added, -1)])
        key = target * max(num_nodes, 1) + source
        key, order = torch.sort(key)
        if not key.is_meta and bool((key[1:] == key[:-1]).any()):
            twice = int(key[1:][key[1:] == key[:-1]][0])
            raise GatvizError(
                "edge_index",
                "each arc once",
                f"{twice % num_nodes} → {twice // num_nodes} more than once",
                "merge the duplicates, e.g. torch.unique(edge_index, dim=1)",
            )
        sorted_index = torch.stack([source[order], target[order]])
        starts = torch.arange(num_nodes + 1, device=device)
        ptr = torch.searchsorted(sorted_index[1].contiguous(), starts)
        return cls(sorted_index, num_nodes, ptr, column[order])

    @classmethod
    def from_adjacency(cls, adj: Tensor, self_loops: SelfLoops = "as_given") -> Edges:
        """Edges from a dense [N, N] matrix: adj[i, j] ≠ 0 means that i reads j.

        Raises:
            GatvizError: not square, or an entry that is not a finite number.
        """
        adj = torch.as_tensor(adj)
        if adj.ndim != 2 or adj.shape[0] != adj.shape[1]:
            raise GatvizError(
                "adj",
                "a square matrix [N, N]",
                f"shape {list(adj.shape)}",
                "row = target i, column = source j",
            )
        if adj.is_floating_point() and not bool(torch.isfinite(adj).all()):
            raise GatvizError("adj", "finite numbers", "NaN or infinity", "write 0 where there is no edge")
        target, source = torch.nonzero(adj, as_tuple=True)
        return cls.from_edge_index(torch.stack([source, target]), adj.shape[0], self_loops)

    @property
    def num_edges(self) -> int:
        """E."""
        return self.edge_index.shape[1]

    @cached_property
    def source(self) -> Tensor:
        """[E]: j of each arc."""
        return self.edge_index[0].contiguous()

    @cached_property
    def target(self) -> Tensor:
        """[E]: i of each arc."""
        return self.edge_index[1].contiguous()

    @cached_property
    def added_loops(self) -> Tensor:
        """[E] bool: the self-loops that were not in what was given."""
        return self.input_edge < 0

    @cached_property
    def _narrow(self) -> tuple[Tensor, Tensor]:
        """Pointers and sources as int32, which halves what a sparse product reads."""
        return self.ptr.int(), self.source.int()

    def sparse(self, values: Tensor) -> Tensor:
        """Values [E] as a sparse [N, N] CSR matrix, row = target, column = source."""
        ptr, source = self._narrow
        size = (self.num_nodes, self.num_nodes)
        return torch.sparse_csr_tensor(ptr, source, values, size, check_invariants=False)

    @cached_property
    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """`edge_index`, `ptr` and `input_edge` as NumPy arrays, as a trace names them."""
        tensors = {"edge_index": self.edge_index, "ptr": self.ptr, "input_edge": self.input_edge}
        return {name: tensor.cpu().numpy() for name, tensor in tensors.items()}

    def summing(self, dtype: torch.dtype) -> Tensor:
        """A sparse [N, E] matrix of ones whose product with values [E, K] sums them by target."""
        known = self._summing
        if dtype not in known:
            arcs = torch.arange(self.num_edges, dtype=torch.int32, device=self.ptr.device)
            ones = torch.ones(self.num_edges, dtype=dtype, device=self.ptr.device)
            size = (self.num_nodes, self.num_edges)
            known[dtype] = torch.sparse_csr_tensor(self._narrow[0], arcs, ones, size, check_invariants=False)
        return known[dtype]

    @cached_property
    def _summing(self) -> dict[torch.dtype, Tensor]:
        return {}

    def with_self_loops(self, self_loops: SelfLoops) -> Edges:
        """The same arcs under another policy; `input_edge` still names what was first given."""
        check_self_loops(self_loops)
        if self_loops == "as_given":
            return self
        again = Edges.from_edge_index(self.edge_index, self.num_nodes, self_loops)
        known = again.input_edge >= 0
        first = torch.where(known, self.input_edge[again.input_edge.clamp(min=0)], -1)
        return Edges(again.edge_index, again.num_nodes, again.ptr, first)

    def to(self, device: torch.device | str) -> Edges:
        """The same arcs on another device."""
        if self.edge_index.device == torch.device(device):
            return self
        return Edges(self.edge_index.to(device), self.num_nodes, self.ptr.to(device), self.input_edge.to(device))


def is_integer(tensor: Tensor) -> bool:
    """Whether a tensor holds integers (bool does not count)."""
    return not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)


def check_self_loops(self_loops: str) -> None:
    """Raise GatvizError unless this is one of the three policies."""
    if self_loops not in get_args(SelfLoops):
        raise GatvizError(
            "self_loops",
            "'as_given', 'add_missing' or 'remove'",
            quote(self_loops),
            "choose one of the three",
        )


def _check_range(edge_index: Tensor, num_nodes: int) -> None:
    if edge_index.is_meta or edge_index.numel() == 0:
        return
    low, high = int(edge_index.min()), int(edge_index.max())
    if low < 0 or high >= num_nodes:
        raise GatvizError(
            "edge_index",
            f"node numbers from 0 to {num_nodes - 1}",
            str(low if low < 0 else high),
            "add the node or remove the edge",
        )
