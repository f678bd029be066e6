"""`Stepper`: one epoch at a time: a training step over the whole graph, and a look at what the model makes of it now.

N nodes, E edges, H heads, K classes. What an epoch's dropout drops is drawn from the seed and the epoch's number, so
the state between two epochs is the parameters and what Adam remembers of them, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.adam import adam

from gatviz.attention.layers import OutputParts
from gatviz.errors import GatvizError
from gatviz.model.gat import GAT, Measured
from gatviz.model.trace import Trace
from gatviz.training.schedule import Schedule
from gatviz.training.task import PARTS, Task
from gatviz.words import _

_BETAS, _EPS = (0.9, 0.999), 1e-8
"""Adam's own, of Kingma & Ba 2015, arXiv 1412.6980, and of torch."""


@dataclass(frozen=True, eq=False)
class State:
    """Where training stands between two epochs.

    Attributes:
        epoch: so many epochs were trained.
        values: every parameter and buffer, one after another.
        moments: Adam's two, of the parameters; None where they are not kept. steps: how many went into them.
    """

    epoch: int
    values: Tensor
    moments: tuple[Tensor, Tensor] | None = None
    steps: int = 0

    @property
    def bare(self) -> State:
        """The same without moments."""
        return State(self.epoch, self.values)

    @property
    def nbytes(self) -> int:
        """What it takes of memory."""
        return sum(part.nbytes for part in (self.values, *(self.moments or ())))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a model makes of the graph between two epochs, in evaluation.

    Attributes:
        out: [N, K] the model's output. alpha: of each attention layer [E, H]; empty for a model without attention.
    """

    out: NDArray[Any]
    alpha: tuple[NDArray[Any], ...]


class Stepper:
    """A model in training on a task.

    Arguments:
        model: a GAT, or any module that takes a Graph and a generator; it is copied, never changed.

    Raises:
        GatvizError: an output that is not a row for each node and a column for each class.
    """

    def __init__(self, model: nn.Module, task: Task, schedule: Schedule) -> None:
        self.model: Any = deepcopy(model)
        self.schedule, self.epoch, self._steps = schedule, 0, 0
        self._parameters = list(self.model.parameters())
        self._first = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._second = [torch.zeros_like(parameter) for parameter in self._parameters]
        # One for each parameter: adam counts every one of them up by itself.
        self._counts = [torch.zeros((), device=_counting(parameter)) for parameter in self._parameters]
        self._columns: Tensor | None = None
        self.task = task
        out = self.look(alpha=False).out
        if out.shape != (task.graph.num_nodes, task.num_classes):
            expected = _("an output of {n} nodes and {k} classes").format(n=task.graph.num_nodes, k=task.num_classes)
            found, mend = (
                str(list(out.shape)),
                _("make the last layer as wide as there are classes, or put a Linear after it"),
            )
            if out.shape[0] != task.graph.num_nodes:
                found = _("one row for the whole graph, by a readout")
                mend = _("train a model without readout: the labels are those of nodes")
            raise GatvizError(_("model"), expected, found, mend)

    @property
    def task(self) -> Task:
        """What is being learnt; another may be set between two epochs."""
        return self._task

    @task.setter
    def task(self, task: Task) -> None:
        device = self._parameters[0].device
        self._task = task
        self._labelled = torch.tensor(task.labelled, device=device)
        self._classes = torch.tensor(task.graph.class_index, device=device)[self._labelled]
        order = columns_of(self.model, task)
        self._columns = None if order is None else torch.tensor(order, device=device)

    def _in_order(self, out: Tensor) -> Tensor:
        """An output with its columns in the order of the graph's classes."""
        return out if self._columns is None or out.shape[1] != len(self._columns) else out[:, self._columns]

    def step(self) -> float:
        """One epoch; the loss of the labelled nodes that it went down from, dropout and all.

        Raises:
            FloatingPointError: the loss is no longer finite.
        """
        return self.step_and_out()[1]

    def step_and_out(self, parts: list[OutputParts] | None = None) -> tuple[NDArray[Any], float]:
        """The same step, and the output [N, K] whose loss it was.

        Arguments:
            parts: filled with what each attention layer's output was made from, α with its gradient.

        Raises:
            FloatingPointError: the loss is no longer finite.
        """
        self.model.train()
        with torch.enable_grad():
            measured: Measured = {}
            storing = {"measured": measured, "parts": parts} if isinstance(self.model, GAT) else {}
            out = self.model(self.task.graph, generator=_drawing(self.schedule.seed, self.epoch), **storing)
            out = self._in_order(out)
            for one in parts or ():
                if one.alpha.requires_grad:
                    one.alpha.retain_grad()
            loss = F.cross_entropy(out.index_select(0, self._labelled), self._classes)
            self.model.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        value = float(loss.detach())
        if not isfinite(value):
            raise FloatingPointError
        self._go_down()
        if measured:
            self.model.store(measured)
        self.epoch += 1
        return out.numpy(force=True), value

    def trace_in_training(self) -> Trace:
        """The run that the next step makes, dropout and all, before it changes anything."""
        self.model.train()
        trace: Trace = self.model.trace(self.task.graph, generator=_drawing(self.schedule.seed, self.epoch))
        return trace

    @torch.no_grad()
    def _go_down(self) -> None:
        """One step of torch's Adam, by its function: the class loads torch's compiler, which takes a second."""
        self._steps += 1
        moved = [k for k, parameter in enumerate(self._parameters) if parameter.grad is not None]
        parameters: list[Tensor] = [self._parameters[k] for k in moved]
        adam(
            parameters,
            [parameter.grad for parameter in parameters if parameter.grad is not None],
            [self._first[k] for k in moved],
            [self._second[k] for k in moved],
            [],
            [self._counts[k] for k in moved],
            foreach=False,
            fused=_fused(parameters[0]),
            amsgrad=False,
            beta1=_BETAS[0],
            beta2=_BETAS[1],
            lr=self.schedule.lr,
            weight_decay=self.schedule.weight_decay,
            eps=_EPS,
            maximize=False,
        )

    @torch.no_grad()
    def look(self, *, alpha: bool = True) -> Snapshot:
        """What the model makes of the graph now.

        Raises:
            FloatingPointError: a number that is not finite.
        """
        self.model.eval()
        parts: list[OutputParts] = []
        given = {"parts": parts} if alpha and isinstance(self.model, GAT) else {}
        out = self._in_order(self.model(self.task.graph, **given))
        sums = [out.sum(), *(one.h_prime.sum() for one in parts)]  # α that is not finite makes an h′ that is not
        if not all(isfinite(float(one)) for one in sums):
            raise FloatingPointError
        return Snapshot(out.numpy(force=True), tuple(one.alpha.numpy(force=True) for one in parts))

    @torch.no_grad()
    def state(self, *, moments: bool = True) -> State:
        """A copy of where training stands."""
        values = torch.cat([value.detach().flatten() for value in self._values()])
        if not moments:
            return State(self.epoch, values)
        first, second = (torch.cat([one.flatten() for one in moments]) for moments in (self._first, self._second))
        return State(self.epoch, values, (first, second), self._steps)

    @torch.no_grad()
    def restore(self, state: State) -> None:
        """Go back, or on, to where training stood; without moments Adam begins anew."""
        self.epoch, self._steps = state.epoch, state.steps
        for count in self._counts:
            count.fill_(state.steps)
        _fill(self._values(), state.values)
        for moments, flat in zip((self._first, self._second), state.moments or (None, None), strict=True):
            if flat is None:
                for one in moments:
                    one.zero_()
            else:
                _fill(iter(moments), flat)

    def _values(self) -> Iterator[Tensor]:
        yield from self._parameters
        yield from (buffer for buffer in self.model.buffers() if buffer.is_floating_point())


def _fused(parameter: Tensor) -> bool:
    """Whether torch has Adam in one kernel where this is."""
    return parameter.device.type in ("cpu", "cuda")


def _counting(parameter: Tensor) -> torch.device:
    """Where Adam wants its count of steps."""
    return parameter.device if _fused(parameter) else torch.device("cpu")


def columns_of(model: nn.Module, task: Task) -> list[int] | None:
    """The column of each of the graph's classes in what a model gives that says so in another order; else None."""
    names, own = task.graph.class_names, getattr(model, "classes", ())
    if not isinstance(model, GAT) or tuple(own) == names or sorted(own) != sorted(names):
        return None
    return [own.index(name) for name in names]


def outcome(task: Task, out: NDArray[Any]) -> dict[str, float]:
    """The loss, and how many are right, of each part of a task for an output [N, K]; NaN of a part without nodes."""
    found: dict[str, float] = {}
    scores = out.astype(np.float64)
    logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    actual = task.graph.class_index
    own, right = logs[np.arange(len(logs)), actual], scores.argmax(axis=1) == actual
    for part in PARTS:
        nodes = task.nodes(part)
        found[f"loss_{part}"] = -float(own[nodes].sum()) / len(nodes) if len(nodes) else float("nan")
        found[f"right_{part}"] = int(right[nodes].sum())
    return found


def _drawing(seed: int, epoch: int) -> torch.Generator:
    """What draws an epoch's dropout."""
    mixed = np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed) >> 1)


def _fill(parts: Iterator[Tensor], flat: Tensor) -> None:
    place = 0
    for part in parts:
        part.copy_(flat[place : place + part.numel()].view_as(part))
        place += part.numel()
