"""The Train workspace: experiments above, the picture with its player, and what the training is made of at the side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from gatviz.attention.layers import new_generator
from gatviz.errors import GatvizError
from gatviz.model.around import Linear
from gatviz.model.gat import GAT
from gatviz.stage import heard
from gatviz.stage.training_protocol import TrainAsked
from gatviz.training.beside import with_dropout
from gatviz.training.experiments import EXPERIMENTS
from gatviz.training.task import Task
from gatviz.training.training import Training
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.ui.session.run_cache import Run, present_model
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.steps import open_model, show_graph, take_settings
from gatviz.ui.stage_component import train_stage
from gatviz.ui.train.card import training_card
from gatviz.ui.train.cards import cards
from gatviz.ui.train.player import Player, Source
from gatviz.ui.train.players import greet, own_player
from gatviz.ui.train.screen import View, train_screen
from gatviz.words import _

_VIEW = "gatviz_train_view"
_REDRAW = "gatviz_train_redraw"
_HEARD = "gatviz_train_heard"
_GREETED = "gatviz_train_greeted"


def train(now: session.Session, settings: Settings, run: Run) -> None:
    """Draw the workspace for the graph and the model on the screen."""
    del settings
    player = own_player()
    cards()
    training_card(now, player)
    try:
        follow(now, player)
    except GatvizError as error:
        st.info(escape(str(error)) if now.graph.class_names else _unlabelled())
        player.halt()
        _nothing()
        if len(now.graph.class_names) > 1:
            _offer_readout(now, run)
        return
    assert player.take is not None
    for note in player.take.training.task_at(player.playhead).notes:
        st.caption(escape(note))
    _picture()


def _offer_readout(now: session.Session, run: Run) -> None:
    """A linear map to the classes behind the model, by one click, where that is what it lacks."""
    classes = len(now.graph.class_names)
    if run.whole.out.shape == (now.graph.num_nodes, classes):
        return
    st.button(
        _("Add a linear readout to {n} classes").format(n=classes),
        type="primary",
        on_click=_add_readout,
        args=(classes,),
    )


def _add_readout(classes: int) -> None:
    now = session.current()
    if now.work.opened is None:
        take_settings(replace(now.settings, readout=True, output_features=classes))
        return
    model = shown_model(now)
    steps = [*model.steps, ("readout", Linear(classes))]
    loops: dict[str, Any] = {"self_loops": model.self_loops, "loop_features": model.loop_features}
    made = GAT.of_steps(model.in_features, steps, **loops, generator=new_generator(now.settings.seed))
    known = model.state_dict()
    made.load_state_dict({**made.state_dict(), **known})
    open_model(now.work.opened.name, made)


def _unlabelled() -> str:
    return _(
        "No node of this graph has a label, so there is nothing to learn yet. Choose an experiment above, open a graph "
        "with labels, or give nodes labels in Explore: double-click a node."
    )


@st.fragment
def _picture() -> None:
    if st.session_state.pop(_REDRAW, False):
        st.rerun()
    now, player = session.current(), own_player()
    if player.take is not None:
        train_stage(train_screen(now, player, _view(), _heard()), asked=_hear)


@st.fragment
def _nothing() -> None:
    """No picture; but a tab that was loaded anew may have something to come back to."""
    if st.session_state.pop(_REDRAW, False):
        st.rerun()
    train_stage({"heard": _heard()}, asked=_hear)


def _heard() -> int:
    """The number of the last thing that was asked for and done."""
    count: int = st.session_state.get(_HEARD, 0)
    return count


def _view() -> View:
    found: View = st.session_state.setdefault(_VIEW, View())
    return found


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


def follow(now: session.Session, player: Player) -> None:
    """Let the training be that of the screen: an edit acts at the playhead, another model begins anew.

    Raises:
        GatvizError: what the screen shows cannot be trained.
    """
    source = source_of(now)
    take = player.take
    if take is not None and take.source == source:
        return
    if take is not None and player.redone(source):
        return
    if take is not None and take.source.model == source.model and player.playhead > 0:
        before = take.training.task_at(player.playhead)
        names = [before.graph.names[n] for n in before.labelled]
        if before.graph.num_features == now.graph.num_features and before.graph.class_names == now.graph.class_names:
            task = Task.of(now.graph, [name for name in names if name in now.graph.names])
            at = player.playhead

            def edited(training: Training, epoch: int) -> Training:
                return training.changed(epoch, task=task)

            player.edit(
                edited, source, _("The graph was edited at epoch {epoch}: later epochs were dropped.").format(epoch=at)
            )
            return
    opened = now.work.opened
    if take is not None and take.source.graph == source.graph and opened is not None and player.opened is not None:
        opening, epoch = player.opened
        if opened.opening == opening:
            model = player.setup.model(shown_model(now))
            told = _("Weights of epoch {epoch} were edited: later epochs were dropped.")
            player.seek(epoch)
            player.edit(lambda training, at: training.changed(at, model=model), source, told.format(epoch=epoch))
            return
    player.load(now.graph, shown_model(now), player.setup, source)


def _hear(content: Any) -> None:
    """What the person did in the picture; a sentence where it cannot be done."""
    asked = heard.message(content, TrainAsked)
    if asked is None or asked.count <= _heard():
        return
    st.session_state[_HEARD] = asked.count
    try:
        if asked.token and not st.session_state.get(_GREETED):
            st.session_state[_GREETED] = True
            _meet(asked.token[:64])
        player = own_player()
        _do(asked, player)
    except GatvizError as error:
        own_player().notice = str(error)


def _meet(token: str) -> None:
    """A tab says which one it is: one that was loaded anew shows what it trained before."""
    if greet(token):
        _show_again(own_player())
        _redraw_the_page()


def _do(asked: TrainAsked, player: Player) -> None:
    simple = {
        "play": player.play,
        "pause": player.halt,
        "step": player.step,
        "reset": player.reset,
        "tick": player.tick,
    }
    if asked.what in simple:
        simple[asked.what]()
    elif asked.what == "seek":
        player.seek(asked.epoch or 0)
    elif asked.what == "show":
        _look(asked)
    elif asked.what == "seeds":
        player.train_seeds(_view().layer)
    elif asked.what == "paint" and player.take is not None:
        player.paint(-1 if asked.node is None else asked.node)
        _redraw_the_page()
    elif asked.what == "open" and player.take is not None:
        _open(player)
        _redraw_the_page()
    elif asked.what == "undo" and player.undoes_itself:
        player.undo()
        _redraw_the_page()
    elif asked.what == "undo":
        session.undo()
        _redraw_the_page()


def _redraw_the_page() -> None:
    """What stands around the picture changes too."""
    st.session_state[_REDRAW] = True


def _show_again(player: Player) -> None:
    """A page that was loaded anew shows what it trained, unless it does already."""
    assert player.take is not None
    if source_of(session.current()) != player.take.source:
        _bring(player)


def _open(player: Player) -> None:
    """Let the model of the epoch under the playhead be the screen's, and go to Explore."""
    _bring(player)
    set_value("workspace", "explore")


def _bring(player: Player) -> None:
    """Graph and model of the epoch under the playhead onto the screen."""
    assert player.take is not None
    player.halt()
    epoch = player.playhead
    model = with_dropout(player.take.training.epoch(epoch), alpha=0.0, features=0.0)
    graph = player.take.training.task_at(epoch).graph
    model.classes = graph.class_names  # the order in which training has them
    now = session.current()
    if graph.fingerprint != now.graph.fingerprint:
        title = EXPERIMENTS[player.setup.card].title if player.setup.card else _("the graph that was trained")
        show_graph(graph, title, own=True)
    title = EXPERIMENTS[player.setup.card].title if player.setup.card else session.current().origin
    open_model(_("{name}, epoch {epoch}").format(name=title, epoch=epoch), model)
    now = session.current()
    player.opened_at(epoch, now.openings, source_of(now))


def _look(asked: TrainAsked) -> None:
    changes: dict[str, Any] = {
        name: value for name in ("layer", "head", "measure") if (value := getattr(asked, name)) is not None
    }
    if asked.locked is not None:
        changes["locked"] = tuple(asked.locked) if len(asked.locked) == 2 else None
    st.session_state[_VIEW] = replace(_view(), **changes)
