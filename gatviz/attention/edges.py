"""`Edges`: the edges of a graph prepared once for attention, sorted by target and then by source.

N nodes, E edges after self-loops are settled, D edge features.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatviz.attention.blocks import Block, whole_graph
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.words import _

SelfLoops = Literal["as_given", "add_missing", "remove"]


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges in the order that attention needs them; made by `from_edge_index` or `from_adjacency`.

    Attributes:
        edge_index: [2, E] int64, row 0 = source j, row 1 = target i, sorted by target, then source.
        num_nodes: N.
        ptr: [N + 1] int64; the edges into target i are those from ptr[i] to ptr[i + 1].
        input_edge: [E] int64, the column of each edge in what was given, −1 for an added loop. For an
            adjacency matrix: its place among the non-zero entries, row by row.
        features: [E, D] of each edge, self-loops filled; None where the edges have none.
    """

    edge_index: Tensor
    num_nodes: int
    ptr: Tensor
    input_edge: Tensor
    features: Tensor | None = None
    _other_loops: dict[Any, Edges] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    @torch.inference_mode(False)  # so that edges made while looking are fit for training
    def from_edge_index(
        cls,
        edge_index: Tensor | NDArray[Any],
        num_nodes: int,
        self_loops: SelfLoops = "as_given",
        features: Tensor | NDArray[Any] | None = None,
        loop_features: LoopFeatures = AS_ADDED,
    ) -> Edges:
        """Edges from [2, E] integers, row 0 = source, row 1 = target.

        Arguments:
            edge_index: tensor, array or nested lists.
            num_nodes: N.
            self_loops: "as_given" leaves them, "add_missing" gives every node one, "remove" takes them out.
            features: [E, D], a row for each column of `edge_index`.
            loop_features: what self-loops get for features where they are added, or all of them; see there.

        Raises:
            GatvizError: wrong shape or type, an index outside 0 … N − 1, an edge that stands twice, features of
                another number of edges.
        """
        check_self_loops(self_loops)
        given = as_tensor(edge_index, "edge_index")
        if given.dim() == 2 and given.shape == (2, 0):
            given = given.long()
        if given.dim() != 2 or given.shape[0] != 2 or not is_integer(given):
            raise GatvizError(
                "edge_index",
                _("integers of shape [2, E]"),
                _("{dtype} of shape {shape}").format(dtype=given.dtype, shape=list(given.shape)),
                _("row 0 = source, row 1 = target"),
            )
        given = given.long()
        _check_range(given, num_nodes)
        source, target = given
        column = torch.arange(given.shape[1], device=given.device)
        if self_loops != "as_given":
            _check_not_meta(given, f"self_loops='{self_loops}'")
        if self_loops == "remove":
            kept = source != target
            source, target, column = source[kept], target[kept], column[kept]
        elif self_loops == "add_missing":
            has_loop = torch.zeros(num_nodes, dtype=torch.bool, device=given.device)
            has_loop[source[source == target]] = True
            added = torch.nonzero(~has_loop).flatten()
            source, target = torch.cat([source, added]), torch.cat([target, added])
            column = torch.cat([column, torch.full_like(added, -1)])
        key, order = torch.sort(target * num_nodes + source)
        _check_once(key, num_nodes)
        edge_index = torch.stack([source[order], target[order]])
        ptr = torch.searchsorted(edge_index[1], torch.arange(num_nodes + 1, device=given.device))
        column = column[order]
        if features is None:
            return cls(edge_index, num_nodes, ptr, column)
        own = _features(features, given)[column]  # −1 picks the last row
        if self_loops == "add_missing":
            own = loop_features.fill(own, edge_index, num_nodes, column)
        return cls(edge_index, num_nodes, ptr, column, own)

    @classmethod
    @torch.inference_mode(False)
    def from_adjacency(
        cls,
        adj: Tensor | NDArray[Any],
        self_loops: SelfLoops = "as_given",
        features: Tensor | NDArray[Any] | None = None,
        loop_features: LoopFeatures = AS_ADDED,
    ) -> Edges:
        """Edges from a dense [N, N] matrix: adj[i, j] ≠ 0 means that i reads j.

        `features` [E, D] has a row for each entry that is not 0, row by row.

        Raises:
            GatvizError: not square, or an entry that is not a finite number.
        """
        matrix = as_tensor(adj, "adj")
        if matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1]:
            raise GatvizError(
                "adj",
                _("a square matrix [N, N]"),
                _("shape {shape}").format(shape=list(matrix.shape)),
                _("row = target i, column = source j; an edge list goes to edge_index="),
            )
        _check_not_meta(matrix, "adj")
        if not bool(torch.isfinite(matrix).all()):
            raise GatvizError("adj", _("finite numbers"), _("NaN or infinity"), _("write 0 where there is no edge"))
        target, source = torch.nonzero(matrix, as_tuple=True)
        return cls.from_edge_index(torch.stack([source, target]), matrix.shape[0], self_loops, features, loop_features)

    @classmethod
    def from_graph(
        cls, graph: Graph, self_loops: SelfLoops = "as_given", loop_features: LoopFeatures = AS_ADDED
    ) -> Edges:
        """Edges of a Graph, with its edge features; `input_edge` counts its edges."""
        return cls.from_edge_index(graph.edge_index, graph.num_nodes, self_loops, graph.edge_features, loop_features)

    @property
    def num_edges(self) -> int:
        """E."""
        return self.edge_index.shape[1]

    @cached_property
    def source(self) -> Tensor:
        """[E]: j of each edge."""
        return self.edge_index[0]

    @cached_property
    def target(self) -> Tensor:
        """[E]: i of each edge."""
        return self.edge_index[1]

    @cached_property
    def added_loops(self) -> Tensor:
        """[E] bool: the self-loops that were not in what was given."""
        return self.input_edge < 0

    @cached_property
    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """`edge_index`, `ptr` and `input_edge` as NumPy arrays, as a trace names them."""
        tensors = {"edge_index": self.edge_index, "ptr": self.ptr, "input_edge": self.input_edge}
        return {name: tensor.cpu().numpy() for name, tensor in tensors.items()}

    @cached_property
    def whole(self) -> Block:
        """All edges as one block."""
        return whole_graph(self.edge_index, self.ptr)

    def with_self_loops(self, self_loops: SelfLoops, loop_features: LoopFeatures = AS_ADDED) -> Edges:
        """The same edges under another policy; `input_edge` still names what was first given."""
        if self_loops == "as_given":
            return self
        key = self_loops if self.features is None else (self_loops, loop_features)
        if key in self._other_loops:
            return self._other_loops[key]
        with torch.inference_mode(False):
            again = Edges.from_edge_index(self.edge_index, self.num_nodes, self_loops, self.features, loop_features)
            given = again.input_edge >= 0
            first = again.input_edge.clone()
            first[given] = self.input_edge[again.input_edge[given]]
            settled = Edges(again.edge_index, again.num_nodes, again.ptr, first, again.features)
        if self.features is None or not self.features.requires_grad:  # else each run needs a graph of its own
            self._other_loops[key] = settled
        return settled

    @cached_property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.edge_index.device

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> Edges:
        """The same edges on another device, their features in another precision."""
        features = self.features
        same = features is None or dtype is None or features.dtype == dtype
        if same and (self.device == device or self.device == torch.device(device)):
            return self
        with torch.inference_mode(False):
            features = None if features is None else features.to(device, dtype)
            ptr, input_edge = self.ptr.to(device), self.input_edge.to(device)
            return Edges(self.edge_index.to(device), self.num_nodes, ptr, input_edge, features)


def _features(given: Tensor | NDArray[Any], edge_index: Tensor) -> Tensor:
    """[E + 1, D] in the device of the edges; the last row, of no edge, is 0."""
    count = edge_index.shape[1]
    features = as_tensor(given, "edge_features")
    if features.dim() != 2 or features.shape[0] != count:
        raise GatvizError(
            "edge_features",
            _("numbers of shape [{n}, D], a row for each edge").format(n=count),
            _("shape {shape}").format(shape=list(features.shape)),
            _("give one row for each edge, in the order of the edges"),
        )
    if not features.is_floating_point():
        features = features.to(torch.get_default_dtype())
    features = features.to(edge_index.device)
    return torch.cat([features, features.new_zeros(1, features.shape[1])])


def as_tensor(value: Any, where: str) -> Tensor:
    """A tensor of real numbers from a tensor, an array or nested lists.

    Raises:
        GatvizError: anything else.
    """
    if hasattr(value, "toarray"):
        mend = _("pass {line}").format(line=f"{where}.toarray()")
        raise GatvizError(where, _("a dense tensor of real numbers"), _("a sparse matrix"), mend)
    try:
        tensor = value if isinstance(value, Tensor) else torch.tensor(np.asarray(value))
    except (TypeError, ValueError, RuntimeError) as error:
        raise GatvizError(
            where, _("a tensor or an array of numbers"), quote(str(error)), _("pass numbers only")
        ) from error
    if tensor.is_complex() or tensor.layout != torch.strided:
        found = _("{layout} of {dtype}").format(layout=tensor.layout, dtype=tensor.dtype)
        raise GatvizError(where, _("a dense tensor of real numbers"), found, _("call .to_dense() or .real on it first"))
    return tensor


def is_integer(tensor: Tensor) -> bool:
    """Whether a tensor holds integers (bool does not count)."""
    return not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)


def check_self_loops(self_loops: str) -> None:
    """Raise GatvizError unless this is one of the three policies."""
    if self_loops not in get_args(SelfLoops):
        raise GatvizError(
            "self_loops",
            _("'as_given', 'add_missing' or 'remove'"),
            quote(self_loops),
            _("choose one of the three"),
        )


def _check_range(edge_index: Tensor, num_nodes: int) -> None:
    if edge_index.is_meta or edge_index.numel() == 0:
        return
    low, high = int(edge_index.min()), int(edge_index.max())
    if low < 0 or high >= num_nodes:
        raise GatvizError(
            "edge_index",
            _("node numbers from 0 to {last}").format(last=num_nodes - 1)
            if num_nodes
            else _("no edges, as there are no nodes"),
            str(low if low < 0 else high),
            _("add the node or remove the edge"),
        )


def _check_once(key: Tensor, num_nodes: int) -> None:
    if key.is_meta:
        return
    same = key[1:] == key[:-1]
    if bool(same.any()):
        twice = int(key[1:][same][0])
        raise GatvizError(
            "edge_index",
            _("each edge once"),
            _("{source} → {target} more than once").format(source=twice % num_nodes, target=twice // num_nodes),
            _(
                "merge the duplicates and what belongs to them, e.g. torch.unique(edge_index, dim=1); PyG would give "
                "each a share of its own"
            ),
        )


def _check_not_meta(tensor: Tensor, where: str) -> None:
    if tensor.is_meta:
        raise GatvizError(
            where,
            _("values, from which the edges follow"),
            _("a tensor on the meta device"),
            _("pass edge_index= as given"),
        )
