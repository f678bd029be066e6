"""The model's card: every choice reaches the model, is told in the folded line, and comes back by undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gatviz.attention.activations import ACTIVATIONS
from gatviz.ui.session.run_cache import present_model
from gatviz.ui.session.settings import ALWAYS, Settings
from tests.stage.arrived import scene
from tests.ui.walk import APP, state_of


def run_app() -> AppTest:
    return checked(AppTest.from_file(APP, default_timeout=60).run())


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app


def recipe_of(app: AppTest) -> str:
    now = state_of(app)
    return str(present_model(now.graph, now.settings, None).recipe)


def stages_of(app: AppTest) -> list[str]:
    return [stage["plain"] for stage in scene(app)["stages"]]


def set_(kind: str, key: str, value: object) -> Callable[[AppTest], Any]:
    return lambda app: getattr(app, kind)(key=key).set_value(value)


CHOICES: dict[str, tuple[Callable[[AppTest], Any], object, str]] = {
    "kind": (set_("selectbox", "kind", "GATv2"), "GATv2", ""),
    "num_layers": (set_("number_input", "num_layers", 2), 2, "2 layers"),
    "num_heads": (set_("number_input", "num_heads", 2), 2, ""),
    "head_features": (set_("number_input", "head_features", 5), 5, ""),
    "concat": (set_("button_group", "concat", False), False, "averaged"),
    "bias": (set_("checkbox", "bias", True), True, "bias"),
    "residual": (set_("checkbox", "residual", True), True, "residual"),
    "negative_slope": (set_("slider", "negative_slope", 0.5), 0.5, "slope 0.50"),
    "attention": (set_("button_group", "attention", "equal"), "equal", ""),
    "readout": (set_("checkbox", "readout", True), True, "linear readout"),
    "dropout": (set_("slider", "dropout", 0.5), 0.5, "dropout 0.50"),
    "feature_dropout": (set_("slider", "feature_dropout", 0.25), 0.25, "dropout on features 0.25"),
    "self_loops": (set_("selectbox", "self_loops", "remove"), "remove", "self-loops: remove"),
    "seed": (set_("number_input", "seed", 3), 3, ""),
    "activations": (set_("selectbox", "activation_0", "gelu"), ("gelu", "elu", "elu", "elu"), "σ gelu"),
}
ELSEWHERE = {"share_weights", "output_features", "last_activation", "jumping", "edge_features", "loop_features"}
ELSEWHERE |= {"filled_loops", "device", "opened", "classes"}
"""Asked only where they matter, or not by the machine that runs the tests."""


def test_every_setting_is_asked() -> None:
    assert set(CHOICES) | ELSEWHERE == {field.name for field in fields(Settings)}
    assert set(ALWAYS) <= set(CHOICES) | ELSEWHERE


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_reaches_the_model_and_the_folded_line(name: str) -> None:
    choose, value, told = CHOICES[name]
    app = run_app()
    before = scene(app)
    choose(app)
    checked(app.run())
    assert getattr(state_of(app).settings, name) == value
    assert told in app.sidebar.expander[0].label
    after = scene(app)
    same = ("weightings", "stages")
    assert name in ("bias", "self_loops") or [before[key] for key in same] != [after[key] for key in same]


@pytest.mark.parametrize("word", [*ACTIVATIONS, "none"])
def test_each_layer_has_an_activation_of_its_own(word: str) -> None:
    app = run_app()
    app.number_input(key="num_layers").set_value(3).run()
    app.selectbox(key="activation_1").set_value(word).run()
    checked(app.selectbox(key="last_activation").set_value("tanh").run())
    bent = [layer.activation for layer in state_of(app).settings.layers]
    assert bent == ["elu", None if word == "none" else word, "tanh"]


def test_a_readout_is_one_click_and_as_wide_as_there_are_labels() -> None:
    app = run_app()
    app.selectbox(key="graph_choice").set_value("karate_club").run()
    checked(app.checkbox(key="readout").set_value(True).run())
    assert recipe_of(app) == "layers.0 > elu > readout"
    classes = len(state_of(app).graph.class_names)
    assert stages_of(app)[-3:] == ["readout.weight", "readout.bias", "readout"]
    assert scene(app)["stages"][-1]["columns"] == [f"c{k}" for k in range(classes)]
    app.number_input(key="num_layers").set_value(2).run()
    checked(app.selectbox(key="jumping").set_value("cat").run())
    assert recipe_of(app) == "layers.0 > elu > layers.1 > elu > jk(cat) > readout"
    assert "jk(cat)" in app.sidebar.expander[0].label
    assert "layer 1" in stages_of(app)


def test_equal_shares_are_told_plainly() -> None:
    app = run_app()
    checked(app.button_group(key="attention").set_value("equal").run())
    assert any("equal shares" in block.proto.body for block in app.sidebar.get("html"))
    assert {round(value, 6) for weighting in scene(app)["weightings"][:4] for value in weighting["range"]} == {0.333333}


def test_a_graph_can_be_drawn_from_nothing() -> None:
    app = run_app()
    checked(app.button(key="draw_new").click().run())
    assert state_of(app).graph.num_nodes == 0
    assert state_of(app).own
