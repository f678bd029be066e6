"""`from_attention`: α from anywhere stands on the right arrows, nothing is rescaled, and bad input is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.nn import GATConv

import gatviz
from gatviz import AlphaTrace, GatvizError, analysis
from gatviz.model.proof import proofs
from tests.files.fuzz import check_sentence

EDGES = [[0, 1, 2, 1], [1, 2, 0, 0]]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    nodes=st.integers(1, 8),
    heads=st.integers(1, 3),
    layers=st.integers(1, 3),
    kind=st.sampled_from([np.float32, np.float64, np.float16]),
    again=st.booleans(),
)
def test_alpha_stands_on_its_arrows(seed: int, nodes: int, heads: int, layers: int, kind: Any, again: bool) -> None:
    draw = np.random.default_rng(seed)
    edges = np.argwhere(draw.random((nodes, nodes)) < 0.6).T
    if not edges.size:
        return
    edges = edges[:, draw.permutation(edges.shape[1])]
    if again:
        edges = np.concatenate([edges, edges[:, :1]], 1)
    alphas = [draw.random((edges.shape[1], heads)).astype(kind) for _ in range(layers)]
    made = gatviz.from_attention(edges, alphas if layers > 1 else alphas[0], names=[f"n{k}" for k in range(nodes)])
    (trace,) = made.traces
    assert len(trace.layers) == layers
    for layer, alpha in zip(trace.layers, alphas, strict=True):
        expected = np.zeros((nodes, nodes, heads))
        np.add.at(expected, (edges[1], edges[0]), alpha)
        assert isinstance(layer, AlphaTrace)
        for head in range(heads):
            np.testing.assert_allclose(layer.dense("alpha", head), expected[..., head], rtol=1e-6)
        sums = expected.sum(1)[layer.adjacency.any(1)]
        off = bool((np.abs(sums - 1) > 1e-3).any())
        assert off == any("do not sum to 1" in note for note in made.graph.notes) or layers > 1
        row_sums, textbook = proofs(layer)
        assert row_sums.passed is (None if off else True)
        assert textbook.passed is None
    assert again == any("are added up" in note or "stood there before" in note for note in made.graph.notes)


def test_what_pyg_hands_out_is_taken_as_it_is() -> None:
    torch.manual_seed(0)
    conv, x = GATConv(3, 2, heads=2), torch.randn(3, 3)
    _out, (edges, alpha) = conv(x, torch.tensor(EDGES), return_attention_weights=True)
    made = gatviz.from_attention(edges, alpha, x=x, labels=["a", "b", None])
    (call,) = gatviz.capture(conv, x, torch.tensor(EDGES)).calls
    np.testing.assert_allclose(made.traces[0].layers[0].alpha, call.trace.layers[0].alpha, rtol=1e-5)
    assert made.graph.notes == ()
    assert made.graph.labels == ("a", "b", None)


def test_it_is_saved_and_read_again(tmp_path: Path) -> None:
    made = gatviz.from_attention(EDGES, np.random.default_rng(0).random((2, 4, 3)))
    made.save(tmp_path / "given.gatviz")
    again = gatviz.load_capture(tmp_path / "given.gatviz")
    assert again.graph == made.graph
    assert again.graph.notes == made.graph.notes
    for one, other in zip(again.traces[0].layers, made.traces[0].layers, strict=True):
        np.testing.assert_array_equal(one.alpha, other.alpha)


@pytest.mark.parametrize(
    ("given_edges", "alpha", "more", "words"),
    [
        ([[0, 1]], [1.0, 1.0], {}, "edge_index"),
        ([[], []], [], {}, "edge_index"),
        ([[0.5, 1], [1, 0]], [1, 1], {}, "edge_index"),
        ("nonsense", [1], {}, "edge_index"),
        (EDGES, [0.5] * 3, {}, "[4, H]"),
        (EDGES, [[0.5] * 4], {}, "[4, H]"),
        (EDGES, [0.5, -0.1, 1, 1], {}, "not the scores"),
        (EDGES, [0.5, np.nan, 1, 1], {}, "not the scores"),
        (EDGES, [0.5, np.inf, 1, 1], {}, "not the scores"),
        (EDGES, ["a", "b", "c", "d"], {}, "alpha"),
        (EDGES, [], {}, "alpha"),
        (EDGES, [0.5] * 4, {"names": ["a", "b"]}, "nodes from 0 to 1"),
        (EDGES, [0.5] * 4, {"names": "abc"}, "names"),
        (EDGES, [0.5] * 4, {"names": ["a", "a", "b"]}, "a name of its own"),
        (EDGES, [0.5] * 4, {"names": ["a", "b", "c"], "x": np.ones((2, 2))}, "x"),
        (EDGES, [0.5] * 4, {"labels": [1, 2, 3, 4], "names": ["a", "b", "c"]}, "labels"),
        ([[0, -1], [1, 0]], [1, 1], {}, "-1"),
    ],
)
def test_bad_input_is_one_sentence(given_edges: Any, alpha: Any, more: dict[str, Any], words: str) -> None:
    with pytest.raises(GatvizError) as told:
        gatviz.from_attention(given_edges, alpha, **more)
    check_sentence(str(told.value))
    assert words in str(told.value)


@pytest.mark.parametrize("whole", [True, False])
def test_analyses_work_on_alpha_alone(whole: bool) -> None:
    """Each answer is true of what was given: no sentence calls α a part of all where it is none."""
    alpha = np.array([1.0, 1.0, 0.25, 0.75]) if whole else np.array([0.4, 0.2, 0.1, 0.3])
    (trace,) = gatviz.from_attention(EDGES, alpha, names=["Ann", "Bea", "Cid"]).traces
    layer = trace.layers[0]
    told = [
        *analysis.uniformity(layer).sentences,
        *analysis.static_attention(layer).sentences,
        *analysis.in_and_out(layer).sentences,
        *(
            analysis.text_of(sentence, trace.graph.names)
            for target in (None, 0, 1)
            for which in (0, "mean", "gcn", "uniform")
            for made in (analysis.answer(layer, which, target),)
            for sentence in (made.headline, made.line)
        ),
    ]
    assert all(told)
    text = " ".join(told)
    assert "h′ is 0" not in text
    if not whole:
        assert "all of its attention goes there" not in text
        assert "α can only be 1" not in text.replace("with one neighbour, where α can only be 1", "")
        assert "adds up to 0.4" in text
    assert analysis.reasons(layer, 0).h_prime is None
    with pytest.raises(GatvizError):
        analysis.edge_story(layer, 0, 1, 0)
    uniform = analysis.uniformity(layer)
    assert uniform.by_parts is not whole
    np.testing.assert_allclose(uniform.effective[0, 0], np.exp(-(0.25 * np.log(0.25) + 0.75 * np.log(0.75))))
