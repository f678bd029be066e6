"""Node attributes as graph files of other programs have them: which are names, classes and positions.

GraphML, GEXF, GML and Pajek leave open what an attribute means; this is the one place that decides, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.columns import decimal, number
from gatviz.files.draft import ColumnUse, Draft, NameTable, check_names

_CLASS_NAMES = ("label", "class")

Record = Mapping[str, Any]


class Collector:
    """Nodes and edges as a parser meets them, kept by column, with the caps held while they come in.

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

    def add_node(self, ident: str, attributes: Record) -> None:
        """One more node."""
        self._put(self._node_columns, len(self.ids), attributes)
        self.ids.append(self._one.setdefault(ident, ident))
        if len(self.ids) > limits.MAX_NODES:
            limits.check_nodes(len(self.ids), self.where)

    def add_edge(self, source: str, target: str, attributes: Record) -> None:
        """One more edge."""
        self._put(self._edge_columns, len(self.sources), attributes)
        self.sources.append(self._one.setdefault(source, source))
        self.targets.append(self._one.setdefault(target, target))
        if len(self.sources) > limits.MAX_ARCS:
            limits.check_arcs(len(self.sources), self.where)

    def _put(self, columns: dict[str, list[Any]], place: int, attributes: Record) -> None:
        self._fields += len(attributes)
        if self._fields > limits.MAX_ATTRIBUTES:
            raise GatvizError(
                self.where,
                f"at most {limits.MAX_ATTRIBUTES:,} attributes of nodes and edges together",
                "more",
                "keep fewer attributes, or store features as .npz",
            )
        for name, value in attributes.items():
            column = columns.get(name)
            if column is None:
                limits.check_columns(len(columns) + 1, place + 1, self.where)
                column = columns.setdefault(name, [])
            column.extend([None] * (place - len(column)))
            column.append(value)

    def draft(self, form: str, directed: bool, description: str = "") -> Draft:
        """The Draft, its node attributes in `node_columns`.

        Raises:
            GatvizError: no nodes, an id that stands twice, an edge to an unknown node.
        """
        check_names(self.ids, self.where)
        table = NameTable(self.ids)
        pairs = np.empty((2, len(self.sources)), dtype=np.int64)
        for row, ends in enumerate((self.sources, self.targets)):
            for k, name in enumerate(ends):
                place = table.place.get(name)
                pairs[row, k] = place if place is not None else table.find(name, f"{self.where}, edge {k}")
        draft = Draft(
            where=self.where,
            format=form,
            names=self.ids,
            edges=pairs,
            directed=directed,
            edge_columns=self._filled(self._edge_columns, len(self.sources)),
            node_columns=self._filled(self._node_columns, len(self.ids)),
            description=description,
        )
        draft.columns += [ColumnUse("edges", name, "attribute") for name in draft.edge_columns]
        return draft

    def _filled(self, columns: dict[str, list[Any]], length: int) -> dict[str, list[Any]]:
        limits.check_columns(len(columns), length, self.where)
        return {name: values + [None] * (length - len(values)) for name, values in columns.items()}


def take_names(draft: Draft, column: str) -> None:
    """Let a column that names every node differently be the nodes' names, and say so; else leave it."""
    values = draft.node_columns.get(column)
    if values is None or len(values) == 0:
        return
    words = [value if isinstance(value, str) else "" if value is None else decimal(value) for value in values]
    if not all(word.strip() for word in words) or len(set(words)) < len(words):
        return
    if words != list(draft.names):
        draft.notes.append(f"the nodes are called by their {quote(column)}, which is a different one for each")
    draft.names = words
    draft.node_columns = {name: value for name, value in draft.node_columns.items() if name != column}
    draft.columns.append(ColumnUse("nodes", column, "id"))


def take_classes(draft: Draft, chosen: str | None) -> None:
    """Let a column called 'label' or 'class' be the labels, if nobody chose another, and say so."""
    columns = dict(draft.node_columns)
    found = next((name for name in columns if name.casefold() in _CLASS_NAMES), None)
    if chosen is None and draft.labels is None and found is not None:
        values = columns.pop(found)
        draft.labels = [None if value is None else decimal(value) for value in values]
        draft.columns.append(ColumnUse("nodes", found, "label"))
        draft.notes.append(f"column {quote(found)} was taken as the label")
        draft.node_columns = columns


def take_positions(draft: Draft, x: str, y: str) -> None:
    """Let two columns of numbers be the positions, if every node has both; they are said if they were named so."""
    columns = dict(draft.node_columns)
    if draft.positions is not None or x not in columns or y not in columns:
        return
    pairs = [[number(value) for value in columns[name]] for name in (x, y)]
    placed = [
        a is not None and b is not None and math.isfinite(a) and math.isfinite(b) for a, b in zip(*pairs, strict=True)
    ]
    if not all(placed):
        if any(placed):
            draft.notes.append(f"positions were left out: only {sum(placed):,} of {len(placed):,} nodes have one")
        if x.startswith("gatviz."):
            draft.node_columns = {name: values for name, values in columns.items() if name not in (x, y)}
        return
    draft.positions = np.array(pairs, dtype=np.float64).T
    draft.columns += [ColumnUse("nodes", name, "position") for name in (x, y)]
    draft.notes.append(f"columns {quote(x)} and {quote(y)} were taken as positions")
    draft.node_columns = {name: values for name, values in columns.items() if name not in (x, y)}


def drop_gaps(draft: Draft) -> None:
    """Leave out columns of numbers that some nodes have and some have not, and say so."""
    kept: dict[str, Sequence[Any]] = {}
    for name, values in draft.node_columns.items():
        there = [value for value in values if value is not None and value != ""]
        numeric = bool(there) and all(number(value) is not None for value in there)
        if numeric and len(there) < len(values):
            draft.notes.append(
                f"column {quote(name)} was left out: only {len(there):,} of {len(values):,} nodes have it"
            )
            draft.columns.append(ColumnUse("nodes", name, "ignored"))
        else:
            kept[name] = values
    draft.node_columns = kept
