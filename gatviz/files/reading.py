"""`Draft` → `Reading`: the decisions that turn what a file holds into a Graph, each one said.

Every reader goes through `finish`, so that a choice (which column is the label, how missing features are
made up) means the same in every format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.columns import categories, decimal, numbers, one_hot
from gatviz.files.draft import ColumnUse, Draft
from gatviz.graph.features import FeatureKind, made_up_features, usual_kind
from gatviz.graph.graph import SPLITS, Graph

MissingFeatures = Literal["one_hot", "degree", "constant"]
Scaling = Literal["none", "row", "standard"]
Orientation = Literal["row_reads_column", "row_points_to_column"]


@dataclass(frozen=True)
class ReadOptions:
    """What a person may decide by hand; whatever is left None is decided by gatviz, and said.

    Attributes:
        format: a name from `readable_formats()`, if content and name mislead.
        directed: whether edges have one direction; None: as the file says.
        source, target: the columns of an edge list that hold the two ends.
        node_id: the column of a node table that holds the names.
        label: the node column that holds the class; "" for none.
        features: the node columns that become features, all others being left out.
        ignored: node columns to leave out.
        missing_features: what nodes get that have no features.
        categorical: whether a column of words becomes one feature a word ("one_hot") or is left out.
        scaling: "row" divides each node's features by the sum of their sizes; "standard" gives each
            feature mean 0 and standard deviation 1.
        matrix: how an adjacency matrix is read.
    """

    format: str | None = None
    directed: bool | None = None
    source: str | None = None
    target: str | None = None
    node_id: str | None = None
    label: str | None = None
    features: tuple[str, ...] | None = None
    ignored: tuple[str, ...] = ()
    missing_features: MissingFeatures | None = None
    categorical: Literal["one_hot", "ignore"] = "one_hot"
    scaling: Scaling = "none"
    matrix: Orientation = "row_reads_column"

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("missing_features", self.missing_features, (None, *get_args(MissingFeatures))),
            ("categorical", self.categorical, ("one_hot", "ignore")),
            ("scaling", self.scaling, get_args(Scaling)),
            ("matrix", self.matrix, get_args(Orientation)),
        ):
            if value not in allowed:
                words = " or ".join(quote(word) for word in allowed if word is not None)
                raise GatvizError(f"options, {name}", words, quote(value), "choose one of these")


@dataclass(frozen=True)
class Reading:
    """What gatviz understood of a file, before anything is replaced by it.

    Attributes:
        graph: the graph; `graph.notes` are the decisions, a sentence each.
        format: the format's name.
        columns: which column is what; all can be changed through `ReadOptions`.
        options: what was decided by hand.
        duplicates: edges merged into another. loops: self-loops. components: connected pieces.
        isolated: nodes that no edge joins to another node.
        symmetric: for an adjacency matrix, whether it equals its transpose; else None.
        made_up: what stands in for features where none were given; else None.
    """

    graph: Graph
    format: str
    columns: tuple[ColumnUse, ...]
    options: ReadOptions
    duplicates: int
    loops: int
    components: int
    isolated: int
    symmetric: bool | None = None
    made_up: FeatureKind | None = None

    @property
    def summary(self) -> tuple[str, ...]:
        """What was understood, a sentence each, for people."""
        graph = self.graph
        kind = "directed" if graph.directed else "undirected, each edge giving both arrows"
        lines = [
            f"{_count(graph.num_nodes, 'node')}, {_count(graph.num_edges, 'arrow')} ({kind}), "
            f"{_count(graph.num_features, 'feature')}",
            f"{_count(self.components, 'connected piece')}, {_count(self.isolated, 'isolated node')}, "
            f"{_count(self.loops, 'self-loop')}",
        ]
        if graph.labels is not None:
            lines.append(f"labels: {_count(len(graph.class_names), 'class', 'classes')}")
        if graph.split is not None:
            parts = ", ".join(f"{graph.split.count(part):,} {part}" for part in SPLITS)
            lines.append(f"split: {parts}")
        if graph.edge_attributes:
            listed = ", ".join(quote(key) for key in graph.edge_attributes)
            lines.append(f"edge columns kept, but not read by attention: {listed}")
        return tuple(lines)


def finish(draft: Draft, options: ReadOptions) -> Reading:
    """The Reading of a Draft.

    Raises:
        GatvizError: whatever a Graph refuses, with the file's name in front.
    """
    limits.check_nodes(len(draft.names), draft.where)
    notes = list(draft.notes)
    directed = draft.directed if options.directed is None else options.directed
    arcs, origin, duplicates = settle_arcs(draft.edges, len(draft.names), directed, draft.where, notes)
    nodes = _NodeColumns(draft, options, notes)
    x, feature_names = nodes.x, nodes.feature_names
    made_up: FeatureKind | None = None
    if x.shape[1] == 0:
        made_up = options.missing_features or usual_kind(len(draft.names))
        x, feature_names = _made_up(draft.names, arcs, made_up, notes)
    x = _scaled(x, options.scaling, notes)
    _check_effects(draft, options, made_up is not None, nodes.has_words)
    _check_texts(draft, nodes.labels)
    try:
        graph = Graph(
            names=tuple(draft.names),
            x=x,
            edge_index=arcs,
            feature_names=feature_names,
            edge_attributes={key: _picked(values, origin) for key, values in draft.edge_columns.items()},
            directed=directed,
            labels=None if nodes.labels is None else tuple(nodes.labels),
            split=None if nodes.split is None else tuple(nodes.split),
            positions=nodes.positions,
            description=draft.description,
            notes=tuple(notes),
        )
    except GatvizError as error:
        raise GatvizError(f"{draft.where}, {error.where}", error.expected, error.found, error.mend) from None
    loops, components, isolated = _shape_of(graph)
    return Reading(
        graph=graph,
        format=draft.format,
        columns=tuple(nodes.columns),
        options=options,
        duplicates=duplicates,
        loops=loops,
        components=components,
        isolated=isolated,
        symmetric=draft.symmetric,
        made_up=made_up,
    )


def reading_of(graph: Graph) -> Reading:
    """The same account of a graph that came from no file."""
    loops, components, isolated = _shape_of(graph)
    return Reading(graph, "", (), ReadOptions(), 0, loops, components, isolated)


def settle_arcs(
    edges: NDArray[np.int64], num_nodes: int, directed: bool, where: str, notes: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Arcs [2, E] without duplicates, for each the column of `edges` it came from, and how many were merged.

    The order is the file's; an undirected edge u – v gives u → v, then v → u. An undirected file that lists
    every edge both ways is taken as the list of its arcs.
    """
    source, target = edges
    keys = source * num_nodes + target
    _, first = np.unique(keys, return_index=True)
    first.sort()
    duplicates = keys.size - first.size
    parallel = bool(np.count_nonzero(source != target) > np.count_nonzero((source != target)[first]))
    source, target = source[first], target[first]
    if not directed and source.size:
        reverse = target * num_nodes + source
        paired = np.isin(reverse, keys[first])
        proper = source != target
        if paired.all() and proper.any():
            notes.append("the undirected file lists every edge both ways: its rows were taken as the arcs")
        else:
            _, once = np.unique(np.minimum(keys[first], reverse), return_index=True)
            once.sort()
            duplicates += first.size - once.size
            parallel = parallel or once.size < first.size
            first, source, target, proper = first[once], source[once], target[once], proper[once]
            place = np.repeat(np.arange(first.size), np.where(proper, 2, 1))
            back = np.concatenate([[False], place[1:] == place[:-1]])
            source, target = (
                np.where(back, target[place], source[place]),
                np.where(back, source[place], target[place]),
            )
            first = first[place]
    limits.check_arcs(source.size, where)
    if duplicates:
        many = "duplicate edge was" if duplicates == 1 else "duplicate edges were"
        apart = "; PyG would give each of them a share of its own, so its α is another" if parallel else ""
        notes.append(f"{duplicates:,} {many} merged; the first of each was kept{apart}")
    return np.stack([source, target]), first, int(duplicates)


def _check_effects(draft: Draft, options: ReadOptions, made_up: bool, has_words: bool) -> None:
    """Refuse what was decided by hand about something that the file does not have."""
    is_table = draft.format in ("edge_list", "matrix")
    has_ids = is_table and any(use.table == "nodes" and use.use == "id" for use in draft.columns)
    for name, given, there, expected in (
        ("source", options.source is not None, draft.format == "edge_list", "a table of edges"),
        ("target", options.target is not None, draft.format == "edge_list", "a table of edges"),
        ("node_id", options.node_id is not None, has_ids, "a table of nodes"),
        ("label", options.label == "", draft.labels is not None, "labels to leave out"),
        ("missing_features", options.missing_features is not None, made_up, "nodes without features"),
        ("categorical", options.categorical == "ignore", has_words, "columns of words"),
        ("matrix", options.matrix != "row_reads_column", draft.format == "matrix", "an adjacency matrix"),
    ):
        if given and not there:
            raise GatvizError(f"{draft.where}, option {name}", expected, "none in the file", f"leave {name} out")


class _NodeColumns:
    """Features, labels, split and positions out of what the draft marks and the columns it leaves open."""

    def __init__(self, draft: Draft, options: ReadOptions, notes: list[str]) -> None:
        self.draft, self.options, self.notes = draft, options, notes
        self.labels, self.split, self.positions = draft.labels, draft.split, draft.positions
        self.uses: list[ColumnUse] = []
        self.has_words = False
        self._names: list[str] = []
        self._values: list[NDArray[np.float64]] = []
        self._check_named()
        self._marked_features()
        for name, values in draft.node_columns.items():
            self._use(name, values)
        if options.label == "":
            self.labels = None

    @property
    def columns(self) -> list[ColumnUse]:
        """All columns with their use; a label column that gave way to another one is ignored."""
        replaced = self.options.label is not None and self.options.label != "label"
        before = [
            ColumnUse(used.table, used.name, "ignored") if replaced and used.use == "label" else used
            for used in self.draft.columns
        ]
        return before + self.uses

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(self._names)

    @property
    def x(self) -> NDArray[np.float64]:
        if self.draft.x is not None and len(self._values) == 1 and self._values[0] is self.draft.x:
            return self.draft.x
        limits.check_features(len(self.draft.names), len(self._names), self.draft.where)
        blocks = self._values or [np.zeros((len(self.draft.names), 0))]
        return np.concatenate(blocks, axis=1)

    def _check_named(self) -> None:
        there = [*self.draft.feature_names, *self.draft.node_columns]
        asked = [*(self.options.features or ()), *self.options.ignored]
        for name in [*asked, self.options.label] if self.options.label else asked:
            if name not in there and not (name == "label" and self.draft.labels is not None):
                listed = ", ".join(quote(column) for column in there[:8]) or "none"
                raise GatvizError(
                    f"{self.draft.where}, node columns", quote(name), listed, "choose a column that is there"
                )

    def _wanted(self, name: str) -> bool:
        chosen = self.options.features
        return name not in self.options.ignored and (chosen is None or name in chosen)

    def _marked_features(self) -> None:
        x, names = self.draft.x, self.draft.feature_names
        if x is None:
            return
        keep = [k for k, name in enumerate(names) if self._wanted(name) and name != self.options.label]
        for k, name in enumerate(names):
            if name == self.options.label:
                self.labels = [decimal(value) for value in x[:, k].tolist()]
        if len(names) <= limits.MAX_COLUMNS:
            kept = set(keep)
            self.uses += [
                ColumnUse(
                    "nodes",
                    name,
                    "label" if name == self.options.label else "feature" if k in kept else "ignored",
                )
                for k, name in enumerate(names)
            ]
        if keep:
            self._names += [names[k] for k in keep]
            self._values.append(x if len(keep) == len(names) else x[:, keep])

    def _use(self, name: str, values: Sequence[Any]) -> None:
        use = self._decide(name, values)
        self.uses.append(ColumnUse("nodes", name, use))

    def _decide(self, name: str, values: Sequence[Any]) -> str:
        if name == self.options.label:
            self.labels = [None if value in (None, "") else decimal(value) for value in values]
            return "label"
        if not self._wanted(name):
            return "ignored"
        where = f"{self.draft.where}, column {quote(name)}"
        column = numbers(values, where, self.draft.names)
        if column is not None:
            self._names.append(name)
            self._values.append(column[:, None])
            return "feature"
        gaps = sum(value in (None, "") for value in values)
        words = categories(values)
        self.has_words = self.has_words or 0 < len(words) <= limits.MOST_CATEGORIES
        if self.options.categorical == "ignore" or not 0 < len(words) <= limits.MOST_CATEGORIES:
            reason = "words" if 0 < len(words) <= limits.MOST_CATEGORIES else f"{len(words)} different words"
            self.notes.append(f"column {quote(name)} was left out: {reason if words else 'it is empty'}")
            return "ignored"
        if len(words) == len(values) and self.options.features is None:
            self.notes.append(f"column {quote(name)} was left out: its words are all different")
            return "ignored"
        self._names += [f"{name} = {word}" for word in words]
        self._values.append(one_hot(values, words))
        missing = f", {gaps} nodes having none of them" if gaps else ""
        self.notes.append(f"column {quote(name)} became {len(words)} features, one a word{missing}")
        return "category"


def _made_up(
    names: Sequence[str], arcs: NDArray[np.int64], kind: FeatureKind, notes: list[str]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    made = {
        "one_hot": "its own (one-hot)",
        "degree": "the number of its incoming arcs",
        "constant": "the constant 1",
    }
    notes.append(f"no features were given: each node got {made[kind]}")
    return made_up_features(kind, names, arcs)


def _scaled(x: NDArray[np.float64], scaling: Scaling, notes: list[str]) -> NDArray[np.float64]:
    if scaling == "none":
        return x
    if scaling == "row":
        top, scale = x, np.abs(x).sum(axis=1, keepdims=True)
        notes.append("each node's features were divided by the sum of their sizes")
    else:
        top, scale = x - x.mean(axis=0, keepdims=True), x.std(axis=0, keepdims=True)
        notes.append("each feature was shifted to mean 0 and scaled to standard deviation 1")
    result = np.zeros_like(x)
    np.divide(top, scale, out=result, where=scale > 0)
    return result


def _picked(values: Sequence[Any], origin: NDArray[np.int64]) -> tuple[Any, ...]:
    as_list = values.tolist() if isinstance(values, np.ndarray) else values
    return tuple(as_list[k] for k in origin.tolist())


def _check_texts(draft: Draft, labels: Sequence[str | None] | None) -> None:
    """Refuse halves of characters, which no page and no file can show. Names and columns are checked by Graph."""
    places: dict[str, Sequence[Any]] = {"description": (draft.description,), "labels": labels or ()}
    for key, values in draft.edge_columns.items():
        places[f"edge column {quote(key)}"] = (key, *values) if not isinstance(values, np.ndarray) else (key,)
    for place, values in places.items():
        try:
            "".join(value for value in values if isinstance(value, str)).encode()
        except UnicodeEncodeError as error:
            found = f"half a character ({quote(error.object[error.start])})"
            raise GatvizError(f"{draft.where}, {place}", "text", found, "correct the escape \\u… there") from None


def _shape_of(graph: Graph) -> tuple[int, int, int]:
    source, target = graph.edge_index
    proper = source != target
    joined = coo_array((np.ones(source.size), (source, target)), shape=(graph.num_nodes,) * 2)
    components, _ = connected_components(joined, directed=False)
    touched = np.zeros(graph.num_nodes, dtype=bool)
    touched[source[proper]] = touched[target[proper]] = True
    return int((~proper).sum()), int(components), int((~touched).sum())


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
