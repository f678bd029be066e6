"""`Graph`: nodes with features and the edges between them, checked once and then trusted everywhere.

N nodes, E edges as given, F input features, D edge features. An edge from source j to target i means that i reads j.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph.checks import (
    MAX_NAME,
    checked_labels,
    checked_names,
    checked_split,
    is_printable,
    of_length,
)
from gatviz.graph.edge_features import checked_edge_features, numbers_of, numbers_on_edges
from gatviz.graph.foreign import fields_of_networkx, fields_of_pyg
from gatviz.numbers import EXACT, as_floats, finite, first_beyond, in_numpy
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import networkx as nx

FARTHEST = 1e15
"""Positions end here: beyond, distances between nodes get lost in rounding, and in the end overflow."""


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph with node features, valid from the moment it exists.

    Arguments:
        names: N unique, non-empty node names.
        x: input features [N, F], finite in float32, in which models run; kept as float64.
        edge_index: [2, E] integers, row 0 = source j, row 1 = target i, in the order given.
            No edge may stand twice. An undirected graph holds both edges of each edge.
        feature_names: F unique names; `f0 … fF-1` if left out.
        edge_attributes: name -> E values. Kept, shown and written back; attention does not read them.
        edge_features: [E, D] numbers, finite in float32, for the models that read edges; kept as float64; or None.
        edge_feature_names: D unique names; `e0 … eD-1` if left out.
        directed: whether the graph was given as a directed one.
        labels: a class name or None for each node, or None for a graph without labels.
        unlike: edge attributes of which merging parallel edges dropped values; they cannot become edge features.
        class_order: the labels by the numbers that they have in the graph's file, if they have any there.
        split: "train", "val", "test" or None for each node, or None.
        positions: [N, 2], x to the right and y upwards, any unit, up to ±1e15; or None.
        description: what the graph is, for people.
        notes: what a reader decided on the way in (merged duplicates, made-up features), a sentence each.

    Raises:
        GatvizError: naming the first field that is wrong.
    """

    names: tuple[str, ...]
    x: NDArray[np.float64]
    edge_index: NDArray[np.int64]
    feature_names: tuple[str, ...] = ()
    edge_attributes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    edge_features: NDArray[np.float64] | None = None
    edge_feature_names: tuple[str, ...] = ()
    directed: bool = True
    labels: tuple[str | None, ...] | None = None
    split: tuple[str | None, ...] | None = None
    positions: NDArray[np.float64] | None = None
    description: str = ""
    notes: tuple[str, ...] = ()
    class_order: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = checked_names(self.names)
        count = len(names)
        x = _matrix(self.x, "x (features)", count, None)
        feature_names = tuple(self.feature_names) or tuple(f"f{k}" for k in range(x.shape[1]))
        _check_feature_names(feature_names, x.shape[1])
        _check_features(x, names, feature_names)
        edge_index = _checked_edge_index(self.edge_index, names)
        attributes = {
            str(key): of_length(values, edge_index.shape[1], f"edge_attributes[{quote(key)}]")
            for key, values in dict(self.edge_attributes).items()
        }
        edge_features, edge_names = None, tuple(self.edge_feature_names)
        if self.edge_features is not None:
            edge_features = checked_edge_features(self.edge_features, edge_index, names, len(edge_names))
            edge_names = edge_names or tuple(f"e{k}" for k in range(edge_features.shape[1]))
        width = 0 if edge_features is None else edge_features.shape[1]
        _check_feature_names(edge_names, width, "edge_feature_names", "edge_features")
        labels = None if self.labels is None else checked_labels(self.labels, count)
        split = None if self.split is None else checked_split(self.split, count)
        positions = None if self.positions is None else _checked_positions(self.positions, names)
        checked: dict[str, Any] = {
            "names": names,
            "x": x,
            "feature_names": feature_names,
            "edge_index": edge_index,
            "edge_attributes": attributes,
            "edge_features": edge_features if width else None,
            "edge_feature_names": edge_names,
            "directed": bool(self.directed),
            "labels": labels,
            "split": split,
            "positions": positions,
            "description": str(self.description),
            "notes": tuple(str(note) for note in self.notes),
            "class_order": tuple(map(str, self.class_order)),
            "unlike": tuple(name for name in self.unlike if name in attributes),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def num_nodes(self) -> int:
        """N."""
        return len(self.names)

    @property
    def num_edges(self) -> int:
        """E, the number of edges as given (an undirected edge counts twice, a loop once)."""
        return int(self.edge_index.shape[1])

    @property
    def num_features(self) -> int:
        """F."""
        return int(self.x.shape[1])

    @property
    def num_edge_features(self) -> int:
        """D; 0 without edge features."""
        return len(self.edge_feature_names)

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """The distinct labels: in order of their number if all are integers, else of the alphabet."""
        found = {label for label in self.labels or () if label is not None}
        try:
            return tuple(sorted(found, key=int))
        except ValueError:
            return tuple(sorted(found))

    @cached_property
    def class_index(self) -> NDArray[np.int64]:
        """[N]: each node's place in `class_names`, −1 where it has no label."""
        place = {name: k for k, name in enumerate(self.class_names)}
        labels = self.labels or (None,) * self.num_nodes
        return np.array([-1 if label is None else place[label] for label in labels], dtype=np.int64)

    @cached_property
    def rounding(self) -> str:
        """One sentence if float32 changes a feature beyond 2^24, as it may a large id; else empty."""
        size = np.abs(self.x)
        if not self.x.size or size.max() <= EXACT:
            return ""
        held = self.x.astype(np.float32)
        changed = np.argwhere((size > EXACT) & (held != self.x))
        if not len(changed):
            return ""
        n, k = changed[0]
        if len(changed) == 1:
            said = _(
                "float32, in which models run unless their weights are float64, holds no {value:.15g} "
                "(feature {feature} of {node}): it becomes {held:.15g}"
            )
        else:
            said = _(
                "float32, in which models run unless their weights are float64, holds no {value:.15g} "
                "(feature {feature} of {node}, and {more:,} more): it becomes {held:.15g}"
            )
        feature, node, more = quote(self.feature_names[k]), quote(self.names[n]), len(changed) - 1
        return said.format(value=self.x[n, k], feature=feature, node=node, more=more, held=held[n, k])

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything but positions, description and notes: equal where every number is."""
        digest = hashlib.sha256()
        for part in (self.names, self.feature_names, self.labels, self.split, self.directed):
            digest.update(repr(part).encode())
        for key in sorted(self.edge_attributes):
            digest.update(repr((key, self.edge_attributes[key])).encode())
        arrays: tuple[NDArray[Any], ...] = (self.x, self.edge_index)
        if self.edge_features is not None:
            digest.update(repr(self.edge_feature_names).encode())
            arrays = (*arrays, self.edge_features)
        for array in arrays:
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Equal in every field but `notes`."""
        if not isinstance(other, Graph):
            return NotImplemented
        return (
            self.fingerprint == other.fingerprint
            and self.description == other.description
            and _same_positions(self.positions, other.positions)
        )

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"Graph(N={self.num_nodes}, E={self.num_edges}, F={self.num_features})"

    def with_positions(self, positions: NDArray[np.float64] | None) -> Graph:
        """The same graph laid out elsewhere; only the positions are checked again."""
        moved = copy(self)
        checked = None if positions is None else _checked_positions(positions, self.names)
        object.__setattr__(moved, "positions", checked)
        return moved

    def with_edge_features(self, names: Sequence[str]) -> Graph:
        """The same graph with these of its `edge_numbers` as its edge features; no names, no edge features.

        Raises:
            GatvizError: an attribute that is not there, that is not a number on every edge, or that is `unlike`.
        """
        chosen = [names] if isinstance(names, str) else list(names)
        for name in chosen:
            if name in self.unlike:
                found = _("{name}, of which parallel edges had others, dropped when they were merged")
                mend = _("give parallel edges one value, such as their sum, before they are read")
                expected = _("an attribute of one value for each pair of nodes")
                raise GatvizError("edge_features", expected, found.format(name=quote(name)), mend)
        values = numbers_of({**self.edge_attributes, **self.edge_numbers}, chosen, self.num_edges)
        return replace(self, edge_features=values if chosen else None, edge_feature_names=tuple(chosen))

    @property
    def edge_numbers(self) -> Mapping[str, tuple[float | None, ...]]:
        """What each edge has in numbers: its features, and the attributes that are numbers wherever they are there."""
        return numbers_on_edges(self.edge_attributes, self.edge_features, self.edge_feature_names)

    def to_networkx(self) -> nx.DiGraph[str]:
        """A DiGraph with node attributes `features`, `label`, `split`, `pos` and the edge attributes.

        Graph attributes: `feature_names`, `directed`, `description`; with edge features also `edge_feature_names`,
        and each edge has them as `features`.
        """

        import networkx as nx

        result: nx.DiGraph[str] = nx.DiGraph(
            feature_names=list(self.feature_names),
            directed=self.directed,
            description=self.description,
        )
        if self.edge_features is not None:
            result.graph["edge_feature_names"] = list(self.edge_feature_names)
        for n, name in enumerate(self.names):
            attributes: dict[str, Any] = {"features": self.x[n].tolist()}
            if self.labels is not None and self.labels[n] is not None:
                attributes["label"] = self.labels[n]
            if self.split is not None and self.split[n] is not None:
                attributes["split"] = self.split[n]
            if self.positions is not None:
                attributes["pos"] = self.positions[n].tolist()
            result.add_node(name, **attributes)
        for k, (source, target) in enumerate(self.edge_index.T):
            attributes = {key: values[k] for key, values in self.edge_attributes.items() if values[k] is not None}
            if self.edge_features is not None:
                attributes["features"] = self.edge_features[k].tolist()
            result.add_edge(self.names[source], self.names[target], **attributes)
        return result

    @classmethod
    def from_pyg(cls, data: Any, *, edge_features: bool = False) -> Graph:
        """A Graph from a PyG Data: x, edge_index, edge_attr, y, train_mask …, pos; nodes are named by number.

        With `edge_features` edge_attr are its edge features too, and parallel edges with other ones are refused.
        Parallel edges are merged, and `notes` says so; y that is no class per node is left out, and said.

        Raises:
            GatvizError: another kind of data, or arrays that do not fit, with the line that converts.
        """
        return cls(**fields_of_pyg(data, edge_features))

    @classmethod
    def from_networkx(
        cls,
        graph: nx.Graph[Any],
        *,
        features: str | Sequence[str] = "features",
        label: str = "label",
        edge_features: Sequence[str] = (),
    ) -> Graph:
        """A Graph from any networkx graph; an undirected one gives both edges of each edge.

        Arguments:
            graph: any networkx graph. Of a multigraph's parallel edges the first is kept, and `notes` says so.
            edge_features: the edge attributes that are edge features, a number on every edge each.
            features: the node attribute that holds a list of numbers, or the attributes that hold one each.
                Nodes without any give F = 0.
            label: the node attribute that holds the class.

        Raises:
            GatvizError: features that are no numbers, or parallel edges whose edge features differ.
        """
        chosen = [edge_features] if isinstance(edge_features, str) else list(edge_features)
        made = cls(**fields_of_networkx(graph, features, label, chosen))
        return made.with_edge_features(chosen) if chosen else made


def _matrix(given: Any, where: str, rows: int, columns: int | None) -> NDArray[np.float64]:
    expected = _("finite numbers of shape [{rows}, {columns}]").format(
        rows=rows, columns="F" if columns is None else columns
    )
    try:
        matrix = given if _is_frozen(given) else np.array(as_floats(given))
    except (TypeError, ValueError) as error:
        raise GatvizError(
            where, expected, quote(str(error)), _("make every row as long as the others, numbers only")
        ) from error
    if matrix.ndim != 2 and rows == 0:
        matrix = matrix.reshape(0, columns or 0)
    if matrix.ndim != 2 or matrix.shape[0] != rows or (columns is not None and matrix.shape[1] != columns):
        raise GatvizError(
            where, expected, _("shape {shape}").format(shape=list(matrix.shape)), _("give one row for each node")
        )
    matrix.setflags(write=False)
    return matrix


def _check_features(x: NDArray[np.float64], names: Sequence[str], feature_names: Sequence[str]) -> None:
    place = first_beyond(x)
    if place is not None:
        n, k = place
        where = _("feature {feature} of {node}").format(feature=quote(feature_names[k]), node=quote(names[n]))
        raise GatvizError(where, finite(), quote(float(x[place])), _("replace it by a smaller number, or rescale"))


def _checked_positions(given: Any, names: Sequence[str]) -> NDArray[np.float64]:
    positions = _matrix(given, "positions", len(names), 2)
    place = first_beyond(positions, FARTHEST)
    if place is not None:
        expected, found = (
            _("finite coordinates within ±{most:g}").format(most=FARTHEST),
            quote(float(positions[place])),
        )
        raise GatvizError(
            _("position of {node}").format(node=quote(names[place[0]])),
            expected,
            found,
            _("rescale the positions or drop them"),
        )
    return positions


def _is_frozen(given: Any) -> bool:
    """Whether nobody can write into this array, as into a Graph's own: then an edit elsewhere need not copy it."""
    frozen = isinstance(given, np.ndarray) and given.flags.owndata and not given.flags.writeable
    return frozen and given.dtype == np.float64


def _check_feature_names(names: tuple[str, ...], count: int, where: str = "feature_names", what: str = "x") -> None:
    if len(names) != count:
        raise GatvizError(
            where,
            ngettext(
                "{n} name, one for each column of {what}", "{n} names, one for each column of {what}", count
            ).format(n=count, what=what),
            str(len(names)),
            _("name every column once"),
        )
    seen: set[str] = set()
    for name in names:
        if (
            not isinstance(name, str)
            or not name.strip()
            or name in seen
            or len(name) > MAX_NAME
            or not is_printable(name)
        ):
            raise GatvizError(
                where,
                _("unique printable names of at most {most} characters").format(most=MAX_NAME),
                quote(name),
                _("rename that column"),
            )
        seen.add(name)


def _checked_edge_index(given: Any, names: tuple[str, ...]) -> NDArray[np.int64]:
    expected = _("integers of shape [2, E] from 0 to {last}").format(last=len(names) - 1)
    try:
        array = np.asarray(in_numpy(given))
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows; a tensor that numpy cannot hold
        mend = _("row 0 = source, row 1 = target")
        raise GatvizError("edge_index", expected, quote(str(error)), mend) from error
    if array.size == 0:
        array = np.zeros((2, 0), dtype=np.int64)
    if array.ndim != 2 or array.shape[0] != 2 or array.dtype.kind not in "iu":
        raise GatvizError(
            "edge_index",
            expected,
            _("{dtype} of shape {shape}").format(dtype=array.dtype, shape=list(array.shape)),
            _("row 0 = source, row 1 = target"),
        )
    edge_index = np.array(array, dtype=np.int64)
    outside = (edge_index < 0) | (edge_index >= len(names))
    if outside.any():
        column = int(np.argwhere(outside.any(axis=0))[0, 0])
        raise GatvizError(
            _("edge_index, column {k}").format(k=column),
            expected,
            str(edge_index[:, column].tolist()),
            _("add the node or remove the edge"),
        )
    keys = edge_index[1] * max(len(names), 1) + edge_index[0]
    unique, counts = np.unique(keys, return_counts=True)
    if unique.size < keys.size:
        target, source = divmod(int(unique[counts > 1][0]), len(names))
        raise GatvizError(
            "edge_index",
            _("each edge once"),
            _("{source} → {target} {n} times").format(
                source=quote(names[source]), target=quote(names[target]), n=int(counts.max())
            ),
            _("merge the duplicates; PyG would give each a share of its own"),
        )
    edge_index.setflags(write=False)
    return edge_index


def _same_positions(a: NDArray[np.float64] | None, b: NDArray[np.float64] | None) -> bool:
    if a is None or b is None:
        return a is b
    return bool(np.array_equal(a, b))


def checked_graph(given: Any, where: str) -> Graph:
    """A Graph, and nothing else. Raises GatvizError, which says how other libraries' graphs become one."""
    if isinstance(given, Graph):
        return given
    mend = _("pass a Graph: Graph.from_networkx and Graph.from_pyg make one of others'")
    raise GatvizError(where, _("a graph"), quote(type(given).__name__), mend)
