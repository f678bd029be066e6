"""`Collector`: nodes and edges with attributes, as a reader of GraphML, GEXF, GML or Pajek meets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gatviz.errors import GatvizError
from gatviz.files import limits
from gatviz.files.parsed import NodeNumbers, ParsedGraph, check_names

Record = Mapping[str, Any]


class Collector:
    """Nodes and edges kept by column, with the caps held while they come in.

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
        if len(self.sources) > limits.MAX_EDGES:
            limits.check_edges(len(self.sources), self.where)

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
                edges[row, k] = place if place is not None else numbers.find(name, f"{self.where}, edge {k}")
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
