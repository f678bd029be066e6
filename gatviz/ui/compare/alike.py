"""How alike are the heads?"""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import head_similarity
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.heads import correlation_chart, divergence_chart
from gatviz.ui.compare.cache import cached
from gatviz.ui.compare.chart_card import card, say, side_by_side, theme
from gatviz.words import _


def alike(trace: LayerTrace) -> None:
    """Every two heads, by how they share out and by how they rank."""
    if trace.num_heads == 1:
        st.info(
            _("There is one head, so there is no other head to compare it with. More heads can be set in the sidebar.")
        )
        return
    found = cached(trace, "similarity", lambda: head_similarity(trace))
    say(found.sentences)
    with side_by_side("alike"):
        card(divergence_chart(found, theme=theme()), "divergence")
        card(correlation_chart(found, theme=theme()), "correlation")
