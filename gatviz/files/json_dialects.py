"""Graphs in JSON as other programs write them: what stands where, told by the keys, brought into one form.

Cytoscape (.cyjs and lists of elements), networkx's adjacency and dictionaries of neighbours, d3 (ends as places in the
list of nodes), sigma and graphology, vis.js, the JSON Graph Format, and bare lists of edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gatviz.files.found_graph import Found
from gatviz.files.values import decimal

_NODES = ("nodes", "vertices", "Nodes")
_EDGES = ("links", "edges", "arcs", "relationships", "Links", "Edges")
_IDS = ("id", "key", "_id", "@id", "ID", "Id", "name", "label", "title")
_ENDS = (
    *(("source", "target"), ("from", "to"), ("src", "dst"), ("start", "end"), ("u", "v"), ("Source", "Target")),
    *(("startNode", "endNode"), ("source_id", "target_id"), ("sourceID", "targetID")),
)
_OWN = frozenset(("id", "features", "label", "split", "pos"))
"""What gatviz's own form and networkx's nodes have."""
_LOOKED_AT = 50
_INSIDE = ("data", "attributes", "metadata", "attr", "properties")
"""Keys under which some programs put the attributes of a node or edge."""
_BESIDE_NODES, _BESIDE_EDGES = ("nodeData", "layout"), ("edgeData",)
"""Where Gephi Lite keeps what it knows of nodes and edges."""
_OF_THE_SCREEN = frozenset(
    ("selected", "selectable", "locked", "grabbable", "grabbed", "classes", "group", "fixed", "vx", "vy")
)
"""What tells only how cytoscape.js and d3 draw."""


def foreign(values: Any) -> Found | None:
    """The graph in such JSON; None for gatviz's own, networkx's node-link form, and whatever is no graph."""
    if isinstance(values, list):
        return _of_list(values)
    if not isinstance(values, dict):
        return None
    inner = _graph_inside(values)
    if isinstance(values.get("elements"), dict | list):
        return _of_elements(values["elements"])
    if isinstance(values.get("adjacency"), list) and isinstance(values.get("nodes"), list):
        return _of_adjacency(values)
    if inner is None and _first(values, _NODES) is None and _first(values, _EDGES) is None:
        return _of_neighbours(values) or _of_workspace(values)
    return _of_parts(inner or values) if inner is not None or _is_foreign(values) else None


def _first(values: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((values[name] for name in names if isinstance(values.get(name), list | dict)), None)


def _graph_inside(values: dict[str, Any]) -> dict[str, Any] | None:
    """What the JSON Graph Format has under `graph`, or as the first of `graphs`."""
    inner = values.get("graph")
    if inner is None and isinstance(values.get("graphs"), list) and values["graphs"]:
        inner = values["graphs"][0]
    if isinstance(inner, dict) and "nodes" not in values and _first(inner, _NODES) is not None:
        return inner
    return None


def _is_foreign(values: dict[str, Any]) -> bool:
    """Whether nodes or edges look otherwise than gatviz and networkx have them; features are gatviz's own."""
    if "feature_names" in values:
        return False
    nodes, edges = _first(values, _NODES), _first(values, _EDGES)
    if isinstance(nodes, dict):
        return isinstance(edges, list)
    if not isinstance(edges, list) or not all(_edge(edge) is not None for edge in edges[:_LOOKED_AT]):
        return False  # faults in gatviz's own files are told by its own reader
    own_edges = all(_is_own_edge(edge) for edge in edges[:_LOOKED_AT])
    if not nodes:
        return nodes is None and bool(edges) and not own_edges
    if not all(isinstance(node, dict | str | int) and node for node in nodes[:_LOOKED_AT] if node != 0):
        return False
    records = [node for node in nodes[:_LOOKED_AT] if isinstance(node, dict)]
    own_nodes = len(records) == len(nodes[:_LOOKED_AT]) and all("id" in node for node in records)
    plain = values.keys() & {"links", "multigraph", "graph"} or all(
        node.keys() <= _OWN or "features" in node for node in records
    )
    return not (own_nodes and own_edges and plain) and (bool(edges) or own_nodes)


def _is_own_edge(edge: Any) -> bool:
    ends = (
        edge if isinstance(edge, list) else [edge.get("source"), edge.get("target")] if isinstance(edge, dict) else []
    )
    return len(ends) == 2 and all(isinstance(end, str | int | float) for end in ends)


def _of_list(values: list[Any]) -> Found | None:
    if not values:
        return None
    if all(isinstance(item, dict) and isinstance(item.get("data"), dict) for item in values):
        return _of_elements(values)
    if all(isinstance(item, list | dict) and _edge(item) is not None for item in values):
        return _joined([], values, None, listed=False)
    return None


def _of_elements(elements: dict[str, Any] | list[Any]) -> Found | None:
    if isinstance(elements, dict):
        nodes, edges = elements.get("nodes", []), elements.get("edges", [])
    else:
        items = [item for item in elements if isinstance(item, dict) and isinstance(item.get("data"), dict)]
        edges = [item for item in items if item.get("group") == "edges" or "source" in item["data"]]
        nodes = [item for item in items if not (item.get("group") == "edges" or "source" in item["data"])]
    if not isinstance(nodes, list) or not isinstance(edges, list):
        return None
    return _joined(nodes, edges, None)


def _of_adjacency(values: dict[str, Any]) -> Found | None:
    """networkx's `adjacency_data`: for each node, in order, the list of its neighbours."""
    directed = values.get("directed") is True
    nodes, rows = values["nodes"], values["adjacency"]
    edges: list[Any] = []
    idents = [_ident(node) for node in nodes]
    if len(rows) != len(nodes) or None in idents:
        return None
    for ident, row in zip(idents, rows, strict=True):
        for other in row if isinstance(row, list) else ():
            target = _ident(other)
            if target is None:
                return None
            told = {key: value for key, value in other.items() if key != "id"} if isinstance(other, dict) else {}
            edges.append({**told, "source": ident, "target": target})
    return _joined(nodes, edges, directed)


def _of_neighbours(values: dict[str, Any]) -> Found | None:
    """{"A": ["B", "C"]} or {"A": {"B": {"weight": 1}}}, as networkx's `to_dict_of_lists` and `to_dict_of_dicts`."""
    edges: list[Any] = []
    for source, others in values.items():
        if isinstance(others, dict) and all(isinstance(told, dict | int | float) for told in others.values()):
            for target, told in others.items():
                attributes = told if isinstance(told, dict) else {"weight": told}
                edges.append({**attributes, "source": source, "target": target})
        elif isinstance(others, list) and all(isinstance(one, str | int) for one in others):
            edges += [[source, target] for target in others]
        else:
            return None
    found = _joined([*values], edges, None) if edges else None
    if found is not None:
        names = {name for name, _told in found.nodes}
        others = {end for _source, end, _told in found.edges} - names
        pairs = {(source, target) for source, target, _told in found.edges}
        both_ways = all((target, source) in pairs for source, target in pairs)
        if not both_ways and any(name.isdigit() for name in (*names, *others)):
            return None  # lists of numbers are as often features
        found.nodes += [(name, {}) for name in sorted(others)]
        found.neighbours = True
        found.directed = not both_ways
    return found


def _of_workspace(values: dict[str, Any]) -> Found | None:
    """The one graph within what a program saves of its work: Gephi Lite's, and bundles of Minivan.

    Gephi Lite keeps attributes and places beside the graph, by the keys of nodes and edges.
    """
    graphs: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for key, level in values.items():
        for inner_key, around, graph in ((key, values, level), *_levels(level)):
            if isinstance(graph, dict) and all(isinstance(_first(graph, names), list) for names in (_NODES, _EDGES)):
                graphs.append((inner_key, around, graph))
    if len(graphs) != 1:
        return None
    key, around, graph = graphs[0]
    nodes = _with_beside(_first(graph, _NODES), _BESIDE_NODES, around)
    edges = _with_beside(_first(graph, _EDGES), _BESIDE_EDGES, around)
    found = _of_parts({**graph, _NODES[0]: nodes, _EDGES[0]: edges})
    if found is not None:
        found.under = key
    return found


def _levels(level: Any) -> Iterator[tuple[str, dict[str, Any], Any]]:
    if isinstance(level, dict):
        yield from ((key, level, inner) for key, inner in level.items())


def _with_beside(items: list[Any], names: Sequence[str], around: Mapping[str, Any]) -> list[Any]:
    """Nodes or edges with what stands under their keys beside the graph."""
    tables = [table for name in names if isinstance(table := around.get(name), dict)]
    together: list[Any] = []
    for item in items:
        key = item.get("key") if isinstance(item, dict) else None
        rows = [table.get(key) for table in tables] if isinstance(key, str) else []
        told = {name: value for row in rows if isinstance(row, dict) for name, value in row.items()}
        together.append({**told, **item} if told else item)
    return together


def _of_parts(values: dict[str, Any]) -> Found | None:
    nodes, edges = _first(values, _NODES), _first(values, _EDGES)
    if isinstance(nodes, dict):
        nodes = [{"id": key, **node} if isinstance(node, dict) else {"id": key} for key, node in nodes.items()]
    options = values.get("options")
    directed = values.get("directed")
    if isinstance(options, dict) and options.get("type") in ("directed", "undirected"):
        directed = options["type"] == "directed"
    return _joined(
        nodes or [],
        edges if isinstance(edges, list) else [],
        directed if isinstance(directed, bool) else None,
        nodes is not None,
    )


# ---- nodes and edges -------------------------------------------------------------------------------------------------


def _joined(nodes: Sequence[Any], edges: Sequence[Any], directed: bool | None, listed: bool = True) -> Found | None:
    """One form for all: ids as text, ends as ids, attributes in one place."""
    records_or_none = [flat(node) for node in nodes]
    pairs = [_edge(edge) for edge in edges]
    if any(pair is None for pair in pairs) or any(node is None for node in records_or_none):
        return None
    records = [node for node in records_or_none if node is not None]
    ends = [pair for pair in pairs if pair is not None]
    names = {end for source, target, _told in ends for end in (source, target)}
    key = _ident_key(records, names)
    found = Found(directed=directed, listed=listed)
    if not listed:
        found.nodes = [(name, {}) for name in dict.fromkeys(end for one in ends for end in one[:2])]
    elif key is None:
        found.nodes = [(str(place), record) for place, record in enumerate(records)]
    else:
        found.nodes = [(_text(record[key]), {k: v for k, v in record.items() if k != key}) for record in records]
    found.edges = ends
    if directed is None:
        _take_directions(found)
    return found


def _take_directions(found: Found) -> None:
    """`undirected: true` at edges, as graphology writes it, and `directed: false`, as the JSON Graph Format does."""
    none = [told.get("undirected") is True or told.get("directed") is False for _source, _target, told in found.edges]
    if any(none):
        found.undirected = none
        found.directed = not all(none)
        for _source, _target, told in found.edges:
            for key in ("undirected", "directed"):
                if isinstance(told.get(key), bool):
                    del told[key]


def _ident_key(nodes: Sequence[dict[str, Any]], ends: set[str] | None = None) -> str | None:
    """The key under which all nodes have what edges call them; None where edges tell places in the list."""
    for key in _IDS:
        values = [node.get(key) for node in nodes]
        if values and all(isinstance(value, str | int | float) for value in values):
            texts = {_text(value) for value in values}
            if len(texts) == len(values) and (ends is None or ends <= texts):
                return key
    count = len(nodes)
    places = ends is not None and all(end.isascii() and end.isdigit() and int(end[:9]) < count for end in ends)
    if places and "id" not in (nodes[0] if nodes else ()):
        return None
    return next((key for key in _IDS if nodes and all(key in node for node in nodes)), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else decimal(value)


def _ident(value: Any) -> str | None:
    if isinstance(value, dict):
        value = next((value[key] for key in _IDS if key in value), None)
    return _text(value) if isinstance(value, str | int | float) else None


def flat(node: Any) -> dict[str, Any] | None:
    """A node's id and attributes side by side."""
    if isinstance(node, str | int | float):
        return {"id": node}
    if not isinstance(node, dict):
        return None
    result: dict[str, Any] = {}
    for key, value in _attributes(node):
        if key in ("position", "pos") and isinstance(value, dict | list):
            axes = [value.get("x"), value.get("y")] if isinstance(value, dict) else value[:2]
            if len(axes) == 2:
                result |= {"pos_x": axes[0], "pos_y": axes[1]}
        else:
            result.setdefault(key, value)
    return result


def _attributes(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inside = [key for key in _INSIDE if isinstance(item.get(key), dict)]
    for key, value in item.items():
        if key in inside:
            yield from value.items()
        elif not (inside and key in _OF_THE_SCREEN):
            yield key, value


def _edge(edge: Any) -> tuple[str, str, dict[str, Any]] | None:
    """The ends of an edge and its attributes; an end may be the node itself, as d3 leaves it."""
    if isinstance(edge, list):
        if len(edge) not in (2, 3):
            return None
        told = edge[2] if len(edge) == 3 else {}
        attributes = told if isinstance(told, dict) else {"weight": told}
        ends = edge[:2]
    elif isinstance(edge, dict):
        attributes = dict(_attributes(edge))
        pair = next((pair for pair in _ENDS if pair[0] in attributes and pair[1] in attributes), None)
        if pair is None:
            return None
        ends = [attributes.pop(pair[0]), attributes.pop(pair[1])]
    else:
        return None
    source, target = map(_ident, ends)
    return None if source is None or target is None else (source, target, attributes)
