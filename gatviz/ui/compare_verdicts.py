"""Verdicts on heads: uniform or not, static or not."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import Rule, Uniformity, static_attention, uniformity
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.colours import Theme, head_colour
from gatviz.charts.common import Chart
from gatviz.charts.heads import effective_chart, evenness_chart, ranking_chart, shares_chart
from gatviz.charts.network import node_values_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.ui import state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare_controls import head_choice, head_name
from gatviz.ui.compare_memo import drawn_at, once

_USUAL = Rule()


def uniform_or_not(now: state.State, trace: LayerTrace) -> None:
    """Effective neighbours and shares of every head against plain averaging, with a verdict in words."""
    rule = _rule()
    key = ("uniformity", now.graph.fingerprint, rule)
    found = once(trace, key, lambda: uniformity(trace, now.graph, rule=rule))
    say(found.verdicts, dots=[head_colour(head) for head in range(trace.num_heads)])
    say(found.sentences, quiet=True)
    look = theme()
    with side_by_side("uniform"):
        card(evenness_chart(found, theme=look), "evenness")
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
    heads = range(trace.num_heads)
    return node_values_chart(
        Drawn.of(now.graph, trace, now.positions),
        found.evenness,
        [[found.reads_like(node, head) for head in heads] for node in range(trace.num_nodes)],
        [head_name(head) for head in heads],
        texts.UNIFORM_GRAPH,
        unit=texts.UNIFORM_UNIT,
        caption=texts.UNIFORM_CAPTION,
        table=found.table[["node", "head", "neighbours", "effective_neighbours", "evenness"]],
        weights=trace.alpha,
        theme=look,
    )


def _rule() -> Rule:
    """The rule that gives the words, which can be tried with other numbers here."""
    with st.container(horizontal=True, gap="medium"):
        values = {
            name: st.number_input(
                label, low, high, usual, step, key=f"compare_{name}", help=help_, width=250, persist_state="session"
            )
            for label, help_, name, usual, low, high, step in (
                (texts.EVEN_LEAD, texts.EVEN_LEAD_HELP, "even_lead", _USUAL.even_lead, 1.0, 10.0, 0.05),
                (texts.CHOSEN_PART, texts.CHOSEN_PART_HELP, "chosen_part", _USUAL.chosen_part, 0.0, 1.0, 0.01),
                (texts.MOST_NODES, texts.MOST_NODES_HELP, "most_nodes", _USUAL.most_nodes, 0.0, 1.0, 0.01),
            )
        }
    return Rule(**values)


def static_or_not(now: state.State, trace: LayerTrace) -> None:
    """The order in which targets rank their sources, counted and drawn."""
    found = once(trace, ("static", now.graph.fingerprint), lambda: static_attention(trace, now.graph))
    say(found.sentences)
    say([texts.STATIC_EXPLAINED], quiet=True)
    head = head_choice(trace, "compare_static_head")
    card(ranking_chart(trace, found, head, theme=theme(), graph=now.graph), "ranking")
    st.dataframe(found.table, hide_index=True, key="static_table", column_config=texts.COLUMNS)
