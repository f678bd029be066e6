"""Where nodes go when nobody has placed them: [N, 2] positions, x to the right and y upwards.

One unit is about the length of an edge. Every layout is deterministic for its seed, finite, and puts
pieces of the graph that no edge joins beside each other, never on top of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.words import _, one_of

if TYPE_CHECKING:
    import networkx as nx
    from scipy.sparse import csr_array

LayoutName = Literal["spring", "circular", "kamada_kawai", "bipartite", "grid"]
LAYOUTS: tuple[str, ...] = get_args(LayoutName)

MAX_KAMADA_KAWAI = 150
"""Up to here the default layout is Kamada–Kawai, which shows distances best and costs N³."""
MAX_SPRING = 1_000
"""Up to here the default layout is spring, in about two seconds; above, a spiral for each piece."""

Positions = NDArray[np.float64]
PICTURE = (352.0, 190.0)
"""Width and height in pixels of the smallest picture that a layout is made for, without its margins."""
RADII = ((12, 23.0), (24, 15.0), (40, 12.0), (60, 10.0), (100, 8.0), (200, 6.0))
"""Up to so many nodes are drawn with this radius in pixels."""
_BETWEEN = 4.0
"""Free pixels between two nodes."""
_MAX_ROUNDS = 400
_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))
_GAP = 1.0


def default_positions(graph: Graph) -> Positions:
    """The graph's own positions, else ones that suit its size; [N, 2].

    Kamada–Kawai up to 150 nodes, spring up to 1,000; above that a spiral in breadth-first order, which
    costs O(N + E) and only says which nodes are near the hub of their piece.
    """
    if graph.positions is not None:
        return np.array(graph.positions)
    if graph.num_nodes <= MAX_KAMADA_KAWAI:
        return layout(graph, "kamada_kawai")
    if graph.num_nodes <= MAX_SPRING:
        return layout(graph, "spring")
    return _by_piece(graph, _spiral)


def layout(graph: Graph, kind: LayoutName, seed: int = 0) -> Positions:
    """Positions [N, 2] by one of the layouts; the graph's own positions play no part.

    Arguments:
        graph: any Graph.
        kind: "spring" (Fruchterman–Reingold), "kamada_kawai", "bipartite" (two columns; the side that is
            read stands left), "circular" (node 0 on top, then clockwise) or "grid" (row by row).
        seed: what the spring layout starts from; the others draw nothing.

    Raises:
        GatvizError: another kind, or Kamada–Kawai or spring on more nodes than they can place in seconds.
    """

    import networkx as nx

    if kind not in LAYOUTS:
        raise GatvizError(_("layout"), one_of(LAYOUTS), quote(kind), _("choose one of these"))
    most = {"kamada_kawai": 2 * MAX_KAMADA_KAWAI, "spring": 2 * MAX_SPRING}.get(kind, graph.num_nodes)
    if graph.num_nodes > most:
        raise GatvizError(
            _("layout '{kind}'").format(kind=kind),
            _("at most {most:,} nodes").format(most=most),
            f"{graph.num_nodes:,}",
            _("choose circular or grid"),
        )
    if kind == "circular":
        return _circle(graph.num_nodes)
    if kind == "grid":
        return _grid(graph.num_nodes)
    if kind == "bipartite":
        return _two_columns(graph)
    if kind == "kamada_kawai":
        return _set_apart(_by_piece(graph, lambda adj: _networkx(adj, nx.kamada_kawai_layout)))
    return _set_apart(_by_piece(graph, lambda adj: _networkx(adj, lambda g: nx.spring_layout(g, seed=seed))))


def _adjacency(graph: Graph) -> csr_array:
    """[N, N], symmetric, without loops: layouts see who is joined, not which way."""

    from scipy.sparse import coo_array

    source, target = graph.edge_index
    keep = source != target
    row, column = source[keep], target[keep]
    ones = np.ones(2 * row.size)
    both = (np.concatenate([row, column]), np.concatenate([column, row]))
    return coo_array((ones, both), shape=(graph.num_nodes,) * 2).tocsr()


def _by_piece(graph: Graph, place: Callable[[csr_array], Positions]) -> Positions:
    """Each connected piece placed by itself, then all set side by side."""

    from scipy.sparse.csgraph import connected_components

    positions = np.zeros((graph.num_nodes, 2))
    if graph.num_nodes == 0:
        return positions
    adj = _adjacency(graph)
    count, piece_of = connected_components(adj, directed=False)
    members = np.split(np.argsort(piece_of, kind="stable"), np.cumsum(np.bincount(piece_of))[:-1])
    alone = [nodes for nodes in members if nodes.size == 1]
    pieces = sorted((nodes for nodes in members if nodes.size > 1), key=lambda nodes: (-nodes.size, nodes[0]))
    placed = [place(adj[nodes][:, nodes] if count > 1 else adj) for nodes in pieces]
    if alone:  # all nodes without neighbours share one block
        pieces.append(np.concatenate(alone))
        placed.append(_grid(len(alone)))
    for nodes, corner, box in zip(pieces, _shelves(placed), placed, strict=True):
        positions[nodes] = box - box.min(axis=0) + corner
    middle: Positions = (positions.min(axis=0) + positions.max(axis=0)) / 2
    return positions - middle


def _shelves(boxes: list[Positions]) -> list[NDArray[np.float64]]:
    """The lower left corner of each box, set in rows about as wide as they are high together."""
    sizes = [np.ptp(box, axis=0) + _GAP for box in boxes]
    widest = max(float(size[0]) for size in sizes)
    width = max(widest, float(np.sqrt(sum(float(size.prod()) for size in sizes))) * 1.2)
    corners: list[NDArray[np.float64]] = []
    x = y = height = 0.0
    for size in sizes:
        if x > 0 and x + size[0] > width:
            x, y, height = 0.0, y - height, 0.0
        corners.append(np.array([x, y - size[1]]))
        x, height = x + float(size[0]), max(height, float(size[1]))
    return corners


def _networkx(adj: csr_array, place: Callable[[nx.Graph[int]], dict[int, NDArray[np.float64]]]) -> Positions:
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(adj.shape[0]))
    row, column = adj.nonzero()
    graph.add_edges_from(zip(row.tolist(), column.tolist(), strict=True))
    at = place(graph)
    positions = np.array([at[n] for n in range(adj.shape[0])], dtype=np.float64)
    if not np.isfinite(positions).all():
        return _circle(adj.shape[0])
    lengths = np.linalg.norm(positions[row] - positions[column], axis=1)
    middle = float(np.median(lengths))
    return positions / middle if middle > 1e-9 else _circle(adj.shape[0])


def _set_apart(positions: Positions) -> Positions:
    """The same picture with no two nodes on each other, as they are drawn on the smallest panel.

    Nodes that touch push each other away, within the picture's frame; the others stay where they are.
    """
    count = len(positions)
    radius = next((radius for most, radius in RADII if count <= most), None)
    if radius is None or count < 2:
        return positions
    extent = np.ptp(positions, axis=0)
    scale = min((size / length for size, length in zip(PICTURE, extent, strict=True) if length > 0), default=1.0)
    frame = np.array(PICTURE) / 2
    places = (positions - (positions.max(axis=0) + positions.min(axis=0)) / 2) * scale
    least = 2 * radius + _BETWEEN
    for _round in range(_MAX_ROUNDS):
        apart = places[:, None] - places[None]
        distance = np.linalg.norm(apart, axis=2)
        np.fill_diagonal(distance, np.inf)
        close = distance < least - 0.5
        if not close.any():
            break
        push = np.where(close, least - distance, 0.0) / np.maximum(distance, 1e-9) / 2
        # A node that is pushed from all sides moves by the mean, so that crowds dissolve instead of shaking.
        places += (apart * push[:, :, None]).sum(axis=1) / np.maximum(close.sum(axis=1), 1)[:, None] ** 0.5
        places = np.clip(places, -frame, frame)
    apart_now: Positions = places / scale
    return apart_now


def _spiral(adj: csr_array) -> Positions:
    """A sunflower: the busiest node in the middle, the others around it in breadth-first order."""

    from scipy.sparse.csgraph import breadth_first_order

    hub = int(np.argmax(np.diff(adj.indptr)))
    order = breadth_first_order(adj, hub, directed=False, return_predecessors=False)
    place = np.arange(order.size)
    radius, angle = np.sqrt(place + 0.5) * 0.6, place * _GOLDEN_ANGLE
    positions = np.zeros((order.size, 2))
    positions[order] = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return positions


def _circle(count: int) -> Positions:
    if count == 1:
        return np.zeros((1, 2))
    angle = np.pi / 2 - 2 * np.pi * np.arange(count) / max(count, 1)
    return np.column_stack([np.cos(angle), np.sin(angle)]) * count / (2 * np.pi) * 1.2


def _grid(count: int) -> Positions:
    columns = max(1, int(np.ceil(np.sqrt(count))))
    place = np.arange(count)
    return np.column_stack([place % columns, -(place // columns)]).astype(np.float64)


def _two_columns(graph: Graph) -> Positions:
    """Two columns by even and odd distance from each piece's first node: exact where a piece is bipartite."""

    from scipy.sparse.csgraph import connected_components

    count = graph.num_nodes
    if count == 0:
        return np.zeros((0, 2))
    adj = _adjacency(graph)
    pieces, piece_of = connected_components(adj, directed=False)
    right = np.zeros(count, dtype=bool)
    for members in np.split(np.argsort(piece_of, kind="stable"), np.cumsum(np.bincount(piece_of))[:-1]):
        if members.size > 1:
            right[members] = _odd_side(adj[members][:, members] if pieces > 1 else adj)
    out_degree = np.bincount(graph.edge_index[0], minlength=count).astype(np.float64)
    in_degree = np.bincount(graph.edge_index[1], minlength=count)
    # Messages run from left to right: a piece whose right side is read more than it reads is turned round.
    surplus = np.bincount(piece_of, np.where(right, 1, -1) * (out_degree - in_degree), minlength=pieces)
    right ^= (surplus > 0)[piece_of]
    positions = np.zeros((count, 2))
    sides = [np.flatnonzero(right == side) for side in (False, True)]
    tallest = max(side.size for side in sides)
    for x, side in enumerate(sides):
        nodes = side[np.argsort(piece_of[side], kind="stable")]
        step = (tallest - 1) / max(nodes.size - 1, 1) if nodes.size > 1 else 0.0
        top = (tallest - 1) / 2 if nodes.size > 1 else 0.0
        positions[nodes] = np.column_stack(
            [np.full(nodes.size, (x - 0.5) * max(2.0, tallest * 0.8)), top - step * np.arange(nodes.size)]
        )
    return positions


def _odd_side(adj: csr_array) -> NDArray[np.bool_]:
    from scipy.sparse.csgraph import breadth_first_order

    order, parent = breadth_first_order(adj, 0, directed=False)
    odd = np.zeros(order.size, dtype=bool)
    for node in order[1:]:
        odd[node] = not odd[parent[node]]
    return odd
