"""JSON: gatviz's own schema, and networkx's node-link form of it.

Own schema: `json_schema`. Node-link: nodes whose other keys are columns, edges under `links` or `edges`,
attributes of the graph under `graph`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.conventions import positions_left_out
from gatviz.files.found_graph import collected, taken_from_edges
from gatviz.files.graph_file import GraphFile
from gatviz.files.json_dialects import foreign
from gatviz.files.json_schema import JsonEdge, JsonGraph, JsonName, JsonNode, JsonNodeOnly, mismatch
from gatviz.files.json_text import decode_json, encode_json, kind_of_value, python_values, repeated_keys
from gatviz.files.merging import listed_edges
from gatviz.files.parsed import ColumnUse, NodeNumbers, ParsedGraph, check_names
from gatviz.files.values import decimal
from gatviz.graph.graph import Graph
from gatviz.numbers import as_floats
from gatviz.words import _, first_of, ngettext

_OF_GRAPH = frozenset(field.name for field in msgspec.structs.fields(JsonGraph))
_OF_NODE = frozenset(field.name for field in msgspec.structs.fields(JsonNode))
_NODE_LINK_MARKS = {"links", "multigraph", "graph"}


def is_json(file: GraphFile) -> bool:
    """Whether a file begins with an object or a list."""
    return file.start[:1] in ("{", "[")


def read_json(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from JSON, gatviz's own or another program's.

    Raises:
        GatvizError: no JSON, or another kind of value than a graph has at some place.
    """
    text, where = file.decoded.text, file.where
    try:
        values = decode_json(text, where)
    except GatvizError:  # of its own form more can be said
        values = None
    repeated = repeated_keys(text, values) if values is not None else []
    found = foreign(values)
    if found is not None:
        parsed = collected(found, where, "json")
    else:
        del values  # of a large file there is room for one form of it
        try:
            keys = decode_json(text, where, dict[str, msgspec.Raw])
        except msgspec.ValidationError as error:
            raise mismatch(error, python_values(text, where), where) from None
        own = _NODE_LINK_MARKS.isdisjoint(keys)
        parsed = _read_own(text, where, keys) if own else _read_node_link(text, where, keys)
    parsed.notes[:0] = file.decoded.notes
    if repeated:
        said = _("keys stand twice in one object, of which the last counts: {listed}")
        parsed.notes.append(said.format(listed=_listed(repeated)))
    return parsed


def _read_own(text: str, where: str, keys: Mapping[str, msgspec.Raw]) -> ParsedGraph:
    unknown: Counter[str] = Counter()
    try:
        graph = decode_json(text, where, JsonGraph[JsonNodeOnly])
    except msgspec.ValidationError:
        try:
            graph = decode_json(text, where, JsonGraph[JsonNode])
        except msgspec.ValidationError as error:
            raise mismatch(error, python_values(text, where), where) from None
        nodes = msgspec.json.decode(keys["nodes"], type=list[dict[str, msgspec.Raw]])
        unknown = Counter(key for node in nodes for key in node if key not in _OF_NODE)
    parsed = _parsed(graph, where, "edges")
    if unknown:
        parsed.notes.append(
            _("nodes have keys that gatviz does not know: {listed}; left out").format(listed=_listed(list(unknown)))
        )
    if others := [key for key in keys if key not in _OF_GRAPH]:
        parsed.notes.append(
            _("keys of the file that gatviz does not know were left out: {listed}").format(listed=_listed(others))
        )
    return parsed


def _read_node_link(text: str, where: str, keys: Mapping[str, msgspec.Raw]) -> ParsedGraph:
    edge_key = "edges" if "edges" in keys else "links"
    inside: tuple[str, ...] = ()
    try:
        content = _flat({key: decode_json(text, where, part=raw) for key, raw in keys.items() if key != edge_key})
        others = content.get("nodes", [])
        graph = msgspec.convert({**content, "edges": []} if edge_key in keys else content, JsonGraph[JsonNode])
        inside = ("edges",)
        graph.edges = decode_json(text, where, list[JsonEdge], keys[edge_key])
    except msgspec.ValidationError as error:
        values = _flat(python_values(text, where))
        values = {**values, "edges": values[edge_key]} if edge_key in keys else values
        raise mismatch(error, values, where, edge_key, inside) from None
    parsed = _parsed(graph, where, edge_key)
    parsed.format = "node_link"
    parsed.node_columns = _other_columns(others, where, parsed.notes)
    if parsed.x is None and not graph.feature_names:  # not of gatviz: what `label` is, its words tell
        parsed.by_convention = True
        if parsed.labels is not None:
            parsed.node_columns = {"label": parsed.labels, **parsed.node_columns}
            parsed.labels = None
            parsed.columns = [use for use in parsed.columns if use.use != "label"]
    return parsed


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    """The attributes of the graph, which stand under `graph` as an object or as pairs, beside its nodes and links."""
    attributes = content.get("graph")
    if isinstance(attributes, list) and all(_is_pair(pair) for pair in attributes):
        attributes = dict(attributes)
    if not isinstance(attributes, dict):
        return content
    flat = {**attributes, **content}
    # A graph's own "directed" says more than the container's: to_networkx gives a DiGraph always.
    if isinstance(attributes.get("directed"), bool):
        flat["directed"] = attributes["directed"]
    return flat


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _parsed(graph: JsonGraph[Any], where: str, edge_key: str) -> ParsedGraph:
    notes: list[str] = []
    limits.check_edges(len(graph.edges), where)
    nodes: Sequence[JsonNode] = () if graph.nodes is UNSET else graph.nodes
    if graph.nodes is UNSET:
        ends = (_ends(edge, f"{where}, {edge_key}[{k}]") for k, edge in enumerate(graph.edges))
        names = list(dict.fromkeys(name for pair in ends for name in pair))
        notes.append(taken_from_edges(len(names)))
    else:
        names = [_text(node.id) for node in nodes]
    check_names(names, where)
    edge_names = tuple(graph.edge_feature_names)
    edge_features = _edge_features(graph.edges, edge_names, f"{where}, {edge_key}") if edge_names else None
    edges, edge_columns = _edges(graph.edges, f"{where}, {edge_key}", NodeNumbers(names), notes, bool(edge_names))
    x, feature_names = _features(graph, nodes, names, where, notes)
    parsed = ParsedGraph(
        where=where,
        format="json",
        names=names,
        edges=edges,
        directed=graph.directed,
        edge_columns=edge_columns,
        x=x,
        feature_names=feature_names,
        edge_features=edge_features,
        edge_feature_names=edge_names,
        labels=_words([node.label for node in nodes]),
        split=_words([node.split for node in nodes]),
        positions=_positions(nodes, notes),
        description=graph.description,
        columns=[ColumnUse("nodes", "id", "id")],
        notes=notes,
    )
    there = {"label": parsed.labels, "split": parsed.split, "pos": _placed(nodes)}
    uses = {"label": "label", "split": "split", "pos": "position"}
    parsed.columns += [ColumnUse("nodes", key, uses[key]) for key, values in there.items() if values]
    parsed.columns += [ColumnUse("edges", "source", "source"), ColumnUse("edges", "target", "target")]
    return parsed


def _text(name: JsonName) -> str:
    return name if isinstance(name, str) else decimal(name)


def _ends(edge: JsonEdge, where: str) -> tuple[str, str]:
    if isinstance(edge, tuple):
        return _text(edge[0]), _text(edge[1])
    return _end(edge, "source", where), _end(edge, "target", where)


def _end(edge: Mapping[str, Any], key: str, where: str) -> str:
    if key not in edge:
        raise GatvizError(
            where, _("a {key}").format(key=quote(key)), _("none"), _("name the edge's {key}").format(key=key)
        )
    name = edge[key]
    if isinstance(name, bool) or not isinstance(name, str | int | float):
        raise GatvizError(
            f"{where}, {key}", _("a name (text or a number)"), kind_of_value(name), _("give the node's id")
        )
    return _text(name)


def _edges(
    edges: Sequence[JsonEdge], where: str, numbers: NodeNumbers, notes: list[str], with_features: bool
) -> tuple[NDArray[np.int64], dict[str, list[Any]]]:
    pairs = np.empty((2, len(edges)), dtype=np.int64)
    columns: dict[str, list[Any]] = {}
    refused: Counter[str] = Counter()
    for k, edge in enumerate(edges):
        at = f"{where}[{k}]"
        source, target = _ends(edge, at)
        pairs[0, k] = numbers.find(source, f"{at}, source")
        pairs[1, k] = numbers.find(target, f"{at}, target")
        if isinstance(edge, tuple) or len(edge) == 2:
            continue
        for name, value in edge.items():
            if name in ("source", "target") or (with_features and name == "features"):
                continue
            if isinstance(value, dict | list):
                refused[name] += 1
                continue
            column = columns.get(name)
            if column is None:
                limits.check_columns(len(columns) + 1, len(edges), where)
                column = columns.setdefault(name, [None] * len(edges))
            column[k] = value
    if refused:
        notes.append(_("edges hold lists or objects under {listed}; left out").format(listed=_listed(list(refused))))
    return pairs, columns


def _edge_features(edges: Sequence[JsonEdge], names: Sequence[str], where: str) -> NDArray[np.float64]:
    """[M, D]: what stands under `features` of each edge."""
    limits.check_features(len(edges), len(names), where)
    rows = np.zeros((len(edges), len(names)))
    for k, edge in enumerate(edges):
        row = edge.get("features") if isinstance(edge, dict) else None
        numbers = isinstance(row, list) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in row)
        if not numbers or len(row) != len(names):  # type: ignore[arg-type]
            expected = ngettext(
                "a list of {n} number under 'features', as edge_feature_names says",
                "a list of {n} numbers under 'features', as edge_feature_names says",
                len(names),
            ).format(n=len(names))
            found = f"{len(row)}" if numbers else _("none") if row is None else kind_of_value(row)  # type: ignore[arg-type]
            raise GatvizError(f"{where}[{k}]", expected, found, _("give every edge its features"))
        rows[k] = as_floats(row)
    return rows


def _words(values: Sequence[Any]) -> list[str | None] | None:
    """Labels or parts of a split as text, None if no node has the key."""
    if all(value is UNSET for value in values):
        return None
    return [None if value is None or value is UNSET else decimal(value) for value in values]


def _features(
    graph: JsonGraph[Any], nodes: Sequence[JsonNode], names: Sequence[str], where: str, notes: list[str]
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    rows = [node.features for node in nodes]
    if all(row is UNSET for row in rows):
        if graph.feature_names:
            notes.append(_("feature_names were left out: no node has features"))
        return None, ()
    lists = [[] if row is UNSET else row for row in rows]
    width = len(graph.feature_names) or len(lists[0])
    limits.check_features(len(lists), width, where)
    for n, row in enumerate(lists):
        if len(row) != width:
            if graph.feature_names:
                expected = ngettext("{n} feature, as feature_names says", "{n} features, as feature_names says", width)
            else:
                expected = ngettext("{n} feature, as the first node has", "{n} features, as the first node has", width)
            raise GatvizError(
                _("{where}, nodes[{n}] {node}").format(where=where, n=n, node=quote(names[n])),
                expected.format(n=width),
                str(len(row)),
                _("give every node the same number of features"),
            )
    x = np.array(lists, dtype=np.float64).reshape(len(lists), width)
    return x, tuple(graph.feature_names) or tuple(f"f{k}" for k in range(width))


def _positions(nodes: Sequence[JsonNode], notes: list[str]) -> NDArray[np.float64] | None:
    placed = _placed(nodes)
    if len(placed) < len(nodes):
        if placed:
            notes.append(positions_left_out(len(placed), len(nodes)))
        return None
    return np.array(placed, dtype=np.float64) if placed else None


def _placed(nodes: Sequence[JsonNode]) -> list[tuple[float, float]]:
    return [node.pos for node in nodes if node.pos is not None]


def _other_columns(nodes: Sequence[Mapping[str, Any]], where: str, notes: list[str]) -> dict[str, list[Any]]:
    """The keys of a node-link file's nodes that the schema does not know."""
    columns: dict[str, list[Any]] = {}
    for key, count in Counter(key for node in nodes for key in node if key not in _OF_NODE).items():
        values = [node.get(key) for node in nodes]
        if count < len(nodes) and any(isinstance(value, dict | list) for value in values):
            notes.append(_("node column {column} was left out: it holds lists or objects").format(column=quote(key)))
        else:
            limits.check_columns(len(columns) + 1, len(nodes), where)
            columns[key] = values
    return columns


def _listed(keys: Sequence[str]) -> str:
    return first_of([quote(key) for key in keys], 5)


def write_json(graph: Graph) -> bytes:
    """A graph in gatviz's own schema, a node or an edge on each line."""
    head: dict[str, Any] = {"description": graph.description} if graph.description else {}
    head |= {"directed": graph.directed, "feature_names": list(graph.feature_names)}
    if graph.edge_feature_names:
        head["edge_feature_names"] = list(graph.edge_feature_names)
    lines = [f"  {json.dumps(key)}: {encode_json(value)}," for key, value in head.items()]
    nodes = [f"    {encode_json(node)}" for node in _nodes(graph)]
    edges = [f"    {encode_json(edge)}" for edge in _edge_objects(graph)]
    body = ["{", *lines, '  "nodes": [', ",\n".join(nodes), "  ],", '  "edges": [', ",\n".join(edges), "  ]", "}", ""]
    return "\n".join(body).encode("utf-8", "backslashreplace")


def write_node_link(graph: Graph) -> bytes:
    """A graph in networkx's node-link form; `networkx.node_link_graph(data, edges="links")` reads it."""
    attributes: dict[str, Any] = {"feature_names": list(graph.feature_names), "directed": graph.directed}
    if graph.description:
        attributes["description"] = graph.description
    if graph.edge_feature_names:
        attributes["edge_feature_names"] = list(graph.edge_feature_names)
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
    return encode_json(content).encode("utf-8", "backslashreplace")


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
    for k in listed_edges(graph):
        ends = [graph.names[source[k]], graph.names[target[k]]]
        if graph.edge_attributes or graph.edge_features is not None:
            values = {key: column[k] for key, column in graph.edge_attributes.items()}
            if graph.edge_features is not None:
                values["features"] = [_short(value) for value in graph.edge_features[k].tolist()]
            yield {**values, "source": ends[0], "target": ends[1]}
        else:
            yield ends


def _short(value: float) -> float:
    """1.0 as 1, which reads back the same; −0.0 stays."""
    return (
        int(value) if value.is_integer() and abs(value) < 1e15 and not (value == 0 and str(value) != "0.0") else value
    )
