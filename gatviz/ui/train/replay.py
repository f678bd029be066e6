"""A training from a file, put under the player: one that this app saved, or one that a script recorded or records."""

from __future__ import annotations

import time
from pathlib import Path

from gatviz.errors import GatvizError
from gatviz.files.container import unpack_any
from gatviz.graph.positions import default_positions
from gatviz.training.beside import with_dropout
from gatviz.training.recorded import FORM, Recorded
from gatviz.training.training import Training
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.ui.session.steps import open_model, show_graph
from gatviz.ui.train.on_screen import source_of
from gatviz.ui.train.players import own_player
from gatviz.ui.train.setup import Setup
from gatviz.words import _

_LOOKED_EVERY = 1.0
"""Seconds: a script writes its file every two at most."""


class Live:
    """The file of a script that is still at work, on the machine of the app: read again whenever it has changed.

    Arguments:
        path: as the command that started the app names it; no page can name one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[int, int] | None = None
        self._due = 0.0

    def newer(self, before: Recorded) -> Recorded | None:
        """What the script has recorded since; None where that is nothing, or nothing that can be read now."""
        stamp = self._stamp()
        if stamp == self._read or time.monotonic() < self._due:
            return None
        started = time.monotonic()
        try:
            found = Recorded.load(self.path.read_bytes(), self.path.name)
        except (OSError, GatvizError):
            return None  # it will be whole when it is next looked at
        finally:
            ended = time.monotonic()
            self._due = ended + max(_LOOKED_EVERY, 5 * (ended - started))
        self._read = stamp
        return found.going_on_from(before)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


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


def replay(training: Training, name: str, path: Path | None = None) -> None:
    """Put a training at its epoch 0 under the player, its graph on the screen, and go to Train.

    Arguments:
        path: of its file, where the app may read that again: a run that still goes on is then followed.
    """
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
        open_model(_("{name}, epoch 0").format(name=name), with_dropout(model, alpha=0.0, features=0.0))
    player = own_player()
    player.put(training, setup, source_of(session.current()))
    if path is not None and isinstance(training, Recorded) and training.running:
        player.live = Live(path)
        player.playhead = training.trained
    set_value("workspace", "train")
