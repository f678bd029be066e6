"""Heads beside each other: all of them, the difference of two, and how alike they are."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import difference, head_similarity
from gatviz.trace import MAX_DENSE_NODES, LayerTrace
from gatviz.ui import state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, theme
from gatviz.ui.compare_controls import weights_choice
from gatviz.ui.compare_memo import once
from gatviz.views.charts_compare import difference_chart
from gatviz.views.charts_heads import alpha_chart, correlation_chart, divergence_chart


def heads(now: state.State, trace: LayerTrace) -> None:
    """α of every head, all on one scale."""
    to_largest = st.toggle(texts.SCALE, key="compare_to_largest", help=texts.SCALE_HELP, persist_state="session")
    look = theme()
    key = ("alpha", now.graph.fingerprint, to_largest, look)
    card(once(trace, key, lambda: alpha_chart(trace, now.graph, to_largest=to_largest, theme=look)), "alpha")
    matrix_limit(trace)


def differences(now: state.State, trace: LayerTrace) -> None:
    """Any two weightings, one minus the other."""
    left, right = st.columns(2)
    with left:
        first = weights_choice(texts.FIRST, trace, "compare_first", 0)
    with right:
        second = weights_choice(texts.SECOND, trace, "compare_second", 1 if trace.num_heads > 1 else "uniform")
    found = difference(trace, first, second, now.graph)
    say(found.sentences)
    card(difference_chart(found, theme=theme()), "difference")
    matrix_limit(trace)


def alike(now: state.State, trace: LayerTrace) -> None:  # noqa: ARG001 - every section is called alike
    """Every two heads, by how they share out and by how they rank."""
    if trace.num_heads == 1:
        st.info(texts.ONE_HEAD)
        return
    found = once(trace, "similarity", lambda: head_similarity(trace))
    say(found.sentences)
    left, right = st.columns(2)
    with left:
        card(divergence_chart(found, theme=theme()), "divergence")
    with right:
        card(correlation_chart(found, theme=theme()), "correlation")


def matrix_limit(trace: LayerTrace) -> None:
    """Say why there is no matrix."""
    if trace.num_nodes > MAX_DENSE_NODES:
        st.info(texts.TOO_MANY_FOR_MATRIX.format(most=MAX_DENSE_NODES, nodes=trace.num_nodes))
