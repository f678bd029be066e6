"""The app opens what the command was given in each new session, or says in a sentence why not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import gatviz
from gatviz import GAT, LayerSettings
from gatviz.cli.start import Opening
from gatviz.ui.session.session import Session
from gatviz.ui.session.settings import Settings
from tests.training.cases import karate, paper_model
from tests.ui.walk import APP, checked

ROOT = Path(__file__).parents[2]
GRAPH = {"directed": True, "nodes": [{"id": n, "features": [1, 2]} for n in "AB"], "edges": [["A", "B"]]}


def opened(monkeypatch: pytest.MonkeyPatch, opening: Opening) -> AppTest:
    for name, value in opening.as_environment().items():
        monkeypatch.setenv(name, value)
    return checked(AppTest.from_file(APP, default_timeout=60).run())


def session_of(app: AppTest) -> Session:
    now: Session = app.session_state["gatviz_session"]
    return now


@pytest.fixture
def graph(tmp_path: Path) -> str:
    (tmp_path / "mine.json").write_text(json.dumps(GRAPH))
    return str(tmp_path / "mine.json")


def weights(folder: Path, features: int) -> str:
    path = folder / "w.pt"
    gatviz.save_weights(GAT(features, [LayerSettings(num_heads=5, out_features=3)]), path)
    return str(path)


def test_graph_and_weights_are_on_the_screen_and_nothing_is_there_to_undo(
    monkeypatch: pytest.MonkeyPatch, graph: str, tmp_path: Path
) -> None:
    now = session_of(opened(monkeypatch, Opening(graph, None, weights(tmp_path, 2))))
    assert now.graph.fingerprint == gatviz.read_graph(graph).fingerprint
    assert (now.origin, now.own, now.problem) == ("mine.json", True, "")
    assert now.work.opened is not None
    assert now.work.opened.name == "w.pt"
    assert [layer.num_heads for layer in now.settings.layers] == [5]
    assert not now.history.past


def test_a_session_is_on_the_screen_with_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    now = session_of(opened(monkeypatch, Opening(str(ROOT / "tests" / "ui" / "session-1.gatviz"))))
    assert now.history.past


def test_a_saved_training_is_under_the_player(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gatviz.fit(karate(), paper_model(karate()), labelled=[0, 33], epochs=4).save(tmp_path / "mine.gatviz")
    app = opened(monkeypatch, Opening(str(tmp_path / "mine.gatviz")))
    player = app.session_state["gatviz_player"]
    assert (app.session_state["workspace"], player.take.training.trained, player.playhead) == ("train", 4, 0)
    assert session_of(app).work.opened is not None
    assert player.setup.labelled == ("0", "33")
    checked(app.button(key="change_training").click().run())


def test_a_run_that_is_being_recorded_is_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "run.gatviz"
    with gatviz.watch(paper_model(karate()), karate(), path, labelled=[0, 33]) as w:
        w.step()
        app = opened(monkeypatch, Opening(str(path)))
        player = app.session_state["gatviz_player"]
        assert (player.take.training.trained, player.playhead) == (0, 0)
        w.step()
    player.catch_up()
    assert (player.take.training.trained, player.playhead, player.live) == (2, 2, None)
    assert not [button for button in app.button if button.key == "change_training"]


def test_what_came_by_standard_input_is_called_so(monkeypatch: pytest.MonkeyPatch, graph: str) -> None:
    assert session_of(opened(monkeypatch, Opening(graph, "standard input"))).origin == "standard input"


def test_weights_that_do_not_fit_leave_the_graph_and_say_why(
    monkeypatch: pytest.MonkeyPatch, graph: str, tmp_path: Path
) -> None:
    app = opened(monkeypatch, Opening(graph, None, weights(tmp_path, 7)))
    now = session_of(app)
    assert now.origin == "mine.json"
    assert now.work.opened is None
    assert "expected 7 features per node" in app.error[0].value


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b'{"nodes": 3}', b"PK\x03\x04broken", b"<b>no</b>"])
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "<i>bad.json"
    path.write_bytes(content)
    app = opened(monkeypatch, Opening(str(path)))
    assert session_of(app).origin == "tutorial"
    assert "expected" in app.error[0].value
    path.unlink()
    again = opened(monkeypatch, Opening(str(path)))
    assert "expected a file that can be read" in again.error[0].value


def test_it_is_opened_once_and_what_is_done_then_stays(monkeypatch: pytest.MonkeyPatch, graph: str) -> None:
    app = opened(monkeypatch, Opening(graph))
    Path(graph).unlink()
    now = session_of(app)
    app.session_state["gatviz_session"] = replace(now, work=replace(now.work, settings=Settings(seed=3)))
    checked(app.run())
    assert not app.error
    assert session_of(app).settings.seed == 3
