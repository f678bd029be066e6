"""The page through Streamlit's own test driver: no exception, and state that survives."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gatviz import Graph, LayerTrace, read_graph, sample_graph, sample_graph_names, write_graph
from gatviz.graph.editing import clear
from gatviz.graph.positions import default_positions
from gatviz.graph.subgraph import MAX_EDGES, neighbourhood, strongest
from gatviz.ui.page import only
from gatviz.ui.session.run_cache import present_model
from gatviz.ui.session.session import FIRST_LOCK, Locked
from gatviz.ui.session.work import Work
from gatviz.ui.workspaces import WORKSPACES
from tests.stage.arrived import scene
from tests.ui.walk import APP, run_app, state_of


def show(app: AppTest, content: bytes) -> None:
    """Put an own graph on the screen."""
    graph = read_graph(content)
    now = state_of(app)
    work = Work(graph.with_positions(default_positions(graph)), "mine", own=True, view=now.work.view + 1)
    app.session_state["gatviz_session"] = replace(now, work=work, locked=FIRST_LOCK)
    app.run()
    assert not app.exception


def test_an_empty_graph_can_be_drawn_on() -> None:
    app = run_app()
    now = state_of(app)
    app.session_state["gatviz_session"] = replace(now, work=replace(now.work, graph=clear(now.graph)), locked=None)
    app.run()
    assert not app.exception
    assert not app.error
    assert scene(app)["names"] == []


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_the_place_of_each_other_workspace_is_hidden_while_one_is_drawn(workspace: str) -> None:
    hidden = re.findall(r"st-key-space-(\w+)", only(workspace))
    assert set(hidden) == set(WORKSPACES) - {workspace}


def test_first_picture_is_the_tutorial() -> None:
    app = run_app()
    assert scene(app)["names"] == ["0", "1", "2", "3"]
    assert [w["label"] for w in scene(app)["weightings"]] == ["0", "1", "2", "3", "mean of heads", "GCN", "uniform"]
    assert not app.error


@pytest.mark.parametrize("name", sample_graph_names())
def test_every_sample_graph_runs(name: str) -> None:
    app = run_app()
    app.selectbox(key="graph_choice").set_value(name).run()
    assert not app.exception
    assert scene(app)["names"] == list(sample_graph(name).names)


@pytest.mark.parametrize("heads", [1, 2, 16])
def test_any_number_of_heads(heads: int) -> None:
    app = run_app()
    app.number_input(key="num_heads").set_value(heads).run()
    assert not app.exception
    kinds = [w["kind"] for w in scene(app)["weightings"]]
    assert kinds.count("head") == heads
    assert kinds.count("derived") == (heads > 1)


def test_dropout_shows_its_mask_and_says_so() -> None:
    app = run_app()
    app.slider(key="dropout").set_value(0.5).run()
    assert not app.exception
    names = [stage["name"] for stage in scene(app)["stages"]]
    assert "dropout_mask" in names
    assert "alpha_dropped" in names
    assert "dropout 0.50 is on" in scene(app)["notice"]


@pytest.mark.parametrize("policy", ["as_given", "remove"])
def test_self_loops_can_be_left_or_removed(policy: str) -> None:
    app = run_app()
    app.selectbox(key="graph_choice").set_value("directed_with_isolated_node").run()
    app.selectbox(key="self_loops").set_value(policy).run()
    assert not app.exception
    assert sum(scene(app)["edges"]["added"]) == 0


def large_graph() -> Graph:
    rng = np.random.default_rng(3)
    edges = np.stack(np.nonzero(rng.random((260, 260)) < 0.1))
    return Graph(names=tuple(f"n{n}" for n in range(260)), x=rng.normal(size=(260, 3)), edge_index=edges)


def test_the_notice_of_a_cut_graph_states_the_rule_that_chose_what_is_drawn() -> None:
    app = run_app()
    show(app, write_graph(large_graph(), format="json"))
    found = scene(app.run())
    trace = compute_now(app)
    part = strongest(trace.alpha, trace.edge_index, trace.num_nodes)
    assert part.told("their largest α over the heads") in found["notice"]
    assert found["names"] == [f"n{n}" for n in part.nodes]

    app.text_input(key="part_node").set_value("n7").run()
    app.number_input(key="part_hops").set_value(2).run()
    found = scene(app)
    around = neighbourhood(trace.edge_index, trace.num_nodes, 7, 2, alpha=trace.alpha, max_edges=MAX_EDGES)
    assert around.told("their largest α over the heads", [f"n{n}" for n in range(260)]) in found["notice"]
    assert found["edges"]["drawn"] == around.edges.size == MAX_EDGES
    assert len(found["edges"]["source"]) == around.among(trace.edge_index).size > MAX_EDGES


def test_an_arrow_that_is_locked_outside_the_shown_part_is_told() -> None:
    app = run_app()
    show(app, write_graph(large_graph(), format="json"))
    app.run()
    trace = compute_now(app)
    source, target = trace.edge_index[:, 100].tolist()
    app.session_state["gatviz_session"] = replace(state_of(app), locked=Locked(target, source, "head-0"))
    app.text_input(key="part_node").set_value("n200").run()
    app.number_input(key="part_hops").set_value(0).run()
    notice = scene(app)["notice"]
    assert f"Locked: n{source} → n{target}, α = {trace.alpha[100, 0]:.3g} in head 0." in notice


def compute_now(app: AppTest) -> LayerTrace:
    """The run of what is on the screen."""
    now = state_of(app)
    return present_model(now.graph, now.settings, None).trace(now.graph).layers[0]


@pytest.mark.parametrize(("sample", "most"), [("tutorial", 50_000), ("karate_club", 90_000)])
def test_a_change_sends_its_numbers_and_no_code(sample: str, most: int) -> None:
    app = run_app()
    app.selectbox(key="graph_choice").select(sample).run()
    sent = next(one.proto for one in app.get("bidi_component") if one.proto.bytes)
    assert len(scene(app)["names"]) == sample_graph(sample).num_nodes
    assert sent.js_content == sent.css_content == sent.json == ""
    assert len(sent.SerializeToString()) < most


def test_the_door_to_explain_is_there_from_the_first_run_on() -> None:
    """What is locked at first is settled while the stage is drawn."""
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert app.button(key="explain_locked").label == "Explain node 0"
