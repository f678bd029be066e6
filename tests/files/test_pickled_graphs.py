"""Graphs that other libraries pickled: read as those libraries have them, and none of their code is run for it."""

from __future__ import annotations

import collections
import io
import pickle
import random
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch_geometric.data import Data
from torch_geometric.io import read_planetoid_data

from gatviz import GatvizError, Graph, inspect_graph, inspect_weights, read_graph
from tests.files.fuzz import check_sentence, mutated


def saved(content: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def arcs(graph: Graph) -> set[tuple[str, str]]:
    return {(graph.names[j], graph.names[i]) for j, i in graph.edge_index.T.tolist()}


def of_networkx(truth: Any) -> set[tuple[str, str]]:
    ways = truth.edges if truth.is_directed() else [*truth.edges, *((edge[1], edge[0]) for edge in truth.edges)]
    return {(str(edge[0]), str(edge[1])) for edge in ways}


KINDS = (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_networkx_graph_is_read_from_its_pickle(kind: Any, protocol: int) -> None:
    truth = kind(nx.gnp_random_graph(9, 0.3, seed=protocol, directed=kind().is_directed()))
    truth.add_edge(3, 3)
    for n in truth:
        truth.nodes[n].update(club="ab"[n % 2], age=np.float64(n / 2), x=np.array([n, 1.5]), pos=(n, 2.0 * n))
    for _one, _other, told in truth.edges(data=True):
        told["weight"] = 2.5
    found = inspect_graph(pickle.dumps(truth, protocol), "graph.gpickle")
    graph = found.graph
    assert graph.names == tuple(map(str, truth))
    assert graph.directed == truth.is_directed()
    assert arcs(graph) == of_networkx(truth)
    assert set(graph.edge_attributes["weight"]) == {2.5}
    assert graph.positions is not None
    assert graph.positions.tolist() == [list(truth.nodes[n]["pos"]) for n in truth]
    columns = {name: graph.x[:, place].tolist() for place, name in enumerate(graph.feature_names)}
    assert columns["age"] == [n / 2 for n in truth]
    assert columns["x[0]"] == [float(n) for n in truth]
    assert columns["club = a"] == [float(n % 2 == 0) for n in truth]


def test_nodes_of_networkx_have_the_names_that_it_prints() -> None:
    assert read_graph(pickle.dumps(nx.grid_2d_graph(2, 2))).names == ("(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)")
    assert read_graph(pickle.dumps(nx.Graph([(np.int64(3), "b")]))).names == ("3", "b")
    assert read_graph(pickle.dumps({"graph": nx.path_graph(2), "epoch": 3})).num_nodes == 2
    with pytest.raises(GatvizError, match="a name of its own"):
        read_graph(pickle.dumps(nx.Graph([(1, "1")])))


def test_an_igraph_graph_is_read_from_what_it_pickles() -> None:
    """igraph makes a graph anew by a call: count, pairs, directed, and the attributes of graph, nodes and edges."""
    module = types.ModuleType("igraph")
    pairs = [(0, 1), (1, 2)]
    attributes: tuple[dict[str, Any], ...] = ({}, {"name": ["a", "b", "c"]}, {"w": [1, 2]})

    class Made:
        def __reduce__(self) -> tuple[Any, ...]:
            return module.Graph, (3, pairs, True, *attributes), {}

    module.Graph = type("Graph", (Made,), {"__module__": "igraph"})  # type: ignore[attr-defined]
    sys.modules["igraph"], before = module, sys.modules.get("igraph")
    try:
        data = pickle.dumps(module.Graph())
    finally:
        del sys.modules["igraph"]
        sys.modules.update({"igraph": before} if before else {})
    graph = read_graph(data)
    assert arcs(graph) == {("a", "b"), ("b", "c")}
    assert graph.edge_attributes == {"w": (1, 2)}


# ---- matrices ------------------------------------------------------------------------------------------------------

MATRIX = np.array([[0, 1, 0, 0], [0, 0, 2.5, 0], [1, 0, 1, 0], [0, 0, 0, 0]])


def of_torch_sparse(rows: bool) -> Any:
    """What torch_sparse's SparseTensor keeps, without the library: row = target, as PyG's adj_t has it."""
    matrix, whole, storage = sp.csr_array(MATRIX), SparseTensor(), SparseStorage()
    vars(storage).update(
        _row=None if rows else torch.tensor(matrix.tocoo().row).long(),
        _rowptr=torch.tensor(matrix.indptr).long() if rows else None,
        _col=torch.tensor(matrix.indices).long(),
        _value=torch.tensor(matrix.data),
        _sparse_sizes=MATRIX.shape,
        _csr2csc=None,
    )
    vars(whole)["storage"] = storage
    return whole


SparseTensor = type("SparseTensor", (), {"__module__": "torch_sparse.tensor"})
SparseStorage = type("SparseStorage", (), {"__module__": "torch_sparse.storage"})


@pytest.fixture
def torch_sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of that name, for pickle to find its classes in."""
    monkeypatch.setitem(sys.modules, "torch_sparse", types.ModuleType("torch_sparse"))
    for kind in (SparseTensor, SparseStorage):
        module = types.ModuleType(kind.__module__)
        setattr(module, kind.__name__, kind)
        monkeypatch.setitem(sys.modules, kind.__module__, module)


SPARSE: dict[str, Callable[[], Any]] = {
    "csr": lambda: sp.csr_array(MATRIX),
    "csc": lambda: sp.csc_array(MATRIX),
    "coo": lambda: sp.coo_array(MATRIX),
    "csr_matrix": lambda: sp.csr_matrix(MATRIX),
    "coo_matrix": lambda: sp.coo_matrix(MATRIX),
    "torch coo": lambda: torch.tensor(MATRIX).to_sparse(),
    "torch csr": lambda: torch.tensor(MATRIX).to_sparse_csr(),
    "torch_sparse": lambda: of_torch_sparse(rows=False),
    "torch_sparse rows": lambda: of_torch_sparse(rows=True),
    "dense": lambda: MATRIX,
}


@pytest.mark.usefixtures("torch_sparse")
@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize("form", SPARSE)
def test_a_sparse_matrix_in_a_pickle_is_the_matrix(form: str) -> None:
    """Row i, column j: i reads j, as in PyG's adj_t; alone, by any name of a matrix, and as features."""
    matrix = SPARSE[form]()
    found = [read_graph(saved({"x": torch.eye(4), name: matrix})) for name in ("adj", "adj_t")[: 2 - (form == "dense")]]
    found += [read_graph(saved(Data(x=torch.eye(4), adj_t=matrix)))] if form != "dense" else []
    found += [read_graph(pickle.dumps(matrix))] if not form.startswith("torch") else []
    for graph in found:
        assert arcs(graph) == {("1", "0"), ("2", "1"), ("0", "2"), ("2", "2")}
        assert sorted(graph.edge_attributes["weight"]) == [1, 1, 1, 2.5]
    edges = torch.tensor([[0], [1]])
    assert read_graph(saved({"x": matrix, "edge_index": edges})).x.tolist() == MATRIX.tolist()


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_plain_lists_and_dicts_of_neighbours_in_a_pickle(protocol: int) -> None:
    truth = nx.gnp_random_graph(7, 0.5, seed=1)
    for content in (
        nx.to_dict_of_lists(truth),
        collections.defaultdict(list, nx.to_dict_of_lists(truth)),
        nx.to_dict_of_dicts(truth),
    ):
        assert arcs(read_graph(pickle.dumps(content, protocol))) == of_networkx(truth)
    pairs = [(a, b) for a, b in truth.edges]
    assert arcs(read_graph(pickle.dumps(pairs, protocol))) == {(str(a), str(b)) for a, b in pairs}


# ---- Planetoid -----------------------------------------------------------------------------------------------------


def planetoid(isolated: bool) -> dict[str, bytes]:
    """Eight small files: 600 nodes that are known, 4 that are tested, in no order, perhaps one without a row."""
    draw = np.random.default_rng(3)
    tested = np.array([603, 600, 602, 604 if isolated else 601])
    count = int(tested.max()) + 1
    features = sp.csr_matrix((draw.random((604, 6)) < 0.4).astype(np.float32))
    classes = np.eye(3, dtype=np.int32)[draw.integers(0, 3, 604)]
    graph = collections.defaultdict(list)
    for a, b in draw.integers(0, count, (900, 2)).tolist():
        graph[a].append(b)
        graph[b].append(a)
    parts = {"allx": features[:600], "tx": features[600:], "x": features[:60], "graph": graph}
    parts |= {"ally": classes[:600], "ty": classes[600:], "y": classes[:60]}
    files = {f"ind.tiny.{part}": pickle.dumps(content, 2) for part, content in parts.items()}
    return {**files, "ind.tiny.test.index": "".join(f"{n}\n" for n in tested).encode()}


@pytest.mark.parametrize("isolated", [False, True])
def test_the_files_of_planetoid_are_the_graph_that_pyg_reads(isolated: bool, tmp_path: Path) -> None:
    files = planetoid(isolated)
    for name, content in files.items():
        (tmp_path / name.replace("tiny", "citeseer")).write_bytes(content)  # of which PyG knows the missing rows
    truth = read_planetoid_data(str(tmp_path), "citeseer")
    found = inspect_graph(files)
    graph = found.graph
    np.testing.assert_array_equal(graph.x, truth.x.numpy())
    assert {arc for arc in arcs(graph) if len(set(arc)) == 2} == {  # PyG leaves self-loops out
        (str(j), str(i)) for j, i in truth.edge_index.T.tolist()
    }
    assert graph.labels is not None
    assert graph.split is not None
    known = [n for n in range(graph.num_nodes) if graph.labels[n] is not None]
    assert [int(graph.labels[n] or 0) for n in known] == truth.y[known].tolist()
    assert len(known) == graph.num_nodes - isolated
    for part, mask in (("train", truth.train_mask), ("val", truth.val_mask), ("test", truth.test_mask)):
        assert [n for n in known if graph.split[n] == part] == [n for n in known if mask[n]]
    del files["ind.tiny.allx"]
    with pytest.raises(GatvizError, match=r"none called 'ind.….allx'; open them together"):
        inspect_graph(files)


# ---- in other hands ------------------------------------------------------------------------------------------------


def shared() -> list[bytes]:
    """Small pickles that name one dict or list in so many places that unfolding them would fill any memory."""
    attributes = {f"a{k}": 1 for k in range(500)}
    row = {n: attributes for n in range(2000)}  # the same dict everywhere is the point
    truth: Any = nx.Graph()
    truth._node, truth._adj = row, {n: row for n in range(2000)}
    doubled: Any = [1, 2]
    for _level in range(50):
        doubled = [doubled, doubled]
    vectors: Any = nx.Graph()
    vectors.add_nodes_from(range(20_000), x=list(range(2000)))
    return [pickle.dumps(one) for one in (truth, doubled, {"a": doubled, "b": doubled}, vectors)]


def test_what_is_named_in_many_places_fills_no_memory() -> None:
    for data in shared():
        with pytest.raises(GatvizError) as told:
            read_graph(data)
        check_sentence(str(told.value))


def test_pickled_graphs_are_sent_to_their_door() -> None:
    for content in (nx.path_graph(3), sp.csr_array(MATRIX)):
        with pytest.raises(GatvizError, match="found a graph; open it by the graph's button 'Open'"):
            inspect_weights(pickle.dumps(content))


def test_no_bytes_break_it() -> None:
    draw = random.Random(0)
    truth = nx.karate_club_graph()
    whole = [pickle.dumps(content, k) for content in (truth, sp.csr_array(MATRIX), [(0, 1), (1, 2)]) for k in (0, 2, 4)]
    files = planetoid(isolated=True)
    for k in range(300):
        broken = dict(files)
        part = sorted(files)[k % len(files)]
        broken[part] = mutated(files[part], draw)
        try:
            read_graph(mutated(whole[k % len(whole)], draw), "graph.gpickle") if k % 3 else read_graph(broken)
        except GatvizError as refused:
            check_sentence(str(refused))
