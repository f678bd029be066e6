"""GraphML. Read as a stream, so that the file's order of edges is kept and a large file needs no tree.

networkx's reader is the oracle in the tests; it is not used here because it forgets the order of edges, by
which α is told apart, and builds the whole tree first. Keys that gatviz writes have ids `gatviz.…`, by which
it knows features, labels and positions again whatever they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.conventions import MARKED_X, MARKED_Y
from gatviz.files.graph_file import GraphFile
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
from gatviz.files.values import number
from gatviz.files.xml_text import ElementReader, element, element_text, parse_xml, typed_value
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, commas, first_of, ngettext

_KINDS = ("node", "edge")
_OF_NODE = frozenset(("id",))
_OF_EDGE = frozenset(("id", "source", "target", "directed", "sourceport", "targetport"))
"""What the elements themselves tell; whatever else stands in them is an attribute of the node or edge."""
_IGNORED = {"hyperedge", "port", "endpoint"}


@dataclass
class _Key:
    """What a <key> declares: its title, the name of its type, and the value where none stands."""

    title: str
    type: str
    default: Any = None


class _Reader(ElementReader):
    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.found = Collector(where)
        self.keys: dict[tuple[str, str], _Key] = {}
        self.undeclared: dict[str, set[str]] = {"node": set(), "edge": set()}
        self.nested = 0
        self.graphics: set[str] = set()
        self.directed: bool | None = None
        self.kinds: set[bool] = set()
        self.undirected: list[int] = []
        self.description = ""
        self.left_out: set[str] = set()
        self._key = ""
        self._in_data = self._inside = False
        self._nodes: list[tuple[str, dict[str, Any]]] = []
        self._edge: tuple[str, str, dict[str, Any]] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) == 1 and name != "graphml":
            raise GatvizError(self.where, "<graphml>", f"<{name[:40]}>", _("choose a GraphML file"))
        if self._in_data and name != "data":
            self._inside = True
        if name == "key":
            self._declare(attributes)
        elif name == "graph" and self.directed is None:
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
        elif name == "node":
            record = self._beside(attributes, "node", _OF_NODE)
            self._nodes.append((self.needed(attributes, "id", N_("node {n}"), len(self.found.ids)), record))
        elif name == "edge":
            of, n = N_("edge {n}"), len(self.found.sources)
            ends = self.needed(attributes, "source", of, n), self.needed(attributes, "target", of, n)
            self._edge = (*ends, self._beside(attributes, "edge", _OF_EDGE))
            told = attributes.get("directed")
            directed = bool(self.directed) if told is None else told == "true"
            self.kinds.add(directed)
            if not directed:
                self.undirected.append(len(self.found.sources))
        elif name == "data":
            self._key, self._in_data, self._inside = attributes.get("key", ""), True, False
        elif name == "Geometry" and self._nodes and self._edge is None:  # yEd, whose y runs downwards
            x, y = number(attributes.get("x")), number(attributes.get("y"))
            if x is not None and y is not None:
                self._nodes[-1][1].update(pos_x=x, pos_y=-y)
        elif name in _IGNORED:
            self.left_out.add(name)

    def end(self, name: str) -> None:
        if name == "node":
            self.found.add_node(*self._nodes.pop())
        elif name == "edge" and self._edge is not None:
            self.found.add_edge(*self._edge)
            self._edge = None
        elif name == "NodeLabel" and self._nodes and self._edge is None:  # yEd
            self._nodes[-1][1].setdefault("label", self.text.strip())
        elif name == "EdgeLabel" and self._edge is not None:
            self._edge[2].setdefault("label", self.text.strip())
        elif name == "default" and self.path[-1:] == ["key"]:
            for of in ("node", "edge"):
                key = self.keys.get((of, self._key))
                if key is not None and key.default is None:
                    key.default = self._value(key, self.text)
        elif name == "desc" and self.path[-1:] == ["graph"]:
            self.description = self.text
        elif name == "data":
            self._in_data = False
            if self._edge is not None or self._nodes:
                self._datum("edge" if self._edge is not None else "node")

    def _declare(self, attributes: dict[str, str]) -> None:
        """A key, for nodes, for edges, or for both; one id may stand for one of each."""
        self._key = attributes.get("id", "")
        if "yfiles.type" in attributes:
            self.graphics.add(self._key)
        told = attributes.get("for", "all")
        kinds = ("node", "edge") if told == "all" else (told,)
        for of in kinds:
            title = attributes.get("attr.name", self._key)
            self.keys[of, self._key] = _Key(title, attributes.get("attr.type", "string").lower())
        limits.check_columns(len(self.keys), 1, self.where)

    def _beside(self, attributes: dict[str, str], of: str, known: frozenset[str]) -> dict[str, Any]:
        """What stands in the element itself and not under a key, as some programs write labels."""
        told = {name: value for name, value in attributes.items() if name not in known and ":" not in name}
        for name in told:
            self._undeclared(of, name)
        return told

    def _undeclared(self, of: str, name: str) -> None:
        if (of, name) not in self.keys:
            self.undeclared[of].add(name)
            limits.check_columns(len(self.undeclared[of]), 1, self.where)

    def _datum(self, of: str) -> None:
        record = self._edge[2] if self._edge is not None else self._nodes[-1][1]
        if self._inside:
            self.nested += self._key not in self.graphics
        else:
            self._undeclared(of, self._key)
            key = self.keys.get((of, self._key))
            record[self._key] = self.text if key is None else self._value(key, self.text)

    def _value(self, key: _Key, text: str) -> Any:
        return typed_value(text, key.type, f"{self.where}, {quote(key.title)}")


def read_graphml(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from GraphML."""
    where = file.where
    reader = _Reader(where)
    parse_xml(file, reader)
    if reader.directed is None:
        raise GatvizError(where, _("a <graph>"), _("none"), _("choose a GraphML file with a graph in it"))
    mixed = len(reader.kinds) > 1
    directed = reader.directed if not reader.kinds or mixed else reader.kinds.pop()
    parsed = reader.found.parsed("graphml", directed or mixed, reader.description)
    parsed.notes += file.decoded.notes
    if mixed:
        undirected = np.zeros(parsed.edges.shape[1], dtype=bool)
        undirected[reader.undirected] = True
        spread_undirected(parsed, undirected)
    own = [key for of, key in reader.keys if of == "node" and is_own(key)]
    parsed.by_convention = not own and not any(map(is_own, (key for _of, key in reader.keys)))
    titles = {of: {key: one.title for (for_, key), one in reader.keys.items() if for_ == of} for of in _KINDS}
    parsed.node_columns = _with_defaults(parsed.node_columns, reader.keys, "node", len(parsed.names))
    parsed.edge_columns = _with_defaults(parsed.edge_columns, reader.keys, "edge", parsed.edges.shape[1])
    if not parsed.by_convention:
        take_own(parsed, titles["node"])
    parsed.node_columns = renamed(parsed.node_columns, titles["node"])
    parsed.edge_columns = renamed(parsed.edge_columns, titles["edge"])
    undeclared = sorted({*reader.undeclared["node"], *reader.undeclared["edge"]})
    if undeclared:
        said = _("attributes that the file uses without declaring them were kept as text: {listed}")
        parsed.notes.append(said.format(listed=first_of([quote(name) for name in undeclared], 5)))
    if reader.nested:
        said = ngettext(
            "{n:,} value was left out: it is XML, not text",
            "{n:,} values were left out: they are XML, not text",
            reader.nested,
        )
        parsed.notes.append(said.format(n=reader.nested))
    if reader.left_out:
        parsed.notes.append(_("left out: {listed}").format(listed=commas(sorted(reader.left_out))))
    return parsed


def _with_defaults(
    columns: Mapping[str, Sequence[Any]], keys: Mapping[tuple[str, str], _Key], of: str, count: int
) -> dict[str, Sequence[Any]]:
    """Columns with their defaults where nothing stands, also those of which only the default is told."""
    result = dict(columns)
    for (for_, name), key in keys.items():
        if for_ == of and key.default is not None and count:
            values = result.get(name, [None] * count)
            result[name] = [key.default if value is None else value for value in values]
    return result


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
        element("data", {"key": one.key}, escape(element_text(one.values[place])))
        for one in attributes
        if one.values[place] is not None
    )
