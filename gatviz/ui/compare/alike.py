"""How alike are the heads?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from gatviz.analysis import HeadSimilarity, head_similarity
from gatviz.analysis.headlines import which_are_alike
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.heads import correlation_chart, divergence_chart
from gatviz.ui.compare.answer import answer, answer_place, table
from gatviz.ui.compare.cache import cached
from gatviz.ui.compare.chart_card import card, side_by_side, theme
from gatviz.words import _

_MAX_PAIRS = 6


def alike(trace: LayerTrace) -> None:
    """Every two heads, by how they share out and by how they rank."""
    if trace.num_heads == 1:
        st.info(
            _("There is one head, so there is no other head to compare it with. More heads can be set in the sidebar.")
        )
        return
    found = cached(trace, "similarity", lambda: head_similarity(trace))
    answer(answer_place(), which_are_alike(found), found.sentences[-1:])
    table(_("Heads, two by two"), *_pairs(found))
    with side_by_side("alike"):
        card(divergence_chart(found, theme=theme()), "divergence")
        card(correlation_chart(found, theme=theme()), "correlation")


def _pairs(found: HeadSimilarity) -> tuple[list[str], list[list[str]]]:
    """Pairs of heads, the most alike first; of many the first and the last."""
    rows = found.table.sort_values("divergence_bits", kind="stable")
    if len(rows) > _MAX_PAIRS:
        rows = rows.iloc[[*range(_MAX_PAIRS // 2), *range(-(_MAX_PAIRS // 2), 0)]]
    told = [
        [
            _("{first} and {second}").format(first=row["first_head"], second=row["second_head"]),
            f"{row['divergence_bits']:.3f}",
            "–" if np.isnan(row["rank_correlation"]) else f"{row['rank_correlation']:.2f}".replace("-", "−"),
        ]
        for row in rows.to_dict("records")
    ]
    return [_("heads"), _("divergence, bits"), _("rank correlation")], told
