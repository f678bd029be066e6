"""What cannot be run is taken back: the screen, the controls and the history stay those of the last good state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.weights import Weights, with_values
from gatviz.ui.session import from_browser, run_cache, session
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.steps import open_model, take_graph
from gatviz.ui.session.work import HeldWeights
from tests.stage.arrived import scene
from tests.ui.drawn import message
from tests.ui.walk import do, key_in, run_app, state_of


def huge() -> Weights:
    weights = run_cache.drawn_weights(Settings(), 2)
    for name in ("W", "a_target"):
        weights = with_values(weights, 0, name, np.full_like(weights.layers[0][name], 1e30))
    return weights


def set_features() -> None:
    now = session.current()
    take_graph(replace(now.graph, x=now.graph.x * 3e38), "make all huge")


def set_weights() -> None:
    for name, place in (("W", [0, 0]), ("a_source", [0])):
        entry = {"kind": "set_weight", "layer": 0, "name": name, "head": 0, "place": place, "value": 1e30}
        from_browser.take_edits(message(session.current(), entry))


def open_huge() -> None:
    layer = LayerSettings(out_features=3, num_heads=4, bias=False)
    model = GAT(2, [layer], self_loops="add_missing")
    model.set_weights(huge())
    open_model("huge.pt", model)


@pytest.mark.parametrize("step", [set_features, set_weights, open_huge])
def test_a_step_that_overflows_is_taken_back(step: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    app = run_app()
    rename = {"kind": "rename", "name": "0", "to": "zero"}
    do(app, lambda: from_browser.take_edits(message(session.current(), rename)), monkeypatch)
    before, work, history = scene(app), state_of(app).work, state_of(app).history
    do(app, step, monkeypatch)
    assert len(app.error) == 1
    assert "layer 0, GAT" in app.error[0].value.replace("\\", "")
    assert "taken back" in app.error[0].value
    assert (state_of(app).work, state_of(app).history) == (work, history)
    assert {**scene(app), "editsTaken": 0} == {**before, "editsTaken": 0}
    do(app, session.undo, monkeypatch)
    assert scene(app)["names"][0] == "0"
    assert not app.error


def test_a_control_that_makes_the_run_overflow_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    app = run_app()
    weights = run_cache.drawn_weights(Settings(), 2)
    for name, size in (("W", 1.0), ("a_target", 0.0), ("a_source", 0.0)):
        weights = with_values(weights, 0, name, np.full_like(weights.layers[0][name], size))

    def step() -> None:
        now = session.current()
        take_graph(replace(now.graph, x=np.full((4, 2), 1.2e38)), "large features")
        held = HeldWeights(weights, session.current().settings, by_hand=True)
        session.change(replace(session.current().work, weights=held), "ones")

    do(app, step, monkeypatch)
    assert not app.error
    before = scene(app)
    app.slider(key="dropout").set_value(0.9).run()
    assert not app.exception
    assert len(app.error) == 1
    assert "h_prime" in app.error[0].value.replace("\\", "")
    assert app.slider(key=key_in(app, "dropout")).value == 0
    assert scene(app) == before
    app.slider(key="negative_slope").set_value(0.5).run()
    assert not app.error
