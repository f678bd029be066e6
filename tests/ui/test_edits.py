"""What the browser sends: taken once and in order, checked like a file, undone and redone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gatviz import sample_graph
from gatviz.graph import editing
from gatviz.model.weights import Weights
from gatviz.ui.session import from_browser, session
from gatviz.ui.session.history import MAX_STEPS
from gatviz.ui.session.model import present_weights
from gatviz.ui.session.run_cache import drawn_weights
from gatviz.ui.session.steps import show_graph, take_graph
from tests.ui.drawn import message


@pytest.fixture(autouse=True)
def own_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "st", SimpleNamespace(session_state={}))


def send(*kinds: dict[str, Any], first: int | None = None) -> session.Session:
    from_browser.take_edits(message(session.current(), *kinds, first=first))
    return session.current()


NODE = {"kind": "add_node", "name": "4", "at": [0.5, 0.5]}
EDGE = {"kind": "add_edges", "edges": [["4", "0"]], "both": False}


def test_edits_are_taken_in_order() -> None:
    now = send(NODE, EDGE, {"kind": "rename", "name": "4", "to": "new"})
    assert now.graph.names == ("0", "1", "2", "3", "new")
    assert now.graph.edge_index[:, -1].tolist() == [4, 0]
    assert now.own
    assert now.history.undo_name == "rename node 4 to new"


def test_a_sentence_about_a_sample_goes_with_the_first_edit_of_its_graph() -> None:
    described = session.current().graph.description
    assert described
    assert send({"kind": "move", "names": ["0"], "points": [[9, 9]]}).graph.description == described
    assert send(NODE).graph.description == ""
    assert send({"kind": "undo"}).graph.description == described


def test_what_is_sent_again_is_taken_once() -> None:
    send(NODE)
    now = send(NODE, {"kind": "duplicate", "names": ["4"]}, first=1)
    assert now.graph.names == ("0", "1", "2", "3", "4", "4 (2)")


def test_undo_all_and_redo_all() -> None:
    start = session.current().work
    done = send(NODE, EDGE, {"kind": "move", "names": ["0"], "points": [[9, 9]]}, {"kind": "clear"}).work
    now = send(*[{"kind": "undo"}] * 4)
    assert now.work == start
    assert now.history.undo_name == ""
    assert send({"kind": "undo"}).work == start
    now = send(*[{"kind": "redo"}] * 4)
    assert now.work == done
    assert send({"kind": "redo"}).work == done


def test_a_step_after_an_undo_ends_the_redo() -> None:
    send(NODE, {"kind": "undo"}, {"kind": "clear"})
    assert session.current().history.redo_name == ""


def test_an_edit_that_changes_nothing_is_no_step() -> None:
    now = send(
        {"kind": "add_edges", "edges": [["0", "1"]]}, {"kind": "remove"}, {"kind": "rename", "name": "0", "to": "0"}
    )
    assert now.history.undo_name == ""
    assert not now.own


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "explode"},
        {"kind": ["add_node"]},
        {"kind": "add_node"},
        {"kind": "add_node", "name": 7, "at": [0, 0]},
        {"kind": "add_node", "name": "0", "at": [0, 0]},
        {"kind": "add_node", "name": "x", "at": [None, 0]},
        {"kind": "add_node", "name": "x", "at": {"a": 1}},
        {"kind": "add_node", "name": "x" * 10_000, "at": [0, 0]},
        {"kind": "add_edges", "edges": [["0"]]},
        {"kind": "add_edges", "edges": [["0", "nobody"]]},
        {"kind": "add_edges", "edges": "0 1"},
        {"kind": "remove", "names": "0"},
        {"kind": "remove", "names": ["nobody"]},
        {"kind": "rename", "name": "0", "to": ""},
        {"kind": "rename", "name": "0", "to": "a\u0000b"},
        {"kind": "move", "names": ["0"], "points": [["x", 1]]},
        {"kind": "move", "names": ["0"], "points": [[1e400, 1]]},
        {"kind": "move", "names": ["0", "1"], "points": [[1, 1]]},
        {"kind": "layout", "layout": "sideways"},
        {"kind": "layout", "layout": ["grid"]},
        {"kind": "set_node", "name": "0", "features": {"f0": "1"}},
        {"kind": "set_node", "name": "0", "features": {"f0": float("nan")}},
        {"kind": "set_node", "name": "0", "features": [1]},
        {"kind": "set_node", "name": "0", "label": 5},
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_changes_nothing(edit: dict[str, Any]) -> None:
    before = session.current().work
    now = send(edit)
    assert now.work == before
    assert now.refused
    assert "expected" in now.refused
    assert now.edits_taken == 1
    assert send(NODE).refused == ""


@pytest.mark.parametrize(
    "sent",
    [None, 5, "x", [], {}, {"edits": 5}, {"edits": [5, None, {"number": "1"}, {"number": 10**400}, {"number": True}]}],
)
def test_messages_that_are_no_edits_are_ignored(sent: object) -> None:
    before = session.current()
    from_browser.take_edits(sent)
    assert session.current().work == before.work


def test_an_edit_of_another_session_is_left_alone() -> None:
    before = session.current()
    for other in ({"session": "another"}, {"session": ""}, {"session": None}):
        from_browser.take_edits(message(before, NODE, **other))
        assert session.current() == before


def test_an_edit_of_the_graph_of_before_is_told_and_not_taken() -> None:
    late = message(session.current(), NODE, {"kind": "clear"}, {"kind": "undo"})
    show_graph(sample_graph("star"), "star", own=False)
    star = session.current().work
    from_browser.take_edits(late)
    now = session.current()
    assert now.work == star
    assert now.edits_taken == 3
    assert "expected an edit of the graph on the screen" in now.refused
    assert send(NODE).graph.num_nodes == star.graph.num_nodes + 1


def test_a_graph_that_comes_back_by_undo_takes_its_edits_again() -> None:
    first = message(session.current(), NODE)
    show_graph(sample_graph("star"), "star", own=False)
    send({"kind": "undo"})
    first["edits"][0]["number"] = 2
    from_browser.take_edits(first)
    assert session.current().graph.names[-1] == "4"


def test_the_locked_arrow_follows_its_nodes() -> None:
    session.update(locked=session.Locked(3, 2, "head-0"))
    assert send({"kind": "remove", "names": ["0"]}).locked == session.Locked(2, 1, "head-0")
    assert send({"kind": "rename", "name": "2", "to": "two"}).locked == session.Locked(2, 1, "head-0")
    assert send({"kind": "remove", "names": ["two"]}).locked is None


def weights_of(now: session.Session) -> Weights:
    weights = present_weights(now)
    assert weights is not None
    return weights


def test_weights_follow_the_feature_columns_and_undo_brings_them_back() -> None:
    now = session.current()
    fresh = drawn_weights(now.settings, 2).layers[0]
    take_graph(editing.add_feature(now.graph, "age"), "new column age")
    wider = weights_of(session.current())
    np.testing.assert_array_equal(wider.layers[0]["W"][..., :2], fresh["W"])
    np.testing.assert_array_equal(wider.layers[0]["a_source"], fresh["a_source"])
    take_graph(editing.remove_feature(session.current().graph, "f0"), "delete column f0")
    narrower = weights_of(session.current())
    np.testing.assert_array_equal(narrower.layers[0]["W"], wider.layers[0]["W"][..., 1:])
    session.undo()
    session.undo()
    assert present_weights(session.current()) is None


def test_nodes_and_arrows_leave_the_weights_alone() -> None:
    send(NODE, EDGE)
    assert present_weights(session.current()) is None


def entry(
    name: str = "W", place: object = None, value: object = 2.5, head: object = 1, layer: object = 0
) -> dict[str, Any]:
    place = [0, 1] if place is None else place
    return {"kind": "set_weight", "layer": layer, "name": name, "head": head, "place": place, "value": value}


def test_one_entry_of_the_weights_is_set_and_undone() -> None:
    fresh = drawn_weights(session.current().settings, 2).layers[0]
    now = send(entry(), entry("a_source", [2], -1))
    weights = weights_of(now).layers[0]
    assert (weights["W"][1, 0, 1], weights["a_source"][1, 2]) == (2.5, -1)
    changed = weights["W"] != fresh["W"]
    assert changed.sum() == 1
    assert now.history.undo_name == "edit a_source of head 1"
    session.undo()
    session.undo()
    assert present_weights(session.current()) is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (entry(layer=1), "an entry that the model has"),
        (entry(layer=True), "an entry that the model has"),
        (entry("X"), "an entry that the model has"),
        (entry(head=4), "an entry that the model has"),
        (entry(head=-1), "an entry that the model has"),
        (entry(place=[0]), "an entry that the model has"),
        (entry(place=[0, 2]), "an entry that the model has"),
        (entry(place="00"), "an entry that the model has"),
        (entry(value="7"), "edit, value: expected a number, found '7'"),
        (entry(value=float("nan")), "W of head 1, entry [0, 1]: expected a finite number"),
        (entry(value=1e300), "found 1e+300"),
        (entry(value=10**400), "found 1000000"),
    ],
)
def test_an_entry_that_cannot_be_set_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    now = send(wrong)
    assert sentence in now.refused
    assert present_weights(now) is None
    assert now.history.undo_name == ""


def test_another_graph_is_a_step_too() -> None:
    before = session.current().work
    show_graph(sample_graph("star"), "star", own=False)
    assert session.current().work.view != before.view
    assert session.current().history.undo_name == "open star"
    session.undo()
    assert session.current().work == before


def test_the_history_is_bounded() -> None:
    for k in range(MAX_STEPS + 20):
        send({"kind": "move", "names": ["0"], "points": [[k, k]]})
    assert len(session.current().history.past) == MAX_STEPS


def test_a_drag_is_one_step_of_undo_whatever_values_it_passes() -> None:
    """A feature and a weight; another drag of the same number is another step."""
    before = session.current().graph
    for value in (0.1, 0.2, 0.3):
        now = send({"kind": "set_node", "name": "0", "features": {"f0": value}, "drag": "1 f0"})
    dragged = now.graph
    assert dragged.x[0, 0] == 0.3
    assert len(now.history.past) == 1
    for value in (0.4, 0.5):
        now = send({"kind": "set_node", "name": "0", "features": {"f0": value}, "drag": "2 f0"})
    assert len(now.history.past) == 2
    for value in (0.5, 0.6):
        now = send({**entry(value=value), "drag": "3 W"})
    assert len(now.history.past) == 3
    session.undo()
    assert session.current().work.weights is None
    session.undo()
    assert session.current().graph == dragged
    session.undo()
    assert session.current().graph == before
    assert not session.current().history.past


def test_an_edit_between_two_parts_of_a_drag_keeps_its_step() -> None:
    send({"kind": "set_node", "name": "0", "features": {"f0": 0.1}, "drag": "1 f0"})
    send(NODE)
    now = send({"kind": "set_node", "name": "0", "features": {"f0": 0.2}, "drag": "1 f0"})
    assert len(now.history.past) == 3
