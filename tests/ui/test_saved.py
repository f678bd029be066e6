"""What is saved from the page comes back as it was, through the page's own door."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import gatviz
from gatviz import load_weights, read_graph
from gatviz.files import FORMATS, writable_formats
from gatviz.graph.editing import clear
from gatviz.training.fit import fit
from gatviz.ui.session import keeping, kept, session
from gatviz.ui.session.run_cache import present_model
from tests.training.cases import karate, paper_model
from tests.ui.walk import checked, do, key_in, run_app, state_of, with_open

Files = dict[str, bytes | Callable[[], bytes]]
SESSION = "work.gatviz"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """Every file that the page offers, by its name."""
    found: Files = {}

    def download(_title: str, data: Any, file_name: str, **_more: Any) -> None:
        found[file_name] = data

    monkeypatch.setattr("streamlit.download_button", download)
    return found


def content(files: Files, name: str) -> bytes:
    """What a click on it gives."""
    offered = files[name]
    return offered() if callable(offered) else offered


def until(app: AppTest, made: Callable[[], bool]) -> None:
    """Look again until what is made aside is there."""
    for _look in range(100):
        with_open(app, "save_open")
        if made():
            return
        time.sleep(0.05)
    raise AssertionError("it is not made")


def opening(app: AppTest, name: str, content: bytes) -> AppTest:
    """The dialog with a file in it."""
    app.button(key="open_graph").click().run()
    uploader: Any = app.get("file_uploader")[0]
    return checked(uploader.set_value([(name, content, "application/octet-stream")]).run())


def told(app: AppTest) -> str:
    return "\n".join(one.value for one in (*app.markdown, *app.caption, *app.error)).replace("\\", "")


def disabled(app: AppTest, key: str) -> bool:
    return bool(app.button(key=key).disabled)


def test_a_graph_is_saved_in_every_format_that_can_hold_it(files: Files) -> None:
    app = with_open(run_app(), "save_open")
    graph = state_of(app).graph
    for form in writable_formats():
        files.clear()
        app.selectbox(key="save_format").set_value(form)
        name = f"graph{FORMATS[form].endings[0]}"
        until(app, lambda name=name: name in files)  # type: ignore[misc]
        assert read_graph(content(files, name)) == graph


@pytest.mark.usefixtures("files")
def test_a_graph_that_no_file_can_hold_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app = run_app()
    before = state_of(app)
    do(app, lambda: session.change(replace(before.work, graph=clear(before.graph)), "clear"), monkeypatch)
    with_open(app, "save_open")
    for form in writable_formats():
        app.selectbox(key="save_format").set_value(form)
        with_open(app, "save_open")
        until(app, lambda: bool(app.error))
        (error,) = app.error
        assert "expected at least one node, found none; add a node." in error.value.replace("\\", "")


def test_all_of_the_work_comes_back_by_its_file(files: Files) -> None:
    app = run_app()
    app.number_input(key="seed").set_value(7).run()
    app.number_input(key="num_heads").set_value(2).run()
    with_open(app, "save_open")
    before = state_of(app)
    other = opening(run_app(), "work.gatviz", content(files, SESSION))
    assert "A session: " in told(other)
    assert "2 steps" in told(other)
    checked(other.button(key="open_session").click().run())
    now = state_of(other)
    assert (now.graph, now.settings) == (before.graph, before.settings)
    assert [step.what for step in now.history.past] == [step.what for step in before.history.past]
    assert now.identity != before.identity


def test_the_link_holds_the_same_work_and_what_is_too_long_is_told(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = with_open(run_app(), "save_open")
    assert any(one.value.endswith(kept.to_link(state_of(app))) for one in app.code)
    monkeypatch.setattr(keeping, "MAX_LINK", 10)
    with_open(app, "save_open")
    assert not any(one.value.endswith(kept.to_link(state_of(app))) for one in app.code)
    assert any("at most 10 characters" in one.value for one in app.caption)
    assert files


def test_a_captured_run_says_what_it_holds(tmp_path: Path) -> None:
    alpha = np.full((2, 1), 1.0)
    run = gatviz.from_attention(np.array([[0, 1], [1, 0]]), alpha)
    run.save(tmp_path / "run.gatviz")
    app = opening(run_app(), "run.gatviz", (tmp_path / "run.gatviz").read_bytes())
    assert "A captured run: " in told(app)
    assert "Calls: " in told(app)


@pytest.mark.parametrize("recorded", [False, True], ids=["trained", "recorded"])
def test_a_training_is_replayed(recorded: bool, tmp_path: Path) -> None:
    path = tmp_path / "mine.gatviz"
    if recorded:
        with gatviz.watch(paper_model(karate()), karate(), path, labelled=[0, 33]) as watched:
            for _epoch in range(3):
                watched.step()
    else:
        fit(karate(), paper_model(karate()), labelled=[0, 33], epochs=3).save(path)
    app = opening(run_app(), "mine.gatviz", path.read_bytes())
    assert "A training: mine.gatviz" in told(app)
    assert "34 nodes" in told(app)
    assert "3 epochs" in told(app)
    assert ("A script recorded it" in told(app)) == recorded
    checked(app.button(key="open_training").click().run())
    player = app.session_state["gatviz_player"]
    assert (player.take.training.trained, player.playhead) == (3, 0)
    assert app.session_state[key_in(app, "workspace")] == "train"
    assert [one.key for one in app.button if one.key == "change_training"] == ([] if recorded else ["change_training"])


@pytest.mark.parametrize("kind", ["session", "training"])
def test_a_broken_file_is_refused_in_a_sentence_and_nothing_changes(kind: str, files: Files, tmp_path: Path) -> None:
    fit(karate(), paper_model(karate()), labelled=[0, 33], epochs=1).save(tmp_path / "t.gatviz")
    with_open(run_app(), "save_open")
    whole = content(files, SESSION) if kind == "session" else (tmp_path / "t.gatviz").read_bytes()
    app = run_app()
    before = state_of(app).graph
    opening(app, "broken.gatviz", whole[: 2 * len(whole) // 3])
    assert len(app.error) == 1
    assert "broken.gatviz" in app.error[0].value.replace("\\", "")
    assert all(disabled(app, key) for key in ("open_session", "open_training") if key in [b.key for b in app.button])
    checked(app.button(key="open_cancel").click().run())
    assert state_of(app).graph == before


@pytest.mark.parametrize("layout", ["gatviz", "tutorial", "pyg"])
@pytest.mark.parametrize("form", ["torch", "safetensors"])
def test_saved_weights_are_those_of_the_screen(layout: str, form: str, files: Files) -> None:
    app = with_open(run_app(), "save_weights_open")
    app.selectbox(key="save_weights_layout").set_value(layout)
    with_open(app, "save_weights_open")
    app.selectbox(key="save_weights_form").set_value(form)
    with_open(app, "save_weights_open")
    now = state_of(app)
    (name,) = (name for name in files if name.endswith(".pt" if form == "torch" else ".safetensors"))
    model = present_model(now.graph, now.settings, None)
    loaded = load_weights(content(files, name), layout=None, self_loops=model.self_loops)
    for trace in zip(model.trace(now.graph).layers, loaded.trace(now.graph).layers, strict=True):
        np.testing.assert_allclose(trace[0].alpha, trace[1].alpha, atol=1e-6)


def test_weights_that_a_layout_has_no_names_for_are_refused(files: Files) -> None:
    app = run_app()
    kinds = app.selectbox(key=key_in(app, "kind"))
    checked(kinds.set_value("GATv2").run())
    with_open(app, "save_weights_open")
    app.selectbox(key="save_weights_layout").set_value("tutorial")
    files.clear()
    with_open(app, "save_weights_open")
    assert not [name for name in files if name.startswith("weights")]
    assert len(app.error) == 1
