"""PyG's Data and torch.save'd dicts as graphs: read as PyG reads them, nothing run, and every other kind named."""

from __future__ import annotations

import io
import pickle
import random
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch_geometric.data import Batch, Data, HeteroData, InMemoryDataset

from gatviz import GatvizError, Graph, inspect_graph, inspect_weights, read_graph
from tests.files.fuzz import check_sentence, mutated, repacked

X = torch.tensor([[1.0, 0.5], [0.0, 2.0], [3.0, 4.0]])
EDGES = torch.tensor([[0, 1, 2, 1], [1, 2, 0, 0]])
DATA = Data(
    x=X,
    edge_index=EDGES,
    y=torch.tensor([0, 1, 0]),
    edge_attr=torch.tensor([[0.5, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]),
    train_mask=torch.tensor([True, False, False]),
    pos=torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]),
)


class Mine(Data):  # type: ignore[misc]
    """A class of somebody's own."""


def saved(content: Any, **how: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream, **how)
    return stream.getvalue()


@pytest.mark.parametrize("old", [False, True], ids=["zip", "stream"])
@pytest.mark.parametrize(
    "content",
    [
        DATA,
        DATA.to_dict(),
        [DATA],
        {"data": DATA, "epoch": 3},
        {"whatever": DATA},
        (DATA.to_dict(), None, Data),
        (DATA, None),
        InMemoryDataset.collate([DATA]),
    ],
    ids=["Data", "dict", "list of one", "in a dict", "alone in a dict", "data set", "old data set", "collated"],
)
def test_a_data_is_the_graph_that_pyg_has(content: Any, old: bool) -> None:
    found = inspect_graph(saved(content, _use_new_zipfile_serialization=not old), "data.pt")
    assert found.format == "torch"
    expected = Graph.from_pyg(DATA)
    graph = found.graph
    np.testing.assert_array_equal(graph.x, expected.x)
    np.testing.assert_array_equal(graph.edge_index, expected.edge_index)
    assert (graph.labels, graph.split) == (expected.labels, expected.split)
    assert dict(graph.edge_attributes) == dict(expected.edge_attributes)
    assert graph.positions is not None
    assert expected.positions is not None
    np.testing.assert_array_equal(graph.positions, expected.positions)


def test_dicts_of_arrays_and_of_lists_and_plain_pickles() -> None:
    for content in (
        {"x": X.numpy(), "edge_index": EDGES.numpy(), "y": np.array([1, 0, 1])},
        {"features": X.tolist(), "edge_index": EDGES.tolist(), "labels": ["1", "0", "1"]},
    ):
        for data in (saved(content), pickle.dumps(content)):
            graph = read_graph(data)
            assert graph.x.tolist() == X.tolist()
            assert graph.labels == ("1", "0", "1")
    assert read_graph(saved(Mine(edge_index=EDGES, num_nodes=5))).num_nodes == 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Data(x=X, edge_index=EDGES, y=torch.rand(3)), "y was left out"),
        (Data(x=X, edge_index=EDGES, y=torch.tensor([1])), "y was left out"),
        (Data(x=X, edge_index=EDGES, train_mask=torch.eye(3) > 0), "train_mask holds 3 splits: the first is taken"),
        (Data(x=X, edge_index=EDGES, pos=torch.rand(3, 3)), "pos was left out"),
        (Data(x=X, edge_index=EDGES, other=X), "left out: 'other'"),
        (Batch.from_data_list([DATA, DATA]), "2 graphs: they stand side by side"),
    ],
)
def test_what_is_left_out_is_said(content: Any, words: str) -> None:
    assert words in " ".join(read_graph(saved(content)).notes)


def hetero() -> HeteroData:
    data = HeteroData()
    data["paper"].x = X
    data["paper", "cites", "paper"].edge_index = EDGES
    return data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hetero(), "a HeteroData, with several kinds of nodes; save data.to_homogeneous().to_dict()"),
        (hetero().to_dict(), "a HeteroData"),
        ((hetero().to_dict(), None, HeteroData), "a HeteroData"),
        ([DATA, DATA, DATA], "a data set of 3 graphs; save one of them"),
        (InMemoryDataset.collate([DATA, DATA]), "a data set of 2 graphs"),
        ([nx.path_graph(3), nx.path_graph(2)], "found 2 graphs; pickle one of them alone"),
        (nx.Graph([(frozenset([1]), 2)]), "nodes that are texts, numbers or tuples of them, found objects"),
        (sp.csr_matrix(np.eye(3)[:2]), "a square matrix, found [2, 3]; if it holds features"),
        (sp.lil_matrix(np.eye(3)), "another form of one; save it by scipy.sparse.save_npz"),
        (torch.nn.Linear(2, 2), "a pickled model ('torch.nn.modules.linear.Linear'); open it by the button"),
        (torch.nn.Linear(2, 2).state_dict(), "the weights of a model; open it by the button"),
        ({"state_dict": torch.nn.Linear(2, 2).state_dict(), "epoch": 3}, "the weights of a model"),
        (torch.ones(3), "one array alone"),
        ({"edge_index": EDGES, "x": slice(3)}, "slice', which is never opened"),
        (random.Random(0), "'random.Random', which is never opened"),
        ([], "a list of other values"),
        (3, "found int"),
    ],
)
def test_everything_else_is_named(content: Any, words: str) -> None:
    with pytest.raises(GatvizError) as told:
        read_graph(saved(content))
    check_sentence(str(told.value))
    assert words in str(told.value)


@pytest.mark.parametrize("content", [DATA, {"data": DATA.to_dict()}, (DATA, None)], ids=["Data", "dict", "data set"])
def test_a_graph_among_the_weights_is_sent_to_its_door(content: Any) -> None:
    with pytest.raises(GatvizError, match="found a graph; open it by the graph's button 'Open'"):
        inspect_weights(saved(content))
    arrays = io.BytesIO()
    np.savez(arrays, edge_index=EDGES.numpy())
    with pytest.raises(GatvizError, match=r"found NumPy arrays \(.npz\); open a graph by"):
        inspect_weights(arrays.getvalue())


def test_no_bytes_break_it() -> None:
    draw = random.Random(0)
    whole = [saved(DATA), saved(DATA, _use_new_zipfile_serialization=False), pickle.dumps(DATA.to_dict())]
    for k in range(300):
        data = whole[k % 3]
        broken = repacked(data, draw) if k % 3 == 0 and k % 2 else mutated(data, draw)
        try:
            read_graph(broken, "data.pt")
        except GatvizError as refused:
            check_sentence(str(refused))
