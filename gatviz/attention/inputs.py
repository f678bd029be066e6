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
from gatviz.graph.graph import Graph

Nodes = Tensor | NDArray[Any] | Graph
Arcs = Tensor | NDArray[Any] | Edges | None
EdgeFeatures = Tensor | NDArray[Any] | None

_SPARSE_FROM = 1 << 20
_SPARSE_BELOW = 0.05
"""A Graph's features go to the layers as a sparse matrix where they are many and few of them are not 0."""

_prepared: WeakKeyDictionary[Graph, dict[tuple[torch.dtype, torch.device], tuple[Tensor, Edges]]]
_prepared = WeakKeyDictionary()


def read_inputs(
    X: Nodes, adj: Arcs, edge_index: Arcs, in_features: int, like: Tensor, edge_features: EdgeFeatures = None
) -> tuple[Tensor, Edges]:
    """Features [N, F] in the precision of `like`, and Edges on the device of the features.

    A tensor that already has that precision is handed on as it is; everything else is copied.

    Raises:
        GatvizError: shapes or kinds that do not fit, edges given twice or not at all, or a [2, 2] adj
            that could be either form.
    """
    given = adj if edge_index is None else edge_index
    if isinstance(X, Graph):
        if given is not None:
            raise GatvizError("edges", "none beside a Graph, which has its own", "both", "pass only the Graph")
        if edge_features is not None:
            expected, mend = "none beside a Graph, which has its own", "use graph.with_edge_features"
            raise GatvizError("edge_features", expected, "both", mend)
        x, given = _prepare(X, like)
    else:
        x = _features(X, like)
    if x.shape[1] != in_features:
        raise GatvizError(
            "X",
            f"{in_features} features per node, as the layer has",
            "none" if x.shape[1] == 0 else str(x.shape[1]),
            "give the nodes features" if x.shape[1] == 0 else f"make the layer with in_features={x.shape[1]}",
        )
    if not isinstance(given, Edges) or (adj is not None and edge_index is not None):
        given = _edges(adj, edge_index, x.shape[0], edge_features)
    elif edge_features is not None and not isinstance(X, Graph):
        expected, mend = "none beside Edges, which hold their own", "give them to Edges.from_edge_index"
        raise GatvizError("edge_features", expected, "both", mend)
    if given.num_nodes != x.shape[0]:
        raise GatvizError(
            "edges", f"{x.shape[0]} nodes, as X has rows", str(given.num_nodes), "give X and edges of one graph"
        )
    return x, given.to(x.device, like.dtype)


def check_edge_features(edges: Edges, expected: int) -> None:
    """Raise GatvizError unless these arcs have as many features as a layer reads."""
    found = 0 if edges.features is None else edges.features.shape[1]
    if found == expected:
        return
    if not expected:
        told, mend = "none, as the layer reads nodes alone", f"make the layer with edge_features={found}"
    else:
        told = f"{expected} features per edge, as the layer has"
        mend = "choose the edge attributes with graph.with_edge_features" if not found else "choose other attributes"
    raise GatvizError("edge_features", told, str(found) if found else "none", mend)


@torch.inference_mode(False)
def _prepare(graph: Graph, like: Tensor) -> tuple[Tensor, Edges]:
    """A Graph never changes, so this is done once for each, not at every change of a weight."""
    key = like.dtype, like.device
    known = _prepared.setdefault(graph, {})
    if key not in known:
        x = _features(graph.x, like)
        size = graph.x.size
        if size >= _SPARSE_FROM and like.device.type == "cpu" and np.count_nonzero(graph.x) < _SPARSE_BELOW * size:
            x = x.to_sparse_csr()
        known[key] = x, Edges.from_graph(graph).to(like.device, like.dtype)
    return known[key]


def _features(X: Tensor | NDArray[Any], like: Tensor) -> Tensor:
    if isinstance(X, Tensor):
        x = X if X.dtype == like.dtype else _converted(X, like.dtype)
        if x.device != like.device:
            raise GatvizError(
                "X", f"a tensor on {like.device}, as the layer is", str(x.device), f"call X.to('{like.device}')"
            )
    else:
        try:
            array = np.asarray(X)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"values of type {array.dtype}")
            x = torch.tensor(array, dtype=like.dtype, device=like.device)
        except (TypeError, ValueError, RuntimeError) as error:
            raise GatvizError(
                "X", "numbers of shape [N, F]", quote(str(error)), "one row of numbers per node"
            ) from error
    if x.dim() != 2:
        raise GatvizError("X", "a matrix [N, F]", f"shape {list(x.shape)}", "one row per node")
    return x


def _converted(X: Tensor, dtype: torch.dtype) -> Tensor:
    if X.is_complex() or X.is_quantized:
        raise GatvizError("X", "real numbers", str(X.dtype), "pass floating or integer values")
    return X.to(dtype)


def _edges(adj: Arcs, edge_index: Arcs, num_nodes: int, features: EdgeFeatures) -> Edges:
    if (adj is None) == (edge_index is None):
        found = "neither" if adj is None else "both"
        raise GatvizError("edges", "adj or edge_index", found, "pass exactly one of them")
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
            "adj",
            "a matrix that can only be read one way",
            "[2, 2] integers for 2 nodes",
            "pass edge_index=… if it is an edge list, Edges.from_adjacency(adj) if it is a matrix",
        )
    return True
