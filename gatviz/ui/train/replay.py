"""A training from a file, put under the player: one that this app saved, or one that a script recorded."""

from __future__ import annotations

from gatviz.errors import GatvizError
from gatviz.files.container import unpack_any
from gatviz.graph.positions import default_positions
from gatviz.training.beside import with_dropout
from gatviz.training.recorded import FORM, Recorded
from gatviz.training.training import Training
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.ui.session.steps import open_model, show_graph
from gatviz.ui.train.opening import source_of
from gatviz.ui.train.players import own_player
from gatviz.ui.train.setup import Setup
from gatviz.words import _


def content_kind(data: bytes, name: str) -> str:
    """The kind of a `.gatviz` file; "" where it is none that can be read."""
    try:
        return unpack_any(data, name).kind
    except GatvizError:
        return ""


def training_in(data: bytes, name: str) -> Training:
    """The training in a file.

    Raises:
        GatvizError: it holds none, or a broken one.
    """
    kind = Recorded if content_kind(data, name) == FORM.kind else Training
    return kind.load(data, name)


def replay(training: Training, name: str) -> None:
    """Put a training at its epoch 0 under the player, its graph on the screen, and go to Train."""
    task = training.task_at(0)
    graph = task.graph
    placed = graph if graph.positions is not None else graph.with_positions(default_positions(graph))
    show_graph(placed, name, own=True)
    setup = Setup(
        labelled=tuple(graph.names[node] for node in task.labelled), schedule=training.schedule, dropout=0.0, beside=()
    )
    if not isinstance(training, Recorded):
        model = training.epoch(0)
        layer = model.settings[0]
        setup = Setup(setup.labelled, None, training.schedule, layer.dropout, layer.feature_dropout, ())
        model.classes = graph.class_names
        open_model(_("{name}, epoch 0").format(name=name), with_dropout(model, alpha=0.0, features=0.0))
    player = own_player()
    player.put(training, setup, source_of(session.current()))
    set_value("workspace", "train")
