"""Graphs as other programs and other habits write them, made here from what each writes, and what must come of them."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from gatviz import GatvizError, Graph, read_graph
from gatviz.files import Inspection, ReadOptions, inspect_graph


def arcs(graph: Graph) -> list[tuple[str, str]]:
    return [(graph.names[j], graph.names[i]) for j, i in graph.edge_index.T.tolist()]


def said(found: Inspection, part: str) -> bool:
    return any(part in note for note in found.graph.notes)


def uses(found: Inspection) -> dict[str, str]:
    return {use.name: use.use for use in found.columns if use.table == "nodes"}


def packed(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # numpy takes every other name for one of its own
    return stream.getvalue()


def alone(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


# ---- GraphML and GEXF ------------------------------------------------------------------------------------------------

NEO4J = b"""<?xml version="1.0" encoding="UTF-8"?>
<graphml><key id="name" for="node" attr.name="name"/><key id="born" for="node" attr.name="born"/>
<key id="label" for="node" attr.name="label"/><key id="label" for="edge" attr.name="label"/>
<graph id="G" edgedefault="directed">
<node id="n0" labels=":Cook"><data key="labels">:Cook</data><data key="name">Ida</data><data key="born">1951</data>
</node>
<node id="n1"><data key="labels">:Cook:Baker</data><data key="name">Jon</data><data key="born">1980</data>
</node>
<node id="n2"><data key="labels">:Soup</data><data key="name">Leek</data></node>
<edge id="e0" source="n0" target="n2" label="STIRS"><data key="label">STIRS</data><data key="role">first</data></edge>
<edge id="e1" source="n1" target="n0" label="KNOWS"><data key="label">KNOWS</data></edge>
</graph></graphml>"""


def test_data_that_graphml_does_not_declare_is_kept() -> None:
    found = inspect_graph(NEO4J)
    graph = found.graph
    assert graph.names == ("Ida", "Jon", "Leek")
    assert graph.labels == (":Cook", ":Cook:Baker", ":Soup")
    assert arcs(graph) == [("Ida", "Leek"), ("Jon", "Ida")]
    assert graph.edge_attributes == {"label": ("STIRS", "KNOWS"), "role": ("first", None)}
    assert said(found, "without declaring them were kept as text: 'labels', 'role'")
    assert said(found, "column 'born' was left out: only 2 of 3 nodes have it")


def test_xml_within_a_value_is_no_value_and_that_is_said() -> None:
    data = (
        b'<graphml><key id="k" for="node" attr.name="pic"/><graph><node id="a"><data key="k"><svg>9</svg></data></node>'
        b'<node id="b"><data key="k">7</data></node></graph></graphml>'
    )
    found = inspect_graph(data)
    assert said(found, "1 value was left out: it is XML, not text")
    assert said(found, "column 'pic' was left out: only 1 of 2 nodes have it")


def test_a_key_of_nodes_and_one_of_edges_may_share_their_id() -> None:
    data = (
        b'<graphml><key id="d" for="node" attr.name="size" attr.type="int"/>'
        b'<key id="d" for="edge" attr.name="kind" attr.type="string"/><graph>'
        b'<node id="a"><data key="d">3</data></node><node id="b"><data key="d">4</data></node>'
        b'<edge source="a" target="b"><data key="d">pal</data></edge></graph></graphml>'
    )
    graph = read_graph(data)
    assert graph.feature_names == ("size",)
    assert graph.edge_attributes == {"kind": ("pal",)}


def gexf(labels: list[str]) -> bytes:
    nodes = "".join(f'<node id="{k + 100}" label="{label}"/>' for k, label in enumerate(labels))
    edges = '<edge source="100" target="101"/>'
    return f"<gexf><graph><nodes>{nodes}</nodes><edges>{edges}</edges></graph></gexf>".encode()


def test_one_shared_label_does_not_take_the_names_from_all() -> None:
    found = inspect_graph(gexf([*(f"Office {k}" for k in range(40)), "Office 7"]))
    assert found.graph.names[7] == "Office 7"
    assert found.graph.names[40] == "Office 7 (140)"
    assert found.graph.labels is None
    assert said(found, "1 node shares its 'label' with another and has its id after it")


def test_labels_that_many_share_are_classes_and_no_names() -> None:
    found = inspect_graph(gexf(["cook", "baker"] * 10))
    assert found.graph.names[:2] == ("100", "101")
    assert found.graph.class_names == ("baker", "cook")


def test_gexf_with_mutual_edges_defaults_and_vectors() -> None:
    data = b"""<gexf version="1.3" xmlns:viz="http://gexf.net/1.3/viz"><graph defaultedgetype="directed">
    <attributes class="node"><attribute id="0" title="team" type="string"><default>red</default></attribute>
    <attribute id="1" title="v" type="listdouble"/></attributes><nodes>
    <node id="p" label="P"><attvalues><attvalue for="1" value="[1.5, 2]"/></attvalues><viz:position x="1" y="0"/></node>
    <node id="q" label="Q"><attvalues><attvalue for="0" value="blue"/><attvalue for="1" value="[3, 4]"/></attvalues>
    <viz:position x="0" y="5"/></node>
    <node id="r" label="R"><attvalues><attvalue for="1" value="[5, 6]"/></attvalues><viz:position x="1" y="5"/></node>
    </nodes>
    <edges><edge source="p" target="q" type="mutual" weight="4"/><edge source="q" target="q"/></edges></graph></gexf>"""
    graph = read_graph(data)
    assert arcs(graph) == [("P", "Q"), ("Q", "P"), ("Q", "Q")]
    assert graph.edge_attributes["weight"] == (4, 4, None)
    assert graph.feature_names == ("v[0]", "v[1]", "team = blue", "team = red")
    assert graph.x.tolist() == [[1.5, 2, 0, 1], [3, 4, 1, 0], [5, 6, 0, 1]]
    assert graph.positions is not None
    assert graph.positions.tolist() == [[1, 0], [0, 5], [1, 5]]


def test_lists_of_numbers_that_networkx_writes_as_gml_are_features() -> None:
    truth = nx.path_graph(3)
    for n in truth:
        truth.nodes[n]["v"] = [n + 0.5, 2 * n]
    graph = read_graph("\n".join(nx.generate_gml(truth)).encode())
    assert graph.feature_names == ("v[0]", "v[1]")
    assert graph.x.tolist() == [[0.5, 0], [1.5, 2], [2.5, 4]]


def test_a_name_on_two_lines_is_one_name() -> None:
    assert read_graph(gexf(["Old&#10;Town", "New Town"])).names == ("Old Town", "New Town")


# ---- matrices ----------------------------------------------------------------------------------------------------

A = np.array([[0, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 0], [0, 1, 0, 0]])
X = np.array([[1.5, 0], [0, 2], [3, 4], [5, 6.25]])


def text(matrix: np.ndarray, header: str = "") -> bytes:
    stream = io.StringIO()
    np.savetxt(stream, matrix, delimiter=",", header=header, comments="")
    return stream.getvalue().encode()


@pytest.mark.parametrize("header", ["", "length,width"])
@pytest.mark.parametrize("order", [("A.csv", "X.csv"), ("X.csv", "A.csv")])
def test_rows_of_numbers_beside_a_matrix_are_its_features(header: str, order: str) -> None:
    files = {"A.csv": text(A), "X.csv": text(X, header)}
    found = inspect_graph({name: files[name] for name in order})
    assert found.graph.x.tolist() == X.tolist()
    assert sorted(arcs(found.graph)) == [(str(j), str(i)) for j, i in np.argwhere(A).tolist()]
    assert found.graph.feature_names == (tuple(header.split(",")) if header else ("f0", "f1"))
    assert said(found, "row by row the features of the nodes")


def test_the_entries_of_a_normalised_matrix_are_weights() -> None:
    found = inspect_graph({"A_hat.csv": text(A / 3 + np.eye(4) / 2), "X.csv": text(X)})
    assert found.loops == 4
    assert set(found.graph.edge_attributes["weight"]) == {1 / 3, 0.5}
    assert said(found, "they are no α")


def test_as_many_features_as_nodes_are_told_from_the_matrix_by_name() -> None:
    graph = read_graph({"features.csv": text(np.eye(4) * 2), "adj.csv": text(A)})
    assert graph.x.tolist() == (np.eye(4) * 2).tolist()
    with pytest.raises(GatvizError, match="call them edges"):
        read_graph({"one.csv": text(np.eye(4)), "two.csv": text(A)})


def test_the_raw_folder_of_a_published_collection() -> None:
    files = {
        "edge.csv.gz": gzip.compress(b"0,1\n1,2\n2,0\n"),
        "node-feat.csv.gz": gzip.compress(b"0.5,1\n2,3\n4,5\n"),
        "node-label.csv.gz": gzip.compress(b"7\n8\n7\n"),
        "edge-feat.csv.gz": gzip.compress(b"0.25,1\n0.5,2\n0.75,3\n"),
        "num-node-list.csv.gz": gzip.compress(b"3\n"),
    }
    graph = read_graph(files)
    assert arcs(graph) == [("0", "1"), ("1", "2"), ("2", "0")]
    assert graph.x.tolist() == [[0.5, 1], [2, 3], [4, 5]]
    assert graph.labels == ("7", "8", "7")
    assert graph.edge_attributes == {"e0": (0.25, 0.5, 0.75), "e1": (1, 2, 3)}
    words = {"edges.txt": b"1 2\n2 3\n3 1\n", "features.txt": b"0.5 1\n1 0\n0 2\n", "labels.txt": b"a\nb\na\n"}
    assert read_graph(words).labels == ("a", "b", "a")
    one_based = read_graph({"edges.csv": b"1,2\n2,3\n", "X.csv": b"1,0\n0,1\n1,1\n"})
    assert one_based.names == ("1", "2", "3")
    with pytest.raises(GatvizError, match="a row for node 9"):
        read_graph({"edges.csv": b"0,1\n1,9\n", "X.csv": b"1,0\n0,1\n"})


def test_a_citation_network_of_two_files_without_headers() -> None:
    content = b"31\t0\t1\tTheory\n62\t1\t0\tRules\n93\t1\t1\tTheory\n"
    graph = read_graph({"cora.content": content, "cora.cites": b"31\t62\n62\t93\n93\t31\n31\t93\n"})
    assert graph.names == ("31", "62", "93")
    assert graph.x.tolist() == [[0, 1], [1, 0], [1, 1]]
    assert graph.labels == ("Theory", "Rules", "Theory")


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_what_scipy_saves_is_a_matrix(form: str) -> None:
    stream = io.BytesIO()
    sparse.save_npz(stream, getattr(sparse.coo_array(A), f"to{form}")())
    assert sorted(arcs(read_graph(stream.getvalue()))) == [(str(j), str(i)) for j, i in np.argwhere(A).tolist()]


def test_arrays_named_as_in_tutorials_and_alone() -> None:
    for graph in (
        read_graph(packed(A=A, X=X)),
        read_graph(packed(adj=A.astype(float), features=X)),
        read_graph({"A.npy": alone(A), "X.npy": alone(X)}),
    ):
        assert graph.x.tolist() == X.tolist()
        assert graph.num_edges == 6
    assert read_graph(alone(A)).num_edges == 6
    assert arcs(read_graph(alone(np.array([[0, 1], [1, 2], [0, 2]])))) == [("0", "1"), ("1", "2"), ("0", "2")]


MARKET = "%%MatrixMarket matrix coordinate {kind} {symmetry}\n% made here\n{rows} {columns} {entries}\n{lines}"


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_line_of_sizes_of_matrix_market_is_no_edge(end: str) -> None:
    lines = "2 1\n3 2\n4 3" + end
    data = MARKET.format(kind="pattern", symmetry="symmetric", rows=4, columns=4, entries=3, lines=lines)
    found = inspect_graph(data.encode())
    assert found.loops == 0
    assert not found.graph.directed
    assert sorted(arcs(found.graph)) == sorted([("1", "2"), ("2", "1"), ("2", "3"), ("3", "2"), ("3", "4"), ("4", "3")])


def test_matrix_market_has_directions_weights_and_two_modes() -> None:
    general = MARKET.format(kind="real", symmetry="general", rows=3, columns=3, entries=2, lines="1 2 0.5\n2 3 2\n")
    found = inspect_graph(general.encode())
    assert arcs(found.graph) == [("1", "2"), ("2", "3")]
    assert found.graph.edge_attributes == {"weight": (0.5, 2)}
    turned = inspect_graph(general.encode(), options=ReadOptions(matrix="row_reads_column"))
    assert arcs(turned.graph) == [("2", "1"), ("3", "2")]
    wide = MARKET.format(kind="integer", symmetry="general", rows=2, columns=3, entries=2, lines="1 3 1\n2 1 1\n")
    two = inspect_graph(wide.encode())
    assert two.two_mode
    assert arcs(two.graph) == [("row 1", "column 3"), ("row 2", "column 1")]


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 0\n", "'pattern', 'real'"),
        ("%%MatrixMarket matrix coordinate real general\n3 3\n1 1 1\n", "two sizes and how many entries"),
        ("%%MatrixMarket matrix coordinate real general\n900000 900000 1\n1 1 1\n", "at most 200,000 nodes"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 9999999999\n1 1 1\n", "at most 2,000,000 arrows"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 2\n1 1 1\n", "a whole Matrix Market file"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 1\n9 1 1\n", "a whole Matrix Market file"),
        ("%%MatrixMarket", "%%MatrixMarket"),
    ],
)
def test_broken_matrix_market_is_refused_before_it_is_read(lines: str, part: str) -> None:
    with pytest.raises(GatvizError) as caught:
        read_graph(lines.encode(), options=ReadOptions(format="matrix_market"))
    assert part in str(caught.value)


# ---- lists of neighbours and of edges --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_adjacency_lists_of_networkx_come_back(seed: int) -> None:
    truth = nx.gnp_random_graph(12, 0.3, seed=seed)
    stream = io.BytesIO()
    nx.write_adjlist(truth, stream)
    found = inspect_graph(stream.getvalue())
    assert found.format == "adjacency_list"
    assert {frozenset(pair) for pair in arcs(found.graph)} == {frozenset(map(str, pair)) for pair in truth.edges}
    assert not found.graph.directed


def test_adjacency_lists_in_other_hands() -> None:
    assert arcs(read_graph(b"Ann: Bea Cid\nBea: Cid\nCid:\n", options=ReadOptions(directed=True))) == [
        ("Ann", "Bea"),
        ("Ann", "Cid"),
        ("Bea", "Cid"),
    ]
    found = inspect_graph(b"a;b\nb;c;d\ne\n")
    assert found.format == "adjacency_list"
    assert {frozenset(pair) for pair in arcs(found.graph)} == {frozenset("ab"), frozenset("bc"), frozenset("bd")}
    both_and_one = inspect_graph(b"a b c\nb a\nc\n")
    assert both_and_one.graph.directed
    assert arcs(both_and_one.graph) == [("a", "b"), ("a", "c"), ("b", "a")]


@pytest.mark.parametrize("directed", [True, False])
def test_edge_lists_with_dictionaries_of_networkx_come_back(directed: bool) -> None:
    truth = nx.gnp_random_graph(9, 0.4, seed=3, directed=directed)
    for k, (u, v) in enumerate(truth.edges):
        truth.edges[u, v].update(weight=k / 4, kind="it's" if k % 2 else "b")
    stream = io.BytesIO()
    nx.write_edgelist(truth, stream)
    found = inspect_graph(stream.getvalue())
    assert found.format == "edge_dictionaries"
    assert arcs(found.graph) == [(str(u), str(v)) for u, v in truth.edges]
    assert found.graph.edge_attributes["weight"] == tuple(told["weight"] for *_ends, told in truth.edges(data=True))
    with pytest.raises(GatvizError):
        read_graph(b"a b {'w': __import__('os')}\n")


def test_three_rows_of_three_numbers_are_said_to_be_either() -> None:
    data = b"0 1 5\n1 2 7\n2 0 3\n"
    found = inspect_graph(data)
    assert arcs(found.graph) == [("0", "1"), ("1", "2"), ("2", "0")]
    assert found.graph.edge_attributes == {"weight": (5, 7, 3)}
    assert found.alternatives == ("matrix",)
    other = inspect_graph(data, options=ReadOptions(format="matrix"))
    assert other.graph.num_edges == 7
    assert other.alternatives == ("edge_list",)
    assert inspect_graph(b"0 1 1\n1 0 1\n1 1 0\n").format == "matrix"


def test_numbers_of_nodes_as_numpy_and_pandas_write_them_are_whole() -> None:
    """`np.savetxt` writes 1.000e+00, and pandas 1.0 where a column once had gaps."""
    edges = np.array([[0, 1], [1, 2], [2, 0], [3, 1]])
    written, features = io.BytesIO(), io.BytesIO()
    np.savetxt(written, edges)
    np.savetxt(features, np.arange(8).reshape(4, 2) / 7)
    found = inspect_graph(written.getvalue(), "edges.txt")
    assert found.graph.names == ("0", "1", "2", "3")
    assert said(found, "numbers of nodes are written with fractions")
    together = inspect_graph({"edges.txt": written.getvalue(), "X.txt": features.getvalue()})
    assert together.graph.x[3].tolist() == pytest.approx([6 / 7, 1])
    table = b"source,target\n1.0,2\n2.0,3\n"
    assert arcs(read_graph(table)) == [("1", "2"), ("2", "3")]
    assert read_graph(table, b"id,age\n1,5\n2,6\n3,7\n").x.ravel().tolist() == [5, 6, 7]
    assert read_graph(b"source,target\n1.0,1.5\n1.5,2.0\n").names == ("1.0", "1.5", "2.0")
    called_so = read_graph(b"source,target\n1.0,2.0\n", b"id,age\n1.0,5\n2.0,6\n")
    assert called_so.names == ("1.0", "2.0")
    three = io.BytesIO()
    np.savetxt(three, np.array([[0, 1, 5], [1, 2, 7], [2, 0, 3]]))
    assert inspect_graph(three.getvalue()).alternatives == ("matrix",)


@pytest.mark.parametrize(
    "data", [b"0.5 0.7\n0.2 0.1\n", b"1 0 0.5\n0.25 1 0\n0 0 1\n0 1 1\n", b"f0,f1\n1,0\n0,1\n1,1\n"]
)
def test_features_alone_are_no_edges(data: bytes) -> None:
    with pytest.raises(GatvizError, match=r"as features have them; open it together|a column 'source'"):
        read_graph(data, name="X.txt")


# ---- two modes ----------------------------------------------------------------------------------------------------


def test_users_and_films_of_one_number_are_two_nodes() -> None:
    data = b"userId,movieId,rating\n1,1,4\n1,2,5\n2,1,3\n2,3,4\n"
    found = inspect_graph(data)
    assert found.two_mode
    assert found.loops == 0
    assert sorted(found.graph.names) == ["movie 1", "movie 2", "movie 3", "user 1", "user 2"]
    assert arcs(found.graph)[0] == ("user 1", "movie 1")
    one = inspect_graph(data, options=ReadOptions(two_mode=False))
    assert sorted(one.graph.names) == ["1", "2", "3"]
    as_many_rows_as_columns = inspect_graph(b"userId,movieId,rating\n1,1,4\n1,2,5\n2,1,3\n")
    assert as_many_rows_as_columns.graph.num_nodes == 4
    assert inspect_graph(b"node 1,node 2\n1,2\n2,1\n").graph.num_nodes == 2
    assert inspect_graph(b"A1,A2\n0,1\n1,0\n").format == "matrix"
    asked = inspect_graph(b"source,target\n1,1\n1,2\n", options=ReadOptions(two_mode=True))
    assert asked.loops == 0


@pytest.mark.parametrize(
    "header", ["id_1,id_2", "node1,node2", "Protein A,Protein B", "from_bus,to_bus", "paper_a,paper_b"]
)
def test_two_columns_of_one_kind_are_one_kind(header: str) -> None:
    found = inspect_graph(f"{header}\n1,2\n2,3\n3,1\n".encode())
    assert found.graph.names == ("1", "2", "3")
    assert not found.two_mode


def test_pajek_in_two_modes() -> None:
    found = inspect_graph(b'*Vertices 5 3\n1 "a"\n2 "b"\n3 "c"\n4 "X"\n5 "Y"\n*Matrix\n1 0\n1 1\n0 1\n')
    assert found.two_mode
    assert {frozenset(pair) for pair in arcs(found.graph)} == {frozenset(p) for p in ("aX", "bX", "bY", "cY")}
    old_mac = inspect_graph(b'*Vertices 2\r1 "a"\r2 "b"\r*Arcs\r1 2\r')
    assert arcs(old_mac.graph) == [("a", "b")]


@pytest.mark.parametrize("told", ["sym", "asym", "bip"])
def test_what_collections_say_above_the_rows_is_heard(told: str) -> None:
    found = inspect_graph(f"% {told} unweighted\n1 2\n2 3\n".encode())
    assert found.graph.directed == (told != "sym")
    assert bool(found.two_mode) == (told == "bip")
    assert found.graph.num_nodes == (4 if told == "bip" else 3)


def test_a_table_of_nodes_alone_is_no_graph() -> None:
    for data in (b"Id,Label\nAnn,Ann\nBea,Bea\n", b"id,name,age\n1,2,30\n2,3,31\n", b"name,age\nAnn,3\nBea,4\n"):
        with pytest.raises(GatvizError, match="a column 'source'"):
            read_graph(data)


# ---- JSON ----------------------------------------------------------------------------------------------------

CYTOSCAPE_NODES = [
    {"data": {"id": "61", "name": "P1", "score": 0.5}, "position": {"x": 10, "y": 20}, "selected": False},
    {"data": {"id": "62", "name": "P2", "score": 0.75}, "position": {"x": 30, "y": 5}, "selected": False},
]
CYTOSCAPE_EDGE = {"data": {"id": "7", "source": "61", "target": "62", "interaction": "pp"}}
DIALECTS: dict[str, object] = {
    "Cytoscape": {"data": {"name": "n"}, "elements": {"nodes": CYTOSCAPE_NODES, "edges": [CYTOSCAPE_EDGE]}},
    "elements": [*CYTOSCAPE_NODES, CYTOSCAPE_EDGE],
    "d3 with places": {
        "nodes": [{"name": "P1", "score": 0.5}, {"name": "P2", "score": 0.75}],
        "links": [{"source": 0, "target": 1}],
    },
    "d3 after it ran": {
        "nodes": [{"id": "P1", "score": 0.5}, {"id": "P2", "score": 0.75}],
        "links": [{"source": {"id": "P1"}, "target": {"id": "P2"}}],
    },
    "graphology": {
        "options": {"type": "directed"},
        "nodes": [
            {"key": "a", "attributes": {"label": "P1", "score": 0.5}},
            {"key": "b", "attributes": {"label": "P2", "score": 0.75}},
        ],
        "edges": [{"key": "0", "source": "a", "target": "b", "attributes": {}}],
    },
    "Gephi Lite": {
        "type": "gephi-lite",
        "graphDataset": {
            "nodeData": {"a": {"label": "P1", "score": 0.5}, "b": {"label": "P2", "score": 0.75}},
            "edgeData": {"0": {"weight": 2}},
            "layout": {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 4}},
            "fullGraph": {
                "options": {"type": "directed"},
                "nodes": [{"key": "a"}, {"key": "b"}],
                "edges": [{"key": "0", "source": "a", "target": "b"}],
            },
        },
        "filters": {"past": []},
    },
    "vis.js": {
        "nodes": [{"id": 1, "label": "P1", "score": 0.5}, {"id": 2, "label": "P2", "score": 0.75}],
        "edges": [{"from": 1, "to": 2}],
    },
    "JSON Graph Format": {
        "graph": {
            "directed": True,
            "nodes": {"P1": {"metadata": {"score": 0.5}}, "P2": {"metadata": {"score": 0.75}}},
            "edges": [{"source": "P1", "target": "P2"}],
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_json_of_other_programs(dialect: str) -> None:
    graph = read_graph(json.dumps(DIALECTS[dialect]).encode())
    assert graph.names == ("P1", "P2")
    assert arcs(graph) == [("P1", "P2")]
    assert graph.x[:, graph.feature_names.index("score")].tolist() == [0.5, 0.75]


def test_what_gephi_lite_keeps_beside_the_graph_is_joined_to_it() -> None:
    found = inspect_graph(json.dumps(DIALECTS["Gephi Lite"]).encode())
    assert said(found, "the graph stands under 'fullGraph' in the file")
    assert found.graph.edge_attributes["weight"] == (2,)
    assert found.graph.positions is not None
    assert found.graph.positions.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("word", [{"undirected": True}, {"directed": False}])
def test_edges_that_say_that_they_are_undirected_give_both_arrows(word: dict[str, bool]) -> None:
    nodes = [{"key": name, "attributes": {}} for name in "abc"]
    one, other = {"source": "a", "target": "b"}, {"source": "b", "target": "c"}
    both = inspect_graph(json.dumps({"nodes": nodes, "edges": [{**one, **word}, {**other, **word}]}).encode())
    assert not both.graph.directed
    assert set(arcs(both.graph)) == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}
    mixed = inspect_graph(json.dumps({"nodes": nodes, "edges": [{**one, **word}, other]}).encode())
    assert set(arcs(mixed.graph)) == {("a", "b"), ("b", "a"), ("b", "c")}
    assert said(mixed, "1 edge is undirected in a directed graph")


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("form", ["adjacency", "lists", "dicts", "cytoscape"])
def test_json_of_networkx_comes_back(directed: bool, form: str) -> None:
    truth = nx.relabel_nodes(nx.gnp_random_graph(8, 0.4, seed=5, directed=directed), lambda n: f"n{n}")
    forms: dict[str, Callable[[Any], Any]] = {
        "adjacency": nx.adjacency_data,
        "lists": nx.to_dict_of_lists,
        "dicts": nx.to_dict_of_dicts,
        "cytoscape": nx.cytoscape_data,
    }
    values = forms[form](truth)
    graph = read_graph(json.dumps(values).encode())
    assert {frozenset(pair) for pair in arcs(graph)} == {frozenset(pair) for pair in truth.edges}
    if directed:
        assert set(arcs(graph)) == set(truth.edges)


def test_lists_of_numbers_by_number_are_no_neighbours() -> None:
    with pytest.raises(GatvizError):
        read_graph(b'{"0": [1, 7, 9], "1": [2, 3]}')


def test_keys_that_stand_twice_are_said() -> None:
    found = inspect_graph(b'{"nodes": [{"id": "a", "id": "b"}, {"id": "c"}], "edges": [["b", "c"]]}')
    assert said(found, "keys stand twice in one object, of which the last counts: 'id'")
    quiet = inspect_graph(b'{"nodes": [{"id": "a\\": b"}, {"id": "c"}], "edges": []}')
    assert not said(quiet, "twice")


# ---- what nodes are called, and what their columns are ---------------------------------------------------------


def test_ids_and_addresses_are_no_features() -> None:
    nodes = (
        b"id,name,class,homepage,age,dept_id,mail\n1,Ann,x,https://a.example/1,31,7,ann@a.example\n"
        b"2,Bea,y,www.b.example,45,7,bea@b.example\n"
    )
    found = inspect_graph({"edges.csv": b"source,target\n1,2\n", "nodes.csv": nodes})
    assert found.graph.names == ("Ann", "Bea")
    assert found.graph.labels == ("x", "y")
    assert found.graph.feature_names == ("age",)
    assert {name for name, use in uses(found).items() if use == "identifier"} == {"homepage", "dept_id", "mail"}
    asked = inspect_graph(
        {"edges.csv": b"source,target\n1,2\n", "nodes.csv": nodes}, options=ReadOptions(features=("dept_id",))
    )
    assert asked.graph.feature_names == ("dept_id",)


def test_colours_are_no_features_and_a_target_of_nodes_is_their_class() -> None:
    nodes = b'id,colour,fill,target\n1,#48d1cc,"rgb(1, 2, 3)",0\n2,#191970,"rgb(4, 5, 6)",1\n3,#48d1cc,#fff,0\n'
    found = inspect_graph({"edges.csv": b"node_1,node_2\n1,2\n2,3\n", "nodes.csv": nodes})
    assert said(found, "columns 'colour', 'fill' were left out: they hold colours")
    assert found.graph.labels == ("0", "1", "0")
    asked = inspect_graph(
        {"edges.csv": b"node_1,node_2\n1,2\n2,3\n", "nodes.csv": nodes}, options=ReadOptions(features=("colour",))
    )
    assert asked.graph.feature_names == ("colour = #191970", "colour = #48d1cc")


def test_names_can_be_chosen() -> None:
    files = {"edges.csv": b"source,target\n1,2\n", "nodes.csv": b"id,name,nick\n1,Ann,A\n2,Bea,B\n"}
    assert inspect_graph(files, options=ReadOptions(name="nick")).graph.names == ("A", "B")
    assert inspect_graph(files, options=ReadOptions(name="")).graph.names == ("1", "2")
    with pytest.raises(GatvizError, match="expected 'nom', found 'name', 'nick'"):
        inspect_graph(files, options=ReadOptions(name="nom"))


def test_columns_with_gaps_are_left_out_and_said() -> None:
    found = inspect_graph({"edges.csv": b"source,target\nA,B\n", "nodes.csv": b"id,f,g\nA,1,NA\nB,2,3\n"})
    assert found.graph.feature_names == ("f",)
    assert said(found, "column 'g' was left out: only 1 of 2 nodes have it")


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d🔬", "Uniwersytet\u00a0we Wrocławiu", "張\u3000三"])
def test_names_with_joiners_and_wide_blanks_are_names(name: str) -> None:
    assert name in read_graph(f"source,target\n{name},B\n".encode()).names


def test_names_that_only_look_the_same_are_said() -> None:
    found = inspect_graph("source,target\nZo\u00e9,B\nZoe\u0301,B\n".encode())
    assert found.graph.num_nodes == 3
    assert said(found, "look the same but are different nodes: some of their characters differ only inside")
    blank = inspect_graph(b'{"nodes": [{"id": "A"}, {"id": "A "}], "edges": []}')
    assert said(blank, "one has blanks around it")
    assert said(inspect_graph(b"source,target\nA ,B\n"), "blanks around the text of 1 cell were left out")


def test_labels_have_a_cap() -> None:
    data = json.dumps({"nodes": [{"id": "A", "features": [1], "label": "x" * 201}], "edges": []}).encode()
    with pytest.raises(GatvizError, match="a class of at most 200 characters"):
        read_graph(data)


def test_neo4j_s_own_tables() -> None:
    nodes = b":ID,name:string,:LABEL\np1,Ann,Person\np2,Bea,Person\nf1,Rain,Film\n"
    graph = read_graph({"n.csv": nodes, "r.csv": b":START_ID,:END_ID,:TYPE\np1,f1,SEES\np2,f1,SEES\n"})
    assert arcs(graph) == [("Ann", "Rain"), ("Bea", "Rain")]
    assert graph.labels == ("Person", "Person", "Film")


# ---- refusals ----------------------------------------------------------------------------------------------------

OTHERS = {
    "UCINET DL": b"dl n=3 format=edgelist1\nlabels:\nann,bea,cid\ndata:\n1 2 1.5\n",
    "Graphviz DOT": b"digraph g {\n a -> b;\n}\n",
    "GDF": b"nodedef>name VARCHAR\na\nedgedef>node1,node2\n",
    "Tulip": b'(tlp "2.0"\n(nodes 0 1))',
    "VNA": b"*node data\nid\na\n",
    "DIMACS": b"c made here\np edge 2 1\ne 1 2\n",
    "XGMML": b'<?xml version="1.0"?><graph xmlns="http://www.cs.rpi.edu/XGMML"/>',
    "a web page": b"<!DOCTYPE html><html></html>",
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(20),
    "Parquet": b"PAR1" + bytes(20),
    "Excel workbook (.xls)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20),
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("ending", [".csv", ".txt", ".gexf", ""])
def test_a_refusal_names_the_format_that_it_saw(name: str, ending: str) -> None:
    with pytest.raises(GatvizError) as caught:
        read_graph(OTHERS[name], name=f"file{ending}")
    assert name in caught.value.found
