"""The Train workspace: experiments above, the picture with its player, and what the training is made of at the side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from gatviz.analysis.subject import called
from gatviz.attention.layers import new_generator
from gatviz.errors import GatvizError, quote
from gatviz.model.around import Linear
from gatviz.model.gat import GAT
from gatviz.stage import heard
from gatviz.stage.training_protocol import TrainAsked
from gatviz.ui.escape import escape
from gatviz.ui.explain.doors import open_explain
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.steps import open_model, take_settings
from gatviz.ui.stage_component import train_stage
from gatviz.ui.train.card import training_card
from gatviz.ui.train.cards import cards
from gatviz.ui.train.following import follow
from gatviz.ui.train.opening import bring, shown_model, source_of
from gatviz.ui.train.painting import MOST_PAINTED, give_label, paint_screen
from gatviz.ui.train.player import Player
from gatviz.ui.train.players import greet, own_player
from gatviz.ui.train.screen import View, train_screen
from gatviz.words import _

MOST_LETTERS = 200
"""Of a label that the browser sends."""
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
        if len(now.graph.class_names) > 1:
            _offer_readout(now, run)
        _unpainted(run)
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
        "No node of this graph has a label, so there is nothing to learn yet. Choose a label below and click the nodes "
        "that have it; two different labels are enough to begin. Or choose an experiment above."
    )


@st.fragment
def _picture() -> None:
    if st.session_state.pop(_REDRAW, False):
        st.rerun()
    now, player = session.current(), own_player()
    if player.take is not None:
        train_stage(train_screen(now, player, _view(), _heard()), asked=_hear)


@st.fragment
def _unpainted(run: Run) -> None:
    """The graph, to be painted with labels; a tab that was loaded anew may have something to come back to."""
    if st.session_state.pop(_REDRAW, False):
        st.rerun()
    now = session.current()
    if 0 < now.graph.num_nodes <= MOST_PAINTED and run.whole.graph.fingerprint == now.graph.fingerprint:
        train_stage(paint_screen(now, run, own_player().notice, _heard()), asked=_hear)
    else:
        train_stage({"heard": _heard()}, asked=_hear)


def _heard() -> int:
    """The number of the last thing that was asked for and done."""
    count: int = st.session_state.get(_HEARD, 0)
    return count


def _view() -> View:
    found: View = st.session_state.setdefault(_VIEW, View())
    return found


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
    player.catch_up()
    if asked.what in simple:
        simple[asked.what]()
    elif asked.what == "seek":
        player.seek(asked.epoch or 0)
    elif asked.what == "show":
        _look(asked)
    elif asked.what == "seeds":
        player.train_seeds(_view().layer)
    elif asked.what == "paint":
        _paint(player, -1 if asked.node is None else asked.node, asked.label)
        _redraw_the_page()
    elif asked.what == "open" and player.take is not None:
        bring(player)
        set_value("workspace", asked.workspace or "explore")
        if asked.workspace == "compare" and session.current().work.pins:
            set_value("compare_section", "what_if")
        if asked.node is not None and 0 <= asked.node < session.current().graph.num_nodes:
            open_explain(asked.node)
        _redraw_the_page()
    elif asked.what == "undo" and player.undoes_itself:
        player.undo()
        _redraw_the_page()
    elif asked.what == "undo":
        session.undo()
        _redraw_the_page()


def _paint(player: Player, node: int, label: str | None) -> None:
    """Give a node a label and tell it from the playhead on; without another label it is told, or told no longer."""
    now = session.current()
    trained = player.take is not None and player.take.source == source_of(now)
    if not 0 <= node < now.graph.num_nodes:
        return
    if trained and (label is None or label == (now.graph.labels or ())[node]):
        player.paint(node)
    elif label is not None:
        name = give_label(now.graph, node, label[:MOST_LETTERS].strip())
        if trained:
            follow(session.current(), player, told=name)
            if player.playhead > 0:
                said = _("From epoch {epoch} on, {node} is labelled {label}: later epochs were dropped.")
                player.notice = said.format(epoch=player.playhead, node=called(name), label=quote(label))


def _redraw_the_page() -> None:
    """What stands around the picture changes too."""
    st.session_state[_REDRAW] = True


def _show_again(player: Player) -> None:
    """A page that was loaded anew shows what it trained, unless it does already."""
    assert player.take is not None
    if source_of(session.current()) != player.take.source:
        bring(player, pinned=False)


def _look(asked: TrainAsked) -> None:
    changes: dict[str, Any] = {
        name: value
        for name in ("layer", "head", "measure", "panel", "step", "colour")
        if (value := getattr(asked, name)) is not None
    }
    if asked.locked is not None:
        changes["locked"] = tuple(asked.locked) if len(asked.locked) == 2 else None
    st.session_state[_VIEW] = replace(_view(), **changes)
