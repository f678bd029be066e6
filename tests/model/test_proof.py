"""The proof panel's checks: green on a right layer, red on a wrong one."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatviz import GATAttentionLayer, GATTrace, Graph, sample_graph
from gatviz.attention import fast
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layers import new_generator
from gatviz.model.proof import Check, against_cpu, proofs


def trace_of(sample: str = "star", **settings: Any) -> GATTrace:
    graph = sample_graph(sample)
    layer = GATAttentionLayer(graph.num_features, 4, 3, generator=new_generator(1), **settings)
    trace = layer.trace(graph)
    assert isinstance(trace, GATTrace)
    return trace


def by_name(checks: tuple[Check, ...]) -> dict[str, bool | None]:
    return {check.name: check.passed for check in checks}


def test_a_right_layer_is_green() -> None:
    assert by_name(proofs(trace_of(), pyg=True)) == {"row sums": True, "textbook": True, "PyG": True}


def test_a_corrupted_layer_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two halves of a, [H, 2, C], the wrong way round."""
    right = fast.split_scores
    monkeypatch.setattr(fast, "split_scores", lambda Wh, att: right(Wh, att.flip(1)))
    assert by_name(proofs(trace_of(), pyg=True)) == {"row sums": True, "textbook": False, "PyG": False}


def test_rows_that_do_not_sum_to_1_are_red() -> None:
    trace = trace_of()
    broken = replace(trace, alpha=trace.alpha * np.float32(0.99))
    check = proofs(broken)[0]
    assert not check.passed
    assert check.figure == pytest.approx(0.01, rel=1e-3)


def test_targets_without_arrows_are_counted_apart() -> None:
    check = proofs(trace_of(sample="directed_with_isolated_node", self_loops="remove"))[0]
    assert check.passed
    assert "2 nodes without arrows left out" in check.sentence


def test_dropout_is_compared_before_the_mask() -> None:
    graph = sample_graph("star")
    layer = GATAttentionLayer(graph.num_features, 4, 3, dropout=0.5, generator=new_generator(1)).train()
    trace = layer.trace(graph, generator=new_generator(2))
    checks = proofs(trace, pyg=True)
    assert by_name(checks) == {"row sums": True, "textbook": True, "PyG": True}
    assert all("(before dropout)" in check.sentence for check in checks[1:])
    assert "h′" not in checks[1].sentence


def test_another_device_is_compared_with_the_cpu() -> None:
    trace = trace_of()
    check = against_cpu(trace, trace, device="cuda", seconds=0.004, cpu_seconds=0.001)
    assert (check.passed, check.figure) == (True, 0)
    assert "4.00 ms on cuda, 1.00 ms on the CPU" in check.sentence
    for field in ("Wh", "e", "alpha", "out"):
        off = replace(trace, **{field: getattr(trace, field) + np.float32(1e-3)})
        check = against_cpu(off, trace, device="cuda", seconds=0, cpu_seconds=0)
        assert not check.passed
        assert check.figure == pytest.approx(1e-3, rel=1e-2)


@pytest.mark.parametrize("settings", [{}, {"projection_bias": True}, {"share_weights": True, "projection_bias": True}])
def test_gatv2_is_proved_too(settings: dict[str, bool]) -> None:
    graph = sample_graph("star")
    layer = GATv2AttentionLayer(graph.num_features, 4, 3, generator=new_generator(1), **settings)
    if layer.bias_source is not None:
        layer.set_weights(b_source=np.arange(12.0).reshape(3, 4) / 12)
    trace = layer.trace(graph)
    assert by_name(proofs(trace, pyg=True)) == {"row sums": True, "textbook": True, "PyG": True}
    broken = replace(trace, e=trace.e + np.float32(1e-3))
    assert by_name(proofs(broken))["textbook"] is False


@pytest.mark.parametrize("name", ["Wh", "score_source", "e", "alpha", "h_prime"])
@pytest.mark.parametrize("change", [1e-3, np.nan])
def test_any_wrong_number_is_red(name: str, change: float) -> None:
    trace = trace_of()
    wrong = getattr(trace, name).copy()
    wrong.flat[3] += change
    check = proofs(replace(trace, **{name: wrong}))[1]
    assert check.passed is False
    assert np.isnan(change) == np.isnan(check.figure or 0.0)


@pytest.mark.parametrize("size", [1e-4, 1e4])
def test_rounding_is_not_mistaken_for_a_fault(size: float) -> None:
    """Scores of ±1e4 are rounded a thousand times as much as those around 10, and shares with them."""
    graph = sample_graph("karate_club")
    layer = GATAttentionLayer(graph.num_features, 4, 3, generator=new_generator(1))
    layer.set_weights(**{name: value * size for name, value in layer.weights().items() if name != "W"})
    checks = proofs(layer.trace(graph), pyg=True)
    assert all(check.passed for check in checks), checks


def test_what_was_not_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph(names=tuple(map(str, range(201))), x=np.ones((201, 1)), edge_index=np.array([[0], [1]]))
    trace = GATAttentionLayer(1, 1).trace(graph)
    monkeypatch.setitem(sys.modules, "torch_geometric.nn", None)
    rows, textbook, pyg = proofs(trace, pyg=True)
    assert rows.passed
    assert (textbook.passed, textbook.figure) == (None, None)
    assert "up to 200 nodes" in textbook.sentence
    assert (pyg.passed, pyg.sentence) == (None, "PyG is not installed, so it was not compared")


def test_a_graph_without_edges_is_green() -> None:
    graph = Graph(names=("A", "B"), x=np.array([[1.0], [2.0]]), edge_index=np.zeros((2, 0), dtype=int))
    assert by_name(proofs(GATAttentionLayer(1, 1).trace(graph))) == {"row sums": True, "textbook": True}
