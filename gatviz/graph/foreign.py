"""Graphs as other libraries hold them: networkx's, and PyG's Data, read by its attributes; PyG itself is not needed.

N nodes, E edges. Merging is what every reader does: the first of parallel edges is kept, and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph.edge_features import dropped_values, unlike
from gatviz.numbers import in_numpy
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import networkx as nx

AnyArray = NDArray[Any]


def is_pyg(given: object) -> bool:
    """Whether this looks like a PyG Data: it has edges and features by PyG's names; or like one of several kinds."""
    of_one_kind = hasattr(given, "edge_index") and hasattr(given, "x") and hasattr(given, "num_nodes")
    return of_one_kind or hasattr(given, "node_types")


def fields_of_pyg(data: Any, edge_features: bool) -> dict[str, Any]:
    """A Graph's fields from a PyG Data: x, edge_index, edge_attr (as edge features too, if so), y, train_mask …, pos.

    Raises:
        GatvizError: no such Data, or arrays that do not fit, with the line that converts where there is one.
    """
    if hasattr(data, "node_types"):
        found = _("a HeteroData, with several kinds of nodes")
        raise GatvizError("from_pyg", _("a Data with one kind of nodes"), found, _("pass data.to_homogeneous()"))
    if hasattr(data, "adj_t") and getattr(data, "edge_index", None) is None:
        mend = _("write {line}").format(line="data.edge_index = torch.stack(data.adj_t.t().coo()[:2])")
        raise GatvizError("from_pyg", "edge_index", _("adj_t alone"), mend)
    if not is_pyg(data) or getattr(data, "edge_index", None) is None:
        raise GatvizError(
            "from_pyg", _("a PyG Data with edge_index"), quote(type(data).__name__), _("pass such a Data")
        )
    batch = _array(getattr(data, "batch", None), "batch")
    if batch is not None and batch.size and batch.max() > 0:
        found = _("{n} graphs in one Batch").format(n=f"{int(batch.max()) + 1:,}")
        raise GatvizError("from_pyg", _("one graph"), found, _("pass one of them, data.get_example(0)"))
    edge_index = _array(data.edge_index, "edge_index")
    x = _array(data.x, "x")
    if x is not None and x.ndim != 2:
        raise GatvizError(
            "from_pyg, x",
            _("a matrix [N, F]"),
            _("shape {shape}").format(shape=list(x.shape)),
            "data.x = data.x.view(len(data.x), -1)",
        )
    count = int(data.num_nodes) if x is None else x.shape[0]
    notes: list[str] = []
    fields: dict[str, Any] = {
        "names": tuple(map(str, range(count))),
        "x": np.zeros((count, 0)) if x is None else x,
    }
    edge_attr = _array(getattr(data, "edge_attr", None), "edge_attr")
    fields |= _edges(edge_index, edge_attr, count, notes, edge_features)
    fields["labels"] = _labels(_array(getattr(data, "y", None), "y"), count, notes)
    fields["split"] = _split(data, count)
    pos = _array(getattr(data, "pos", None), "pos")
    if pos is not None and pos.shape == (count, 2):
        fields["positions"] = pos
    elif pos is not None:
        notes.append(_("pos was left out: it is not two numbers for each node"))
    return {**fields, "notes": tuple(notes)}


def merged(
    keys: AnyArray, notes: list[str], columns: Mapping[str, Sequence[Any]], features: Any = None, mend: str = ""
) -> tuple[AnyArray, tuple[str, ...]]:
    """The places of each key's first, in order, and the columns of which the others had another value; both are said.

    Arguments:
        features: of each edge what a model reads. mend: how to make one edge of several.

    Raises:
        GatvizError: one with other features than the first of its key; merging would drop what a model reads.
    """
    _unique, first, which = np.unique(keys, return_index=True, return_inverse=True)
    gone = keys.size - first.size
    if not gone:
        return np.sort(first), ()
    kept = first[which].tolist()
    for k, same in enumerate(kept if features is not None else ()):
        if not np.array_equal(features[k], features[same]):
            raise GatvizError(
                _("edge {k}").format(k=k),
                _("the edge features of edge {k}, which joins the same nodes").format(k=same),
                _("others"),
                mend or _("give parallel edges the same, or make them one edge: there is one α for each pair of nodes"),
            )
    notes.append(
        ngettext(
            "{n} parallel edge was merged; the first of each was kept: PyG would give each a share of its own",
            "{n} parallel edges were merged; the first of each was kept: PyG would give each a share of its own",
            gone,
        ).format(n=f"{gone:,}")
    )
    apart = unlike(columns, kept)
    notes += [dropped_values(apart)] if apart else []
    return np.sort(first), apart


def _array(given: Any, name: str) -> AnyArray | None:
    if given is None:
        return None
    if hasattr(given, "to_dense") and getattr(given, "is_sparse", False):
        given = given.to_dense()
    try:
        array = np.asarray(in_numpy(given))
    except (TypeError, ValueError, RuntimeError) as error:
        raise GatvizError(f"from_pyg, {name}", _("a tensor of numbers"), quote(str(error)), _("convert it")) from error
    if array.dtype.kind not in "fiub":
        raise GatvizError(f"from_pyg, {name}", _("a tensor of numbers"), quote(str(array.dtype)), _("convert it"))
    return array


def _edges(
    edge_index: AnyArray | None, edge_attr: AnyArray | None, count: int, notes: list[str], edge_features: bool
) -> dict[str, Any]:
    if edge_index is None or edge_index.ndim != 2 or edge_index.shape[0] != 2 or edge_index.dtype.kind not in "iu":
        found = _("none")
        if edge_index is not None:
            found = _("{dtype} of shape {shape}").format(dtype=edge_index.dtype, shape=list(edge_index.shape))
        raise GatvizError(
            "from_pyg, edge_index", _("integers of shape [2, E]"), found, _("row 0 = source, row 1 = target")
        )
    if edge_attr is not None and (edge_attr.ndim not in (1, 2) or edge_attr.shape[0] != edge_index.shape[1]):
        expected = _("a row for each of the {n} edges").format(n=edge_index.shape[1])
        raise GatvizError(
            "from_pyg, edge_attr",
            expected,
            _("shape {shape}").format(shape=list(edge_attr.shape)),
            _("give one for each"),
        )
    source, target = edge_index.astype(np.int64)
    rows = None if edge_attr is None else edge_attr.reshape(len(edge_attr), -1)
    names = ["edge_attr"]
    if rows is not None and edge_attr is not None and edge_attr.ndim > 1:
        names = [f"edge_attr{k}" for k in range(rows.shape[1])]
    given = {} if rows is None else {name: rows[:, k].tolist() for k, name in enumerate(names)}
    line = "torch_geometric.utils.coalesce(edge_index, edge_attr, reduce='mean')"
    mend = _("make one edge of them, as by {line}: there is one α for each pair of nodes").format(line=line)
    first, apart = merged(target * max(count, 1) + source, notes, given, rows if edge_features else None, mend)
    source, target = source[first], target[first]
    back = np.sort(source * max(count, 1) + target)
    both = bool(np.array_equal(np.sort(target * max(count, 1) + source), back))
    attributes = {name: tuple(values[k] for k in first.tolist()) for name, values in given.items()}
    fields = {"edge_index": np.stack([source, target]), "edge_attributes": attributes, "directed": not both}
    if edge_features and rows is not None:
        fields |= {"edge_features": rows[first], "edge_feature_names": tuple(names)}
    return {**fields, "unlike": apart}


def _labels(y: AnyArray | None, count: int, notes: list[str]) -> tuple[str | None, ...] | None:
    """Whole numbers, one for each node; −1 is no label."""
    if y is None:
        return None
    y = y.squeeze(1) if y.ndim == 2 and y.shape[1] == 1 else y
    if y.shape != (count,) or y.dtype.kind == "f":
        notes.append(_("y was left out: it is not a whole number for each node"))
        return None
    return tuple(None if value < 0 else str(int(value)) for value in y.tolist())


def _split(data: Any, count: int) -> tuple[str | None, ...] | None:
    parts = {part: _array(getattr(data, f"{part}_mask", None), f"{part}_mask") for part in ("train", "val", "test")}
    split: list[str | None] = [None] * count
    for part, mask in parts.items():
        if mask is None:
            continue
        if mask.shape != (count,):
            found, mend = (
                _("shape {shape}").format(shape=list(mask.shape)),
                _("choose one split: {line}").format(line=f"data.{part}_mask = data.{part}_mask[:, 0]"),
            )
            raise GatvizError(f"from_pyg, {part}_mask", _("{n} values").format(n=count), found, mend)
        for node in np.flatnonzero(mask).tolist():
            split[node] = part
    return None if all(mask is None for mask in parts.values()) else tuple(split)


# ---- networkx -------------------------------------------------------------------------------------------------


def fields_of_networkx(
    graph: nx.Graph[Any], features: str | Sequence[str], label: str, chosen: Sequence[str] = ()
) -> dict[str, Any]:
    """A Graph's fields from a networkx graph; arguments as for `Graph.from_networkx`.

    Arguments:
        chosen: the edge attributes that are to be edge features: parallel edges must not differ in them.
    """
    if not hasattr(graph, "is_multigraph"):
        found = quote(type(graph).__name__)
        raise GatvizError("from_networkx", _("a graph of networkx"), found, _("pass such a graph"))
    names = [str(node) for node in graph]
    place = {node: n for n, node in enumerate(graph)}
    data = [graph.nodes[node] for node in graph]
    edges = [(place[u], place[v], d) for u, v, d in graph.edges(data=True)]
    notes: list[str] = []
    apart: tuple[str, ...] = ()
    edge_names = tuple(graph.graph.get("edge_feature_names", ()))
    if graph.is_multigraph():  # before an undirected edge becomes two: what is merged is counted as it was given
        ends = ((u, v) if graph.is_directed() else sorted((u, v)) for u, v, _data in edges)
        at = np.array([v * len(names) + u for u, v in ends], dtype=np.int64)
        read = [d.get("features", ()) for *ends, d in edges] if edge_names else None
        if chosen:
            read = [[d.get(key) for key in chosen] for *ends, d in edges]
        every = dict.fromkeys(str(key) for *ends, d in edges for key in d)
        columns = {key: [d.get(key) for *ends, d in edges] for key in every}
        kept, apart = merged(at, notes, columns, read)
        edges = [edges[k] for k in kept]
    if not graph.is_directed():
        edges = [edge for u, v, d in edges for edge in ([(u, v, d)] if u == v else [(u, v, d), (v, u, d)])]
    edge_features = [d.get("features", ()) for *ends, d in edges] if edge_names else None
    if edge_names:
        edges = [(u, v, {key: value for key, value in d.items() if key != "features"}) for u, v, d in edges]
    keys = sorted({str(key) for *ends, d in edges for key in d})
    x, feature_names = _features_of(data, features, graph.graph.get("feature_names"))
    return {
        "names": tuple(names),
        "x": x,
        "edge_index": np.array([ends for *ends, d in edges], dtype=np.int64).reshape(-1, 2).T,
        "feature_names": feature_names,
        "edge_attributes": {key: tuple(d.get(key) for *ends, d in edges) for key in keys},
        "edge_features": edge_features,
        "edge_feature_names": edge_names,
        "directed": bool(graph.graph.get("directed", graph.is_directed())),
        "labels": _optional(data, label),
        "split": _optional(data, "split"),
        "positions": _positions_of(data),
        "description": str(graph.graph.get("description", "")),
        "unlike": apart,
        "notes": tuple(notes),
    }


def _optional(data: list[dict[str, Any]], key: str) -> tuple[str | None, ...] | None:
    if not any(key in d for d in data):
        return None
    return tuple(None if d.get(key) is None else str(d[key]) for d in data)


def _positions_of(data: list[dict[str, Any]]) -> NDArray[np.float64] | None:
    if not data or any("pos" not in d for d in data):
        return None
    try:
        return np.array([d["pos"] for d in data], dtype=np.float64).reshape(len(data), 2)
    except (TypeError, ValueError) as error:
        raise GatvizError(
            _("from_networkx, pos"),
            _("two numbers on every node"),
            quote(str(error)),
            _("write each position as (x, y)"),
        ) from error


def _features_of(
    data: list[dict[str, Any]], features: str | Sequence[str], given_names: Sequence[str] | None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    if isinstance(features, str):
        rows = [d.get(features, []) for d in data]
        names = tuple(given_names or ())
    else:
        rows = [[d.get(key, 0.0) for key in features] for d in data]
        names = tuple(features)
    try:
        x = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise GatvizError(
            _("from_networkx, features"),
            _("the same count of numbers on every node"),
            str(error),
            _("give every node a list of F numbers"),
        ) from error
    return (x if x.ndim == 2 else x.reshape(len(data), -1) if data else np.zeros((0, len(names)))), names
