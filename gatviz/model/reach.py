"""`Reach`: which edges can move a node's answer, and from how far away.

N nodes, E edges after self-loops are settled, v the node that is asked about, L attention layers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reach:
    """The edges that can move a node's answer.

    Attributes:
        node: v. edges: [e] their places among the settled edges, ascending.
        hop: [e] along how many edges what each target takes in reaches v; −1 where it does so by no edges at all.
        coupled: whether a step couples all nodes, so that all edges are in it.
    """

    node: int
    edges: Indices
    hop: Indices
    coupled: bool

    @classmethod
    def of(cls, edge_index: Indices, num_nodes: int, node: int, num_layers: int, *, coupled: bool = False) -> Reach:
        """Of the settled edges [2, E] those whose target reaches v in at most L − 1 steps; all if `coupled`.

        Arguments:
            num_layers: L. coupled: whether a step after an attention layer couples all nodes.
        """
        steps = _steps_to(edge_index, num_nodes, node)[edge_index[1]]
        inside = np.ones(steps.size, dtype=bool) if coupled else (steps >= 0) & (steps < num_layers)
        edges = np.flatnonzero(inside)
        return cls(node, edges, steps[edges], coupled)


def _steps_to(edge_index: Indices, num_nodes: int, node: int) -> Indices:
    """[N]: along how many edges, at least, a node's features reach v; −1 where they never do."""

    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    source, target = edge_index
    read = csr_array((np.ones(source.size), (target, source)), shape=(num_nodes, num_nodes))
    found = shortest_path(read, unweighted=True, indices=node)
    return np.where(np.isfinite(found), found, -1).astype(np.int64)
