"""gatviz's own JSON: {"directed", "feature_names", "nodes": [{"id", "features", "label", "pos", "split"}], "edges", …}."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph import Graph
from gatviz.io import limits
from gatviz.io.build import Draft, build

_NODE_KEYS = {"id", "features", "label", "pos", "split"}
_TOP_KEYS = {"directed", "feature_names", "nodes", "edges", "description"}


def read_json(text: str, where: str) -> Graph:
    """A Graph from the JSON schema; an undirected file gives both arcs of each edge, directed is the default.

    Raises:
        GatvizError: no valid JSON, a wrong type anywhere, and what `build` refuses.
    """
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise GatvizError(
            where, "a graph", "brackets nested too deeply", "write nodes and edges as flat lists"
        ) from error
    except json.JSONDecodeError as error:
        raise GatvizError(
            f"{where}, line {error.lineno}, column {error.colno}",
            "valid JSON",
            error.msg.lower(),
            "mend or export the file again",
        ) from error
    except _ConstantError as error:
        raise GatvizError(where, "finite numbers", str(error), "replace it by a number") from error
    except ValueError as error:
        raise GatvizError(where, "valid JSON", "a number with too many digits", "shorten it") from error
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("nodes"), list)
        or not isinstance(data.get("edges"), list)
    ):
        found = f"keys {quote(', '.join(map(str, data)))}" if isinstance(data, dict) else type(data).__name__
        raise GatvizError(
            where, 'an object with lists "nodes" and "edges"', found, "see docs/formats.md for the schema"
        )
    draft = Draft(
        where,
        directed=_typed(data, "directed", bool, True, where),
        description=_typed(data, "description", str, "", where),
    )
    limits.check_nodes(where, len(data["nodes"]))
    _read_nodes(data, draft)
    draft.arcs = [_edge(edge, f"{where}, edge {k + 1}") for k, edge in enumerate(data["edges"])]
    left = sorted(set(data) - _TOP_KEYS)
    if left:
        draft.notes.append(f"Left out, as gatviz does not know it: {quote(', '.join(left))}.")
    return build(draft)


class _ConstantError(ValueError):
    pass


def _refuse_constant(word: str) -> None:
    raise _ConstantError(word)


def _typed(data: dict[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    value = data.get(key, default)
    if not isinstance(value, kind):
        words = {bool: "true or false", str: "text", list: "a list"}
        raise GatvizError(f"{where}, {key}", words[kind], quote(value), "correct it or leave it out")
    return value


def _read_nodes(data: dict[str, Any], draft: Draft) -> None:
    rows: list[dict[str, Any]] = []
    for number, node in enumerate(data["nodes"]):
        where = f"{draft.where}, node {number + 1}"
        node = {"id": node} if isinstance(node, str) else node
        if (
            not isinstance(node, dict)
            or not isinstance(node.get("id"), str | int)
            or isinstance(node["id"], bool)
        ):
            raise GatvizError(where, 'an object with an "id"', quote(node), 'write it as {"id": "A"}')
        rows.append(node)
        draft.names.append(str(node["id"]))
    draft.x = _features(rows, data, draft)
    if any(row.get("label") is not None for row in rows):
        draft.labels = [None if row.get("label") is None else str(row["label"]) for row in rows]
    if any(row.get("split") is not None for row in rows):
        draft.split = [None if row.get("split") is None else str(row["split"]) for row in rows]
    draft.positions = _positions(rows, draft)
    left = sorted({str(key) for row in rows for key in row} - _NODE_KEYS)
    if left:
        draft.notes.append(f"Left out of the nodes, as gatviz does not know it: {quote(', '.join(left))}.")


def _features(rows: list[dict[str, Any]], data: dict[str, Any], draft: Draft) -> NDArray[np.float64] | None:
    names = _typed(data, "feature_names", list, [], draft.where)
    given = [row.get("features") for row in rows]
    if all(values is None for values in given) and not names:
        return None
    width = len(names) or len(next((v for v in given if isinstance(v, list)), []))
    limits.check_features(draft.where, len(rows), width)
    for number, (row, values) in enumerate(zip(rows, given, strict=True)):
        where = f"{draft.where}, node {number + 1} ({quote(str(row['id']))})"
        if not isinstance(values, list) or len(values) != width:
            found = (
                "none" if values is None else str(len(values)) if isinstance(values, list) else quote(values)
            )
            raise GatvizError(where, f"{width} features", found, "give every node as many as the others")
        for value in values:
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not np.isfinite(float_of(value))
            ):
                raise GatvizError(where, "finite numbers as features", quote(value), "replace it by a number")
    draft.feature_names = [str(name) for name in names]
    return np.array(given, dtype=np.float64).reshape(len(rows), width)


def float_of(value: float) -> float:
    """A number as float64; integers too large for it become infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _positions(rows: list[dict[str, Any]], draft: Draft) -> list[Any] | None:
    given = [row.get("pos") for row in rows]
    if all(pos is None for pos in given):
        return None
    if any(pos is None for pos in given):
        draft.notes.append("Some nodes have no position: all were laid out anew.")
        return None
    for number, pos in enumerate(given):
        numbers = (
            isinstance(pos, list)
            and len(pos) == 2
            and all(isinstance(v, int | float) and np.isfinite(float_of(v)) for v in pos)
        )
        if not numbers:
            raise GatvizError(
                f"{draft.where}, node {number + 1}, pos",
                "two finite numbers",
                quote(pos),
                "write it as [x, y]",
            )
    return given


def _edge(edge: Any, where: str) -> tuple[str, str, dict[str, Any]]:
    if isinstance(edge, list) and len(edge) == 2:
        source, target, values = edge[0], edge[1], {}
    elif isinstance(edge, dict) and "source" in edge and "target" in edge:
        source, target = edge["source"], edge["target"]
        values = {str(key): value for key, value in edge.items() if key not in ("source", "target")}
    else:
        raise GatvizError(
            where,
            '["A", "B"] or {"source": "A", "target": "B"}',
            quote(edge),
            "write it in one of these two ways",
        )
    for end in (source, target):
        if not isinstance(end, str | int) or isinstance(end, bool):
            raise GatvizError(where, "the id of a node", quote(end), "name a node")
    return str(source), str(target), values


def write_json(graph: Graph) -> str:
    """The same schema, readable by people; an undirected graph's edges stand once."""
    nodes = []
    for n, name in enumerate(graph.names):
        node: dict[str, Any] = {"id": name, "features": graph.x[n].tolist()}
        if graph.labels is not None and graph.labels[n] is not None:
            node["label"] = graph.labels[n]
        if graph.split is not None and graph.split[n] is not None:
            node["split"] = graph.split[n]
        if graph.positions is not None:
            node["pos"] = graph.positions[n].tolist()
        nodes.append(node)
    edges = []
    written: set[tuple[int, int]] = set()
    for k, (source, target) in enumerate(graph.edge_index.T.tolist()):
        if not graph.directed and (target, source) in written:
            continue
        written.add((source, target))
        values = {key: column[k] for key, column in graph.edge_attributes.items() if column[k] is not None}
        ends = (graph.names[source], graph.names[target])
        edges.append({"source": ends[0], "target": ends[1], **values} if values else list(ends))
    head = {
        "description": graph.description,
        "directed": graph.directed,
        "feature_names": list(graph.feature_names),
    }

    def lines(items: list[Any]) -> str:
        return ",\n".join("    " + json.dumps(item, ensure_ascii=False, allow_nan=False) for item in items)

    top = ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()
    )
    return f'{{\n{top},\n  "nodes": [\n{lines(nodes)}\n  ],\n  "edges": [\n{lines(edges)}\n  ]\n}}\n'
