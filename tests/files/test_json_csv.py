"""gatviz's own JSON and CSV: what is understood, what is said, and the one sentence for each kind of bad input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatviz import GatvizError, Graph
from gatviz.files import ReadOptions, inspect_graph, limits, read_graph
from gatviz.files.graph_file import GraphFile
from gatviz.files.options import MissingFeatures
from gatviz.files.table import read_table
from gatviz.graph.features import MAX_ONE_HOT_NODES

FULL = {
    "directed": True,
    "feature_names": ["f0", "f1"],
    "nodes": [
        {"id": "A", "features": [1, 0], "label": "x", "pos": [0, 0], "split": "train"},
        {"id": "B", "features": [0.5, -2], "label": "y", "pos": [1, 0.5]},
    ],
    "edges": [{"source": "A", "target": "B", "weight": 2}],
    "description": "two nodes",
}


def as_json(**changes: object) -> bytes:
    return json.dumps({**FULL, **changes}).encode()


def the_sentence(data: bytes, nodes: bytes | None = None, name: str | None = None) -> str:
    with pytest.raises(GatvizError) as caught:
        read_graph(data, nodes, name=name)
    return str(caught.value)


# What is understood


def test_the_whole_json_schema_is_read() -> None:
    assert read_graph(as_json()) == Graph(
        names=("A", "B"),
        x=np.array([[1, 0], [0.5, -2]]),
        edge_index=np.array([[0], [1]]),
        feature_names=("f0", "f1"),
        edge_attributes={"weight": (2,)},
        directed=True,
        labels=("x", "y"),
        split=("train", None),
        positions=np.array([[0, 0], [1, 0.5]]),
        description="two nodes",
    )


def test_an_edge_from_a_to_b_means_that_b_reads_a() -> None:
    graph = read_graph(b'{"nodes": [{"id": "A"}, {"id": "B"}], "edges": [["A", "B"]]}')
    source, target = graph.edge_index[:, 0]
    assert (graph.names[source], graph.names[target]) == ("A", "B")


def test_an_undirected_file_gives_both_edges_and_a_loop_once() -> None:
    graph = read_graph(
        b'{"directed": false, "nodes": [{"id": 1}, {"id": 2}], "edges": [[2, 1], [1, 1], {"source": 2, "target": 1}]}'
    )
    assert not graph.directed
    assert graph.edge_index.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert any(note.startswith("1 duplicate edge was merged; the first of each was kept") for note in graph.notes)


def test_an_undirected_file_that_lists_both_edges_is_taken_as_it_is() -> None:
    edges = [["B", "A"], ["A", "B"]]
    graph = read_graph(
        as_json(directed=False, edges=[{"source": s, "target": t, "w": k} for k, (s, t) in enumerate(edges)])
    )
    assert graph.edge_index.tolist() == [[1, 0], [0, 1]]
    assert graph.edge_attributes == {"w": (0, 1)}
    assert graph.notes == ("the undirected file lists every edge both ways: its rows were taken as the arrows",)


def test_duplicates_are_merged_and_it_is_said() -> None:
    inspection = inspect_graph(b"source,target,weight\nA,B,1\nB,A,5\nA,B,3\nA,B,4\n")
    assert inspection.graph.edge_attributes == {"weight": (1, 5)}
    assert inspection.duplicates == 2
    assert any(
        note.startswith("2 duplicate edges were merged; the first of each was kept") for note in inspection.graph.notes
    )


@pytest.mark.parametrize(
    ("choice", "names", "note"),
    [
        (None, ("A", "B", "C"), "no features were given: each node got its own (one-hot)"),
        ("one_hot", ("A", "B", "C"), "no features were given: each node got its own (one-hot)"),
        ("degree", ("in_degree",), "no features were given: each node got the number of its incoming arrows"),
        ("constant", ("constant",), "no features were given: each node got the constant 1"),
    ],
)
def test_missing_features_are_made_up_as_asked_and_it_is_said(
    choice: MissingFeatures | None, names: tuple[str, ...], note: str
) -> None:
    graph = read_graph(b"source,target\nA,B\nC,B\n", features=choice)
    assert graph.feature_names == names
    assert graph.notes == (note,)
    if choice == "degree":
        assert graph.x[:, 0].tolist() == [0, 2, 0]


def test_above_200_nodes_missing_features_become_the_in_degree() -> None:
    rows = "\n".join(f"{n},{n + 1}" for n in range(MAX_ONE_HOT_NODES))
    assert read_graph(f"source,target\n{rows}".encode()).feature_names == ("in_degree",)


def test_unknown_keys_are_ignored_and_named() -> None:
    graph = read_graph(as_json(colour="red", nodes=[{"id": "A", "size": 3}, {"id": "B", "size": 4}], feature_names=[]))
    assert graph.notes[:2] == (
        "nodes have keys that gatviz does not know: 'size'; left out",
        "keys of the file that gatviz does not know were left out: 'colour'",
    )


def test_positions_count_only_where_all_nodes_have_one() -> None:
    graph = read_graph(as_json(nodes=[{"id": "A", "pos": [0, 1]}, {"id": "B"}], feature_names=[]))
    assert graph.positions is None
    assert "positions were left out: only 1 of 2 nodes have one" in graph.notes


def test_a_csv_edge_list_with_its_node_table() -> None:
    edges = b"source,target,weight,kind\nA,B,2,friend\nB,C,,\n"
    nodes = b"id,label,pos_x,pos_y,age,height,split\nA,x,0,1,30,1.5,train\nC,,2,3,40,1.75,\nB,y,4,5,50,1e-3,test\n"
    assert read_graph(edges, nodes) == Graph(
        names=("A", "C", "B"),
        x=np.array([[30, 1.5], [40, 1.75], [50, 0.001]]),
        edge_index=np.array([[0, 2], [2, 1]]),
        feature_names=("age", "height"),
        edge_attributes={"weight": (2, None), "kind": ("friend", None)},
        labels=("x", None, "y"),
        split=("train", None, "test"),
        positions=np.array([[0, 1], [2, 3], [4, 5]]),
    )


def test_a_column_of_words_becomes_one_feature_a_word() -> None:
    nodes = b"id,team\nA,red\nB,blue\nC,red\n"
    graph = read_graph(b"source,target\nA,B\n", nodes)
    assert graph.feature_names == ("team = blue", "team = red")
    assert graph.x.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert graph.notes == ("column 'team' became 2 features, one a word",)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " ", "   "])
def test_any_usual_separator(separator: str) -> None:
    graph = read_graph("\n".join(separator.join(row) for row in (["source", "target", "w"], ["A", "B", "1"])).encode())
    assert graph.names == ("A", "B")
    assert graph.edge_attributes == {"w": (1,)}


def test_a_headerless_edge_list_is_understood_and_it_is_said() -> None:
    for data in (b"0 1\n1 2\n", b"# SNAP\n# FromNodeId ToNodeId\n0\t1\n1\t2\n", b"a,b\nb,c\n"):
        graph = read_graph(data)
        assert graph.edge_index.tolist() == [[0, 1], [1, 2]]
        assert graph.notes[0] == (
            "the first row is an edge itself: the first two columns were taken as source and target"
        )


def test_a_type_column_says_whether_edges_are_directed() -> None:
    graph = read_graph(b"Source,Target,Type,Weight\nA,B,Undirected,1\n")
    assert not graph.directed
    assert graph.edge_index.tolist() == [[0, 1], [1, 0]]
    assert graph.edge_attributes == {"Weight": (1, 1)}


@pytest.mark.parametrize(
    ("codec", "note"),
    [
        ("utf-8-sig", "read as UTF-8 with BOM"),
        ("utf-16", "read as UTF-16"),
        ("utf-32", "read as UTF-32"),
        (
            "cp1252",
            "line 2 is not UTF-8: by its characters the file was read as Windows-1252 (western Europe); it has 'Zoë'",
        ),
        ("utf-16-le", "read as UTF-16 (little-endian, without mark)"),
    ],
)
def test_other_encodings_are_read_and_named(codec: str, note: str) -> None:
    for text in ("source,target\nZoë,Bo\n", '{"edges":\n[["Zoë", "Bo"]]}'):
        graph = read_graph(text.encode(codec))
        assert graph.names == ("Zoë", "Bo")
        assert graph.notes[0] == note


def test_a_path_works_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "two nodes.json"
    path.write_bytes(as_json())
    assert read_graph(path) == read_graph(str(path)) == read_graph(as_json())


def test_windows_and_old_mac_line_ends() -> None:
    for end in ("\r\n", "\r"):
        assert read_graph(end.join(["source,target", "A,B", ""]).encode()).names == ("A", "B")


def test_the_summary_says_what_was_understood() -> None:
    inspection = inspect_graph(b"source,target,weight\nA,B,1\nC,C,2\nA,B,1\n", options=ReadOptions(directed=False))
    assert inspection.summary == (
        "3 nodes, 3 arrows (undirected, each edge giving both arrows), 3 features",
        "2 connected pieces, 1 isolated node, 1 self-loop",
        "edge columns kept, but not read by attention: 'weight'",
    )
    assert [(column.table, column.name, column.use) for column in inspection.columns] == [
        ("edges", "source", "source"),
        ("edges", "target", "target"),
        ("edges", "weight", "attribute"),
    ]


def test_columns_can_be_changed_by_hand() -> None:
    nodes = b"id,club,age,size\nA,x,1,10\nB,y,2,20\nC,x,3,60\n"
    edges = b"who,whom,source\nA,B,1\nB,C,2\n"
    options = ReadOptions(source="whom", target="who", label="club", ignored=("age",), scaling="standard")
    graph = inspect_graph(edges, None, options, nodes=nodes).graph
    assert graph.edge_index.tolist() == [[1, 2], [0, 1]]
    assert graph.labels == ("x", "y", "x")
    assert graph.feature_names == ("size",)
    assert graph.x.mean() == pytest.approx(0)
    assert graph.x.std() == pytest.approx(1)
    only = inspect_graph(edges, None, ReadOptions(source="who", target="whom", features=("age",)), nodes=nodes)
    assert only.graph.feature_names == ("age",)
    by_number = inspect_graph(edges, None, ReadOptions(source="who", target="whom", label="age"), nodes=nodes).graph
    assert by_number.labels == ("1", "2", "3")
    assert "age" not in by_number.feature_names


def test_row_scaling_leaves_rows_of_zeros_alone() -> None:
    nodes = b"id,a,b\nA,1,3\nB,0,0\n"
    graph = inspect_graph(b"source,target\nA,B\n", None, ReadOptions(scaling="row"), nodes=nodes).graph
    assert graph.x.tolist() == [[0.25, 0.75], [0, 0]]


def test_networkx_node_link_is_read() -> None:
    sources: list[nx.Graph[Any]] = [nx.karate_club_graph(), nx.DiGraph(nx.karate_club_graph())]
    for source in sources:
        for key in ("links", "edges"):
            data = json.dumps(nx.node_link_data(source, edges=key)).encode()
            inspection = inspect_graph(data)
            assert inspection.format == "node_link"
            assert inspection.graph.names == tuple(map(str, source))
            assert inspection.graph.directed == source.is_directed()
            assert inspection.graph.num_edges == 156
            assert inspection.graph.feature_names == ("club = Mr. Hi", "club = Officer")
            chosen = inspect_graph(data, options=ReadOptions(label="club")).graph
            assert chosen.labels == tuple(source.nodes[n]["club"] for n in source)


def test_a_graph_through_networkx_and_node_link_comes_back() -> None:
    graph = read_graph(as_json())
    data = json.dumps(nx.node_link_data(graph.to_networkx(), edges="links")).encode()
    assert read_graph(data) == graph


# Bad input, one sentence each

NODES = [{"id": "A"}, {"id": "B"}]
BAD_JSON = {
    "truncated": (
        as_json()[:-30],
        "the file, line 1, column 262: expected valid JSON, found the end of the file; correct the file there.",
    ),
    "truncated within a text": (
        b'{"nodes": [{"id": "A',
        "the file, line 1, column 19: expected valid JSON, found a text without its closing quotation mark; "
        "correct the file there.",
    ),
    "not an object": (
        b"[1, 2]",
        'the file: expected an object like {"nodes": […], "edges": […]}, found a list; '
        "put the nodes and edges into one object.",
    ),
    "wrong syntax": (
        b'{"nodes": [{"id": A}]}',
        "the file, line 1, column 19: expected valid JSON, found 'A}]}' (expecting value); correct the file there.",
    ),
    "no edges": (
        json.dumps({"nodes": NODES}).encode(),
        "the file: expected a list under 'edges', found no 'edges'; add 'edges': […].",
    ),
    "edges an object": (
        json.dumps({"nodes": NODES, "edges": {}}).encode(),
        "the file: expected a list under 'edges', found an object under 'edges'; add 'edges': […].",
    ),
    "unknown node": (
        as_json(edges=[["A", "B"], ["A", "C"]]),
        "the file, edges[1], target: expected the name of a node, found 'C'; add that node or remove the edge.",
    ),
    "edge of three": (
        as_json(edges=[["A", "B", 1]]),
        'the file, edges[0]: expected {"source": "A", "target": "B"} or ["A", "B"], found a list of 3; '
        "name the edge's two ends.",
    ),
    "edge without target": (
        as_json(edges=[{"source": "A"}]),
        "the file, edges[0]: expected a 'target', found none; name the edge's target.",
    ),
    "node without id": (
        as_json(nodes=[{"label": "x"}]),
        "the file, nodes[0]: expected an 'id', found none; give the node a name.",
    ),
    "node as text": (
        as_json(nodes=["A"]),
        'the file, nodes[0]: expected an object like {"id": "A"}, found text; write the node as an object.',
    ),
    "ragged": (
        as_json(nodes=[{"id": "A", "features": [1, 2]}, {"id": "B", "features": [1]}]),
        "the file, nodes[1] 'B': expected 2 features, as feature_names says, found 1; "
        "give every node the same number of features.",
    ),
    "ragged without names": (
        as_json(nodes=[{"id": "A", "features": [1, 2, 3]}, {"id": "B"}], feature_names=[]),
        "the file, nodes[1] 'B': expected 3 features, as the first node has, found 0; "
        "give every node the same number of features.",
    ),
    "word": (
        as_json(nodes=[{"id": "A", "features": [1, "2"]}, {"id": "B", "features": [1, 2]}]),
        "the file, nodes[0] 'A', feature 1: expected a number, found '2'; replace it by a number.",
    ),
    "null": (
        as_json(nodes=[{"id": "A", "features": [1, None]}, {"id": "B", "features": [1, 2]}]),
        "the file, nodes[0] 'A', feature 1: expected a number, found null; replace it by a number.",
    ),
    "NaN": (
        as_json(nodes=[{"id": "A", "features": [1, float("nan")]}]),
        "the file: expected finite numbers, found NaN; replace it by a number.",
    ),
    "minus infinity": (
        as_json(nodes=[{"id": "A", "features": [1, -float("inf")]}]),
        "the file: expected finite numbers, found -Infinity; replace it by a number.",
    ),
    "infinity by the back door": (
        b'{"nodes": [{"id": "A", "features": [0, -1e999]}], "edges": []}',
        "the file, nodes[0] 'A', feature 1: expected a finite number, found -inf; replace it by a number.",
    ),
    "integer too large": (
        b'{"nodes": [{"id": "A", "features": [1' + b"0" * 400 + b']}], "edges": []}',
        "the file, nodes[0] 'A', feature 0: expected a finite number, found one too large; replace it by a number.",
    ),
    "integer of 5,000 digits": (
        b'{"nodes": [{"id": "A", "features": [' + b"7" * 5000 + b']}], "edges": []}',
        "the file: expected numbers, found one of thousands of digits; shorten it.",
    ),
    "duplicate names": (
        as_json(nodes=[{"id": "A"}, {"id": "B"}, {"id": "A"}], feature_names=[]),
        "the file, nodes[2]: expected a name of its own, found 'A', which nodes[0] has already; rename one of the two.",
    ),
    "number and text alike": (
        as_json(nodes=[{"id": "1"}, {"id": 1}], feature_names=[]),
        "the file, nodes[1]: expected a name of its own, found '1', which nodes[0] has already; rename one of the two.",
    ),
    "blank name": (
        as_json(nodes=[{"id": "A"}, {"id": " "}, {"id": "B"}], feature_names=[]),
        "the file, node 1: expected a name that is not blank, found ' '; give the node a name.",
    ),
    "name an object": (
        as_json(nodes=[{"id": {"a": 1}}]),
        "the file, nodes[0], 'id': expected a name (text or a number), found an object; give the node's id.",
    ),
    "control characters": (
        as_json(nodes=[{"id": "A\u0007\u202e"}, {"id": "B"}], edges=[], feature_names=[]),
        "the file, node 0: expected a name of at most 200 printable characters, found 'A\\x07\\x202e' "
        "(3 characters); shorten or clean the name.",
    ),
    "10,000 characters": (
        as_json(nodes=[{"id": "A" * 10_000}], edges=[], feature_names=[]),
        f"the file, node 0: expected a name of at most 200 printable characters, found '{'A' * 59}…' "
        "(10000 characters); shorten or clean the name.",
    ),
    "zero nodes": (
        b'{"nodes": [], "edges": []}',
        "the file: expected at least one node, found none; add a node.",
    ),
    "empty": (b"", "the file: expected a graph, found an empty file; choose a file with nodes and edges in it."),
    "blank": (b" \n\n", "the file: expected a graph, found an empty file; choose a file with nodes and edges in it."),
    "only a mark": (
        b"\xef\xbb\xbf",
        "the file: expected a graph, found an empty file; choose a file with nodes and edges in it.",
    ),
    "position": (
        as_json(nodes=[{"id": "A", "features": [1, 2], "pos": [0]}], edges=[]),
        "the file, nodes[0] 'A', 'pos': expected two finite numbers [x, y], found '[0]'; write [0, 0].",
    ),
    "split": (
        as_json(nodes=[{"id": "A", "features": [1, 2], "split": "training"}], edges=[]),
        "the file, split, node 0: expected 'train', 'val', 'test' or none, found 'training'; use one of these words.",
    ),
    "directed": (
        as_json(directed="yes"),
        "the file, 'directed': expected true or false, found 'yes'; write true or false.",
    ),
    "deep": (
        b'{"nodes": ' + b"[" * 100_000 + b"]" * 100_000 + b', "edges": []}',
        "the file: expected lists within lists a few deep, found thousands deep; flatten the file.",
    ),
    "label a list": (
        as_json(nodes=[{"id": "A", "features": [1, 2], "label": ["x"]}], edges=[]),
        "the file, nodes[0] 'A', 'label': expected text or a number, found a list; write one word.",
    ),
    "feature_names": (
        as_json(feature_names="f0"),
        'the file, \'feature_names\': expected a list of texts, found text; write ["f0", "f1"].',
    ),
    "binary": (
        b"\x7fELF\x00\x00\x00\x01\x02\x03",
        "the file: expected text, found binary data; choose a graph file; its name tells its format.",
    ),
    "UTF-16 without a mark": (
        '{"edges": []}'.encode("utf-16-le"),
        "the file: expected at least one node, found none; add a node.",
    ),
}


@pytest.mark.parametrize("case", BAD_JSON)
def test_bad_json_gives_one_sentence(case: str) -> None:
    data, sentence = BAD_JSON[case]
    assert the_sentence(data) == sentence


EDGES = b"source,target\nA,B\n"
BAD_CSV = {
    "wrong columns": (
        b"name,age\nAda,36\nBo,40\n",
        None,
        "the file, header: expected a column 'source', found 'name', 'age'; "
        "choose the two columns that edges join, or call them source and target.",
    ),
    "no target": (
        b"source,weight\nA,1\n",
        None,
        "the file, header: expected a column 'target', found 'source', 'weight'; "
        "choose the two columns that edges join, or call them source and target.",
    ),
    "node table alone": (
        b"id,f0\nA,1\n",
        None,
        "the file, header: expected a column 'source', found 'id', 'f0'; "
        "this is a node table: give the edges beside it.",
    ),
    "too many cells": (
        b"source,target\nA,B\nA,B,C\n",
        None,
        "the file, row 3: expected 2 cells separated by ',', as in the first row, found 3; "
        "remove what is too much or quote the cell.",
    ),
    "mixed separators": (
        b"source,target\nA,B\nB;C\n",
        None,
        "the file, row 3: expected a 'target', found nothing; write two names separated by ','.",
    ),
    "no source": (
        b"source,target\n\n,B\n",
        None,
        "the file, row 3: expected a 'source', found nothing; write two names separated by ','.",
    ),
    "open quote": (
        b'source,target\nA,"B\nB,C\n',
        None,
        "the file, row 2: expected a closing quotation mark, found the end of the file; close the quoted cell.",
    ),
    "unknown node": (
        b"source,target\nA,B\nA,C\n",
        b"id,f\nA,1\nB,2\n",
        "the file, row 3: expected the id of a node in the node table, found 'C'; add that node or remove the edge.",
    ),
    "no id": (
        EDGES,
        b"name,f\nX,1\nY,2\n",
        "the node table, header: expected a column 'id', found 'name', 'f'; name the column of node names 'id'.",
    ),
    "id twice": (
        EDGES,
        b"id,f\nA,1\nB,2\nA,3\n",
        "the node table, row 4: expected a name of its own, found 'A', which row 2 has already; rename one of the two.",
    ),
    "id blank": (
        EDGES,
        b"id,f\nA,1\n,2\n",
        "the node table, row 3: expected an id, found nothing; name the node.",
    ),
    "word": (
        EDGES,
        b"id,f\nA,1\nB,two\n",
        "the node table, row 3, column 'f': expected a finite number, found 'two'; "
        "write a number there or remove the row.",
    ),
    "infinity": (
        EDGES,
        b"id,f\nA,-inf\nB,2\n",
        "the node table, row 2, column 'f': expected a finite number, found '-inf'; "
        "write a number there or remove the row.",
    ),
    "position": (
        EDGES,
        b"id,pos_x,pos_y\nA,0,1\nB,a,0\n",
        "the node table, row 3, column 'pos_x': expected a finite number, found 'a'; "
        "write a number or leave the column out.",
    ),
    "no rows": (b"source,target\n", None, "the file: expected at least one node, found none; add a node."),
    "only comments": (b"# nothing\n", None, "the file: expected a header and rows, found only comments; add the rows."),
    "node table without rows": (
        EDGES,
        b"id,f\n",
        "the node table: expected at least one node, found none; add a node.",
    ),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_bad_csv_gives_one_sentence(case: str) -> None:
    data, nodes, sentence = BAD_CSV[case]
    assert the_sentence(data, nodes) == sentence


def test_html_in_a_name_is_only_text() -> None:
    name = "<img src=x onerror=alert(1)>"
    assert read_graph(as_json(nodes=[{"id": name}], edges=[], feature_names=[])).names == (name,)
    assert read_graph(f'source,target\n"{name}",B\n'.encode()).names == (name, "B")


def test_messages_name_the_file_and_quote_what_is_in_it_on_one_line() -> None:
    sentence = the_sentence(as_json(edges=[["A", "evil\nname" + "x" * 500]]), name="my graph.json")
    assert sentence == (
        f"my graph.json, edges[0], target: expected the name of a node, found 'evil\\x0aname{'x' * 50}…'; "
        "add that node or remove the edge."
    )


def test_files_that_are_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    with pytest.raises(GatvizError, match="expected a file that can be read, found no such file or directory; check"):
        read_graph(missing)
    with pytest.raises(GatvizError, match="expected a file, found a folder; choose a file in it"):
        read_graph(tmp_path)
    with pytest.raises(GatvizError, match="read_graph: expected a path or bytes, found int; pass one of these"):
        read_graph(3)  # type: ignore[arg-type]
    with pytest.raises(GatvizError, match="expected a file that can be read"):
        read_graph("embedded null \0 byte")


def test_the_caps_are_checked_before_memory_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limits, "MAX_NODES", 2)
    three = b"source,target\nA,B\nB,C\n"
    assert the_sentence(three) == (
        "the file: expected at most 2 nodes, found 3; keep a part of the graph, e.g. a neighbourhood."
    )
    assert the_sentence(as_json(nodes=[{"id": "A"}, {"id": "B"}, {"id": "C"}])).startswith(
        "the file: expected at most 2 nodes, found 3"
    )
    monkeypatch.setattr(limits, "MAX_EDGES", 1)
    assert the_sentence(b"source,target\nA,B\nB,A\n").startswith("the file: expected at most 1 arrows, found 2")
    assert the_sentence(as_json(directed=False)).startswith("the file: expected at most 1 arrows, found 2")
    monkeypatch.setattr(limits, "MAX_FEATURE_VALUES", 3)
    assert the_sentence(as_json()).startswith(
        "the file: expected at most 3 feature values, found 2 nodes × 2 features; keep fewer features"
    )
    monkeypatch.setattr(limits, "MAX_BYTES", 1_000_000)
    big = tmp_path / "big.json"
    big.write_bytes(b" " * 2_000_001)
    for source in (big, big.read_bytes()):
        with pytest.raises(GatvizError, match="expected at most 1 MB, found 2 MB; keep a part of the graph, or"):
            read_graph(source)


def test_ten_million_rows_are_refused_by_their_count() -> None:
    assert the_sentence(b"s,t\n" + b"1,2\n" * 10_000_000) == (
        "the file: expected at most 2,000,000 rows, found 10,000,002; keep a part of the graph."
    )


def test_json_that_would_fill_the_memory_is_refused() -> None:
    assert the_sentence(b'{"nodes": [' + b"{}," * 9_000_000 + b'{}], "edges": []}') == (
        "the file: expected JSON that takes at most 700 MB once read, found about 2,520 MB; "
        "store a graph of this size as .npz or CSV."
    )


def test_options_are_checked() -> None:
    with pytest.raises(GatvizError) as caught:
        ReadOptions(scaling="rows")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "options, scaling: expected 'none', 'row' or 'standard', found 'rows'; choose one of these."
    )
    with pytest.raises(GatvizError, match="the file, node columns: expected 'clan', found 'f'; choose a column that"):
        inspect_graph(EDGES, None, ReadOptions(label="clan"), nodes=b"id,f\nA,1\nB,2\n")


@pytest.mark.parametrize("form", ["csv", "json", "npz"])
def test_merging_parallel_edges_says_that_pyg_would_not(form: str) -> None:
    """PyG gives each of two equal edges a share; of two equal loops its layers make one."""

    def notes(pairs: list[tuple[str, str]]) -> str:
        if form == "csv":
            data = "source,target\n" + "".join(f"{j},{i}\n" for j, i in pairs)
            return " ".join(read_graph(data.encode()).notes)
        if form == "json":
            data = json.dumps({"directed": True, "nodes": [{"id": "0"}, {"id": "1"}], "edges": pairs})
            return " ".join(read_graph(data.encode()).notes)
        stream = io.BytesIO()
        np.savez(stream, x=np.eye(2), edge_index=np.array(pairs, dtype=np.int64).T)
        return " ".join(read_graph(stream.getvalue()).notes)

    assert "PyG would give each of them a share" in notes([("0", "1"), ("1", "0"), ("0", "1")])
    looped = notes([("0", "1"), ("1", "1"), ("1", "1")])
    assert "merged" in looped
    assert "PyG" not in looped
    assert "merged" not in notes([("0", "1"), ("1", "0")])


@given(st.text(alphabet='ab,"\n\r; ', max_size=24), st.sampled_from([",", ";", " "]))
def test_a_table_that_cannot_be_parsed_is_told_in_our_own_words(rest: str, separator: str) -> None:
    """Whatever keeps it from being a table has its row: the parser's own reason is for what nobody has seen yet."""
    refused = None
    try:
        read_table(GraphFile(f"x{separator}y{separator}{rest}".encode(), "the table"))
    except GatvizError as error:
        refused = error
    assert refused is None or "row" in refused.where or "header and rows" in refused.expected
