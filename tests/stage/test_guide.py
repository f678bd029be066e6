"""The guided minute: five steps about one arrow, each with numbers of the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings
from gatviz.analysis import softmax_terms
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.stage.guide import pack_guide
from gatviz.stage.protocol import EdgeFocus, Said

ZONES = ["features", "projection", "scores", "softmax", "taken_in"]


def run(seed: int, kind: Any) -> LayerTrace:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 7))
    edges = np.stack(np.nonzero(rng.random((count, count)) < rng.random()))
    graph = Graph(tuple(map(str, range(count))), rng.normal(size=(count, 2)), edges)
    layer = LayerSettings(kind=kind, out_features=3, num_heads=2, concat=seed % 2 == 0)
    return GAT(2, [layer], self_loops="as_given", generator=new_generator(seed)).eval().trace(graph).layers[0]


def numbers(parts: list[Said]) -> list[float]:
    return [part.value for part in parts if part.kind == "number" and part.value is not None]


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), data=st.data())
def test_every_step_tells_numbers_of_the_run(kind: str, seed: int, data: st.DataObject) -> None:
    layer = run(seed, kind)
    part = Part.whole(layer.num_nodes, layer.num_edges)
    names = [str(n) for n in range(layer.num_nodes)]
    locked = None
    if layer.num_edges and data.draw(st.booleans()):
        source, target = layer.edge_index[:, data.draw(st.integers(0, layer.num_edges - 1))].tolist()
        locked = (target, source, data.draw(st.integers(0, 1)))
    guide = pack_guide(layer, part, names, locked)
    proper = (layer.edge_index[0] != layer.edge_index[1]).any()
    assert (guide is None) == (locked is None and not proper)
    if guide is None:
        return
    assert [step.zone for step in guide.steps] == ZONES
    assert isinstance(guide.focus, EdgeFocus)
    target, source, head = guide.focus.target, guide.focus.source, int(guide.weighting.removeprefix("head-"))
    assert locked in (None, (target, source, head))
    edge = layer.edge_of(target, source)
    assert edge is not None
    features, projection, scores, softmax, taken_in = guide.steps
    assert numbers(features.headline) == pytest.approx(layer.x[source].tolist())
    assert numbers(projection.headline) == pytest.approx(layer.source_features[source, head].tolist())
    e = float(layer.e[edge, head])
    if isinstance(layer, GATTrace):
        halves = [float(layer.score_target[target, head]), float(layer.score_source[source, head])]
        assert numbers(scores.headline) == pytest.approx(halves)
        assert numbers(scores.line) == pytest.approx([e])
    else:
        assert numbers(scores.headline) == pytest.approx([e])
    power, total, share = numbers(softmax.headline)
    assert share == pytest.approx(float(layer.alpha[edge, head]))
    assert power / total == pytest.approx(share, rel=1e-4)
    assert total == pytest.approx(
        float(softmax_terms(layer).denominators[target, head] * np.exp(softmax_terms(layer).maxima[target, head])),
        rel=1e-4,
    )
    assert numbers(taken_in.headline) == pytest.approx(layer.h_prime[target, head].tolist())
