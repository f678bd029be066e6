"""Attention across layers, against products worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gatviz import GAT, Graph, LayerSettings, Trace
from gatviz.analysis import attention_across_layers
from gatviz.attention.layers import new_generator
from gatviz.errors import GatvizError
from tests.attention.hand_traces import graph_of, with_alpha

# A chain: A reads A and B, B reads B and C, C reads C.
CHAIN = np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]])
FIRST = np.array([[0.5, 0.5, 0], [0, 0.2, 0.8], [0, 0, 1]])
SECOND = np.array([[0.1, 0.9, 0], [0, 0.4, 0.6], [0, 0, 1]])


def chain(*alphas: Any) -> Trace:
    return Trace(graph_of(CHAIN), tuple(with_alpha(CHAIN, alpha) for alpha in alphas))


def test_two_layers() -> None:
    """The last layer first: A reads A 0.1·0.5, B 0.1·0.5 + 0.9·0.2, C 0.9·0.8."""
    found = attention_across_layers(chain([FIRST], [SECOND]))
    np.testing.assert_allclose(found.matrix[0], [0.05, 0.23, 0.72])
    np.testing.assert_allclose(found.matrix, SECOND @ FIRST)
    np.testing.assert_allclose(found.row_sums, 1)
    reads = found.reads(0)
    assert reads["source"].tolist() == ["C", "B", "A"]
    assert reads["hops"].tolist() == [2, 1, 0]
    np.testing.assert_allclose(reads["share"], [0.72, 0.23, 0.05])
    hops = found.by_hops(0)
    np.testing.assert_allclose(hops["share"], [0.05, 0.23, 0.72])
    assert hops["sources"].tolist() == [1, 1, 1]
    assert found.table.query("node == 'C'")["share"].tolist() == [1, 0, 0]
    assert found.sentences[0] == "Every row sums to 1."
    assert "not how much the output depends on it" in found.sentences[1]


def test_heads_are_averaged() -> None:
    found = attention_across_layers(chain([FIRST, SECOND]))
    np.testing.assert_allclose(found.matrix, (FIRST + SECOND) / 2)


def test_what_is_lost_at_nodes_that_read_nothing() -> None:
    """B reads nothing, so what A reads through B in the second layer, 0.9, comes from nowhere."""
    adj = np.array([[1, 1, 0], [0, 0, 0], [0, 0, 1]])
    first, second = np.array([[0.5, 0.5, 0], [0] * 3, [0, 0, 1]]), np.array([[0.1, 0.9, 0], [0] * 3, [0, 0, 1]])
    layers = tuple(with_alpha(adj, [alpha]) for alpha in (first, second))
    found = attention_across_layers(Trace(graph_of(adj), layers))
    np.testing.assert_allclose(found.matrix, [[0.05, 0.05, 0], [0.0, 0, 0], [0.0, 0, 1]])
    np.testing.assert_allclose(found.row_sums, [0.1, 0, 1])
    assert found.sentences[0] == (
        "B reads nothing, so what would come through there is lost: the rows of 2 nodes sum to less than 1."
    )
    assert len(found.reads(1)) == 0


def test_hops_are_counted_on_arrows_even_of_share_0() -> None:
    """B gives C nothing in the second layer, but is joined to it: C is two hops from A, by the shortest way."""
    nothing = np.array([[0.1, 0.9, 0], [0, 1, 0], [0, 0, 1]])
    found = attention_across_layers(chain([FIRST], [nothing]))
    assert found.reads(0).set_index("source")["hops"].to_dict() == {"A": 0, "B": 1, "C": 2}


def test_a_real_stack() -> None:
    rng = np.random.default_rng(0)
    adj = rng.random((10, 10)) < 0.4
    graph = Graph(names=tuple("ABCDEFGHIJ"), x=rng.normal(size=(10, 3)), edge_index=np.stack(np.nonzero(adj)[::-1]))
    stack = [LayerSettings(out_features=2, num_heads=2, residual=True)] * 3
    trace = GAT(3, stack, self_loops="add_missing", generator=new_generator(0)).trace(graph)
    found = attention_across_layers(trace)
    expected = np.eye(10)
    for layer in trace.layers:
        expected = sum(layer.dense("alpha", head) for head in range(2)) / 2 @ expected
    np.testing.assert_allclose(found.matrix, expected, rtol=1e-5)
    np.testing.assert_allclose(found.row_sums, 1, rtol=1e-5)
    for node in range(10):
        np.testing.assert_allclose(found.by_hops(node)["share"].sum(), 1, rtol=1e-5)
        shares = found.reads(node).set_index("source")["share"]
        np.testing.assert_allclose([shares.get(name, 0) for name in graph.names], expected[node], rtol=1e-5)
    assert "Residual" in found.sentences[-1]


def test_large_and_missing() -> None:
    graph = Graph(names=tuple(map(str, range(201))), x=np.ones((201, 1)), edge_index=np.array([[0], [1]]))
    found = attention_across_layers(GAT(1, [LayerSettings()], generator=new_generator(0)).trace(graph))
    assert found.reads(1)["source"].tolist() == ["0"]
    with pytest.raises(GatvizError, match="at most 200 nodes"):
        _ = found.matrix
    with pytest.raises(GatvizError, match="a node from 0 to 200"):
        found.reads(201)
