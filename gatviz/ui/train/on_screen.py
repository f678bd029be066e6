"""The model of an epoch on the screen, and which training the screen shows."""

from __future__ import annotations

from dataclasses import replace

from gatviz.graph.positions import default_positions
from gatviz.model.gat import GAT
from gatviz.training.beside import with_dropout
from gatviz.training.experiments import EXPERIMENTS
from gatviz.ui.session import session
from gatviz.ui.session.run_cache import present_model
from gatviz.ui.session.steps import open_model, show_graph, with_model
from gatviz.ui.session.work import SLOTS, Pin
from gatviz.ui.train.player import Player, Source
from gatviz.words import _


def source_of(now: session.Session) -> Source:
    """What the screen shows, as a training is known by."""
    weights = now.work.present_weights
    drawn = now.settings.drawn_by, now.settings.steps
    settings = replace(now.settings, dropout=0.0, feature_dropout=0.0, device="cpu")
    return Source(now.graph.fingerprint, f"{settings} {drawn} {'' if weights is None else weights.fingerprint}")


def shown_model(now: session.Session) -> GAT:
    """The model on the screen, without dropout."""
    settings = replace(now.settings, dropout=0.0, feature_dropout=0.0)
    return present_model(now.graph, settings, now.work.present_weights)


def bring(player: Player, *, pinned: bool = True) -> None:
    """Graph and model of the epoch under the playhead onto the screen; epoch 0 is pinned to compare it with."""
    assert player.take is not None
    player.halt()
    epoch, training = player.playhead, player.take.training
    graph, before = training.task_at(epoch).graph, session.current()
    if graph.fingerprint != session.current().graph.fingerprint:
        title = EXPERIMENTS[player.setup.card].title if player.setup.card else _("the graph that was trained")
        show_graph(graph, title, own=True)
    open_model(_name(player, epoch), model_at(player, epoch), baseline=_first(player) if pinned and epoch else None)
    session.as_one(before, session.current().history.undo_name)
    now = session.current()
    player.opened_at(epoch, now.openings, source_of(now))


def model_at(player: Player, epoch: int) -> GAT:
    """The model of an epoch, without dropout."""
    assert player.take is not None
    return with_dropout(player.take.training.epoch(epoch), alpha=0.0, features=0.0)


def _name(player: Player, epoch: int) -> str:
    title = EXPERIMENTS[player.setup.card].title if player.setup.card else session.current().origin
    return _("{name}, epoch {epoch}").format(name=title, epoch=epoch)


def _first(player: Player) -> Pin:
    """The model as it was before training, on the graph of then, in the first slot."""
    assert player.take is not None
    now = session.current()
    graph = player.take.training.task_at(0).graph
    if graph.fingerprint == now.graph.fingerprint:
        graph = now.graph  # where its nodes are now
    elif graph.positions is None:
        graph = graph.with_positions(default_positions(graph))
    work = with_model(replace(now.work, graph=graph, pins=()), _name(player, 0), model_at(player, 0), now.openings)
    return Pin(SLOTS[0], work, 0)
