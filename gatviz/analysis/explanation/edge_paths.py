"""Attention alone, path by path: what of a node's attention arrives over one edge, and along which ways.

L attention layers, v the node that is asked about. An edge j → i is passed in layer m, and what it brings goes on from
i to v through the layers after m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatviz.analysis.explanation.paths import Shares, place_of, reach_of, shares_of, walked
from gatviz.attention.layer_trace import Array
from gatviz.errors import GatvizError, quote
from gatviz.model.reach import Indices
from gatviz.model.trace import Trace
from gatviz.words import _

MAX_LISTED = 12
"""So many paths of an edge are listed; the others are told by their sum."""
_MAX_HELD = 20_000
"""So many at most are walked at once, the strongest: products only fall on the way."""


@dataclass(frozen=True)
class EdgePath:
    """One way over the edge to v.

    Attributes:
        nodes: j, i, …, v by name. layer: m, in which the edge is passed.
        shares: α of each arrow on the way, from layer m to the last. product: what it brings.
    """

    nodes: tuple[str, ...]
    layer: int
    shares: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class EdgePaths:
    """φ of one edge and what it is made of.

    Attributes:
        total: φ, the sum of the products of all its paths. paths: the strongest, by product.
        rest: what all others add up to.
    """

    total: float
    paths: tuple[EdgePath, ...]
    rest: float


def edge_paths(
    trace: Trace,
    node: int | str,
    target: int | str,
    source: int | str,
    *,
    heads: Sequence[int | None] | None = None,
    most: int = MAX_LISTED,
) -> EdgePaths:
    """The paths that make φ of the edge source → target at a node; see `path_attribution`.

    Arguments:
        node, target, source: numbers or names.
        heads: for each layer one head, or None for the mean over its heads; the mean everywhere if left out.
        most: how many paths are listed.

    Raises:
        GatvizError: no such edge, node or head; a model that ends in one row for the whole graph.
    """
    names = trace.graph.names
    v, i, j = (place_of(names, end) for end in (node, target, source))
    reach_of(trace, v)
    layer = trace.layers[0]
    edge = layer.edge_of(i, j)
    if edge is None:
        raise GatvizError(
            _("arrow"),
            _("an arrow of this run"),
            quote(f"{names[j]} → {names[i]}"),
            _("name one of those that the model reads"),
        )
    shares = shares_of(trace, heads)
    total = float(walked(layer.edge_index, layer.num_nodes, v, shares).attention[edge])
    found: list[EdgePath] = []
    for m, share in enumerate(shares):
        for nodes, passed in _walks(layer.edge_index, i, v, shares[m + 1 :]):
            along = (float(share[edge]), *passed)
            called = tuple(names[n] for n in (j, *nodes))
            found.append(EdgePath(called, m, along, float(np.prod(along))))
    found.sort(key=lambda path: -path.product)
    listed = tuple(found[:most])
    rest = 0.0 if len(found) <= most and len(found) < _MAX_HELD else total - sum(path.product for path in listed)
    return EdgePaths(total, listed, max(rest, 0.0))


def _walks(
    edge_index: Indices, start: int, end: int, shares: Shares
) -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
    """The ways from one node to another, an arrow in each of these layers: the nodes, and α on the way."""
    source, target = edge_index
    steps = len(shares)
    can = _reaching(edge_index, end, steps)
    walks: list[tuple[tuple[int, ...], tuple[float, ...]]] = [((start,), ())]
    if start not in can[steps]:
        return []
    order = np.argsort(source, kind="stable")
    first = np.searchsorted(source[order], np.arange(int(source.max(initial=-1)) + 2))
    for k, share in enumerate(shares):
        there: Array = np.asarray(share)
        longer = []
        for nodes, passed in walks:
            at = nodes[-1]
            out = order[first[at] : first[at + 1]] if at + 1 < first.size else order[:0]
            longer += [
                ((*nodes, int(target[e])), (*passed, float(there[e])))
                for e in out
                if int(target[e]) in can[steps - k - 1]
            ]
        if len(longer) > _MAX_HELD:
            longer = sorted(longer, key=lambda walk: -float(np.prod(walk[1])))[:_MAX_HELD]
        walks = longer
    return walks


def _reaching(edge_index: Indices, end: int, steps: int) -> list[set[int]]:
    """For 0 … steps the nodes from which so many arrows lead to the end."""
    source, target = edge_index
    can = [{end}]
    for _step in range(steps):
        can.append(set(source[np.isin(target, list(can[-1]))].tolist()))
    return can
