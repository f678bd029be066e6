"""Edits: Graph → Graph, one function an edit. What an edit does not name stays as it was.

Nodes are named, not numbered, so that edits that were made one after the other still mean the same nodes when
they are applied. Every graph here has positions, and every result has them too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph.edge_features import NEW_EDGES
from gatviz.graph.features import FeatureKind, made_up_features
from gatviz.graph.graph import Graph
from gatviz.graph.positions import LayoutName, layout
from gatviz.numbers import as_float, as_floats
from gatviz.words import _, ngettext

MAX_NODES = 5_000
"""More nodes than this are not drawn by hand; they come from files."""
_COPY_AWAY = 0.6


def add_node(graph: Graph, name: str, at: Sequence[float], *, seed: int = 0) -> Graph:
    """The graph with one node more, its features drawn from the seed: see `_drawn_features`.

    Raises:
        GatvizError: a name that is taken or blank, a position that is no point.
    """
    if graph.num_nodes >= MAX_NODES:
        raise GatvizError(
            _("new node"),
            _("at most {most:,} nodes").format(most=MAX_NODES),
            f"{graph.num_nodes:,}",
            _("open a file instead"),
        )
    return _with_nodes(graph, (name,), _drawn_features(graph, seed), at, (None,), (None,))


def _drawn_features(graph: Graph, seed: int) -> NDArray[np.float64]:
    """[1, F], not all zero: a node without features sends nothing and teaches nothing.

    Each is that of one of the other nodes, so that it is of the same kind; where these are all alike, or that gives
    zeros alone, it is drawn from the normal distribution and rounded.
    """
    generator = np.random.default_rng((seed, graph.num_nodes))
    drawn = np.zeros((1, graph.num_features))
    if graph.num_nodes and np.ptp(graph.x, axis=0).any():
        drawn[0] = graph.x[generator.integers(graph.num_nodes, size=graph.num_features), np.arange(graph.num_features)]
    while graph.num_features and not drawn.any():
        drawn = generator.normal(size=(1, graph.num_features)).round(1)
    return drawn


def add_edges(graph: Graph, edges: Iterable[tuple[str, str]], *, both: bool = False) -> Graph:
    """The graph with edges (source, target) more; those that are there already stay as they are.

    Arguments:
        edges: names of source and target; the same name twice makes a loop.
        both: each edge's opposite as well.
    """
    number = _numbers(graph)
    wanted = [(number(source), number(target)) for source, target in edges]
    if both:
        wanted = [edge for j, i in wanted for edge in ((j, i), (i, j))]
    present = set(zip(*graph.edge_index.tolist(), strict=True))
    new = [edge for edge in dict.fromkeys(wanted) if edge not in present]
    if not new:
        return graph
    return _with_edges(graph, np.array(new, dtype=np.int64).T)


def remove(graph: Graph, names: Collection[str] = (), edges: Collection[tuple[str, str]] = ()) -> Graph:
    """The graph without these nodes (and their edges) and without these edges."""
    number = _numbers(graph)
    gone = np.zeros(graph.num_nodes, dtype=bool)
    gone[[number(name) for name in names]] = True
    source, target = graph.edge_index
    out = {(number(j), number(i)) for j, i in edges}
    listed = np.array([pair in out for pair in zip(source.tolist(), target.tolist(), strict=True)], dtype=bool)
    return _part(graph, ~gone, ~(gone[source] | gone[target] | listed))


def rename_node(graph: Graph, name: str, new_name: str) -> Graph:
    """The graph with one node called otherwise."""
    place_of = _numbers(graph)(name)
    return replace(graph, names=_exchanged(graph.names, place_of, new_name.strip()))


def set_node(
    graph: Graph, name: str, *, label: str | None = None, features: Mapping[str, float] | None = None
) -> Graph:
    """The graph with another label on a node ("" for none) or other values in some of its features."""
    node = _numbers(graph)(name)
    if label is not None:
        labels = _exchanged(graph.labels or (None,) * graph.num_nodes, node, label.strip() or None)
        graph = replace(graph, labels=labels if any(labels) else None)
    if features:
        x = graph.x.copy()
        for feature, value in features.items():
            x[node, _column(graph, feature)] = as_float(value)
        graph = replace(graph, x=x)
    return graph


def move(graph: Graph, names: Sequence[str], points: Sequence[Sequence[float]]) -> Graph:
    """The graph with some nodes elsewhere."""
    number = _numbers(graph)
    moved = _points(points)
    if len(moved) != len(names):
        raise GatvizError(
            _("move"),
            ngettext("{n} point", "{n} points", len(names)).format(n=len(names)),
            str(len(moved)),
            _("give x and y of each node"),
        )
    positions = _positions(graph).copy()
    positions[[number(name) for name in names]] = moved
    return graph.with_positions(positions)


def duplicate(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with a copy of these nodes beside them, with their features, labels and the edges among them."""
    number = _numbers(graph)
    nodes = np.array(sorted({number(name) for name in names}), dtype=np.int64)
    if graph.num_nodes + nodes.size > MAX_NODES:
        raise GatvizError(
            _("duplicate"),
            _("at most {most:,} nodes").format(most=MAX_NODES),
            f"{graph.num_nodes:,}",
            _("open a file instead"),
        )
    copies: list[str] = []
    for node in nodes:
        copies.append(free_name((*graph.names, *copies), graph.names[node]))
    positions = _positions(graph)
    labels, split = graph.labels or (None,) * graph.num_nodes, graph.split or (None,) * graph.num_nodes
    source, target = graph.edge_index
    among = np.flatnonzero(np.isin(source, nodes) & np.isin(target, nodes))
    beside = np.full(graph.num_nodes, -1)
    beside[nodes] = graph.num_nodes + np.arange(nodes.size)
    grown = _with_nodes(
        graph,
        copies,
        graph.x[nodes],
        positions[nodes] + np.array([1.0, -1.0]) * _COPY_AWAY * _spacing(positions),
        [labels[n] for n in nodes],
        [split[n] for n in nodes],
    )
    return _with_edges(grown, beside[graph.edge_index[:, among]], like=among)


def clear(graph: Graph) -> Graph:
    """No nodes and no edges; the feature columns stay."""
    nothing = np.zeros(0, dtype=bool)
    empty = _part(graph, np.zeros(graph.num_nodes, dtype=bool), np.zeros(graph.num_edges, dtype=bool))
    return replace(empty, description="", notes=(), edge_attributes={}, x=np.zeros((nothing.size, graph.num_features)))


def lay_out(graph: Graph, kind: LayoutName) -> Graph:
    """The graph placed anew."""
    return graph.with_positions(layout(graph, kind))


# ---- feature columns ------------------------------------------------------------------------------------


def add_feature(graph: Graph, name: str) -> Graph:
    """The graph with one feature column more, all zero."""
    x = np.hstack([graph.x, np.zeros((graph.num_nodes, 1))])
    return replace(graph, x=x, feature_names=(*graph.feature_names, name.strip()))


def remove_feature(graph: Graph, name: str) -> Graph:
    """The graph without one feature column.

    Raises:
        GatvizError: it is the only one; a layer needs at least one.
    """
    column = _column(graph, name)
    if graph.num_features == 1:
        raise GatvizError(
            _("features"), _("at least one column"), _("one left"), _("add another column before deleting this one")
        )
    kept = [k for k in range(graph.num_features) if k != column]
    return replace(graph, x=graph.x[:, kept], feature_names=tuple(graph.feature_names[k] for k in kept))


def rename_feature(graph: Graph, name: str, new_name: str) -> Graph:
    """The graph with one feature column called otherwise."""
    return replace(graph, feature_names=_exchanged(graph.feature_names, _column(graph, name), new_name.strip()))


def fill_features(graph: Graph, kind: FeatureKind, *, seed: int = 0) -> Graph:
    """The graph with made-up columns instead of its own; see `made_up_features`."""
    x, names = made_up_features(kind, graph.names, graph.edge_index, seed=seed)
    return replace(graph, x=x, feature_names=names)


# ---- numbers on edges ------------------------------------------------------------------------------------


def add_edge_feature(graph: Graph, name: str) -> Graph:
    """The graph with one edge feature more, 0 on every edge."""
    zeros = np.zeros((graph.num_edges, 1))
    features = zeros if graph.edge_features is None else np.hstack([graph.edge_features, zeros])
    return replace(graph, edge_features=features, edge_feature_names=(*graph.edge_feature_names, name.strip()))


def set_edge_numbers(graph: Graph, values: Mapping[int, Mapping[str, float]]) -> Graph:
    """The graph with other numbers on some edges: in the features and attributes of that name.

    Of an undirected graph both edges of a pair get them.

    Arguments:
        values: for each edge, by its place in `edge_index`, the numbers by name.
    """
    attributes = {key: list(column) for key, column in graph.edge_attributes.items()}
    features = None if graph.edge_features is None else graph.edge_features.copy()
    places = {pair: k for k, pair in enumerate(zip(*graph.edge_index.tolist(), strict=True))}
    for edge, numbers in values.items():
        source, target = graph.edge_index[:, edge].tolist()
        for k in {edge} if graph.directed else {edge, places[target, source]}:
            for name, value in numbers.items():
                if name in attributes:
                    attributes[name][k] = value
                if features is not None and name in graph.edge_feature_names:
                    features[k, graph.edge_feature_names.index(name)] = value
    kept = {key: tuple(column) for key, column in attributes.items()}
    return replace(graph, edge_attributes=kept, edge_features=features)


def edge_columns_kept(before: Graph, after: Graph) -> tuple[int | None, ...]:
    """For each edge feature of `after`, its place in `before`, told by name; None where it is new."""
    places = {name: k for k, name in enumerate(before.edge_feature_names)}
    return tuple(places.get(name) for name in after.edge_feature_names)


def columns_kept(before: Graph, after: Graph) -> tuple[int | None, ...]:
    """For each feature column of `after`, its place in `before`, told by name; None where it is new."""
    places = {name: k for k, name in enumerate(before.feature_names)}
    return tuple(places.get(name) for name in after.feature_names)


# ---- names ------------------------------------------------------------------------------------------------


def free_name(taken: Collection[str], wish: str) -> str:
    """The wish if nobody has it, else the wish with the first number that makes it free."""
    names = set(taken)
    if wish not in names:
        return wish
    number = 2
    while f"{wish} ({number})" in names:
        number += 1
    return f"{wish} ({number})"


def _numbers(graph: Graph) -> Any:
    places = {name: n for n, name in enumerate(graph.names)}

    def number(name: str) -> int:
        if name not in places:
            raise GatvizError(
                _("node"), _("a node of this graph"), quote(name), _("it may have been deleted; try again")
            )
        return places[name]

    return number


def _column(graph: Graph, name: str) -> int:
    if name not in graph.feature_names:
        raise GatvizError(
            _("features"), _("a column of this graph"), quote(name), _("it may have been deleted; try again")
        )
    return graph.feature_names.index(name)


def _exchanged(values: tuple[Any, ...], place_of: int, value: Any) -> tuple[Any, ...]:
    return (*values[:place_of], value, *values[place_of + 1 :])


# ---- parts and wholes -------------------------------------------------------------------------------------


def _positions(graph: Graph) -> NDArray[np.float64]:
    if graph.positions is None:
        raise GatvizError(_("edit"), _("a graph with positions"), _("none"), _("lay the graph out first"))
    return graph.positions


def _spacing(positions: NDArray[np.float64]) -> float:
    """About how far nodes stand apart."""
    extent = float(np.ptp(positions, axis=0).max()) if len(positions) else 0.0
    return extent / max(1.0, np.sqrt(len(positions))) or 1.0


def _with_nodes(
    graph: Graph,
    names: Sequence[str],
    x: NDArray[np.float64],
    points: Any,
    labels: Sequence[str | None],
    split: Sequence[str | None],
) -> Graph:
    return replace(
        graph,
        names=(*graph.names, *names),
        x=np.vstack([graph.x, x]),
        positions=np.vstack([_positions(graph), _points(points)]),
        labels=None if graph.labels is None and not any(labels) else (*_words(graph, graph.labels), *labels),
        split=None if graph.split is None else (*graph.split, *split),
    )


def _points(points: Any) -> NDArray[np.float64]:
    try:
        return as_floats(points).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise GatvizError(_("position"), _("points (x, y)"), quote(str(points)), _("give two numbers")) from error


def _words(graph: Graph, words: tuple[str | None, ...] | None) -> tuple[str | None, ...]:
    return (None,) * graph.num_nodes if words is None else words


def _with_edges(graph: Graph, edges: NDArray[np.int64], like: NDArray[np.int64] | None = None) -> Graph:
    """More edges [2, …], with the attributes and features of the edges `like`; or with none, and features of 0."""
    edge_index = np.hstack([graph.edge_index, edges])
    attributes = {
        key: (*values, *((None,) * edges.shape[1] if like is None else (values[k] for k in like)))
        for key, values in graph.edge_attributes.items()
    }
    directed = graph.directed or not _is_symmetric(edge_index, graph.num_nodes)
    features, notes = graph.edge_features, graph.notes
    if features is not None:
        new = np.zeros((edges.shape[1], graph.num_edge_features)) if like is None else features[like]
        features = np.vstack([features, new])
        if like is None:
            notes = tuple(dict.fromkeys((*notes, _(NEW_EDGES))))
    return replace(
        graph,
        edge_index=edge_index,
        edge_attributes=attributes,
        edge_features=features,
        directed=directed,
        notes=notes,
    )


def _part(graph: Graph, nodes: NDArray[np.bool_], edges: NDArray[np.bool_]) -> Graph:
    """Only these nodes and edges; an undirected graph that lost one edge of a pair becomes a directed one."""
    number = np.cumsum(nodes) - 1
    kept = np.flatnonzero(nodes)
    edge_index = number[graph.edge_index[:, edges]]

    def words(values: tuple[str | None, ...] | None) -> tuple[str | None, ...] | None:
        found = None if values is None else tuple(values[n] for n in kept)
        return found if found and any(found) else None

    return replace(
        graph,
        names=tuple(graph.names[n] for n in kept),
        x=graph.x[nodes] if not nodes.all() else graph.x,
        edge_index=edge_index,
        edge_attributes={
            key: tuple(values[k] for k in np.flatnonzero(edges)) for key, values in graph.edge_attributes.items()
        },
        edge_features=None if graph.edge_features is None else graph.edge_features[edges],
        directed=graph.directed or not _is_symmetric(edge_index, kept.size),
        labels=words(graph.labels),
        split=words(graph.split),
        positions=_positions(graph)[nodes],
    )


def _is_symmetric(edge_index: NDArray[np.int64], num_nodes: int) -> bool:
    source, target = edge_index
    count = max(num_nodes, 1)
    return np.array_equal(np.sort(source * count + target), np.sort(target * count + source))
