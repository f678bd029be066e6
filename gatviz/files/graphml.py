"""GraphML. Read as a stream, so that the file's order of edges is kept and a large file needs no tree.

networkx's reader is the oracle in the tests; it is not used here because it forgets the order of edges, by
which α is told apart, and builds the whole tree first. Keys that gatviz writes have ids `gatviz.…`, by which
it knows features, labels and positions again whatever they are called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits, typed
from gatviz.files.attributes import Collector, drop_gaps, take_classes, take_names, take_positions
from gatviz.files.columns import number
from gatviz.files.draft import ColumnUse, Draft
from gatviz.files.listing import listed_arcs
from gatviz.files.reading import ReadOptions
from gatviz.files.xml_stream import ElementReader, element, parse_xml
from gatviz.graph.graph import Graph

_FEATURE = "gatviz.feature."
_IGNORED = {"hyperedge", "port", "endpoint"}


class _Reader(ElementReader):
    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.found = Collector(where)
        self.names: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.defaults: dict[str, tuple[str, Any]] = {}
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
            raise GatvizError(self.where, "<graphml>", f"<{name[:40]}>", "choose a GraphML file")
        if name == "key":
            self._key = attributes.get("id", "")
            self.names[self._key] = attributes.get("attr.name", self._key)
            self.types[self._key] = attributes.get("attr.type", "string")
            limits.check_columns(len(self.names), 1, self.where)
        elif name == "graph" and self.directed is None:
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
        elif name == "node":
            self._nodes.append((self._needed(attributes, "id", "node"), {}))
        elif name == "edge":
            source = self._needed(attributes, "source", "edge")
            target = self._needed(attributes, "target", "edge")
            self._edge = (source, target, {})
            if "directed" in attributes:
                self.kinds.add(attributes["directed"] == "true")
                if attributes["directed"] != "true":
                    self.undirected.append(len(self.found.sources))
            else:
                self.kinds.add(bool(self.directed))
                if not self.directed:
                    self.undirected.append(len(self.found.sources))
        elif name == "data":
            self._key = attributes.get("key", "")
        elif name in _IGNORED:
            self.left_out.add(name)

    def _needed(self, attributes: dict[str, str], key: str, of: str) -> str:
        if key not in attributes:
            count = len(self.found.ids) if of == "node" else len(self.found.sources)
            raise GatvizError(f"{self.where}, {of} {count}", f"an attribute {quote(key)}", "none", f"add the {key}")
        return attributes[key]

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
            self.defaults[self._key] = (self.text, self._value(self.text))
        elif name == "desc" and self.path[-1:] == ["graph"]:
            self.description = self.text
        elif name == "data" and (self._edge is not None or self._nodes):
            record = self._edge[2] if self._edge is not None else self._nodes[-1][1]
            if self._key in self.names and self._label is None:
                record[self._key] = self._value(self.text)
            self._label = None

    def _value(self, text: str) -> Any:
        where = f"{self.where}, {quote(self.names.get(self._key, self._key))}"
        return typed.parse(text, self.types.get(self._key, "string"), where)


def read_graphml(data: bytes, where: str, options: ReadOptions) -> Draft:
    """A Draft from GraphML."""
    reader = _Reader(where)
    parse_xml(data, where, reader)
    if reader.directed is None:
        raise GatvizError(where, "a <graph>", "none", "choose a GraphML file with a graph in it")
    mixed = len(reader.kinds) > 1
    directed = reader.directed if not reader.kinds or mixed else reader.kinds.pop()
    draft = reader.found.draft("graphml", directed or mixed, reader.description)
    if mixed:
        both = np.zeros(draft.edges.shape[1], dtype=bool)
        both[reader.undirected] = True
        spread_undirected(draft, both)
    for key, (_, value) in reader.defaults.items():
        for columns in (draft.node_columns, draft.edge_columns):
            if key in columns:
                filled = [value if old is None else old for old in columns[key]]
                columns[key] = filled  # type: ignore[index]
    own = any(key.startswith("gatviz.") for key in reader.names)
    if own:
        take_own(draft, reader.names)
    draft.node_columns = _renamed(draft.node_columns, reader.names)
    draft.edge_columns = _renamed(draft.edge_columns, reader.names)
    draft.columns = [use for use in draft.columns if use.table == "nodes"]
    draft.columns += [ColumnUse("edges", name, "attribute") for name in draft.edge_columns]
    if not own:
        settle_foreign(draft, options)
    if reader.left_out:
        draft.notes.append(f"left out: {', '.join(sorted(reader.left_out))}")
    return draft


def spread_undirected(draft: Draft, both: Any) -> None:
    """Some edges are undirected in a directed graph: these give both arcs, which is said."""
    repeat = np.repeat(np.arange(both.size), np.where(both, 2, 1))
    back = np.concatenate([[False], repeat[1:] == repeat[:-1]]) if repeat.size else np.zeros(0, dtype=bool)
    draft.edges = np.where(back, draft.edges[::-1, repeat], draft.edges[:, repeat])
    draft.edge_columns = {name: [values[k] for k in repeat.tolist()] for name, values in draft.edge_columns.items()}
    draft.notes.append(f"{int(both.sum()):,} edges are undirected in a directed graph: each gives both arcs")


def take_own(draft: Draft, titles: dict[str, str]) -> None:
    """Features, labels, split and positions that gatviz itself marked."""
    columns = dict(draft.node_columns)
    marked = [key for key in titles if key.startswith(_FEATURE)]
    if marked:
        missing = [None] * len(draft.names)
        x = [[number(v) for v in columns.pop(key, missing)] for key in marked]
        draft.x = np.array(x, dtype=np.float64).T  # None becomes NaN
        if not np.isfinite(draft.x).all():
            n, k = (int(place) for place in np.argwhere(~np.isfinite(draft.x))[0])
            raise GatvizError(
                f"{draft.where}, node {quote(draft.names[n])}, {quote(titles[marked[k]])}",
                "a finite number",
                "none",
                "write a number",
            )
        draft.feature_names = tuple(titles[key] for key in marked)
    for key, word in (("gatviz.label", "label"), ("gatviz.split", "split")):
        if key in titles:
            values = columns.pop(key, [None] * len(draft.names))
            setattr(draft, "labels" if word == "label" else "split", [v if v is None else str(v) for v in values])
            draft.columns.append(ColumnUse("nodes", word, word))
    draft.node_columns = columns
    take_positions(draft, "gatviz.x", "gatviz.y")
    draft.notes = [note for note in draft.notes if "'gatviz.x'" not in note]


def settle_foreign(draft: Draft, options: ReadOptions) -> None:
    """Names, labels and positions by what columns are called, as other programs write them."""
    for key in ("label", "Label"):
        if key != options.label:
            take_names(draft, key)
    take_classes(draft, options.label)
    for x, y in (("pos_x", "pos_y"), ("x", "y")):
        if not {x, y} & {*(options.features or ()), *options.ignored}:
            take_positions(draft, x, y)
    drop_gaps(draft)


def _renamed(columns: Any, titles: dict[str, str]) -> dict[str, Any]:
    """Columns under their titles; two of one title keep their ids too."""
    result: dict[str, Any] = {}
    for key, values in columns.items():
        title = titles.get(key, key)
        result[title if title not in result else f"{title} ({key})"] = values
    return result


def write_graphml(graph: Graph) -> bytes:
    """A graph as GraphML."""
    keys: list[tuple[str, str, str, str]] = []
    node_values: list[tuple[str, list[Any]]] = []
    for k, name in enumerate(graph.feature_names):
        keys.append((f"{_FEATURE}{k}", "node", name, "double"))
        node_values.append((keys[-1][0], graph.x[:, k].tolist()))
    for key, values in (("label", graph.labels), ("split", graph.split)):
        if values is not None:
            keys.append((f"gatviz.{key}", "node", key, "string"))
            node_values.append((keys[-1][0], list(values)))
    if graph.positions is not None:
        for key, column in zip(("x", "y"), graph.positions.T, strict=True):
            keys.append((f"gatviz.{key}", "node", key, "double"))
            node_values.append((keys[-1][0], column.tolist()))
    edge_values = []
    for k, (name, column) in enumerate(graph.edge_attributes.items()):
        keys.append((f"edge.{k}", "edge", name, typed.kind_of(column)))
        edge_values.append((keys[-1][0], column))
    if not any(key.startswith("gatviz.") for key, *_ in keys):  # so that the file is known as our own
        keys.append(("gatviz.none", "graph", "none", "string"))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">')
    for key, of, name, kind in keys:
        lines.append("  " + element("key", {"id": key, "for": of, "attr.name": name, "attr.type": kind}))
    default = "directed" if graph.directed else "undirected"
    lines.append(f'  <graph edgedefault="{default}">')
    if graph.description:
        lines.append("    " + element("desc", {}, graph.description))
    for n, name in enumerate(graph.names):
        data = _data(node_values, n)
        lines.append("    " + element("node", {"id": name}, "")[: -len("</node>")] + data + "</node>")
    source, target = graph.edge_index
    for k in listed_arcs(graph):
        ends = {"source": graph.names[source[k]], "target": graph.names[target[k]]}
        lines.append("    " + element("edge", ends, "")[: -len("</edge>")] + _data(edge_values, k) + "</edge>")
    lines += ["  </graph>", "</graphml>", ""]
    return "\n".join(lines).encode()


def _data(columns: Any, place: int) -> str:
    return "".join(
        element("data", {"key": key}, typed.text_of(values[place]))
        for key, values in columns
        if values[place] is not None
    )
