"""Where to draw nodes: positions [N, 2], x to the right, y upwards, the same for the same graph."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from gatviz.graph import Graph

_SEED = 7
_MOST_FOR_KAMADA_KAWAI = 150
_MOST_FOR_SPRING = 1_000
_PIECE_GAP = 0.6


def default_positions(graph: Graph) -> NDArray[np.float64]:
    """The graph's own positions, else a layout that suits its size."""
    if graph.positions is not None:
        return np.array(graph.positions)
    count = graph.num_nodes
    if count > _MOST_FOR_SPRING:
        return _spiral(count)
    undirected = nx.Graph()
    undirected.add_nodes_from(range(count))
    undirected.add_edges_from((int(u), int(v)) for u, v in graph.edge_index.T if u != v)
    pieces = sorted(nx.connected_components(undirected), key=lambda piece: (-len(piece), min(piece)))
    positions = np.zeros((count, 2))
    left = 0.0
    for piece in pieces:
        nodes = sorted(piece)
        placed = _place_piece(undirected.subgraph(nodes), nodes)
        size = max(np.ptp(placed, axis=0).max(), 1e-9) if len(nodes) > 1 else 1.0
        placed = (placed - placed.min(axis=0)) / size * np.sqrt(len(nodes) / count) * 2
        positions[nodes] = placed - [0, placed[:, 1].mean()] + [left, 0]
        left = positions[nodes][:, 0].max() + _PIECE_GAP
    return positions


def _place_piece(piece: nx.Graph, nodes: list[int]) -> NDArray[np.float64]:
    if len(nodes) <= 2:
        return np.array([[float(k), 0.0] for k in range(len(nodes))])
    if len(nodes) <= _MOST_FOR_KAMADA_KAWAI:
        placed = nx.kamada_kawai_layout(piece)
    else:
        placed = nx.spring_layout(piece, seed=_SEED)
    return np.array([placed[node] for node in nodes], dtype=np.float64)


def _spiral(count: int) -> NDArray[np.float64]:
    """Evenly over a disc, in the order of the nodes: what is drawn of a huge graph is laid out later."""
    k = np.arange(count)
    angle, radius = k * np.pi * (3 - np.sqrt(5)), np.sqrt((k + 0.5) / count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
