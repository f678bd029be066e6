"""`Block`: the edges into a run of consecutive targets, in the index forms that the fast kernels read.

N nodes in all, n targets and E edges in the block, H heads. A small graph is one block. A large one is
worked through block by block, so that what lies between the scores and α stays in the processor's cache.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from itertools import pairwise
from typing import Any, TypeVar

import torch
from torch import Tensor

with warnings.catch_warnings():  # torch says once per process that CSR tensors are in beta
    warnings.simplefilter("ignore")
    torch.sparse_csr_tensor([0, 1], [0], [1.0], (1, 1), check_invariants=False)

_INT32_MAX = 2**31 - 1
MAX_RUN = 48
"""So many numbers at most are added one after another in the layer's own precision: longer sums would drift."""
_EMPTY = 4
"""Rows of one length are laid out for up to so many times as many sources as are read."""
_Key = TypeVar("_Key")
_Form = TypeVar("_Form")


def _kept(make: Callable[[Block, _Key], _Form]) -> Callable[[Block, _Key], _Form]:
    """Make a form of the indices once for each argument, and fit for training even in inference mode."""
    name = make.__name__

    @wraps(make)
    def form(block: Block, key: _Key) -> _Form:
        forms = block._forms
        if (name, key) not in forms:
            with torch.inference_mode(False):
                forms[name, key] = make(block, key)
        found: _Form = forms[name, key]
        return found

    return form


@dataclass(frozen=True, eq=False)
class Block:
    """Edges sorted by target, then source.

    Attributes:
        num_nodes: N, of the whole graph.
        targets, edges: where the block's targets and edges stand in what it was cut from.
        source, target: [E] node numbers of j and i in the whole graph.
        place: [E] the target's place within the block.
        ptr: [n + 1]; the edges into the block's k-th target are those from ptr[k] to ptr[k + 1].
    """

    num_nodes: int
    targets: slice
    edges: slice
    source: Tensor
    target: Tensor
    place: Tensor
    ptr: Tensor
    _forms: dict[tuple[str, Any], Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def num_targets(self) -> int:
        """n."""
        return self.ptr.shape[0] - 1

    @cached_property
    def num_edges(self) -> int:
        """E."""
        return self.source.shape[0]

    @cached_property
    def device_type(self) -> str:
        """Where the tensors are: "cpu", "cuda", …"""
        return self.source.device.type

    @cached_property
    @torch.inference_mode(False)
    def reading_edges(self) -> Block:
        """The same edges, each reading a row of its own: what is summed into the targets stands on edges, [E, …]."""
        own = torch.arange(self.num_edges, device=self.source.device)
        return Block(self.num_edges, self.targets, self.edges, own, self.target, self.place, self.ptr)

    @cached_property
    @torch.inference_mode(False)
    def runs(self) -> EdgeRuns | None:
        """The edges in runs short enough to be added one after another; None where no target has more than one run."""
        if self.device_type == "meta" or self.num_edges <= MAX_RUN:
            return None
        counts = (self.ptr.diff() + MAX_RUN - 1).div(MAX_RUN, rounding_mode="floor").clamp_(min=1)
        total = int(counts.sum())
        if total == self.num_targets:
            return None
        first = counts.cumsum(0) - counts
        of_target = torch.repeat_interleave(counts)
        within = torch.arange(total, device=counts.device) - first[of_target]
        ptr = torch.cat([self.ptr[of_target] + within * MAX_RUN, self.ptr[-1:]])
        hubs = torch.nonzero(counts > 1).flatten()
        members = torch.nonzero(counts[of_target] > 1).flatten()
        of_hub = torch.repeat_interleave(counts[hubs])
        hub_ptr = torch.cat([counts.new_zeros(1), counts[hubs].cumsum(0)])
        place = torch.repeat_interleave(ptr.diff())
        block = Block(self.num_nodes, self.targets, self.edges, self.source, self.target, place, ptr)
        matrix = _ones(hub_ptr, torch.float64) if self.device_type == "cpu" else None
        return EdgeRuns(block, first, hubs, members, of_hub, matrix)

    @cached_property
    @torch.inference_mode(False)
    def pairs(self) -> tuple[Tensor, Tensor]:
        """Rows (2i, 2j + 1) for each edge, one bag of two an edge, with the bags' offsets."""
        rows = torch.stack([2 * self.target, 2 * self.source + 1], dim=1).flatten()
        offsets = torch.arange(0, 2 * self.num_edges + 1, 2, device=rows.device)
        dtype = self._index_dtype(2)
        return rows.to(dtype), offsets.to(dtype)

    @_kept
    def pair_places(self, heads: int) -> Tensor:
        """[E, 2, H]: where the two scores of each edge and head stand in scores [N, 2, H], counted flat."""
        rows = torch.stack([2 * self.target, 2 * self.source + 1], dim=1)
        return rows.unsqueeze(2) * heads + torch.arange(heads, device=rows.device)

    @_kept
    def spread(self, heads: int) -> Tensor:
        """[E, H]: `place`, repeated for each head, as `gather` wants it."""
        return self.place.unsqueeze(1).expand(-1, heads)

    @_kept
    def padded(self, heads: int) -> tuple[tuple[int, int, int], Tensor] | None:
        """[n, D, H], a row for each target with room for D sources, the most that one reads; [E, H], the places in it.

        Places are counted flat. None where most of it would be empty, or a row too long to be added in one go.
        """
        most = int(self.ptr.diff().max()) if self.num_edges else 0
        if not 0 < most <= MAX_RUN or self.num_targets * most > _EMPTY * self.num_edges:
            return None
        place = self.place * most + torch.arange(self.num_edges, device=self.ptr.device) - self.ptr[self.place]
        places = place.unsqueeze(1) * heads + torch.arange(heads, device=self.ptr.device)
        return (self.num_targets, most, heads), places

    @_kept
    def bags(self, heads: int) -> tuple[Tensor, Tensor, Tensor]:
        """Rows j·H + k for each edge and head k, one bag a target and head; the bags' offsets; and the rows' order.

        The order says where the weight of each row stands in weights [E, H], counted flat.
        """
        dtype, head = self._index_dtype(heads), torch.arange(heads, device=self.source.device)
        first, counts = self.ptr[:-1].unsqueeze(1), self.ptr.diff().unsqueeze(1)
        starts = first * heads + head * counts
        within = torch.arange(self.num_edges, device=head.device) - self.ptr[self.place]
        places = (starts[self.place] + within.unsqueeze(1)).flatten()
        order = torch.empty_like(places, dtype=dtype)
        order[places] = torch.arange(heads * self.num_edges, dtype=dtype, device=head.device)
        rows = (self.source.unsqueeze(1) * heads + head).flatten().to(dtype)[order]
        offsets = torch.cat([starts.flatten(), starts.new_full((1,), heads * self.num_edges)])
        return rows, offsets.to(dtype), order

    @_kept
    def segments(self, dtype: torch.dtype) -> Tensor:
        """[n, E] sparse CSR of ones: row k has one at each edge into the block's k-th target."""
        return _ones(self.ptr, dtype)

    @_kept
    def cut(self, edges_per_block: int) -> tuple[Block, ...]:
        """The same edges in blocks of about so many, never less than one target."""
        marks = torch.arange(edges_per_block, self.num_edges, edges_per_block, device=self.ptr.device)
        inner = torch.unique(torch.searchsorted(self.ptr, marks)).tolist()
        borders = [0, *(border for border in inner if 0 < border < self.num_targets), self.num_targets]
        return tuple(self._between(first, last) for first, last in pairwise(borders))

    def _between(self, first: int, last: int) -> Block:
        """The edges into the targets from `first` to before `last`."""
        ptr = self.ptr[first : last + 1]
        own = slice(int(ptr[0]), int(ptr[-1]))
        place = self.place[own] - first
        targets = slice(first, last)
        return Block(self.num_nodes, targets, own, self.source[own], self.target[own], place, ptr - own.start)

    def _index_dtype(self, copies: int) -> torch.dtype:
        largest = copies * max(self.num_nodes, self.num_edges) + 1
        return torch.int32 if largest <= _INT32_MAX else torch.int64


@dataclass(frozen=True, eq=False)
class EdgeRuns:
    """A block's edges in m runs, none longer than `MAX_RUN`, and how their sums make the sums of the targets.

    Attributes:
        block: the same edges; what a target is to a block, a run is to this one.
        first: [n] the first run of each target; the only one, unless the target is one of `hubs`.
        hubs: the targets with several runs. members: all runs of these, hub by hub; of_hub: to which of `hubs` each
            belongs; hub_matrix: the same as a sparse CSR matrix of ones, a row for each of `hubs`; on the CPU only.
    """

    block: Block
    first: Tensor
    hubs: Tensor
    members: Tensor
    of_hub: Tensor
    hub_matrix: Tensor | None

    def joined(self, sums: Tensor) -> Tensor:
        """[m, …] → [n, …]: the targets' sums from those of the runs, long ones added in double precision."""
        parts = sums.index_select(0, self.members)
        if parts.device.type != "mps":  # which has no double precision
            parts = parts.double()
        if self.hub_matrix is not None and not parts.requires_grad:  # the same sums, faster
            long = torch.sparse.mm(self.hub_matrix, parts.flatten(1), "sum").view(-1, *sums.shape[1:])
        else:
            long = parts.new_zeros(self.hubs.shape[0], *parts.shape[1:]).index_add_(0, self.of_hub, parts)
        return sums.index_select(0, self.first).index_copy_(0, self.hubs, long.to(sums.dtype))


def _ones(ptr: Tensor, dtype: torch.dtype) -> Tensor:
    """Sparse CSR of ones: row k has one in each column from ptr[k] to ptr[k + 1]."""
    count = int(ptr[-1])
    columns = torch.arange(count, device=ptr.device)
    ones = torch.ones(count, dtype=dtype, device=ptr.device)
    return torch.sparse_csr_tensor(ptr, columns, ones, (ptr.shape[0] - 1, count), check_invariants=False)


@torch.inference_mode(False)
def whole_graph(edge_index: Tensor, ptr: Tensor) -> Block:
    """All edges as one block, from edge_index [2, E], sorted by target, and ptr [N + 1]."""
    source, target = edge_index[0].contiguous(), edge_index[1].contiguous()
    num_nodes = ptr.shape[0] - 1
    return Block(num_nodes, slice(0, num_nodes), slice(0, source.shape[0]), source, target, target, ptr)
