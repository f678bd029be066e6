"""Everything that a person changes is a step: undone it is gone, redone it is back, whatever came between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gatviz import GAT, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.graph import editing
from gatviz.model.weights import with_values
from gatviz.ui.session import from_browser, pins, session, steps
from gatviz.ui.session.model import all_weights
from gatviz.ui.session.setting_words import told_change
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.steps import close_model, open_model, show_graph, take_graph, take_settings, take_weights
from gatviz.ui.session.work import Pin
from tests.ui.drawn import message
from tests.ui.walk import APP, do, key_in, state_of

OTHERS: dict[str, Any] = {
    "kind": "GATv2",
    "classes": ("a", "b"),
    "num_layers": 2,
    "num_heads": 2,
    "head_features": 5,
    "output_features": 4,
    "concat": False,
    "bias": True,
    "residual": True,
    "share_weights": True,
    "negative_slope": 0.5,
    "attention": "equal",
    "activations": ("relu", "elu", "elu", "elu"),
    "last_activation": "elu",
    "readout": True,
    "jumping": "cat",
    "edge_features": 1,
    "loop_features": "max",
    "filled_loops": "all",
    "dropout": 0.5,
    "feature_dropout": 0.25,
    "self_loops": "remove",
    "seed": 3,
    "device": "cuda",
}
"""Another value for every setting."""


def new_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "st", SimpleNamespace(session_state={}))


def edited(**edit: Any) -> None:
    from_browser.take_edits(message(session.current(), edit))


def set_weight(value: float) -> None:
    weights = all_weights(session.current())
    name = next(name for name in ("W", "W_target") if name in weights.layers[0])
    values = np.array(weights.layers[0][name])
    values.flat[0] = value
    take_weights(with_values(weights, 0, name, values), f"edit {name}")


def open_one() -> None:
    now = session.current()
    open_model("one.pt", GAT(now.graph.num_features, Settings(num_heads=2).layers, generator=new_generator(5)))


def add_column() -> None:
    graph = session.current().graph
    take_graph(editing.add_feature(graph, f"new {graph.num_features}"), "new column")


def pin() -> None:
    now = session.current()
    pins.pin(Pin(pins.free_slot() or "A", replace(now.work, pins=()), 0))


def take_setting(name: str, value: object) -> None:
    changed: dict[str, Any] = {name: value}
    take_settings(replace(session.current().settings, **changed))


CHANGES: dict[str, Callable[[], None]] = {
    **{f"setting {name}": partial(take_setting, name, value) for name, value in OTHERS.items()},
    "seed": lambda: take_settings(replace(session.current().settings, seed=session.current().settings.seed + 1)),
    "weight": lambda: set_weight(1.5),
    "another weight": lambda: set_weight(-2.0),
    "node": lambda: edited(kind="add_node", name=f"n{session.current().graph.num_nodes}", at=[0, 1]),
    "clear": lambda: edited(kind="clear"),
    "layout": lambda: edited(kind="layout", layout="grid"),
    "column": add_column,
    "star": lambda: show_graph(sample_graph("star"), "star", own=False),
    "tutorial": lambda: show_graph(sample_graph("tutorial"), "tutorial", own=False),
    "open": open_one,
    "close": lambda: close_model() if session.current().work.opened else None,
    "pin": pin,
    "unpin": lambda: pins.unpin("A"),
    "back": lambda: pins.put_back("A") if pins.pinned() else None,
}


def test_there_is_another_value_for_every_setting() -> None:
    """So that a setting that is added is a step too, with a name of its own."""
    assert set(OTHERS) == {field.name for field in fields(Settings)} - {"opened"}
    for name, value in OTHERS.items():
        told = told_change(Settings(), replace(Settings(), **{name: value}))
        assert "→" in told, name


@settings(max_examples=60, deadline=None)
@given(names=st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=14))
def test_undo_all_the_way_gives_the_first_value_back_and_redo_the_last(names: list[str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        new_session(monkeypatch)
        works, told = [session.current().work], []
        for name in names:
            before = session.current()
            CHANGES[name]()
            now = session.current()
            if now.work != before.work:
                assert len(now.history.past) == len(before.history.past) + 1, f"{name} is no step"
                works.append(now.work)
                told.append(now.history.undo_name)
        assert all(told), told
        for step, work in zip(reversed(told), reversed(works[:-1]), strict=True):
            assert session.current().history.undo_name == step
            session.undo()
            assert session.current().work == work
        assert session.current().history.undo_name == ""
        for step, work in zip(told, works[1:], strict=True):
            assert session.current().history.redo_name == step
            session.redo()
            assert session.current().work == work


# ---- the sidebar ------------------------------------------------------------------------------------------------


def test_a_weight_that_another_seed_put_aside_comes_back_by_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    do(app, lambda: set_weight(1.5), monkeypatch)
    by_hand = state_of(app).work
    app.number_input(key="seed").set_value(3).run()
    assert state_of(app).work.present_weights is None
    assert state_of(app).history.undo_name == "seed 175 → 3"
    do(app, session.undo, monkeypatch)
    assert state_of(app).work == by_hand
    assert state_of(app).work.present_weights is not None
    assert app.number_input(key=key_in(app, "seed")).value == 175
    do(app, session.redo, monkeypatch)
    assert app.number_input(key=key_in(app, "seed")).value == 3


def test_controls_of_before_come_back_with_the_model_that_they_stood_for(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.number_input(key="num_heads").set_value(2).run()
    app.slider(key="negative_slope").set_value(0.5).run()
    before = state_of(app).work
    do(app, open_one, monkeypatch)
    do(app, close_model, monkeypatch)
    assert state_of(app).settings == before.settings
    assert app.number_input(key="num_heads").value == 2
    do(app, session.undo, monkeypatch)
    do(app, session.undo, monkeypatch)
    assert state_of(app).work == before
    assert (app.number_input(key="num_heads").value, app.slider(key="negative_slope").value) == (2, 0.5)


def test_what_follows_from_another_graph_is_no_step_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.number_input(key="num_layers").set_value(2).run()
    before = state_of(app).work
    do(app, lambda: show_graph(sample_graph("karate_club"), "karate_club", own=False), monkeypatch)
    assert state_of(app).settings.output_features == 2  # karate_club has two classes
    assert state_of(app).history.undo_name == "open karate_club"
    do(app, session.undo, monkeypatch)
    assert state_of(app).work == before


# ---- sliders ---------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from(["negative_slope", "dropout", "seed"]), st.integers(0, 3), st.floats(0.1, 4)),
        min_size=1,
        max_size=8,
    )
)
def test_a_drag_of_a_slider_is_one_step(moves: list[tuple[str, int, float]]) -> None:
    """Values of one slider that follow each other at once are undone together, all others one by one."""
    with pytest.MonkeyPatch.context() as patch:
        new_session(patch)
        clock = [0.0]
        patch.setattr(steps, "monotonic", lambda: clock[0])
        stops = [session.current().settings]  # where an undo must lead, from the last one back
        last: tuple[str, float] | None = None
        for name, value, pause in moves:
            clock[0] += pause
            values: dict[str, Any] = {name: value if name == "seed" else value / 4}
            changed = replace(session.current().settings, **values)
            if changed == session.current().settings:
                continue
            goes_on = name != "seed" and last is not None and last[0] == name and clock[0] - last[1] < 2
            take_settings(changed)
            if goes_on:
                stops.pop()
            last = None  # back where it began: nothing is left of the step that could go on
            if changed != stops[-1]:
                stops.append(changed)
                last = (name, clock[0])
        assert session.current().settings == stops[-1]
        for stop in reversed(stops[:-1]):
            session.undo()
            assert session.current().settings == stop
        assert not session.current().history.past
