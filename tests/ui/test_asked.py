"""What is asked on the stage is done: a lock, a pin, one arrow less, a table beside it; and nonsense is ignored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gatviz import GAT, LayerSettings, Recipe, sample_graph, save_weights
from gatviz.analysis import predictions
from gatviz.ui.session import from_browser, session
from gatviz.ui.session.session import Locked
from gatviz.ui.session.steps import open_model
from tests.stage.arrived import scene
from tests.ui.test_weights import choose_file
from tests.ui.walk import checked, do, key_in, run_app, state_of


@pytest.fixture
def app() -> AppTest:
    return run_app()


def ask(app: AppTest, monkeypatch: pytest.MonkeyPatch, what: str) -> session.Session:
    do(app, lambda: from_browser.take_request({"what": what}), monkeypatch)
    return state_of(app)


def look(app: AppTest, monkeypatch: pytest.MonkeyPatch, focus: Any, weighting: str = "head-1") -> session.Session:
    do(app, lambda: from_browser.take_lock({"focus": focus, "weighting": weighting}), monkeypatch)
    return state_of(app)


@pytest.mark.parametrize("panel", ["table", "weights"])
def test_a_table_opens_and_closes_beside_the_stage(app: AppTest, monkeypatch: pytest.MonkeyPatch, panel: str) -> None:
    assert ask(app, monkeypatch, panel).panel == panel
    assert scene(app)["panel"] == panel
    assert ask(app, monkeypatch, panel).panel == ""


def test_checks_are_made_when_they_are_asked_for(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(scene(app)["proofs"])
    assert ask(app, monkeypatch, "pyg").compare_pyg
    assert len(scene(app)["proofs"]) >= count
    assert scene(app)["pygAsked"]
    ask(app, monkeypatch, "stable")
    look(app, monkeypatch, {"kind": "node", "node": 1})
    assert any(answer["why"]["whiskers"] for answer in scene(app)["answers"])
    assert not ask(app, monkeypatch, "stable").stable


def test_a_locked_pair_or_node_is_the_sessions_and_nonsense_clears_it(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(app, monkeypatch, {"kind": "edge", "target": 1, "source": 2}).locked == Locked(1, 2, "head-1")
    assert look(app, monkeypatch, {"kind": "node", "node": 3}, "gcn").locked == Locked(3, None, "gcn")
    for nonsense in ({"kind": "node", "node": 99}, {"kind": "edge", "target": 0, "source": -1}, 7, None, {"kind": "x"}):
        look(app, monkeypatch, {"kind": "node", "node": 3})
        assert look(app, monkeypatch, nonsense).locked is None
    do(app, lambda: from_browser.take_lock("no message"), monkeypatch)
    assert state_of(app).locked is None
    before = state_of(app)
    do(app, lambda: from_browser.take_request({"what": "fly"}), monkeypatch)
    assert state_of(app) == before


def test_the_present_is_pinned_and_let_go(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    now = ask(app, monkeypatch, "pin")
    assert [pin.slot for pin in now.work.pins] == ["A"]
    app.number_input(key="seed").set_value(5).run()
    assert scene(app)["change"]["baseline"].startswith("A")
    assert not ask(app, monkeypatch, "unpin").work.pins
    assert scene(app)["change"] is None


def test_without_the_locked_arrow_it_is_compared_with_what_was(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    look(app, monkeypatch, {"kind": "node", "node": 1})
    before = state_of(app)
    assert ask(app, monkeypatch, "without").graph == before.graph  # no arrow is locked
    look(app, monkeypatch, {"kind": "edge", "target": 1, "source": 2})
    now = ask(app, monkeypatch, "without")
    ends = set(map(tuple, before.graph.edge_index.T.tolist()))
    assert set(map(tuple, now.graph.edge_index.T.tolist())) == ends - {(2, 1)}
    assert scene(app)["change"] is not None
    do(app, session.undo, monkeypatch)
    assert state_of(app).graph == before.graph


def test_what_is_no_arrow_cannot_be_taken_away(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = state_of(app).graph
    pairs = {(i, j) for i in range(4) for j in range(4)} - set(map(tuple, graph.edge_index[::-1].T.tolist()))
    target, source = next(iter(sorted(pairs)))
    look(app, monkeypatch, {"kind": "edge", "target": target, "source": source})
    now = ask(app, monkeypatch, "without")
    assert now.graph == graph
    assert not now.work.pins


# ---- what an opened model makes of labels ---------------------------------------------------------------------


def two_columns() -> GAT:
    graph = sample_graph("karate_club")
    return GAT(graph.num_features, [LayerSettings(out_features=2, num_heads=1)], self_loops="add_missing")


def test_predictions_are_told_part_by_part_and_class_by_class(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app.selectbox(key="graph_choice").set_value("karate_club").run()
    model, graph = two_columns(), sample_graph("karate_club")
    model.classes = graph.class_names
    do(app, lambda: open_model("mine.pt", model), monkeypatch)
    app.segmented_control(key=key_in(app, "workspace")).set_value("compare").run()
    app.session_state["compare_section"] = "predictions"
    checked(app.run())
    found = predictions(model.trace(graph), graph, graph.class_names)
    there = " ".join(str(one.proto.body) for one in app.get("html"))
    assert found.sentences[0] in there
    assert len(app.get("plotly_chart")) == 1
    assert any(f"{len(found.wrong)} wrong" in one.value for one in app.markdown)


def test_the_labels_that_columns_stand_for_are_chosen_while_the_model_is_opened(app: AppTest) -> None:
    app.selectbox(key="graph_choice").set_value("karate_club").run()
    choose_file(app, save_weights(two_columns()))
    (field,) = (one for one in app.selectbox if one.label == "Columns of the output stand for labels")
    told = app_told(app)
    checked(field.select_index(len(field.options) - 1).run())  # by a table, which begins with the first way
    assert app_told(app) == told
    assert any("With another activation everywhere" in one.value for one in app.caption)
    (line,) = (one for one in app.text_input if one.label == "Recipe")
    checked(line.set_value(f"{line.value} > relu").run())
    assert any("With the recipe as it was proposed" in one.value for one in app.caption)
    checked(app.button(key="weights_show").click().run())
    opened = state_of(app).work.opened
    assert opened is not None
    assert str(Recipe.of_steps(state_of(app).settings.steps)).endswith("relu")
    assert np.isfinite(state_of(app).work.run().whole.out).all()


def app_told(app: AppTest) -> str:
    """How often the model is right, as the dialog says."""
    return next(one.value for one in app.markdown if "accuracy" in one.value)
