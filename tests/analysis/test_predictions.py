"""Predictions on a graph whose output can be read off: one head, W = 1, no edges but loops, so out = x."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gatviz import GAT, GatvizError, Graph, LayerSettings, Trace
from gatviz.analysis import Predictions, predictions

SCORES = np.array([[3.0, 1, 0], [0, 2, 1], [0, 5, 4], [1, 0, 0], [0, 0, 7], [2, 2, 0]])
LABELS = ("2", "10", "30", "30", None, "10")
"""Classes in the order of their numbers: 2, 10, 30. Predicted: 2, 10, 10, 2, 30, 2 (the first of equals)."""
SPLIT = ("train", "train", "val", "test", "test", None)


def made(
    labels: tuple[str | None, ...] | None = LABELS,
    split: tuple[str | None, ...] | None = None,
    scores: NDArray[np.float64] = SCORES,
) -> Graph:
    count = len(scores)
    loops = np.array([range(count), range(count)])
    return Graph(tuple("abcdef"[:count]), scores, loops, labels=labels, split=split)


def trace(graph: Graph) -> Trace:
    """Each node reads itself alone through the identity, so the output is x."""
    width = graph.num_features
    model = GAT(width, [LayerSettings(out_features=width, num_heads=1, activation=None, bias=False)])
    model.attention_layers[0].set_weights(W=np.eye(width)[None])
    return model.trace(graph)


def told(**given: Any) -> Predictions:
    return predictions(trace(made(**given)))


def test_the_largest_output_is_the_prediction_and_classes_go_by_number() -> None:
    result = told()
    assert result.scores == pytest.approx(SCORES)
    assert result.classes == ("2", "10", "30")
    assert result.predicted.tolist() == [0, 1, 1, 0, 2, 0]
    assert result.actual.tolist() == [0, 1, 2, 2, -1, 1]
    assert result.verdicts.tolist() == ["right", "right", "wrong", "wrong", "no label", "wrong"]
    assert result.wrong.tolist() == [2, 3, 5]
    assert result.margin == pytest.approx([2, 1, 1, 1, 7, 0])


def test_accuracy_without_a_split_is_over_all_labelled_nodes() -> None:
    result = told()
    assert [(a.part, a.right, a.count) for a in result.accuracies] == [("all", 2, 5)]
    assert result.accuracy().share == pytest.approx(0.4)
    with pytest.raises(GatvizError, match="one of all, found 'test'"):
        result.accuracy("test")


def test_accuracy_of_each_part() -> None:
    result = told(split=SPLIT)
    counts = [(a.part, a.right, a.count) for a in result.accuracies]
    assert counts == [("train", 2, 2), ("val", 0, 1), ("test", 0, 1), ("all", 2, 5)]
    assert result.sentences == (
        "Training accuracy 100.00 %: 2 of 2 nodes.",
        "Validation accuracy 0.00 %: 0 of 1 node.",
        "Test accuracy 0.00 %: 0 of 1 node.",
        "Over all labelled nodes: accuracy 40.00 %: 2 of 5 nodes.",
        "The commonest mistake: '10' taken for '2', at 1 node.",
        "1 node has no label and can be neither right nor wrong.",
        "Columns of the output, in the order of their names: 0 = '2', 1 = '10', 2 = '30'.",
    )


def test_a_part_without_labels_has_no_accuracy() -> None:
    result = told(labels=(*LABELS[:3], None, None, "10"), split=SPLIT)
    assert np.isnan(result.accuracy("test").share)
    assert result.accuracy("test").sentence == "Test accuracy: no node has a label."


def test_confusion_counts_labels_along_rows() -> None:
    result = told(split=SPLIT)
    matrix = result.confusion()
    assert matrix.to_numpy().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 0]]
    assert (matrix.index.name, matrix.columns.name) == ("label", "predicted")
    assert result.confusion("val").to_numpy().tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert result.confusion("test").loc["30", "2"] == 1
    assert np.trace(matrix) == result.accuracy().right


def test_the_table_has_a_row_for_each_node() -> None:
    table = told(split=SPLIT).table
    assert table.loc[2].to_dict() == {
        "node": "c",
        "predicted": "10",
        "label": "30",
        "verdict": "wrong",
        "split": "val",
        "margin": 1.0,
    }
    assert table["label"].isna().tolist() == [False, False, False, False, True, False]
    assert told().table["split"].isna().all()


def test_classes_that_are_never_predicted_are_named() -> None:
    result = told(scores=SCORES[:4], labels=("x", "y", "z", "z"))
    assert result.sentences[-2] == "Never predicted: 'z'."


def test_one_class_has_no_second() -> None:
    result = told(scores=np.ones((2, 1)), labels=("x", None))
    assert result.margin.tolist() == [np.inf, np.inf]
    assert result.sentences[0] == "Accuracy 100.00 %: 1 of 1 node."


def test_what_does_not_fit_is_refused_with_both_numbers() -> None:
    with pytest.raises(GatvizError, match="as wide as the graph has classes, 2, found 3 columns"):
        told(labels=("x", "y", "x", None, None, None))
    with pytest.raises(GatvizError, match="labels in the graph, found none"):
        told(labels=None)
    with pytest.raises(GatvizError, match="the trace's 6 nodes, found 4"):
        predictions(trace(made()), made(scores=SCORES[:4], labels=LABELS[:4]))


def test_labels_may_come_from_another_graph_of_the_same_nodes() -> None:
    result = predictions(trace(made(labels=None)), made())
    assert result.accuracy().right == 2
