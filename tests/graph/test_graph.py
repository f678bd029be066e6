"""Graph: what it keeps, what it refuses, and the way to networkx and back."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import networkx as nx
import numpy as np
import pytest

from gatviz import GATAttentionLayer, GatvizError, Graph
from gatviz.attention.layers import new_generator

GIVEN = {
    "names": ("A", "B", "C"),
    "x": [[1, 0], [0, 1], [1, 1]],
    "edge_index": [[2, 0, 1], [0, 1, 1]],
}


def graph(**changes) -> Graph:
    return Graph(**{**GIVEN, **changes})


def full() -> Graph:
    return graph(
        feature_names=("age", "size"),
        edge_attributes={"weight": (1.5, None, 2), "kind": ("x", "y", "z")},
        directed=True,
        labels=("one", None, "two"),
        split=("train", "test", None),
        positions=[[0, 0], [1, 0.5], [-1, 2]],
        description="three nodes",
    )


def test_what_is_given_is_kept():
    made = full()
    assert (made.num_nodes, made.num_edges, made.num_features) == (3, 3, 2)
    assert made.x.dtype == np.float64
    assert made.edge_index.dtype == np.int64
    assert made.edge_index.tolist() == [[2, 0, 1], [0, 1, 1]]
    assert made.edge_attributes == {"weight": (1.5, None, 2), "kind": ("x", "y", "z")}
    assert made.labels == ("one", None, "two")
    assert made.split == ("train", "test", None)
    assert made.positions.tolist() == [[0, 0], [1, 0.5], [-1, 2]]
    assert repr(made) == "Graph(N=3, E=3, F=2)"


def test_what_is_left_out():
    made = graph()
    assert made.feature_names == ("f0", "f1")
    assert made.labels is made.split is made.positions is None
    assert made.directed
    assert made.edge_attributes == {}


def test_frozen_and_cut_off_from_what_was_given():
    x, index = np.ones((3, 2)), np.array([[0], [1]])
    made = graph(x=x, edge_index=index)
    x[:], index[:] = 5, 2
    assert (made.x == 1).all()
    assert made.edge_index.tolist() == [[0], [1]]
    with pytest.raises(FrozenInstanceError):
        made.x = x
    for array in (made.x, made.edge_index, full().positions):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_empty_graphs():
    nothing = Graph((), [], [])
    assert (nothing.num_nodes, nothing.num_edges, nothing.num_features) == (0, 0, 0)
    featureless = Graph(("A",), np.zeros((1, 0)), [])
    assert (featureless.num_features, featureless.num_edges) == (0, 0)
    assert featureless.feature_names == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": ("A", "B", "A")}, "node 2: expected a name of its own, found 'A', which node 0 has already"),
        ({"names": ("A", " ", "C")}, "node 1: expected a name that is not blank"),
        ({"names": ("A", 2, "C")}, "node 1: expected a name that is not blank, found 2"),
        ({"names": ("A", "B" * 201, "C")}, "node 1: expected a name of at most 200 printable characters"),
        ({"names": ("A", "B\n", "C")}, "node 1: expected a name of at most 200 printable characters"),
        ({"names": ("A", "B")}, r"x \(features\): expected finite numbers of shape \[2, F\], found shape \[3, 2\]"),
        ({"x": [1, 2, 3]}, r"x \(features\): expected .* found shape \[3\]"),
        ({"x": [[1, 2], [3], [4, 5]]}, r"x \(features\): expected finite numbers"),
        ({"x": [["a"], ["b"], ["c"]]}, r"x \(features\): expected finite numbers"),
        ({"x": [[1, 0], [0, np.nan], [1, 1]]}, "feature 'f1' of 'B': expected a finite number, .* found nan"),
        ({"x": [[1, 0], [0, 1], [-np.inf, 1]]}, "feature 'f0' of 'C': .* found -inf"),
        ({"feature_names": ("a",)}, "feature_names: expected 2 names, one for each column of x, found 1"),
        ({"feature_names": ("a", "a")}, "feature_names: expected unique printable names .* found 'a'"),
        ({"feature_names": ("a", "")}, "feature_names: expected unique printable names .* found ''"),
        ({"edge_index": [[0], [3]]}, r"edge_index, column 0: expected .* from 0 to 2, found \[0, 3\]"),
        ({"edge_index": [[0, 0], [1, -1]]}, r"edge_index, column 1: expected .* found \[0, -1\]"),
        ({"edge_index": [[0.0], [1.0]]}, r"edge_index: expected integers of shape \[2, E\]"),
        ({"edge_index": [[0, 1], [1, 2], [2, 0]]}, r"edge_index: expected .* found int64 of shape \[3, 2\]"),
        ({"edge_index": [[0, 0], [1, 1]]}, "edge_index: expected each edge once, found 'A' → 'B' 2 times"),
        ({"edge_attributes": {"w": (1, 2)}}, r"edge_attributes\['w'\]: expected 3 values, found 2"),
        ({"labels": ("a", "b")}, "labels: expected 3 values, found 2"),
        ({"split": ("train", "val", "validation")}, "split, node 2: expected .* found 'validation'"),
        ({"split": ("train",)}, "split: expected 3 values, found 1"),
        ({"positions": [[0, 0], [1, 1]]}, r"positions: expected finite numbers of shape \[3, 2\]"),
        ({"positions": [[0, 0, 0]] * 3}, r"positions: expected .* found shape \[3, 3\]"),
        (
            {"positions": [[0, 0], [1, np.inf], [0, 1]]},
            "position of 'B': expected finite coordinates .*found inf",
        ),
    ],
)
def test_refusals(changes, message):
    with pytest.raises(GatvizError, match=message) as caught:
        graph(**changes)
    assert "\n" not in str(caught.value)


def test_equal_in_every_field_but_the_notes():
    made = full()
    assert made == full()
    assert hash(made) == hash(full())
    assert made == replace(made, notes=("merged two",))
    assert made != made.with_positions(None)
    assert made.with_positions(None) == made.with_positions(None)
    for changes in (
        {"names": ("A", "B", "D")},
        {"x": np.zeros((3, 2))},
        {"edge_index": [[0, 1, 2], [0, 1, 1]]},
        {"edge_attributes": {}},
        {"directed": False},
        {"labels": None},
        {"split": None},
        {"feature_names": ("f0", "f1")},
        {"description": ""},
    ):
        assert made != replace(made, **changes), changes
    assert made != "graph"


def test_the_fingerprint_ignores_where_nodes_stand():
    made = full()
    assert made.with_positions(None).fingerprint == made.fingerprint
    assert replace(made, x=made.x + 1e-12).fingerprint != made.fingerprint


def test_classes_in_the_order_people_expect():
    assert graph(labels=("b", "a", "b")).class_names == ("a", "b")
    assert graph(labels=("10", "9", None)).class_names == ("9", "10")
    made = graph(labels=("10", "9", None))
    assert made.class_index.tolist() == [1, 0, -1]
    assert graph().class_names == ()
    assert graph().class_index.tolist() == [-1, -1, -1]


# ---- networkx ------------------------------------------------------------------------------------------------


def test_to_networkx():
    made = full().to_networkx()
    assert isinstance(made, nx.DiGraph)
    assert list(made.edges(data=True)) == [
        ("A", "B", {"kind": "y"}),
        ("B", "B", {"weight": 2, "kind": "z"}),
        ("C", "A", {"weight": 1.5, "kind": "x"}),
    ]
    assert made.nodes["A"] == {"features": [1.0, 0.0], "label": "one", "split": "train", "pos": [0.0, 0.0]}
    assert made.nodes["B"] == {"features": [0.0, 1.0], "split": "test", "pos": [1.0, 0.5]}
    assert made.graph == {"feature_names": ["age", "size"], "directed": True, "description": "three nodes"}


def in_one_order(made: Graph) -> Graph:
    """The same graph with edges sorted: networkx lists them by source."""
    order = np.lexsort((made.edge_index[1], made.edge_index[0]))
    attributes = {key: tuple(values[k] for k in order) for key, values in made.edge_attributes.items()}
    return replace(made, edge_index=made.edge_index[:, order], edge_attributes=attributes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"positions": None},
        {"labels": None, "split": None},
        {"directed": False, "edge_index": [[0, 1, 1], [1, 0, 1]], "edge_attributes": {}},
        {"edge_index": [], "edge_attributes": {}},
    ],
)
def test_round_trip(changes):
    made = replace(full(), **changes)
    assert in_one_order(Graph.from_networkx(made.to_networkx())) == in_one_order(made)


def test_round_trip_of_no_nodes():
    assert Graph.from_networkx(Graph((), [], []).to_networkx()) == Graph((), [], [])


def test_from_an_undirected_graph_come_both_edges_and_one_loop():
    given = nx.Graph()
    given.add_edge("a", "b", weight=3)
    given.add_edge("b", "b", weight=4)
    made = Graph.from_networkx(given)
    assert made.names == ("a", "b")
    assert not made.directed
    assert sorted(map(tuple, made.edge_index.T.tolist())) == [(0, 1), (1, 0), (1, 1)]
    weights = dict(zip(map(tuple, made.edge_index.T.tolist()), made.edge_attributes["weight"], strict=True))
    assert weights == {(0, 1): 3, (1, 0): 3, (1, 1): 4}
    assert made.num_features == 0


def test_an_edge_of_a_digraph_keeps_its_direction():
    given = nx.DiGraph([("reader's source", "reader")])
    made = Graph.from_networkx(given)
    assert made.edge_index.tolist() == [[0], [1]]
    layer = GATAttentionLayer(1, 1)
    trace = layer.trace(replace(made, x=np.ones((2, 1)), feature_names=()))
    assert trace.edge_of(target=1, source=0) == 0


def test_features_and_labels_under_other_names():
    given = nx.Graph([(1, 2)])
    nx.set_node_attributes(given, {1: 30, 2: 40}, "age")
    nx.set_node_attributes(given, {1: 1.5, 2: 2.5}, "size")
    nx.set_node_attributes(given, {1: 0, 2: 1}, "club")
    made = Graph.from_networkx(given, features=["age", "size"], label="club")
    assert made.names == ("1", "2")
    assert made.x.tolist() == [[30, 1.5], [40, 2.5]]
    assert made.feature_names == ("age", "size")
    assert made.labels == ("0", "1")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda: with_features([1, 2], [3]), "from_networkx, features: expected the same count"),
        (lambda: with_features(["x"], ["y"]), "from_networkx, features: expected the same count"),
        (lambda: with_features([1], [float("nan")]), "feature 'f0' of .*: expected a finite number"),
        (lambda: with_positions([0, 0], [1]), "pos"),
        (lambda: with_positions("here", "there"), "pos"),
        (lambda: nx.Graph([(1, "1")]), "node 1: expected a name of its own, found '1'"),
    ],
)
def test_networkx_refusals(given, message):
    with pytest.raises(GatvizError, match=message):
        Graph.from_networkx(given())


def with_features(first: list, second: list) -> nx.Graph:
    given = nx.Graph()
    given.add_node("a", features=first)
    given.add_node("b", features=second)
    return given


def with_positions(first: object, second: object) -> nx.Graph:
    given = nx.Graph()
    given.add_node("a", pos=first)
    given.add_node("b", pos=second)
    return given


def test_a_layer_takes_a_graph_as_it_is():
    made = full()
    trace = GATAttentionLayer(2, 3, 2, self_loops="add_missing", generator=new_generator(0)).trace(made)
    assert trace.edge_index.tolist() == [[0, 2, 0, 1, 2], [0, 0, 1, 1, 2]]
    assert trace.input_edge.tolist() == [-1, 0, 1, 2, -1]
    np.testing.assert_array_equal(trace.x, made.x)
