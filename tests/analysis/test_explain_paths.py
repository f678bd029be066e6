"""φ of an edge is the sum of the products along its paths, of any head of any layer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, GatvizError, Graph, analysis
from gatviz.attention.layers import new_generator
from gatviz.model.layer_settings import Kind
from gatviz.model.trace import Trace


def run_of(seed: int, layers: int, nodes: int) -> Trace:
    draw = np.random.default_rng(seed)
    target, source = np.nonzero(draw.random((nodes, nodes)) < 0.4)
    names, x = tuple(f"n{k}" for k in range(nodes)), draw.normal(size=(nodes, 3))
    graph = Graph(names=names, x=x, edge_index=np.stack([source, target]))
    heads = None if layers == 1 else 2
    kind: Kind = "GATv2" if seed % 2 else "GAT"
    model = GAT.of_paper(3, 2, num_layers=layers, kind=kind, num_heads=heads, generator=new_generator(seed))
    return model.eval().trace(graph)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 6), st.data())
def test_the_paths_of_an_edge_add_up_to_its_attention(seed: int, layers: int, nodes: int, data: st.DataObject) -> None:
    trace = run_of(seed, layers, nodes)
    names, first = trace.graph.names, trace.layers[0]
    node = data.draw(st.integers(0, nodes - 1))
    heads = [data.draw(st.sampled_from([None, *range(layer.num_heads)])) for layer in trace.layers]
    chosen = zip(trace.layers, heads, strict=True)
    alpha = [layer.alpha.mean(1) if head is None else layer.alpha[:, head] for layer, head in chosen]
    table = analysis.path_attribution(trace, node, heads=heads)
    for target, source, attention in zip(table["target"], table["source"], table["attention"], strict=True):
        found = analysis.edge_paths(trace, node, target, source, heads=heads, most=10**6)
        assert found.total == pytest.approx(attention, abs=1e-12)
        assert sum(path.product for path in found.paths) == pytest.approx(attention, abs=1e-12)
        assert found.rest == 0
        assert len({path.nodes for path in found.paths}) == len(found.paths)
        for path in found.paths:
            assert path.nodes[:2] == (source, target)
            assert path.nodes[-1] == names[node]
            assert path.layer + len(path.shares) == layers
            for k, share in enumerate(path.shares):
                ends = [names.index(name) for name in path.nodes[k : k + 2]]
                edge = first.edge_of(ends[1], ends[0])
                assert edge is not None
                assert share == pytest.approx(float(alpha[path.layer + k][edge]), rel=1e-6)
        few = analysis.edge_paths(trace, node, target, source, heads=heads, most=1)
        assert sum(path.product for path in few.paths) + few.rest == pytest.approx(attention, abs=1e-12)
        assert few.paths == found.paths[:1]


def test_what_is_no_arrow_is_refused() -> None:
    trace = run_of(4, 2, 4)
    first = trace.layers[0]
    free = next((i, j) for i in range(4) for j in range(4) if first.edge_of(i, j) is None)
    with pytest.raises(GatvizError, match=f"arrow: expected an arrow of this run, found 'n{free[1]} → n{free[0]}'"):
        analysis.edge_paths(trace, 0, *free)
