"""Graphs of networkx and igraph out of a pickle's tree: dicts of dicts, and lists of edges; neither library runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gatviz.errors import GatvizError
from gatviz.files import limits
from gatviz.files.found_graph import Found
from gatviz.files.json_dialects import flat, foreign
from gatviz.files.values import decimal
from gatviz.pickles.safe_pickle import PickledCall, PickledDict
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    from gatviz.pickles.pickled import Reader

_NODES, _ADJACENCY = ("_node", "node"), ("_adj", "adj", "_succ", "succ")
"""Where networkx keeps nodes and neighbours; the second of each before its version 2."""
_OF_DIRECTED = ("_pred", "pred")
_IGRAPH = ("igraph.Graph", "igraph._igraph.GraphBase")
_IGRAPH_ARGS = 6
_MOST = 2_000_000
"""Nodes, arrows, attributes and parts of lists together, each counted wherever the pickle names it."""


def network(tree: Any, reader: Reader) -> Found | None:
    """The one graph of networkx or igraph in a tree; None where there is none.

    Raises:
        GatvizError: several of them, nodes that no text names, or more than gatviz takes in.
    """
    found = _networks(tree)
    if not found:
        return None
    if len(found) > 1:
        said = ngettext("{n:,} graph", "{n:,} graphs", len(found)).format(n=len(found))
        raise GatvizError(reader.where, _("one graph"), said, _("pickle one of them alone"))
    reading = _Network(reader)
    return reading.igraph(found[0]) if found[0].name in _IGRAPH else reading.networkx(found[0])


def plain_graph(tree: Any, reader: Reader) -> Found | None:
    """The graph in plain lists and dicts, as JSON could have them: pairs of nodes, or a dict of neighbours; or None."""
    if not isinstance(tree, PickledDict | list | tuple):
        return None
    values = _with_texts(reader.value(tree), {})
    return None if _expanded(values, {}) > _MOST else foreign(values)


def _with_texts(value: Any, made: dict[int, Any]) -> Any:
    """The same with texts as keys, as JSON has them."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in made:
        if isinstance(value, list):
            made[id(value)] = [_with_texts(item, made) for item in value]
        else:
            made[id(value)] = {str(key): _with_texts(item, made) for key, item in value.items()}
    return made[id(value)]


def _expanded(value: Any, known: dict[int, int]) -> int:
    """How many values there are; a pickle can name one list in many places, so what is counted once is not again."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        inside = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_expanded(item, known) for item in inside)
    return known[id(value)]


def _networks(tree: Any) -> list[PickledCall]:
    """The graphs that a tree is, or has in the list or dict at its top."""
    around = (
        list(dict.values(tree))
        if isinstance(tree, PickledDict)
        else list(tree)
        if isinstance(tree, list | tuple)
        else []
    )
    return [one for one in [tree, *around] if isinstance(one, PickledCall) and _is_network(one)]


def _is_network(node: PickledCall) -> bool:
    if node.name in _IGRAPH:
        return len(node.args) == _IGRAPH_ARGS
    state = node.state
    return isinstance(state, PickledDict) and None not in (_part(state, _NODES), _part(state, _ADJACENCY))


def _part(state: PickledDict, names: tuple[str, ...]) -> PickledDict | None:
    return next((part for name in names if isinstance(part := state.get(name), PickledDict)), None)


class _Network:
    """Reads one graph. A pickle can name one dict in many places, so what is taken out of it is counted."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.where = reader, reader.where
        self._taken = 0
        self._plain: dict[int, dict[str, Any]] = {}

    def networkx(self, graph: PickledCall) -> Found:
        told, neighbours = _part(graph.state, _NODES), _part(graph.state, _ADJACENCY)
        found = Found(directed=_part(graph.state, _OF_DIRECTED) is not None)
        names: dict[Any, str] = {}
        for key, attributes in self._named(told):
            names[key] = self._name(key)
            found.nodes.append((names[key], flat(self._values(attributes)) or {}))
        several = "multi" in graph.name.rpartition(".")[2].lower()
        seen: set[str] = set()
        for source, others in self._named(neighbours):
            one = names.get(source) or self._name(source)
            for target, attributes in self._named(others):
                other = names.get(target) or self._name(target)
                if found.directed or other not in seen:
                    parallel = [row for _key, row in self._items(attributes)] if several else [attributes]
                    found.edges += [(one, other, self._values(row)) for row in parallel]
            seen.add(one)
        return found

    def igraph(self, graph: PickledCall) -> Found:
        """Its arguments: how many nodes, the pairs of edges, directed, and attributes of graph, nodes and edges."""
        count, pairs, directed, _graph, of_nodes, of_edges = graph.args
        if not isinstance(count, int) or not isinstance(pairs, list):
            raise self._broken()
        limits.check_nodes(count, self.where)
        limits.check_edges(len(pairs), self.where)
        found = Found(directed=directed is True)
        found.nodes = [(str(n), flat(row) or {}) for n, row in enumerate(self._rows(of_nodes, count))]
        for pair, row in zip(pairs, self._rows(of_edges, len(pairs)), strict=True):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise self._broken()
            found.edges.append((self._name(pair[0]), self._name(pair[1]), row))
        return found

    def _rows(self, columns: Any, count: int) -> Iterator[dict[str, Any]]:
        there = self._items(columns) if isinstance(columns, PickledDict) else []
        lists = {key: values for key, values in there if isinstance(key, str) and isinstance(values, list)}
        lists = {key: values for key, values in lists.items() if len(values) == count}
        self._take(count * len(lists))
        for n in range(count):
            yield {key: self._value(values[n]) for key, values in lists.items()}

    def _named(self, level: Any) -> list[tuple[Any, Any]]:
        """The entries of a dict whose keys are nodes."""
        if isinstance(level, PickledDict) and level.passed_over:
            raise self._unnamed()
        return self._items(level)

    def _items(self, level: Any) -> list[tuple[Any, Any]]:
        if not isinstance(level, PickledDict):
            raise self._broken()
        self._take(1 + len(level))
        return list(dict.items(level))

    def _take(self, count: int) -> None:
        self._taken += count
        if self._taken > _MOST:
            raise GatvizError(
                self.where,
                _("at most {most:,} nodes, arrows and attributes together").format(most=_MOST),
                _("more"),
                _("keep a part of the graph, or fewer attributes"),
            )

    def _name(self, key: Any) -> str:
        """What a node is called: a text, a number, or the text of a tuple of them."""
        if isinstance(key, PickledCall):
            key = self.reader.value(key)
        if isinstance(key, tuple):
            return f"({', '.join(map(self._name, key))})"
        if isinstance(key, bool) or not isinstance(key, str | int | float):
            raise self._unnamed()
        return key if isinstance(key, str) else decimal(key)

    def _values(self, attributes: Any) -> dict[str, Any]:
        """The attributes that are plain values or lists."""
        there = self._items(attributes)
        if id(attributes) not in self._plain:
            values = {key: self._value(value) for key, value in there if isinstance(key, str)}
            self._plain[id(attributes)] = {key: value for key, value in values.items() if value is not None}
        return self._plain[id(attributes)]

    def _value(self, node: Any) -> Any:
        value = self.reader.value(node)
        if hasattr(value, "tolist"):  # an array of NumPy's or a tensor
            value = value.tolist() if value.ndim < 2 else None
        if isinstance(value, list):
            self._take(len(value))
        return value if isinstance(value, str | int | float | list) else None

    def _unnamed(self) -> GatvizError:
        expected = _("nodes that are texts, numbers or tuples of them")
        mend = _("name them so by nx.relabel_nodes(graph, str)")
        return GatvizError(self.where, expected, _("objects"), mend)

    def _broken(self) -> GatvizError:
        mend = _("write it as GraphML, nx.write_graphml(graph, path)")
        return GatvizError(self.where, _("nodes with dicts of their neighbours"), _("something else"), mend)
