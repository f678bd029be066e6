"""Files that other programs write: networkx's writers as the oracle, and the usual shapes of files by hand."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import safetensors.torch
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gatviz import Graph, inspect_graph, read_graph
from gatviz.files import ReadOptions


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {(graph.names[j], graph.names[i]) for j, i in graph.edge_index.T.tolist()}


def placed(graph: Graph) -> NDArray[np.float64]:
    assert graph.positions is not None
    return graph.positions


def expected_edges(graph: nx.Graph[Any]) -> set[tuple[str, str]]:
    pairs = {(str(u), str(v)) for u, v in graph.edges}
    return pairs if graph.is_directed() else pairs | {(v, u) for u, v in pairs}


def written(graph: nx.Graph[Any], form: str) -> bytes:
    stream = io.BytesIO()
    if form == "graphml":
        nx.write_graphml(graph, stream)
    elif form == "gexf":
        nx.write_gexf(graph, stream)
    elif form == "gml":
        nx.write_gml(graph, stream)
    elif form == "pajek":
        nx.write_pajek(graph, stream)
    elif form == "node_link":
        stream.write(json.dumps(nx.node_link_data(graph, edges="links")).encode())
    elif form == "node_link_3.6":
        stream.write(json.dumps(nx.node_link_data(graph, edges="edges")).encode())
    elif form == "matrix":
        frame: pd.DataFrame = nx.to_pandas_adjacency(graph, dtype=int)  # type: ignore[call-overload] # its stub knows no int
        stream.write(frame.T.to_csv().encode())  # networkx: row points to column
    elif form == "edge_list":
        nx.to_pandas_edgelist(graph).to_csv(stream, index=False)
    return stream.getvalue()


FOREIGN = ("graphml", "gexf", "gml", "pajek", "node_link", "node_link_3.6", "matrix", "edge_list")


@pytest.mark.parametrize("form", FOREIGN)
@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_what_networkx_writes_is_read(form: str, directed: bool, seed: int) -> None:
    truth = nx.gnp_random_graph(12, 0.25, seed=seed, directed=directed)
    truth.add_edge(2, 2)
    truth = nx.relabel_nodes(truth, {n: f"node {n} é" for n in truth})
    inspection = inspect_graph(written(truth, form))
    graph = inspection.graph
    assert inspection.format == form.removesuffix("_3.6")
    if form == "edge_list":  # says neither which way edges run nor which nodes stand alone
        touched = {str(n) for pair in truth.edges for n in pair}
        assert set(graph.names) == touched
        if not directed:
            graph = read_graph(written(truth, form), options=ReadOptions(directed=False))
    else:
        assert graph.names == tuple(truth)
        assert graph.directed == directed
    assert edges(graph) == expected_edges(truth)
    assert inspection.loops == 1


@pytest.mark.parametrize("form", ["graphml", "gexf", "gml", "node_link"])
def test_attributes_that_networkx_writes_become_features_labels_and_weights(form: str) -> None:
    truth: nx.DiGraph[Any] = nx.DiGraph()
    for n, (size, club) in enumerate([(1.5, "a"), (2.0, "b"), (-3.25, "a")]):
        truth.add_node(f"n{n}", size=size, count=n, club=club)
    truth.add_edge("n0", "n1", weight=2.5, kind="x")
    truth.add_edge("n1", "n2", weight=1.0, kind="y")
    graph = read_graph(written(truth, form))
    at = {name: k for k, name in enumerate(graph.feature_names)}
    assert graph.x[:, at["size"]].tolist() == [1.5, 2.0, -3.25]
    assert graph.x[:, at["count"]].tolist() == [0, 1, 2]
    assert graph.x[:, at["club = a"]].tolist() == [1, 0, 1]
    assert graph.edge_attributes["weight"] == (2.5, 1.0)
    assert graph.edge_attributes["kind"] == ("x", "y")
    assert read_graph(written(truth, form), options=ReadOptions(label="club")).labels == ("a", "b", "a")


def test_a_multigraph_has_its_parallel_edges_merged_and_it_is_said() -> None:
    truth: nx.MultiDiGraph[Any] = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "c")])
    for form in ("graphml", "gml", "gexf", "pajek", "node_link"):
        inspection = inspect_graph(written(truth, form))
        assert inspection.duplicates == 1
        assert edges(inspection.graph) == {("a", "b"), ("b", "c")}
        assert any(
            note.startswith("1 duplicate edge was merged; the first of each was kept")
            for note in inspection.graph.notes
        )


def test_gml_as_published_networks_have_it() -> None:
    data = b"""Creator "somebody on Mon Jul 21 2006"
Version 1
graph
[
  comment "a football season"
  directed 0
  node
  [
    id 10
    label "Brigham Young"
    value 7
  ]
  node
  [
    id 20
    label "Florida &#38; State"
    value 0
  ]
  edge
  [
    source 20
    target 10
    value 3
  ]
]
"""
    graph = read_graph(data)
    assert graph.names == ("Brigham Young", "Florida & State")
    assert graph.x.tolist() == [[7], [0]]
    assert not graph.directed
    assert graph.edge_index.tolist() == [[1, 0], [0, 1]]
    assert graph.edge_attributes == {"value": (3, 3)}


def test_graphml_as_yed_writes_it() -> None:
    data = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
  <key for="node" id="d6" yfiles.type="nodegraphics"/>
  <graph edgedefault="directed" id="G">
    <node id="n0"><data key="d6"><y:ShapeNode><y:Geometry height="30.0" width="30.0" x="1.0" y="2.0"/>
      <y:NodeLabel>Ada</y:NodeLabel></y:ShapeNode></data></node>
    <node id="n1"><data key="d6"><y:ShapeNode><y:NodeLabel>Bo</y:NodeLabel></y:ShapeNode></data></node>
    <edge id="e0" source="n0" target="n1"/>
  </graph>
</graphml>"""
    graph = read_graph(data, name="drawing.graphml")
    assert graph.names == ("Ada", "Bo")
    assert edges(graph) == {("Ada", "Bo")}


def test_gexf_as_gephi_writes_it() -> None:
    data = b"""<?xml version='1.0' encoding='UTF-8'?>
<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2" xmlns:viz="http://www.gexf.net/1.2draft/viz">
  <meta lastmodifieddate="2020-01-01"><creator>Gephi 0.9</creator><description>Two friends</description></meta>
  <graph defaultedgetype="undirected" idtype="string">
    <attributes class="node"><attribute id="0" title="age" type="integer"><default>30</default></attribute></attributes>
    <nodes>
      <node id="a" label="Ada"><attvalues><attvalue for="0" value="41"/></attvalues>
        <viz:size value="4.0"/><viz:position x="-10.0" y="20.5" z="0.0"/><viz:color r="1" g="2" b="3"/></node>
      <node id="b" label="Bo"><attvalues/><viz:position x="3.0" y="4.0" z="0.0"/></node>
    </nodes>
    <edges><edge id="0" source="a" target="b" weight="2.0"/></edges>
  </graph>
</gexf>"""
    graph = read_graph(data)
    assert graph.names == ("Ada", "Bo")
    assert graph.feature_names == ("age",)
    assert graph.x.tolist() == [[41], [30]]
    assert placed(graph).tolist() == [[-10, 20.5], [3, 4]]
    assert graph.edge_attributes["weight"] == (2.0, 2.0)
    assert not graph.directed
    assert graph.description == "Two friends"


def test_pajek_in_all_its_sections() -> None:
    data = b"""% a comment
*Network friends
*Vertices 4
1 "Ada L." 0.1 0.2 0.5 ic Red
2 Bo 0.3 0.4
3 Cy 0.5 0.6
4 Di 0.7 1.0
*Arcs :1 "likes"
1 2 3.5
*Edges
2 3
*Arcslist
4 1 2
"""
    graph = read_graph(data)
    assert graph.names == ("Ada L.", "Bo", "Cy", "Di")
    assert edges(graph) == {("Ada L.", "Bo"), ("Bo", "Cy"), ("Cy", "Bo"), ("Di", "Ada L."), ("Di", "Bo")}
    assert placed(graph)[3].tolist() == pytest.approx([0.7, 0.0])
    assert placed(graph)[0, 1] > placed(graph)[1, 1]  # Pajek's y runs downwards


def test_pajek_matrix() -> None:
    graph = read_graph(b"*Vertices 3\n*Matrix\n0 1 0\n0 0 2\n0 0 0\n")
    assert edges(graph) == {("1", "2"), ("2", "3")}
    assert graph.edge_attributes == {"weight": (None, 2.0)}


def test_an_adjacency_matrix_either_way_round() -> None:
    data = b",A,B,C\nA,0,1,0\nB,0,0,2\nC,0,0,0\n"
    inspection = inspect_graph(data)
    assert inspection.symmetric is False
    assert edges(inspection.graph) == {("B", "A"), ("C", "B")}  # row reads column
    turned = inspect_graph(data, options=ReadOptions(matrix="row_points_to_column"))
    assert edges(turned.graph) == {("A", "B"), ("B", "C")}
    assert inspection.graph.edge_attributes["weight"] == (1, 2)
    assert any("not symmetric" in note for note in inspection.graph.notes)
    bare = inspect_graph(b"0 1 1\n1 0 0\n1 0 0\n")
    assert bare.symmetric is True
    assert not bare.graph.directed
    assert bare.graph.num_edges == 4


def test_a_matrix_with_a_node_table() -> None:
    graph = read_graph(b"A,B\n0,1\n0,0\n", b"id,size,label\nB,2,y\nA,1,x\n")
    assert graph.names == ("B", "A")
    assert edges(graph) == {("B", "A")}
    assert graph.x.tolist() == [[2], [1]]
    assert graph.labels == ("y", "x")


def saved(content: object) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


X = torch.tensor([[1.0, 0.5], [0.0, 2.0], [3.0, 4.0]])
EDGES = torch.tensor([[0, 1], [1, 2]])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int32])
def test_a_torch_file_of_plain_tensors(dtype: torch.dtype) -> None:
    data = saved(
        {"x": X.to(dtype), "edge_index": EDGES, "y": torch.tensor([2, 0, -1]), "train_mask": torch.eye(3)[0] > 0}
    )
    inspection = inspect_graph(data)
    assert inspection.format == "torch"
    assert inspection.graph.x.tolist() == X.to(dtype).double().tolist()
    assert inspection.graph.edge_index.tolist() == EDGES.tolist()
    assert inspection.graph.labels == ("2", "0", None)
    assert inspection.graph.split == ("train", None, None)


def test_torch_files_in_the_ways_people_save_them() -> None:
    parameter = torch.nn.Parameter(X)
    view = torch.arange(12.0).reshape(4, 3).T[:, ::2]  # not contiguous
    assert read_graph(saved({"x": parameter, "edge_index": EDGES.int()})).x.tolist() == X.tolist()
    assert read_graph(saved({"x": view, "edge_index": EDGES})).x.tolist() == view.tolist()
    graph = read_graph(saved({"edge_index": EDGES, "num_nodes": 5}))
    assert graph.num_nodes == 5
    weighted = read_graph(saved({"x": X, "edge_index": EDGES, "edge_weight": torch.tensor([0.5, 2.0])}))
    assert weighted.edge_attributes == {"weight": (0.5, 2.0)}


def test_safetensors_in_every_precision() -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        data = safetensors.torch.save({"x": X.to(dtype), "edge_index": EDGES, "y": torch.tensor([0, 1, 1])})
        inspection = inspect_graph(data)
        assert inspection.format == "safetensors"
        assert inspection.graph.x.tolist() == X.to(dtype).double().tolist()
        assert inspection.graph.labels == ("0", "1", "1")


def packed(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def test_npz_with_plain_arrays() -> None:
    graph = read_graph(packed(x=X.numpy(), edge_index=EDGES.numpy(), y=np.array([0, 1, 0])))
    assert graph.x.tolist() == X.tolist()
    assert graph.labels == ("0", "1", "0")
    words = read_graph(packed(x=X.numpy(), edge_index=EDGES.numpy(), y=np.array(["a", "b", ""])))
    assert words.labels == ("a", "b", None)


def test_the_sparse_npz_of_published_graphs() -> None:
    adj = csr_array(np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=np.float32))
    attr = csr_array(X.numpy())
    parts = {
        f"{prefix}_{part}": np.asarray(getattr(matrix, part))
        for prefix, matrix in (("adj", adj), ("attr", attr))
        for part in ("data", "indices", "indptr", "shape")
    }
    data = packed(**parts, labels=np.array([0, 1, 1]), train_idx=np.array([2]), val_idx=np.array([0]))
    inspection = inspect_graph(data)
    assert inspection.format == "sparse_npz"
    assert inspection.graph.edge_index.tolist() == [[1, 2, 0], [0, 1, 2]]  # row = target, column = source
    assert inspection.graph.x.tolist() == X.tolist()
    assert inspection.graph.split == ("val", None, "train")
    assert inspection.graph.labels == ("0", "1", "1")


def test_several_files_at_once_and_in_a_zip() -> None:
    files = {"my edges.csv": b"source,target\nA,B\n", "my nodes.csv": b"id,f\nA,1\nB,2\nC,3\n"}
    graph = read_graph(files)
    assert graph.names == ("A", "B", "C")
    assert graph.x.tolist() == [[1], [2], [3]]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("folder/", "")
        for name, content in files.items():
            archive.writestr(f"folder/{name}", content)
        archive.writestr("__MACOSX/folder/._my edges.csv", "junk")
    assert read_graph(stream.getvalue()) == graph
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("one.gml", "\n".join(nx.generate_gml(nx.path_graph(2))))
    assert read_graph(stream.getvalue()).num_nodes == 2


def test_pasted_from_a_spreadsheet() -> None:
    table = pd.DataFrame({"source": ["A", "B"], "target": ["B", "C"], "since": [1999, 2001]})
    pasted = table.to_csv(sep="\t", index=False, lineterminator="\r\n").encode()
    graph = read_graph(pasted)
    assert edges(graph) == {("A", "B"), ("B", "C")}
    assert graph.edge_attributes == {"since": (1999, 2001)}
