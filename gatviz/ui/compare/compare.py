"""The Compare workspace: one question about attention at a time, answered from the trace on show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from gatviz.analysis.subject import layer_of
from gatviz.ui.compare.alike import alike
from gatviz.ui.compare.answer import question
from gatviz.ui.compare.chart_card import page_style
from gatviz.ui.compare.controls import choice
from gatviz.ui.compare.difference import difference
from gatviz.ui.compare.flow import flow
from gatviz.ui.compare.heads import heads
from gatviz.ui.compare.kinds import kinds
from gatviz.ui.compare.layers import layers
from gatviz.ui.compare.predictions import right_or_wrong
from gatviz.ui.compare.static import static
from gatviz.ui.compare.uniform import uniform
from gatviz.ui.compare.what_if import what_if
from gatviz.ui.session import session
from gatviz.ui.session.model import predicted, whose_weights
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.words import _

Key = Literal[
    "heads", "difference", "alike", "uniform", "static", "flow", "kinds", "layers", "predictions", "what_if"
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One question: its tab, its words in full, and what draws the answer, where it needs arrows or even without.

    `of_layer`: whether the answer is about the layer on show alone.
    """

    tab: str
    full: str
    answer: Callable[[], None]
    needs_edges: bool = True
    of_layer: bool = True


def questions(now: session.Session, settings: Settings, run: Run) -> dict[Key, Question]:
    """The questions that can be asked of this run, each under its key."""
    trace = layer_of(run.trace)
    asked: dict[Key, Question] = {
        "heads": Question(_("Heads"), _("What does each head attend to?"), partial(heads, now, trace)),
        "difference": Question(
            _("Difference"),
            _("Where do two heads, or a head and plain averaging, part ways?"),
            partial(difference, now, trace),
        ),
        "alike": Question(_("Alike?"), _("How alike are the heads?"), partial(alike, trace)),
        "uniform": Question(
            _("Uniform?"), _("Does a head choose, or does it average like a plain mean?"), partial(uniform, now, trace)
        ),
        "static": Question(
            _("Static?"), _("Does every target rank its sources in the same order?"), partial(static, now, trace)
        ),
        "flow": Question(_("In and out"), _("Who receives attention, and who gives it?"), partial(flow, now, trace)),
    }
    if not settings.opened and not trace.alpha_alone:
        asked["kinds"] = Question(
            _("GAT or GATv2"),
            _("What does GATv2 do otherwise, on the same graph and from the same seed?"),
            partial(kinds, now, settings, run),
        )
    if len(run.whole.layers) > 1:
        asked["layers"] = Question(
            _("Layers"),
            _("Where does attention lead through all layers?"),
            partial(layers, now, run.whole),
            of_layer=False,
        )
    predictions = predicted(now, settings, run)
    if predictions is not None:
        asked["predictions"] = Question(
            _("Predictions"),
            _("How often is the opened model right, and what does it mix up?"),
            partial(right_or_wrong, predictions),
            needs_edges=False,
            of_layer=False,
        )
    asked["what_if"] = Question(
        _("What if"),
        _("What changes if the graph, a feature, a weight or a setting changes?"),
        partial(what_if, now, run),
        needs_edges=False,
    )
    return asked


def compare(now: session.Session, settings: Settings, run: Run) -> None:
    """Draw the workspace for the run on show; only the chosen question is answered."""
    session.remember()  # a question that cannot be answered is no reason to go back to another run
    asked = questions(now, settings, run)
    chosen = choice(
        _("What to compare"),
        list(asked),
        "compare_section",
        lambda key: asked[key].tab,
        label_visibility="collapsed",
    )
    page_style(run.layer if asked[chosen].of_layer else None)
    question(asked[chosen].full, whose_weights(now))
    if asked[chosen].needs_edges and run.trace.num_edges == 0:
        st.info(_no_arrows() if now.graph.num_nodes else _no_nodes())
        return
    asked[chosen].answer()


def _no_nodes() -> str:
    return _("This graph has no nodes yet. Draw some in Explore, or choose or open a graph in the sidebar.")


def _no_arrows() -> str:
    return _("No node reads any other or itself, so there is no α to compare. Draw an arrow or add self-loops.")
