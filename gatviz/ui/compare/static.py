"""Does every target rank its sources in the same order?"""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import static_attention
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.heads import ranking_chart
from gatviz.ui.compare.cache import cached
from gatviz.ui.compare.chart_card import card, say, theme
from gatviz.ui.compare.controls import head_choice
from gatviz.ui.session import session
from gatviz.words import _


def static(now: session.Session, trace: LayerTrace) -> None:
    """The order in which targets rank their sources, counted and drawn."""
    found = cached(trace, ("static", now.graph.fingerprint), lambda: static_attention(trace, now.graph))
    say(found.sentences)
    say(
        [
            _(
                "Attention is called static when all targets rank the sources that they share in the same order, so "
                "that the "
                "target decides how strongly, but not what, it prefers. Targets that share no two sources have no "
                "order in common."
            )
        ],
        quiet=True,
    )
    head = head_choice(trace, "compare_static_head")
    card(ranking_chart(trace, found, head, theme=theme(), graph=now.graph), "ranking")
    st.dataframe(found.table, hide_index=True, key="static_table", column_config=_columns())


def _columns() -> dict[str, str]:
    return {
        "head": _("head"),
        "static": _("static"),
        "target_pairs": _("pairs of targets"),
        "agreeing_pairs": _("pairs that agree"),
        "comparisons": _("comparisons"),
        "contrary_comparisons": _("contrary ones"),
    }
