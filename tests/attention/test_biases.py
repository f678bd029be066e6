"""A bias of the projection and one of the scores in a GAT layer, against the formula written out; off unless asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GATAttentionLayer
from gatviz.analysis import GATStory, edge_story, reasons
from gatviz.attention.chain import stages_of
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.layers import new_generator
from gatviz.graph.subgraph import Part
from gatviz.model.proof import proofs
from gatviz.stage import formulas
from gatviz.stage.details import pack_story
from gatviz.stage.stages import pack_stages
from tests.attention.cases import SLOPE, Case, random_case

BOTH = {"projection_bias": True, "score_bias": True}


def biased(case: Case, seed: int, **settings: Any) -> GATAttentionLayer:
    """A layer with the case's numbers and drawn biases."""
    layer = case.layer(**settings)
    draw = new_generator(seed)
    shapes = {
        name: values.shape for name, values in layer.weights().items() if name in ("b_W", "b_a", "W_edge", "a_edge")
    }
    layer.set_weights(**{name: torch.randn(shape, generator=draw).numpy() for name, shape in shapes.items()})
    return layer


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    own=st.sampled_from([{"projection_bias": True}, {"score_bias": True}, BOTH]),
    attention=st.sampled_from(["learnt", "equal"]),
    of_edges=st.sampled_from([0, 2]),
)
def test_every_number_is_the_formulas(seed: int, own: dict[str, bool], attention: Any, of_edges: int) -> None:
    case = random_case(seed, max_nodes=7)
    layer = biased(case, seed, attention=attention, edge_features=of_edges, **own)
    f = torch.randn(int(case.adj.sum()), of_edges, generator=new_generator(seed), dtype=torch.float64)
    given: dict[str, Any] = {"edge_features": f} if of_edges else {}
    trace = layer.trace(case.x, case.adj, **given)
    assert isinstance(trace, GATTrace)
    assert np.array_equal(layer(case.x, case.adj, **given).detach().numpy(), trace.out)
    assert all(check.passed is not False for check in proofs(trace, pyg=True)), proofs(trace, pyg=True)
    weights = {name: torch.tensor(values) for name, values in trace.weights.items()}
    for head, W in enumerate(case.weight):
        b = weights["b_W"][head] if "b_W" in weights else torch.zeros(())
        c = weights["b_a"][head] if "b_a" in weights else torch.zeros(())
        Wh = case.x @ W.t() + b
        raw = (Wh @ case.a_target[head])[:, None] + (Wh @ case.a_source[head])[None, :] + c
        if of_edges:
            raw[case.adj] += f @ weights["W_edge"][head].t() @ weights["a_edge"][head]
        e = F.leaky_relu(raw, SLOPE)
        alpha = torch.softmax(e.masked_fill(~case.adj, -torch.inf), 1).nan_to_num(0)
        if attention == "equal":
            alpha = case.adj.double() / case.adj.sum(1, keepdim=True).clamp(min=1)
        for found, expected in (
            (trace.Wh[:, head], Wh),
            (trace.dense("raw", head), raw),
            (trace.dense("e", head), e),
            (trace.dense("alpha", head), alpha),
            (trace.h_prime[:, head], alpha @ Wh),
        ):
            np.testing.assert_allclose(found, expected.detach(), atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_an_edges_story_adds_up_with_them(seed: int) -> None:
    case = random_case(seed, max_nodes=5)
    layer = biased(case, seed, **BOTH)
    trace = layer.trace(case.x, case.adj)
    for target in range(trace.num_nodes):
        for source in range(trace.num_nodes):
            story = edge_story(trace, target, source, 0)
            assert isinstance(story, GATStory)
            b_W, b_a = trace.weights["b_W"][0], trace.weights["b_a"][0].item()
            assert story.raw == pytest.approx(story.score_target + story.score_source)
            assert story.score_target == pytest.approx(story.target_terms.sum() + b_a)
            assert story.score_source == pytest.approx(story.source_terms.sum())
            of_features = sum(share.value for share in story.source_features)
            assert story.score_source == pytest.approx(of_features + trace.weights["a_source"][0] @ b_W)
            table = reasons(trace, target, 0, source)
            (row,) = np.flatnonzero(table.sources == source)
            assert table.numbers["raw"][row] == pytest.approx(story.raw)


def test_they_stand_in_formulas_chain_and_story_and_nowhere_without_them() -> None:
    case = random_case(3)
    assert case.adj[0].any()
    source = int(case.adj[0].nonzero()[0])
    names = [f"f{k}" for k in range(case.x.shape[1])]
    graph: Any = type("Named", (), {"names": [f"n{k}" for k in range(len(case.x))], "edge_feature_names": ()})
    for own in ({}, {"projection_bias": True}, {"score_bias": True}, BOTH):
        trace = biased(case, 1, **own).trace(case.x, case.adj)
        part = Part.whole(trace.num_nodes, trace.num_edges)
        packed = {stage.name: stage for stage in pack_stages(trace, part, names)}
        told = " ".join(stage.of(trace.form).formula for stage in stages_of(trace.form))
        story = pack_story(graph, trace, part, (0, source, 0), names)
        assert story is not None
        rests = {half.half: half.rest for half in story.halves}
        assert {half.half: half.added for half in story.halves} == {
            "source": "",
            "target": " + b_a" if "score_bias" in own else "",
        }
        bars = {bar.name: bar.value for half in story.halves for bar in half.by_dimension}
        for setting, name in (("projection_bias", "b_W"), ("score_bias", "b_a")):
            assert (name in packed) == (name in told) == (name in rests["target"]) == (setting in own)
        assert ("b_W" in rests["source"]) == ("projection_bias" in own)
        assert bars.get("b_a") == (trace.weights["b_a"][0] if "score_bias" in own else None)
        assert all(formulas.mathml(stage.latex) for stage in packed.values())


def test_gradients_reach_them() -> None:
    case = random_case(5)
    layer = biased(case, 2, **BOTH).train()
    layer(case.x, case.adj).square().sum().backward()
    gradients = layer.gradients()
    assert all(np.abs(gradients[name]).max() > 0 for name in ("b_W", "b_a"))
