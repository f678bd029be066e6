"""The Train workspace without a browser: what is asked in its picture is done, and every picture is of its epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gatviz.graph import editing
from gatviz.model.weights import with_values
from gatviz.stage.training_protocol import TrainPaint, TrainScreen
from gatviz.training.experiments import EXPERIMENTS
from gatviz.ui.explain import seeds_job as explain_seeds
from gatviz.ui.session import session
from gatviz.ui.session.model import all_weights
from gatviz.ui.session.steps import take_graph, take_weights
from gatviz.ui.train import hearing, players
from gatviz.ui.train.player import Player
from gatviz.ui.train.seeds import SEEDS
from tests.stage.arrived import sent_to
from tests.ui.walk import checked, do, key_in, run_app, state_of

KARATE = "karate"


def in_train(card: str = "") -> AppTest:
    app = run_app()
    checked(app.segmented_control(key="workspace").set_value("train").run())
    return checked(app.button(key=f"experiment-{card}").click().run()) if card else app


def player_of(app: AppTest) -> Player:
    found: Player = app.session_state["gatviz_player"]
    return found


def workspace(app: AppTest) -> Any:
    return app.session_state[key_in(app, "workspace")]


class Asking:
    """The browser's part: what the person does in the picture, counted as it counts."""

    def __init__(self, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.monkeypatch, self.count = app, monkeypatch, 0

    def __call__(self, what: str, **rest: Any) -> TrainScreen:
        self.leave(what, **rest)
        return self.picture()

    def leave(self, what: str, **rest: Any) -> None:
        """The same, where another workspace is there afterwards."""
        self.count += 1
        self.do(lambda: hearing.hear({"count": self.count, "what": what, **rest}))

    def do(self, step: Callable[[], object]) -> None:
        do(self.app, lambda: (step(), None)[1], self.monkeypatch)

    def picture(self) -> TrainScreen:
        """The picture, held against the training: it is of the epoch under the playhead, on the graph of then."""
        screen, player = sent_to(self.app, "train", TrainScreen), player_of(self.app)
        assert player.take is not None
        training = player.take.training
        moment = training.at(screen.moment.epoch)
        layer, graph = screen.layer, moment.task.graph
        assert screen.moment.epoch == min(player.playhead, training.trained)
        alpha = np.frombuffer(screen.moment.alpha.f32, dtype="<f4")
        np.testing.assert_array_equal(alpha, moment.alpha[layer].astype("<f4").ravel())
        assert screen.names == list(graph.names)
        assert len(screen.positions) == len(screen.class_of) == graph.num_nodes
        assert screen.labelled == moment.task.labelled.tolist()
        assert (screen.heads, screen.layers) == (moment.alpha[layer].shape[1], len(moment.alpha))
        assert 0 <= screen.head < screen.heads
        assert screen.heard == self.count
        assert bool(screen.charts) == (screen.panel == "charts")
        return screen


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    asking = Asking(in_train(KARATE), monkeypatch)
    yield asking
    player = player_of(asking.app)
    player.halt()
    player._drop_seeds()
    assert player.worker.wait(10)


@pytest.mark.parametrize("features", [2, 3])
def test_a_readout_is_offered_wherever_the_output_is_not_a_column_for_each_class(features: int) -> None:
    """Also where a single head is as wide as there are classes, and the heads side by side are not."""
    app = run_app()
    app.selectbox(key="graph_choice").set_value("karate_club").run()
    app.number_input(key="head_features").set_value(features).run()
    checked(app.segmented_control(key="workspace").set_value("train").run())
    assert [one.value for one in app.info if "expected an output of 34 nodes and 2 classes" in one.value]
    (button,) = (one for one in app.button if one.label.startswith("Add a linear readout"))
    checked(button.click().run())
    assert not app.info


@pytest.mark.parametrize("card", EXPERIMENTS)
def test_every_card_brings_its_training_to_epoch_0_and_can_be_trained(
    card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Asking(in_train(card), monkeypatch)
    screen = ask.picture()
    assert screen.moment.epoch == screen.trained == 0
    assert screen.total == EXPERIMENTS[card].schedule.epochs
    assert screen.graph_title == EXPERIMENTS[card].title
    assert [step.what for step in state_of(ask.app).history.past] == [f"open {EXPERIMENTS[card].title}"]
    screen = ask("step")
    assert screen.moment.epoch == screen.trained == 1
    assert len(screen.charts) == 3


def test_whatever_is_asked_the_picture_is_of_the_epoch_under_the_playhead(ask: Asking) -> None:
    for epoch in (1, 2, 3):
        assert ask("step").moment.epoch == epoch
    assert ask("seek", epoch=1).moment.epoch == 1
    assert ask("seek", epoch=99).moment.epoch == 3
    assert ask("seek", epoch=-4).moment.epoch == 0
    assert ask("show", layer=1, head=5).head == 0  # this layer has fewer heads: the first is shown
    screen = ask("show", layer=0, head=5, measure="change", locked=[0, 33])
    assert (screen.head, screen.measure, screen.locked) == (5, "change", (0, 33))
    assert ask("show", locked=[0, 999]).locked is None
    source, target = player_of(ask.app).take.training.at(0).edges.edge_index[:, 40]  # type: ignore[union-attr]
    screen = ask("show", locked=[int(target), int(source)])
    assert screen.locked == (target, source)
    assert len(screen.charts) == 4
    for panel in ("embedding", "step", "charts"):
        for colour in ("label", "predicted"):
            screen = ask("show", panel=panel, colour=colour)
            assert (screen.panel, screen.colour) == (panel, colour)
            assert (screen.embedding is not None) == (panel == "embedding")
            assert (screen.slow is not None) == (panel == "step")
    assert ask("show", locked=[]).locked is None
    assert ask("reset").moment.epoch == 0


def test_what_was_asked_once_is_done_once(ask: Asking) -> None:
    ask("step")
    ask.count -= 1
    assert ask("step").trained == 1


def test_play_moves_on_until_it_is_stopped(ask: Asking) -> None:
    screen = ask("play")
    assert screen.playing
    assert screen.pace > 0
    while ask("tick").moment.epoch < 3:
        pass
    screen = ask("pause")
    assert not screen.playing
    assert player_of(ask.app).worker.wait(5)


def test_a_painted_label_acts_from_the_playhead_on_and_undo_has_all_again(ask: Asking) -> None:
    for _step in range(3):
        ask("step")
    ask("seek", epoch=2)
    screen = ask("paint", node=8)
    assert (screen.trained, screen.undo) == (2, True)
    assert "the label of node 8 is told" in screen.notice
    assert 8 in screen.labelled
    assert 8 not in ask("paint", node=8).labelled
    ask("undo")
    screen = ask("undo")
    assert (screen.trained, screen.undo) == (3, False)
    other = state_of(ask.app).graph.class_names[1]
    ask("seek", epoch=1)
    screen = ask("paint", node=0, label=other)  # another label: the graph is another
    assert "is labelled" in screen.notice
    assert state_of(ask.app).graph.labels is not None
    assert state_of(ask.app).graph.labels[0] == other  # type: ignore[index]
    screen = ask("undo")
    assert screen.trained == 3
    assert ask("paint", node=999) == msgspec.structs.replace(screen, heard=ask.count)


def test_a_refused_wish_is_a_sentence_beside_the_picture(ask: Asking) -> None:
    for node in ask.picture().labelled:
        screen = ask("paint", node=node)
    assert "expected" in screen.notice
    assert screen.labelled


@pytest.mark.parametrize("where", ["explore", "compare", "explain"])
def test_an_epoch_opens_elsewhere_with_epoch_0_pinned_and_the_training_goes_on_from_it(ask: Asking, where: str) -> None:
    for _step in range(2):
        ask("step")
    ask.leave("open", workspace=where, node=8 if where == "explain" else None)
    assert workspace(ask.app) == where
    now, player = state_of(ask.app), player_of(ask.app)
    assert player.take is not None
    assert now.work.opened is not None
    assert now.work.opened.name.endswith("epoch 2")
    assert [pin.work.opened.name.endswith("epoch 0") for pin in now.work.pins if pin.work.opened] == [True]
    for name, values in player.take.training.epoch(2).state_dict().items():
        np.testing.assert_array_equal(present(now).state_dict()[name], values)
    if where == "explain":
        assert ask.app.session_state[key_in(ask.app, "explain_node")] == 8
        assert explain_way(ask) is not None
    ask.app.segmented_control(key=key_in(ask.app, "workspace")).set_value("train").run()
    assert ask.picture().trained == 2


def present(now: session.Session) -> Any:
    from gatviz.ui.train.on_screen import shown_model

    return shown_model(now)


def explain_way(ask: Asking) -> explain_seeds.TrainedAs | None:
    """How Explain would train other seeds."""
    found: list[explain_seeds.TrainedAs | None] = []
    ask.do(lambda: found.append(explain_seeds.trained_as(session.current())))
    return found[0]


def test_an_edit_of_the_screen_acts_at_the_playhead(ask: Asking) -> None:
    for _step in range(3):
        ask("step")
    ask("seek", epoch=2)
    ask.do(lambda: take_graph(editing.add_node(session.current().graph, "new", (0.0, 0.0), seed=0), "new node"))
    screen = ask.picture()
    assert "edited at epoch 2" in screen.notice
    assert screen.names[-1] == "new"
    assert screen.trained == 2
    ask.do(session.undo)
    assert ask.picture().trained == 3


def test_weights_that_are_edited_at_an_opened_epoch_are_trained_on_from_there(ask: Asking) -> None:
    for _step in range(3):
        ask("step")
    ask("seek", epoch=1)
    ask.leave("open", workspace="explore")

    def edit() -> None:
        weights = all_weights(session.current())
        name = next(iter(weights.layers[0]))
        take_weights(with_values(weights, 0, name, weights.layers[0][name] + 1), "edit")

    ask.do(edit)
    ask.app.segmented_control(key=key_in(ask.app, "workspace")).set_value("train").run()
    screen = ask.picture()
    assert "Weights of epoch 1 were edited" in screen.notice
    assert screen.trained == 1


def test_other_settings_begin_anew(ask: Asking) -> None:
    ask("step")

    def dialog() -> None:
        from gatviz.ui.train import card

        card._dialog()

    open_dialog = AppTest.from_function(dialog, default_timeout=60)
    for key in ("gatviz_session", "gatviz_player"):
        open_dialog.session_state[key] = ask.app.session_state[key]
    checked(open_dialog.run())

    def of(kind: str, label: str) -> Any:
        return next(one for one in getattr(open_dialog, kind) if one.label == label)

    of("number_input", "Epochs").set_value(7).run()
    assert of("checkbox", "Stop when validation nodes get no better").disabled
    for way, labelled, per_class in (("each", None, 2), ("split", None, None), ("named", ("0", "33"), None)):
        of("button_group", "Labelled nodes").set_value(way).run()
        if way == "named":
            of("multiselect", "Nodes whose labels are told").set_value(["0", "33"]).run()
        checked(of("button", "Train so, from epoch 0").click().run())
        setup = player_of(open_dialog).setup
        assert (setup.labelled, setup.per_class, setup.schedule.epochs) == (labelled, per_class, 7)
        assert player_of(open_dialog).take is None
    assert setup.card == ""
    checked(ask.app.run())
    screen = ask.picture()
    assert (screen.total, screen.trained, screen.labelled) == (7, 0, [0, 33])
    checked(ask.app.button(key="paper-GAT, Cora and Citeseer").click().run())
    assert (ask.picture().total, player_of(ask.app).setup.schedule.patience) == (400, None)  # nothing to validate on


def test_seeds_are_trained_told_and_stopped(ask: Asking) -> None:
    player = player_of(ask.app)
    player.setup = replace(player.setup, schedule=replace(player.setup.schedule, epochs=5))
    ask("seeds")
    assert player.seeds is not None
    ask("seeds")  # stops
    assert player.seeds.worker.wait(5)
    while not player.seeds.done:
        player.seeds.work()
    screen = ask("show", locked=[2, 0])
    assert screen.seeds == f"{SEEDS} of {SEEDS} seeds trained"
    told = [chart for chart in screen.charts if chart.lines]
    assert told
    assert not ask("show", layer=1).seeds


def test_a_tab_that_was_loaded_anew_finds_its_training(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("hello", token="tab")
    ask("step")
    same = Asking(in_train(), monkeypatch)
    same.leave("hello", token="tab")
    assert player_of(same.app) is not player_of(ask.app)  # the same tab twice: the one that is there keeps it
    monkeypatch.setattr(players, "is_there", lambda _session_id: False)
    player_of(ask.app).worker.session_id = "of a page that is closed"
    again = Asking(in_train(), monkeypatch)
    screen = again("hello", token="tab")
    assert player_of(again.app) is player_of(ask.app)
    assert screen.trained == 1


def test_a_training_that_comes_back_puts_nothing_over_what_the_person_went_on_to(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+Z, and the page loaded anew: what was taken back stays so, and can be done again."""
    ask("hello", token="back")
    ask.leave("pause")
    ask.do(session.undo)
    left = state_of(ask.app)
    assert (left.graph.num_nodes, left.history.redo_name) == (4, "open Karate club, two labels")
    monkeypatch.setattr(players, "is_there", lambda _session_id: False)
    player_of(ask.app).worker.session_id = "of a page that is closed"
    again = Asking(in_train(), monkeypatch)
    again.do(lambda: session.put(left))
    again.leave("hello", token="back")
    assert (state_of(again.app).work, state_of(again.app).history) == (left.work, left.history)
    again.do(session.redo)
    assert state_of(again.app).graph.num_nodes == 34


def test_labels_are_painted_from_nothing_until_it_can_be_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    app = in_train()

    def paint(count: int, **what: Any) -> None:
        do(app, lambda: hearing.hear({"count": count, "what": "paint", **what}), monkeypatch)

    assert sent_to(app, "train", TrainPaint).brushes == ["A", "B"]
    assert "No node of this graph has a label" in app.info[0].value
    paint(1, node=0, label="A")
    assert sent_to(app, "train", TrainPaint).class_of == [0, -1, -1, -1]
    paint(2, node=2, label="other")
    (button,) = (one for one in app.button if one.label.startswith("Add a linear readout to 2 classes"))
    checked(button.click().run())
    screen = sent_to(app, "train", TrainScreen)
    assert screen.class_names == ["A", "other"]
    do(app, lambda: hearing.hear({"count": 3, "what": "undo"}), monkeypatch)
    do(app, lambda: hearing.hear({"count": 4, "what": "undo"}), monkeypatch)
    assert sent_to(app, "train", TrainPaint).class_of == [0, -1, -1, -1]


def test_messages_that_ask_for_nothing_are_ignored(ask: Asking) -> None:
    for sent in (None, 3, {}, {"count": 1}, {"count": 1, "what": "fly"}, {"count": "1", "what": "step"}):
        ask.do(lambda sent=sent: hearing.hear(sent))  # type: ignore[misc]
        assert ask.picture().trained == 0
