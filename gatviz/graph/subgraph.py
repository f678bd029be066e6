"""Which part of a large graph is shown. Only nodes and arcs are chosen; α stays the full run's."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote

Direction = Literal["reads", "is_read", "both"]
Indices = NDArray[np.int64]
Part = tuple[Indices, Indices]


def strongest(alpha: NDArray[np.floating], edge_index: Indices, max_arcs: int, max_nodes: int) -> Part:
    """The arcs with the largest α in any head, as long as they touch at most so many nodes.

    Arguments:
        alpha: [E, H] or [E].
        edge_index: [2, E], row 0 = source, row 1 = target.
        max_arcs, max_nodes: an arc that would bring in one node too many is passed over for the next.

    Returns:
        Node numbers and arc numbers, both ascending. Loops count as arcs like any other; of equal α the
        earlier arc goes first.
    """
    order = np.argsort(-_per_arc(alpha), kind="stable")
    source, target = edge_index[:, order]
    touched: set[int] = set()
    taken: list[int] = []
    step = 0
    for step, (j, i) in enumerate(zip(source.tolist(), target.tolist(), strict=True)):
        if len(taken) == max_arcs or len(touched) == max_nodes:
            break
        if len(touched) + (j not in touched) + (i not in touched and i != j) <= max_nodes:
            touched.update((j, i))
            taken.append(step)
    else:
        step = order.size
    nodes = np.array(sorted(touched), dtype=np.int64)
    # Once the nodes are settled, the remaining arcs between them need no walk.
    within = np.isin(source[step:], nodes) & np.isin(target[step:], nodes)
    more = step + np.flatnonzero(within)[: max_arcs - len(taken)]
    arcs = order[np.concatenate([np.array(taken, dtype=np.int64), more])]
    return nodes, np.sort(arcs)


def neighbourhood(
    edge_index: Indices,
    num_nodes: int,
    node: int,
    hops: int,
    max_nodes: int,
    alpha: NDArray[np.floating] | None = None,
    *,
    direction: Direction = "reads",
    max_arcs: int | None = None,
) -> Part:
    """A node, all it can be reached from or reach in so many hops, and every arc between them.

    Arguments:
        edge_index: [2, E], row 0 = source, row 1 = target.
        num_nodes: N.
        node: the node in the middle.
        hops: 0 for the node alone.
        max_nodes: where a hop would pass it, those with the largest α towards the nodes already there are
            kept (without α, those with the lowest number), and no further hop is taken.
        alpha: [E, H] or [E].
        direction: "reads" follows arcs from target to source: with k hops, all that the node's output after
            k layers depends on. "is_read" follows them from source to target, "both" either way.
        max_arcs: of more arcs than this, the ones with the largest α are kept (without α, the first).

    Returns:
        Node numbers and arc numbers, both ascending.

    Raises:
        GatvizError: a node that is not there, a negative number of hops, no room for the node itself.
    """
    if not 0 <= node < num_nodes:
        raise GatvizError("neighbourhood", f"a node from 0 to {num_nodes - 1}", str(node), "choose a node of the graph")
    if hops < 0 or max_nodes < 1:
        raise GatvizError(
            "neighbourhood", "hops ≥ 0 and max_nodes ≥ 1", f"{hops} and {max_nodes}", "choose such numbers"
        )
    if direction not in get_args(Direction):
        raise GatvizError("neighbourhood", " or ".join(get_args(Direction)), quote(direction), "choose one of these")
    size = np.zeros(edge_index.shape[1]) if alpha is None else _per_arc(alpha)
    source, target = edge_index
    steps = {"reads": [(target, source)], "is_read": [(source, target)], "both": [(target, source), (source, target)]}
    inside = np.zeros(num_nodes, dtype=bool)
    inside[node] = True
    for _ in range(hops):
        best = np.full(num_nodes, -np.inf)
        for start, end in steps[direction]:
            crossing = inside[start] & ~inside[end]
            np.maximum.at(best, end[crossing], size[crossing])
        found = np.flatnonzero(best > -np.inf)
        room = max_nodes - int(inside.sum())
        inside[found[np.argsort(-best[found], kind="stable")][:room]] = True
        if found.size == 0 or found.size >= room:
            break
    arcs = np.flatnonzero(inside[source] & inside[target])
    if max_arcs is not None and arcs.size > max_arcs:
        arcs = np.sort(arcs[np.argsort(-size[arcs], kind="stable")[:max_arcs]])
    return np.flatnonzero(inside), arcs


def _per_arc(alpha: NDArray[np.floating]) -> NDArray[np.floating]:
    """[E]: the largest α of an arc in any head."""
    return alpha.max(axis=1) if alpha.ndim == 2 else alpha
