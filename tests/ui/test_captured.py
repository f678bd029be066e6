"""A captured run in a session: every call on every view, edits of it, and the session as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import gatviz
from gatviz.graph import editing
from gatviz.model.weights import with_values
from gatviz.ui.compare.compare import questions
from gatviz.ui.session import captured, kept, session
from gatviz.ui.session.model import all_weights
from gatviz.ui.session.steps import close_model, show_graph, take_graph, take_weights
from gatviz.ui.workspaces import WORKSPACES
from tests.capturing.test_run import captured as some_run
from tests.ui.walk import APP, do, state_of

GIVEN = gatviz.from_attention([[0, 1, 2, 1], [1, 2, 0, 0]], np.random.default_rng(0).random((2, 4, 3)))


def opened(tmp_path: Path, run: Any) -> session.Session:
    """The session that the app has after it opened a saved run."""
    run.save(tmp_path / "run.gatviz")
    return kept.from_file((tmp_path / "run.gatviz").read_bytes(), "run.gatviz")


def app_of(now: session.Session, **state: Any) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["gatviz_session"] = now
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def proof(app: AppTest) -> str:
    return " ".join(one.proto.body for one in app.get("html") if 'class="proof"' in one.proto.body)


@pytest.mark.parametrize("run", [some_run(), GIVEN], ids=["captured", "given"])
def test_every_call_is_shown_in_every_workspace_and_under_every_question(tmp_path: Path, run: Any) -> None:
    now = opened(tmp_path, run)
    whole = now.work.captured
    assert whole is not None
    for place, call in enumerate(whole.calls):
        shown = replace(now, work=captured.captured_work(whole, place, place + 1, now.work))
        for workspace in WORKSPACES:
            app = app_of(shown, workspace=workspace)
            assert not app.error
            assert ("equal to the layer" in proof(app)) == (call.layer is not None)
        for panel in ("table", "weights"):
            assert not app_of(replace(shown, panel=panel)).error
        made = shown.work.run()
        for key in questions(shown, shown.settings, made):
            assert not app_of(shown, workspace="compare", compare_section=key).error
        assert "kinds" not in questions(shown, shown.settings, made)


def test_another_call_is_no_step_unless_an_edit_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(opened(tmp_path, some_run()))
    app.segmented_control(key="captured_call").set_value(2).run()
    now = state_of(app)
    assert (now.work.call, now.history.undo_name) == (2, "")
    assert "GATv2Conv" in proof(app)

    def edit() -> None:
        weights = all_weights(session.current())
        take_weights(with_values(weights, 0, "a", np.ones_like(weights.layers[0]["a"])), "a")

    do(app, edit, monkeypatch)
    assert "equal to the layer" not in proof(app)
    do(app, lambda: captured.choose_call(0), monkeypatch)
    assert state_of(app).history.undo_name == "look at first"
    assert "GATConv" in proof(app)
    do(app, session.undo, monkeypatch)
    assert "equal to the layer" not in proof(app)
    do(app, session.undo, monkeypatch)
    assert state_of(app).work.call == 2
    assert "GATv2Conv" in proof(app)


def test_given_alpha_refuses_other_arrows_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(opened(tmp_path, GIVEN))
    before = state_of(app).graph
    do(app, lambda: take_graph(editing.remove(before, [before.names[0]], []), "remove a node"), monkeypatch)
    assert state_of(app).graph == before
    assert "there is no model here that could compute α for them" in app.error[0].value
    do(app, lambda: take_graph(editing.rename_node(before, before.names[0], "Ann"), "rename"), monkeypatch)
    assert not app.error
    assert state_of(app).graph.names[0] == "Ann"
    do(app, close_model, monkeypatch)
    assert not app.error
    assert state_of(app).work.captured is None
    assert state_of(app).graph.num_features == before.num_nodes
    do(app, session.undo, monkeypatch)
    assert state_of(app).work.given is not None


def test_another_graph_is_not_of_the_captured_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(opened(tmp_path, some_run()))
    do(app, lambda: show_graph(gatviz.sample_graph("karate_club"), "karate_club", own=False), monkeypatch)
    assert state_of(app).work.captured is None
    assert "equal to the layer" not in proof(app)


@pytest.mark.parametrize("run", [some_run(), GIVEN], ids=["captured", "given"])
def test_it_comes_back_as_a_session(tmp_path: Path, run: Any) -> None:
    now = opened(tmp_path, run)
    whole = now.work.captured
    assert whole is not None
    last = len(whole.calls) - 1
    work = captured.captured_work(whole, last, 2, now.work)
    now = replace(now, work=work, history=now.history.after(now.work, "a step"))
    data = kept.to_file(now)
    again = kept.from_file(data, "kept.gatviz")
    assert kept.to_file(again) == data
    assert again.work.captured is again.history.past[0].work.captured
    assert again.work.call == last
    assert again.work.as_captured
    one, other = again.work.run(), now.work.run()
    np.testing.assert_array_equal(one.trace.alpha, other.trace.alpha)
    np.testing.assert_array_equal(one.trace.out, other.trace.out)
    linked = kept.from_link(kept.to_link(now), "the link")
    np.testing.assert_array_equal(linked.work.run().trace.alpha, other.trace.alpha)
