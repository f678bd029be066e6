"""Does every target rank its sources in the same order?"""

from __future__ import annotations

from gatviz.analysis import StaticAttention, static_attention
from gatviz.analysis.headlines import whether_static
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.heads import ranking_chart
from gatviz.ui.compare.answer import answer, answer_place, table
from gatviz.ui.compare.cache import cached
from gatviz.ui.compare.chart_card import card, theme
from gatviz.ui.compare.controls import head_choice
from gatviz.ui.session import session
from gatviz.words import _


def static(now: session.Session, trace: LayerTrace) -> None:
    """The order in which targets rank their sources, counted and drawn."""
    found = cached(trace, ("static", now.graph.fingerprint), lambda: static_attention(trace, now.graph))
    answer(
        answer_place(),
        whether_static(found),
        [
            *found.sentences[int(any(found.static)) :],  # the first says what the headline says
            _(
                "Attention is called static when all targets rank the sources that they share in the same order, so "
                "that the "
                "target decides how strongly, but not what, it prefers. Targets that share no two sources have no "
                "order in common."
            ),
        ],
    )
    table(_("Head by head"), *_by_head(found))
    head = head_choice(trace, "compare_static_head")
    card(ranking_chart(trace, found, head, theme=theme(), graph=now.graph), "ranking")


def _by_head(found: StaticAttention) -> tuple[list[str], list[list[str]]]:
    titles = [_("head"), _("attention"), _("pairs of targets"), _("pairs that agree"), _("comparisons"), _("contrary")]
    word = {True: _("static"), False: _("dynamic")}
    rows = [
        [
            str(row["head"]),
            "–" if found.static[row["head"]] is None else word[bool(row["static"])],
            f"{row['target_pairs']:,}",
            f"{row['agreeing_pairs']:,}",
            f"{row['comparisons']:,}",
            f"{row['contrary_comparisons']:,}",
        ]
        for row in found.table.to_dict("records")
    ]
    return titles, rows
