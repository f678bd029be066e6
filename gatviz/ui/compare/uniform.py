"""Does a head choose, or does it average like a plain mean?"""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import Rule, Uniformity, uniformity
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.colours import Theme, head_colour
from gatviz.charts.common import Chart
from gatviz.charts.heads import effective_chart, evenness_chart, shares_chart
from gatviz.charts.network import node_values_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.ui.compare.cache import cached, drawn_at
from gatviz.ui.compare.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare.controls import head_name
from gatviz.ui.session import session
from gatviz.words import _

_DEFAULTS = Rule()


def uniform(now: session.Session, trace: LayerTrace) -> None:
    """Effective neighbours and shares of every head against plain averaging, with a verdict in words."""
    rule = _rule()
    key = ("uniformity", now.graph.fingerprint, rule)
    found = cached(trace, key, lambda: uniformity(trace, now.graph, rule=rule))
    say(found.verdicts, dots=[head_colour(head) for head in range(trace.num_heads)])
    say(found.sentences, quiet=True)
    look = theme()
    with side_by_side("uniform"):
        card(evenness_chart(found, theme=look), "evenness")
        card(effective_chart(found, theme=look), "effective")
    if found.judged:
        card(
            cached(trace, ("uniform_nodes", drawn_at(now), look), lambda: _on_the_graph(now, trace, found, look)),
            "uniform_nodes",
        )
    card(shares_chart(found, theme=look), "shares")
    st.caption(_("Head by head: counts of, and means over, the nodes that read two or more"))
    st.dataframe(found.by_head, hide_index=True, key="uniform_by_head", column_config=_columns())


def _on_the_graph(now: session.Session, trace: LayerTrace, found: Uniformity, look: Theme) -> Chart | None:
    heads = range(trace.num_heads)
    return node_values_chart(
        Drawn.of(now.graph, trace, now.positions),
        found.evenness,
        [[found.reads_like(node, head) for head in heads] for node in range(trace.num_nodes)],
        [head_name(head) for head in heads],
        _("How evenly each node shares its attention out"),
        unit=_("effective ÷ read"),
        caption=_(
            "The darker (on dark paper: the lighter) a node, the larger the part of its neighbours that it reads "
            "like, up to "
            "1, a plain mean. Nodes that read fewer than two have nothing to share out and stay empty."
        ),
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
                (
                    _("Averages up to a lead of"),
                    _(
                        "A node averages where no neighbour gets more than this many times its even share. With "
                        "1.25, of four neighbours "
                        "none gets more than 0.31."
                    ),
                    "even_lead",
                    _DEFAULTS.even_lead,
                    1.0,
                    10.0,
                    0.05,
                ),
                (
                    _("Chooses up to a part of"),
                    _(
                        "A node chooses where it reads like at most this part of its neighbours. With 0.67, one of "
                        "ten chooses where it "
                        "reads like 6.7 or fewer. What neither averages nor chooses leans."
                    ),
                    "chosen_part",
                    _DEFAULTS.chosen_part,
                    0.0,
                    1.0,
                    0.01,
                ),
                (
                    _("Say so of a whole head from"),
                    _("Part of the judged nodes from which a head as a whole is said to act so."),
                    "most_nodes",
                    _DEFAULTS.most_nodes,
                    0.0,
                    1.0,
                    0.01,
                ),
            )
        }
    return Rule(**values)


def _columns() -> dict[str, str]:
    return {
        "head": _("head"),
        "judged_nodes": _("nodes judged"),
        "averaging_nodes": _("average"),
        "leaning_nodes": _("lean"),
        "choosing_nodes": _("choose"),
        "mean_effective_neighbours": _("effective neighbours"),
        "mean_neighbours": _("of so many read"),
        "mean_strongest_share": _("on the strongest"),
        "mean_own_share": _("on itself"),
        "mean_own_share_if_uniform": _("on itself, if uniform"),
        "mean_same_label_share": _("on its label"),
        "mean_same_label_share_if_uniform": _("on its label, if uniform"),
    }
