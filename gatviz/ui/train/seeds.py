"""`SeedTrainings`: the same training from other seeds, in the background, to see whether another seed would say so."""

from __future__ import annotations

from dataclasses import replace

from gatviz.analysis.over_epochs import SeedTold, heads_at, seed_told
from gatviz.model.gat import GAT
from gatviz.training.beside import redrawn
from gatviz.training.kept_epochs import MAX_BYTES
from gatviz.training.task import Task
from gatviz.training.training import Training
from gatviz.ui.train.setup import Setup
from gatviz.ui.train.worker import Worker

SEEDS = 10


class SeedTrainings:
    """Trainings of one task from ten seeds, which draw weights and dropout; each is told and let go when it ends.

    Arguments:
        model: with its dropouts; its weights are drawn anew for each seed.
        layer: the attention layer whose heads are told.
    """

    def __init__(self, model: GAT, task: Task, setup: Setup, layer: int, session_id: str) -> None:
        self.model, self.task, self.setup, self.layer = model, task, setup, layer
        self.told: tuple[SeedTold, ...] = ()
        self._now: Training | None = None
        self.worker = Worker(self.work, session_id)

    @property
    def done(self) -> bool:
        """Whether all seeds are told."""
        return len(self.told) >= SEEDS

    def work(self) -> bool:
        """Train one epoch of the seed that is due; whether there is more to do."""
        if self.done:
            return False
        if self._now is None:
            seed = self.setup.schedule.seed + 1 + len(self.told)
            schedule = replace(self.setup.schedule, seed=seed)
            self._now = Training(redrawn(self.model, seed), self.task, schedule, max_bytes=MAX_BYTES // 8)
        if not self._now.advance():
            self.told = (*self.told, self._tell(self._now))
            self._now = None
        return not self.done

    def _tell(self, training: Training) -> SeedTold:
        kept = training.kept()
        heads = [heads_at(alphas[self.layer], edges.edge_index, edges.ptr) for _epoch, alphas, edges in kept]
        part = "others" if len(self.task.others) else "labelled"
        right = [row[f"right_{part}"] for row in training.rows]
        _epoch, last, edges = kept[-1]
        epochs = [epoch for epoch, _alphas, _edges in kept]
        return seed_told(training.schedule.seed, epochs, heads, right, last[self.layer], edges.ptr)
