"""The player without a page: it trains ahead and no further, stops soon, takes turns, and mixes nobody's numbers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from gatviz import GatvizError, fit
from gatviz.training.recorded import Recorded
from gatviz.training.schedule import Schedule
from gatviz.training.stepper import Snapshot
from gatviz.training.task import Task
from gatviz.ui.train.player import AHEAD, Player, Source
from gatviz.ui.train.setup import Setup
from gatviz.ui.train.worker import Turns, Worker
from tests.training.cases import karate, paper_model

SOURCE = Source("graph", "model")


def loaded(seed: int = 0, epochs: int = 300) -> Player:
    player = Player("")
    setup = Setup(labelled=("0", "33"), schedule=Schedule(epochs, seed=seed), dropout=0.6)
    player.load(karate(), paper_model(karate()), setup, SOURCE)
    return player


def until(check: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.01)


def trained(player: Player) -> int:
    assert player.take is not None
    return player.take.training.trained


def test_it_trains_ahead_as_far_as_its_buffer_and_what_is_beside_it_as_far() -> None:
    player = loaded()
    player.play()
    until(lambda: not player.worker.is_busy)
    assert player.take is not None
    assert trained(player) == AHEAD
    assert {one.trained for one in player.take.beside.values()} == {AHEAD}
    assert set(player.take.beside) == {"equal"}
    player.tick()
    assert 0 < player.playhead < 10
    until(lambda: trained(player) == AHEAD + player.playhead)
    player.halt()


def test_stop_ends_the_thread_within_a_second_and_play_goes_on() -> None:
    player = loaded(epochs=5_000)
    player.play()
    until(lambda: trained(player) > 3)
    player.halt()
    assert player.worker.wait(1)
    there = trained(player)
    time.sleep(0.1)
    assert trained(player) == there
    player.play()
    until(lambda: trained(player) > there)
    player.halt()
    assert player.worker.wait(1)


def test_two_sessions_at_once_get_the_numbers_that_each_gets_alone() -> None:
    players = [loaded(seed, epochs=40) for seed in (1, 2)]
    for player in players:
        player.play()
    for player in players:
        until(lambda player=player: trained(player) == 40)  # type: ignore[misc]
    for seed, player in zip((1, 2), players, strict=True):
        assert player.take is not None
        alone = fit(karate(), player.take.training.epoch(0), labelled=[0, 33], epochs=40, seed=seed)
        assert repr(alone.rows) == repr(player.take.training.rows)  # NaN equals itself there


def test_a_step_trains_one_epoch_and_a_seek_stays_within_what_is_there() -> None:
    player = loaded()
    player.step()
    player.step()
    assert (player.playhead, trained(player)) == (2, 2)
    player.seek(99)
    assert player.playhead == 2
    player.reset()
    player.step()
    assert (player.playhead, trained(player)) == (1, 2)


def test_a_painted_label_drops_what_was_later_and_undo_has_it_again() -> None:
    player = loaded(epochs=12)
    player.play()
    until(lambda: trained(player) == 12)
    player.halt()
    player.seek(5)
    assert player.take is not None
    before = player.take.training
    player.paint(8)
    assert player.take.training.trained == 5
    assert player.take.training.task_at(5).labelled.tolist() == [0, 8, 33]
    assert player.setup.labelled == ("0", "8", "33")
    assert "node 8 is told" in player.notice
    assert player.undoes_itself
    player.undo()
    assert player.take.training is before
    assert player.playhead == 5
    assert list(player.setup.labelled or ()) == ["0", "33"]
    player.paint(0)
    with pytest.raises(GatvizError, match="labelled"):
        player.paint(33)


def test_heads_and_a_locked_arrow_are_told_of_every_kept_epoch() -> None:
    player = loaded(epochs=6)
    for _ in range(6):
        player.step()
    epochs, heads = player.heads(0)
    assert epochs == list(range(7))
    assert player.heads(0)[1][3] is heads[3]
    alpha, even = player.locked(0, 2, 6, 0)
    assert player.take is not None
    moment = player.take.training.at(4)
    k = int(np.flatnonzero((moment.edges.edge_index == [[0], [6]]).all(0))[0])
    assert alpha[4] == moment.alpha[0][k, 2]
    assert even[4] == pytest.approx(1 / 5)
    assert np.isnan(player.locked(0, 2, 6, 33)[0]).all()


def test_a_picture_that_takes_long_is_asked_for_less_often_and_the_playhead_moves_as_fast() -> None:
    player, places = loaded(epochs=160), []
    player.load(karate(), paper_model(karate()), player.setup, SOURCE)
    while player.take is not None and player.take.training.advance():
        pass
    for seconds in (0.0, 0.01, 0.5, 2.0):
        player.picture_seconds = seconds
        assert seconds <= 0.2 * player.pace
        player.playhead, player.playing = 0, True
        player.tick()
        places.append(player.playhead / player.pace)
    player.halt()
    assert places == pytest.approx([places[0]] * 4, rel=0.05)


class Written:
    """A script that is still at work: what it has recorded by now, at each look."""

    def __init__(self, *runs: Recorded) -> None:
        self.runs = list(runs)

    def newer(self, before: Recorded) -> Recorded | None:
        return self.runs.pop(0).going_on_from(before) if self.runs else None


def recorded(epochs: int, running: bool, seed: int = 0) -> Recorded:
    run = fit(karate(), paper_model(karate(), seed=seed), labelled=[0, 33], epochs=epochs)
    seen = {k: Snapshot(run.at(k).out, run.at(k).alpha) for k in range(epochs + 1)}
    return Recorded(run.task_at(0), run.rows, seen, run.at(0).edges, ("a", "b"), running=running)


def test_a_run_that_a_script_still_records_is_followed_until_it_ends() -> None:
    player, first = Player(""), recorded(2, True)
    player.put(first, Setup(schedule=first.schedule), SOURCE)
    player.playhead = 2
    player.live = Written(recorded(4, True), recorded(6, False))
    player.catch_up()
    assert player.take is not None
    assert (player.playhead, trained(player), player.last) == (4, 4, 4)
    assert player.take.training.at(1).alpha[0] is first.at(1).alpha[0]
    player.seek(1)
    player.catch_up()
    assert (player.playhead, trained(player)) == (1, 6)
    assert not player.live
    player.play()
    until(lambda: not player.worker.is_busy)
    assert trained(player) == 6


def test_a_script_that_began_anew_is_another_run() -> None:
    first, other = recorded(2, True), recorded(3, True, seed=1)
    assert other.going_on_from(first) is other


def test_turns_are_taken_in_the_order_in_which_they_were_asked_for() -> None:
    turns, order, ready = Turns(1), [], threading.Event()

    def take(number: int) -> None:
        with turns.turn():
            order.append(number)

    with turns.turn():
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            until(lambda number=number: len(turns._waiting) == number + 1)  # type: ignore[misc]
        ready.set()
        assert order == []
    for thread in threads:
        thread.join(10)
    assert order == list(range(8))


def test_a_worker_ends_when_its_page_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [True]
    monkeypatch.setattr("gatviz.ui.train.worker.is_there", lambda _session: there[0])
    worker = Worker(lambda: True, "page")
    worker.start()
    until(lambda: worker.is_busy)
    there[0] = False
    assert worker.wait(5)


def test_the_task_of_a_graph_without_the_chosen_nodes_is_its_own() -> None:
    setup = Setup(labelled=("nobody",))
    assert len(setup.task(karate()).labelled) == 34
    assert Task.of(karate(), [0]).labelled.tolist() == Setup(labelled=("0", "nobody")).task(karate()).labelled.tolist()
    assert len(Setup(per_class=3).task(karate()).labelled) == 6
