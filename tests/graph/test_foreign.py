"""What a person has in hand: PyG's Data and networkx's graphs are taken, or refused with the line to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from torch_geometric.data import Batch, Data, HeteroData

from gatviz import GAT, Edges, GATAttentionLayer, GatvizError, Graph
from gatviz.attention.layers import new_generator


def data_of(seed: int, nodes: int = 7, **more: object) -> Data:
    draw = torch.Generator().manual_seed(seed)
    edge_index = torch.randint(nodes, (2, 3 * nodes), generator=draw)
    return Data(x=torch.randn(nodes, 4, generator=draw), edge_index=edge_index, **more)


def model() -> GAT:
    return GAT.of_paper(4, 3, generator=new_generator(0)).eval()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_a_pyg_data_is_the_same_graph_and_merged_arrows_are_said(seed: int, nodes: int) -> None:
    data = data_of(seed, nodes)
    graph = Graph.from_pyg(data)
    pairs = list(dict.fromkeys(map(tuple, data.edge_index.t().tolist())))
    assert list(map(tuple, graph.edge_index.T.tolist())) == pairs
    np.testing.assert_array_equal(graph.x, data.x.double().numpy())
    gone = data.edge_index.shape[1] - len(pairs)
    assert bool(graph.notes) == bool(gone)
    assert gone == 0 or graph.notes[0].startswith(f"{gone} parallel edge")
    assert graph.directed == (not all((v, u) in pairs for u, v in pairs))


def test_labels_split_positions_and_edge_attributes_come_along() -> None:
    edge_index = torch.tensor([[0, 1, 0, 1], [1, 2, 1, 0]])
    data = Data(
        x=torch.eye(3),
        edge_index=edge_index,
        y=torch.tensor([2, -1, 0]),
        train_mask=torch.tensor([True, False, False]),
        test_mask=torch.tensor([False, False, True]),
        pos=torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]),
        edge_attr=torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]),
    )
    graph = Graph.from_pyg(data)
    assert graph.labels == ("2", None, "0")
    assert graph.split == ("train", None, "test")
    np.testing.assert_array_equal(graph.positions, data.pos.numpy())
    assert graph.num_edges == 3
    assert graph.edge_attributes == {"edge_attr0": (1.0, 3.0, 7.0), "edge_attr1": (2.0, 4.0, 8.0)}
    bare = Graph.from_pyg(Data(edge_index=edge_index, num_nodes=5, y=torch.rand(5), pos=torch.rand(5, 3)))
    assert (bare.num_nodes, bare.num_features, bare.labels, bare.positions) == (5, 0, None, None)
    assert [note.split(" was")[0] for note in bare.notes] == ["1 parallel edge", "y", "pos"]


def test_every_form_gives_the_same_trace() -> None:
    data = data_of(3)
    graph, gat = Graph.from_pyg(data), model()
    edge_index = torch.unique(data.edge_index, dim=1)
    adj = torch.zeros(7, 7)
    adj[edge_index[1], edge_index[0]] = 1
    expected = gat.trace(graph)
    for trace in (
        gat.trace(data),
        gat.trace(data.x, edge_index=edge_index),
        gat.trace(data.x, adj),
        gat.trace(data.x.numpy(), edge_index.numpy()),
        gat.trace(data.x, Edges.from_edge_index(edge_index, 7)),
    ):
        np.testing.assert_array_equal(trace.out, expected.out)
        np.testing.assert_array_equal(trace.layers[0].alpha, expected.layers[0].alpha)
        assert isinstance(trace.graph, Graph)
    np.testing.assert_array_equal(gat(data).detach().numpy(), expected.out)
    layer = GATAttentionLayer(4, 2, generator=new_generator(0))
    assert torch.equal(layer(data), layer(graph))


def test_edges_keep_the_order_in_which_they_were_given() -> None:
    edge_index = torch.tensor([[2, 0, 1], [0, 1, 0]])
    np.testing.assert_array_equal(model().trace(torch.rand(3, 4), edge_index=edge_index).graph.edge_index, edge_index)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (HeteroData, r"HeteroData, with several kinds of nodes; pass data.to_homogeneous\(\)"),
        (
            lambda: Batch.from_data_list([data_of(0), data_of(1)]),
            r"found 2 graphs in one Batch; .*data.get_example\(0\)",
        ),
        (lambda: Data(x=torch.rand(2, 4)), "expected a PyG Data with edge_index, found 'Data'"),
        (lambda: Data(x=torch.rand(2), edge_index=torch.zeros(2, 0).long()), r"x: expected a matrix \[N, F\]"),
        (lambda: Data(x=torch.rand(2, 4), edge_index=torch.rand(2, 1)), "edge_index: expected integers"),
        (lambda: Data(x=torch.full((2, 4), torch.nan), edge_index=torch.zeros(2, 0).long()), "feature 'f0' of '0'"),
        (lambda: data_of(0, train_mask=torch.ones(7, 2).bool()), r"data.train_mask = data.train_mask\[:, 0\]"),
        (lambda: data_of(0, edge_attr=torch.rand(4)), "edge_attr: expected a row for each of the 21 edges"),
        (lambda: {"x": 1}, "expected a PyG Data with edge_index, found 'dict'"),
    ],
)
def test_what_is_no_graph_is_refused_with_the_line_that_converts(given: Callable[[], object], message: str) -> None:
    with pytest.raises(GatvizError, match=message):
        Graph.from_pyg(given())


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda gat: gat.trace(nx.path_graph(3)), r"networkx graph; pass gatviz.Graph.from_networkx"),
        (lambda gat: gat(nx.path_graph(3)), r"networkx graph; pass gatviz.Graph.from_networkx"),
        (lambda gat: gat.trace(HeteroData()), r"several kinds of nodes; pass data.to_homogeneous\(\)"),
        (lambda gat: gat(HeteroData()), r"several kinds of nodes; pass data.to_homogeneous\(\)"),
        (lambda gat: gat(np.eye(4), sparse.eye(4)), r"adj: .* found a sparse matrix; pass adj.toarray\(\)"),
        (lambda gat: gat(sparse.eye(4).tocsr(), np.eye(4)), r"X: .* found a sparse matrix; pass X.toarray\(\)"),
        (lambda gat: gat.trace(type("DGLGraph", (), {"__module__": "dgl.heterograph"})()), r"torch.stack\(g.edges"),
        (lambda gat: gat.trace(torch.rand(3, 4)), "edges: expected adj or edge_index, found neither"),
        (lambda gat: gat.trace(data_of(0), torch.ones(7, 7)), "edges: expected none beside a Graph"),
        (lambda gat: gat.trace("graph.json"), r"X: expected numbers of shape \[N, F\]"),
    ],
)
def test_a_model_says_what_it_takes(run: Callable[[GAT], object], message: str) -> None:
    with pytest.raises(GatvizError, match=message):
        run(model())


KEYS = st.sampled_from([None, 0, 3, "road", "rail"])
PARALLEL = st.tuples(
    st.integers(0, 4), st.integers(0, 4), KEYS, st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))
)


@given(st.lists(PARALLEL, max_size=12), st.booleans())
def test_of_a_multigraphs_parallel_edges_the_first_is_kept_and_said(
    edges: list[tuple[int, int, int | str | None, dict[str, int]]], directed: bool
) -> None:
    many: nx.MultiGraph[int] = nx.MultiDiGraph() if directed else nx.MultiGraph()
    many.add_nodes_from(range(5))
    for u, v, key, attributes in edges:
        many.add_edge(u, v, key, **attributes)
    single: nx.Graph[int] = nx.DiGraph() if directed else nx.Graph()
    single.add_nodes_from(range(5))
    for u, v, attributes in many.edges(data=True):
        if not single.has_edge(u, v):
            single.add_edge(u, v, **attributes)
    found, expected = Graph.from_networkx(many), Graph.from_networkx(single)
    gone = many.number_of_edges() - single.number_of_edges()
    assert [note.split(" parallel")[0] for note in found.notes[:1]] == ([str(gone)] if gone else [])

    def told(graph: Graph) -> dict[tuple[int, ...], dict[str, object]]:
        """The attributes that each edge has, by its ends."""
        columns = graph.edge_attributes
        return {
            tuple(ends): {name: values[k] for name, values in columns.items() if values[k] is not None}
            for k, ends in enumerate(graph.edge_index.T.tolist())
        }

    assert told(found) == told(expected)


@pytest.mark.parametrize("kind", [nx.MultiGraph, nx.MultiDiGraph])
@pytest.mark.parametrize("ends", [(0, 1), (1, 1)])
def test_parallel_edges_of_other_features_are_refused_and_of_the_same_merged(
    kind: type[nx.MultiGraph[int]], ends: tuple[int, int]
) -> None:
    many = kind(edge_feature_names=("length",))
    many.add_nodes_from(range(3))
    many.add_edge(*ends, features=[1.0])
    many.add_edge(1, 2, features=[2.0])
    many.add_edge(*ends, features=[1.0])
    graph = Graph.from_networkx(many)
    assert graph.notes[0].startswith("1 parallel edge was merged")
    assert graph.edge_features is not None
    lengths = dict(zip(map(tuple, graph.edge_index.T.tolist()), graph.edge_features[:, 0].tolist(), strict=True))
    assert lengths[ends] == 1.0
    assert lengths[(1, 2)] == 2.0
    many.add_edge(*ends, features=[5.0])
    with pytest.raises(GatvizError, match="expected the edge features of edge 0, which joins the same nodes"):
        Graph.from_networkx(many)


@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiDiGraph])
def test_edge_attributes_are_features_by_their_names_and_parallel_ones_that_differ_are_refused(kind: Any) -> None:
    given = kind([(0, 1, {"length": 2.5, "lanes": 2}), (1, 2, {"length": 1, "lanes": 1})])
    for chosen in (["length"], "length", ["lanes", "length"]):
        graph = Graph.from_networkx(given, edge_features=chosen)
        assert graph == Graph.from_networkx(given).with_edge_features(chosen)
        assert graph.edge_feature_names == ((chosen,) if isinstance(chosen, str) else tuple(chosen))
    with pytest.raises(GatvizError, match="width"):
        Graph.from_networkx(given, edge_features=["width"])
    if given.is_multigraph():
        given.add_edge(0, 1, length=9, lanes=2)
        assert Graph.from_networkx(given, edge_features=["lanes"]).notes
        with pytest.raises(GatvizError, match="expected the edge features of edge 0, which joins the same nodes"):
            Graph.from_networkx(given, edge_features=["length"])
