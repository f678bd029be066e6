"""What is taken away says what the run computed: read back equal by others, and run again without gatviz."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gatviz
from gatviz import GAT, GatvizError, Graph, LayerSettings, ReadOptions, Trace
from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.layers import new_generator
from gatviz.attention.stage_row import beyond_pyg
from gatviz.export import alpha_table, arrays_of, graph_with_alpha, npz_of, pyg_script, torch_script, write_alpha
from gatviz.export.scripts import WRITTEN
from gatviz.files import FORMATS, read_graph, write_graph
from gatviz.model.around import AROUND
from tests.model.test_steps import stirred

F_IN = 3
NAMES = ("a", "b b", 'c"', "{x}", "é", "名前", "</script>", "\\")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 6))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, count - 1)] * 2), unique=True, max_size=14))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    return Graph(
        names=NAMES[:count],
        x=rng.normal(size=(count, F_IN)),
        edge_index=np.array(pairs, dtype=np.int64).reshape(-1, 2).T,
        edge_features=rng.normal(size=(len(pairs), 2)),
        edge_feature_names=("u", "v"),
        edge_attributes={"kind": tuple("xyz"[k % 3] for k in range(len(pairs)))},
    )


@st.composite
def layers(draw: st.DrawFn, concat: bool | None = None, width: int | None = None) -> LayerSettings:
    kind = draw(st.sampled_from(["GAT", "GATv2"]))
    of_edges = draw(st.sampled_from([0, 2]))
    own: dict[str, Any] = {"edge_in_message": draw(st.booleans()) and of_edges > 0} if kind == "GAT" else {}
    if kind == "GATv2":
        own = {"projection_bias": draw(st.booleans()), "share_weights": draw(st.booleans())}
    else:  # rare: PyG's layer has neither
        own |= {name: draw(st.integers(0, 5)) == 5 for name in ("projection_bias", "score_bias")}
    return LayerSettings(
        kind=kind,  # type: ignore[arg-type]
        out_features=draw(st.integers(1, 3)) if width is None else width,
        num_heads=draw(st.integers(1, 3)),
        concat=draw(st.booleans()) if concat is None else concat,
        bias=draw(st.booleans()),
        residual=draw(st.booleans()),
        negative_slope=draw(st.sampled_from([0.2, 0.01, 1.0])),
        activation=draw(st.sampled_from([None, *ACTIVATIONS])),
        attention=draw(st.sampled_from(["learnt", "learnt", "equal"])),
        edge_features=of_edges,
        **own,
    )


@st.composite
def runs(draw: st.DrawFn) -> Trace:
    """Of a model with all that may stand around its layers."""
    graph = draw(graphs())
    loops: Any = draw(st.sampled_from(["as_given", "add_missing", "remove"]))
    around = st.sampled_from(
        [
            gatviz.Linear(4),
            gatviz.Linear(3, bias=False),
            gatviz.BatchNorm(),
            gatviz.LayerNorm(mode="graph"),
            gatviz.LayerNorm(mode="node", affine=False),
            gatviz.GraphNorm(),
            gatviz.Activation("gelu"),
            gatviz.Activation("prelu"),
            gatviz.Activation("leaky_relu", 0.3),
        ]
    )
    steps: list[Any] = [*draw(st.lists(around, max_size=1)), draw(layers()), *draw(st.lists(around, max_size=2))]
    steps += [gatviz.Linear(4), gatviz.Sum((draw(layers(concat=False, width=4)), gatviz.Activation("relu")))]
    steps += draw(st.lists(st.sampled_from([gatviz.JumpingKnowledge("cat")]), max_size=1))
    steps += [gatviz.Sum((gatviz.Linear(2),), skip=gatviz.Linear(2)), draw(layers())]
    steps += draw(st.lists(st.sampled_from([gatviz.Readout("mean"), gatviz.Readout("max")]), max_size=1))
    steps += draw(st.lists(st.just(gatviz.LogSoftmax()), max_size=1))
    model = GAT.of_steps(F_IN, steps, self_loops=loops, generator=new_generator(1))
    stirred(model, draw(st.integers(0, 100)))
    if draw(st.booleans()):
        model = model.double()
    return model.trace(graph)


def executed(program: str) -> dict[str, Any]:
    """What a program leaves behind; the precision that it sets is its own."""
    found: dict[str, Any] = {"print": lambda *_: None}
    before = torch.get_default_dtype()
    try:
        exec(compile(program, "program", "exec"), found)
    finally:
        torch.set_default_dtype(before)
    return found


def check_same(found: dict[str, Any], trace: Trace) -> None:
    tolerance = 1e-4 if trace.out.dtype == np.float32 else 1e-9
    assert len(found["alphas"]) == len(trace.layers)
    for alpha, layer in zip(found["alphas"], trace.layers, strict=True):
        expected = np.stack([layer.dense("alpha", head) for head in range(layer.num_heads)])
        np.testing.assert_allclose(alpha.detach().numpy(), expected, atol=tolerance)
    scale = max(1.0, float(np.abs(trace.out).max(initial=0)))
    np.testing.assert_allclose(found["out"].detach().numpy(), trace.out, atol=tolerance * scale)


@settings(max_examples=80, deadline=None)
@given(runs())
def test_the_program_in_pytorch_gives_the_same_numbers(trace: Trace) -> None:
    check_same(executed(torch_script(trace)), trace)


@settings(max_examples=60, deadline=None)
@given(runs())
def test_the_program_in_pyg_gives_the_same_numbers_or_is_refused(trace: Trace) -> None:
    if any(beyond_pyg(layer.form) for layer in trace.layers):
        with pytest.raises(GatvizError, match="expected what PyG's layers hold"):
            pyg_script(trace)
        return
    check_same(executed(pyg_script(trace)), trace)


@pytest.mark.parametrize("write", [torch_script, pyg_script])
def test_a_program_runs_alone_and_prints_every_alpha(write: Any, tmp_path: Path) -> None:
    graph = gatviz.sample_graph("tutorial")
    trace = GAT.of_paper(2, 3, num_layers=1, output_heads=2, generator=new_generator(0)).eval().trace(graph)
    (tmp_path / "alpha.py").write_text(write(trace), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "alpha.py"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    lines = done.stdout.splitlines()
    (layer,) = trace.layers
    assert len(lines) == layer.num_edges
    for line, (j, i), alpha in zip(lines, layer.edge_index.T, layer.alpha, strict=True):
        start, _, shares = line.rpartition(": ")
        assert start == f"layer 0: {graph.names[i]} reads {graph.names[j]}"
        np.testing.assert_allclose([float(share) for share in shares.split(", ")], alpha, atol=1e-5)
    assert "gatviz" not in [
        node.names[0].name for node in ast.walk(ast.parse(write(trace))) if isinstance(node, ast.Import)
    ]


def test_every_kind_of_step_can_be_written() -> None:
    assert set(WRITTEN) == set(AROUND.values())


def test_what_is_no_program_is_refused() -> None:
    graph = gatviz.generate("ring", nodes=500)
    trace = GAT.of_paper(graph.num_features, 2, generator=new_generator(0)).eval().trace(graph)
    with pytest.raises(GatvizError, match="at most 200,000 numbers"):
        torch_script(trace)
    tutorial = gatviz.sample_graph("tutorial")
    dropped = GAT.of_paper(2, 2, dropout=0.5, generator=new_generator(0)).train()
    with pytest.raises(GatvizError, match="expected a run without dropout"):
        pyg_script(dropped.trace(tutorial, generator=new_generator(0)))


# ---- graphs, tables, arrays -----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(runs(), st.sampled_from(["json", "node_link", "graphml", "gexf", "npz"]))
def test_a_graph_with_alpha_reads_back_equal_in_every_format_that_holds_it(trace: Trace, form: str) -> None:
    graph = graph_with_alpha(trace)
    content = write_graph(graph, format=form)
    again = read_graph(content, name=f"g{FORMATS[form].endings[0]}", options=ReadOptions(format=form))
    if not graph.num_edges:
        return
    for place, layer in enumerate(trace.layers):
        for head in range(layer.num_heads):
            values = again.edge_attributes[f"alpha_l{place}_h{head}"]
            np.testing.assert_array_equal(np.array(values, dtype=np.float64), layer.alpha[:, head].astype(float))
    assert again.edge_index.tolist() == trace.layers[0].edge_index.tolist()


def compared() -> tuple[Trace, Trace, gatviz.analysis.Explanation]:
    """A run of two layers, one of before on a graph that lacks some of its edges, and an explanation of a node."""
    graph = gatviz.sample_graph("karate_club")
    model = GAT.of_paper(graph.num_features, 2, num_heads=2, head_features=3, generator=new_generator(0)).eval()
    return model.trace(graph), model.trace(without(graph, 4)), gatviz.analysis.explain_node(model, graph, 11)


def without(graph: Graph, count: int) -> Graph:
    """The same without its first edges."""
    attributes = {name: values[count:] for name, values in graph.edge_attributes.items()}
    return replace(graph, edge_index=graph.edge_index[:, count:], edge_attributes=attributes, directed=True)


def edges_of(form: str, path: Path, reader: str, names: tuple[str, ...]) -> dict[tuple[str, str], dict[str, Any]]:
    """What another program reads: by the names of source and target the attributes of the edge, without empty ones."""
    if reader == "igraph":
        igraph: Any = import_module("igraph")
        read = igraph.Graph.Read_GraphML(str(path))
        called = read.vs["id"] if set(read.vs["id"]) == set(names) else read.vs["name"]
        found = {(called[edge.source], called[edge.target]): edge.attributes() for edge in read.es}
    else:
        graph = nx.read_graphml(path) if form == "graphml" else nx.read_gexf(path)
        labels = {key: key if key in names else data["label"] for key, data in graph.nodes(data=True)}
        found = {(labels[u], labels[v]): data for u, v, data in graph.edges(data=True)}
    return {ends: {key: v for key, v in data.items() if not pd.isna(v)} for ends, data in found.items()}


@pytest.mark.parametrize(("form", "reader"), [("graphml", "networkx"), ("gexf", "networkx"), ("graphml", "igraph")])
def test_other_programs_read_the_same_numbers(form: str, reader: str, tmp_path: Path) -> None:
    trace, before, explanation = compared()
    graph = trace.graph
    path = tmp_path / f"g.{form}"
    write_alpha(trace, path, before=before, explanation=explanation)
    found = edges_of(form, path, reader, graph.names)
    assert len(found) == trace.layers[0].num_edges
    rows = {(row["source"], row["target"]): row for _k, row in explanation.edges.iterrows()}
    for place, layer in enumerate(trace.layers):
        change = gatviz.analysis.what_if(before, trace, place).on_present
        for k, (j, i) in enumerate(layer.edge_index.T):
            ends = graph.names[j], graph.names[i]
            data = found[ends]
            for head in range(layer.num_heads):
                assert data[f"alpha_l{place}_h{head}"] == float(layer.alpha[k, head])
                assert data[f"delta_alpha_l{place}_h{head}"] == float(change[k, head])
            assert data["added_loop"] == (j == i)
            assert data.get("explain_removal") == (rows[ends]["removal"] if ends in rows else None)
    assert 0 < sum("explain_removal" in data for data in found.values()) == len(rows) < len(found)


def test_changes_of_alpha_are_those_to_the_run_of_before_in_table_and_graph() -> None:
    trace, before, explanation = compared()
    table = alpha_table(trace, before=before, explanation=explanation)
    then = alpha_table(before).set_index(["layer", "head", "source", "target"])["alpha"].to_dict()
    assert list(table)[:7] == ["layer", "head", "source", "target", "alpha", "added_loop", "delta_alpha"]
    graph = graph_with_alpha(trace, before=before)
    for place, layer in enumerate(trace.layers):
        for head in range(layer.num_heads):
            rows = table[(table["layer"] == place) & (table["head"] == head)]
            assert rows["delta_alpha"].astype(float).tolist() == list(
                graph.edge_attributes[f"delta_alpha_l{place}_h{head}"]
            )
            for row in rows.to_dict("records"):
                was = then.get((place, head, row["source"], row["target"]), 0.0)
                assert row["delta_alpha"] == pytest.approx(row["alpha"] - was, abs=2e-5)
    assert (table["delta_alpha"] != 0).any()


def test_what_an_earlier_run_left_on_a_graph_is_not_kept() -> None:
    trace, before, explanation = compared()
    old = graph_with_alpha(trace, before=before, explanation=explanation)
    model = GAT.of_paper(old.num_features, 2, num_layers=1, generator=new_generator(3)).eval()
    new = graph_with_alpha(model.trace(old))
    assert set(new.edge_attributes) - set(trace.graph.edge_attributes) == {"alpha_l0_h0", "added_loop"}


def test_an_explanation_of_another_graph_and_an_unknown_format_are_refused() -> None:
    trace, before, explanation = compared()
    with pytest.raises(GatvizError, match="expected one of the graph that was run"):
        alpha_table(before, explanation=explanation)
    for asked in ({"format": "xlsx"}, {"path": "alpha.xlsx"}, {}):
        with pytest.raises(GatvizError, match="expected one of graphml, gexf"):
            write_alpha(trace, **asked)  # type: ignore[arg-type]


def test_the_table_has_a_row_for_every_edge_of_every_head() -> None:
    graph = gatviz.sample_graph("tutorial")
    trace = GAT.of_paper(2, 3, num_layers=2, generator=new_generator(0)).eval().trace(graph)
    table = alpha_table(trace)
    assert list(table) == ["layer", "head", "source", "target", "alpha", "added_loop"]
    assert len(table) == sum(layer.num_edges * layer.num_heads for layer in trace.layers)
    sums = table.groupby(["layer", "head", "target"])["alpha"].sum()
    np.testing.assert_allclose(sums, 1, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(runs())
def test_arrays_are_the_run_and_read_without_pickles(trace: Trace) -> None:
    with np.load(io.BytesIO(npz_of(trace)), allow_pickle=False) as file:
        read = {name: file[name] for name in file.files}
    assert read.keys() == arrays_of(trace).keys()
    for k, layer in enumerate(trace.layers):
        for info in layer.fields:
            np.testing.assert_array_equal(read[f"l{k}_{info.name}"], getattr(layer, info.name))
    assert read["names"].tolist() == list(trace.graph.names)
    np.testing.assert_array_equal(read["out"], trace.out)
