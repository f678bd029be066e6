"""One edge's story and the parts of scores and shares, against numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gatviz import GATAttentionLayer, Graph, Trace
from gatviz.analysis import (
    GATStory,
    GATv2Story,
    edge_story,
    gcn_weights,
    mean_of_heads,
    messages,
    score_terms,
    softmax_terms,
    uniform_weights,
    weighting_of,
)
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layers import new_generator
from gatviz.errors import GatvizError
from tests.attention.hand_traces import graph_of, numpy_gat, uniform, with_alpha


def hand_case() -> Any:
    """x = (1, 2), W = 1, a_target = 0, a_source = 1; node 0 reads {0, 1}, node 1 reads {1}."""
    return numpy_gat([[1], [2]], [[1, 1], [0, 1]], [[[1]]], [[0]], [[1]])


def two_features() -> Any:
    """Three nodes, two features, C = 2. Node 0 reads {1, 2}, node 1 reads {0}, node 2 reads none.

    W = [[1, 0], [1, 1]], so Wh: 0 → (1, 3), 1 → (0, −1), 2 → (2, 1).
    a_target = (1, 1), a_source = (2, −1): score_target = 4, −1, 3; score_source = −1, 1, 3.
    """
    x = [[1, 2], [0, -1], [2, -1]]
    adj = [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    return numpy_gat(x, adj, [[[1, 0], [1, 1]]], [[1, 1]], [[2, -1]])


def test_the_hand_case_is_told() -> None:
    story = edge_story(hand_case(), 0, 1, 0)
    assert isinstance(story, GATStory)
    assert (story.raw, story.e, story.subtracted) == (2, 2, 0)
    assert [(t.source, t.e) for t in story.terms] == [(0, 1), (1, 2)]
    assert [t.term for t in story.terms] == pytest.approx([math.exp(1), math.exp(2)])
    assert story.denominator == pytest.approx(math.exp(1) + math.exp(2))
    assert story.alpha == pytest.approx(0.7311, abs=5e-5)
    assert story.uniform == 0.5
    assert story.reverse_alpha is None
    assert story.gcn == pytest.approx(1 / math.sqrt(2))
    assert edge_story(hand_case(), 0, 0, 0).reverse_alpha == pytest.approx(0.2689, abs=5e-5)


def test_scores_come_apart_into_dimensions_and_features() -> None:
    story = edge_story(two_features(), 0, 2, 0)
    assert (story.score_target, story.score_source, story.raw, story.e) == (4, 3, 7, 7)
    assert story.target_terms.tolist() == [1, 3]
    assert story.source_terms.tolist() == [4, -1]
    assert story.pair.tolist() == [1, 3, 2, 1]
    assert story.a.tolist() == [1, 1, 2, -1]
    # a_source·W = (1, −1): x of node 2 is (2, −1), so f0 added 2 and f1 added 1.
    assert [(s.feature, s.x, s.weight, s.value) for s in story.source_features] == [(0, 2, 1, 2), (1, -1, -1, 1)]
    # a_target·W = (2, 1): x of node 0 is (1, 2).
    assert {s.feature: s.value for s in story.target_features} == {0: 2, 1: 2}


def test_negative_scores_are_bent() -> None:
    story = edge_story(two_features(), 1, 0, 0)
    assert (story.raw, story.e) == (-2, pytest.approx(-0.4))
    np.testing.assert_allclose(story.curve, np.array([[-2, -0.4], [0, 0], [2, 2]]), rtol=1e-6)
    np.testing.assert_allclose(story.bent, np.array([[-2, -0.4]]), rtol=1e-6)
    assert (story.alpha, story.uniform) == (1, 1)


def test_contributions_add_up_to_h_prime() -> None:
    trace = two_features()
    story = edge_story(trace, 0, 1, 0)
    shares = [math.exp(5 - 7) / (1 + math.exp(-2)), 1 / (1 + math.exp(-2))]
    np.testing.assert_allclose([t.alpha for t in story.terms], shares)
    np.testing.assert_allclose(story.features_read, [[0, -1], [2, 1]])
    np.testing.assert_allclose(story.contributions, [[0, -shares[0]], [2 * shares[1], shares[1]]])
    np.testing.assert_allclose(story.contributions.sum(axis=0), story.h_prime)
    assert story.message is not None
    np.testing.assert_allclose(story.message, story.contributions[0])


def test_a_pair_without_an_edge_says_so() -> None:
    story = edge_story(two_features(), 2, 0, 0)
    assert (story.alpha, story.gcn, story.message) == (None, None, None)
    assert (story.raw, story.e) == (2, 2)
    assert (story.terms, story.uniform, story.denominator) == ((), 0, 0)
    assert story.reverse_alpha == pytest.approx(1 / (1 + math.exp(-2)))
    assert story.h_prime.tolist() == [0, 0]


def test_sizes_in_bytes() -> None:
    story = edge_story(two_features(), 0, 1, 0)
    assert story.pair_tensor_bytes == 3 * 3 * 2 * 2 * 8
    # x 6, Wh 6, scores 3 + 3, raw, e and alpha 3 each, h_prime, combined, pre_activation and out 6 each
    assert story.kept_bytes == (6 + 6 + 6 + 9 + 24) * 8


def test_dropout_is_told_apart() -> None:
    adj, dropped = [[1, 1], [0, 1]], np.array([[0.0], [1.4622], [2.0]])
    trace = numpy_gat([[1], [2]], adj, [[[1]]], [[0]], [[1]], alpha_dropped=dropped, dropout_mask=dropped > 0)
    story = edge_story(trace, 0, 1, 0)
    assert [t.used for t in story.terms] == [0, 1.4622]
    assert story.alpha == pytest.approx(0.7311, abs=5e-5)
    np.testing.assert_allclose(story.h_prime, [2 * 1.4622])


@pytest.mark.parametrize("bad", [(3, 0, 0), (0, -1, 0), (0, 0, 1), (True, 0, 0), (0.0, 0, 0)])
def test_what_is_not_there_has_no_story(bad: Any) -> None:
    with pytest.raises(GatvizError, match="edge_story"):
        edge_story(two_features(), *bad)


def test_the_story_of_gatv2() -> None:
    """e of x_i = 1 reading x_j = −3 with W_target = (1, −1)ᵀ, W_source = (2, 1)ᵀ, a = (1, 2), slope 0.2.

    met = (1 − 6, −1 − 3) = (−5, −4), hidden = (−1, −0.8), e = −1 − 1.6 = −2.6.
    """
    layer = GATv2AttentionLayer(1, 2, 1).double()
    layer.set_weights(W_target=[[[1], [-1]]], W_source=[[[2], [1]]], a=[[1, 2]])
    graph = Graph(names=("A", "B"), x=np.array([[1], [-3]]), edge_index=np.array([[1, 0], [0, 0]]))
    story = edge_story(layer.trace(graph), 0, 1, 0)
    assert isinstance(story, GATv2Story)
    np.testing.assert_allclose(story.met, [-5, -4])
    np.testing.assert_allclose(story.hidden, [-1, -0.8])
    np.testing.assert_allclose(story.hidden_terms, [-1, -1.6])
    assert story.e == pytest.approx(-2.6)
    # 0.2·(1·1 + 2·(−1)) = −0.2 for x_i and 0.2·(2 + 2)·(−3) = −2.4 for x_j
    assert story.target_features[0].value == pytest.approx(-0.2)
    assert story.source_features[0].value == pytest.approx(-2.4)
    np.testing.assert_allclose(story.features_read, [[2, 1], [-6, -3]])
    off = edge_story(layer.trace(graph), 1, 1, 0)
    assert isinstance(off, GATv2Story)
    assert off.alpha is None
    assert off.e == pytest.approx(off.hidden_terms.sum())


@pytest.mark.parametrize("kind", [GATAttentionLayer, GATv2AttentionLayer])
def test_every_part_of_a_real_trace_adds_up(kind: Any) -> None:
    generator = np.random.default_rng(0)
    adj = generator.random((9, 9)) < 0.4
    graph = Graph(names=tuple("ABCDEFGHI"), x=generator.normal(size=(9, 4)), edge_index=np.stack(np.nonzero(adj))[::-1])
    trace = kind(4, 3, 2, generator=new_generator(0)).double().trace(graph)
    softmax = softmax_terms(trace)
    target = trace.edge_index[1]
    np.testing.assert_allclose(softmax.terms / softmax.denominators[target], trace.alpha)
    sums = np.zeros_like(trace.h_prime)
    np.add.at(sums, target, messages(trace))
    np.testing.assert_allclose(sums, trace.h_prime, atol=1e-12)
    for i in range(9):
        for j in range(9):
            story = edge_story(trace, i, j, 1)
            assert (story.alpha is not None) == adj[i, j]
            assert story.e == pytest.approx(trace.dense("e", 1)[i, j])
            assert sum(t.term for t in story.terms) == pytest.approx(story.denominator)
            features = sum(s.value for s in (*story.target_features, *story.source_features))
            assert features == pytest.approx(story.raw if isinstance(story, GATStory) else story.e)
            if isinstance(story, GATStory):  # all that i reads lies on the line that is drawn, and so does the pair
                raw, e = np.vstack([story.bent, [story.raw, story.e]]).T
                np.testing.assert_allclose(np.interp(raw, *story.curve.T), e, atol=1e-12)
                assert (np.abs(raw) <= story.curve[2, 0]).all()
                assert len(story.bent) == len(story.terms)
    if kind is GATAttentionLayer:
        scores = score_terms(trace)
        np.testing.assert_allclose(scores.target.sum(-1), trace.score_target)
        np.testing.assert_allclose(scores.source.sum(-1), trace.score_source)


def test_parts_keep_the_precision_of_the_trace() -> None:
    trace = numpy_gat([[1], [2]], [[1, 1], [0, 1]], [[[1]]], [[0]], [[1]], dtype=np.float32)
    parts = softmax_terms(trace)
    scores = score_terms(trace)
    arrays = (parts.terms, parts.maxima, parts.denominators, scores.target, gcn_weights(trace), uniform_weights(trace))
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_nodes_that_read_nothing_have_empty_softmaxes() -> None:
    parts = softmax_terms(two_features())
    assert parts.denominators[2] == parts.maxima[2] == 0
    empty = softmax_terms(with_alpha(np.zeros((3, 3)), np.zeros((2, 3, 3))))
    assert (empty.terms.shape, empty.denominators.tolist()) == ((0, 2), [[0, 0]] * 3)


def test_baselines() -> None:
    """In-degrees 2, 1, 0: GCN gives 1/√(2·1) to 1 → 0, nothing to 2 → 0 (2 reads none), 1/√2 to 0 → 1."""
    trace = two_features()
    assert trace.edge_index.tolist() == [[1, 2, 0], [0, 0, 1]]
    np.testing.assert_allclose(gcn_weights(trace), [1 / math.sqrt(2), 0, 1 / math.sqrt(2)])
    np.testing.assert_allclose(uniform_weights(trace), [0.5, 0.5, 1])


def test_weights_by_name() -> None:
    adj = [[1, 1], [0, 1]]
    trace = with_alpha(adj, [[[0.2, 0.8], [0, 1]], [[0.6, 0.4], [0, 1]]])
    np.testing.assert_allclose(mean_of_heads(trace), [0.4, 0.6, 1])
    np.testing.assert_allclose(weighting_of(trace, "mean"), [0.4, 0.6, 1])
    np.testing.assert_allclose(weighting_of(trace, 1), [0.6, 0.4, 1])
    np.testing.assert_allclose(weighting_of(trace, "uniform"), [0.5, 0.5, 1])
    np.testing.assert_allclose(weighting_of(trace, "gcn"), gcn_weights(trace))
    wrong: tuple[Any, ...] = (2, -1, "max", True)
    for bad in wrong:
        with pytest.raises(GatvizError, match="a head from 0 to 1, mean, gcn or uniform"):
            weighting_of(trace, bad)


def test_a_models_trace_is_read_if_it_has_one_layer() -> None:
    adj = [[1, 1], [0, 1]]
    layer = with_alpha(adj, uniform(adj))
    np.testing.assert_allclose(uniform_weights(Trace(graph_of(adj), (layer,))), [0.5, 0.5, 1])
    with pytest.raises(GatvizError, match=r"trace\.layers\[0\]"):
        uniform_weights(Trace(graph_of(adj), (layer, layer)))
    with pytest.raises(GatvizError, match="expected a trace"):
        uniform_weights(graph_of(adj))  # type: ignore[arg-type]
