"""In and out: what every node receives and gives, and the strongest arrows."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import in_and_out, top_arcs
from gatviz.analysis.baselines import name_of
from gatviz.trace import LayerTrace
from gatviz.ui import state
from gatviz.ui.chart_card import card, say, theme
from gatviz.ui.compare_controls import head_choice
from gatviz.ui.compare_memo import once
from gatviz.views.charts_compare import in_and_out_chart, top_arcs_chart

_LISTED = 20


def flow(now: state.State, trace: LayerTrace) -> None:
    """One head at a time."""
    head = head_choice(trace, "compare_flow_head")
    found = once(trace, ("flow", now.graph.fingerprint), lambda: in_and_out(trace, now.graph))
    say(found.sentences[head : head + 1])
    card(in_and_out_chart(found, head, theme=theme()), "flow")
    top = top_arcs(trace, head, _LISTED, now.graph)
    card(top_arcs_chart(top, name_of(head), theme=theme()), "top_arcs")
    st.dataframe(top, hide_index=True, key="top_arcs_table")
