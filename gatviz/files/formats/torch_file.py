"""Torch files and pickles of tensors, and of PyG's Data. The only module of the room that touches torch.

Nothing in such a file is run: `gatviz.pickles` reads the tensors out of it.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.files.arrays import META, arrays_of, is_known, parsed_arrays
from gatviz.files.found_graph import collected
from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ParsedGraph
from gatviz.files.pickled_graph import check_readable, graph_level
from gatviz.files.pickled_network import network, plain_graph
from gatviz.files.pickled_sparse import is_sparse, sparse_arrays
from gatviz.graph.graph import Graph
from gatviz.pickles.containers import pickled
from gatviz.pickles.pickled import Reader, Unread
from gatviz.words import _, commas

_EDGE_ATTR = "edge_attr"
_PREFIXES = {
    **dict.fromkeys((*headers.ARRAYS["adjacency"], "adj_t"), "adj_"),
    **dict.fromkeys(headers.ARRAYS["x"], "attr_"),
}
"""How the parts of sparse matrices are called; row = target in both `adj` and PyG's `adj_t`."""
_BATCH, _NUM_NODES = "batch", "num_nodes"
_MATRIX = 2
_MAX_WORD = 1_000


def read_torch(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from a torch file: tensors {x, edge_index, y, …} in a dict or a PyG Data.

    Raises:
        GatvizError: not such a file, or one that holds no graph; what it holds is named.
    """
    where = file.where
    tree, reader = pickled(file.data, where, limits.MAX_PICKLE)
    graph = network(tree, reader)
    if graph is None:
        try:
            level = graph_level(tree, reader)
        except GatvizError:
            graph = plain_graph(tree, reader)
            if graph is None:
                raise
    if graph is not None:
        return collected(graph, where, "torch")
    found = _Arrays(where)
    for name, node in level.items():
        if not isinstance(name, str) or name == META or node is None:
            continue
        if is_sparse(node) and name in _PREFIXES:
            found.arrays |= sparse_arrays(node, _PREFIXES[name], reader, f"{where}, {quote(name)}")
        else:
            found.take(name, reader.value(node), lambda value, name=name: check_readable(level, name, value, where))
    found.settle()
    parsed = parsed_arrays(found.arrays, where, "torch", _meta(level.get(META), reader), found.left_out)
    if found.left_out:
        listed = commas(quote(name) for name in found.left_out[:5])
        parsed.notes.append(_("entries that gatviz does not know were left out: {listed}").format(listed=listed))
    parsed.notes += found.notes
    return parsed


def _meta(node: Any, reader: Reader) -> str | None:
    told = None if node is None else reader.value(node)
    return told if isinstance(told, str) else None


class _Arrays:
    """The arrays of a file by the names that are known; of the others the names."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.arrays: dict[str, NDArray[Any]] = {}
        self.left_out: list[str] = []
        self.notes: list[str] = []
        self._graphs = 1

    def take(self, name: str, value: Any, check: Any) -> None:
        """One entry. Errors as `read_torch`."""
        at = f"{self.where}, {quote(name)}"
        if name == _EDGE_ATTR and isinstance(value, Tensor):
            self._edge_attr(tensor_to_array(value, at))
        elif name == _BATCH and isinstance(value, Tensor) and value.numel() and not value.is_floating_point():
            self._graphs = int(value.max()) + 1
        elif not is_known(name):
            self.left_out.append(name)
        elif isinstance(value, Unread):
            raise GatvizError(at, _("a dense tensor of numbers"), value.kind, _("store tensor.to_dense().cpu()"))
        elif isinstance(value, Tensor):
            self._tensor(name, tensor_to_array(value, at))
        elif isinstance(value, int):
            self.arrays[name] = np.array(value)
        elif isinstance(value, list) and all(isinstance(word, str) for word in value):
            self.arrays[name] = np.array([word[:_MAX_WORD] for word in value], dtype=str)
        elif (rows := _rows(value)) is not None:
            self.arrays[name] = rows
        else:
            check(value)
            self.left_out.append(name)

    def settle(self) -> None:
        """What is said once all entries are known: a class of the whole graph, and graphs side by side."""
        for name in headers.ARRAYS["y"]:
            if self._count > 1 and name in self.arrays and self.arrays[name].size == 1:
                del self.arrays[name]
                self.notes.append(_("{name} was left out: it is not a class for each node").format(name=name))
        if self._graphs > 1:
            words = _("batch says that these are {n:,} graphs: they stand side by side")
            self.notes.append(words.format(n=self._graphs))

    @property
    def _count(self) -> int:
        """N, where the file says it."""
        x = next((self.arrays[name] for name in headers.ARRAYS["x"] if name in self.arrays), None)
        return len(x) if x is not None and x.ndim else int(self.arrays.get(_NUM_NODES, np.array(0)))

    def _tensor(self, name: str, array: NDArray[Any]) -> None:
        """An array; what PyG allows beside a class and a split for each node is told and left out."""
        fractions = array.dtype.kind == "f" and not np.array_equal(array, np.floor(array))
        wide = array.ndim == _MATRIX and array.shape[1] != 1
        if name in headers.ARRAYS["y"] and (fractions or wide or not array.ndim):
            self.notes.append(_("{name} was left out: it is not a class for each node").format(name=name))
        elif name in headers.MASKS and array.ndim == _MATRIX and array.shape[1]:
            words = _("{name} holds {n} splits: the first is taken")
            self.notes.append(words.format(name=name, n=array.shape[1]))
            self.arrays[name] = array[:, 0]
        elif name in headers.ARRAYS["pos"] and (array.ndim != _MATRIX or array.shape[1] != _MATRIX):
            self.notes.append(_("{name} was left out: it is not two numbers for each node").format(name=name))
        else:
            self.arrays[name] = array

    def _edge_attr(self, array: NDArray[Any]) -> None:
        """[E] or [E, D] as columns of the edges."""
        columns = array.reshape(len(array), -1) if array.ndim and array.shape[0] else array.reshape(0, 0)
        if columns.shape[1] > limits.MAX_HEADERS:
            self.left_out.append(_EDGE_ATTR)
            return
        for k in range(columns.shape[1]):
            self.arrays[f"edge.{_EDGE_ATTR}" + ("" if columns.shape[1] == 1 else str(k))] = columns[:, k]


def _rows(value: Any) -> NDArray[Any] | None:
    """Nested lists of numbers as an array; None of anything else."""
    if not isinstance(value, list) or not value:
        return None
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "biuf" else None


def tensor_to_array(tensor: Any, where: str) -> NDArray[Any]:
    """A dense tensor of numbers as an array; half precision becomes double.

    Raises:
        GatvizError: a sparse tensor, one on another device, complex numbers, or too many.
    """
    if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_complex():
        raise GatvizError(where, _("a dense tensor of numbers"), str(tensor.layout), _("store tensor.to_dense().cpu()"))
    if tensor.numel() > limits.MAX_FEATURE_VALUES:
        raise GatvizError(
            where,
            _("at most {most:,} values").format(most=limits.MAX_FEATURE_VALUES),
            f"{tensor.numel():,}",
            _("keep fewer features"),
        )
    dense = tensor.detach()
    result: NDArray[Any] = (dense.double() if dense.dtype in (torch.bfloat16, torch.float16) else dense).numpy()
    return result


def write_torch(graph: Graph) -> bytes:
    """A graph as a torch file of plain tensors."""
    arrays, told = arrays_of(graph)
    content: dict[str, Any] = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    content[META] = told
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()
