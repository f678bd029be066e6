"""The training follows the screen: an edit there acts at the playhead, another model or graph begins anew."""

from __future__ import annotations

from collections.abc import Sequence

from gatviz.graph.graph import Graph
from gatviz.training.recorded import Recorded
from gatviz.training.task import Task
from gatviz.ui.session import session
from gatviz.ui.train.on_screen import shown_model, source_of
from gatviz.ui.train.player import Player, Source, Take
from gatviz.words import _


def follow(now: session.Session, player: Player, told: str = "") -> None:
    """Let the training be that of what the screen shows.

    Arguments:
        told: the name of a node whose label is told too from now on.

    Raises:
        GatvizError: what the screen shows cannot be trained.
    """
    source, take = source_of(now), player.take
    if take is None:
        player.load(now.graph, shown_model(now), player.setup, source)
    elif take.source == source or player.redone(source):
        return
    elif isinstance(take.training, Recorded):
        _leave(now, player, take, source)
    elif take.source.model == source.model:
        _take_graph(now, player, take, source, told)
    elif take.source.graph == source.graph and _shows_opened(now, player):
        _take_weights(now, player, source)
    else:
        player.load(now.graph, shown_model(now), player.setup, source)


def _take_graph(now: session.Session, player: Player, take: Take, source: Source, told: str) -> None:
    """Go on from the playhead on the graph as it is now; from epoch 0, or where the model does not fit, begin anew."""
    graph, at = now.graph, player.playhead
    task = take.training.task_at(at)
    labelled = [task.graph.names[node] for node in task.labelled] + ([told] if told else [])
    if at == 0 or not _alike(task.graph, graph):
        setup = player.setup.with_labelled(labelled) if told else player.setup
        player.load(graph, shown_model(now), setup, source)
        return
    edited = Task.of(graph, _there(labelled, graph))
    notice = _("The graph was edited at epoch {epoch}: later epochs were dropped.").format(epoch=at)
    player.edit(
        lambda training, epoch: training.changed(epoch, task=edited), source, notice, labelled if told else None
    )


def _alike(before: Graph, after: Graph) -> bool:
    """Whether a model of one fits the other: as many features, the same classes."""
    return (before.num_features, before.class_names) == (after.num_features, after.class_names)


def _there(names: Sequence[str], graph: Graph) -> list[str]:
    known = set(graph.names)
    return [name for name in names if name in known]


def _shows_opened(now: session.Session, player: Player) -> bool:
    """Whether the screen's model is an epoch of this training that was opened, and edited since."""
    opened = now.work.opened
    return opened is not None and player.opened is not None and opened.opening == player.opened[0]


def _take_weights(now: session.Session, player: Player, source: Source) -> None:
    """Go on with the screen's weights from the epoch whose model they were."""
    assert player.opened is not None
    _opening, epoch = player.opened
    model = player.setup.model(shown_model(now))
    notice = _("Weights of epoch {epoch} were edited: later epochs were dropped.").format(epoch=epoch)
    player.seek(epoch)
    player.edit(lambda training, at: training.changed(at, model=model), source, notice)


def _leave(now: session.Session, player: Player, take: Take, source: Source) -> None:
    """Train what the screen shows in the place of a recorded run, to which undo goes back."""
    kept = take, player.playhead, player.setup
    player.load(now.graph, shown_model(now), player.setup.with_labelled(()), source)
    player.before = (kept,)
    player.notice = _("What was recorded is left: the graph or the model was edited. Undo brings it back.")
