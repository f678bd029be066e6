"""Edits: each changes what it names, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GatvizError, Graph, sample_graph
from gatviz.graph import editing
from gatviz.graph.positions import LAYOUTS, LayoutName, default_positions


def small(**changes: Any) -> Graph:
    given_: dict[str, Any] = {
        "names": ("A", "B", "C"),
        "x": np.array([[1.0, 0], [0, 2], [3, 3]]),
        "edge_index": np.array([[0, 1, 2], [1, 0, 2]]),
        "edge_attributes": {"weight": (5, 6, 7)},
        "labels": ("x", None, "y"),
        "positions": np.array([[0.0, 0], [1, 0], [0, 1]]),
        "directed": False,
    }
    return Graph(**{**given_, **changes})


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {(graph.names[j], graph.names[i]) for j, i in graph.edge_index.T}


def test_a_new_node_has_features_of_their_kind_and_leaves_the_others_alone() -> None:
    graph = editing.add_node(small(), "D", (2, 3), seed=4)
    assert graph.names == ("A", "B", "C", "D")
    assert graph.x[3].any()
    assert editing.add_node(small(), "D", (0, 0), seed=4).x.tolist() == graph.x.tolist()
    drawn = [editing.add_node(small(), "D", (0, 0), seed=seed).x[3] for seed in range(30)]
    assert all(values.any() for values in drawn)
    assert len({tuple(values) for values in drawn}) > 1
    np.testing.assert_array_equal(graph.x[:3], small().x)
    assert graph.labels == ("x", None, "y", None)
    assert graph.positions is not None
    assert graph.positions[3].tolist() == [2, 3]
    assert edges(graph) == edges(small())
    assert not graph.directed


@pytest.mark.parametrize(
    ("name", "at"), [("A", (0, 0)), (" ", (0, 0)), ("D", (np.nan, 0)), ("D", (1, 2, 3)), ("D", "x")]
)
def test_bad_nodes_are_refused(name: str, at: Any) -> None:
    with pytest.raises(GatvizError):
        editing.add_node(small(), name, at)


def test_nodes_that_are_drawn_into_nothing_are_not_all_alike() -> None:
    graph = Graph((), np.zeros((0, 2)), np.zeros((2, 0), dtype=np.int64), positions=np.zeros((0, 2)))
    for k in range(4):
        graph = editing.add_node(graph, str(k), (k, 0), seed=175)
    assert graph.x.any(axis=1).all()
    assert len(np.unique(graph.x, axis=0)) > 2


def test_an_edge_one_way_makes_the_graph_directed_and_both_ways_does_not() -> None:
    assert edges(editing.add_edges(small(), [("A", "C")])) == edges(small()) | {("A", "C")}
    assert editing.add_edges(small(), [("A", "C")]).directed
    both = editing.add_edges(small(), [("A", "C")], both=True)
    assert edges(both) == edges(small()) | {("A", "C"), ("C", "A")}
    assert not both.directed
    assert both.edge_attributes["weight"] == (5, 6, 7, None, None)


def test_edges_that_are_there_stay_as_they_are() -> None:
    graph = small()
    assert editing.add_edges(graph, [("A", "B"), ("C", "C")]) is graph
    assert editing.add_edges(graph, [("A", "A"), ("A", "A")], both=True).num_edges == graph.num_edges + 1


def test_removing_a_node_takes_its_edges_along() -> None:
    graph = editing.remove(small(), ["B"])
    assert graph.names == ("A", "C")
    assert edges(graph) == {("C", "C")}
    assert graph.edge_attributes["weight"] == (7,)
    assert graph.x.tolist() == [[1, 0], [3, 3]]
    assert graph.labels == ("x", "y")


def test_removing_an_edge_leaves_the_nodes() -> None:
    graph = editing.remove(small(), edges=[("A", "B")])
    assert edges(graph) == {("B", "A"), ("C", "C")}
    assert graph.num_nodes == 3
    assert graph.directed


def test_renaming_keeps_all_else() -> None:
    graph = editing.rename_node(small(), "B", " Bea ")
    assert graph.names == ("A", "Bea", "C")
    assert edges(graph) == {("A", "Bea"), ("Bea", "A"), ("C", "C")}
    with pytest.raises(GatvizError, match="'A', which node 0 has already"):
        editing.rename_node(small(), "B", "A")
    with pytest.raises(GatvizError, match="a node of this graph, found 'Z'"):
        editing.rename_node(small(), "Z", "A")


def test_one_feature_and_the_label_of_one_node() -> None:
    graph = editing.set_node(small(), "A", label="", features={"f1": 0.5})
    assert graph.x.tolist() == [[1, 0.5], [0, 2], [3, 3]]
    assert graph.labels == (None, None, "y")
    with pytest.raises(GatvizError):
        editing.set_node(small(), "A", features={"f1": np.inf})
    with pytest.raises(GatvizError, match="a column of this graph"):
        editing.set_node(small(), "A", features={"f9": 1})


def test_copies_stand_beside_with_the_edges_among_them() -> None:
    graph = editing.duplicate(small(), ["A", "B"])
    assert graph.names == ("A", "B", "C", "A (2)", "B (2)")
    assert edges(graph) - edges(small()) == {("A (2)", "B (2)"), ("B (2)", "A (2)")}
    assert graph.x[3:].tolist() == [[1, 0], [0, 2]]
    assert graph.edge_attributes["weight"][3:] == (5, 6)
    assert graph.positions is not None
    assert len(np.unique(graph.positions, axis=0)) == 5


def test_clear_keeps_the_columns() -> None:
    graph = editing.clear(small())
    assert graph.num_nodes == graph.num_edges == 0
    assert graph.feature_names == ("f0", "f1")
    first = editing.add_node(graph, "0", (0, 0))
    assert first.x.shape == (1, 2)
    assert first.x.any()


@pytest.mark.parametrize("kind", LAYOUTS)
def test_layouts_move_nodes_only(kind: LayoutName) -> None:
    graph = editing.lay_out(small(), kind)
    assert graph.fingerprint == small().fingerprint
    assert graph.positions is not None
    assert np.isfinite(graph.positions).all()


def test_moving_some_nodes() -> None:
    graph = editing.move(small(), ["C"], [[7, 8]])
    assert graph.positions is not None
    assert graph.positions.tolist() == [[0, 0], [1, 0], [7, 8]]
    for points in ([[np.inf, 0]], [[1, 2], [3, 4]], ["x"], [["a", "b"]]):
        with pytest.raises(GatvizError):
            editing.move(small(), ["C"], points)  # type: ignore[arg-type]


def test_feature_columns() -> None:
    graph = small()
    wider = editing.add_feature(graph, "age")
    assert wider.feature_names == ("f0", "f1", "age")
    assert wider.x[:, 2].tolist() == [0, 0, 0]
    assert editing.columns_kept(graph, wider) == (0, 1, None)
    narrower = editing.remove_feature(wider, "f0")
    assert editing.columns_kept(wider, narrower) == (1, 2)
    assert editing.rename_feature(graph, "f0", "size").feature_names == ("size", "f1")
    assert editing.fill_features(graph, "one_hot").x.tolist() == np.eye(3).tolist()
    with pytest.raises(GatvizError, match="at least one column"):
        editing.remove_feature(editing.remove_feature(graph, "f0"), "f1")
    with pytest.raises(GatvizError):
        editing.add_feature(graph, "f0")


def test_an_edit_that_leaves_features_alone_shares_them() -> None:
    graph = sample_graph("karate_club")
    graph = graph.with_positions(default_positions(graph))
    assert editing.move(graph, ["0"], [[0, 0]]).x is graph.x
    assert editing.add_edges(graph, [("0", "0")]).x is graph.x
    assert editing.remove(graph, edges=[("0", "1")]).x is graph.x


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_added_and_removed_again_leaves_the_same_graph(data: Any) -> None:
    graph = small()
    count = data.draw(st.integers(1, 4))
    grown = graph
    for k in range(count):
        grown = editing.add_node(grown, f"new {k}", (k, k))
        other = data.draw(st.sampled_from(grown.names))
        grown = editing.add_edges(grown, [(f"new {k}", other)], both=data.draw(st.booleans()))
    again = editing.remove(grown, [f"new {k}" for k in range(count)])
    assert again.names == graph.names
    assert edges(again) == edges(graph)
    np.testing.assert_array_equal(again.x, graph.x)
