"""A new format is a row in the table and a module, nothing else; and what the rows promise holds for all of them."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from gatviz import Graph, read_graph
from gatviz.files import (
    FORMATS,
    GraphFormat,
    inspect_graph,
    readable_formats,
    table_headers,
    template,
    writable_formats,
    write_graph,
)
from gatviz.files import formats as table
from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ParsedGraph

FOLDER = Path(table.__file__).parent
SHARED_BY_TWO = {
    "edge_list": {"node_table"},
    "safetensors_file": {"torch_file"},
    "zip_of_tables": {"npz", "torch_door"},
}
"""Formats that lean on another one: a table beside, a tensor, a zip that is more than a zip."""


def arrows(file: GraphFile) -> ParsedGraph:
    rows = [line.split(" -> ") for line in file.decoded.text.splitlines()[1:]]
    names = list(dict.fromkeys(name for row in rows for name in row))
    edges = np.array([[names.index(name) for name in row] for row in rows]).T
    return ParsedGraph(where=file.where, format="arrows", names=names, edges=edges)


def as_arrows(graph: Graph) -> bytes:
    names, (source, target) = graph.names, graph.edge_index.tolist()
    return "\n".join(["arrows!", *(f"{names[j]} -> {names[i]}" for j, i in zip(source, target, strict=True))]).encode()


def test_a_new_format_is_one_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = GraphFormat("arrows", "arrows", (".arr",), arrows, as_arrows, lambda file: file.start.startswith("arrows!"))
    monkeypatch.setitem(FORMATS, "arrows", row)
    data = b"arrows!\nA -> B\nB -> C"
    assert inspect_graph(data).format == "arrows"  # by its content, whatever it is called
    assert inspect_graph({"edges.csv": data}).format == "arrows"
    assert table_headers({"a.csv": data}) == {}
    assert "arrows" in readable_formats()
    assert "arrows" in writable_formats()
    graph = read_graph(data)
    assert write_graph(Graph(graph.names, np.zeros((3, 0)), graph.edge_index, ()), tmp_path / "graph.arr") == data
    assert read_graph(template("arrows")).names == ("Ada", "Bo", "Cy")


@pytest.mark.parametrize("name", readable_formats())
def test_every_template_is_known_by_its_content(name: str) -> None:
    data = template(name)
    found = inspect_graph(data, "some file").format
    assert found == name or (name == "zip" and found == "edge_list")


@pytest.mark.parametrize("name", readable_formats())
def test_no_two_formats_know_the_same_file(name: str) -> None:
    file = GraphFile(template(name), "some file")
    knowing = [other for other, row in FORMATS.items() if row.knows is not None and row.knows(file)]
    assert len(knowing) == (0 if name in table.TABLES else 1)


@pytest.mark.parametrize("name", writable_formats())
def test_the_preview_names_columns_of_edges_as_the_graph_does(name: str) -> None:
    inspection = inspect_graph(template(name))
    named = [use.name for use in inspection.columns if use.table == "edges" and use.use == "attribute"]
    assert named == list(inspection.graph.edge_attributes) == ["weight"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[!_]*.py")), ids=lambda path: path.stem)
def test_formats_share_nothing_but_what_stands_beside_them(path: Path) -> None:
    imported = {
        (node.module or "").rpartition(".")[2]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gatviz.files.formats.")
    }
    assert imported == SHARED_BY_TWO.get(path.stem, set())
