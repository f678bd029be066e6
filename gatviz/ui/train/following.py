"""The training follows the screen: an edit there acts from the playhead on, another model begins anew."""

from __future__ import annotations

from dataclasses import replace

from gatviz.training.task import Task
from gatviz.ui.session import session
from gatviz.ui.train.opening import shown_model, source_of
from gatviz.ui.train.player import Player, Source
from gatviz.words import _


def follow(now: session.Session, player: Player, told: str = "") -> None:
    """Let the training be that of the screen.

    Arguments:
        told: the name of a node whose label is told too from now on.

    Raises:
        GatvizError: what the screen shows cannot be trained.
    """
    source = source_of(now)
    if player.take is not None:
        if player.take.source == source or player.redone(source):
            return
        if _follow_graph(now, player, source, told) or _follow_weights(now, player, source):
            return
    player.load(now.graph, shown_model(now), player.setup, source)


def _follow_graph(now: session.Session, player: Player, source: Source, told: str) -> bool:
    """The same model on an edited graph goes on from the playhead; whether it was that, and could."""
    assert player.take is not None
    if player.take.source.model != source.model:
        return False
    before, epoch = player.take.training.task_at(player.playhead), player.playhead
    names = [*([told] if told else []), *(before.graph.names[n] for n in before.labelled)]
    if told:
        player.setup = replace(player.setup, labelled=tuple(names), per_class=None, card="")
    same = (before.graph.num_features, before.graph.class_names) == (now.graph.num_features, now.graph.class_names)
    if epoch == 0 or not same:
        return False
    task = Task.of(now.graph, [name for name in names if name in now.graph.names])
    notice = _("The graph was edited at epoch {epoch}: later epochs were dropped.").format(epoch=epoch)
    player.edit(lambda training, at: training.changed(at, task=task), source, notice)
    return True


def _follow_weights(now: session.Session, player: Player, source: Source) -> bool:
    """Edited weights of an epoch that the screen shows go on from that epoch; whether it was that."""
    assert player.take is not None
    opened = now.work.opened
    if player.take.source.graph != source.graph or opened is None or player.opened is None:
        return False
    opening, epoch = player.opened
    if opened.opening != opening:
        return False
    model = player.setup.model(shown_model(now))
    notice = _("Weights of epoch {epoch} were edited: later epochs were dropped.").format(epoch=epoch)
    player.seek(epoch)
    player.edit(lambda training, at: training.changed(at, model=model), source, notice)
    return True
