"""What is taken away is made of the run on show, and what cannot be is said."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gatviz import ReadOptions, read_graph
from gatviz.export.alpha import FORMATS
from gatviz.ui.making import Offer
from gatviz.ui.session import session
from gatviz.ui.session.run_cache import Run, run
from gatviz.ui.session.work import Pin
from gatviz.ui.take_away import take_away
from tests.reporting.test_report import report_in
from tests.ui.walk import APP, checked, with_open

MENU = "take_away"


def offered(monkeypatch: pytest.MonkeyPatch, now: session.Session, shown: Run) -> dict[str, bytes]:
    """Every download by its file's name; what is made aside first is made."""
    files: dict[str, bytes] = {}

    def download(_title: str, *, data: Any, file_name: str, **_more: Any) -> None:
        made = data()
        files[file_name] = made if isinstance(made, bytes) else made.encode()

    def make(offer: Offer, _title: str) -> None:
        files[offer.file_name] = offer.prepare()(lambda _done, _total: None)

    monkeypatch.setattr("streamlit.download_button", download)
    monkeypatch.setattr("gatviz.ui.take_away.offer_made", make)
    take_away(now, shown)
    return files


def test_what_is_on_show_is_offered_first() -> None:
    app = with_open(AppTest.from_file(APP, default_timeout=60).run(), MENU)
    locked = app.session_state["gatviz_session"].locked
    assert locked.weighting == "head-2"
    assert app.selectbox(key="take_head-2").value == "head-2"


def test_downloads_are_of_the_run_on_show(monkeypatch: pytest.MonkeyPatch) -> None:
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    now = app.session_state["gatviz_session"]
    shown = run(now.graph, now.settings)
    files = offered(monkeypatch, now, shown)
    assert set(files) == {"gatviz-report.html", "gatviz.html", "gatviz.npz", "alpha.py", "alpha_pyg.py"}
    told = report_in(files["gatviz-report.html"].decode())
    screen = told["layers"][0]["screen"]
    assert screen["lockedAtStart"] == {"kind": "edge", "target": now.locked.target, "source": now.locked.source}
    assert screen["weightingAtStart"] == now.locked.weighting
    assert ["seed", str(now.settings.seed)] in [value for chapter in told["chapters"] for value in chapter["values"]]
    assert screen["positions"] == np.round(now.positions, 5).tolist()
    (layer,) = shown.whole.layers
    with np.load(io.BytesIO(files["gatviz.npz"]), allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["l0_alpha"], layer.alpha)
    found: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(files["alpha.py"], "alpha.py", "exec"), found)
    np.testing.assert_allclose(found["alphas"][0][2].numpy(), layer.dense("alpha", 2), atol=1e-6)


@pytest.mark.parametrize("form", FORMATS)
def test_alpha_in_each_format_is_that_of_the_screen_with_the_change_since_the_baseline(form: str) -> None:
    """And with the explanation that was looked at last; the nodes stand where they stand on the screen."""
    app = checked(AppTest.from_file(APP, default_timeout=60).run())
    app.session_state["workspace"] = "explain"
    checked(app.run())
    for _attempt in range(50):
        if any(job.explanation().complete for job in app.session_state["explain_jobs"].values()):
            break
        time.sleep(0.2)
    app.session_state["workspace"] = "explore"
    now = checked(app.run()).session_state["gatviz_session"]
    was = replace(now.work, settings=replace(now.settings, seed=3))
    app.session_state["gatviz_session"] = replace(now, work=replace(now.work, pins=(Pin("A", was, 0),)))
    with_open(app, MENU).selectbox(key="take_alpha").set_value(form)
    with_open(app, MENU)
    (content,) = [made.content for made in app.session_state["made_files"].values()]
    (layer,) = run(now.graph, now.settings).whole.layers
    (before,) = run(now.graph, was.settings).whole.layers
    if form == "csv":
        table = pd.read_csv(io.BytesIO(content))
        np.testing.assert_allclose(table["alpha"], layer.alpha.T.ravel(), rtol=1e-6)
        np.testing.assert_allclose(table["delta_alpha"], (layer.alpha - before.alpha).T.ravel(), atol=1e-6)
        assert "explain_removal" in table
        return
    graph = read_graph(content, options=ReadOptions(format=form))
    assert graph.positions is not None
    np.testing.assert_allclose(graph.positions, now.positions)
    for head in range(layer.num_heads):
        told = [graph.edge_attributes[f"{name}alpha_l0_h{head}"] for name in ("", "delta_")]
        np.testing.assert_allclose(told, [layer.alpha[:, head], (layer.alpha - before.alpha)[:, head]], atol=1e-6)
    assert "explain_removal" in graph.edge_attributes


def test_a_report_is_made_aside_with_progress_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends where it is when nobody wants it any more, and what was made of another screen is not offered."""
    reached, go_on = threading.Event(), threading.Event()
    ends: list[str] = []

    def slow(*_given: Any, progress: Callable[[int, int], None], **_named: Any) -> str:
        try:
            progress(1, 4)
            reached.set()
            go_on.wait(20)
            progress(2, 4)
        except BaseException:
            ends.append("stopped")
            raise
        return "made"

    monkeypatch.setattr("gatviz.ui.take_away.report", slow)
    app = with_open(AppTest.from_file(APP, default_timeout=60).run(), MENU)
    button(app, "Report (HTML)").click()
    with_open(app, MENU)
    assert reached.wait(20)
    making = app.session_state["made_files"]["gatviz-report.html"]
    assert (making.done, making.total, making.finished) == (1, 4, False)
    button(app, "Stop").click()
    with_open(app, MENU)
    go_on.set()
    making._thread.join(20)
    assert (ends, making.finished) == (["stopped"], False)
    button(app, "Report (HTML)").click()
    with_open(app, MENU)
    made = app.session_state["made_files"]["gatviz-report.html"]
    made.wait(20)
    assert made.content == b"made"
    now = app.session_state["gatviz_session"]
    assert not [one for one in with_open(app, MENU).button if one.label in ("Report (HTML)", "Stop")]
    app.session_state["gatviz_session"] = replace(now, weighting="head-0")
    button(with_open(app, MENU), "Report (HTML)")


def button(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.button if one.label == label]
    return found
