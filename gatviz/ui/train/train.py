"""The Train workspace: experiments above, the picture with its player, and what the training is made of at the side."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from gatviz.attention.layers import new_generator
from gatviz.errors import GatvizError
from gatviz.model.around import Linear
from gatviz.model.gat import GAT
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.steps import open_model, take_settings
from gatviz.ui.stage_component import train_stage
from gatviz.ui.train.card import training_card
from gatviz.ui.train.cards import cards
from gatviz.ui.train.following import follow
from gatviz.ui.train.hearing import hear, heard_so_far, view, wants_the_page
from gatviz.ui.train.on_screen import shown_model
from gatviz.ui.train.painting import MAX_PAINTED, paint_screen
from gatviz.ui.train.players import own_player
from gatviz.ui.train.screen import train_screen
from gatviz.words import _


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
    rows, width = run.whole.out.shape
    if width == classes or rows != now.graph.num_nodes:
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
    if wants_the_page():
        st.rerun()
    now, player = session.current(), own_player()
    if player.take is not None:
        started = time.thread_time()
        train_stage(train_screen(now, player, view(), heard_so_far()), asked=hear)
        player.picture_seconds = time.thread_time() - started


@st.fragment
def _unpainted(run: Run) -> None:
    """The graph, to be painted with labels; a tab that was loaded anew may have something to come back to."""
    if wants_the_page():
        st.rerun()
    now = session.current()
    if 0 < now.graph.num_nodes <= MAX_PAINTED and run.whole.graph.fingerprint == now.graph.fingerprint:
        train_stage(paint_screen(now, run, own_player().notice, heard_so_far()), asked=hear)
    else:
        train_stage({"heard": heard_so_far()}, asked=hear)
