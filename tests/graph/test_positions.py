"""Layouts: finite, deterministic, nothing on top of anything else."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import ConvexHull, Delaunay

from gatviz import GatvizError, Graph, sample_graph, sample_graph_names
from gatviz.graph.positions import LAYOUTS, MAX_SPRING, PICTURE, RADII, LayoutName, default_positions, layout


def graph_of(source: nx.Graph[Any]) -> Graph:
    return Graph.from_networkx(nx.convert_node_labels_to_integers(source))


SHAPES = {
    "one node": nx.empty_graph(1),
    "no edges": nx.empty_graph(7),
    "loops only": nx.Graph([(0, 0), (1, 1)]),
    "karate": nx.karate_club_graph(),
    "pieces": nx.disjoint_union_all([nx.cycle_graph(9), nx.path_graph(5), nx.star_graph(4), nx.empty_graph(3)]),
    "directed": nx.DiGraph([(0, 1), (1, 0), (2, 1), (3, 3)]),
    "complete": nx.complete_graph(12),
}


@pytest.mark.parametrize("kind", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_layout_is_finite_deterministic_and_sets_nodes_apart(kind: Any, shape: Any) -> None:
    graph = graph_of(SHAPES[shape])
    first, second = layout(graph, kind, seed=3), layout(graph, kind, seed=3)
    assert first.shape == (graph.num_nodes, 2)
    assert np.isfinite(first).all()
    assert np.array_equal(first, second)
    gaps = np.linalg.norm(first[:, None] - first[None], axis=2) + 9 * np.eye(graph.num_nodes)
    assert gaps.min() > 0.05


def hulls_are_apart(positions: np.ndarray, one: list[int], other: list[int]) -> bool:
    for inside, outside in ((one, other), (other, one)):
        if len(inside) > 2 and np.linalg.matrix_rank(positions[inside] - positions[inside[0]], tol=1e-6) == 2:
            hull = positions[inside][ConvexHull(positions[inside]).vertices]
            if (Delaunay(hull).find_simplex(positions[outside]) >= 0).any():
                return False
    return True


@pytest.mark.parametrize("kind", ["spring", "kamada_kawai"])
def test_pieces_that_no_edge_joins_do_not_overlap(kind: Any) -> None:
    source = SHAPES["pieces"]
    positions = layout(graph_of(source), kind)
    pieces = [sorted(piece) for piece in nx.connected_components(source) if len(piece) > 1]
    for k, one in enumerate(pieces):
        for other in pieces[k + 1 :]:
            assert hulls_are_apart(positions, one, other)


def test_the_seed_moves_a_spring_layout() -> None:
    karate = graph_of(SHAPES["karate"])
    assert not np.array_equal(layout(karate, "spring", 1), layout(karate, "spring", 2))


def test_a_bipartite_graph_gets_two_columns_with_the_side_that_is_read_on_the_left() -> None:
    keys_to_queries = Graph.from_networkx(nx.DiGraph([(0, 3), (0, 4), (1, 3), (2, 4)]))
    positions = layout(keys_to_queries, "bipartite")
    x = dict(zip(keys_to_queries.names, positions[:, 0], strict=True))
    place = {int(name): at for name, at in x.items()}
    assert len(set(place.values())) == 2
    assert all(place[source] < place[target] for source in (0, 1, 2) for target in (3, 4))


def test_circular_starts_on_top_and_runs_clockwise() -> None:
    positions = layout(graph_of(nx.cycle_graph(4)), "circular")
    angles = np.degrees(np.arctan2(positions[:, 1], positions[:, 0]))
    assert angles == pytest.approx([90, 0, -90, 180], abs=1e-9) or angles == pytest.approx([90, 0, -90, -180], abs=1e-9)


def test_default_positions_are_the_graphs_own_if_it_has_them() -> None:
    graph = graph_of(nx.cycle_graph(4))
    own = np.arange(8.0).reshape(4, 2)
    assert np.array_equal(default_positions(graph.with_positions(own)), own)
    assert np.array_equal(default_positions(graph), layout(graph, "kamada_kawai"))


def test_a_large_graph_is_laid_out_in_no_time_with_its_pieces_apart() -> None:
    source = nx.disjoint_union(nx.barabasi_albert_graph(MAX_SPRING, 2, seed=0), nx.path_graph(60))
    positions = default_positions(graph_of(source))
    assert np.isfinite(positions).all()
    assert hulls_are_apart(positions, list(range(MAX_SPRING)), list(range(MAX_SPRING, MAX_SPRING + 60)))


def test_unknown_and_too_costly_layouts_are_refused() -> None:
    karate = graph_of(SHAPES["karate"])
    with pytest.raises(GatvizError) as caught:
        layout(karate, "sprang")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "layout: expected one of spring, circular, kamada_kawai, bipartite, grid, found 'sprang'; choose one of these."
    )
    with pytest.raises(GatvizError, match="layout 'kamada_kawai': expected at most 300 nodes, found 301"):
        layout(graph_of(nx.path_graph(301)), "kamada_kawai")


def drawn_apart(positions: np.ndarray) -> bool:
    """Whether no two nodes touch on the smallest panel, each drawn with the radius that its number of them has."""
    count = len(positions)
    extent = np.ptp(positions, axis=0)
    scales = [size / length if length > 0 else np.inf for size, length in zip(PICTURE, extent, strict=True)]
    pixels = positions * min(scales)
    gaps = np.linalg.norm(pixels[:, None] - pixels[None], axis=2) + 1e9 * np.eye(count)
    return bool(gaps.min() >= 2 * next(radius for most, radius in RADII if count <= most))


@pytest.mark.parametrize("seed", range(50))
def test_no_two_nodes_touch_on_the_picture(seed: int) -> None:
    count = 5 + seed * 55 // 49
    made = {
        0: nx.gnp_random_graph(count, 0.02 + seed / 150, seed=seed),
        1: nx.barabasi_albert_graph(count, 2, seed=seed),
        2: nx.random_labeled_tree(count, seed=seed),
    }
    graph = graph_of(made[seed % 3])
    kinds: tuple[LayoutName, ...] = ("kamada_kawai", "spring")
    for kind in kinds:
        assert drawn_apart(layout(graph, kind))


@pytest.mark.parametrize("name", sample_graph_names())
def test_no_two_nodes_of_a_sample_touch(name: str) -> None:
    assert drawn_apart(default_positions(sample_graph(name)))
