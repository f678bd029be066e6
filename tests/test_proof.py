"""The proof panel's checks: green on a right layer, red on a wrong one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gatviz import GATAttentionLayer, GATTrace, layers, sample_graph
from gatviz.attention import split_scores
from gatviz.layers import new_generator
from gatviz.proof import Check, proofs


def trace_of(sample: str = "star", **settings) -> GATTrace:
    graph = sample_graph(sample)
    layer = GATAttentionLayer(graph.num_features, 4, 3, generator=new_generator(1), **settings)
    trace = layer.trace(graph)
    assert isinstance(trace, GATTrace)
    return trace


def by_name(checks: tuple[Check, ...]) -> dict[str, bool | None]:
    return {check.name: check.passed for check in checks}


def test_a_right_layer_is_green():
    assert by_name(proofs(trace_of(), pyg=True)) == {"row sums": True, "textbook": True, "PyG": True}


def test_a_corrupted_layer_is_red(monkeypatch: pytest.MonkeyPatch):
    """The two halves of a, [H, 2, C], the wrong way round."""
    monkeypatch.setattr(layers, "split_scores", lambda Wh, att: split_scores(Wh, att.flip(1)))
    assert by_name(proofs(trace_of(), pyg=True)) == {"row sums": True, "textbook": False, "PyG": False}


def test_rows_that_do_not_sum_to_1_are_red():
    trace = trace_of()
    broken = replace(trace, alpha=trace.alpha * np.float32(0.99))
    check = proofs(broken)[0]
    assert not check.passed
    assert check.figure == pytest.approx(0.01, rel=1e-3)


def test_targets_without_arrows_are_counted_apart():
    check = proofs(trace_of(sample="directed_with_isolated_node", self_loops="remove"))[0]
    assert check.passed
    assert "2 nodes without arrows left out" in check.sentence


def test_dropout_is_compared_before_the_mask():
    graph = sample_graph("star")
    layer = GATAttentionLayer(graph.num_features, 4, 3, dropout=0.5, generator=new_generator(1)).train()
    trace = layer.trace(graph, generator=new_generator(2))
    assert by_name(proofs(trace, pyg=True)) == {"row sums": True, "textbook": True, "PyG": True}
