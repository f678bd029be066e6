"""Parts of large graphs: the strongest arcs, and the neighbourhood of a node."""

import time

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GatvizError
from gatviz.graph.subgraph import neighbourhood, strongest

#  0 → 1 → 2 → 3, 4 → 2, 3 → 3, 5 alone
ARCS = np.array([[0, 1, 4, 2, 3], [1, 2, 2, 3, 3]])
ALPHA = np.array([[1.0, 0.1], [0.2, 0.3], [0.8, 0.7], [0.4, 0.6], [0.6, 0.4]])


def test_strongest_by_hand():
    # The largest α of any head: 1.0, 0.3, 0.8, 0.6, 0.6.
    nodes, arcs = strongest(ALPHA, ARCS, max_arcs=2, max_nodes=6)
    assert arcs.tolist() == [0, 2]
    assert nodes.tolist() == [0, 1, 2, 4]
    nodes, arcs = strongest(ALPHA, ARCS, max_arcs=5, max_nodes=3)
    # After 0 → 1 one node has room: 4 → 2 and 2 → 3 would need two, 3 → 3 needs one.
    assert arcs.tolist() == [0, 4]
    assert nodes.tolist() == [0, 1, 3]


def test_strongest_of_one_head_breaks_ties_by_order():
    assert strongest(np.ones(5), ARCS, 2, 6)[1].tolist() == [0, 1]


def test_strongest_of_nothing():
    nodes, arcs = strongest(np.zeros((0, 2)), np.zeros((2, 0), dtype=np.int64), 5, 5)
    assert nodes.size == arcs.size == 0
    assert strongest(ALPHA, ARCS, 0, 5)[1].size == 0
    assert strongest(ALPHA, ARCS, 5, 0)[1].size == 0


def _slow_strongest(alpha, edge_index, max_arcs, max_nodes):
    chosen, touched = [], set()
    for arc in np.argsort(-alpha.max(axis=1), kind="stable").tolist():
        ends = set(edge_index[:, arc].tolist())
        if len(chosen) < max_arcs and len(touched | ends) <= max_nodes:
            touched |= ends
            chosen.append(arc)
    return sorted(touched), sorted(chosen)


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(0, 40), st.integers(0, 50), st.integers(0, 14))
@settings(max_examples=150, deadline=None)
def test_strongest_is_the_greedy_choice(seed, num_nodes, num_arcs, max_arcs, max_nodes):
    rng = np.random.default_rng(seed)
    arcs = rng.integers(0, num_nodes, (2, num_arcs))
    alpha = rng.integers(0, 5, (num_arcs, 3)) / 4
    if num_arcs == 0:
        alpha = np.zeros((0, 3))
    nodes, chosen = strongest(alpha, arcs, max_arcs, max_nodes)
    assert (nodes.tolist(), chosen.tolist()) == _slow_strongest(alpha, arcs, max_arcs, max_nodes)


def test_neighbourhood_reads_from_target_to_source():
    assert neighbourhood(ARCS, 6, 3, 0, 9)[0].tolist() == [3]
    assert neighbourhood(ARCS, 6, 3, 0, 9)[1].tolist() == [4]
    nodes, arcs = neighbourhood(ARCS, 6, 3, 1, 9)
    assert (nodes.tolist(), arcs.tolist()) == ([2, 3], [3, 4])
    nodes, arcs = neighbourhood(ARCS, 6, 3, 2, 9)
    assert (nodes.tolist(), arcs.tolist()) == ([1, 2, 3, 4], [1, 2, 3, 4])
    assert neighbourhood(ARCS, 6, 0, 3, 9)[0].tolist() == [0]
    assert neighbourhood(ARCS, 6, 5, 3, 9)[0].tolist() == [5]


def test_neighbourhood_other_directions():
    assert neighbourhood(ARCS, 6, 0, 2, 9, direction="is_read")[0].tolist() == [0, 1, 2]
    assert neighbourhood(ARCS, 6, 1, 1, 9, direction="both")[0].tolist() == [0, 1, 2]


def test_neighbourhood_keeps_the_most_attended_when_there_is_no_room():
    nodes, arcs = neighbourhood(ARCS, 6, 2, 3, 2, ALPHA)
    assert (nodes.tolist(), arcs.tolist()) == ([2, 4], [2])
    assert neighbourhood(ARCS, 6, 2, 3, 2)[0].tolist() == [1, 2]
    assert neighbourhood(ARCS, 6, 2, 3, 9, ALPHA, max_arcs=1)[1].tolist() == [0]


@pytest.mark.parametrize("direction", ["reads", "is_read", "both"])
def test_neighbourhood_is_what_networkx_finds(direction):
    graph = nx.gnp_random_graph(40, 0.06, seed=3, directed=True)
    arcs = np.array(list(graph.edges)).T
    seen = {"reads": graph.reverse(), "is_read": graph, "both": graph.to_undirected()}[direction]
    for hops in range(4):
        nodes, chosen = neighbourhood(arcs, 40, 7, hops, 40, direction=direction)
        expected = sorted(nx.single_source_shortest_path_length(seen, 7, cutoff=hops))
        assert nodes.tolist() == expected
        assert {(int(u), int(v)) for u, v in arcs[:, chosen].T} == set(graph.subgraph(expected).edges)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((6, 1, 5), "neighbourhood: expected a node from 0 to 5, found 6; choose a node of the graph."),
        ((0, -1, 5), "neighbourhood: expected hops ≥ 0 and max_nodes ≥ 1, found -1 and 5; choose such numbers."),
        ((0, 1, 0), "neighbourhood: expected hops ≥ 0 and max_nodes ≥ 1, found 1 and 0; choose such numbers."),
    ],
)
def test_neighbourhood_refuses(arguments, message):
    with pytest.raises(GatvizError) as error:
        neighbourhood(ARCS, 6, *arguments)
    assert str(error.value) == message


def test_a_million_arcs_take_a_moment():
    rng = np.random.default_rng(0)
    arcs = rng.integers(0, 100_000, (2, 1_000_000))
    alpha = rng.random((1_000_000, 8), dtype=np.float32)
    start = time.perf_counter()
    nodes, chosen = strongest(alpha, arcs, 1_000, 200)
    near, _ = neighbourhood(arcs, 100_000, 5, 3, 200, alpha, max_arcs=1_000)
    assert nodes.size <= 200
    assert chosen.size
    assert near.size == 200
    assert time.perf_counter() - start < 5
