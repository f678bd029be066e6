"""Parts of large graphs: the strongest edges, and the neighbourhood of a node."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gatviz import GatvizError
from gatviz.graph.subgraph import Direction, in_order, neighbourhood, strongest

#  0 → 1 → 2 → 3, 4 → 2, 3 → 3, 5 alone
EDGES = np.array([[0, 1, 4, 2, 3], [1, 2, 2, 3, 3]])
ALPHA = np.array([[1.0, 0.1], [0.2, 0.3], [0.8, 0.7], [0.4, 0.6], [0.6, 0.4]])


def test_strongest_by_hand() -> None:
    # The largest α of any head: 1.0, 0.3, 0.8, 0.6, 0.6.
    part = strongest(ALPHA, EDGES, 6, max_edges=2)
    assert (part.nodes.tolist(), part.edges.tolist()) == ([0, 1, 2, 3, 4, 5], [0, 2])
    part = strongest(ALPHA, EDGES, 6, max_nodes=4)
    # 0 → 1, then 4 → 2; 2 → 3 would be a fifth node, and what comes after is not looked at.
    assert (part.nodes.tolist(), part.edges.tolist()) == ([0, 1, 2, 4], [0, 2])
    part = strongest(ALPHA, EDGES, 6, max_nodes=3)
    assert (part.nodes.tolist(), part.edges.tolist()) == ([0, 1], [0])
    assert "Drawn are 1 of 5 arrows, and 2 of 6 nodes" in part.told("α")
    assert "touch at most 3 nodes" in part.told("α")


def test_strongest_breaks_ties_by_target_then_source() -> None:
    given = np.array([[3, 1, 0, 2], [0, 2, 2, 1]])
    assert given[:, in_order(np.ones(4), given)].T.tolist() == [[3, 0], [2, 1], [0, 2], [1, 2]]


def test_strongest_of_nothing() -> None:
    part = strongest(np.zeros((0, 2)), np.zeros((2, 0), dtype=np.int64), 3)
    assert (part.nodes.tolist(), part.edges.size, part.told("α")) == ([0, 1, 2], 0, "")
    assert strongest(ALPHA, EDGES, 6, max_edges=0).edges.size == 0
    assert strongest(ALPHA, EDGES, 6, max_nodes=0).edges.size == 0


@st.composite
def weighted_graphs(draw: Callable[..., Any]) -> tuple[int, NDArray[np.int64], NDArray[np.float64]] | None:
    num_nodes = draw(st.integers(1, 9))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, num_nodes - 1)] * 2), unique=True, max_size=30))
    weights = [[draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])) for _ in range(2)] for _ in pairs]
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return num_nodes, edges, np.array(weights, dtype=float).reshape(-1, 2)


@given(weighted_graphs(), st.integers(0, 32), st.integers(0, 10), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_strongest_are_the_longest_beginning_of_one_order(
    given_graph: tuple[int, NDArray[np.int64], NDArray[np.float64]], max_edges: Any, max_nodes: int, random: Any
) -> None:
    num_nodes, edges, alpha = given_graph
    part = strongest(alpha, edges, num_nodes, max_edges, max_nodes)
    largest = alpha.max(axis=1, initial=0)
    order = sorted(range(edges.shape[1]), key=lambda k: (-largest[k], edges[1, k], edges[0, k]))

    def fits(chosen: list[int]) -> bool:
        return len(chosen) <= max_edges and len({int(n) for n in edges[:, chosen].ravel()}) <= max_nodes

    count = part.edges.size
    assert sorted(order[:count]) == part.edges.tolist()
    assert fits(order[:count])
    assert count == len(order) or not fits(order[: count + 1])
    undrawn = np.setdiff1d(np.arange(len(order)), part.edges)
    if count and undrawn.size:
        assert largest[undrawn].max() <= largest[part.edges].min()
    if num_nodes > max_nodes:
        assert part.nodes.tolist() == sorted({int(n) for n in edges[:, part.edges].ravel()})
    else:
        assert part.nodes.tolist() == list(range(num_nodes))

    shuffled = list(range(edges.shape[1]))
    random.shuffle(shuffled)
    again = strongest(alpha[shuffled], edges[:, shuffled], num_nodes, max_edges, max_nodes)
    assert set(zip(*edges[:, shuffled][:, again.edges].tolist(), strict=True)) == set(
        zip(*edges[:, part.edges].tolist(), strict=True)
    )
    assert again.told("α") == part.told("α")


@given(weighted_graphs(), st.integers(0, 3), st.integers(1, 9), st.integers(0, 20))
@settings(max_examples=150, deadline=None)
def test_a_neighbourhood_says_what_it_leaves_out(
    given_graph: tuple[int, NDArray[np.int64], NDArray[np.float64]], hops: int, max_nodes: int, max_edges: Any
) -> None:
    num_nodes, edges, alpha = given_graph
    part = neighbourhood(edges, num_nodes, 0, hops, max_nodes, alpha, max_edges=max_edges)
    reader = nx.DiGraph([(int(i), int(j)) for j, i in edges.T])
    reader.add_node(0)
    near = nx.single_source_shortest_path_length(reader, 0, cutoff=hops)
    asked, among = part.around, part.among(edges)
    assert asked is not None
    assert asked.reached == len(near)
    assert set(part.nodes.tolist()) <= set(near)
    assert asked is not None
    assert (asked.cut_at is None) == (part.nodes.size == len(near))
    between = np.flatnonzero(np.isin(edges, part.nodes).all(axis=0))
    assert asked is not None
    assert asked.edges_among == between.size
    assert sorted(among.tolist()) == between.tolist()
    assert among[: part.edges.size].tolist() == part.edges.tolist()
    largest = alpha.max(axis=1, initial=0)
    if part.edges.size and among.size > part.edges.size:
        assert largest[among[part.edges.size :]].max() <= largest[part.edges].min()
    told = part.told("α", [f"n{n}" for n in range(num_nodes)])
    assert bool(told) != part.is_whole
    assert ("in the order of" in told) == (part.edges.size < between.size)
    assert asked is not None
    assert ("at hop" in told) == (asked.cut_at is not None)


def near(*arguments: Any, **more: Any) -> tuple[list[Any] | list[int], ...]:
    part = neighbourhood(EDGES, 6, *arguments, **more)
    return part.nodes.tolist(), part.edges.tolist()


def test_neighbourhood_reads_from_target_to_source() -> None:
    assert near(3, 0, 9) == ([3], [4])
    assert near(3, 1, 9) == ([2, 3], [3, 4])
    assert near(3, 2, 9) == ([1, 2, 3, 4], [1, 2, 3, 4])
    assert near(0, 3, 9)[0] == [0]
    assert near(5, 3, 9)[0] == [5]


def test_neighbourhood_other_directions() -> None:
    assert near(0, 2, 9, direction="is_read")[0] == [0, 1, 2]
    assert near(1, 1, 9, direction="both")[0] == [0, 1, 2]


def test_a_neighbourhood_is_told_in_words() -> None:
    names = ["A", "B", "C", "D", "E", "F"]
    whole = neighbourhood(EDGES, 6, 3, 1, 9, ALPHA, max_edges=9)
    assert whole.told("α", names) == (
        "Of the neighbourhood of D, at most 1 hop along what it reads, drawn are all 2 nodes (the graph has 6); "
        "and all 2 arrows between them (the graph has 5)."
    )
    cut = neighbourhood(EDGES, 6, 3, 2, 3, ALPHA, max_edges=1)
    assert cut.told("α", names) == (
        "Of the neighbourhood of D, at most 2 hops along what it reads, drawn are 3 of 4 nodes (the graph has 6); at "
        "hop 2 there was room only for those joined to the nodes before by the strongest arrows, and no further hop "
        "was taken, as at most 3 nodes are drawn; and 1 of 3 arrows between them (the graph has 5): the first 1 in "
        "the order of α."
    )


def test_neighbourhood_keeps_the_most_attended_when_there_is_no_room() -> None:
    assert near(2, 3, 2, ALPHA) == ([2, 4], [2])
    assert near(2, 3, 2)[0] == [1, 2]
    assert near(2, 3, 9, ALPHA, max_edges=1)[1] == [0]


@pytest.mark.parametrize("direction", ["reads", "is_read", "both"])
def test_neighbourhood_is_what_networkx_finds(direction: Direction) -> None:
    graph = nx.gnp_random_graph(40, 0.06, seed=3, directed=True)
    edges = np.array(list(graph.edges)).T
    seen = {"reads": graph.reverse(), "is_read": graph, "both": graph.to_undirected()}[direction]
    for hops in range(4):
        part = neighbourhood(edges, 40, 7, hops, 40, direction=direction)
        expected = sorted(nx.single_source_shortest_path_length(seen, 7, cutoff=hops))
        assert part.nodes.tolist() == expected
        assert {(int(u), int(v)) for u, v in edges[:, part.edges].T} == set(graph.subgraph(expected).edges)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((6, 1, 5), "neighbourhood: expected a node from 0 to 5, found 6; choose a node of the graph."),
        ((0, -1, 5), "neighbourhood: expected hops ≥ 0 and max_nodes ≥ 1, found -1 and 5; choose such numbers."),
        ((0, 1, 0), "neighbourhood: expected hops ≥ 0 and max_nodes ≥ 1, found 1 and 0; choose such numbers."),
    ],
)
def test_neighbourhood_refuses(arguments: tuple[int, int, int], message: str) -> None:
    with pytest.raises(GatvizError) as error:
        neighbourhood(EDGES, 6, *arguments)
    assert str(error.value) == message


def test_a_million_edges_take_a_moment() -> None:
    rng = np.random.default_rng(0)
    edges = rng.integers(0, 100_000, (2, 1_000_000))
    alpha = rng.random((1_000_000, 8), dtype=np.float32)
    start = time.process_time()
    part = strongest(alpha, edges, 100_000)
    around = neighbourhood(edges, 100_000, 5, 3, 200, alpha, max_edges=1_000)
    assert part.nodes.size <= 200
    assert part.edges.size
    assert around.nodes.size == 200
    assert time.process_time() - start < 5
