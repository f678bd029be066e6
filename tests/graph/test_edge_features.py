"""Features stay with their edge: through edits, forms and files, and never merged with others."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch_geometric.data import Data

from gatviz import GatvizError, Graph, read_graph, write_graph
from gatviz.files import ReadOptions, inspect_graph
from gatviz.files.kept_graph import ArrayStore, graph_content
from gatviz.graph import editing
from gatviz.numbers import LARGEST

OfEdges = dict[tuple[str, str], tuple[float, ...]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 6))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, count - 1)] * 2), unique=True, max_size=12))
    directed = draw(st.booleans())
    if not directed:
        pairs = list(dict.fromkeys(edge for u, v in pairs for edge in ((u, v), (v, u))))
    row = st.tuples(*[st.floats(-LARGEST, LARGEST)] * 2)
    f = [draw(row) for _ in pairs]
    return Graph(
        names=tuple("abcdef"[:count]),
        x=np.arange(2.0 * count).reshape(count, 2),
        edge_index=np.array(pairs, dtype=np.int64).reshape(-1, 2).T,
        edge_features=np.array(f).reshape(-1, 2),
        edge_feature_names=("u", "v"),
        directed=directed,
        positions=np.arange(2.0 * count).reshape(count, 2),
    )


def features(graph: Graph) -> NDArray[np.float64]:
    assert graph.edge_features is not None
    return graph.edge_features


def edges(graph: Graph) -> OfEdges:
    rows = zip(graph.edge_index.T, features(graph), strict=True)
    return {(graph.names[j], graph.names[i]): tuple(f) for (j, i), f in rows}


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), data=st.data())
def test_edits_keep_the_features_of_what_stays_and_new_ones_have_zeros(graph: Graph, data: st.DataObject) -> None:
    before = edges(graph)
    name, other = (data.draw(st.sampled_from(graph.names)) for _ in range(2))
    grown = editing.add_edges(graph, [(name, other)], both=True)
    zeros = {edge: (0.0, 0.0) for edge in ((name, other), (other, name))}
    assert edges(grown) == {**zeros, **before}
    assert (any("edge features of 0" in note for note in grown.notes)) == (len(edges(grown)) > len(before))
    assert edges(editing.remove(graph, [name])) == {edge: f for edge, f in before.items() if name not in edge}
    twin = editing.duplicate(graph, graph.names)
    copied = {(f"{j} (2)", f"{i} (2)"): f for (j, i), f in before.items()}
    assert edges(twin) == {**before, **copied}
    assert twin.notes == graph.notes
    for edited in (
        editing.add_node(graph, "new", (0, 0)),
        editing.add_feature(graph, "more"),
        editing.move(graph, [name], [(3, 3)]),
    ):
        assert edges(edited) == before
    assert editing.clear(graph).edge_feature_names == ("u", "v")


@settings(max_examples=60, deadline=None)
@given(graph=graphs())
def test_written_and_read_they_are_the_same(graph: Graph) -> None:
    for again in (
        read_graph(write_graph(graph, format="json"), name="g.json"),
        read_graph(write_graph(graph, format="node_link"), name="g.json"),
        Graph.from_networkx(graph.to_networkx()),
    ):
        assert edges(again) == edges(graph)
        assert again.edge_feature_names == graph.edge_feature_names
        assert again.fingerprint == graph.fingerprint or not np.array_equal(again.edge_index, graph.edge_index)


@settings(max_examples=30, deadline=None)
@given(graph=graphs(), data=st.data())
def test_they_are_part_of_what_makes_graphs_equal(graph: Graph, data: st.DataObject) -> None:
    assert replace(graph) == graph
    bare = replace(graph, edge_features=None, edge_feature_names=())
    assert bare != graph
    assert bare.num_edge_features == 0
    assert replace(graph, edge_feature_names=("u", "w")) != graph
    if graph.num_edges:
        f = features(graph).copy()
        f[data.draw(st.integers(0, graph.num_edges - 1)), 0] = 0.123
        assert (replace(graph, edge_features=f) == graph) == bool(np.array_equal(f, features(graph)))


def two(**more: Any) -> Graph:
    return Graph(("a", "b"), np.eye(2), np.array([[0, 1], [1, 0]]), **more)


def test_numeric_attributes_become_features() -> None:
    attributes = {"weight": (2, 0.5), "near": (True, False), "kind": ("x", "y"), "gap": (1, None)}
    graph = two(edge_attributes=attributes)
    made = graph.with_edge_features(["near", "weight"])
    assert made.edge_feature_names == ("near", "weight")
    assert features(made).tolist() == [[1, 2], [0, 0.5]]
    assert made.edge_attributes == graph.edge_attributes
    assert made.with_edge_features([]) == graph
    for name, words in (("kind", "found 'x'"), ("gap", "edge 1: expected a number, found none"), ("w", "found 'w'")):
        with pytest.raises(GatvizError, match=words):
            graph.with_edge_features([name])


@pytest.mark.parametrize(
    ("features", "names", "words"),
    [
        ([[1.0]], (), r"expected numbers of shape \[2, D\], a row for each edge, found shape \[1, 1\]"),
        ([[1.0], ["x"]], (), "edge_features: expected numbers"),
        ([[1.0], [np.nan]], (), "edge feature 0 of 'b' → 'a': expected a finite number"),
        ([[1.0], [1e39]], (), "edge feature 0 of 'b' → 'a'"),
        ([[1.0], [2.0]], ("u", "v"), "edge_feature_names: expected 1 name, one for each column of edge_features"),
        ([[1.0, 2], [2.0, 3]], ("u", "u"), "edge_feature_names: expected unique"),
        (None, ("u",), "edge_feature_names: expected 0 names"),
    ],
)
def test_what_is_no_edge_feature_is_refused(features: object, names: tuple[str, ...], words: str) -> None:
    with pytest.raises(GatvizError, match=words):
        two(edge_features=features, edge_feature_names=names)


def test_parallel_edges_with_other_features_are_refused_and_with_the_same_merged() -> None:
    rows = "source,target,w\na,b,1\nb,c,2\na,b,{}\n"
    options = ReadOptions(edge_features=("w",))
    same = inspect_graph(rows.format(1).encode(), options=options)
    assert same.duplicates == 1
    assert features(same.graph).tolist() == [[1], [2]]
    assert inspect_graph(rows.format(3).encode()).duplicates == 1
    with pytest.raises(GatvizError, match="edge 2, 'a' → 'b': expected the edge features of edge 0"):
        inspect_graph(rows.format(3).encode(), options=options)
    with pytest.raises(GatvizError, match="found 'v'"):
        inspect_graph(rows.format(1).encode(), options=ReadOptions(edge_features=("v",)))


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        (
            [{"source": "a", "target": "b", "features": [1]}, ["b", "a"]],
            r"edges\[1\]: expected a list of 1 number .* none",
        ),
        ([{"source": "a", "target": "b", "features": [1, 2]}], "found 2"),
        ([{"source": "a", "target": "b", "features": ["x"]}], "found a list"),
        ([{"source": "a", "target": "b", "features": [k]} for k in (1, 2)], "expected the edge features of edge 0"),
    ],
)
def test_features_in_a_file_that_do_not_fit_are_refused(edges: list[object], words: str) -> None:
    file = {"edge_feature_names": ["u"], "nodes": [{"id": "a"}, {"id": "b"}], "edges": edges}
    with pytest.raises(GatvizError, match=words):
        read_graph(json.dumps(file).encode(), name="g.json")


def test_a_format_without_a_place_for_them_says_so() -> None:
    with pytest.raises(GatvizError, match="edge features"):
        write_graph(two(edge_features=[[1.0], [2.0]]), format="gml")


def _doors(values: list[float]) -> dict[str, Callable[[], Graph]]:
    """A graph with an edge a → b twice, with these values, and one back: from everything that can hold such."""
    multi: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    multi.add_nodes_from("ab")
    for value in values:
        multi.add_edge("a", "b", w=value)
    multi.add_edge("b", "a", w=5.0)
    undirected: nx.MultiGraph[str] = nx.MultiGraph([("a", "b", {"w": value}) for value in values])
    edges = torch.tensor([[0] * len(values) + [1], [1] * len(values) + [0]])
    data = Data(x=torch.eye(2), edge_index=edges, edge_attr=torch.tensor([*values, 5.0]))
    pickled = io.BytesIO()
    torch.save(data, pickled)
    rows = "".join(f"a,b,{value}\n" for value in values)
    return {
        "pyg": lambda: Graph.from_pyg(data),
        "networkx": lambda: Graph.from_networkx(multi),
        "networkx, undirected": lambda: Graph.from_networkx(undirected),
        "csv": lambda: read_graph(f"source,target,w\n{rows}b,a,5\n".encode(), name="g.csv"),
        "graphml": lambda: read_graph("\n".join(nx.generate_graphml(multi)).encode(), name="g.graphml"),
        "gexf": lambda: read_graph("\n".join(nx.generate_gexf(multi)).encode(), name="g.gexf"),
        "gml": lambda: read_graph("\n".join(nx.generate_gml(multi)).encode(), name="g.gml"),
        "torch": lambda: read_graph(pickled.getvalue(), name="g.pt"),
    }


@pytest.mark.parametrize("door", _doors([1.0, 2.0]))
def test_what_merging_dropped_never_becomes_an_edge_feature(door: str) -> None:
    for values, apart in (([1.0, 2.0], True), ([2.0, 2.0], False), ([1.0], False)):
        graph = _doors(values)[door]()
        (name,) = [name for name in graph.edge_attributes if name in ("w", "edge_attr", "edge_attr0")]
        assert (name in graph.unlike) == apart
        assert any(f"{name!r}" in note for note in graph.notes if "cannot become edge features" in note) == apart
        assert graph_content(graph, ArrayStore().put)["unlike"] == list(graph.unlike)
        placed = graph.with_positions(np.arange(4.0).reshape(2, 2))
        for one in (graph, editing.move(placed, [graph.names[0]], [(3.0, 3.0)])):
            if apart:
                with pytest.raises(GatvizError, match="of which parallel edges had others, dropped when they were"):
                    one.with_edge_features([name])
            else:
                assert one.with_edge_features([name]).edge_feature_names == (name,)
