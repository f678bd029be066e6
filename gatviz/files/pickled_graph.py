"""The graph in a torch file or a pickle: a dict of tensors, a PyG Data, or the one graph of a PyG data set.

What a file holds is looked for in the pickle's tree (`gatviz.pickles`), of which nothing is made or run; objects are
known by the names of their classes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gatviz.errors import GatvizError, quote
from gatviz.files import headers
from gatviz.files.arrays import is_known, refuse_weights
from gatviz.files.pickled_sparse import is_sparse
from gatviz.pickles.safe_pickle import Outside, PickledCall, PickledDict, PickledName
from gatviz.words import N_, _, commas, ngettext

if TYPE_CHECKING:
    from gatviz.pickles.pickled import Reader

_MAX_DEPTH = 5
_EDGES = {"adj_t", "adj_data", "indptr", "row", *headers.ARRAYS["edge_index"], *headers.ARRAYS["adjacency"]}
"""Names that only the dict of a graph has."""
_OF_DATA = ("torch_geometric.data.", "torch_geometric.datasets.", "torch_geometric.utils.")
_STORES = ("_store", "_mapping", "_data", "data", "graph")
"""Where a Data keeps its tensors, a data set its Data, and people the one graph of a file."""
_ARRAYS = ("torch._utils._rebuild", "numpy.core.", "numpy._core.")
_MODEL = ("_parameters", "_buffers", "_modules")
_SAVE = "torch.save({'x': x, 'edge_index': edge_index, 'y': y}, path)"
_OF_DGL = "{'edge_index': torch.stack(g.edges()), 'x': g.ndata['feat']}"
_OTHERS: tuple[tuple[str, str, str], ...] = (
    ("dgl.", N_("a DGL graph"), N_("save {arrays} by torch.save")),
    ("pandas.", N_("a pandas table"), N_("save it as CSV, table.to_csv(path)")),
)


def how_to_save() -> str:
    """The mend for a torch file that holds no graph."""
    return _("save it as {call}").format(call=_SAVE)


def graph_level(tree: Any, reader: Reader) -> PickledDict:
    """The dict with a graph's arrays in a tree; a matrix alone is that of its arrows.

    Raises:
        GatvizError: none, several, a graph of several kinds of nodes, a model, or an object of another library.
    """
    if is_sparse(tree):
        return PickledDict({headers.ARRAYS["adjacency"][0]: tree})
    if isinstance(tree, PickledCall) and tree.name.startswith(_ARRAYS):
        shape = tuple(getattr(reader.value(tree), "shape", ()))
        if len(shape) == 2 and (shape[0] == shape[1] or 2 in shape):
            key = "adjacency" if shape[0] == shape[1] else "edge_index"
            return PickledDict({headers.ARRAYS[key][0]: tree})
    return _level(tree, reader, 0)


def _level(node: Any, reader: Reader, depth: int) -> PickledDict:
    where = reader.where
    if isinstance(node, list | tuple):
        return _of_list(node, reader, depth)
    level: Any = node
    if isinstance(node, PickledCall):
        level = node.state if isinstance(node.state, PickledDict) else node.pairs
        if isinstance(node.state, tuple):  # a class with slots
            level = next((part for part in node.state if isinstance(part, PickledDict)), node.pairs)
        _check_thing(node, level, where)
    if not isinstance(level, PickledDict):
        raise GatvizError(where, _("a dict of tensors, or a PyG Data"), _kind_of(node), how_to_save())
    if any(isinstance(key, str) and key in _EDGES for key in level):
        return level
    if "_global_store" in level:
        raise _several_kinds(where)
    inside = [level[key] for key in _STORES if isinstance(level.get(key), PickledDict | PickledCall | list | tuple)]
    names = [key for key in level if isinstance(key, str)]
    if not inside and any(map(is_known, names)):
        return level
    if not inside and len(level) == 1:
        inside = list(dict.values(level))
    if inside and depth < _MAX_DEPTH:
        return _level(inside[0], reader, depth + 1)
    refuse_weights(names, where)
    listed = commas(quote(name) for name in names[:8]) or _("nothing")
    expected = _("'edge_index' in the dict, with 'x' beside it if nodes have features")
    raise GatvizError(where, expected, listed, how_to_save())


def _of_list(node: list[Any] | tuple[Any, ...], reader: Reader, depth: int) -> PickledDict:
    """A data set as PyG saves it, (data, where each graph begins, the class), or the one graph of a list."""
    where = reader.where
    names = [one.name for one in node if isinstance(one, PickledName)]
    if any(name.endswith("HeteroData") for name in names):
        raise _several_kinds(where)
    count = len(node)
    if (
        2 <= len(node) <= 4
        and isinstance(node[0], PickledDict | PickledCall)
        and isinstance(node[1], PickledDict | type(None))
    ):
        slices = reader.value(node[1]) or {}
        lengths = [len(one) for one in slices.values() if hasattr(one, "__len__")]
        count = max(lengths, default=2) - 1
    elif not node or not isinstance(node[0], PickledDict | PickledCall | list | tuple):
        raise GatvizError(where, _("a dict of tensors, or a PyG Data"), _("a list of other values"), how_to_save())
    if count > 1 or depth >= _MAX_DEPTH:
        found = ngettext("a data set of {n:,} graph", "a data set of {n:,} graphs", count).format(n=count)
        mend = _("save one of them, e.g. torch.save(dataset[0].to_dict(), path)")
        raise GatvizError(where, _("one graph"), found, mend)
    return _level(node[0], reader, depth + 1)


def _check_thing(node: PickledCall, level: Any, where: str) -> None:
    """Refuse an object that is no Data, each kind in a sentence of its own."""
    last = node.name.rpartition(".")[2]
    if node.name.startswith(_ARRAYS):
        raise GatvizError(where, _("edges, and features beside them"), _("one array alone"), how_to_save())
    if "Hetero" in last and node.name.startswith(_OF_DATA):
        raise _several_kinds(where)
    if isinstance(level, PickledDict) and any(part in level for part in _MODEL):
        found = _("a pickled model ({name})").format(name=quote(node.name))
        raise GatvizError(where, _("a graph file"), found, _("open it by the button 'Open weights'"))
    for begins, kind, mend in _OTHERS:
        if node.name.startswith(begins):
            found = _("{kind} ({name})").format(kind=_(kind), name=quote(node.name))
            raise GatvizError(where, _("a graph file"), found, _(mend).format(arrays=_OF_DGL))
    if not node.name.startswith(_OF_DATA) and not _looks_like_data(level):
        found = _("{name}, which is never opened").format(name=quote(node.name))
        raise GatvizError(where, _("plain tensors, or a PyG Data"), found, how_to_save())


def _looks_like_data(level: Any) -> bool:
    """Whether an object of somebody's own class holds edges as a Data does."""
    return isinstance(level, PickledDict) and any(key in level for key in ("edge_index", "_store"))


def _several_kinds(where: str) -> GatvizError:
    found = _("a HeteroData, with several kinds of nodes")
    return GatvizError(where, _("one kind of nodes"), found, _("save data.to_homogeneous().to_dict()"))


def _kind_of(node: Any) -> str:
    if isinstance(node, PickledName):
        return quote(node.name)
    if isinstance(node, Outside):
        return _("a storage")
    return type(node).__name__


def check_readable(level: Mapping[Any, Any], name: str, value: Any, where: str) -> None:
    """Refuse an array by a known name that is there and cannot be read: left out silently it would be another graph."""
    node = level[name]
    if value is None and node is not None:
        found = _("something else")
        if isinstance(node, PickledCall | PickledName):
            found = _("{name}, which is never opened").format(name=quote(node.name))
        raise GatvizError(f"{where}, {quote(name)}", _("plain tensors"), found, how_to_save())
