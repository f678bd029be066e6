"""The experiments as cards: a click brings graph, model and settings, and the training to its epoch 0."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gatviz.colours import LINK
from gatviz.graph.positions import default_positions
from gatviz.training.experiments import EXPERIMENTS, Experiment
from gatviz.ui.session import session
from gatviz.ui.session.steps import open_model, show_graph
from gatviz.ui.train.players import own_player
from gatviz.ui.train.setup import Setup
from gatviz.words import _

_STYLE = f"""<style>
[class*="st-key-experiment-"] button {{
  height: 100%; min-height: 110px; align-items: flex-start; text-align: left; padding: 8px 12px;
}}
@media (max-width: 640px) {{ [class*="st-key-experiment-"] button {{ min-height: 0; }} }}
[class*="st-key-experiment-"] button p {{ font-size: 0.8rem; text-align: left; }}
[class*="st-key-experiment-"] button em {{ font-style: normal; font-size: 0.75rem; }}
[class*="st-key-experiment-"] button * {{
  white-space: normal !important; overflow: visible !important; line-height: 1.3 !important;
}}
[class*="st-key-experiment-"] button > div {{ justify-content: flex-start; }}
[class*="st-key-experiment-"] button[data-testid="stBaseButton-primary"] {{
  background: none !important; color: inherit !important;
  border: 2px solid light-dark({LINK["light"]}, {LINK["dark"]}) !important;
  padding: 7px 11px;
}}
</style>"""


def cards() -> None:
    """Draw the row; the one that is being trained is marked."""
    st.html(_STYLE)
    chosen = own_player().setup.card
    for column, experiment in zip(st.columns(len(EXPERIMENTS), gap="small"), EXPERIMENTS.values(), strict=True):
        with column:
            st.button(
                f"**{experiment.title}**  \n{experiment.says}  \n*{_in_seeds(experiment)}*",
                key=f"experiment-{experiment.key}",
                type="primary" if chosen == experiment.key else "secondary",
                help=_("A demonstration: its settings were chosen by looking at test scores."),
                width="stretch",
                on_click=load,
                args=(experiment.key,),
            )


def _in_seeds(experiment: Experiment) -> str:
    """In how many seeds its sentence is true."""
    if experiment.true_in is None:
        return ""
    true, seeds = experiment.true_in
    return _("True in {true} of {seeds} seeds; no benchmark").format(true=true, seeds=seeds)


def load(key: str) -> None:
    """Put an experiment on the screen: its graph, its model with the weights of epoch 0, its settings."""
    experiment = EXPERIMENTS[key]
    graph = experiment.graph(experiment.seed)
    placed = graph if graph.positions is not None else graph.with_positions(default_positions(graph))
    before = session.current()
    show_graph(placed, experiment.title, own=True)
    open_model(_("{name}, epoch 0").format(name=experiment.title), experiment.model(graph, experiment.seed))
    session.as_one(before, _("open {name}").format(name=experiment.title))
    player = own_player()
    player.halt()
    player.forget()
    player.setup = Setup(
        labelled=experiment.labelled,
        schedule=replace(experiment.schedule, seed=experiment.seed),
        dropout=experiment.dropout,
        feature_dropout=experiment.feature_dropout,
        beside=experiment.beside,
        card=key,
    )
    session.update(refused="")
