"""`watch`: what attention does while anybody's own script trains, epoch by epoch, in a file that the app replays."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from gatviz.capturing.capture import Capture, capture
from gatviz.errors import GatvizError, quote
from gatviz.files.container import ENDING
from gatviz.files.disk import write_file
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.training.kept_epochs import MAX_BYTES
from gatviz.training.recorded import Recorded
from gatviz.training.stepper import Snapshot, outcome
from gatviz.training.task import Labelled, Task
from gatviz.training.training import Read
from gatviz.words import _

_WRITTEN_EVERY, _WRITING_SHARE = 2.0, 0.05
"""The file is written every so many seconds while training goes on, and less often where that would take more than
such a share of the time."""


def watch(
    model: nn.Module,
    data: Any,
    path: str | os.PathLike[str],
    *,
    labelled: Labelled = None,
    args: tuple[Any, ...] | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Watch:
    """Watch a model that your own script trains, and write what its attention does to a `.gatviz` file.

        with gatviz.watch(model, data, "run.gatviz") as w:
            for epoch in range(200):
                loss = train()
                w.step(loss)

    Entering looks at the model as epoch 0, and every `step` at the next one: one run in evaluation by `capture`, after
    which every module's mode and the random numbers to come are as before. The app opens the file and replays it.

    Arguments:
        model: with PyG's, DGL's, the tutorial's or gatviz's attention layers; gives a score for each node and class.
        data: a PyG Data or a Graph, with labels.
        path: of the file; it is written every few seconds and at the end.
        labelled: the nodes that the script trains on, see `Task.of`; left out, the data's train_mask.
        args, kwargs: what the model is called with; left out, (data.x, data.edge_index), and the Graph for a GAT.

    Raises:
        GatvizError: as `capture`, and for data without labels or an output of another shape.
    """
    return Watch(model, data, path, labelled=labelled, args=args, kwargs=kwargs)


class Watch:
    """A training that is being watched; see `watch`."""

    def __init__(
        self,
        model: nn.Module,
        data: Any,
        path: str | os.PathLike[str],
        *,
        labelled: Labelled = None,
        args: tuple[Any, ...] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.model, self.path = model, Path(path)
        if self.path.suffix != ENDING:
            mend = _("call it run{ending}").format(ending=ENDING)
            raise GatvizError("path", _("a file ending in {ending}").format(ending=ENDING), quote(str(path)), mend)
        self.graph = data if isinstance(data, Graph) else Graph.from_pyg(data)
        self.task = Task.of(self.graph, labelled)
        self._args = _arguments(model, data, self.graph) if args is None else args
        self._kwargs = dict(kwargs or {})
        self._rows: list[dict[str, float]] = []
        self._seen: dict[int, Snapshot] = {}
        self._stride, self._due = 1, 0.0
        self._edges: Read | None = None
        self._layers: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        if not self._rows:
            self._look(float("nan"))
        self._write()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._write(running=False)

    def step(self, loss: Any = None) -> None:
        """Look at the model after one more epoch of training.

        Arguments:
            loss: that the step went down from, a number or a tensor; kept beside the others.

        Raises:
            GatvizError: as `capture`, or where other edges or layers are met than before.
        """
        if not self._rows:
            raise GatvizError("step", _("a watch that was entered"), _("none"), _("write: with gatviz.watch(…) as w"))
        number = loss.detach() if isinstance(loss, Tensor) else loss
        self._look(float("nan") if number is None else float(number))
        if time.monotonic() > self._due:
            self._write()

    @property
    def recorded(self) -> Recorded:
        """What was seen so far."""
        assert self._edges is not None
        return Recorded(self.task, self._rows, self._seen, self._edges, self._layers)

    def _look(self, loss: float) -> None:
        with _same_draws(self.model):
            found = capture(self.model, *self._args, **self._kwargs)
        out = self._out(found)
        epoch = len(self._rows)
        alpha = self._alpha(found)
        if not np.isfinite(out).all():
            mend = _("lower the learning rate, or stop before")
            raise GatvizError(_("output, epoch {epoch}").format(epoch=epoch), _("finite numbers"), _("others"), mend)
        self._rows.append({"epoch": epoch, "step_loss": loss, **outcome(self.task, out)})
        if epoch % self._stride == 0:
            self._seen[epoch] = Snapshot(out, alpha)
            while self.recorded.nbytes > MAX_BYTES and len(self._seen) > 2:
                self._stride *= 2
                self._seen = {k: one for k, one in self._seen.items() if k % self._stride == 0}

    def _out(self, found: Capture) -> Any:
        out = found.output[0] if isinstance(found.output, tuple) else found.output
        shape = [self.graph.num_nodes, self.task.num_classes]
        if not isinstance(out, Tensor) or list(out.shape) != shape:
            told = list(out.shape) if isinstance(out, Tensor) else type(out).__name__
            mend = _("watch the model that gives a score for each node and class")
            raise GatvizError(_("model"), _("an output of shape {shape}").format(shape=shape), str(told), mend)
        return out.detach().float().numpy(force=True).copy()

    def _alpha(self, found: Capture) -> tuple[Any, ...]:
        """α of the layers that read the same edges as the first; the same ones at every epoch."""
        traces = [(call.name, call.trace.layers[0]) for call in found.calls]
        if self._edges is None:
            if not traces:
                found.graph  # noqa: B018 - says why nothing could be proved
            first = traces[0][1]
            own = set(map(tuple, self.graph.edge_index.T.tolist()))
            added = np.array([tuple(edge) not in own for edge in first.edge_index.T.tolist()], dtype=bool)
            self._edges = Read(first.edge_index, first.ptr, added)
        read = [(name, one) for name, one in traces if np.array_equal(one.edge_index, self._edges.edge_index)]
        names = tuple(name or "layer" for name, _trace in read)
        if not self._rows:
            self._layers = names
        if names != self._layers or not names:
            expected = _("the layers and arrows of epoch 0")
            raise GatvizError(_("model"), expected, _("others"), _("watch what stays the same graph"))
        return tuple(np.array(one.alpha) for _name, one in read)

    def _write(self, *, running: bool = True) -> None:
        """Anew, and in one piece: who reads meanwhile reads the one before."""
        started, recorded = time.monotonic(), self.recorded
        recorded.running = running
        part = self.path.with_suffix(".part")
        write_file(part, recorded.to_bytes())
        part.replace(self.path)
        ended = time.monotonic()
        self._due = ended + max(_WRITTEN_EVERY, (ended - started) / _WRITING_SHARE)


def _arguments(model: nn.Module, data: Any, graph: Graph) -> tuple[Any, ...]:
    if isinstance(model, GAT):
        return (graph,)
    if not isinstance(data, Graph):
        return (data.x, data.edge_index)
    first = next(model.parameters())
    x = torch.tensor(graph.x, dtype=first.dtype, device=first.device)
    return (x, torch.tensor(graph.edge_index, device=first.device))


def _same_draws(model: nn.Module) -> Any:
    """Whatever the model draws in a run, the script draws next what it would have drawn."""
    devices = {parameter.device for parameter in model.parameters() if parameter.device.type == "cuda"}
    return torch.random.fork_rng(devices=list(devices))
