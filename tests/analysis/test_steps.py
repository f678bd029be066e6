"""Answers about models with steps around their layers, and about layers whose shares are equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatviz import (
    GAT,
    Activation,
    BatchNorm,
    GraphNorm,
    JumpingKnowledge,
    LayerNorm,
    LayerSettings,
    Linear,
    LogSoftmax,
    Readout,
    Sum,
    sample_graph,
)
from gatviz.analysis import attention_across_layers, edge_story, input_changes, predictions, softmax_terms, what_if
from gatviz.attention.layers import new_generator
from gatviz.graph.graph import Graph
from gatviz.model.proof import proofs
from gatviz.model.trace import Trace
from gatviz.stage import formulas

LAYER = LayerSettings(out_features=3, num_heads=2)
LINE = Graph(  # a reads itself alone, b reads a, c reads b, d reads c
    tuple("abcd"),
    np.random.default_rng(0).normal(size=(4, 5)),
    np.array([[0, 0, 1, 2, 1, 2, 3], [0, 1, 2, 3, 1, 2, 3]]),
)
AROUND: dict[str, tuple[list[Any], bool]] = {
    "linear in front": ([("lin", Linear(6)), Activation("elu"), LAYER], False),
    "stored batch norm": ([LAYER, ("bn", BatchNorm()), LAYER], False),
    "norm of each node": ([LAYER, LayerNorm(mode="node"), LAYER], False),
    "norm of the graph": ([LAYER, LayerNorm(), LAYER], True),
    "graph norm": ([LAYER, GraphNorm(), LAYER], True),
    "a sum": ([("lin", Linear(6)), Sum((LAYER, BatchNorm())), LAYER], False),
    "jumping": ([LAYER, LAYER, JumpingKnowledge("cat"), Linear(2), LogSoftmax()], False),
}


def run(steps: list[Any], graph: Graph) -> Trace:
    return GAT.of_steps(graph.num_features, steps, generator=new_generator(0)).eval().trace(graph)


@pytest.mark.parametrize("name", AROUND)
def test_what_a_change_cannot_reach_is_unchanged_and_what_couples_all_nodes_reaches_all(name: str) -> None:
    """The features of d change: only d reads d, unless a norm over all nodes stands in between."""
    steps, couples = AROUND[name]
    x = LINE.x.copy()
    x[3] += 1
    before, after = run(steps, LINE), run(steps, replace(LINE, x=x))
    last = len(before.layers) - 1
    found = what_if(before, after, last)
    assert found.out is not None
    moved = set(found.out["node"][found.out["distance"] > 0])
    assert moved == (set("abcd") if couples else {"d"})
    touched = {found.names[node] for node in found.target[(found.delta != 0).any(axis=1)]}
    assert touched == ({"b", "c", "d"} if couples else {"d"})  # what a reads is itself alone, always 1


@pytest.mark.parametrize("name", AROUND)
def test_on_a_graph_with_a_node_more_the_others_stay_as_they_are(name: str) -> None:
    steps, couples = AROUND[name]
    more = Graph((*LINE.names, "e"), np.vstack([LINE.x, LINE.x[:1] + 1]), LINE.edge_index)
    found = what_if(run(steps, LINE), run(steps, more), 0)
    assert found.out is not None
    assert (found.out["distance"] > 0).any() == couples


@pytest.mark.parametrize("name", AROUND)
def test_what_goes_around_attention_is_said_to_be_left_out(name: str) -> None:
    steps, couples = AROUND[name]
    told = " ".join(attention_across_layers(run(steps, LINE)).sentences)
    assert ("A norm over all nodes" in told) == couples
    assert ("Residual connections" in told) == (name in ("a sum", "jumping"))


def test_a_step_that_is_another_one_leaves_nothing_unchanged() -> None:
    plain, other = ([LAYER, Activation(word), LAYER] for word in ("relu", "gelu"))
    found = what_if(run(plain, LINE), run(other, LINE), 1)
    assert (found.delta != 0).any()


def test_a_model_with_a_readout_has_no_output_of_a_node() -> None:
    steps = [LAYER, Readout("mean"), Linear(2)]
    found = what_if(run(steps, LINE), run(steps, LINE))
    assert found.out is None
    assert "one row for all nodes" in found.sentences[-1]


def test_changed_weights_of_a_step_are_told_by_its_name() -> None:
    model = GAT.of_steps(5, [("lin_in", Linear(6)), LAYER], generator=new_generator(0))
    before = model.trace(LINE)
    weights = model.weights()
    bias = weights.around["lin_in"]["bias"].copy()
    bias[:2] += 1
    model.set_weights(weights.replaced("lin_in", {**weights.around["lin_in"], "bias": bias}))
    assert input_changes(before, model.trace(LINE)) == ("Weights of 'lin_in' changed: 2 numbers of bias.",)


def test_predictions_are_those_of_the_last_step() -> None:
    graph = sample_graph("karate_club")
    classes = len(graph.class_names)
    trace = run([LAYER, ("lin", Linear(classes)), LogSoftmax()], graph)
    found = predictions(trace)
    np.testing.assert_array_equal(found.scores, trace.steps[-1].output)
    assert trace.layers[-1].out.shape[1] != classes


# ---- equal shares ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
def test_of_equal_shares_the_fraction_is_one_of_so_many(kind: Any) -> None:
    graph = sample_graph("tutorial")
    settings = replace(LAYER, kind=kind, attention="equal")
    model = GAT(2, [settings], generator=new_generator(0)).eval()
    trace = model.trace(graph).layers[0]
    terms = softmax_terms(trace)
    reads = np.diff(trace.ptr)
    assert (terms.terms == 1).all()
    assert (terms.denominators == reads[:, None]).all()
    np.testing.assert_allclose(trace.alpha, terms.terms / terms.denominators[trace.edge_index[1]], rtol=1e-6)
    story = edge_story(trace, 2, 3, 0)
    assert [term.term for term in story.terms] == [1.0] * int(reads[2])
    assert story.denominator == reads[2]
    line = formulas.with_numbers(story, graph.names, 0.2)[-1]
    assert r"\frac{1.00}{1.00 + 1.00 + 1.00} = \frac{1.00}{3.00} = 0.333" in line
    assert all(check.passed for check in proofs(trace, pyg=True))
    told = {info.name: info.formula for info in trace.fields}
    assert "exp" not in told["alpha"]


def test_with_equal_shares_other_scores_change_no_share() -> None:
    graph = sample_graph("tutorial")
    model = GAT(2, [replace(LAYER, attention="equal")], generator=new_generator(0)).eval()
    before = model.trace(graph)
    weights = model.weights()
    model.set_weights(weights.replaced(0, {**weights.layers[0], "a_source": weights.layers[0]["a_source"] + 1}))
    found = what_if(before, model.trace(graph))
    assert not found.delta.any()
    learnt = GAT(2, [LAYER], generator=new_generator(0)).eval().trace(graph)
    assert what_if(learnt, before).delta.any()
