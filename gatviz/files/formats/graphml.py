"""GraphML. Read as a stream, so that the file's order of edges is kept and a large file needs no tree.

networkx's reader is the oracle in the tests; it is not used here because it forgets the order of edges, by
which α is told apart, and builds the whole tree first. Keys that gatviz writes have ids `gatviz.…`, by which
it knows features, labels and positions again whatever they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.conventions import MARKED_X, MARKED_Y
from gatviz.files.merging import listed_edges, spread_undirected
from gatviz.files.own_attributes import (
    NOTHING,
    Attribute,
    edge_attributes,
    is_own,
    node_attributes,
    renamed,
    take_own,
)
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.files.xml_text import ElementReader, element, parse_xml, text_of, typed_value
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, commas

_IGNORED = {"hyperedge", "port", "endpoint"}


class _Reader(ElementReader):
    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.found = Collector(where)
        self.names: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.defaults: dict[str, Any] = {}
        self.directed: bool | None = None
        self.kinds: set[bool] = set()
        self.undirected: list[int] = []
        self.description = ""
        self.left_out: set[str] = set()
        self._key = ""
        self._nodes: list[tuple[str, dict[str, Any]]] = []
        self._edge: tuple[str, str, dict[str, Any]] | None = None
        self._label: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) == 1 and name != "graphml":
            raise GatvizError(self.where, "<graphml>", f"<{name[:40]}>", _("choose a GraphML file"))
        if name == "key":
            self._key = attributes.get("id", "")
            self.names[self._key] = attributes.get("attr.name", self._key)
            self.types[self._key] = attributes.get("attr.type", "string")
            limits.check_columns(len(self.names), 1, self.where)
        elif name == "graph" and self.directed is None:
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
        elif name == "node":
            self._nodes.append((self.needed(attributes, "id", N_("node {n}"), len(self.found.ids)), {}))
        elif name == "edge":
            of, n = N_("edge {n}"), len(self.found.sources)
            self._edge = (self.needed(attributes, "source", of, n), self.needed(attributes, "target", of, n), {})
            told = attributes.get("directed")
            directed = bool(self.directed) if told is None else told == "true"
            self.kinds.add(directed)
            if not directed:
                self.undirected.append(len(self.found.sources))
        elif name == "data":
            self._key = attributes.get("key", "")
        elif name in _IGNORED:
            self.left_out.add(name)

    def end(self, name: str) -> None:
        if name == "node":
            self.found.add_node(*self._nodes.pop())
        elif name == "edge" and self._edge is not None:
            self.found.add_edge(*self._edge)
            self._edge = None
        elif name == "NodeLabel" and self._nodes:  # yEd
            self._nodes[-1][1].setdefault("label", self.text.strip())
            self._label = "label"
        elif name == "default" and self.path[-1:] == ["key"]:
            self.defaults[self._key] = self._value(self.text)
        elif name == "desc" and self.path[-1:] == ["graph"]:
            self.description = self.text
        elif name == "data" and (self._edge is not None or self._nodes):
            record = self._edge[2] if self._edge is not None else self._nodes[-1][1]
            if self._key in self.names and self._label is None:
                record[self._key] = self._value(self.text)
            self._label = None

    def _value(self, text: str) -> Any:
        where = f"{self.where}, {quote(self.names.get(self._key, self._key))}"
        return typed_value(text, self.types.get(self._key, "string"), where)


def read_graphml(data: bytes, where: str) -> ParsedGraph:
    """A ParsedGraph from GraphML."""
    reader = _Reader(where)
    parse_xml(data, where, reader)
    if reader.directed is None:
        raise GatvizError(where, _("a <graph>"), _("none"), _("choose a GraphML file with a graph in it"))
    mixed = len(reader.kinds) > 1
    directed = reader.directed if not reader.kinds or mixed else reader.kinds.pop()
    parsed = reader.found.parsed("graphml", directed or mixed, reader.description)
    if mixed:
        undirected = np.zeros(parsed.edges.shape[1], dtype=bool)
        undirected[reader.undirected] = True
        spread_undirected(parsed, undirected)
    parsed.node_columns = _with_defaults(parsed.node_columns, reader.defaults)
    parsed.edge_columns = _with_defaults(parsed.edge_columns, reader.defaults)
    parsed.by_convention = not any(map(is_own, reader.names))
    if not parsed.by_convention:
        take_own(parsed, reader.names)
    parsed.node_columns = renamed(parsed.node_columns, reader.names)
    parsed.edge_columns = renamed(parsed.edge_columns, reader.names)
    if reader.left_out:
        parsed.notes.append(_("left out: {listed}").format(listed=commas(sorted(reader.left_out))))
    return parsed


def _with_defaults(columns: Mapping[str, Sequence[Any]], defaults: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    return {
        key: [defaults[key] if value is None else value for value in values] if key in defaults else values
        for key, values in columns.items()
    }


def write_graphml(graph: Graph) -> bytes:
    """A graph as GraphML."""
    of_nodes, of_edges = node_attributes(graph, "label"), edge_attributes(graph, "edge.")
    if graph.positions is not None:
        for key, title, column in zip((MARKED_X, MARKED_Y), "xy", graph.positions.T, strict=True):
            of_nodes.append(Attribute(key, title, "double", column.tolist()))
    declared = [("node", one) for one in of_nodes] + [("edge", one) for one in of_edges]
    if not of_nodes:
        declared.append(("graph", Attribute(NOTHING, "none", "string", ())))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    for of, one in declared:
        lines.append("  " + element("key", {"id": one.key, "for": of, "attr.name": one.title, "attr.type": one.type}))
    default = "directed" if graph.directed else "undirected"
    lines.append(f'  <graph edgedefault="{default}">')
    if graph.description:
        lines.append("    " + element("desc", {}, escape(graph.description)))
    for n, name in enumerate(graph.names):
        lines.append("    " + element("node", {"id": name}, _data(of_nodes, n)))
    source, target = graph.edge_index
    for k in listed_edges(graph):
        ends = {"source": graph.names[source[k]], "target": graph.names[target[k]]}
        lines.append("    " + element("edge", ends, _data(of_edges, k)))
    lines += ["  </graph>", "</graphml>", ""]
    return "\n".join(lines).encode()


def _data(attributes: Sequence[Attribute], place: int) -> str:
    return "".join(
        element("data", {"key": one.key}, escape(text_of(one.values[place])))
        for one in attributes
        if one.values[place] is not None
    )
