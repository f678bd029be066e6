"""`ParsedGraph`: what a format's reader found in a file, before any decision about it. Every reader ends in one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.options import Orientation
from gatviz.words import _

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b"))
_SAID = 3
"""Pairs of names that are told; the others are alike."""


@dataclass(kw_only=True)
class ParsedGraph:
    """Nodes, edges and columns as the file has them.

    Attributes:
        where: the file's name, for messages.
        format: the format's name.
        names: N node names.
        edges: [2, M] integers, row 0 = source, row 1 = target: one column for each edge of the file, so an
            undirected edge stands once and a duplicate twice.
        directed: what the file says.
        edge_columns: name -> M values, None where an edge has none; all are edge attributes.
        x, feature_names: features that the file marks as such, or None.
        edge_features, edge_feature_names: [M, D] of its edges likewise.
        node_columns: name -> N values (str, number or None) whose use is still to be decided.
        labels, split, positions: what the file marks as such, or None.
        class_order: the labels by their numbers in the file, if they have any.
        by_convention: whether what `node_columns` are called tells names, labels and positions (`conventions`).
        shown_names: what a format marks as the nodes' names without their being unique, with what it calls that.
        orientation: how the rows of a matrix were read; None for what is no matrix.
        two_mode: whether edges join two kinds of nodes; None where nothing tells.
        encoding: of its text; None for a file that is no text.
        alternatives: formats that the file could as well be of.
        columns: the columns already used up, with their use, for the preview; without `edge_columns`.
        notes: what the reader itself decided.
        symmetric: for an adjacency matrix, whether it equals its transpose; else None.
    """

    where: str
    format: str
    names: Sequence[str]
    edges: NDArray[np.int64]
    directed: bool = True
    edge_columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    x: NDArray[np.float64] | None = None
    feature_names: tuple[str, ...] = ()
    edge_features: NDArray[np.float64] | None = None
    edge_feature_names: tuple[str, ...] = ()
    node_columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    labels: Sequence[str | None] | None = None
    class_order: Sequence[str] = ()
    split: Sequence[str | None] | None = None
    positions: NDArray[np.float64] | None = None
    description: str = ""
    by_convention: bool = False
    shown_names: tuple[str, Sequence[str | None]] | None = None
    orientation: Orientation | None = None
    two_mode: bool | None = None
    encoding: str | None = None
    alternatives: tuple[str, ...] = ()
    columns: list[ColumnUse] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    symmetric: bool | None = None


@dataclass(frozen=True)
class ColumnUse:
    """One column of a file and what it is taken for.

    Attributes:
        table: "nodes" or "edges".
        name: its header.
        use: "id", "name", "label", "split", "position", "feature", "category", "source", "target", "attribute",
            "ignored", or "identifier": ids, addresses and names, which are no features unless asked for.
    """

    table: str
    name: str
    use: str


class NodeNumbers:
    """Node names to node numbers, with one sentence for a name that is not there."""

    def __init__(self, names: Sequence[str]) -> None:
        self.place = {name: n for n, name in enumerate(names)}

    def find(self, name: str, where: str) -> int:
        """The number of a node.

        Raises:
            GatvizError: no node has this name.
        """
        place = self.place.get(name)
        if place is None:
            raise GatvizError(where, _("the name of a node"), quote(name), _("add that node or remove the edge"))
        return place


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse too many nodes, none, and a name that stands twice.

    Raises:
        GatvizError: naming both places.
    """
    limits.check_nodes(len(names), where)
    first: dict[str, int] = {}
    for n, name in enumerate(names):
        if name in first:
            raise GatvizError(
                _("{where}, nodes[{n}]").format(where=where, n=n),
                _("a name of its own"),
                _("{name}, which {place} has already").format(name=quote(name), place=f"nodes[{first[name]}]"),
                _("rename one of the two"),
            )
        first[name] = n


def same_looking(names: Sequence[str]) -> list[str]:
    """What is to be said of names that are different and look the same: composed otherwise, or with blanks around."""
    notes: list[str] = []
    first: dict[str, str] = {}
    for name in names:
        shown = name.strip() if name.isascii() else _shown(name)
        other = first.setdefault(shown, name)
        if other is not name and len(notes) < _SAID:
            said = _("{one} and {other} look the same but are different nodes: {reason}")
            blank = name.strip() != name or other.strip() != other
            reason = _("one has blanks around it") if blank else _("some of their characters differ only inside")
            notes.append(said.format(one=quote(other), other=quote(name), reason=reason))
    return notes


def _shown(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).translate(_UNSEEN).split())


class Collector:
    """Nodes and edges as a reader of GraphML, GEXF, GML or Pajek meets them: kept by column, within the caps.

    Attributes:
        where: the file's name.
        ids: the ids of nodes, in order.
        sources, targets: the ids at the two ends of each edge.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.targets: list[str] = []
        self._node_columns: dict[str, list[Any]] = {}
        self._edge_columns: dict[str, list[Any]] = {}
        self._one: dict[str, str] = {}
        self._fields = 0

    def add_node(self, ident: str, attributes: Mapping[str, Any]) -> None:
        """One more node."""
        self._put(self._node_columns, len(self.ids), attributes)
        self.ids.append(self._one.setdefault(ident, ident))
        if len(self.ids) > limits.MAX_NODES:
            limits.check_nodes(len(self.ids), self.where)

    def add_edge(self, source: str, target: str, attributes: Mapping[str, Any]) -> None:
        """One more edge."""
        self._put(self._edge_columns, len(self.sources), attributes)
        self.sources.append(self._one.setdefault(source, source))
        self.targets.append(self._one.setdefault(target, target))
        if len(self.sources) > limits.MAX_EDGES:
            limits.check_edges(len(self.sources), self.where)

    def _put(self, columns: dict[str, list[Any]], place: int, attributes: Mapping[str, Any]) -> None:
        self._fields += len(attributes)
        if self._fields > limits.MAX_ATTRIBUTES:
            raise GatvizError(
                self.where,
                _("at most {most:,} attributes of nodes and edges together").format(most=limits.MAX_ATTRIBUTES),
                _("more"),
                _("keep fewer attributes, or store features as .npz"),
            )
        for name, value in attributes.items():
            column = columns.get(name)
            if column is None:
                limits.check_columns(len(columns) + 1, place + 1, self.where)
                column = columns.setdefault(name, [])
            column.extend([None] * (place - len(column)))
            column.append(value)

    def parsed(self, form: str, directed: bool, description: str = "") -> ParsedGraph:
        """The ParsedGraph, all attributes of nodes in `node_columns`.

        Raises:
            GatvizError: no nodes, an id that stands twice, an edge to an unknown node.
        """
        check_names(self.ids, self.where)
        numbers = NodeNumbers(self.ids)
        edges = np.empty((2, len(self.sources)), dtype=np.int64)
        for row, ends in enumerate((self.sources, self.targets)):
            for k, name in enumerate(ends):
                place = numbers.place.get(name)
                edges[row, k] = (
                    place
                    if place is not None
                    else numbers.find(name, _("{where}, edge {k}").format(where=self.where, k=k))
                )
        return ParsedGraph(
            where=self.where,
            format=form,
            names=self.ids,
            edges=edges,
            directed=directed,
            edge_columns=self._filled(self._edge_columns, len(self.sources)),
            node_columns=self._filled(self._node_columns, len(self.ids)),
            description=description,
        )

    def _filled(self, columns: dict[str, list[Any]], length: int) -> dict[str, list[Any]]:
        limits.check_columns(len(columns), length, self.where)
        return {name: values + [None] * (length - len(values)) for name, values in columns.items()}
