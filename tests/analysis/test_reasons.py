"""The table of reasons: its rows and what is told together add up to all that the node reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings
from gatviz.analysis import gcn_weights, reasons
from gatviz.analysis.reasons import MAX_ROWS
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import new_generator


def run(seed: int, kind: Any = "GAT", **more: Any) -> LayerTrace:
    """Up to 12 nodes, of which some read more than have a row, and some nothing."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 12))
    edges = np.stack(np.nonzero(rng.random((count, count)) < rng.random()))
    graph = Graph(tuple(map(str, range(count))), rng.normal(size=(count, 3)), edges)
    layer = LayerSettings(kind=kind, out_features=3, num_heads=2, **more)
    model = GAT(3, [layer], self_loops="as_given", generator=new_generator(seed))
    return model.train(layer.dropout > 0).trace(graph, generator=new_generator(1)).layers[0]


SEEDS = st.integers(0, 100_000)


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, dropout=st.sampled_from([0.0, 0.5]), data=st.data())
def test_rows_and_rest_add_up(kind: str, seed: int, dropout: float, data: st.DataObject) -> None:
    layer = run(seed, kind, dropout=dropout, concat=seed % 2 == 0)
    node = st.integers(0, layer.num_nodes - 1)
    target, source = data.draw(node), data.draw(st.none() | node)
    head = seed % 2
    found = reasons(layer, target, head, source)
    edges = layer.edges_into(target)
    read = edges.stop - edges.start
    arrows = found.edges >= 0
    rest = found.rest
    assert found.neighbours == read == arrows.sum() + (rest.count if rest else 0)
    assert (rest is None) == (read <= MAX_ROWS + 1)
    if source is not None:
        assert (found.sources == source).sum() == 1
        assert (layer.edge_of(target, source) is None) == bool((~arrows).any())
    for k in np.flatnonzero(arrows):
        edge = found.edges[k]
        assert layer.edge_index[:, edge].tolist() == [found.sources[k], target]
        assert found.numbers["share"][k] == layer.alpha[edge, head]
        power, total = found.numbers["power"][k], found.sums["power"]
        assert power == pytest.approx(np.exp(layer.e[edge, head] - found.subtracted), rel=1e-5)
        assert power / total == pytest.approx(layer.alpha[edge, head], rel=1e-4)
        if kind == "GAT":
            assert found.half is not None
            assert found.half + found.numbers["s"][k] == pytest.approx(found.numbers["raw"][k], abs=1e-5)
        else:
            np.testing.assert_allclose(found.vectors["terms"][k].sum(), layer.e[edge, head], rtol=1e-4, atol=1e-6)
    assert found.h_prime is not None
    brings = found.vectors["brings"][arrows].sum(axis=0) + (0 if rest is None or rest.brings is None else rest.brings)
    np.testing.assert_allclose(brings, found.h_prime, atol=1e-5)
    np.testing.assert_array_equal(found.h_prime, layer.h_prime[target, head])
    for name, total in found.sums.items():
        rows = found.numbers[name][arrows].sum() + (rest.numbers[name] if rest else 0)
        assert rows == pytest.approx(total, rel=1e-4, abs=1e-6)
    low, high = found.span
    ends = [value for name in ("raw", "e") if name in found.numbers for value in found.numbers[name]]
    assert all(low <= value <= high for value in (0, *ends))
    if rest:
        least = min(found.numbers["share"][k] for k in np.flatnonzero(arrows) if found.sources[k] != source)
        hidden = np.setdiff1d(np.arange(edges.start, edges.stop), found.edges)
        assert layer.alpha[hidden, head].max() <= least


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_outputs_columns_are_those_of_the_head(seed: int) -> None:
    for concat in (True, False):
        layer = run(seed, concat=concat)
        for head in range(2):
            found = reasons(layer, 0, head)
            assert found.out is not None
            np.testing.assert_array_equal(found.out, layer.out[0, found.first : found.first + 3])
            assert (found.first, found.width) == ((3 * head, 6) if concat else (0, 3))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_baselines_tell_what_they_are_made_of(seed: int) -> None:
    layer = run(seed)
    target = seed % layer.num_nodes
    gcn, mean, even = (reasons(layer, target, which) for which in ("gcn", "mean", "uniform"))
    weights = gcn_weights(layer)
    for k, edge in enumerate(gcn.edges):
        root = gcn.numbers["root"][k]
        assert gcn.numbers["share"][k] == pytest.approx(weights[edge])
        assert gcn.numbers["share"][k] == pytest.approx(1 / root if root else 0)
        assert root == pytest.approx(np.sqrt(gcn.neighbours * gcn.numbers["degree"][k]))
    for k in range(mean.sources.size):
        assert mean.vectors["heads"][k].mean() == pytest.approx(mean.numbers["share"][k], rel=1e-5)
        assert even.numbers["share"][k] == pytest.approx(1 / even.neighbours)
    assert gcn.h_prime is mean.h_prime is even.h_prime is None


def test_large_scores_are_told_with_what_is_subtracted() -> None:
    layer = run(3)
    e = layer.e * 0 + 40.0
    object.__setattr__(layer, "e", e)
    target = int(np.argmax(np.diff(layer.ptr)))
    found = reasons(layer, target)
    assert found.subtracted == 40
    assert np.isfinite(found.sums["power"])
