"""Verdicts on heads: uniform or not, static or not."""

from __future__ import annotations

import numpy as np
import streamlit as st

from gatviz.analysis import Thresholds, Uniformity, static_attention, uniformity
from gatviz.attention.trace import LayerTrace
from gatviz.charts.colours import Theme, head_colour
from gatviz.charts.common import Chart
from gatviz.charts.heads import effective_chart, entropy_chart, ranking_chart, shares_chart
from gatviz.charts.network import node_values_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.ui import state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare_controls import head_choice, head_name
from gatviz.ui.compare_memo import drawn_at, once

_FIRST = Thresholds()


def uniform_or_not(now: state.State, trace: LayerTrace) -> None:
    """Entropy and shares of every head against plain averaging, with a verdict in words."""
    lines = _thresholds()
    key = ("uniformity", now.graph.fingerprint, lines)
    found = once(trace, key, lambda: uniformity(trace, now.graph, thresholds=lines))
    say(found.verdicts, dots=[head_colour(head) for head in range(trace.num_heads)])
    say(found.sentences, quiet=True)
    look = theme()
    with side_by_side("uniform"):
        card(entropy_chart(found, theme=look), "entropy")
        card(effective_chart(found, theme=look), "effective")
    if found.judged:
        card(
            once(trace, ("uniform nodes", drawn_at(now), look), lambda: _on_the_graph(now, trace, found, look)),
            "uniform_nodes",
        )
    card(shares_chart(found, theme=look), "shares")
    st.caption(texts.BY_HEAD)
    st.dataframe(found.by_head, hide_index=True, key="uniform_by_head", column_config=texts.COLUMNS)


def _on_the_graph(now: state.State, trace: LayerTrace, found: Uniformity, look: Theme) -> Chart | None:
    lowest = float(np.nanmin(found.normalised))
    columns = ["node", "head", "neighbours", "normalised_entropy"]
    return node_values_chart(
        Drawn.of(now.graph, trace, now.positions),
        found.normalised,
        [head_name(head) for head in range(trace.num_heads)],
        texts.UNIFORM_GRAPH,
        # A tenth below the lowest, or the scale would have no length where all are alike.
        lowest=max(0.0, np.floor(min(lowest, 0.95) * 10) / 10),
        unit=texts.UNIFORM_UNIT,
        caption=texts.UNIFORM_CAPTION,
        table=found.table[columns],
        weights=trace.alpha,
        theme=look,
    )


def _thresholds() -> Thresholds:
    with st.container(horizontal=True, gap="medium"):
        values = [
            st.number_input(
                label, 0.0, 1.0, first, 0.01, key=f"compare_{name}", help=help_, width=250, persist_state="session"
            )
            for label, help_, name, first in (
                (texts.NEAR_UNIFORM, texts.NEAR_UNIFORM_HELP, "near_uniform", _FIRST.near_uniform),
                (texts.ONE_NEIGHBOUR, texts.ONE_NEIGHBOUR_HELP, "one_neighbour", _FIRST.one_neighbour),
                (texts.MOST_NODES, texts.MOST_NODES_HELP, "most_nodes", _FIRST.most_nodes),
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
    st.dataframe(found.table, hide_index=True, key="static_table", column_config=texts.COLUMNS)
