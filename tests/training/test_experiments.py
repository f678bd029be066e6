"""Every experiment sets a task that its model fits, and says in how many seeds its sentence was found true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gatviz.files import sample_graph
from gatviz.graph.generators import generate
from gatviz.training.beside import beside, with_dropout
from gatviz.training.experiments import EXPERIMENTS, Experiment
from gatviz.training.task import Task
from gatviz.training.training import Training


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=list(EXPERIMENTS))
def test_each_can_be_trained_and_what_is_beside_it_too(experiment: Experiment) -> None:
    graph = experiment.graph(experiment.seed)
    assert graph.num_nodes <= 200
    task = Task.of(graph, experiment.labelled)
    assert len(task.labelled)
    assert len(task.others)
    model = with_dropout(experiment.model(graph, 0), alpha=experiment.dropout, features=experiment.feature_dropout)
    for net in (model, *(beside(kind, model, task.num_classes, 0) for kind in experiment.beside)):
        training = Training(net, task, replace(experiment.schedule, epochs=12))
        while training.advance():
            pass
        assert training.rows[-1]["loss_labelled"] < training.rows[0]["loss_labelled"]
    assert experiment.true_in is not None
    true, seeds = experiment.true_in
    assert true / seeds >= 0.9
    assert experiment.title
    assert experiment.says.endswith(".")


def test_a_dictionary_of_several_tables_holds_some_out() -> None:
    graph = generate("dictionary", tables=20, keys=5, seed=3)
    assert (graph.num_nodes, graph.num_edges) == (200, 500)
    assert graph.split is not None
    counts = {part: graph.split.count(part) for part in ("train", "test", None)}
    assert counts == {"train": 90, "test": 10, None: 100}
    own = graph.x[:, :5].argmax(1)
    for source, target in graph.edge_index.T:
        assert source // 10 == target // 10
        if own[source] == own[target]:
            value = graph.x[source, 5:].argmax()
            assert graph.labels is not None
            assert graph.labels[target] == f"value {value}"
    assert generate("dictionary", keys=4, seed=1).num_nodes == 8


def test_the_sample_of_that_name_is_the_experiments() -> None:
    sample, made = sample_graph("dictionary_lookup"), EXPERIMENTS["dictionary"].graph(EXPERIMENTS["dictionary"].seed)
    assert replace(sample, description="") == replace(made, description="")
    assert "held out" in sample.description


def test_two_sides_are_as_far_apart_and_as_joined_as_asked() -> None:
    graph = generate("two_sides", nodes=400, within=0.1, between=0.02, width=3, separation=4.0, labelled=0.25, seed=1)
    side = graph.class_index
    means = [graph.x[side == k].mean(0) for k in (0, 1)]
    assert np.linalg.norm(means[0] - means[1]) == pytest.approx(4, abs=0.5)
    source, target = graph.edge_index
    same = side[source] == side[target]
    assert same.sum() / (2 * 200 * 199) == pytest.approx(0.1, abs=0.01)
    assert (~same).sum() / (2 * 200 * 200) == pytest.approx(0.02, abs=0.005)
    assert graph.split is not None
    assert graph.split.count("train") == 100


def test_the_own_feature_alone_tells_the_label() -> None:
    graph = generate("own_feature", nodes=50, seed=2)
    assert np.array_equal(graph.class_index == graph.class_names.index("above 0"), graph.x[:, 0] > 0)
