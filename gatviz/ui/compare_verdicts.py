"""Verdicts on heads: uniform or not, static or not."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import Thresholds, static_attention, uniformity
from gatviz.trace import LayerTrace
from gatviz.ui import state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, theme
from gatviz.ui.compare_controls import head_choice
from gatviz.ui.compare_memo import once
from gatviz.views.charts_heads import effective_chart, entropy_chart, ranking_chart, shares_chart

_FIRST = Thresholds()


def uniform_or_not(now: state.State, trace: LayerTrace) -> None:
    """Entropy and shares of every head against plain averaging, with a verdict in words."""
    lines = _thresholds()
    key = ("uniformity", now.graph.fingerprint, lines)
    found = once(trace, key, lambda: uniformity(trace, now.graph, thresholds=lines))
    say(found.verdicts)
    say(found.sentences, quiet=True)
    left, right = st.columns(2)
    with left:
        card(entropy_chart(found, theme=theme()), "entropy")
    with right:
        card(effective_chart(found, theme=theme()), "effective")
    card(shares_chart(found, theme=theme()), "shares")
    st.caption(texts.BY_HEAD)
    st.dataframe(found.by_head, hide_index=True, key="uniform_by_head")


def _thresholds() -> Thresholds:
    with st.popover(texts.THRESHOLDS, icon=":material/tune:"):
        values = [
            st.slider(label, 0.0, 1.0, first, 0.01, key=f"compare_{name}", persist_state="session")
            for label, name, first in (
                (texts.NEAR_UNIFORM, "near_uniform", _FIRST.near_uniform),
                (texts.ONE_NEIGHBOUR, "one_neighbour", _FIRST.one_neighbour),
                (texts.MOST_NODES, "most_nodes", _FIRST.most_nodes),
            )
        ]
    return Thresholds(*values)


def static_or_not(now: state.State, trace: LayerTrace) -> None:
    """The order in which targets rank their sources, counted and drawn."""
    found = once(trace, ("static", now.graph.fingerprint), lambda: static_attention(trace, now.graph))
    say(found.sentences)
    say([texts.STATIC_EXPLAINED], quiet=True)
    head = head_choice(trace, "compare_static_head")
    card(ranking_chart(trace, found, head, theme=theme(), graph=now.graph), "ranking")
    st.dataframe(found.table, hide_index=True, key="static_table")
