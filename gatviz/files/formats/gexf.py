"""GEXF, versions 1.1 to 1.3, as Gephi writes it. Read as a stream, like GraphML and for the same reasons.

(networkx's reader, the oracle in the tests, knows no GEXF 1.3.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.conventions import MARKED_X, MARKED_Y
from gatviz.files.graph_file import GraphFile
from gatviz.files.merging import listed_edges, spread_undirected
from gatviz.files.own_attributes import NOTHING, Attribute, edge_attributes, is_own, node_attributes, take_own
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.files.values import number
from gatviz.files.xml_text import ElementReader, element, element_text, parse_xml, typed_value
from gatviz.graph.graph import Graph
from gatviz.words import N_, _

_LABEL = "gexf.label"
_OF_EDGES = ("weight", "label")
"""What an <edge> tells without an <attvalue>."""


class _Reader(ElementReader):
    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.found = Collector(where)
        self.titles: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.types: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.defaults: dict[str, dict[str, Any]] = {"node": {}, "edge": {}}
        self.directed: bool | None = None
        self.undirected: list[bool] = []
        self.dynamic = self.nested = False
        self.description = ""
        self._of, self._attribute = "node", ""
        self._nodes: list[tuple[str, dict[str, Any]]] = []
        self._edge: tuple[str, str, dict[str, Any]] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) == 1 and name != "gexf":
            raise GatvizError(self.where, "<gexf>", f"<{name[:40]}>", _("choose a GEXF file"))
        handler = getattr(self, f"_start_{name}", None)
        if handler is not None:
            handler(attributes)

    def _start_graph(self, attributes: dict[str, str]) -> None:
        if self.directed is None:
            self.directed = attributes.get("defaultedgetype", "undirected") == "directed"
        self.dynamic = attributes.get("mode") == "dynamic"

    def _start_attributes(self, attributes: dict[str, str]) -> None:
        self._of = attributes.get("class", "node")
        if self._of not in self.titles:
            raise GatvizError(self.where, _("attributes of node or edge"), quote(self._of), _("correct the class"))

    def _start_attribute(self, attributes: dict[str, str]) -> None:
        self._attribute = attributes.get("id", "")
        self.titles[self._of][self._attribute] = attributes.get("title", self._attribute)
        self.types[self._of][self._attribute] = attributes.get("type", "string")
        limits.check_columns(len(self.types[self._of]), 1, self.where)

    def _start_node(self, attributes: dict[str, str]) -> None:
        self.nested |= bool(self._nodes)
        record: dict[str, Any] = {_LABEL: attributes["label"]} if "label" in attributes else {}
        self._nodes.append((self.needed(attributes, "id", N_("node {n}"), len(self.found.ids)), record))

    def _start_edge(self, attributes: dict[str, str]) -> None:
        of, n = N_("edge {n}"), len(self.found.sources)
        ends = self.needed(attributes, "source", of, n), self.needed(attributes, "target", of, n)
        told = [key for key in _OF_EDGES if attributes.get(key)]
        self._edge = (*ends, {key: self._told(key, attributes[key]) for key in told})
        kind = attributes.get("type", "directed" if self.directed else "undirected")
        self.undirected.append(kind.lower() in ("undirected", "mutual"))

    def _start_attvalue(self, attributes: dict[str, str]) -> None:
        of = "edge" if self._edge is not None else "node"
        key = attributes.get("for", attributes.get("id", ""))
        if key not in self.titles[of] or not (self._edge or self._nodes):
            return
        where = f"{self.where}, {quote(self.titles[of][key])}"
        value = typed_value(attributes.get("value", ""), self.types[of][key], where)
        record = self._edge[2] if self._edge is not None else self._nodes[-1][1]
        record[key if is_own(key) else f"{of}.{key}"] = value

    def _start_position(self, attributes: dict[str, str]) -> None:
        for key, axis in ((MARKED_X, "x"), (MARKED_Y, "y")) if self._nodes else ():
            value = number(attributes.get(axis))
            if value is None:
                where = _("{where}, node {node}, position").format(where=self.where, node=quote(self._nodes[-1][0]))
                raise GatvizError(
                    where, _("a number for {axis}").format(axis=axis), quote(attributes.get(axis, "")), _("correct it")
                )
            self._nodes[-1][1][key] = value

    def _told(self, key: str, text: str) -> Any:
        return typed_value(text, "double", _("{where}, weight").format(where=self.where)) if key == "weight" else text

    def end(self, name: str) -> None:
        if name == "node":
            self.found.add_node(*self._nodes.pop())
        elif name == "edge" and self._edge is not None:
            self.found.add_edge(*self._edge)
            self._edge = None
        elif name == "default" and self.path[-1:] == ["attribute"]:
            where = _("{where}, default of {attribute}").format(
                where=self.where, attribute=quote(self.titles[self._of][self._attribute])
            )
            kind = self.types[self._of][self._attribute]
            self.defaults[self._of][self._attribute] = typed_value(self.text, kind, where)
        elif name == "description" and self.path[-1:] == ["meta"]:
            self.description = self.text


def read_gexf(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from GEXF."""
    where = file.where
    reader = _Reader(where)
    parse_xml(file, reader)
    if reader.directed is None:
        raise GatvizError(where, _("a <graph>"), _("none"), _("choose a GEXF file with a graph in it"))
    all_undirected = all(reader.undirected) if reader.undirected else not reader.directed
    parsed = reader.found.parsed("gexf", not all_undirected, reader.description)
    parsed.notes += file.decoded.notes
    if any(reader.undirected) and not all_undirected:
        spread_undirected(parsed, np.array(reader.undirected))
    parsed.by_convention = not any(map(is_own, reader.titles["node"]))
    if parsed.by_convention:
        if _LABEL in parsed.node_columns:
            parsed.shown_names = "label", parsed.node_columns[_LABEL]
    else:
        take_own(parsed, reader.titles["node"])
    parsed.node_columns = _renamed(parsed.node_columns, reader, "node", len(parsed.names))
    parsed.edge_columns = _renamed(parsed.edge_columns, reader, "edge", parsed.edges.shape[1])
    if reader.dynamic:
        parsed.notes.append(_("the file is dynamic: of each value the last was taken, and all edges of all times"))
    if reader.nested:
        parsed.notes.append(_("nodes within nodes were set beside each other"))
    return parsed


def _renamed(columns: Mapping[str, Sequence[Any]], reader: _Reader, of: str, count: int) -> dict[str, Sequence[Any]]:
    """Columns under their titles and with their defaults; two of one title keep their ids too."""
    result: dict[str, Sequence[Any]] = {}
    untold = [f"{of}.{key}" for key in reader.defaults[of] if not is_own(key) and f"{of}.{key}" not in columns]
    columns = {**columns, **{key: [None] * count for key in untold if count}}
    for key, values in columns.items():
        if key == _LABEL:
            continue
        plain = key.removeprefix(f"{of}.")
        title = reader.titles[of].get(plain, {MARKED_X: "pos_x", MARKED_Y: "pos_y"}.get(key, key))
        if plain in reader.defaults[of]:
            default = reader.defaults[of][plain]
            result[title] = [default if value is None else value for value in values]
        else:
            result[title if title not in result else f"{title} ({plain})"] = values
    return result


def write_gexf(graph: Graph) -> bytes:
    """A graph as GEXF 1.3."""
    of_nodes, of_edges = node_attributes(graph, "class"), edge_attributes(graph, "")
    declared = {"node": [Attribute(NOTHING, "none", "string", ()), *of_nodes], "edge": of_edges}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">')
    if graph.description:
        lines.append(f"  <meta>{element('description', {}, escape(graph.description))}</meta>")
    default = "directed" if graph.directed else "undirected"
    lines.append(f'  <graph defaultedgetype="{default}" mode="static">')
    for of, attributes in declared.items():
        lines.append(f'    <attributes class="{of}">')
        for one in attributes:
            lines.append("      " + element("attribute", {"id": one.key, "title": one.title, "type": one.type}))
        lines.append("    </attributes>")
    lines.append("    <nodes>")
    for n, name in enumerate(graph.names):
        inside = _values(of_nodes, n)
        if graph.positions is not None:
            x, y = graph.positions[n].tolist()
            inside += element("viz:position", {"x": repr(x), "y": repr(y), "z": "0.0"})
        lines.append("      " + element("node", {"id": name, "label": name}, inside))
    lines += ["    </nodes>", "    <edges>"]
    source, target = graph.edge_index
    for k in listed_edges(graph):
        ends = {"id": k, "source": graph.names[source[k]], "target": graph.names[target[k]]}
        lines.append("      " + element("edge", ends, _values(of_edges, k)))
    lines += ["    </edges>", "  </graph>", "</gexf>", ""]
    return "\n".join(lines).encode()


def _values(attributes: Sequence[Attribute], place: int) -> str:
    inside = "".join(
        element("attvalue", {"for": one.key, "value": element_text(one.values[place])})
        for one in attributes
        if one.values[place] is not None
    )
    return f"<attvalues>{inside}</attvalues>" if inside else ""
