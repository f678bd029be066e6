"""A graph as other programs' JSON and pickles hold it, in one form, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gatviz.errors import quote
from gatviz.files import limits
from gatviz.files.merging import spread_undirected
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.words import _, ngettext


@dataclass
class Found:
    """A graph in one form.

    Attributes:
        nodes: the id of each with its attributes. edges: the two ends of each with its attributes.
        directed: what the file says; None where it says nothing.
        undirected: for each edge whether it says so itself; empty where none does.
        listed: whether the nodes stand in a list of their own.
        neighbours: whether it is nothing but nodes with lists of their neighbours.
        under: the key under which the graph stands in the file, if it is not the file's own.
    """

    nodes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    edges: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    directed: bool | None = None
    undirected: list[bool] = field(default_factory=list)
    listed: bool = True
    neighbours: bool = False
    under: str = ""


def collected(graph: Found, where: str, form: str) -> ParsedGraph:
    """The ParsedGraph of it, what its attributes mean being told by what they are called.

    Raises:
        GatvizError: an id that stands twice, an edge to an unknown node, or more than gatviz takes in.
    """
    found = Collector(where)
    limits.check_edges(len(graph.edges), where)
    for ident, attributes in graph.nodes:
        found.add_node(ident, attributes)
    for source, target, attributes in graph.edges:
        told = {key: value for key, value in attributes.items() if not isinstance(value, dict | list)}
        found.add_edge(source, target, told)
    parsed = found.parsed(form, graph.directed is not False)
    parsed.by_convention = True
    if graph.undirected and parsed.directed:
        spread_undirected(parsed, np.array(graph.undirected))
    if graph.under:
        parsed.notes.append(_("the graph stands under {key} in the file").format(key=quote(graph.under)))
    if graph.neighbours:
        parsed.notes.append(_("keys were taken as nodes, and what stands under each as its neighbours"))
    if not graph.listed:
        parsed.notes.append(taken_from_edges(len(parsed.names)))
    return parsed


def taken_from_edges(count: int) -> str:
    """The sentence that a file lists no nodes."""
    return ngettext(
        "no nodes were listed: {n:,} was taken from the edges",
        "no nodes were listed: {n:,} were taken from the edges",
        count,
    ).format(n=count)
