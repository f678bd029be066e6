"""`Training`: the epochs of a model on a task, as far as they are trained; any of them is a model again.

N nodes, E edges, H heads, K classes.
"""

from __future__ import annotations

import os
import threading
import time
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray
from torch import nn

from gatviz.attention.edges import Edges
from gatviz.errors import GatvizError, quote
from gatviz.files.disk import read_file, write_file
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.trace import StepTrace
from gatviz.showing import ShowsItself
from gatviz.training.kept_epochs import MAX_BYTES, Kept, Reel
from gatviz.training.saving import Saved, SavedAct, read_training, write_training
from gatviz.training.schedule import Schedule
from gatviz.training.stepper import State, Stepper, columns_of, outcome
from gatviz.training.task import PARTS, Task
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

Ended = Literal["", "epochs", "patience", "stopped", "not_finite"]
"""Why training does not go on: all epochs are trained, nothing got better, somebody said so, or a number overflowed."""


@dataclass(frozen=True, eq=False)
class Read:
    """The E edges that a model reads, sorted by target.

    Attributes:
        edge_index: [2, E], row 0 = source. ptr: [N + 1]; the edges into i are those from ptr[i] to ptr[i + 1].
        added: [E] whether it is a self-loop that the graph does not have.
    """

    edge_index: NDArray[np.int64]
    ptr: NDArray[np.int64]
    added: NDArray[np.bool_]

    @classmethod
    def by(cls, model: Any, graph: Graph) -> Read:
        """Those that this model reads of a graph."""
        edges = Edges.from_graph(graph, model.self_loops)
        return cls(edges.edge_index.numpy(), edges.ptr.numpy(), edges.input_edge.numpy() < 0)


@dataclass(frozen=True, eq=False)
class Moment:
    """What the model makes of the graph at one epoch.

    Attributes:
        epoch: its number. task: what was being learnt then, on which graph.
        out: [N, K]. alpha: of each attention layer [E, H], in the order of `edges`.
        edges: the edges that were read, self-loops settled.
    """

    epoch: int
    task: Task
    out: NDArray[Any]
    alpha: tuple[NDArray[Any], ...]
    edges: Read


@dataclass(frozen=True, eq=False)
class _Act:
    """The epochs from one edit to the next: a task and a model that only training changes."""

    task: Task
    model: nn.Module
    reel: Reel

    @cached_property
    def edges(self) -> Read:
        """What its model reads of its graph."""
        return Read.by(self.model, self.task.graph)


class Training(ShowsItself):
    """A model in training, epoch by epoch. Epoch 0 is the model as it was given.

    `advance` trains one epoch more; all else looks at those that are there, and may be asked from another thread
    meanwhile. An edit gives another Training (`changed`), so that the one before it is still there to go back to.

    Arguments:
        model: a GAT, or any module that takes a Graph and a generator; it is copied.
        max_bytes: of memory for parameters and α; beyond it epochs are thinned out, and trained again when asked for.

    Raises:
        GatvizError: a model that does not fit the task, or patience without validation nodes.
    """

    def __init__(
        self, model: nn.Module, task: Task, schedule: Schedule | None = None, *, max_bytes: int = MAX_BYTES
    ) -> None:
        schedule = schedule or Schedule()
        if schedule.patience is not None and not len(task.val):
            mend = _("give the graph a split with 'val', or leave patience out")
            raise GatvizError("patience", _("validation nodes to watch"), _("none"), mend)
        self._stepper = Stepper(model, task, schedule)
        self._begin(schedule, [_Act(task, self._stepper.model, Reel(0, max_bytes))], [])

    def _begin(
        self, schedule: Schedule, acts: list[_Act], rows: list[dict[str, float]], step_loss: float = np.nan
    ) -> None:
        self.schedule = schedule
        self._rows, self._last_good = rows, self._stepper.state()
        self._viewers: dict[int, Stepper] = {}
        self._viewing = threading.RLock()
        self._best: State | None = None
        self._highest, self._lowest, self._since_better = -inf, inf, 0
        self.ended: Ended = ""
        self.seconds = 0.0
        task, reel = acts[-1].task, acts[-1].reel
        acts[-1] = _Act(task, deepcopy(self._stepper.model), reel)
        self._acts = acts
        try:
            self._take(step_loss)
        except FloatingPointError as error:
            expected, mend = _("a model whose output is finite"), _("make features or weights smaller")
            raise GatvizError(_("model"), expected, _("one that is not"), mend) from error
        if schedule.epochs <= self.trained:
            self.ended = "epochs"

    @property
    def trained(self) -> int:
        """The last epoch that is there."""
        return len(self._rows) - 1

    @property
    def nbytes(self) -> int:
        """What the kept epochs take of memory."""
        return sum(act.reel.nbytes for act in self._acts)

    @property
    def stride(self) -> int:
        """Every so many epochs one is kept: 1 until memory ends."""
        return self._acts[-1].reel.stride

    @property
    def edits(self) -> tuple[int, ...]:
        """The epochs at which something was edited."""
        return tuple(act.reel.start for act in self._acts[1:])

    def advance(self) -> bool:
        """Train one epoch more, unless training has ended; whether it did."""
        if self.ended:
            return False
        started = time.perf_counter()
        try:
            self._take(self._stepper.step())
        except FloatingPointError:
            self._stepper.restore(self._last_good)
            self.ended = "not_finite"
            return False
        self._judge(self._rows[-1])
        self.seconds += time.perf_counter() - started
        return True

    def stop(self) -> None:
        """Say that no more epochs are wanted."""
        self.ended = self.ended or "stopped"

    def _take(self, step_loss: float) -> None:
        """Look at the model as it is now, and keep what is to be kept."""
        stepper, act = self._stepper, self._acts[-1]
        wanted = act.reel.wants(stepper.epoch)
        look = stepper.look(alpha=wanted)
        self._last_good = stepper.state()
        if wanted:
            moments = act.reel.wants_moments(stepper.epoch)
            act.reel.add(stepper.epoch, Kept(self._last_good if moments else self._last_good.bare, look.alpha))
        self._rows.append({"epoch": stepper.epoch, "step_loss": step_loss, **outcome(act.task, look.out)})

    def _judge(self, row: dict[str, float]) -> None:
        """The GAT paper's patience: the best epoch is the last that was at least as good as all before in both."""
        schedule = self.schedule
        if schedule.patience is not None:
            better = row["right_val"] >= self._highest, row["loss_val"] <= self._lowest
            if all(better):
                self._best = self._last_good
            self._highest = max(self._highest, row["right_val"])
            self._lowest = min(self._lowest, row["loss_val"])
            self._since_better = 0 if any(better) else self._since_better + 1
            if self._since_better >= schedule.patience:
                self.ended = "patience"
        if row["epoch"] >= schedule.epochs:
            self.ended = self.ended or "epochs"

    # ---- looking back ------------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[dict[str, float], ...]:
        """What `history` is made of."""
        return tuple(self._rows)

    @property
    def history(self) -> pd.DataFrame:
        """A row for each epoch.

        Columns: epoch; step_loss, which the step to it went down from, with dropout; and without dropout, for each of
        "labelled", "val" and "others": loss_, right_ (how many nodes) and accuracy_; NaN where a part has no nodes.
        """

        import pandas as pd

        table = pd.DataFrame(list(self._rows))
        for part in PARTS:
            counts = self.counts(part)
            right = table[f"right_{part}"].to_numpy(dtype=np.float64)
            table[f"accuracy_{part}"] = np.divide(right, counts, out=np.full(len(counts), np.nan), where=counts > 0)
        return table

    def counts(self, part: str) -> NDArray[np.float64]:
        """How many nodes each epoch has in "labelled", "val" or "others": an edit may change that."""
        return np.array([len(self.task_at(int(row["epoch"])).nodes(part)) for row in self._rows], dtype=np.float64)

    def judged_since(self, part: str) -> int:
        """The first epoch from which on a part holds the nodes that it has in the end."""
        starts = (0, *self.edits)
        first, last = starts[-1], self.task_at(self.trained)
        for start in reversed(starts):
            task = self.task_at(start)
            if task.graph.names != last.graph.names or not np.array_equal(task.nodes(part), last.nodes(part)):
                break
            first = start
        return first

    @property
    def best(self) -> int:
        """The epoch whose model is `model`: the last, or with patience the best on the validation nodes."""
        return self.trained if self._best is None else self._best.epoch

    @property
    def model(self) -> Any:
        """A copy of the model of the epoch `best`, in evaluation mode."""
        return self.epoch(self.best)

    def epoch(self, number: int) -> Any:
        """A copy of the model as it was at an epoch, in evaluation mode; a GAT knows which column is which label.

        Raises:
            GatvizError: an epoch that is not trained.
        """
        with self._viewing:
            viewer = self._viewer(number)
            model = deepcopy(viewer.model).eval()
            if isinstance(model, GAT) and columns_of(model, viewer.task) is None:
                model.classes = viewer.task.graph.class_names
            return model

    def at_work(self, number: int) -> Stepper:
        """A stepper of its own at an epoch: what it does next is what training does from there; raises as `epoch`."""
        with self._viewing:
            viewer = self._viewer(number, whole=True)
            own = Stepper(viewer.model, viewer.task, self.schedule)
            own.restore(viewer.state())
            return own

    def outputs(self, number: int) -> tuple[StepTrace, ...]:
        """What each step of a GAT made of the graph at an epoch, in evaluation; raises as `epoch`."""
        with self._viewing:
            viewer = self._viewer(number)
            steps: tuple[StepTrace, ...] = viewer.model.eval().trace(viewer.task.graph).steps
            return steps

    def at(self, number: int) -> Moment:
        """What the model made of the graph at an epoch; raises as `epoch`."""
        with self._viewing:
            act, viewer = self._act_of(number), self._viewer(number)
            kept = act.reel.by_epoch.get(number)
            look = viewer.look(alpha=kept is None)
            return Moment(number, act.task, look.out, look.alpha if kept is None else kept.alpha, act.edges)

    def kept(self, since: int = 0) -> list[tuple[int, tuple[NDArray[Any], ...], Read]]:
        """The epochs from `since` on that are kept, in order: number, α of each layer, and its edges."""
        found = []
        for act in self._acts:
            there = act.reel.by_epoch
            found += [(k, there[k].alpha, act.edges) for k in sorted(list(there)) if k >= since]
        return found

    def task_at(self, number: int) -> Task:
        """What was being learnt at an epoch, on which graph; raises as `epoch`."""
        return self._act_of(self._checked(number)).task

    def changed(self, number: int, *, task: Task | None = None, model: nn.Module | None = None) -> Self:
        """The same up to an epoch, and from there on with another task, or another model, or both.

        Arguments:
            model: as it is to be at that epoch. Of other shapes than before, Adam begins anew.

        Raises:
            GatvizError: an epoch that is not trained, or a model that does not fit the task.
        """
        with self._viewing:
            before = self._act_of(self._checked(number))
            viewer = self._viewer(number, whole=True)
            state = viewer.state()
            task = task or before.task
            made = type(self).__new__(type(self))
            made._stepper = Stepper(viewer.model if model is None else model, task, self.schedule)
            given = made._stepper.state()
            if given.values.shape != state.values.shape or not _alike(viewer.model, made._stepper.model):
                state = State(number, given.values)
            made._stepper.restore(State(number, given.values, state.moments, state.steps))
            acts = [act for act in self._acts if act.reel.start < number]
            if acts:
                acts[-1] = _Act(acts[-1].task, acts[-1].model, acts[-1].reel.until(number - 1))
            acts.append(_Act(task, made._stepper.model, Reel(number, before.reel.max_bytes, before.reel.stride)))
            made._begin(self.schedule, acts, self._rows[:number], self._rows[number]["step_loss"])
        return made

    # ---- as a file ---------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a `.gatviz` file, every kept epoch with what was learnt at it; `load_training` reads it.

        Raises:
            GatvizError: a model that is no GAT, more than such a file holds, or a path that cannot be written.
        """
        with self._viewing:
            acts = tuple(
                SavedAct(act.task, act.model, act.reel.start, act.reel.stride, dict(act.reel.by_epoch))
                for act in self._acts
            )
            saved = Saved(self.schedule, list(self._rows), self.ended, acts, self._last_good, self._best)
        write_file(path, write_training(saved))

    @classmethod
    def load(cls, data: bytes, where: str, max_bytes: int = MAX_BYTES) -> Self:
        """What `save` wrote; see `load_training`."""
        saved = read_training(data, where)
        loaded = cls.__new__(cls)
        last = saved.acts[-1]
        loaded._stepper = Stepper(last.model, last.task, saved.schedule)
        acts = []
        for act in saved.acts:
            reel = Reel(act.start, max_bytes, act.stride, dict(act.kept), sum(one.nbytes for one in act.kept.values()))
            acts.append(_Act(act.task, act.model, reel))
        kept = acts[-1].reel.by_epoch.get(last.start)
        if kept is None or kept.state.values.shape != saved.last.values.shape:
            raise GatvizError(where, _("states of one size"), _("of several"), _("save it again"))
        loaded._stepper.restore(saved.last)
        loaded._begin(saved.schedule, acts, saved.rows[:-1], saved.rows[-1].get("step_loss", np.nan))
        for row in saved.rows[last.start + 1 :]:
            loaded._judge(row)
        loaded._best, loaded.ended = saved.best, _ended(saved.ended)
        return loaded

    def _checked(self, number: int) -> int:
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number <= self.trained:
            expected = _("one from 0 to {last}").format(last=self.trained)
            raise GatvizError(_("epoch"), expected, quote(number), _("train further, or choose one of these"))
        return int(number)

    def _act_of(self, number: int) -> _Act:
        return next(act for act in reversed(self._acts) if act.reel.start <= number)

    def _viewer(self, number: int, *, whole: bool = False) -> Stepper:
        """A stepper that stands at an epoch: from the last kept one before it, what lies between is trained again."""
        number = self._checked(number)
        act = self._act_of(number)
        start = act.reel.start
        if start not in self._viewers:
            self._viewers[start] = Stepper(act.model, act.task, self.schedule)
        viewer = self._viewers[start]
        if self._best is not None and number == self._best.epoch:
            viewer.restore(self._best)
            return viewer
        kept = act.reel.by_epoch.get(number)
        if kept is None or (whole and kept.state.moments is None):
            kept = act.reel.before(number, whole=True)
        viewer.restore(kept.state)
        while viewer.epoch < number:
            viewer.step()
        return viewer


def load_training(path: str | os.PathLike[str]) -> Training:
    """A training that `Training.save` wrote: every epoch as it was, and the same numbers if it goes on.

    Raises:
        GatvizError: a file that holds none.
    """
    return Training.load(*read_file(path))


def _ended(word: str) -> Ended:
    known: dict[str, Ended] = {one: one for one in get_args(Ended)}
    return known.get(word, "")


def _alike(first: nn.Module, second: nn.Module) -> bool:
    """Whether two models have the same parameters by name and shape."""
    shapes = ({name: value.shape for name, value in model.named_parameters()} for model in (first, second))
    return next(shapes) == next(shapes)
