"""JSON: gatviz's own schema, and networkx's node-link form of it.

Own schema: nodes with `id`, `features`, `label`, `split`, `pos`; edges as `{"source", "target", …}` or
`["A", "B"]`; `directed`, `feature_names`, `description`. Node-link: nodes whose other keys are columns, edges
under `links` or `edges`, attributes of the graph under `graph`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.columns import decimal
from gatviz.files.draft import ColumnUse, Draft, NameTable, check_names
from gatviz.files.listing import listed_arcs
from gatviz.files.text import decode
from gatviz.graph.graph import Graph

_LARGEST = sys.float_info.max
_TOP = {"directed", "feature_names", "nodes", "edges", "description"}
_NODE = {"id", "features", "label", "split", "pos"}
_NODE_LINK_MARKS = {"links", "multigraph", "graph"}
_WORD_OF_TYPE = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


def read_json(data: bytes, where: str) -> Draft:
    """A Draft from JSON in either form."""
    text, notes = decode(data, where)
    content = parse_json(text, where)
    if not isinstance(content, dict):
        raise GatvizError(
            where,
            'an object like {"nodes": […], "edges": […]}',
            _kind(content),
            "put the nodes and edges into one object",
        )
    node_link = not _NODE_LINK_MARKS.isdisjoint(content)
    draft = _Content(content, where, node_link).draft()
    draft.notes[:0] = notes
    return draft


def parse_json(text: str, where: str) -> Any:
    """The values of a JSON text, without NaN, without infinities, and within the memory cap.

    Raises:
        GatvizError: naming line and column of what is wrong.
    """
    # An upper estimate of what the parsed objects take: containers, their slots, and pieces of text.
    memory = 240 * text.count("{") + 64 * text.count("[") + 40 * text.count(",") + 30 * text.count('"')
    if memory > limits.MAX_JSON_MEMORY:
        raise GatvizError(
            where,
            f"JSON that takes at most {limits.MAX_JSON_MEMORY // 10**6} MB once read",
            f"about {memory // 10**6:,} MB",
            "store a graph of this size as .npz or CSV",
        )

    def refuse(constant: str) -> NoReturn:
        raise GatvizError(where, "finite numbers", constant, "replace it by a number")

    try:
        return json.loads(text.lstrip("\ufeff"), parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise GatvizError(
            f"{where}, line {error.lineno}, column {error.colno}",
            "valid JSON",
            _problem(error.msg, text, error.pos),
            "correct the file there",
        ) from None
    except RecursionError:
        raise GatvizError(where, "lists within lists a few deep", "thousands deep", "flatten the file") from None
    except GatvizError:
        raise
    except ValueError:  # an integer of more than 4,300 digits
        raise GatvizError(where, "numbers", "one of thousands of digits", "shorten it") from None


def _problem(message: str, text: str, place: int) -> str:
    if message.startswith("Unterminated string"):
        return "a text without its closing quotation mark"
    if place >= len(text.rstrip()):
        return "the end of the file"
    return f"{quote(text[place : place + 12])} ({message[0].lower()}{message[1:]})"


def _kind(value: Any) -> str:
    return _WORD_OF_TYPE.get(type(value), "a number")


class _Content:
    """The parsed object of one file, read into a Draft."""

    def __init__(self, content: Mapping[str, Any], where: str, node_link: bool) -> None:
        self.where, self.node_link = where, node_link
        self.notes: list[str] = []
        self.top = dict(content)
        if node_link:
            attributes = content.get("graph")
            pairs = attributes if isinstance(attributes, list) else []
            if all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs):
                attributes = dict(pairs) if isinstance(attributes, list) else attributes
            if isinstance(attributes, dict):
                self.top = {**attributes, **content}
                # A graph's own "directed" says more than the container's: to_networkx gives a DiGraph always.
                if isinstance(attributes.get("directed"), bool):
                    self.top["directed"] = attributes["directed"]

    def draft(self) -> Draft:
        """The Draft."""
        top = self.top
        edge_key = "links" if self.node_link and "edges" not in top else "edges"
        edges = self._list(edge_key)
        if "nodes" in top:
            nodes = [self._node(node, n) for n, node in enumerate(self._list("nodes"))]
        else:
            nodes = [{"id": name} for name in self._ends_in_order(edges, edge_key)]
            self.notes.append(f"no nodes were listed: {len(nodes):,} were taken from the edges")
        names = [node["id"] for node in nodes]
        check_names(names, self.where)
        limits.check_arcs(len(edges), self.where)
        pairs, edge_columns = self._edges(edges, edge_key, NameTable(names))
        x, feature_names = self._features(nodes)
        columns = [ColumnUse("nodes", "id", "id")]
        columns += [ColumnUse("nodes", key, key) for key in ("label", "split") if self._any(nodes, key)]
        columns += [ColumnUse("nodes", "pos", "position")] if self._any(nodes, "pos") else []
        columns += [ColumnUse("edges", "source", "source"), ColumnUse("edges", "target", "target")]
        columns += [ColumnUse("edges", key, "attribute") for key in edge_columns]
        others = self._other_columns(nodes)
        if not self.node_link:
            self._note_unknown(top, _TOP, "of the file")
        return Draft(
            where=self.where,
            format="node_link" if self.node_link else "json",
            names=names,
            edges=pairs,
            directed=self._directed(),
            edge_columns=edge_columns,
            x=x,
            feature_names=feature_names,
            node_columns=others,
            labels=self._words(nodes, "label"),
            split=self._words(nodes, "split"),
            positions=self._positions(nodes),
            description=self._text("description"),
            columns=columns,
            notes=self.notes,
        )

    def _list(self, key: str) -> list[Any]:
        value = self.top.get(key)
        if not isinstance(value, list):
            found = f"{_kind(value)} under {quote(key)}" if key in self.top else f"no {quote(key)}"
            raise GatvizError(self.where, f"a list under {quote(key)}", found, f"add {quote(key)}: […]")
        return value

    def _directed(self) -> bool:
        value = self.top.get("directed", True)
        if not isinstance(value, bool):
            raise GatvizError(f"{self.where}, 'directed'", "true or false", quote(value), "write true or false")
        return value

    def _text(self, key: str) -> str:
        value = self.top.get(key, "")
        if not isinstance(value, str):
            raise GatvizError(f"{self.where}, {quote(key)}", "text", _kind(value), "put it in quotation marks")
        return value

    def _name(self, value: Any, where: str) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise GatvizError(where, "a name (text or a number)", _kind(value), "give the node's id")
        return value if isinstance(value, str) else _safe_text(value, where)

    def _node(self, node: Any, n: int) -> dict[str, Any]:
        where = f"{self.where}, nodes[{n}]"
        if not isinstance(node, dict):
            raise GatvizError(where, 'an object like {"id": "A"}', _kind(node), "write the node as an object")
        if "id" not in node:
            raise GatvizError(where, "an 'id'", "none", "give the node a name")
        return {**node, "id": self._name(node["id"], f"{where}, 'id'")}

    def _ends(self, edge: Any, where: str) -> tuple[str, str]:
        if isinstance(edge, dict):
            for key in ("source", "target"):
                if key not in edge:
                    raise GatvizError(where, f"a {quote(key)}", "none", f"name the edge's {key}")
            ends = edge["source"], edge["target"]
        elif isinstance(edge, list) and len(edge) == 2:
            ends = edge[0], edge[1]
        else:
            found = f"a list of {len(edge)}" if isinstance(edge, list) else _kind(edge)
            raise GatvizError(
                where,
                '{"source": "A", "target": "B"} or ["A", "B"]',
                found,
                "name the edge's two ends",
            )
        return self._name(ends[0], f"{where}, source"), self._name(ends[1], f"{where}, target")

    def _ends_in_order(self, edges: Sequence[Any], key: str) -> list[str]:
        found: dict[str, None] = {}
        for k, edge in enumerate(edges):
            found.update(dict.fromkeys(self._ends(edge, f"{self.where}, {key}[{k}]")))
        return list(found)

    def _edges(
        self, edges: Sequence[Any], key: str, table: NameTable
    ) -> tuple[NDArray[np.int64], dict[str, list[Any]]]:
        pairs = np.empty((2, len(edges)), dtype=np.int64)
        columns: dict[str, list[Any]] = {}
        refused: Counter[str] = Counter()
        for k, edge in enumerate(edges):
            where = f"{self.where}, {key}[{k}]"
            source, target = self._ends(edge, where)
            pairs[0, k] = table.find(source, f"{where}, source")
            pairs[1, k] = table.find(target, f"{where}, target")
            if isinstance(edge, dict) and len(edge) > 2:
                for name, value in edge.items():
                    if name in ("source", "target"):
                        continue
                    if isinstance(value, dict | list):
                        refused[name] += 1
                        continue
                    column = columns.get(name)
                    if column is None:
                        limits.check_columns(len(columns) + 1, len(edges), self.where)
                        column = columns.setdefault(name, [None] * len(edges))
                    column[k] = value
        self._note_ignored(refused, "edges hold lists or objects under")
        return pairs, columns

    def _any(self, nodes: Sequence[Mapping[str, Any]], key: str) -> bool:
        return any(key in node for node in nodes)

    def _words(self, nodes: Sequence[Mapping[str, Any]], key: str) -> list[str | None] | None:
        if not self._any(nodes, key):
            return None
        found: list[str | None] = []
        for n, node in enumerate(nodes):
            value = node.get(key)
            if isinstance(value, dict | list):
                raise GatvizError(
                    f"{self.where}, nodes[{n}] {quote(node['id'])}, {quote(key)}",
                    "text or a number",
                    _kind(value),
                    "write one word",
                )
            found.append(None if value is None else value if isinstance(value, str) else decimal(value))
        return found

    def _features(self, nodes: Sequence[Mapping[str, Any]]) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
        names = self.top.get("feature_names", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise GatvizError(f"{self.where}, 'feature_names'", "a list of texts", _kind(names), 'write ["f0", "f1"]')
        if not self._any(nodes, "features"):
            if names:
                self.notes.append("feature_names were left out: no node has features")
            return None, ()
        rows = [self._feature_row(node, n) for n, node in enumerate(nodes)]
        width = len(names) or len(rows[0])
        limits.check_features(len(rows), width, self.where)
        for n, row in enumerate(rows):
            if len(row) != width:
                raise GatvizError(
                    f"{self.where}, nodes[{n}] {quote(nodes[n]['id'])}",
                    f"{width} features, as {'feature_names says' if names else 'the first node has'}",
                    str(len(row)),
                    "give every node the same number of features",
                )
        try:
            x = np.array(rows, dtype=np.float64).reshape(len(rows), width)
        except OverflowError:
            raise GatvizError(self.where, "features that fit a number", "one too large", "make it smaller") from None
        finite = np.isfinite(x)
        if not finite.all():
            n, k = (int(place) for place in np.argwhere(~finite)[0])
            raise GatvizError(
                f"{self.where}, nodes[{n}] {quote(nodes[n]['id'])}, feature {k}",
                "a finite number",
                str(x[n, k]),
                "replace it by a number",
            )
        return x, tuple(names) or tuple(f"f{k}" for k in range(width))

    def _feature_row(self, node: Mapping[str, Any], n: int) -> list[float]:
        where = f"{self.where}, nodes[{n}] {quote(node['id'])}"
        row = node.get("features", [])
        if not isinstance(row, list):
            raise GatvizError(f"{where}, 'features'", "a list of numbers", _kind(row), "write [1, 0]")
        if not set(map(type, row)) <= {int, float}:
            k = next(k for k, value in enumerate(row) if type(value) not in (int, float))
            found = quote(row[k]) if isinstance(row[k], str) else _kind(row[k])
            raise GatvizError(f"{where}, feature {k}", "a number", found, "replace it by a number")
        return row

    def _positions(self, nodes: Sequence[Mapping[str, Any]]) -> NDArray[np.float64] | None:
        placed = [n for n, node in enumerate(nodes) if node.get("pos") is not None]
        if not placed:
            return None
        for n in placed:
            pos = nodes[n]["pos"]
            if not (
                isinstance(pos, list)
                and len(pos) == 2
                and all(type(v) in (int, float) and -_LARGEST <= v <= _LARGEST for v in pos)
            ):
                raise GatvizError(
                    f"{self.where}, nodes[{n}] {quote(nodes[n]['id'])}, 'pos'",
                    "two finite numbers [x, y]",
                    quote(json.dumps(pos)),
                    "write [0, 0]",
                )
        if len(placed) < len(nodes):
            self.notes.append(f"positions were left out: only {len(placed):,} of {len(nodes):,} nodes have one")
            return None
        return np.array([node["pos"] for node in nodes], dtype=np.float64)

    def _other_columns(self, nodes: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Keys that the own schema does not know: columns of a node-link file, else left out and said."""
        unknown = Counter(key for node in nodes for key in node if key not in _NODE)
        if not self.node_link:
            self._note_ignored(unknown, "nodes have keys that gatviz does not know:")
            return {}
        columns: dict[str, list[Any]] = {}
        for key, count in unknown.items():
            values = [node.get(key) for node in nodes]
            if count < len(nodes):
                self.notes.append(f"node column {quote(key)} was left out: {count} of {len(nodes)} nodes have it")
            elif any(isinstance(value, dict | list) for value in values):
                self.notes.append(f"node column {quote(key)} was left out: it holds lists or objects")
            else:
                limits.check_columns(len(columns) + 1, len(nodes), self.where)
                columns[key] = values
        return columns

    def _note_unknown(self, found: Mapping[str, Any], known: set[str], of: str) -> None:
        unknown = [key for key in found if key not in known]
        if unknown:
            self.notes.append(f"keys {of} that gatviz does not know were left out: {_listed(unknown)}")

    def _note_ignored(self, found: Counter[str], what: str) -> None:
        if found:
            self.notes.append(f"{what} {_listed(list(found))}; left out")


def _listed(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return ", ".join(quote(key) for key in keys[:5]) + more


def _safe_text(value: float, where: str) -> str:
    try:
        return decimal(value)
    except ValueError:
        raise GatvizError(where, "a name", "a number of thousands of digits", "shorten it") from None


def write_json(graph: Graph) -> bytes:
    """A graph in gatviz's own schema, a node or an edge on each line."""
    head: dict[str, Any] = {"description": graph.description} if graph.description else {}
    head |= {"directed": graph.directed, "feature_names": list(graph.feature_names)}
    lines = [f"  {json.dumps(key)}: {_dump(value)}," for key, value in head.items()]
    nodes = [f"    {_dump(node)}" for node in _nodes(graph)]
    edges = [f"    {_dump(edge)}" for edge in _edge_objects(graph)]
    body = ["{", *lines, '  "nodes": [', ",\n".join(nodes), "  ],", '  "edges": [', ",\n".join(edges), "  ]", "}", ""]
    return "\n".join(body).encode("utf-8", "backslashreplace")


def write_node_link(graph: Graph) -> bytes:
    """A graph in networkx's node-link form; `networkx.node_link_graph(data, edges="links")` reads it."""
    attributes: dict[str, Any] = {"feature_names": list(graph.feature_names), "directed": graph.directed}
    if graph.description:
        attributes["description"] = graph.description
    edges = [
        edge if isinstance(edge, dict) else {"source": edge[0], "target": edge[1]} for edge in _edge_objects(graph)
    ]
    content = {
        "directed": graph.directed,
        "multigraph": False,
        "graph": attributes,
        "nodes": list(_nodes(graph)),
        "links": edges,
    }
    return _dump(content).encode("utf-8", "backslashreplace")


def _dump(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise GatvizError(
            "the graph as JSON",
            "edge attributes that JSON knows",
            "another kind, NaN or infinity",
            "use numbers and texts",
        ) from None


def _nodes(graph: Graph) -> Iterator[dict[str, Any]]:
    for n, name in enumerate(graph.names):
        node: dict[str, Any] = {"id": name}
        if graph.num_features:
            node["features"] = [_short(value) for value in graph.x[n].tolist()]
        if graph.labels is not None:
            node["label"] = graph.labels[n]
        if graph.split is not None:
            node["split"] = graph.split[n]
        if graph.positions is not None:
            node["pos"] = [_short(value) for value in graph.positions[n].tolist()]
        yield node


def _edge_objects(graph: Graph) -> Iterator[dict[str, Any] | list[str]]:
    source, target = graph.edge_index.tolist()
    for k in listed_arcs(graph):
        ends = [graph.names[source[k]], graph.names[target[k]]]
        if graph.edge_attributes:
            values = {key: column[k] for key, column in graph.edge_attributes.items()}
            yield {**values, "source": ends[0], "target": ends[1]}
        else:
            yield ends


def _short(value: float) -> float:
    """1.0 as 1, which reads back the same; −0.0 stays."""
    return (
        int(value) if value.is_integer() and abs(value) < 1e15 and not (value == 0 and str(value) != "0.0") else value
    )
