"""Features of edges on the page: chosen on opening and in the table, read by the model, followed by its weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gatviz import GAT, Graph, LayerSettings, sample_graph
from gatviz.graph import editing
from gatviz.graph.positions import default_positions
from gatviz.model.weights import with_values
from gatviz.ui.session import session
from gatviz.ui.session.model import all_weights
from gatviz.ui.session.steps import open_model, show_graph, take_graph, take_weights
from tests.stage.arrived import scene
from tests.ui.walk import APP, do, state_of

CSV = "source,target,weight,kind\nA,B,0.5,x\nB,C,-2,y\nC,A,3,x\n"


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app


def with_csv(*chosen: str) -> AppTest:
    """An app in which the file was opened with these numbers as edge features."""
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    app.button(key="open_graph").click().run()
    app.button_group(key="open_way").set_value("text").run()
    app.text_area(key="open_text").set_value(CSV).run()
    if chosen:
        (pills,) = [group for group in app.button_group if "Edge features" in group.label]
        pills.set_value(list(chosen)).run()
    return checked(app.button(key="open_show").click().run())


def stages_of(app: AppTest) -> list[str]:
    return [stage["name"] for stage in scene(app)["stages"]]


def test_without_a_choice_gat_reads_only_whether_an_edge_is_there() -> None:
    app = with_csv()
    assert state_of(app).settings.edge_features == 0
    assert "W_edge" not in stages_of(app)
    assert "weight" in scene(app)["notice"]


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
def test_what_is_chosen_on_opening_is_read(kind: str) -> None:
    app = with_csv("weight")
    checked(app.selectbox(key="kind").set_value(kind).run())
    assert state_of(app).graph.edge_feature_names == ("weight",)
    assert state_of(app).settings.edge_features == 1
    assert {"edge_features", "W_edge", "Wf_edge"} <= set(stages_of(app))
    assert "reads edge features" in app.sidebar.expander[0].label
    why = scene(app)["answers"][0]["why"]
    captions = {column["key"]: column["caption"] for column in why["columns"]}
    assert why["bars"]["caption"] == f"{'t + s + g' if kind == 'GAT' else 'e'}, on one scale"
    assert captions.get("raw", "t + s + g") == "t + s + g"
    checked(app.checkbox(key="reads_edges").set_value(False).run())
    assert "W_edge" not in stages_of(app)
    assert state_of(app).settings.edge_features == 0


def test_numbers_of_edges_are_edited_in_features_and_attributes_alike() -> None:
    graph = Graph(("a", "b"), np.eye(2), np.array([[0, 1], [1, 0]]), edge_attributes={"w": (1, None)}, directed=False)
    grown = editing.add_edge_feature(graph, "f")
    changed = editing.set_edge_numbers(grown, {0: {"w": 2.5, "f": 4.0}})
    assert changed.edge_attributes["w"] == (2.5, 2.5)
    assert changed.edge_features is not None
    assert changed.edge_features.tolist() == [[4.0], [4.0]]
    both = changed.with_edge_features(["w", "f"])
    assert both.edge_numbers == {"w": (2.5, 2.5), "f": (4.0, 4.0)}
    one_way = editing.set_edge_numbers(replace(both, directed=True), {1: {"w": 0.0}})
    assert one_way.edge_numbers["w"] == (2.5, 0.0)
    assert both.with_edge_features(["f"]).edge_feature_names == ("f",)


def test_weights_follow_the_edge_features_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_csv("weight")
    before = all_weights(state_of(app)).layers[0]

    def grow() -> None:
        take_graph(editing.add_edge_feature(session.current().graph, "more"), "one more")

    do(app, grow, monkeypatch)
    now = state_of(app)
    assert now.settings.edge_features == 2
    after = all_weights(now).layers[0]
    np.testing.assert_array_equal(after["W_edge"][..., :1], before["W_edge"])
    for name in ("W", "a_target", "a_source", "a_edge"):
        np.testing.assert_array_equal(after[name], before[name])
    do(app, session.undo, monkeypatch)
    assert state_of(app).settings.edge_features == 1


@pytest.mark.parametrize("undo", [False, True])
def test_the_table_of_arrows_shows_and_takes_numbers(monkeypatch: pytest.MonkeyPatch, undo: bool) -> None:
    app = with_csv("weight")
    app.session_state["gatviz_session"] = replace(state_of(app), panel="table")
    checked(app.run())
    checked(app.button_group(key="table_of").set_value("arrows").run())
    (pills,) = [group for group in app.button_group if "Edge features" in group.label]
    assert list(pills.value or ()) == ["weight"]
    alpha = scene(app)["weightings"][0]["values"]["f32"]

    def type_it() -> None:
        graph = editing.set_edge_numbers(session.current().graph, {0: {"weight": 7.0}})
        take_graph(graph, "edit the table of arrows")

    do(app, type_it, monkeypatch)
    assert state_of(app).graph.edge_attributes["weight"][0] == 7
    assert scene(app)["weightings"][0]["values"]["f32"] != alpha
    if undo:
        do(app, session.undo, monkeypatch)
        assert scene(app)["weightings"][0]["values"]["f32"] == alpha


def set_one() -> None:
    """Type one entry of W anew."""
    weights = all_weights(session.current())
    W = weights.layers[0]["W"].copy()
    W[0, 0, 0] = 5
    take_weights(with_values(weights, 0, "W", W), "edit W")


def test_a_drawn_graph_gets_edge_features_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    do(app, set_one, monkeypatch)
    app.session_state["gatviz_session"] = replace(state_of(app), panel="table")
    app.run()
    app.button_group(key="table_of").set_value("arrows").run()
    app.text_input(key="edge_feature_new").set_value("distance").run()
    checked(app.button(key="edge_feature_add").click().run())
    assert state_of(app).graph.edge_feature_names == ("distance",)
    assert state_of(app).settings.edge_features == 1
    assert "Wf_edge" in stages_of(app)
    assert "reads edge features" in app.sidebar.expander[0].label
    assert all_weights(state_of(app)).layers[0]["W"][0, 0, 0] == 5  # what was set by hand stays
    do(app, lambda: take_graph(state_of(app).graph.with_edge_features([]), "none"), monkeypatch)
    assert "Wf_edge" not in stages_of(app)
    assert all_weights(state_of(app)).layers[0]["W"][0, 0, 0] == 5


def test_edge_features_that_are_let_go_are_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_csv("weight")
    graph = state_of(app).graph

    def drop() -> None:
        take_graph(graph.with_edge_features([]).with_positions(default_positions(graph)), "no edge features")

    do(app, drop, monkeypatch)
    assert state_of(app).settings.edge_features == 0
    assert not app.error


def test_an_opened_model_goes_with_the_edges_that_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_csv("weight")
    graph = state_of(app).graph
    model = GAT(graph.num_features, [LayerSettings(out_features=2, edge_features=1)], self_loops="add_missing")
    do(app, lambda: open_model("with_edges.pt", model), monkeypatch)
    assert "W_edge" in stages_of(app)
    assert not app.error
    do(app, lambda: take_graph(graph.with_edge_features([]), "no edge features"), monkeypatch)
    assert "taken back" in app.error[0].value
    assert state_of(app).graph.edge_feature_names == ("weight",)
    do(app, lambda: show_graph(sample_graph("tutorial"), "tutorial", own=False), monkeypatch)
    assert state_of(app).work.opened is None
    assert "W_edge" not in stages_of(app)
