"""Which column stands for which label: every way is judged, the best is told, and what was chosen counts everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz import GAT, GatvizError, Graph, LayerSettings, Trace, read_graph, write_graph
from gatviz.analysis import predictions
from gatviz.analysis.classes import column_ways, judged, likely_columns

NAMES = ("red", "blue", "green")


def run(
    labels: Sequence[str | None], columns: Sequence[int], order: Sequence[str] = (), train: int | None = None
) -> Trace:
    """A run whose output is largest in the column of each node: one head, W = 1, and loops alone."""
    width, count = max(columns) + 1, len(labels)
    split = None if train is None else tuple("train" if n < train else "test" for n in range(count))
    loops = np.array([range(count), range(count)])
    x = np.eye(width)[list(columns)]
    names = tuple(map(str, range(count)))
    graph = Graph(names, x, loops, labels=tuple(labels), split=split, class_order=tuple(order))
    model = GAT(width, [LayerSettings(out_features=width, num_heads=1, activation=None, bias=False)])
    model.attention_layers[0].set_weights(W=np.eye(width)[None])
    return model.trace(graph)


def test_a_model_that_is_right_everywhere_is_told_so_whatever_the_alphabet_says() -> None:
    """red = 0, blue = 1; in the order of names every node would be wrong."""
    told = run(["red", "blue", "red"], [0, 1, 0])
    wrong = predictions(told)
    assert wrong.accuracy().right == 0
    assert wrong.better is not None
    assert (wrong.better.way, wrong.better.right, wrong.better.count) == ("appearance", 3, 3)
    assert any("0 = 'red', 1 = 'blue'" in sentence for sentence in wrong.sentences)
    right = predictions(told, classes=["red", "blue"])
    assert (right.accuracy().right, right.better, right.wrong.size) == (3, None, 0)
    by_number = predictions(run(["red", "blue", "red"], [0, 1, 0], order=["red", "blue"]))
    assert (by_number.columns.way, by_number.accuracy().right) == ("numbers", 3)


@pytest.mark.parametrize(
    ("labels", "columns", "proposed"),
    [
        (["a", "b", "a", "b"], [1, 0, 1, 0], "agreement"),
        (["a", "b", "c", "a"], [1, 2, 0, 1], "agreement"),
        (["a", "b", "a", "b"], [0, 1, 1, 0], "alphabet"),  # half of them either way: nothing to go by
        (["a", "b", "a", "b", "a"], [1, 0, 1, 1, 0], "alphabet"),
        (["b", "a", "b"], [0, 1, 0], "appearance"),
        (["a", None, "a", "b"], [0, 1, 0, 1], "alphabet"),
    ],
)
def test_an_order_that_no_file_tells_is_proposed_where_it_alone_is_likely(
    labels: list[str | None], columns: list[int], proposed: str
) -> None:
    ways = likely_columns(run(labels, columns))
    assert ways[0].way == proposed
    assert ("agreement" in [one.way for one in ways]) == (proposed == "agreement")


@given(st.lists(st.sampled_from(NAMES), min_size=3, max_size=12), st.permutations(NAMES))
def test_the_way_with_most_right_is_proposed_and_its_figure_is_that_of_the_view(
    labels: list[str], columns: list[str]
) -> None:
    labels = [*NAMES, *labels]
    told = run(labels, [columns.index(label) for label in labels])
    ways = likely_columns(told)
    assert [one.right for one in ways] == sorted((one.right for one in ways), reverse=True)
    for one in ways:
        found = predictions(told, classes=one.classes)
        assert (found.accuracy().right, found.accuracy().count) == (one.right, one.count)
        assert found.columns.classes == one.classes
        assert (found.better is None) == (one.right == ways[0].right)
    assert judged(told.out, told.graph, columns).right == len(labels)


@pytest.mark.parametrize("columns", list(permutations(range(3))))
def test_what_was_chosen_moves_scores_and_predictions_to_the_graphs_own_order(columns: tuple[int, ...]) -> None:
    told = run(list(NAMES), columns)
    given_classes = [NAMES[columns.index(k)] for k in range(3)]
    found = predictions(told, classes=given_classes)
    assert found.classes == ("blue", "green", "red")
    assert [found.classes[k] for k in found.predicted] == list(NAMES)
    assert found.scores.argmax(1).tolist() == found.predicted.tolist()
    assert found.table["predicted"].tolist() == list(NAMES)


def test_only_training_nodes_decide_where_there_are_any() -> None:
    told = run(["a", "b", "a", "a"], [1, 0, 0, 0], train=2)
    assert likely_columns(told)[0].training
    assert likely_columns(told)[0].count == 2
    assert "training nodes" in likely_columns(told)[0].figure


def test_numbers_keep_their_columns_where_a_class_has_no_node() -> None:
    found = predictions(run(["0", "2", "2"], [0, 2, 2]))
    assert (found.columns.classes, found.accuracy().right) == (("0", "1", "2"), 3)
    assert found.classes == ("0", "2", "1")
    assert found.predicted.tolist() == [0, 1, 1]


@pytest.mark.parametrize(("format", "name"), [("npz", "g.npz"), ("torch", "g.pt")])
def test_numbers_of_classes_outlive_a_file(format: str, name: str) -> None:
    graph = run(["red", "blue", None], [0, 1, 2], order=["red", "none", "blue"]).graph
    again = read_graph(write_graph(graph, format=format), name=name)
    assert again == graph
    assert again.class_order == ("red", "none", "blue")
    assert column_ways(again, 3)["numbers"] == ("red", "none", "blue")


def test_a_model_brings_its_classes_to_every_view() -> None:
    told = run(["red", "blue"], [0, 1])
    model = GAT(2, [LayerSettings(out_features=2, num_heads=1, activation=None, bias=False)])
    model.attention_layers[0].set_weights(W=np.eye(2)[None])
    model.classes = ["red", "blue"]
    assert predictions(model.trace(told.graph)).accuracy().right == 2


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (["red"], "classes: expected 2 labels, one for each column, found 1"),
        (["red", "red"], "classes: expected each label once, found 'red'"),
        ("rb", "classes: expected a label for each column, found 'rb'"),
        ([None, 2], "classes: expected a label for each column"),
    ],
)
def test_labels_that_do_not_fit_the_columns_are_refused(classes: Any, message: str) -> None:
    with pytest.raises(GatvizError, match=message):
        predictions(run(["red", "blue"], [0, 1]), classes=classes)
