"""What is written reads back equal, or is not written at all."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GatvizError, Graph
from gatviz.files import (
    FORMATS,
    inspect_graph,
    read_graph,
    readable_formats,
    sample_graph,
    sample_graph_names,
    template,
    writable_formats,
    write_graph,
)
from gatviz.graph.checks import SPLITS
from gatviz.graph.graph import FARTHEST
from gatviz.numbers import LARGEST

printable = st.characters(exclude_categories=("C", "Z")) | st.sampled_from([" ", '"', "'", ",", ";", "&", "<", "#"])
names = st.text(printable, min_size=1, max_size=8).map(str.strip).filter(bool)
words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=5)
floats = st.floats(allow_nan=False, allow_infinity=False)
features_held = st.floats(-LARGEST, LARGEST)
points = st.floats(-FARTHEST, FARTHEST)


@st.composite
def graphs(draw: st.DrawFn, attributes: bool = True) -> Graph:
    listed = draw(st.lists(names, min_size=1, max_size=7, unique=True))
    count = len(listed)
    features = draw(
        st.lists(
            names.filter(lambda name: name.casefold() not in RESERVED), min_size=1, max_size=3, unique_by=str.casefold
        )
    )
    directed = draw(st.booleans())
    node = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=12, unique=True))
    if not directed:
        if draw(st.booleans()):  # as readers give it
            once = {frozenset(pair): pair for pair in pairs}.values()
            pairs = [edge for u, v in once for edge in ([(u, v)] if u == v else [(u, v), (v, u)])]
        else:  # in any order
            pairs = draw(st.permutations(sorted({*pairs, *((v, u) for u, v in pairs)})))
    columns = {}
    if attributes:
        value = draw(
            st.sampled_from(
                [st.integers(-(2**53), 2**53), floats.filter(lambda v: str(v) != "-0.0"), words.filter(is_word)]
            )
        )
        columns = {
            key: tuple(draw(st.lists(st.none() | value, min_size=len(pairs), max_size=len(pairs))))
            for key in draw(st.lists(st.sampled_from(["weight", "kind", "since"]), max_size=2, unique=True))
        }
        columns = {key: values for key, values in columns.items() if any(value is not None for value in values)}
    per_node: dict[str, Any] = {"min_size": count, "max_size": count}
    labels = draw(st.none() | st.lists(st.none() | words, **per_node))
    a_row = st.lists(features_held, min_size=len(features), max_size=len(features))
    return Graph(
        names=tuple(listed),
        x=np.array(draw(st.lists(a_row, **per_node)), dtype=np.float64),
        edge_index=np.array(pairs, dtype=np.int64).reshape(-1, 2).T,
        feature_names=tuple(features),
        edge_attributes=columns,
        directed=directed,
        labels=None if labels is None or not any(labels) else tuple(labels),
        split=draw(st.none() | st.lists(st.sampled_from(SPLITS), **per_node).map(tuple)),
        positions=draw(st.none() | st.lists(st.lists(points, min_size=2, max_size=2), **per_node).map(np.array)),
        description=draw(st.just("") | words),
    )


RESERVED = {"id", "label", "split", "pos_x", "pos_y", "source", "target"}


def is_word(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("form", writable_formats())
@settings(max_examples=60, deadline=None)
@given(graph=graphs())
def test_every_format_that_can_be_written_reads_back_equal(form: str, graph: Graph) -> None:
    content = write_graph(graph, None, form)
    again = inspect_graph(content, f"graph{FORMATS[form].endings[0]}")
    assert again.format in (form, "edge_list")
    assert again.graph == graph


@pytest.mark.parametrize("mark", [";", ",", "|", ";;;", '"', "#", "%"])
def test_names_that_look_like_separators_survive_a_zip(mark: str) -> None:
    graph = Graph(
        names=(f"A{mark}B", "C"),
        x=np.zeros((2, 1)),
        edge_index=np.zeros((2, 0), dtype=np.int64),
        feature_names=(f"x{mark}y",),
        labels=(f"{mark}k", None),
    )
    assert read_graph(write_graph(graph, None, "zip"), name="g.zip") == graph


@pytest.mark.parametrize("form", writable_formats())
@pytest.mark.parametrize("name", sample_graph_names())
def test_every_sample_survives_every_format(form: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"graph{FORMATS[form].endings[0]}"
    write_graph(sample_graph(name), path, form)
    assert read_graph(path) == sample_graph(name)


def test_the_ending_of_a_path_tells_the_format(tmp_path: Path) -> None:
    graph = sample_graph("star")
    for ending, form in ((".gml", "gml"), (".JSON", "json"), (".npz", "npz"), (".pt", "torch")):
        assert write_graph(graph, tmp_path / f"star{ending}") == write_graph(graph, None, form) or form == "torch"
        assert inspect_graph(tmp_path / f"star{ending}").format == form


@pytest.mark.parametrize("form", [*readable_formats(), "nodes"])
def test_every_readable_format_has_a_template_that_reads(form: str) -> None:
    content = template(form)
    if form == "nodes":
        graph = read_graph(template("edge_list"), content)
    else:
        inspection = inspect_graph(content, f"template{FORMATS[form].endings[0]}")
        assert inspection.format == ("edge_list" if form == "zip" else form)
        graph = inspection.graph
    assert graph.num_nodes == 3
    assert graph.edge_index.tolist() == [[0, 1, 2], [1, 2, 0]] or form in (
        "matrix",
        "sparse_npz",
        "npy",
        "adjacency_list",
    )
    ring = {(0, 1), (1, 2), (2, 0)}
    both_ways = ring | {(t, s) for s, t in ring} if form == "adjacency_list" else ring  # it cannot say a direction
    assert {(int(s), int(t)) for s, t in graph.edge_index.T} == both_ways


def test_networkx_reads_what_gatviz_writes() -> None:
    graph = sample_graph("karate_club")
    truth = {frozenset(map(str, edge)) for edge in nx.karate_club_graph().edges}
    files = {form: write_graph(graph, None, form) for form in ("graphml", "gml", "node_link")}
    read = {
        "graphml": nx.parse_graphml(files["graphml"].decode()),
        "gml": nx.parse_gml(files["gml"].decode()),
        "node_link": nx.node_link_graph(json.loads(files["node_link"]), edges="links"),
    }
    for found in read.values():
        assert not found.is_directed()
        assert {frozenset(map(str, edge)) for edge in found.edges} == truth
    assert read["graphml"].nodes["0"]["label"] == "Mr. Hi"


def small(**changes: object) -> Graph:
    fields: dict[str, Any] = {"names": ("A", "B"), "x": np.ones((2, 1)), "edge_index": np.array([[0], [1]])}
    return Graph(**{**fields, **changes})


@pytest.mark.parametrize(
    ("graph", "form", "sentence"),
    [
        (
            small(names=(" A", "B")),
            "zip",
            "the graph as zip of edges.csv and nodes.csv: expected what this format can hold, "
            "found names that would be lost; write it as json.",
        ),
        (
            small(feature_names=("label",)),
            "zip",
            "the graph as zip of edges.csv and nodes.csv: expected what this format can hold, "
            "found features, labels that would be lost; write it as json.",
        ),
        (
            small(edge_attributes={"a b": (1,)}),
            "gml",
            "GML: expected edge attributes named by letters, digits and _, found 'a b'; write JSON.",
        ),
        (
            small(edge_attributes={"w": (float("nan"),)}),
            "json",
            "the graph as JSON: expected edge attributes that JSON knows, found "
            "another kind, NaN or infinity; use numbers and texts.",
        ),
        (
            small(description="bell \a"),
            "graphml",
            "the graph as GraphML: expected what this format can hold, found something (graph.graphml, line 5, "
            "column 16: 'not well-formed (invalid token)') that would be lost; write it as json.",
        ),
        (
            small(directed=False),
            "json",
            "the graph as gatviz JSON: expected what this format can hold, found arrows that would be lost; "
            "change it or leave it out.",
        ),
        (
            small(),
            "pajek",
            "the graph as Pajek: expected a format that holds a whole graph, found 'pajek'; "
            "write one of json, node_link, zip, graphml, gexf, gml, npz, torch, safetensors.",
        ),
    ],
)
def test_what_a_format_cannot_hold_is_refused_in_a_sentence(graph: Graph, form: str, sentence: str) -> None:
    with pytest.raises(GatvizError) as caught:
        write_graph(graph, None, form)
    assert str(caught.value) == sentence


def test_a_graph_without_features_is_written_without_them() -> None:
    for form in writable_formats():
        again = read_graph(write_graph(small(x=np.zeros((2, 0))), None, form), name=f"g{FORMATS[form].endings[0]}")
        assert again.feature_names == ("A", "B")


def test_paths_and_formats_that_do_not_work(tmp_path: Path) -> None:
    with pytest.raises(GatvizError, match="expected a format, or a path whose ending names one, found neither"):
        write_graph(small())
    with pytest.raises(GatvizError, match=r"found 'graph.xyz'; choose one of json"):
        write_graph(small(), "graph.xyz")
    with pytest.raises(GatvizError, match="expected a path to write to, found no such folder"):
        write_graph(small(), tmp_path / "none" / "graph.json")
    with pytest.raises(GatvizError, match=r"format: expected one of json, .* found 'xls'"):
        write_graph(small(), None, "xls")
    with pytest.raises(GatvizError, match=r"format: expected one of json, .* found 'xls'"):
        template("xls")


def test_the_zip_holds_two_tables_and_the_description() -> None:
    packed = zipfile.ZipFile(io.BytesIO(write_graph(sample_graph("star"), None, "zip")))
    assert packed.namelist() == ["edges.csv", "nodes.csv", "description.txt"]
    assert packed.read("edges.csv").decode().splitlines()[:2] == ["source,target,type", '"leaf 1",hub,undirected']
