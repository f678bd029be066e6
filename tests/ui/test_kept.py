"""The session as a file and as a link: whatever a person did comes back, and a hostile file is one sentence."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import GatvizError, Graph, sample_graph
from gatviz.files.container import pack, unpack_any
from gatviz.graph.positions import default_positions
from gatviz.model.around import AROUND, Activation, JumpingKnowledge, Linear
from gatviz.model.gat import GAT
from gatviz.model.kept_steps import step_content, step_of
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.norms import BatchNorm
from gatviz.model.plan import Sum
from gatviz.ui.session import run_cache, session
from gatviz.ui.session.kept import FORM, from_file, from_link, to_file, to_link
from gatviz.ui.session.kept_model import settings_content, settings_of
from gatviz.ui.session.session import Locked, Session
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.steps import open_model
from gatviz.ui.session.work import Work
from tests.files.fuzz import check_sentence, mutated, repacked
from tests.ui.test_steps import CHANGES, OTHERS, new_session

KEPT = Path(__file__).parent / "session-1.gatviz"
"""A session as version 1 wrote it."""


def lived(names: list[str]) -> Session:
    """A session in which these changes were made, the last one undone."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        new_session(monkeypatch)
        for name in names:
            CHANGES[name]()
        session.undo()
        return session.current()


def check_same(one: Work, other: Work) -> None:
    assert one.graph == other.graph
    assert one.graph.notes == other.graph.notes
    assert one.settings == replace(other.settings, device=one.settings.device)
    for name in ("origin", "own", "opened", "view", "drawing"):
        assert getattr(one, name) == getattr(other, name), name
    weights = [work.present_weights for work in (one, other)]
    assert [w and w.fingerprint for w in weights] == [weights[1] and weights[1].fingerprint] * 2
    for pin, as_it_was in zip(one.pins, other.pins, strict=True):
        assert (pin.slot, pin.layer) == (as_it_was.slot, as_it_was.layer)
        check_same(pin.work, as_it_was.work)


@settings(max_examples=50, deadline=None)
@given(names=st.lists(st.sampled_from(sorted({*CHANGES} - {"setting device"})), max_size=12))
def test_whatever_was_done_comes_back(names: list[str]) -> None:
    now = replace(lived(names), weighting="head-1", panel="weights", view={"workspace": "compare"}, stable=True)
    now = replace(now, locked=Locked(0, None, "head-1") if now.graph.num_nodes else None)
    data = to_file(now)
    again = from_file(data, "kept.gatviz")
    assert to_file(again) == data
    check_same(again.work, now.work)
    for steps, were in ((again.history.past, now.history.past), (again.history.future, now.history.future)):
        assert [step.what for step in steps] == [step.what for step in were]
        for step, was in zip(steps, were, strict=True):
            check_same(step.work, was.work)
    for name in ("identity", "edits_taken", "weighting", "panel", "view", "openings", "stable"):
        assert getattr(again, name) == getattr(now, name), name
    linked = from_link(to_link(now), "the link")
    check_same(linked.work, now.work)
    assert linked.history.undo_name == ""
    assert linked.identity != now.identity


@pytest.mark.parametrize("field", [field.name for field in fields(Settings) if field.name != "opened"])
def test_every_setting_comes_back(field: str) -> None:
    before = replace(Settings(), **{field: OTHERS[field]})
    again = settings_of(json.loads(json.dumps(settings_content(before))), "kept.gatviz")
    assert again == (replace(before, device="cpu") if field == "device" else before)


def test_an_old_file_has_the_usual_value_of_a_setting_that_came_later() -> None:
    told = settings_content(replace(Settings(), seed=3))
    del told["bias"]
    assert settings_of({**told, "of a newer version": 1}, "kept.gatviz") == replace(Settings(), seed=3)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"num_heads": 10**9}, {"num_layers": 0}, {"seed": -1}, {"kind": "GCN"}, {"bias": "yes"}),
        *({"activations": ["elu"]}, {"self_loops": "perhaps"}, {"negative_slope": 1e300}, {"loop_features": "median"}),
        {"head_features": None},
    ],
)
def test_a_setting_that_no_control_has_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(GatvizError) as told:
        settings_of({**settings_content(Settings()), **wrong}, "kept.gatviz")
    check_sentence(str(told.value))


def test_every_kind_of_step_comes_back() -> None:
    steps = [
        ("conv", LayerSettings(kind="GATv2", out_features=2, share_weights=True, activation=None)),
        Sum((("lin", Linear(4)), Activation("leaky_relu", 0.3)), skip=("res", Linear(4, bias=False))),
        ("bn", BatchNorm()),
        JumpingKnowledge("max"),
    ]
    plain = {"Activation": ("elu",), "JumpingKnowledge": ("cat",), "Readout": ("mean",), "Linear": (3,)}
    steps += [kind(*plain.get(name, ())) for name, kind in AROUND.items()]
    again = [step_of(json.loads(json.dumps(step_content(step))), "kept.gatviz", 0) for step in steps]
    assert again == steps


def test_an_opened_model_of_many_steps_comes_back_and_runs_alike() -> None:
    steps = [("lin", Linear(5)), ("bn", BatchNorm()), Sum((("conv", LayerSettings(out_features=5, num_heads=1)),))]
    with pytest.MonkeyPatch.context() as monkeypatch:
        new_session(monkeypatch)
        open_model("many.pt", GAT.of_steps(2, steps).eval())
        now = session.current()
    again = from_file(to_file(now), "kept.gatviz")
    assert again.work.opened == now.work.opened
    one, other = (run_cache.run(w.graph, w.settings, w.present_weights) for w in (now.work, again.work))
    np.testing.assert_array_equal(one.whole.out, other.whole.out)


def test_the_history_is_kept_as_far_as_it_is_small() -> None:
    graph = sample_graph("karate_club")
    large = Graph(tuple(map(str, range(2000))), np.random.default_rng(0).random((2000, 50)), np.zeros((2, 0), int))
    now = Session(Work(graph.with_positions(default_positions(graph)), "karate_club"))
    for k in range(60):
        x = np.full_like(large.x, k) + large.x
        work = replace(now.work, graph=replace(large, x=x).with_positions(np.zeros((2000, 2))))
        now = replace(now, work=work, history=now.history.after(now.work, f"step {k}"))
    again = from_file(to_file(now), "kept.gatviz")
    assert again.work.graph == now.work.graph
    assert 1 <= len(again.history.past) < 10
    assert again.history.undo_name == "step 59"
    small = Session(Work(graph.with_positions(default_positions(graph)), "karate_club"))
    for k in range(150):
        moved = small.graph.with_positions(small.positions + k)
        small = replace(
            small, work=replace(small.work, graph=moved), history=small.history.after(small.work, f"step {k}")
        )
    assert len(from_file(to_file(small), "kept.gatviz").history.past) == 150
    assert len(to_file(small)) < 300_000


def test_a_file_of_version_1_opens_as_it_was_saved() -> None:
    again = from_file(KEPT.read_bytes(), KEPT.name)
    assert again.graph.names == ("0", "1", "2", "3", "new")
    assert again.settings == replace(Settings(), num_heads=2, seed=9)
    assert again.history.undo_name == "seed 175 → 9"
    assert again.history.redo_name == "delete node new"
    assert again.locked == Locked(0, 1, "head-1")
    assert again.work.weights is not None
    assert again.work.weights.weights.layers[0]["W"][0, 0, 0] == 1.5
    assert [pin.slot for pin in again.work.pins] == ["A"]
    assert again.view == {"workspace": "explore"}


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update(work=None),
        lambda c: c["work"].update(graph=7),
        lambda c: c["work"].update(positions="nowhere"),
        lambda c: c["work"]["pins"].append({"slot": "C", "work": c["work"], "layer": 0}),
        lambda c: c["work"]["pins"].append({"slot": "A", "work": {**c["work"]}, "layer": 0}),
        lambda c: c["work"]["weights"]["layers"].clear(),
        lambda c: c["work"]["weights"]["layers"][0].update(W="x"),
        lambda c: c["work"]["settings"].update(num_heads=10**6),
        lambda c: c["graphs"][0].update(names=["a"]),
        lambda c: c["graphs"][0].update(names=[1, 2, 3, 4]),
        lambda c: c["graphs"][0].update(edge_attributes=[["w", [1]]]),
        lambda c: c["work"].update(
            opened={
                "name": "huge.pt",
                "steps": [{"name": "conv", "step": {"kind": "LayerSettings", "layer": {"out_features": 10**12}}}],
                "self_loops": "remove",
                "opening": 1,
                "loop_features": "mean",
                "filled_loops": "added",
            }
        ),
    ],
)
def test_values_that_cannot_be_are_one_sentence(change: Callable[..., Any]) -> None:
    found = unpack_any(to_file(lived(["weight", "pin", "node", "node"])), "kept.gatviz")
    content = found.content
    change(content)
    try:
        again = from_file(pack(FORM, content, found.arrays), "kept.gatviz")
        run_cache.run(again.graph, again.settings, again.work.present_weights)
    except GatvizError as error:
        check_sentence(str(error))
    else:
        pytest.fail("it was taken")


@pytest.mark.parametrize("node", [-1, 5, 10**30])
def test_a_lock_on_a_node_that_is_not_there_is_let_go(node: int) -> None:
    found = unpack_any(to_file(lived(["node", "node"])), "kept.gatviz")
    found.content["locked"] = {"target": node, "source": 0, "weighting": "head-0"}
    assert from_file(pack(FORM, found.content, found.arrays), "kept.gatviz").locked is None


def test_mutated_files_give_a_session_or_a_sentence() -> None:
    rng = random.Random(3)
    good = to_file(lived(["weight", "pin", "node", "open", "seed"]))
    seen = set()
    for _attempt in range(600):
        data = repacked(good, rng) if rng.random() < 0.8 else mutated(good, rng)
        try:
            from_file(data, "kept.gatviz")
        except GatvizError as error:
            check_sentence(str(error))
            seen.add(False)
        else:
            seen.add(True)
    assert seen == {True, False}
