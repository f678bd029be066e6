"""GEXF, versions 1.1 to 1.3, as Gephi writes it. Read as a stream, like GraphML and for the same reasons.

(networkx's reader, the oracle in the tests, knows no GEXF 1.3.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits, typed
from gatviz.files.attributes import Collector, take_names
from gatviz.files.columns import number
from gatviz.files.draft import Draft
from gatviz.files.graphml import settle_foreign, spread_undirected, take_own
from gatviz.files.listing import listed_arcs
from gatviz.files.reading import ReadOptions
from gatviz.files.xml_stream import ElementReader, element, parse_xml
from gatviz.graph.graph import Graph

_LABEL = "gexf.label"
_X, _Y = "gatviz.x", "gatviz.y"
_EDGE_OWN = ("weight", "label")


class _Reader(ElementReader):
    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.found = Collector(where)
        self.titles: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.types: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.defaults: dict[str, dict[str, Any]] = {"node": {}, "edge": {}}
        self.directed: bool | None = None
        self.both: list[bool] = []
        self.dynamic = self.nested = False
        self.description = ""
        self._of, self._attribute = "node", ""
        self._nodes: list[tuple[str, dict[str, Any]]] = []
        self._edge: tuple[str, str, dict[str, Any]] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) == 1 and name != "gexf":
            raise GatvizError(self.where, "<gexf>", f"<{name[:40]}>", "choose a GEXF file")
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
            raise GatvizError(self.where, "attributes of node or edge", quote(self._of), "correct the class")

    def _start_attribute(self, attributes: dict[str, str]) -> None:
        self._attribute = attributes.get("id", "")
        self.titles[self._of][self._attribute] = attributes.get("title", self._attribute)
        self.types[self._of][self._attribute] = attributes.get("type", "string")
        limits.check_columns(len(self.types[self._of]), 1, self.where)

    def _start_node(self, attributes: dict[str, str]) -> None:
        self.nested |= bool(self._nodes)
        record: dict[str, Any] = {_LABEL: attributes["label"]} if "label" in attributes else {}
        self._nodes.append((self._needed(attributes, "id", "node"), record))

    def _start_edge(self, attributes: dict[str, str]) -> None:
        ends = self._needed(attributes, "source", "edge"), self._needed(attributes, "target", "edge")
        own = [key for key in _EDGE_OWN if attributes.get(key)]
        self._edge = (*ends, {key: self._own(key, attributes[key]) for key in own})
        kind = attributes.get("type", "directed" if self.directed else "undirected")
        self.both.append(kind in ("undirected", "mutual"))

    def _start_attvalue(self, attributes: dict[str, str]) -> None:
        of = "edge" if self._edge is not None else "node"
        key = attributes.get("for", attributes.get("id", ""))
        if key not in self.titles[of] or not (self._edge or self._nodes):
            return
        where = f"{self.where}, {quote(self.titles[of][key])}"
        value = typed.parse(attributes.get("value", ""), self.types[of][key], where)
        record = self._edge[2] if self._edge is not None else self._nodes[-1][1]
        record[f"{of}.{key}" if not key.startswith("gatviz.") else key] = value

    def _start_position(self, attributes: dict[str, str]) -> None:
        for key, axis in ((_X, "x"), (_Y, "y")) if self._nodes else ():
            value = number(attributes.get(axis))
            if value is None:
                where = f"{self.where}, node {quote(self._nodes[-1][0])}, position"
                raise GatvizError(where, f"a number for {axis}", quote(attributes.get(axis, "")), "correct it")
            self._nodes[-1][1][key] = value

    def _needed(self, attributes: dict[str, str], key: str, of: str) -> str:
        if key not in attributes:
            count = len(self.found.ids) if of == "node" else len(self.found.sources)
            raise GatvizError(f"{self.where}, {of} {count}", f"an attribute {quote(key)}", "none", f"add the {key}")
        return attributes[key]

    def _own(self, key: str, text: str) -> Any:
        return typed.parse(text, "double", f"{self.where}, weight") if key == "weight" else text

    def end(self, name: str) -> None:
        if name == "node":
            self.found.add_node(*self._nodes.pop())
        elif name == "edge" and self._edge is not None:
            self.found.add_edge(*self._edge)
            self._edge = None
        elif name == "default" and self.path[-1:] == ["attribute"]:
            where = f"{self.where}, default of {quote(self.titles[self._of][self._attribute])}"
            kind = self.types[self._of][self._attribute]
            self.defaults[self._of][self._attribute] = typed.parse(self.text, kind, where)
        elif name == "description" and self.path[-1:] == ["meta"]:
            self.description = self.text


def read_gexf(data: bytes, where: str, options: ReadOptions) -> Draft:
    """A Draft from GEXF."""
    reader = _Reader(where)
    parse_xml(data, where, reader)
    if reader.directed is None:
        raise GatvizError(where, "a <graph>", "none", "choose a GEXF file with a graph in it")
    undirected = all(reader.both) if reader.both else not reader.directed
    draft = reader.found.draft("gexf", not undirected, reader.description)
    if any(reader.both) and not undirected:
        spread_undirected(draft, np.array(reader.both))
    own = any(key.startswith("gatviz.") for key in reader.titles["node"])
    if own:
        if _LABEL in draft.node_columns:
            draft.node_columns = {key: v for key, v in draft.node_columns.items() if key != _LABEL}
        take_own(draft, reader.titles["node"])
    else:
        take_names(draft, _LABEL)
        draft.columns = [use for use in draft.columns if use.name != _LABEL]
        draft.notes = [note.replace(_LABEL, "label") for note in draft.notes]
    draft.node_columns = _renamed(draft.node_columns, reader, "node", draft)
    draft.edge_columns = _renamed(draft.edge_columns, reader, "edge", draft)
    if not own:
        settle_foreign(draft, options)
    if reader.dynamic:
        draft.notes.append("the file is dynamic: of each value the last was taken, and all edges of all times")
    if reader.nested:
        draft.notes.append("nodes within nodes were set beside each other")
    return draft


def _renamed(columns: Any, reader: _Reader, of: str, draft: Draft) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, values in columns.items():
        if key == _LABEL:
            draft.notes.append("node labels were left out: they are not different for each node")
            continue
        plain = key.removeprefix(f"{of}.")
        title = reader.titles[of].get(plain, {_X: "pos_x", _Y: "pos_y"}.get(key, key))
        if plain in reader.defaults[of]:
            default = reader.defaults[of][plain]
            result[title] = [default if value is None else value for value in values]
        else:
            result[title if title not in result else f"{title} ({plain})"] = values
    return result


def write_gexf(graph: Graph) -> bytes:
    """A graph as GEXF 1.3."""
    titles: list[tuple[str, str, str]] = [("gatviz.none", "none", "string")]
    columns: list[tuple[str, list[Any]]] = []
    for k, name in enumerate(graph.feature_names):
        titles.append((f"gatviz.feature.{k}", name, "double"))
        columns.append((titles[-1][0], graph.x[:, k].tolist()))
    for key, values in (("label", graph.labels), ("split", graph.split)):
        if values is not None:
            titles.append((f"gatviz.{key}", "class" if key == "label" else key, "string"))
            columns.append((titles[-1][0], list(values)))
    edge_titles = [
        (str(k), name, typed.kind_of(values)) for k, (name, values) in enumerate(graph.edge_attributes.items())
    ]
    edge_columns = list(zip((key for key, *_ in edge_titles), graph.edge_attributes.values(), strict=True))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">')
    if graph.description:
        lines.append(f"  <meta>{element('description', {}, graph.description)}</meta>")
    default = "directed" if graph.directed else "undirected"
    lines.append(f'  <graph defaultedgetype="{default}" mode="static">')
    for of, listed in (("node", titles), ("edge", edge_titles)):
        lines.append(f'    <attributes class="{of}">')
        for key, title, kind in listed:
            lines.append("      " + element("attribute", {"id": key, "title": title, "type": kind}))
        lines.append("    </attributes>")
    lines.append("    <nodes>")
    for n, name in enumerate(graph.names):
        inside = _values(columns, n)
        if graph.positions is not None:
            x, y = graph.positions[n].tolist()
            inside += element("viz:position", {"x": repr(x), "y": repr(y), "z": "0.0"})
        start = element("node", {"id": name, "label": name}, "")[: -len("</node>")]
        lines.append(f"      {start}{inside}</node>")
    lines += ["    </nodes>", "    <edges>"]
    source, target = graph.edge_index
    for k in listed_arcs(graph):
        ends = {"id": k, "source": graph.names[source[k]], "target": graph.names[target[k]]}
        start = element("edge", ends, "")[: -len("</edge>")]
        lines.append(f"      {start}{_values(edge_columns, k)}</edge>")
    lines += ["    </edges>", "  </graph>", "</gexf>", ""]
    return "\n".join(lines).encode()


def _values(columns: Any, place: int) -> str:
    inside = "".join(
        element("attvalue", {"for": key, "value": typed.text_of(values[place])})
        for key, values in columns
        if values[place] is not None
    )
    return f"<attvalues>{inside}</attvalues>" if inside else ""
