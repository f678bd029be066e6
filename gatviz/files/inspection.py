"""`ParsedGraph` → `Inspection`: the decisions that turn what a file holds into a Graph, each one said.

Every format goes through `inspected`, so that a choice (which column is the label, what stands in for missing
features) means the same in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.conventions import label_column, settle_by_convention, take_chosen_names
from gatviz.files.formats import TABLES
from gatviz.files.merging import check_parallel, merged_edges, standing_for
from gatviz.files.node_columns import NodeColumns, features_instead, scaled
from gatviz.files.options import Orientation, ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph, same_looking
from gatviz.graph.checks import SPLITS
from gatviz.graph.edge_features import dropped_values, unlike
from gatviz.graph.features import FeatureKind, usual_kind
from gatviz.graph.graph import Graph
from gatviz.words import _, commas, ngettext


@dataclass(frozen=True)
class Inspection:
    """What gatviz understood of a file, before anything is replaced by it.

    Attributes:
        graph: the graph; `graph.notes` are the decisions, a sentence each.
        format: the format's name.
        columns: which column is what; all can be changed through `ReadOptions`.
        options: what was decided by hand.
        duplicates: edges merged into another.
        symmetric: for an adjacency matrix, whether it equals its transpose; else None.
        orientation: how a matrix was read; None for what is no matrix.
        two_mode: whether edges join two kinds of nodes; None where nothing tells.
        encoding: of the file's text; None for a file that is no text.
        alternatives: formats that the file could as well be of.
        made_up: what stands in for features where none were given; else None.
    """

    graph: Graph
    format: str
    columns: tuple[ColumnUse, ...]
    options: ReadOptions
    duplicates: int
    symmetric: bool | None = None
    orientation: Orientation | None = None
    two_mode: bool | None = None
    encoding: str | None = None
    alternatives: tuple[str, ...] = ()
    made_up: FeatureKind | None = None

    @property
    def loops(self) -> int:
        """How many self-loops."""
        return int(self._is_loop.sum())

    @property
    def isolated(self) -> int:
        """How many nodes no edge joins to another node."""
        return self.graph.num_nodes - np.unique(self.graph.edge_index[:, ~self._is_loop]).size

    @cached_property
    def components(self) -> int:
        """How many connected pieces, directions aside."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        source, target = self.graph.edge_index
        joined = coo_array((np.ones(source.size), (source, target)), shape=(self.graph.num_nodes,) * 2)
        return int(connected_components(joined, directed=False)[0])

    @property
    def _is_loop(self) -> NDArray[np.bool_]:
        source, target = self.graph.edge_index
        return np.asarray(source == target)

    @property
    def summary(self) -> tuple[str, ...]:
        """What was understood, a sentence each, for people."""
        graph = self.graph
        nodes, arrows, features = graph.num_nodes, graph.num_edges, graph.num_features
        if graph.directed:
            joined = ngettext("{n:,} arrow (directed)", "{n:,} arrows (directed)", arrows)
        else:
            joined = ngettext(
                "{n:,} arrow (undirected, each edge giving both arrows)",
                "{n:,} arrows (undirected, each edge giving both arrows)",
                arrows,
            )
        pieces, isolated, loops = self.components, self.isolated, self.loops
        counts = (
            ngettext("{n:,} node", "{n:,} nodes", nodes).format(n=nodes),
            joined.format(n=arrows),
            ngettext("{n:,} feature", "{n:,} features", features).format(n=features),
        )
        shape = (
            ngettext("{n:,} connected piece", "{n:,} connected pieces", pieces).format(n=pieces),
            ngettext("{n:,} isolated node", "{n:,} isolated nodes", isolated).format(n=isolated),
            ngettext("{n:,} self-loop", "{n:,} self-loops", loops).format(n=loops),
        )
        lines = [commas(counts), commas(shape)]
        if graph.labels is not None:
            classes = len(graph.class_names)
            lines.append(ngettext("labels: {n:,} class", "labels: {n:,} classes", classes).format(n=classes))
        if graph.split is not None:
            parts = commas(f"{graph.split.count(part):,} {part}" for part in SPLITS)
            lines.append(_("split: {parts}").format(parts=parts))
        if graph.edge_attributes:
            listed = commas(quote(key) for key in graph.edge_attributes)
            lines.append(_("edge columns kept, but not read by attention: {columns}").format(columns=listed))
        return tuple(lines)


def inspected(parsed: ParsedGraph, options: ReadOptions) -> Inspection:
    """The Inspection of a ParsedGraph.

    Raises:
        GatvizError: whatever a Graph refuses, with the file's name in front.
    """
    limits.check_nodes(len(parsed.names), parsed.where)
    if options.name:
        take_chosen_names(parsed, options.name)
    if parsed.by_convention:
        settle_by_convention(parsed, options)
    notes = [*parsed.notes, *_turned(parsed, options), *same_looking(parsed.names)]
    directed = parsed.directed if options.directed is None else options.directed
    of_merging: list[str] = []
    edges, origin, duplicates = merged_edges(parsed.edges, len(parsed.names), directed, parsed.where, of_merging)
    notes += of_merging if duplicates or not parsed.symmetric else []  # of a symmetric matrix it is said already
    edge_features = _edge_features(parsed, options, edges, origin)
    apart = unlike(parsed.edge_columns, standing_for(parsed, edges, origin)) if duplicates else ()
    notes += [dropped_values(apart)] if apart else []
    nodes = NodeColumns(parsed, options, notes)
    x, feature_names = nodes.x, nodes.feature_names
    made_up: FeatureKind | None = None
    if x.shape[1] == 0:
        made_up = options.missing_features or usual_kind(len(parsed.names))
        x, feature_names = features_instead(parsed.names, edges, made_up, notes)
    x = scaled(x, options.scaling, notes)
    _check_effects(parsed, options, made_up is not None, nodes.has_words)
    _check_texts(parsed, nodes.labels)
    try:
        graph = Graph(
            names=tuple(parsed.names),
            x=x,
            edge_index=edges,
            feature_names=feature_names,
            edge_attributes={key: _picked(values, origin) for key, values in parsed.edge_columns.items()},
            edge_features=edge_features,
            edge_feature_names=parsed.edge_feature_names,
            directed=directed,
            labels=None if nodes.labels is None else tuple(nodes.labels),
            class_order=() if nodes.labels is not parsed.labels else tuple(parsed.class_order),
            split=None if nodes.split is None else tuple(nodes.split),
            positions=nodes.positions,
            description=parsed.description,
            notes=tuple(notes),
            unlike=apart,
        )
        if options.edge_features:
            graph = graph.with_edge_features(options.edge_features)
    except GatvizError as error:
        raise GatvizError(f"{parsed.where}, {error.where}", error.expected, error.found, error.mend) from None
    return Inspection(
        graph=graph,
        format=parsed.format,
        columns=tuple(nodes.columns),
        options=options,
        duplicates=duplicates,
        symmetric=parsed.symmetric,
        orientation=(options.matrix or parsed.orientation) if parsed.orientation is not None else None,
        two_mode=parsed.two_mode,
        encoding=parsed.encoding,
        alternatives=parsed.alternatives,
        made_up=made_up,
    )


def _edge_features(
    parsed: ParsedGraph, options: ReadOptions, edges: NDArray[np.int64], origin: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """[E, F] as the file has them; refused are parallel edges that differ in what is or becomes an edge feature."""
    for name in options.edge_features:
        if name in parsed.edge_columns:
            check_parallel(parsed, edges, origin, parsed.edge_columns[name])
    if parsed.edge_features is None or not parsed.edge_features.shape[1]:
        return None
    check_parallel(parsed, edges, origin, parsed.edge_features)
    return parsed.edge_features[origin]


def _check_effects(parsed: ParsedGraph, options: ReadOptions, made_up: bool, has_words: bool) -> None:
    """Refuse what was decided by hand about something that the file does not have."""
    has_ids = parsed.format in TABLES and any(use.table == "nodes" and use.use == "id" for use in parsed.columns)
    has_labels = parsed.labels is not None or (parsed.by_convention and label_column(parsed) is not None)
    for name, given, there, expected in (
        ("source", options.source is not None, parsed.format == "edge_list", _("a table of edges")),
        ("target", options.target is not None, parsed.format == "edge_list", _("a table of edges")),
        ("node_id", options.node_id is not None, has_ids, _("a table of nodes")),
        ("label", options.label == "", has_labels, _("labels to leave out")),
        ("missing_features", options.missing_features is not None, made_up, _("nodes without features")),
        ("categorical", options.categorical == "ignore", has_words, _("columns of words")),
        ("matrix", options.matrix is not None, parsed.orientation is not None, _("an adjacency matrix")),
        ("encoding", options.encoding is not None, parsed.encoding is not None, _("a file of text")),
        (
            "two_mode",
            options.two_mode is not None,
            parsed.format == "edge_list" and parsed.two_mode is not None,
            _("a table of edges alone"),
        ),
        ("name", options.name == "", parsed.by_convention, _("a column of names")),
    ):
        if given and not there:
            raise GatvizError(
                _("{where}, option {name}").format(where=parsed.where, name=name),
                expected,
                _("none in the file"),
                _("leave {name} out").format(name=name),
            )


def _turned(parsed: ParsedGraph, options: ReadOptions) -> list[str]:
    """Turn the arrows of a matrix round where its rows were read the other way than is chosen; what is to be said."""
    if parsed.orientation is None:
        return []
    if options.matrix not in (None, parsed.orientation):
        parsed.edges = parsed.edges[::-1]
    if parsed.symmetric:
        return [_("the matrix equals its transpose: the graph was taken as undirected")]
    if (options.matrix or parsed.orientation) == "row_reads_column":
        return [_("the matrix is not symmetric: row i, column j was taken as 'i reads j'")]
    return [_("the matrix is not symmetric: row i, column j was taken as 'i points to j', so j reads i")]


def inspection_of(graph: Graph) -> Inspection:
    """The same account of a graph that came from no file."""
    return Inspection(graph, "", (), ReadOptions(), 0)


def _picked(values: Sequence[Any], origin: NDArray[np.int64]) -> tuple[Any, ...]:
    as_list = values.tolist() if isinstance(values, np.ndarray) else values
    return tuple(as_list[k] for k in origin.tolist())


def _check_texts(parsed: ParsedGraph, labels: Sequence[str | None] | None) -> None:
    """Refuse halves of characters, which no page and no file can show. Names and columns are checked by Graph."""
    places: dict[str, Sequence[Any]] = {_("description"): (parsed.description,), _("labels"): labels or ()}
    for key, values in parsed.edge_columns.items():
        places[_("edge column {column}").format(column=quote(key))] = (
            (key, *values) if not isinstance(values, np.ndarray) else (key,)
        )
    for place, values in places.items():
        try:
            "".join(value for value in values if isinstance(value, str)).encode()
        except UnicodeEncodeError as error:
            found = _("half a character ({character})").format(character=quote(error.object[error.start]))
            raise GatvizError(
                f"{parsed.where}, {place}", _("text"), found, _("correct the escape \\u… there")
            ) from None
