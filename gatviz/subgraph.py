"""Which part of a large graph is shown. Only nodes and arcs are chosen; α stays the full run's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def strongest(
    alpha: NDArray[np.floating], edge_index: NDArray[np.int64], max_arcs: int, max_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The arcs with the largest α in any head [E, H], as long as they touch at most so many nodes.

    Returns:
        Node numbers and arc numbers, both ascending. Loops count as arcs like any other.
    """
    size = alpha.max(axis=1) if alpha.ndim == 2 else alpha
    chosen_nodes: set[int] = set()
    chosen: list[int] = []
    for arc in np.argsort(-size, kind="stable"):
        ends = {int(edge_index[0, arc]), int(edge_index[1, arc])}
        if len(chosen_nodes | ends) > max_nodes:
            continue
        chosen_nodes |= ends
        chosen.append(int(arc))
        if len(chosen) == max_arcs:
            break
    return np.array(sorted(chosen_nodes), dtype=np.int64), np.array(sorted(chosen), dtype=np.int64)
