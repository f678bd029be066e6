"""What a report is of: one run of a model, the calls that were captured of one, or a training's best epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gatviz.attention.layer_trace import LayerTrace
from gatviz.capturing.capture import Capture
from gatviz.capturing.run import CapturedRun
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.training.training import Training
from gatviz.words import _


@dataclass(frozen=True)
class NamedRun:
    """A run on a graph; `name` tells it from others beside it, "" where there is but one."""

    graph: Graph
    trace: Trace
    name: str = ""


@dataclass(frozen=True)
class Reported:
    """What is reported, one after another; `title` is what it is called, `notes` what is to be said of it."""

    runs: Sequence[NamedRun]
    title: str = ""
    notes: Sequence[str] = ()


def runs_of(graph: Graph | None, model: Any) -> Reported:
    """The runs of what is given: a run itself, or a model or layer that is run now in the mode that it is in.

    Arguments:
        graph: None for the one that the run has.

    Raises:
        GatvizError: nothing that gatviz has a run of; a run of another number of nodes.
    """
    if isinstance(model, Capture):
        model = model.run
    if isinstance(model, CapturedRun):
        several = len(model.calls) > 1
        runs = [NamedRun(call.graph, call.trace, call.called if several else "") for call in model.calls]
        return Reported(runs, model.title, [model.unproved] if model.unproved else [])
    if isinstance(model, Training):
        return _trained(model)
    if graph is not None and hasattr(model, "trace"):
        model = model.trace(graph)
    if graph is not None and isinstance(model, LayerTrace):
        model = Trace(graph, (model,))
    if not isinstance(model, Trace) or not model.layers:
        expected, mend = _("a run, a model or a layer of gatviz"), _("pass a Trace, or a model that has `trace`")
        raise GatvizError(_("report"), expected, quote(type(model).__name__), mend)
    graph = graph or model.graph
    if model.graph.num_nodes != graph.num_nodes:
        expected = _("a run of this graph, with {n} nodes").format(n=graph.num_nodes)
        raise GatvizError(_("report"), expected, str(model.graph.num_nodes), _("pass the graph that was run"))
    return Reported([NamedRun(graph, model)])


def _trained(training: Training) -> Reported:
    """The epoch whose model is the training's; a model that is no GAT has no run to look at."""
    epoch = training.best
    graph, model = training.task_at(epoch).graph, training.epoch(epoch)
    if not hasattr(model, "trace"):
        expected = _("a training of a GAT")
        raise GatvizError(_("report"), expected, quote(type(model).__name__), _("look at its history instead"))
    told = _("Epoch {epoch} of {all} that are trained.").format(epoch=epoch, all=training.trained)
    return Reported([NamedRun(graph, model.trace(graph))], notes=[told])
