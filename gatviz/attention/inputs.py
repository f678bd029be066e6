"""What a person hands to a layer (tensors, arrays, a Graph; a matrix, an edge list, Edges) as x and Edges."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatviz.attention.edges import Edges, as_tensor, is_integer
from gatviz.errors import GatvizError, quote
from gatviz.graph.foreign import is_pyg
from gatviz.graph.graph import Graph
from gatviz.words import _, ngettext

Nodes = Tensor | NDArray[Any] | Graph
EdgesLike = Tensor | NDArray[Any] | Edges | None
EdgeFeatures = Tensor | NDArray[Any] | None

_SPARSE_FROM = 1 << 20
_SPARSE_BELOW = 0.05
"""A Graph's features go to the layers as a sparse matrix where they are many and few of them are not 0."""

_prepared: WeakKeyDictionary[Graph, dict[tuple[torch.dtype, torch.device], tuple[Tensor, Edges]]]
_prepared = WeakKeyDictionary()


def graph_of(
    X: Any,
    adj: EdgesLike = None,
    edge_index: EdgesLike = None,
    edge_features: EdgeFeatures = None,
    reads_edges: bool = False,
) -> Graph:
    """What a person hands over as a Graph: one, a PyG Data, or features with their edges and the features of these.

    Arguments:
        reads_edges: whether a Data's edge_attr are edge features.

    Raises:
        GatvizError: what is none of these, or holds no graph, with the line that converts where there is one.
    """
    if (isinstance(X, Graph) or is_pyg(X)) and (adj is not None or edge_index is not None):
        raise GatvizError(_("edges"), _("none beside a Graph, which has its own"), _("both"), _("pass only the Graph"))
    if (isinstance(X, Graph) or is_pyg(X)) and edge_features is not None:
        raise _features_twice()
    if isinstance(X, Graph):
        return X
    if is_pyg(X):
        return Graph.from_pyg(X, edge_features=reads_edges)
    like = torch.empty(0, dtype=torch.float64)
    x = _features(X.detach().cpu() if isinstance(X, Tensor) else X, like, "X")
    x = x.to_dense() if x.layout is not torch.strided else x
    given = adj if edge_index is None else edge_index
    edges = given if isinstance(given, Edges) else _edges(adj, edge_index, x.shape[0], edge_features)
    edge_index, column = edges.edge_index.numpy(force=True), edges.input_edge.numpy(force=True)
    order = np.argsort(np.where(column < 0, column.size, column), kind="stable")  # as they were given
    f = None if edges.features is None else edges.features.numpy(force=True)[order]
    names = tuple(map(str, range(x.shape[0])))
    return Graph(names=names, x=x.numpy(), edge_index=edge_index[:, order], edge_features=f)


def _features_twice() -> GatvizError:
    expected, mend = _("none beside a Graph, which has its own"), _("use graph.with_edge_features")
    return GatvizError("edge_features", expected, _("both"), mend)


def read_inputs(
    X: Nodes,
    adj: EdgesLike,
    edge_index: EdgesLike,
    in_features: int,
    like: Tensor,
    where: str = "X",
    edge_features: EdgeFeatures = None,
    reads_edges: bool = False,
) -> tuple[Tensor, Edges]:
    """Features [N, F] in the precision of `like`, and Edges on the device of the features.

    A tensor that already has that precision is handed on as it is; everything else is copied. Errors call the
    features `where`.

    Raises:
        GatvizError: shapes or kinds that do not fit, edges given twice or not at all, or a [2, 2] adj
            that could be either form.
    """
    given = adj if edge_index is None else edge_index
    if not isinstance(X, Tensor) and not isinstance(X, Graph) and is_pyg(X):
        X = Graph.from_pyg(X, edge_features=reads_edges)
    if isinstance(X, Graph):
        if given is not None:
            raise GatvizError(
                _("edges"), _("none beside a Graph, which has its own"), _("both"), _("pass only the Graph")
            )
        if edge_features is not None:
            raise _features_twice()
        x, given = _prepare(X, like, where)
    else:
        x = _features(X, like, where)
    if x.shape[1] != in_features:
        raise GatvizError(
            where,
            ngettext(
                "{n} feature per node, as the layer has", "{n} features per node, as the layer has", in_features
            ).format(n=in_features),
            _("none") if x.shape[1] == 0 else str(x.shape[1]),
            _("give the nodes features")
            if x.shape[1] == 0
            else _("make the layer with in_features={n}").format(n=x.shape[1]),
        )
    if not isinstance(given, Edges) or (adj is not None and edge_index is not None):
        given = _edges(adj, edge_index, x.shape[0], edge_features)
    elif edge_features is not None and not isinstance(X, Graph):
        expected, mend = _("none beside Edges, which hold their own"), _("give them to Edges.from_edge_index")
        raise GatvizError("edge_features", expected, _("both"), mend)
    if given.num_nodes != x.shape[0]:
        raise GatvizError(
            _("edges"),
            ngettext("{n} node, as X has rows", "{n} nodes, as X has rows", x.shape[0]).format(n=x.shape[0]),
            str(given.num_nodes),
            _("give X and edges of one graph"),
        )
    return x, given.to(x.device, like.dtype)


def check_edge_features(edges: Edges, expected: int) -> None:
    """Raise GatvizError unless these edges have as many features as a layer reads."""
    found = 0 if edges.features is None else edges.features.shape[1]
    if found == expected:
        return
    if not expected:
        told = _("none, as the layer reads nodes alone")
        mend = _("make the layer with edge_features={n}").format(n=found)
    else:
        told = ngettext(
            "{n} feature per edge, as the layer has", "{n} features per edge, as the layer has", expected
        ).format(n=expected)
        mend = _("choose as many edge attributes with graph.with_edge_features")
    raise GatvizError("edge_features", told, str(found) if found else _("none"), mend)


@torch.inference_mode(False)
def _prepare(graph: Graph, like: Tensor, where: str = "X") -> tuple[Tensor, Edges]:
    """A Graph never changes, so this is done once for each, not at every change of a weight."""
    key = like.dtype, like.device
    known = _prepared.setdefault(graph, {})
    if key not in known:
        x = _features(graph.x, like, where)
        size = graph.x.size
        if size >= _SPARSE_FROM and like.device.type == "cpu" and np.count_nonzero(graph.x) < _SPARSE_BELOW * size:
            x = x.to_sparse_csr()
        known[key] = x, Edges.from_graph(graph).to(like.device, like.dtype)
    return known[key]


def _features(X: Tensor | NDArray[Any], like: Tensor, where: str) -> Tensor:
    if isinstance(X, Tensor):
        x = X if X.dtype == like.dtype else _converted(X, like.dtype, where)
        if x.device != like.device:
            raise GatvizError(
                where,
                _("a tensor on {device}, as the layer is").format(device=like.device),
                str(x.device),
                _("call X.to('{device}')").format(device=like.device),
            )
    elif (found := _of_another_library(X)) is not None:
        raise GatvizError("X", _("a Graph, a PyG Data, or features"), *found)
    else:
        try:
            array = np.asarray(X)
            if array.dtype.kind not in "fiub":
                raise TypeError(_("values of type {dtype}").format(dtype=array.dtype))
            x = torch.tensor(array, dtype=like.dtype, device=like.device)
        except (TypeError, ValueError, RuntimeError) as error:
            raise GatvizError(
                where, _("numbers of shape [N, F]"), quote(str(error)), _("one row of numbers per node")
            ) from error
    if x.dim() != 2:
        raise GatvizError(
            where, _("a matrix [N, F]"), _("shape {shape}").format(shape=list(x.shape)), _("one row per node")
        )
    return x


def _of_another_library(X: object) -> tuple[str, str] | None:
    """What this is instead of features, and the line that converts it."""
    homes = {kind.__module__.partition(".")[0] for kind in type(X).__mro__}
    if "networkx" in homes:
        return _("a networkx graph"), _("pass gatviz.Graph.from_networkx(graph, features=…)")
    if "dgl" in homes:
        line = "X=g.ndata['feat'], edge_index=torch.stack(g.edges())"
        return _("a DGL graph"), _("pass {line}").format(line=line)
    return (_("a sparse matrix"), _("pass {line}").format(line="X.toarray()")) if hasattr(X, "toarray") else None


def _converted(X: Tensor, dtype: torch.dtype, where: str) -> Tensor:
    if X.is_complex() or X.is_quantized:
        raise GatvizError(where, _("real numbers"), str(X.dtype), _("pass floating or integer values"))
    return X.to(dtype)


def _edges(adj: EdgesLike, edge_index: EdgesLike, num_nodes: int, features: EdgeFeatures) -> Edges:
    if (adj is None) == (edge_index is None):
        found = _("neither") if adj is None else _("both")
        raise GatvizError(_("edges"), _("adj or edge_index"), found, _("pass exactly one of them"))
    given = adj if edge_index is None else edge_index
    tensor = as_tensor(given, "adj" if edge_index is None else "edge_index")
    if edge_index is not None or _looks_like_edge_index(tensor, num_nodes):
        return Edges.from_edge_index(tensor, num_nodes, features=features)
    return Edges.from_adjacency(tensor, features=features)


def _looks_like_edge_index(tensor: Tensor, num_nodes: int) -> bool:
    if tensor.dim() != 2 or tensor.shape[0] != 2 or not is_integer(tensor):
        return False
    if num_nodes == 2 and tensor.shape[1] == 2:
        raise GatvizError(
            _("adj"),
            _("a matrix that can only be read one way"),
            _("[2, 2] integers for 2 nodes"),
            _("pass edge_index=… if it is an edge list, Edges.from_adjacency(adj) if it is a matrix"),
        )
    return True
