"""`Recorded`: epochs that somebody's own script trained, to be looked at like a Training; and its file.

N nodes, E edges, H heads, K classes, T kept epochs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn, Self

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import nn

from gatviz.errors import GatvizError
from gatviz.files.container import Form, pack, unpack
from gatviz.files.disk import write_file
from gatviz.files.formats.json_file import write_json
from gatviz.files.reading import read_graph
from gatviz.model.kept_steps import made
from gatviz.model.trace import StepTrace
from gatviz.training.kept_epochs import MAX_BYTES
from gatviz.training.saving import task_of
from gatviz.training.schedule import Schedule
from gatviz.training.stepper import Snapshot, Stepper
from gatviz.training.task import Task
from gatviz.training.training import Moment, Read, Training
from gatviz.words import _

FORM = Form("recorded", 1)


class Recorded(Training):
    """A training that took place elsewhere: it can be replayed, and nothing of it trained, edited or opened.

    Arguments:
        rows: as `Training.rows` has them, one for each epoch from 0 on.
        seen: the epochs that are kept. edges: what all its layers read. layers: what these are called.
        running: whether the script was still at work.
    """

    def __init__(
        self,
        task: Task,
        rows: Sequence[dict[str, float]],
        seen: Mapping[int, Snapshot],
        edges: Read,
        layers: Sequence[str],
        *,
        running: bool = False,
    ) -> None:
        self.task, self.seen, self.read, self.layers = task, dict(seen), edges, tuple(layers)
        self.schedule = Schedule(epochs=len(rows) - 1)
        self._rows, self.running = list(rows), running
        self.ended, self.seconds = "epochs", 0.0

    @property
    def nbytes(self) -> int:
        """What the kept epochs take of memory."""
        return sum(one.out.nbytes + sum(alpha.nbytes for alpha in one.alpha) for one in self.seen.values())

    @property
    def stride(self) -> int:
        """Every so many epochs one is kept."""
        return -(-len(self._rows) // len(self.seen))

    @property
    def edits(self) -> tuple[int, ...]:
        """None: nothing of it can be edited."""
        return ()

    @property
    def best(self) -> int:
        """The last epoch."""
        return self.trained

    def task_at(self, number: int) -> Task:
        """What was being learnt, on which graph; raises as `at`."""
        self._checked(number)
        return self.task

    def at(self, number: int) -> Moment:
        """What the model made of the graph at an epoch, or at the last one before it that is kept.

        Raises:
            GatvizError: an epoch that is not there.
        """
        epoch = max(k for k in self.seen if k <= self._checked(number))
        return Moment(epoch, self.task, self.seen[epoch].out, self.seen[epoch].alpha, self.read)

    def kept(self, since: int = 0) -> list[tuple[int, tuple[NDArray[Any], ...], Read]]:
        """The epochs from `since` on that are kept, in order: number, α of each layer, and their edges."""
        return [(k, one.alpha, self.read) for k, one in sorted(self.seen.items()) if k >= since]

    def outputs(self, number: int) -> tuple[StepTrace, ...]:
        """The model's output, as the only step that is known."""
        return (StepTrace(at=_("the model"), made=self.at(number).out),)

    def advance(self) -> bool:
        """It does not go on."""
        return False

    def epoch(self, number: int) -> Any:
        """Refused: of a recorded run no weights are kept."""
        del number
        self._refuse()

    def at_work(self, number: int) -> Stepper:
        """Refused, as `epoch`."""
        del number
        self._refuse()

    def changed(self, number: int, *, task: Task | None = None, model: nn.Module | None = None) -> Self:
        """Refused, as `epoch`."""
        del number, task, model
        self._refuse()

    def _refuse(self) -> NoReturn:
        mend = _("train it here, or let your script save its weights and open those")
        raise GatvizError(_("this recorded run"), _("the model's weights"), _("what it gave alone"), mend)

    def going_on_from(self, before: Recorded) -> Self:
        """The same, with what an earlier look at this run has in the place of what is equal to it."""
        known = len(before.rows)
        if repr(self._rows[:known]) != repr(before._rows) or self.layers != before.layers:
            return self
        seen = {epoch: before.seen.get(epoch, one) for epoch, one in self.seen.items()}
        return type(self)(before.task, self._rows, seen, before.read, self.layers, running=self.running)

    # ---- as a file ---------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The bytes of its `.gatviz` file.

        Raises:
            GatvizError: more than such a file holds.
        """
        columns, epochs = list(self._rows[0]), sorted(self.seen)
        arrays: dict[str, NDArray[Any]] = {
            "rows": np.array([[row[name] for name in columns] for row in self._rows]),
            "epochs": np.array(epochs),
            "out": np.stack([self.seen[k].out for k in epochs]),
            "edges": np.concatenate([self.read.edge_index, self.read.added[None].astype(np.int64)]),
        }
        for layer in range(len(self.layers)):
            arrays[f"alpha{layer}"] = np.stack([self.seen[k].alpha[layer] for k in epochs])
        content = _Content(
            graph=write_json(self.task.graph).decode(),
            labelled=self.task.labelled.tolist(),
            val=self.task.val.tolist(),
            others=self.task.others.tolist(),
            columns=columns,
            layers=list(self.layers),
            running=self.running,
        )
        return pack(FORM, msgspec.to_builtins(content), arrays)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a `.gatviz` file; raises as `to_bytes`, and where the path cannot be written."""
        write_file(path, self.to_bytes())

    @classmethod
    def load(cls, data: bytes, where: str, max_bytes: int = MAX_BYTES) -> Self:
        """What `save` wrote.

        Raises:
            GatvizError: bytes that are no recorded run, or parts of it that do not fit each other.
        """
        del max_bytes
        found = unpack(data, where, FORM)
        content = made(found.content, _Content, where)
        task = task_of(read_graph(content.graph.encode(), name="graph.json"), content, where)
        nodes = task.graph.num_nodes
        rows = found.array("rows", (None, len(content.columns)), "f").astype(np.float64)
        epochs = found.array("epochs", (None,), "iu").astype(np.int64).tolist()
        outs = found.array("out", (len(epochs), nodes, task.num_classes), "f")
        edges = found.array("edges", (3, None), "iu").astype(np.int64)
        alphas = [
            found.array(f"alpha{k}", (len(epochs), edges.shape[1], None), "f") for k in range(len(content.layers))
        ]
        told = [_row(content.columns, row) for row in rows.tolist()]
        fits = bool(told) and bool(alphas) and epochs[:1] == [0] and sorted(set(epochs)) == epochs
        fits = fits and epochs[-1] < len(told) and [row.get("epoch") for row in told] == list(range(len(told)))
        fits = fits and {"step_loss", "loss_labelled", "right_labelled", "loss_others", "right_others"} <= set(told[0])
        fits = fits and all(np.isfinite(values).all() for values in (outs, *alphas))
        if not fits or not _sorted_edges(edges[:2], nodes):
            raise GatvizError(where, _("parts that fit each other"), _("others"), _("record it again"))
        ptr = np.searchsorted(edges[1], np.arange(nodes + 1))
        seen = {k: Snapshot(outs[n], tuple(alpha[n] for alpha in alphas)) for n, k in enumerate(epochs)}
        read = Read(edges[:2], ptr, edges[2] > 0)
        return cls(task, told, seen, read, content.layers, running=content.running)


class _Content(msgspec.Struct):
    graph: str
    labelled: list[int]
    val: list[int]
    others: list[int]
    columns: list[str]
    layers: list[str]
    running: bool = False


def _row(columns: list[str], values: list[float]) -> dict[str, float]:
    """A row of the table; what is counted is whole."""
    row = dict(zip(columns, values, strict=True))
    counted = [name for name in columns if name == "epoch" or name.startswith("right_")]
    return {**row, **{name: int(row[name]) for name in counted if isfinite(row[name])}}


def _sorted_edges(edge_index: NDArray[np.int64], nodes: int) -> bool:
    """Whether these are edges between so many nodes, sorted by target, then source, each once."""
    if not edge_index.shape[1]:
        return True
    inside = edge_index.min() >= 0 and edge_index.max() < nodes
    return bool(inside and (np.diff(edge_index[1] * nodes + edge_index[0]) > 0).all())
