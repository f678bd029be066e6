"""What can be decided by hand about a file, also where it is not what it was taken for."""

from __future__ import annotations

import io
import json
import zipfile

import networkx as nx
import numpy as np
import pytest

from gatviz import GatvizError
from gatviz.files import (
    Inspection,
    ReadOptions,
    inspect_graph,
    inspection_of,
    readable_formats,
    table_headers,
    template,
)
from gatviz.graph.generators import generate
from tests.files.fuzz import check_sentence, outcome

EDGES = b"source,target\nA,B\nB,C\n"
NODES = b"who,label,club,age\nA,p,x,1\nB,q,y,2\nC,p,x,3\n"


def arrows(inspection: Inspection) -> list[tuple[str, str]]:
    names = inspection.graph.names
    return [(names[j], names[i]) for j, i in inspection.graph.edge_index.T.tolist()]


def test_the_column_of_node_names_can_be_chosen() -> None:
    options = ReadOptions(node_id="who")
    for beside in (
        inspect_graph(EDGES, options=options, nodes=NODES),
        inspect_graph({"edges.csv": EDGES, "n.csv": NODES}, options=options),
    ):
        assert beside.graph.names == ("A", "B", "C")
        assert beside.graph.labels == ("p", "q", "p")
    by_content = inspect_graph(EDGES, nodes=NODES).graph
    assert by_content.names == ("A", "B", "C")
    assert "the node table: edges call the nodes by their 'who'" in by_content.notes


def test_another_label_column_takes_the_place_of_the_files_own() -> None:
    options = ReadOptions(node_id="who", label="club")
    inspection = inspect_graph(EDGES, options=options, nodes=NODES)
    assert inspection.graph.labels == ("x", "y", "x")
    uses = {use.name: use.use for use in inspection.columns if use.table == "nodes"}
    assert uses == {"who": "id", "label": "ignored", "club": "label", "age": "feature"}


def test_labels_told_by_convention_can_be_left_out_in_every_format() -> None:
    for form in ("graphml", "gexf", "gml"):
        truth = nx.DiGraph([("A", "B")])
        nx.set_node_attributes(truth, {"A": "x", "B": "x"}, "class")
        data = "\n".join(getattr(nx, f"generate_{form}")(truth)).encode()
        assert inspect_graph(data).graph.labels == ("x", "x")
        assert inspect_graph(data, options=ReadOptions(label="")).graph.labels is None
    with pytest.raises(GatvizError, match="option label: expected labels to leave out, found none in the file"):
        inspect_graph(EDGES, options=ReadOptions(label=""))


def test_ends_of_a_list_without_header_can_be_changed() -> None:
    data = b"1 2 3\n2 3 1\n"
    assert arrows(inspect_graph(data)) == [("1", "2"), ("2", "3")]
    turned = inspect_graph(data, options=ReadOptions(source="target", target="source"))
    assert arrows(turned) == [("2", "1"), ("3", "2")]
    assert arrows(inspect_graph(data, options=ReadOptions(target="weight"))) == [("1", "3"), ("2", "1")]


def test_two_rows_are_a_matrix_if_one_says_so() -> None:
    inspection = inspect_graph(b"0 1\n1 0\n", options=ReadOptions(format="matrix"))
    assert inspection.graph.num_nodes == 2
    assert inspection.graph.num_edges == 2


def test_it_is_said_what_stands_in_for_features() -> None:
    assert inspect_graph(EDGES).made_up == "one_hot"
    assert inspect_graph(EDGES, options=ReadOptions(missing_features="constant")).made_up == "constant"
    assert inspect_graph(EDGES, nodes=NODES, options=ReadOptions(node_id="who")).made_up is None
    no_features = ReadOptions(node_id="who", features=())
    assert inspect_graph(EDGES, nodes=NODES, options=no_features).made_up == "one_hot"


def test_a_graph_that_was_made_gets_the_same_account() -> None:
    inspection = inspection_of(generate("star", leaves=3))
    assert inspection.summary[0] == "4 nodes, 6 arrows (undirected, each edge giving both arrows), 4 features"
    assert (inspection.components, inspection.isolated, inspection.loops) == (1, 0, 0)


def test_headers_are_told_of_whatever_is_a_table() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/von.csv", "von,nach\nA,B\n")
    files = {"e.csv": EDGES, "graph.json": template("json"), "empty.csv": b"", "x.npz": template("npz")}
    assert table_headers(files) == {"e.csv": ("source", "target")}
    assert list(table_headers({"all.zip": packed.getvalue()}).values()) == [("von", "nach")]


@pytest.mark.parametrize("form", readable_formats())
def test_any_format_can_be_forced_on_any_file(form: str) -> None:
    for other in readable_formats():
        check_sentence(outcome(template(other), form, named=True))


@pytest.mark.parametrize("place", ["name", "label", "feature", "key", "value", "description"])
def test_half_a_character_is_refused_wherever_it_stands(place: str) -> None:
    half = "a\ud800b"
    ends = ["A", half if place == "name" else "B"]
    graph = {
        "nodes": [{"id": name, "features": [1], "label": half if place == "label" else "x"} for name in ends],
        "edges": [{"source": "A", "target": ends[1], half if place == "key" else "w": half if place == "value" else 1}],
        "feature_names": [half if place == "feature" else "f"],
        "description": half if place == "description" else "",
    }
    said = outcome(json.dumps(graph).encode(), "json", named=True)
    check_sentence(said)
    assert "d800" in said


def test_half_a_character_in_an_array_of_texts() -> None:
    stream = io.BytesIO()
    np.savez(stream, x=np.eye(2), edge_index=np.array([[0], [1]]), y=np.array(["a\ud800", "b"]))
    said = outcome(stream.getvalue(), "npz", named=True)
    check_sentence(said)
    assert "d800" in said


def test_a_refusal_lists_the_arrays_that_are_there() -> None:
    stream = io.BytesIO()
    np.savez(stream, B=np.eye(2), X=np.eye(2))
    with pytest.raises(GatvizError, match="found the arrays 'X', 'B'"):
        inspect_graph(stream.getvalue(), "graph.npz")
