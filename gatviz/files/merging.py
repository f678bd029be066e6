"""The edges that a file lists ↔ the edges of a graph: undirected ones give both arrows, duplicates are merged."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.parsed import ParsedGraph
from gatviz.graph.graph import Graph
from gatviz.words import _, ngettext


def merged_edges(
    edges: NDArray[np.int64], num_nodes: int, directed: bool, where: str, notes: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Edges [2, E] without duplicates, for each the column of `edges` it came from, and how many were merged.

    The order is the file's; an undirected edge u – v gives u → v, then v → u. An undirected file that lists
    every edge both ways is taken as the list of its arrows.
    """
    source, target = edges
    keys = source * num_nodes + target
    first = np.unique(keys, return_index=True)[1]
    first.sort()
    duplicates = keys.size - first.size
    parallel = bool(np.count_nonzero(source != target) > np.count_nonzero((source != target)[first]))
    source, target = source[first], target[first]
    if not directed and source.size:
        reverse = target * num_nodes + source
        paired = np.isin(reverse, keys[first])
        proper = source != target
        if paired.all() and proper.any():
            notes.append(_("the undirected file lists every edge both ways: its rows were taken as the arrows"))
        else:
            once = np.unique(np.minimum(keys[first], reverse), return_index=True)[1]
            once.sort()
            duplicates += first.size - once.size
            parallel = parallel or once.size < first.size
            first, source, target, proper = first[once], source[once], target[once], proper[once]
            place, back = _both_ways(proper)
            source, target = (
                np.where(back, target[place], source[place]),
                np.where(back, source[place], target[place]),
            )
            first = first[place]
    limits.check_edges(source.size, where)
    if duplicates:
        notes.append(_merged(int(duplicates), parallel))
    return np.stack([source, target]), first, int(duplicates)


def check_parallel(parsed: ParsedGraph, merged: NDArray[np.int64], origin: NDArray[np.int64], values: Any) -> None:
    """Refuse parallel edges with different edge features: merging them would drop numbers that a model reads.

    Arguments:
        merged, origin: as `merged_edges` gives them. values: [M, …] of the edges of the file.

    Raises:
        GatvizError: naming two such edges.
    """
    source, target = parsed.edges
    for k, first in enumerate(standing_for(parsed, merged, origin)):
        if first != k and not np.array_equal(values[first], values[k]):
            ends = f"{quote(parsed.names[source[k]])} → {quote(parsed.names[target[k]])}"
            raise GatvizError(
                _("{file}, edge {k}, {ends}").format(file=parsed.where, k=k, ends=ends),
                _("the edge features of edge {k}, which joins the same nodes").format(k=first),
                _("others"),
                _("give parallel edges the same, or make them one edge: there is one α for each pair of nodes"),
            )


def standing_for(parsed: ParsedGraph, merged: NDArray[np.int64], origin: NDArray[np.int64]) -> list[int]:
    """For each edge of the file the one that is kept of those that join the same nodes; arguments as above."""
    count = max(len(parsed.names), 1)
    keys = merged[0] * count + merged[1]
    order = np.argsort(keys, kind="stable")
    found = np.searchsorted(keys[order], parsed.edges[0] * count + parsed.edges[1])
    standing: list[int] = origin[order[found]].tolist()
    return standing


def _merged(n: int, parallel: bool) -> str:
    if parallel:
        said = ngettext(
            "{n:,} duplicate edge was merged; the first of each was kept; PyG would give each of them a share of its "
            "own, so its α is another",
            "{n:,} duplicate edges were merged; the first of each was kept; PyG would give each of them a share of its "
            "own, so its α is another",
            n,
        )
    else:
        said = ngettext(
            "{n:,} duplicate edge was merged; the first of each was kept",
            "{n:,} duplicate edges were merged; the first of each was kept",
            n,
        )
    return said.format(n=n)


def spread_undirected(parsed: ParsedGraph, undirected: NDArray[np.bool_]) -> None:
    """Let some edges of a directed file, a truth value for each, give both arrows, and say so."""
    place, back = _both_ways(undirected)
    parsed.edges = np.where(back, parsed.edges[::-1, place], parsed.edges[:, place])
    parsed.edge_columns = {name: [values[k] for k in place.tolist()] for name, values in parsed.edge_columns.items()}
    count = int(undirected.sum())
    parsed.notes.append(
        ngettext(
            "{n:,} edge is undirected in a directed graph: it gives both arrows",
            "{n:,} edges are undirected in a directed graph: each gives both arrows",
            count,
        ).format(n=count)
    )


def _both_ways(twice: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Each edge's place once or twice, and whether it stands there the second time, the other way round."""
    place = np.repeat(np.arange(twice.size), np.where(twice, 2, 1))
    return place, np.concatenate([[False], place[1:] == place[:-1]]) if place.size else np.zeros(0, dtype=bool)


def listed_edges(graph: Graph) -> list[int]:
    """Places among E for a file to list, so that reading gives the same edges in the same order.

    All of a directed graph. Of an undirected one the first of each pair where every edge u – v stands as
    u → v, v → u with the same attributes and features; else all, which readers take as the list of its arrows.
    """
    count = graph.num_edges
    every = list(range(count))
    if graph.directed:
        return every
    source, target = graph.edge_index.tolist()
    once: list[int] = []
    k = 0
    while k < count:
        once.append(k)
        if source[k] == target[k]:
            k += 1
            continue
        paired = k + 1 < count and (source[k + 1], target[k + 1]) == (target[k], source[k])
        same = paired and all(repr(values[k]) == repr(values[k + 1]) for values in graph.edge_attributes.values())
        if graph.edge_features is not None:
            same = same and np.array_equal(graph.edge_features[k], graph.edge_features[k + 1])
        if not same:
            return every
        k += 2
    return once


def all_have_reverse(edges: NDArray[np.int64], num_nodes: int) -> bool:
    """Whether the reverse of every edge is there too; duplicates do not count."""
    source, target = edges
    return bool(np.array_equal(_different(source * num_nodes + target), _different(target * num_nodes + source)))


def _different(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each key once, in order; on a million of them ten times as fast as np.unique, which hashes."""
    ordered = np.sort(keys)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if ordered.size else ordered
