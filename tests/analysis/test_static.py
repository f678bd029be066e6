"""The static-attention test: a theorem for GAT, not so for GATv2, and counted by brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from gatviz import GATAttentionLayer, Graph
from gatviz.analysis import rankings, static, static_attention
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layer_trace import GATTrace, GATv2Trace
from gatviz.attention.layers import new_generator
from tests.attention.hand_traces import graph_of, uniform, with_alpha

# A and B read C and D; C reads D alone; D reads none.
ADJ = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]])


def with_scores(*rows: tuple[float, float, float, float]) -> GATTrace:
    """One head each: e of A reading C, A reading D, B reading C, B reading D."""
    e = np.zeros((len(rows), 4, 4))
    for head, (ac, ad, bc, bd) in enumerate(rows):
        e[head, 0, 2:], e[head, 1, 2:] = (ac, ad), (bc, bd)
    return with_alpha(ADJ, uniform(ADJ, len(rows)), e=e)


def test_the_same_order_is_static() -> None:
    found = static_attention(with_scores((1, 2, -3, 5)), graph_of(ADJ))
    assert (found.static, found.target_pairs, found.comparisons) == ((True,), 1, 1)
    assert (found.agreeing.tolist(), found.contrary.tolist()) == ([1], [0])
    assert found.sentences[0] == (
        "Head 0 ranks the sources in the same order for every target (static attention): "
        "the one pair of targets that shares two or more sources agrees."
    )
    assert "theorem" in found.sentences[1]


def test_the_opposite_order_is_dynamic() -> None:
    found = static_attention(with_scores((1, 2, 5, -3), (1, 2, 1, 2)), graph_of(ADJ))
    assert found.static == (False, True)
    assert (found.agreeing.tolist(), found.contrary.tolist()) == ([0, 1], [1, 0])
    assert found.examples == ((1, 0, 2, 3), None)
    assert found.sentences[0].startswith("Head 1 ranks")
    assert found.sentences[1] == (
        "Head 0 ranks the sources differently from target to target (dynamic attention): 1 of 1 pair of targets "
        "do not agree, e.g. B ranks C above D, and A the other way round."
    )
    assert "contradicts the theorem" in found.sentences[2]  # the trace says that a GAT layer made these scores
    assert found.table["static"].tolist() == [False, True]


def test_ties_agree_with_any_order() -> None:
    assert static_attention(with_scores((1, 1, 5, -3))).static == (True,)
    close = with_scores((1, 1 + 1e-3, 5, -3))
    assert static_attention(close).static == (False,)
    found = static_attention(close, tolerance=0.01)
    assert found.static == (True,)
    assert "within 0.01 count as tied" in found.sentences[-1]


def test_vacuous_where_no_two_targets_share_two_sources() -> None:
    for adj in (np.eye(3), np.zeros((3, 3)), [[1, 1, 0], [0, 1, 1], [1, 0, 1]], np.zeros((0, 0))):
        found = static_attention(with_alpha(adj, uniform(adj, 2)))
        assert found.static == (None, None)
        assert (found.target_pairs, found.comparisons) == (0, 0)
        assert found.sentences == (
            "No two targets share two sources, so there is no order to compare: the test says nothing here.",
        )
        assert found.table["static"].isna().all()


def random_graph(seed: int, nodes: int = 9, density: float = 0.5) -> Graph:
    rng = np.random.default_rng(seed)
    adj = rng.random((nodes, nodes)) < density
    return Graph(
        names=tuple(f"n{k}" for k in range(nodes)),
        x=rng.normal(size=(nodes, 3)),
        edge_index=np.stack(np.nonzero(adj)[::-1]),
    )


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_gat_is_static_whatever_the_weights(seed: int, slope: float) -> None:
    layer = GATAttentionLayer(3, 4, 3, negative_slope=slope, generator=new_generator(seed))
    found = static_attention(layer.trace(random_graph(seed)))
    assert found.theorem
    assert found.static == (True, True, True)
    assert found.sentences[0].startswith("Every head ranks the sources in the same order for every target")


def test_a_negative_slope_is_no_theorem() -> None:
    trace = GATAttentionLayer(3, 4, 8, negative_slope=-1.0, generator=new_generator(0)).trace(random_graph(0))
    found = static_attention(trace)
    assert not found.theorem
    assert False in found.static


def test_gatv2_chooses_for_every_target() -> None:
    """e = −|x_i − x_j|, with a = (−1, −1), hidden = (x_i − x_j)⁺ and (x_j − x_i)⁺ at slope 0: each likes its own."""
    layer = GATv2AttentionLayer(1, 2, 1, negative_slope=0.0)
    layer.set_weights(W_target=[[[1], [-1]]], W_source=[[[-1], [1]]], a=[[-1, -1]])
    graph = Graph(names=("A", "B"), x=np.array([[0], [1]]), edge_index=np.array([[0, 1, 0, 1], [0, 0, 1, 1]]))
    found = static_attention(layer.trace(graph), graph)
    assert (found.static, found.theorem) == ((False,), False)
    assert "theorem" not in " ".join(found.sentences)
    assert "A ranks A above B, and B the other way round" in found.sentences[0]


def brute_force(trace: GATv2Trace, head: int, tolerance: float) -> tuple[int, int, int, int]:
    """Target pairs, disagreeing ones, comparisons, contrary ones: pair by pair."""
    reads = [{int(trace.edge_index[0, k]): float(trace.e[k, head]) for k in range(*trace.edges_into(i).indices(10**6))}
             for i in range(trace.num_nodes)]  # fmt: skip
    pairs = disagreeing = comparisons = contrary = 0
    for one, other in combinations(reads, 2):
        shared = sorted(one.keys() & other.keys())
        signs = []
        for j, k in combinations(shared, 2):
            first, second = one[j] - one[k], other[j] - other[k]
            signs.append((first > tolerance and second < -tolerance) or (first < -tolerance and second > tolerance))
        pairs += bool(signs)
        disagreeing += any(signs)
        comparisons += len(signs)
        contrary += sum(signs)
    return pairs, disagreeing, comparisons, contrary


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_brute_force(seed: int, sparse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not sparse:
        monkeypatch.setattr(static, "_MAX_SPARSE_WORK", -1)
    graph = random_graph(seed, nodes=12, density=0.3 + 0.15 * seed)
    trace = GATv2AttentionLayer(3, 4, 2, generator=new_generator(seed)).trace(graph)
    found = static_attention(trace, graph)
    for head in range(2):
        assert isinstance(trace, GATv2Trace)
        pairs, disagreeing, comparisons, contrary = brute_force(trace, head, found.tolerance)
        assert found.target_pairs == pairs
        assert found.agreeing[head] == pairs - disagreeing
        assert (found.comparisons, found.contrary[head]) == (comparisons, contrary)
        example = found.examples[head]
        assert example is not None
        e = trace.dense("e", head)
        assert e[example.first, example.upper] > e[example.first, example.lower]
        assert e[example.second, example.upper] < e[example.second, example.lower]
        for i in (example.first, example.second):
            for j in (example.upper, example.lower):
                assert trace.adjacency[i, j]


def test_too_large_a_graph_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "MAX_SOURCE_PAIRS", 1)
    found = static_attention(with_scores((1, 2, 5, -3)))
    assert found.static == (None,)
    assert "not run" in found.sentences[0]


def test_rankings_are_a_table() -> None:
    """A ranks D first with the larger score; B ties."""
    table = rankings(with_scores((1, 2, 3, 3)), graph_of(ADJ))
    assert table[["target", "source", "rank"]].to_numpy().tolist() == [
        ["A", "C", 2],
        ["A", "D", 1],
        ["B", "C", 1.5],
        ["B", "D", 1.5],
        ["C", "D", 1],
    ]
    assert table["e"].tolist() == [1, 2, 3, 3, 0]
