"""Whiskers on α are those of the analysis, in each head and in their mean, and only where they are asked for."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings
from gatviz.analysis import stability
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.stage.reasons import pack_answers
from gatviz.stage.weightings import weightings
from gatviz.stage.wire import encode
from tests.stage.arrived import arrived


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 1), st.data())
def test_whiskers_hold_alpha_and_all_its_changes(seed: int, layer: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 7))
    target, source = np.nonzero(rng.random((count, count)) < 0.5)
    names = tuple(f"n{n}" for n in range(count))
    graph = Graph(names, rng.normal(size=(count, 2)), np.stack([source, target]))
    rows = [LayerSettings(kind="GATv2" if seed % 2 else "GAT", out_features=2, num_heads=heads) for heads in (3, 2)]
    model = GAT(2, rows, self_loops="add_missing", generator=new_generator(seed)).eval()
    trace = model.trace(graph).layers[layer]
    node = data.draw(st.integers(0, count - 1))
    found = stability(model, graph, node, additions=data.draw(st.integers(0, 3)))
    which = [choice.which for choice in weightings(trace)]
    part = Part.whole(trace.num_nodes, trace.num_edges)
    for of, told in zip(which, pack_answers(trace, part, names, which, node, None, (found, layer)), strict=True):
        assert told.why is not None
        if isinstance(of, str) and of != "mean":
            assert told.why.whiskers is None
            assert not told.why.stable
            continue
        spreads = {spread.source: spread for spread in found.spreads(layer, None if of == "mean" else of)}
        packed = arrived(encode({"one": told.why}))["one"]["whiskers"]
        ends = np.frombuffer(packed["f32"], dtype="<f4").reshape(packed["shape"])
        for row, (low, high) in zip(told.why.rows, ends, strict=True):
            spread = spreads[row.node]
            assert np.isclose((low, high), (spread.low, spread.high), atol=1e-6).all()
            assert low <= spread.alpha + 1e-6
            assert high >= spread.alpha - 1e-6
        assert told.why.stable
    assert all(
        told.why is None or told.why.whiskers is None for told in pack_answers(trace, part, names, which, node, None)
    )
