"""Graphs made to order: their shapes by hand, the same for the same seed, and sentences for wrong sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

from gatviz import GatvizError, Graph
from gatviz.graph.features import FEATURE_KINDS, FeatureKind, made_up_features
from gatviz.graph.generators import GENERATORS, generate, real_graph, real_graph_names


def edges(graph: Graph) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in graph.edge_index.T.tolist()}


@pytest.mark.parametrize("name", GENERATORS)
def test_each_kind_makes_a_graph_that_says_what_it_is(name: str) -> None:
    graph = generate(name)
    assert 2 < graph.num_nodes <= 200
    assert graph.num_edges > 0
    assert graph.num_features > 0
    kind = GENERATORS[name]
    assert kind.title in graph.description
    assert kind.teaches in graph.description
    assert bool(graph.notes) != kind.own_features
    assert (graph.edge_index[0] != graph.edge_index[1]).all()
    if graph.positions is not None:
        gaps = np.linalg.norm(graph.positions[:, None] - graph.positions[None], axis=2) + 9 * np.eye(graph.num_nodes)
        assert gaps.min() >= 0.9


@pytest.mark.parametrize("name", GENERATORS)
def test_the_seed_decides_what_is_drawn_and_nothing_else(name: str) -> None:
    if not GENERATORS[name].drawn:
        with pytest.raises(GatvizError, match="seed: expected something to draw"):
            generate(name, seed=3)
        return
    assert generate(name, seed=3) == generate(name, seed=3)
    assert generate(name, seed=3).fingerprint != generate(name, seed=4).fingerprint
    assert generate(name) == generate(name, seed=0)


CALLS = [
    (n, p.name, getattr(p, end)) for n, kind in GENERATORS.items() for p in kind.parameters for end in ("low", "high")
]
TOO_LARGE = {
    ("erdos_renyi", "nodes"),
    ("stochastic_blocks", "nodes"),
    ("tree", "levels"),
    ("tree", "branches"),
    ("barabasi_albert", "links"),
}


@pytest.mark.parametrize(("name", "parameter", "value"), CALLS)
def test_the_ends_of_each_range_give_a_graph_or_a_sentence(name: str, parameter: str, value: float) -> None:
    call: dict[str, Any] = {parameter: value}
    if (name, parameter) in TOO_LARGE and value > 1:
        with pytest.raises(GatvizError, match=r"at most \d|fewer links"):
            generate(name, **call)
    elif (name, parameter, value) == ("barabasi_albert", "nodes", 2):
        with pytest.raises(GatvizError, match="fewer links"):
            generate(name, nodes=2)
    else:
        graph = generate(name, **call)
        assert 0 < graph.num_nodes <= 20_000
        assert np.isfinite(graph.x).all()


def test_shapes_by_hand() -> None:
    ring = generate("ring", nodes=4)
    assert edges(ring) == {frozenset(p) for p in [(0, 1), (1, 2), (2, 3), (3, 0)]}
    assert ring.num_edges == 8
    assert not ring.directed
    grid = generate("grid", rows=2, columns=3)
    assert grid.names == ("0,0", "0,1", "0,2", "1,0", "1,1", "1,2")
    assert edges(grid) == {frozenset(p) for p in [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5)]}
    assert grid.positions is not None
    assert grid.positions[0].tolist() == [-1, 0.5]
    star = generate("star", leaves=3)
    assert star.names[0] == "hub"
    assert edges(star) == {frozenset(p) for p in [(0, 1), (0, 2), (0, 3)]}
    tree = generate("tree", branches=2, levels=2)
    assert edges(tree) == {frozenset(p) for p in [(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)]}
    both = generate("complete_bipartite", sources=2, targets=1)
    assert both.edge_index.tolist() == [[0, 1], [2, 2]]
    assert both.directed


def test_drawn_ones_have_the_statistics_they_promise() -> None:
    random = generate("erdos_renyi", nodes=200, probability=0.1, seed=1)
    assert random.num_edges / (200 * 199) == pytest.approx(0.1, abs=0.015)
    assert generate("erdos_renyi", nodes=5, probability=1).num_edges == 20
    assert generate("barabasi_albert", nodes=50, links=3).num_edges == 2 * 3 * 47
    blocks = generate("stochastic_blocks", blocks=2, nodes=30, within=0.5, between=0.02, noise=0.1)
    same = blocks.class_index[blocks.edge_index[0]] == blocks.class_index[blocks.edge_index[1]]
    assert same.mean() > 0.9
    assert (blocks.x.argmax(axis=1) == blocks.class_index).mean() > 0.95


def test_the_dictionary_is_the_papers() -> None:
    graph = generate("dictionary", keys=3, seed=0)
    assert graph.num_edges == 9
    assert graph.names == ("key 0", "key 1", "key 2", "query 0", "query 1", "query 2")
    for n in range(3):
        key, query = graph.x[n], graph.x[3 + n]
        assert key[:3].tolist() == query[:3].tolist() == np.eye(3)[n].tolist()
        assert query[3:].tolist() == [0, 0, 0]
        assert graph.labels is not None
        assert graph.labels[3 + n] == f"value {key[3:].argmax()}"
        assert graph.labels is not None
        assert graph.labels[n] is None
    assert sorted(graph.x[:3, 3:].argmax(axis=1)) == [0, 1, 2]


@pytest.mark.parametrize("kind", FEATURE_KINDS)
def test_features_on_request(kind: FeatureKind) -> None:
    graph = generate("star", leaves=3, features=kind, seed=5 if kind == "random" else None)
    assert graph.x.shape == (4, {"one_hot": 4, "degree": 1, "constant": 1, "random": 4}[kind])
    assert len(graph.notes) == 1
    if kind == "degree":
        assert graph.x.ravel().tolist() == [3, 1, 1, 1]
    if kind == "random":
        assert graph.x.tolist() == generate("star", leaves=3, features=kind, seed=5).x.tolist()
        assert graph.x.tolist() != generate("star", leaves=3, features=kind, seed=6).x.tolist()
    assert generate("stochastic_blocks", features="constant").num_features == 1


def test_large_ones_get_the_degree() -> None:
    graph = generate("ring", nodes=201)
    assert graph.feature_names == ("in_degree",)
    assert graph.notes == ("each node's feature is the number of its incoming arrows",)


@pytest.mark.parametrize("name", real_graph_names())
def test_real_graphs_are_networkxs(name: str) -> None:
    graph = real_graph(name)
    shipped = {
        "karate_club": nx.karate_club_graph,
        "les_miserables": nx.les_miserables_graph,
        "florentine_families": nx.florentine_families_graph,
        "davis_women": nx.davis_southern_women_graph,
    }[name]()
    assert graph.names == tuple(map(str, shipped))
    assert {frozenset(graph.names[n] for n in pair) for pair in edges(graph)} == {
        frozenset(map(str, pair)) for pair in shipped.edges
    }
    assert graph.num_edges == 2 * shipped.number_of_edges()
    assert graph.num_features == graph.num_nodes
    assert len(graph.description) > 60
    if "weight" in graph.edge_attributes:
        first = graph.edge_index[:, 0]
        nodes = list(shipped)
        assert graph.edge_attributes["weight"][0] == shipped.edges[nodes[first[0]], nodes[first[1]]]["weight"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: generate("hexagon"),
            "generate: expected one of erdos_renyi, barabasi_albert, stochastic_blocks, grid, ring, tree, star, "
            "complete_bipartite, dictionary, two_sides, own_feature, found 'hexagon'; choose one of these.",
        ),
        (
            lambda: generate("ring", size=3),
            "generate 'ring': expected nodes, found 'size'; leave it out or correct its name.",
        ),
        (
            lambda: generate("ring", nodes=2),
            "generate 'ring', nodes: expected a whole number from 3 to 20,000, found 2; choose one of these.",
        ),
        (
            lambda: generate("ring", nodes=3.5),
            "generate 'ring', nodes: expected a whole number from 3 to 20,000, found 3.5; choose one of these.",
        ),
        (
            lambda: generate("erdos_renyi", probability=float("nan")),
            "generate 'erdos_renyi', probability: expected a number from 0.0 to 1.0, found nan; choose one of these.",
        ),
        (
            lambda: generate("erdos_renyi", nodes=20_000, probability=1),
            "generate 'erdos_renyi': expected at most 500,000 arrows, found about 399,980,000; choose smaller numbers.",
        ),
        (
            lambda: generate("tree", branches=50, levels=50),
            "generate 'tree': expected at most 20,000 nodes, found more; choose fewer levels.",
        ),
        (
            lambda: generate("barabasi_albert", nodes=3, links=3),
            "generate 'barabasi_albert': expected fewer links than nodes, found 3 links, 3 nodes; add nodes.",
        ),
        (
            lambda: generate("ring", features="words"),  # type: ignore[arg-type]
            "features: expected one of one_hot, degree, constant, random, found 'words'; choose one of these.",
        ),
        (
            lambda: generate("ring", nodes=2_001, features="one_hot"),
            "one-hot features: expected at most 2,000 nodes, found 2,001; choose the degree or a constant.",
        ),
        (
            lambda: generate("ring", features="random", seed=-1),
            "generate 'ring', seed: expected a whole number from 0 to 4,294,967,295, found -1; choose one of these.",
        ),
        (
            lambda: real_graph("x"),
            "real_graph: expected one of karate_club, les_miserables, florentine_families, davis_women, "
            "found 'x'; choose one of these.",
        ),
    ],
)
def test_wrong_requests_get_a_sentence(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(GatvizError) as error:
        call()
    assert str(error.value) == message


def test_random_features_are_plain_decimals() -> None:
    x, names = made_up_features("random", ["a", "b", "c"], np.zeros((2, 0), dtype=np.int64), seed=1, columns=2)
    assert names == ("random 0", "random 1")
    assert x.shape == (3, 2)
    assert (x == x.round(2)).all()
    assert not np.signbit(x[x == 0]).any()
