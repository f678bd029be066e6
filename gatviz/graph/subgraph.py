"""Which part of a large graph is drawn. Only nodes and edges are chosen; α stays the full run's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.words import _, ngettext, or_list

Direction = Literal["reads", "is_read", "both"]
Indices = NDArray[np.int64]

MAX_NODES = 200
MAX_EDGES = 1000
"""Up to so many nodes and edges a graph is drawn whole."""

_MAX_NAME = 24


@dataclass(frozen=True)
class Neighbourhood:
    """What `neighbourhood` was asked for, and what it had no room for.

    Attributes:
        node, hops, direction: as asked.
        reached: how many nodes are so near. cut_at: the hop whose nodes had no room, None if all had.
        edges_among: how many edges there are between the nodes of the part.
    """

    node: int
    hops: int
    direction: Direction
    reached: int
    cut_at: int | None
    edges_among: int


@dataclass(frozen=True, eq=False)
class Part:
    """What of a graph is drawn. Arrows between its nodes that are not drawn are still there: see `among`.

    Attributes:
        nodes, edges: numbers in the whole graph, ascending.
        all_nodes, all_edges: how many the whole graph has.
        max_nodes, max_edges: the limits that it was chosen under.
        around: the neighbourhood that it is; None where it is the strongest edges, or everything.
    """

    nodes: Indices
    edges: Indices
    all_nodes: int
    all_edges: int
    max_nodes: int = MAX_NODES
    max_edges: int = MAX_EDGES
    around: Neighbourhood | None = None

    @classmethod
    def whole(cls, num_nodes: int, num_edges: int) -> Part:
        """All of it."""
        return cls(np.arange(num_nodes), np.arange(num_edges), num_nodes, num_edges)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.nodes.size == self.all_nodes and self.edges.size == self.all_edges

    def local(self) -> Indices:
        """[all_nodes]: the place of each node among `nodes`, −1 for those that are not shown."""
        places = np.full(self.all_nodes, -1)
        places[self.nodes] = np.arange(self.nodes.size)
        return places

    def among(self, edge_index: Indices) -> Indices:
        """All edges between the part's nodes: those that are drawn, then those that are not, each ascending.

        Arguments:
            edge_index: [2, all_edges] of the whole graph.
        """
        if self.edges.size == self.all_edges:
            return self.edges
        inside = np.zeros(self.all_nodes, dtype=bool)
        inside[self.nodes] = True
        there = inside[edge_index[0]] & inside[edge_index[1]]
        there[self.edges] = False
        return np.concatenate([self.edges, np.flatnonzero(there)])

    def told(self, by: str, names: Sequence[str] = ()) -> str:
        """The rule that chose the part, with its counts, in words; empty where nothing is left out.

        Arguments:
            by: what arrows were ordered by, such as "their largest α over the heads".
            names: of the whole graph's nodes, for the middle of a neighbourhood.
        """
        if self.is_whole:
            return ""
        if self.around is not None:
            return self._told_around(self.around, by, names)
        said = _(
            "Drawn are {arrows:,} of {all_arrows:,} arrows, and {nodes:,} of {all_nodes:,} nodes: arrows in the order "
            "of {by}, the first that together touch at most {max_nodes:,} nodes, {max_arrows:,} arrows at most."
        )
        return said.format(
            arrows=self.edges.size,
            all_arrows=self.all_edges,
            nodes=self.nodes.size,
            all_nodes=self.all_nodes,
            by=by,
            max_nodes=self.max_nodes,
            max_arrows=self.max_edges,
        )

    def _told_around(self, asked: Neighbourhood, by: str, names: Sequence[str]) -> str:
        name = names[asked.node][:_MAX_NAME] if names else str(asked.node)
        cut = _(
            "; at hop {hop} there was room only for those joined to the nodes before by the strongest arrows, and no "
            "further hop was taken, as at most {most:,} nodes are drawn"
        )
        first = _(": the first {most:,} in the order of {by}")
        said = _(
            "Of the neighbourhood of {name}, {reach}, drawn are {nodes} (the graph has {all_nodes:,}){cut}; and "
            "{arrows} between them (the graph has {all_arrows:,}){first}."
        )
        return said.format(
            name=name,
            reach=_reach(asked),
            nodes=_nodes_of(self.nodes.size, asked.reached),
            all_nodes=self.all_nodes,
            cut="" if asked.cut_at is None else cut.format(hop=asked.cut_at, most=self.max_nodes),
            arrows=_arrows_of(self.edges.size, asked.edges_among),
            all_arrows=self.all_edges,
            first=first.format(most=self.max_edges, by=by) if self.edges.size < asked.edges_among else "",
        )


def _reach(asked: Neighbourhood) -> str:
    n = asked.hops
    if asked.direction == "reads":
        said = ngettext("at most {n:,} hop along what it reads", "at most {n:,} hops along what it reads", n)
    elif asked.direction == "is_read":
        said = ngettext("at most {n:,} hop along who reads it", "at most {n:,} hops along who reads it", n)
    else:
        said = ngettext(
            "at most {n:,} hop either way along the arrows", "at most {n:,} hops either way along the arrows", n
        )
    return said.format(n=n)


def _nodes_of(some: int, every: int) -> str:
    """How many of how many: "all 51 nodes", "20 of 51 nodes", "the only node", "no node"."""
    if some < every:
        return ngettext("{some:,} of {n:,} node", "{some:,} of {n:,} nodes", every).format(some=some, n=every)
    if every < 2:
        return _("the only node") if every else _("no node")
    return ngettext("all {n:,} node", "all {n:,} nodes", every).format(n=every)


def _arrows_of(some: int, every: int) -> str:
    """The same of arrows."""
    if some < every:
        return ngettext("{some:,} of {n:,} arrow", "{some:,} of {n:,} arrows", every).format(some=some, n=every)
    if every < 2:
        return _("the only arrow") if every else _("no arrow")
    return ngettext("all {n:,} arrow", "all {n:,} arrows", every).format(n=every)


def in_order(alpha: NDArray[np.floating], edge_index: Indices) -> Indices:
    """[E]: edges by their largest α over the heads, descending; of equals the lower target, then the lower source.

    Arguments:
        alpha: [E, H] or [E]. edge_index: [2, E], row 0 = source, row 1 = target.
    """
    source, target = edge_index
    return np.lexsort((source, target, -_per_edge(alpha)))


def strongest(
    alpha: NDArray[np.floating],
    edge_index: Indices,
    num_nodes: int,
    max_edges: int = MAX_EDGES,
    max_nodes: int = MAX_NODES,
) -> Part:
    """The edges with the largest α in any head: the longest beginning of `in_order` within both limits.

    No edge that is left out is stronger than one that is taken. Loops count as edges like any other.

    Arguments:
        alpha: [E, H] or [E].
        edge_index: [2, E], row 0 = source, row 1 = target.
        num_nodes: N. A graph of at most `max_nodes` shows them all, a larger one those that its edges touch.
        max_edges, max_nodes: how many edges there may be, and how many nodes they may touch.
    """
    first = in_order(alpha, edge_index)[:max_edges]
    ends = edge_index[::-1, first].T.ravel()
    new = np.zeros(ends.size, dtype=np.int64)
    new[np.unique(ends, return_index=True)[1]] = 1
    touched = np.cumsum(new)[1::2]
    edges = first[: int(np.searchsorted(touched, max_nodes, side="right"))]
    nodes = np.arange(num_nodes) if num_nodes <= max_nodes else np.unique(edge_index[:, edges])
    return Part(nodes, np.sort(edges), num_nodes, edge_index.shape[1], max_nodes, max_edges)


def neighbourhood(
    edge_index: Indices,
    num_nodes: int,
    node: int,
    hops: int,
    max_nodes: int = MAX_NODES,
    alpha: NDArray[np.floating] | None = None,
    *,
    direction: Direction = "reads",
    max_edges: int | None = None,
) -> Part:
    """A node, all it can be reached from or reach in so many hops, and every edge between them.

    Arguments:
        edge_index: [2, E], row 0 = source, row 1 = target.
        num_nodes: N.
        node: the node in the middle.
        hops: 0 for the node alone.
        max_nodes: where a hop would pass it, those with the largest α towards the nodes already there are
            kept (without α, those with the lowest number), and no further hop is taken.
        alpha: [E, H] or [E].
        direction: "reads" follows edges from target to source: with k hops, all that the node's output after
            k layers depends on. "is_read" follows them from source to target, "both" either way.
        max_edges: of more edges than this, the first of `in_order` are kept (without α: by target, then source).

    Raises:
        GatvizError: a node that is not there, a negative number of hops, no room for the node itself.
    """
    _check_neighbourhood(num_nodes, node, hops, max_nodes, direction)
    size = np.zeros(edge_index.shape[1]) if alpha is None else _per_edge(alpha)
    source, target = edge_index
    steps = {"reads": [(target, source)], "is_read": [(source, target)], "both": [(target, source), (source, target)]}
    inside, reached, cut_at = _reached(steps[direction], num_nodes, node, hops, max_nodes, size)
    edges = np.flatnonzero(inside[source] & inside[target])
    asked = Neighbourhood(node, hops, direction, reached, cut_at, int(edges.size))
    if max_edges is not None and edges.size > max_edges:
        edges = np.sort(edges[in_order(size[edges], edge_index[:, edges])[:max_edges]])
    max_edges = MAX_EDGES if max_edges is None else max_edges
    return Part(np.flatnonzero(inside), edges, num_nodes, int(source.size), max_nodes, max_edges, asked)


def _check_neighbourhood(num_nodes: int, node: int, hops: int, max_nodes: int, direction: str) -> None:
    if not 0 <= node < num_nodes:
        raise GatvizError(
            _("neighbourhood"),
            _("a node from 0 to {last}").format(last=num_nodes - 1),
            str(node),
            _("choose a node of the graph"),
        )
    if hops < 0 or max_nodes < 1:
        raise GatvizError(
            _("neighbourhood"),
            _("hops ≥ 0 and max_nodes ≥ 1"),
            _("{hops} and {max_nodes}").format(hops=hops, max_nodes=max_nodes),
            _("choose such numbers"),
        )
    if direction not in get_args(Direction):
        raise GatvizError(_("neighbourhood"), or_list(get_args(Direction)), quote(direction), _("choose one of these"))


def _reached(
    steps: list[tuple[Indices, Indices]],
    num_nodes: int,
    node: int,
    hops: int,
    max_nodes: int,
    size: NDArray[np.floating],
) -> tuple[NDArray[np.bool_], int, int | None]:
    """Which nodes are taken, how many can be reached, and at which hop there was no more room.

    Arguments:
        steps: each way to go over the edges: [E] where it begins, [E] where it ends.
        size: [E], by which nodes of one hop are preferred.
    """
    inside = np.zeros(num_nodes, dtype=bool)
    inside[node] = True
    near = inside.copy()
    cut_at = None
    for hop in range(1, hops + 1):
        best = np.full(num_nodes, -np.inf)
        for start, end in steps:
            crossing = near[start] & ~near[end]
            np.maximum.at(best, end[crossing], size[crossing])
        found = np.flatnonzero(best > -np.inf)
        if found.size == 0:
            break
        if cut_at is None:
            room = max_nodes - int(inside.sum())
            cut_at = hop if found.size > room else None
            inside[found[np.argsort(-best[found], kind="stable")][:room]] = True
        near[found] = True
    return inside, int(near.sum()), cut_at


def _per_edge(alpha: NDArray[np.floating]) -> NDArray[np.floating]:
    """[E]: the largest α of an edge in any head."""
    return alpha.max(axis=1) if alpha.ndim == 2 else alpha
