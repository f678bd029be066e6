"""`fit` and `Training`: the same seed gives the same numbers, whatever was looked at, kept or edited meanwhile."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gatviz
from gatviz import GAT, BatchNorm, GatvizError, Graph, LayerSettings, Linear, Training, fit, load_training
from gatviz.analysis import predictions
from gatviz.attention.layers import new_generator
from gatviz.training.beside import BESIDE, Beside, beside, with_dropout, with_equal_shares
from gatviz.training.schedule import Schedule
from gatviz.training.task import Task, some_of_each_class
from tests.training.cases import citations, karate, paper_model

DROPOUT: dict[str, Any] = {"dropout": 0.6}
TWO = [0, 33]


def same(first: Training, second: Training) -> None:
    pd.testing.assert_frame_equal(first.history, second.history, check_exact=True)
    for epoch in range(first.trained + 1):
        one, other = first.at(epoch), second.at(epoch)
        assert np.array_equal(one.out, other.out)
        assert all(np.array_equal(a, b) for a, b in zip(one.alpha, other.alpha, strict=True))


def values(model: Any) -> list[Any]:
    return [value.detach().numpy() for value in model.state_dict().values()]


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    graph, model = karate(), paper_model(karate(), **DROPOUT)
    state = torch.get_rng_state()
    first, second = (fit(graph, model, labelled=TWO, epochs=12, seed=5) for _ in range(2))
    same(first, second)
    assert torch.equal(state, torch.get_rng_state())
    other = fit(graph, model, labelled=TWO, epochs=12, seed=6)
    assert other.rows[-1]["loss_others"] != first.rows[-1]["loss_others"]


@settings(max_examples=5, deadline=None)
@given(looked=st.lists(st.integers(0, 30), max_size=5), most=st.sampled_from([1, 60_000, 200_000]))
def test_what_is_looked_at_or_thinned_out_changes_no_number(looked: list[int], most: int) -> None:
    graph, model, schedule = karate(), paper_model(karate(), **DROPOUT), Schedule(30)
    plain = Training(model, Task.of(graph, TWO), schedule)
    thin = Training(model, Task.of(graph, TWO), schedule, max_bytes=most)
    while plain.advance():
        assert thin.advance()
        for epoch in looked:
            if epoch <= thin.trained:
                thin.at(epoch)
                thin.epoch(epoch)
    same(plain, thin)
    assert thin.stride > 1
    assert thin.nbytes <= max(most, 2 * plain.nbytes / 15)


def test_the_model_given_stays_as_it_is_and_is_epoch_0() -> None:
    graph = karate()
    model = paper_model(graph, **DROPOUT).train()
    before = values(model)
    training = fit(graph, model, labelled=TWO, epochs=3)
    assert model.training
    for epoch, expected in ((0, before), (3, values(training.model))):
        assert all(np.array_equal(a, b) for a, b in zip(values(training.epoch(epoch)), expected, strict=True))
    assert not np.array_equal(before[0], values(training.model)[0])
    moment, trace = training.at(3), training.epoch(3).trace(graph)
    assert np.array_equal(moment.out, trace.out)
    assert all(np.array_equal(a, layer.alpha) for a, layer in zip(moment.alpha, trace.layers, strict=True))


@settings(max_examples=5, deadline=None)
@given(epoch=st.integers(0, 25))
def test_an_edit_that_changes_nothing_changes_no_number(epoch: int) -> None:
    graph, model = karate(), paper_model(karate(), **DROPOUT)
    whole = fit(graph, model, labelled=TWO, epochs=25)
    again = whole.changed(epoch)
    assert again.trained == epoch
    while again.advance():
        pass
    same(whole, again)


def test_an_edit_in_the_middle_leaves_what_was_before_it_and_the_training_before_it() -> None:
    graph, model = karate(), paper_model(karate())
    whole = fit(graph, model, labelled=TWO, epochs=20)
    fewer = replace(graph, edge_index=graph.edge_index[:, 2:], edge_attributes={})
    edited = whole.changed(10, task=Task.of(fewer, [0, 1, 33]))
    while edited.advance():
        pass
    assert edited.edits == (10,)
    assert edited.rows[:10] == whole.rows[:10]
    assert edited.rows[10]["loss_labelled"] != whole.rows[10]["loss_labelled"]
    assert edited.at(9).alpha[0].shape == whole.at(9).alpha[0].shape
    assert edited.at(10).alpha[0].shape[0] == whole.at(10).alpha[0].shape[0] - 2
    assert edited.task_at(9).graph is graph
    assert edited.task_at(10).graph is fewer
    assert whole.trained == 20
    later = edited.changed(15)  # an edit after an edit keeps the first
    assert later.edits == (10, 15)
    assert later.changed(4).edits == (4,)


def test_each_epoch_is_judged_by_its_own_nodes() -> None:
    graph = karate()
    whole = fit(graph, paper_model(graph), labelled=TWO, epochs=9)
    more = whole.changed(4, task=Task.of(graph, [0, 1, 33]))
    while more.advance():
        pass
    assert more.counts("others").tolist() == [32] * 4 + [31] * 6
    assert (whole.judged_since("others"), more.judged_since("others")) == (0, 4)
    fewer = replace(graph, edge_index=graph.edge_index[:, 2:], edge_attributes={})
    assert more.changed(7, task=Task.of(fewer, [0, 1, 33])).judged_since("others") == 4


def test_another_model_in_the_middle_goes_on_from_its_own_weights() -> None:
    graph = karate()
    whole = fit(graph, paper_model(graph), labelled=TWO, epochs=6)
    wider = paper_model(graph, num_heads=3)
    edited = whole.changed(4, model=wider)
    assert all(np.array_equal(a, b) for a, b in zip(values(edited.epoch(4)), values(wider), strict=True))
    while edited.advance():
        pass
    assert edited.trained == 6
    assert edited.at(2).alpha[0].shape[1] == 8
    assert edited.at(6).alpha[0].shape[1] == 3


def test_a_number_that_overflows_ends_training_and_leaves_the_last_good_weights() -> None:
    graph = karate()
    training = fit(graph, paper_model(graph), labelled=TWO, epochs=60, lr=1e30)
    assert training.ended == "not_finite"
    assert training.trained < 60
    assert np.isfinite(training.model.trace(graph).out).all()
    assert not training.advance()


def test_stop_is_asked_before_each_epoch_and_every_epoch_is_told() -> None:
    seen: list[int] = []
    graph = karate()
    training = fit(
        graph,
        paper_model(graph),
        labelled=TWO,
        on_epoch=lambda now: seen.append(now.trained),
        stop=lambda: len(seen) == 4,
    )
    assert (training.trained, training.ended, seen) == (3, "stopped", [0, 1, 2, 3])


def test_patience_ends_as_the_papers_own_loop_does() -> None:
    graph = citations()
    training = fit(graph, paper_model(graph, dropout=0.6), epochs=400, lr=0.02, patience=8)
    highest, lowest, waited, best = -np.inf, np.inf, 0, 0
    for row in training.rows[1:]:
        assert waited < 8
        if row["right_val"] >= highest or row["loss_val"] <= lowest:
            best = int(row["epoch"]) if row["right_val"] >= highest and row["loss_val"] <= lowest else best
            waited = 0
        else:
            waited += 1
        highest, lowest = max(highest, row["right_val"]), min(lowest, row["loss_val"])
    assert (training.ended, waited, training.best) == ("patience", 8, best)
    assert np.array_equal(training.model.trace(graph).out, training.at(best).out)


@pytest.mark.parametrize("kind", BESIDE)
def test_what_is_trained_beside_a_model_learns_and_is_told_by_its_seed(kind: Beside) -> None:
    graph = citations()
    model = paper_model(graph, dropout=0.2)
    first, second = (fit(graph, beside(kind, model, 7, seed=3), epochs=30, lr=0.02) for _ in range(2))
    assert first.rows == second.rows
    assert first.rows[-1]["loss_labelled"] < 0.5 * first.rows[0]["loss_labelled"]
    if kind == "equal":
        degrees = np.diff(model.trace(graph).layers[0].ptr)
        assert np.allclose(first.at(30).alpha[0], 1 / np.repeat(degrees, degrees)[:, None])


def test_a_gcn_is_the_formula() -> None:
    graph = gatviz.generate("erdos_renyi", nodes=9, seed=3, features="random")
    graph = replace(graph, labels=("a", "b", "c") * 3, edge_index=graph.edge_index[:, ::2], edge_attributes={})
    model = beside("GCN", paper_model(graph, num_heads=2, head_features=3), 3).double()
    adj = np.eye(9)
    adj[graph.edge_index[1], graph.edge_index[0]] = 1
    size = 1 / np.sqrt(adj.sum(1))
    shares = adj * size * size[:, None]
    W = [weight.detach().numpy() for weight in model.weights]
    z = shares @ graph.x @ W[0].T
    expected = shares @ np.where(z > 0, z, np.expm1(z)) @ W[1].T
    np.testing.assert_allclose(model(graph).detach().numpy(), expected, atol=1e-12)


def test_any_model_of_steps_can_be_trained() -> None:
    graph = citations()
    steps = [LayerSettings(out_features=4, num_heads=2), BatchNorm(), Linear(7)]
    model = GAT.of_steps(graph.num_features, steps, generator=new_generator(0))
    training = fit(graph, with_dropout(model, alpha=0.2, features=0.1), epochs=40, lr=0.02)
    assert training.rows[-1]["loss_labelled"] < 0.7 * training.rows[0]["loss_labelled"]
    assert np.array_equal(training.at(40).out, training.model.trace(graph).out)


def bare(**changes: Any) -> Graph:
    return replace(karate(), **changes)


@pytest.mark.parametrize(
    ("graph", "labelled", "said"),
    [
        (bare(labels=None), None, "labels: expected nodes with labels, found none"),
        (bare(labels=("a",) * 34), None, "at least two classes"),
        (karate(), [], "labelled: expected at least one node"),
        (karate(), [34], "node numbers from 0 to 33"),
        (karate(), ["Nobody"], "names of nodes"),
        (karate(), [True, False], "34 truth values"),
        (bare(labels=("a", "b", *[None] * 32)), [0, 5], "labelled, '5': expected a node with a label"),
    ],
)
def test_a_task_that_cannot_be_set_is_refused_in_a_sentence(graph: Graph, labelled: Any, said: str) -> None:
    with pytest.raises(GatvizError, match=said):
        Task.of(graph, labelled)


@pytest.mark.parametrize(
    ("graph", "labelled", "said"),
    [
        (karate(), [0, 1], "All labelled nodes are 'Mr. Hi'"),
        (karate(), None, "no other node can judge"),
        (bare(labels=("a", "b", "c", *[None] * 31)), [0, 1], "No labelled node is 'c'"),
        (bare(labels=("a", "b", "c", *[None] * 31)), [0, 1], "31 nodes of 34 have no label"),
        (karate(), TWO, "who a node is"),
    ],
)
def test_a_task_that_teaches_little_says_so_and_trains(graph: Graph, labelled: Any, said: str) -> None:
    task = Task.of(graph, labelled)
    assert any(said in note for note in task.notes)
    training = Training(paper_model(graph), task, Schedule(3))
    while training.advance():
        pass
    assert training.trained == 3


def test_a_model_that_does_not_fit_and_settings_out_of_range_are_refused() -> None:
    graph = karate()
    with pytest.raises(GatvizError, match="an output of 34 nodes and 2 classes"):
        fit(graph, GAT.of_paper(34, 3))
    with pytest.raises(GatvizError, match="patience: expected validation nodes"):
        fit(graph, paper_model(graph), patience=5)
    for wrong in ({"lr": 0}, {"lr": float("nan")}, {"epochs": -1}, {"weight_decay": -1}, {"seed": 1.5}):
        with pytest.raises(GatvizError, match=next(iter(wrong))):
            fit(graph, paper_model(graph), **wrong)
    training = fit(graph, paper_model(graph), epochs=2)
    for epoch in (-1, 3, True):
        with pytest.raises(GatvizError, match="epoch: expected one from 0 to 2"):
            training.epoch(epoch)


def test_some_of_each_class_are_drawn_by_the_seed() -> None:
    graph = citations()
    drawn = some_of_each_class(graph, 4, seed=1)
    assert np.bincount(graph.class_index[drawn]).tolist() == [4] * 7
    assert drawn == some_of_each_class(graph, 4, seed=1) != some_of_each_class(graph, 4, seed=2)
    assert set(some_of_each_class(graph, 99, among=range(20))) == set(range(20))


def reversed_model() -> tuple[GAT, GAT]:
    """A model whose columns say their labels in the order of their names, and the same with its columns exchanged."""
    straight = GAT.of_steps(34, [LayerSettings(out_features=4), Linear(2)], generator=new_generator(1))
    turned = deepcopy(straight)
    weights = straight.weights()
    linear = {name: values[::-1].copy() for name, values in weights.around["lin0"].items()}
    turned.set_weights(replace(weights, around={"lin0": linear}))
    straight.classes, turned.classes = karate().class_names, karate().class_names[::-1]
    return straight, turned


@pytest.mark.parametrize("equal", [False, True])
def test_columns_that_say_their_labels_are_learnt_and_judged_as_these(equal: bool, tmp_path: Path) -> None:
    straight, turned = (with_equal_shares(one) if equal else one for one in reversed_model())
    one, other = (fit(karate(), model, labelled=[0, 33], epochs=12) for model in (straight, turned))
    pd.testing.assert_frame_equal(one.history, other.history, rtol=1e-4)
    for epoch in (0, 12):
        np.testing.assert_allclose(one.at(epoch).out, other.at(epoch).out, atol=1e-5)
        assert other.epoch(epoch).classes == karate().class_names[::-1]
        told = [predictions(training.epoch(epoch).trace(karate())).accuracy().right for training in (one, other)]
        assert told[0] == told[1]
    other.save(tmp_path / "turned.gatviz")
    back = load_training(tmp_path / "turned.gatviz")
    assert back.model.classes == karate().class_names[::-1]
    np.testing.assert_array_equal(back.at(12).out, other.at(12).out)
