"""`fit`: train a model on a graph, from the first epoch to the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from gatviz.graph.graph import Graph
from gatviz.training.schedule import Schedule
from gatviz.training.task import Labelled, Task
from gatviz.training.training import Training


def fit(
    graph: Graph,
    model: nn.Module,
    *,
    labelled: Labelled = None,
    epochs: int = 200,
    lr: float = 0.005,
    weight_decay: float = 5e-4,
    patience: int | None = None,
    seed: int = 0,
    on_epoch: Callable[[Training], Any] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Training:
    """Train a model to tell the classes of a graph's nodes; the same arguments give the same numbers.

    Arguments:
        model: a GAT as wide as the graph has classes, dropouts and all; it is copied. Epoch 0 is this model.
        labelled: see `Task.of`.
        epochs, lr, weight_decay, patience, seed: see `Schedule`.
        on_epoch: called with the Training so far after each epoch, epoch 0 included.
        stop: asked before each epoch; True ends training there.

    Raises:
        GatvizError: a graph without labels, a model that does not fit, a setting out of range.
    """
    schedule = Schedule(epochs, lr, weight_decay, patience, seed)
    training = Training(model, Task.of(graph, labelled), schedule)
    while True:
        if on_epoch is not None:
            on_epoch(training)
        if stop is not None and stop():
            training.stop()
        if not training.advance():
            return training
