"""What is told of a run whose layers read features of edges adds up, and is told of these features too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings, Trace
from gatviz.analysis import (
    GATStory,
    GATv2Story,
    edge_story,
    input_changes,
    messages,
    reasons,
    score_terms,
    static_attention,
    story_limit,
    what_if,
)
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.stage import formulas
from gatviz.stage.details import pack_story
from gatviz.stage.stages import pack_stages

WAYS: dict[str, dict[str, Any]] = {
    "GAT": {},
    "message": {"edge_in_message": True},
    "GATv2": {"kind": "GATv2", "projection_bias": True},
}
ways = st.sampled_from(sorted(WAYS))
Value = TypeVar("Value")


def there(value: Value | None) -> Value:
    """What is there where edge features are read."""
    assert value is not None
    return value


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(2, 6))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, count - 1)] * 2), unique=True, min_size=1, max_size=14))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    names = tuple("abcdef"[:count])
    f = rng.normal(size=(len(pairs), 2))
    return Graph(names, rng.normal(size=(count, 3)), np.array(pairs).T, edge_features=f, edge_feature_names=("u", "v"))


def traced(graph: Graph, way: str, loops: Any = "add_missing", layers: int = 1) -> Trace:
    settings = [LayerSettings(out_features=3, num_heads=2, edge_features=2, **WAYS[way])] * layers
    return GAT(3, settings, self_loops=loops, generator=new_generator(1)).eval().trace(graph)


def edges_of(layer: LayerTrace) -> list[tuple[int, int, int]]:
    return [(k, int(target), int(source)) for k, (source, target) in enumerate(layer.edge_index.T)]


@settings(max_examples=30, deadline=None)
@given(graph=graphs(), way=ways)
def test_the_parts_of_every_score_and_of_h_prime_add_up(graph: Graph, way: str) -> None:
    layer = traced(graph, way).layers[0]
    for edge, target, source in edges_of(layer):
        for head in range(2):
            story = edge_story(layer, target, source, head)
            parts = [sum(share.value for share in story.edge_features)]
            for shares in (story.target_features, story.source_features):  # type: ignore[attr-defined]
                parts.append(sum(share.value for share in shares))
            if isinstance(story, GATStory):
                assert isinstance(layer, GATTrace)
                assert story.score_edge == pytest.approx(there(story.edge_terms).sum(), abs=1e-5)
                assert story.score_edge == pytest.approx(parts[0], abs=1e-5)
                assert story.raw == pytest.approx(sum(parts), abs=1e-5)
                assert story.raw == pytest.approx(layer.raw[edge, head], abs=1e-6)
                assert np.abs(there(story.edge_terms)).max() <= story_limit(story)
                row = reasons(layer, target, head, source)
                (place,) = np.flatnonzero(row.edges == edge)
                assert row.numbers["g"][place] == layer.score_edge[edge, head]  # type: ignore[index]
            else:
                assert isinstance(story, GATv2Story)
                met = story.Wh_target + story.Wh_source + there(story.Wf_edge)
                np.testing.assert_allclose(story.met, met, atol=1e-6)
                assert story.e == pytest.approx(story.hidden_terms.sum(), abs=1e-5)
                assert story.e == pytest.approx(layer.e[edge, head], abs=1e-6)
                assert story.e == pytest.approx(sum(parts), abs=1e-5)
            np.testing.assert_allclose(story.contributions.sum(0), story.h_prime, atol=1e-5)
    h_prime = np.zeros_like(layer.h_prime)
    np.add.at(h_prime, layer.edge_index[1], messages(layer))
    np.testing.assert_allclose(h_prime, layer.h_prime, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(graph=graphs(), way=st.sampled_from(["GAT", "message"]))
def test_what_the_screen_gets_of_an_edge_are_the_numbers_of_its_score(graph: Graph, way: str) -> None:
    layer = traced(graph, way).layers[0]
    assert isinstance(layer, GATTrace)
    assert there(score_terms(layer).edge).sum(-1) == pytest.approx(layer.score_edge, abs=1e-5)
    part = Part.whole(layer.num_nodes, layer.num_edges)
    stages = {stage.name: stage for stage in pack_stages(layer, part, graph.feature_names, graph.edge_feature_names)}
    assert stages["edge_features"].columns == ["u", "v"] == stages["W_edge"].columns
    assert there(stages["edge_features"].values).shape == [layer.num_edges, 2]
    assert "g_{ij}" in stages["raw"].latex
    _, target, source = edges_of(layer)[0]
    told = pack_story(graph, layer, part, (target, source, 0), graph.feature_names)
    assert {bar.name for bar in there(there(told).of_edge).parts} == {"u", "v"}
    story = edge_story(layer, target, source, 0)
    line = formulas.with_numbers(story, graph.names, 0.2)[0]
    assert formulas.latex_number(abs(there(story.score_edge))) in line.split("=")[1]


def test_nothing_is_sent_more_where_no_edge_features_are_read() -> None:
    graph = Graph(("a", "b"), np.eye(2), np.array([[0, 1], [1, 1]]))
    for kind in ("GAT", "GATv2"):
        layer = GAT(2, [LayerSettings(kind=kind)], generator=new_generator(0)).eval().trace(graph).layers[0]
        part = Part.whole(2, 2)
        names = [stage.name for stage in pack_stages(layer, part, graph.feature_names)]
        assert not [name for name in names if "edge" in name]
        assert there(pack_story(graph, layer, part, (1, 0, 0), graph.feature_names)).of_edge is None
        assert "g" not in reasons(layer, 1).numbers
        assert not any("edge" in info.formula for info in layer.fields)


def test_edge_features_make_the_ranking_of_gat_dynamic_and_no_theorem_is_claimed() -> None:
    edge_index = np.array([[0, 1, 0, 1], [2, 2, 3, 3]])
    graph = Graph(tuple("abcd"), np.eye(4)[:, :3], edge_index, edge_features=np.array([[9.0], [0], [0], [9]]))
    model = GAT(3, [LayerSettings(out_features=1, num_heads=1, edge_features=1)], generator=new_generator(0)).eval()
    model.attention_layers[0].set_weights(W_edge=np.ones((1, 1, 1)), a_edge=np.ones((1, 1)))
    found = static_attention(model.trace(graph))
    assert found.static == (False,)
    assert not found.theorem
    assert not any("theorem" in sentence for sentence in found.sentences)


@settings(max_examples=30, deadline=None)
@given(graph=graphs(), way=ways, data=st.data())
def test_another_feature_of_an_edge_changes_only_what_its_target_reads(
    graph: Graph, way: str, data: st.DataObject
) -> None:
    changed = data.draw(st.integers(0, graph.num_edges - 1))
    f = there(graph.edge_features).copy()
    f[changed, 0] += 1.0
    before, after = traced(graph, way, "as_given"), traced(replace(graph, edge_features=f), way, "as_given")
    found = what_if(before, after)
    target = graph.edge_index[1, changed]
    assert not found.delta[found.target != target].any()
    moved = before.layers[0].alpha != after.layers[0].alpha
    assert bool(found.delta.any()) <= bool(moved.any())
    assert set(there(found.out)["node"][there(found.out)["distance"] > 0]) <= {graph.names[target]}
    assert input_changes(before, after) == ("Edge features changed on 1 arrow.",)
