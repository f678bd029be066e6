"""`Player`: one session's training and its playhead. The screen's thread asks and moves it; a worker trains ahead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from gatviz.analysis.embedding import Embedded
from gatviz.analysis.over_epochs import HeadsAt, heads_at
from gatviz.analysis.subject import called
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.beside import beside
from gatviz.training.kept_epochs import MAX_BYTES
from gatviz.training.recorded import Recorded
from gatviz.training.task import Task
from gatviz.training.training import Training
from gatviz.ui.train.seeds import SeedTrainings
from gatviz.ui.train.setup import Setup
from gatviz.ui.train.worker import Worker
from gatviz.words import _

AHEAD = 100
"""So many epochs at most are trained beyond the playhead."""
_TICKS = 80
"""In so many steps the playhead goes from the first epoch to the last."""
PACE, LOOKING = 0.14, 0.2
"""Seconds from one picture to the next while something moves; more where looking took more than this share of them."""
_MAX_UNDONE = 5


@dataclass(frozen=True)
class Source:
    """What a training was made of: digests of graph and model."""

    graph: str
    model: str


@dataclass(frozen=True, eq=False)
class Take:
    """A training as it is now: itself, what is trained beside it, what it was made of."""

    training: Training
    beside: Mapping[str, Training]
    source: Source


class Growing(Protocol):
    """Where more of a recorded run comes from while its script is at work."""

    def newer(self, before: Recorded) -> Recorded | None:
        """What is recorded by now; None where that is no more."""


class Player:
    """The training of one session."""

    def __init__(self, session_id: str) -> None:
        self.worker = Worker(self.work, session_id)
        self.setup = Setup()
        self.take: Take | None = None
        self.before: tuple[tuple[Take, int, Setup], ...] = ()
        self.playhead, self.playing, self.wanted = 0, False, 0
        self.notice = ""
        self.opened: tuple[int, int] | None = None
        self.seeds: SeedTrainings | None = None
        self.live: Growing | None = None
        self.picture_seconds = 0.0
        self._lock = threading.RLock()
        self._heads: dict[tuple[int, int], tuple[Any, HeadsAt]] = {}
        self._embedded: Embedded | None = None

    # ---- what the screen asks ----------------------------------------------------------------------------

    def load(self, graph: Graph, model: GAT, setup: Setup, source: Source) -> None:
        """Put a training at its epoch 0 under the playhead; the one before is gone.

        Raises:
            GatvizError: the task cannot be set, or the model does not fit it.
        """
        task, made = setup.task(graph), setup.model(model)
        training = Training(made, task, setup.schedule)
        rest = MAX_BYTES // 8
        others: dict[str, Training] = {}
        for kind in setup.beside:
            if kind not in made_of(made):
                other = beside(kind, made, task.num_classes, setup.schedule.seed)
                others[kind] = Training(other, task, setup.schedule, max_bytes=rest)
        self.put(training, setup, source, others)

    def put(
        self, training: Training, setup: Setup, source: Source, others: Mapping[str, Training] | None = None
    ) -> None:
        """Put a training that is there already at its epoch 0 under the playhead; the one before is gone."""
        self.halt()
        with self._lock:
            self.setup, self.take, self.before = setup, Take(training, others or {}, source), ()
            self.playhead = self.wanted = 0
            self.notice, self.live = "", None
            self._heads = {}
        self._drop_seeds()

    def forget(self) -> None:
        """There is no training any more: the next look at the screen begins one."""
        self.halt()
        with self._lock:
            self.take, self.before, self.playhead, self.notice, self.live = None, (), 0, "", None
        self._drop_seeds()

    def play(self) -> None:
        """Move on, and train ahead."""
        if self.take is not None:
            if self.playhead >= self.last:
                self.playhead = 0
            self.playing = True
            self._ask_for(self.playhead + AHEAD)

    def halt(self) -> None:
        """Stop where the playhead is."""
        self.playing = False
        self.worker.stop()

    def step(self) -> None:
        """One epoch further, trained here and now if it is not there."""
        self.halt()
        take = self.take
        if take is None:
            return
        with self._lock:
            if self.playhead >= take.training.trained:
                for training in (take.training, *take.beside.values()):
                    training.advance()
            self.playhead = min(self.playhead + 1, take.training.trained)

    def tick(self) -> None:
        """The playhead moves on as far as there are epochs."""
        take = self.take
        if take is None or not self.playing:
            return
        forward = max(1, round(self.setup.schedule.epochs / _TICKS * self.pace / PACE))
        self.playhead = min(self.playhead + forward, take.training.trained)
        if self.playhead >= self.last:
            self.halt()
        else:
            self._ask_for(self.playhead + AHEAD)

    def catch_up(self) -> None:
        """Have what a script has recorded since; a playhead at the end stays there."""
        take = self.take
        if self.live is None or take is None or not isinstance(take.training, Recorded):
            return
        found = self.live.newer(take.training)
        if found is None:
            return
        with self._lock:
            if self.playhead >= take.training.trained:
                self.playhead = found.trained
            self.playhead = min(self.playhead, found.trained)
            self.setup = replace(self.setup, schedule=found.schedule)
            self.take = replace(take, training=found)
            if not found.running:
                self.live = None

    def seek(self, epoch: int) -> None:
        """Put the playhead at a trained epoch."""
        if self.take is not None:
            self.playhead = max(0, min(epoch, self.take.training.trained))

    def reset(self) -> None:
        """Back to epoch 0 of the same seed; what is trained stays there to be played."""
        self.halt()
        self.playhead = 0

    def edit(
        self,
        change: Callable[[Training, int], Training],
        source: Source,
        notice: str,
        labelled: Sequence[str] | None = None,
    ) -> None:
        """Let an edit act at the playhead: what is trained beyond it is dropped, undoably.

        Arguments:
            labelled: names of the nodes whose labels are told from now on, where the edit is about these.

        Raises:
            GatvizError: the edited graph or model cannot be trained.
        """
        playing = self.playing
        self.halt()
        take = self.take
        assert take is not None
        with self._lock:
            at = self.playhead
            training = change(take.training, at)
            task = training.task_at(training.trained)
            others = {kind: other.changed(min(at, other.trained), task=task) for kind, other in take.beside.items()}
            self.before = (*self.before[1 - _MAX_UNDONE :], (take, at, self.setup))
            self.take = Take(training, others, source)
            self.notice = notice
            if labelled is not None:
                self.setup = self.setup.with_labelled(labelled)
        self._drop_seeds()
        if playing:
            self.play()

    def paint(self, node: int) -> None:
        """Tell a node's label from the playhead on, or tell it no longer.

        Raises:
            GatvizError: a node without a label, or the last one that was told.
        """
        assert self.take is not None
        task = self.take.training.task_at(self.playhead)
        names = task.graph.names
        if not 0 <= node < len(names):
            return
        before = set(task.labelled.tolist())
        told = sorted(before ^ {node})
        painted = Task.of(task.graph, np.array(told, dtype=np.int64))
        template = (
            _("From epoch {epoch} on, the label of {node} is told no longer: later epochs were dropped.")
            if node in before
            else _("From epoch {epoch} on, the label of {node} is told: later epochs were dropped.")
        )
        notice = template.format(epoch=self.playhead, node=called(names[node]))
        labelled = [names[n] for n in told]
        self.edit(lambda training, at: training.changed(at, task=painted), self.take.source, notice, labelled)

    def train_seeds(self, layer: int) -> None:
        """Begin to train other seeds, go on with them, or stop."""
        take = self.take
        if take is None:
            return
        if self.seeds is not None and self.seeds.worker.is_busy:
            self.seeds.worker.stop()
            return
        if self.seeds is None or self.seeds.layer != layer:
            task, model = take.training.task_at(self.playhead), take.training.epoch(0)
            self.seeds = SeedTrainings(model, task, self.setup, layer, self.worker.session_id)
        self.seeds.worker.start()

    def _drop_seeds(self) -> None:
        if self.seeds is not None:
            self.seeds.worker.stop()
        self.seeds = None

    @property
    def undoes_itself(self) -> bool:
        """Whether the last edit was one of the training alone, and none of the screen."""
        return bool(self.before) and self.take is not None and self.before[-1][0].source == self.take.source

    def undo(self) -> None:
        """Take the last edit back, and have again what was trained before it."""
        self.halt()
        with self._lock:
            if self.before:
                *rest, (self.take, self.playhead, self.setup) = self.before
                self.before, self.notice = tuple(rest), ""

    def redone(self, source: Source) -> bool:
        """Go back to the training that was made of this, if it was the one before the last edit."""
        if self.before and self.before[-1][0].source == source:
            self.undo()
            return True
        return False

    def opened_at(self, epoch: int, opening: int, source: Source) -> None:
        """The screen shows the model of one of its epochs, as the so-manieth model that was opened."""
        assert self.take is not None
        self.opened = (opening, epoch)
        self.take = replace(self.take, source=source)

    # ---- what there is -----------------------------------------------------------------------------------

    @property
    def pace(self) -> float:
        """Seconds from one picture to the next, so that all but a share of them is left to training."""
        return max(PACE, self.picture_seconds / LOOKING)

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was trained yet."""
        return self.take is None or (self.take.training.trained == 0 and not self.before)

    @property
    def last(self) -> int:
        """The last epoch that there will be."""
        assert self.take is not None
        training = self.take.training
        return training.trained if training.ended else self.setup.schedule.epochs

    def heads(self, layer: int) -> tuple[list[int], list[HeadsAt]]:
        """The epochs that are kept, and what the heads of a layer did at each; of the last stretch of equal heads."""
        assert self.take is not None
        kept = self.take.training.kept()
        width = kept[-1][1][layer].shape[1]
        epochs, found = [], []
        for epoch, alphas, edges in kept:
            alpha = alphas[layer]
            if alpha.shape[1] != width:
                continue
            known = self._heads.get((epoch, layer))
            if known is None or known[0] is not alpha:
                known = (alpha, heads_at(alpha, edges.edge_index, edges.ptr))
                self._heads[epoch, layer] = known
            epochs.append(epoch)
            found.append(known[1])
        return epochs, found

    def embedded(self, step: int) -> Embedded:
        """What a step of the model makes of the nodes, epoch by epoch."""
        assert self.take is not None
        known = self._embedded
        if known is None or known.training is not self.take.training or known.step != step:
            known = self._embedded = Embedded(self.take.training, step)
        return known

    def locked(self, layer: int, head: int, target: int, source: int) -> tuple[Any, Any]:
        """α of one arrow at the kept epochs, and its even share; NaN where it is not there."""
        assert self.take is not None
        alphas, evens = [], []
        width = self.take.training.kept()[-1][1][layer].shape[1]
        for _epoch, layers, edges in self.take.training.kept():
            if layers[layer].shape[1] != width:
                continue
            first, end = edges.ptr[min(target, len(edges.ptr) - 2)], edges.ptr[min(target + 1, len(edges.ptr) - 1)]
            found = first + np.flatnonzero(edges.edge_index[0, first:end] == source)
            alphas.append(float(layers[layer][found[0], head]) if len(found) else np.nan)
            evens.append(1 / (end - first) if len(found) else np.nan)
        return np.array(alphas), np.array(evens)

    # ---- the worker's thread -----------------------------------------------------------------------------

    def _ask_for(self, epoch: int) -> None:
        self.wanted = epoch
        self.worker.start()

    def work(self) -> bool:
        """Train what is behind most by one epoch; whether there is more to do."""
        with self._lock:
            take = self.take
            if take is None:
                return False
            due = [
                training
                for training in (take.training, *take.beside.values())
                if not training.ended and training.trained < self.wanted
            ]
            if due:
                min(due, key=lambda training: training.trained).advance()
            return bool(due)


def made_of(model: GAT) -> set[str]:
    """What a model is already, so that it need not be trained beside itself."""
    layers = model.settings
    kinds: set[str] = {layers[0].kind} if len({layer.kind for layer in layers}) == 1 else set()
    return kinds | ({"equal"} if all(layer.attention == "equal" for layer in layers) else set())
