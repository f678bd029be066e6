"""Does a head choose, or does it average like a plain mean?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from gatviz.analysis import Rule, Uniformity, uniformity
from gatviz.analysis.headlines import who_averages
from gatviz.analysis.subject import nodes
from gatviz.analysis.uniformity import AVERAGES, CHOOSES
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.heads import effective_chart, evenness_chart, shares_chart
from gatviz.colours import head_colour
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, OfNodes, multiples
from gatviz.ui.compare.answer import answer, answer_place, table
from gatviz.ui.compare.cache import cached, drawn_at
from gatviz.ui.compare.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare.controls import head_name, number_input
from gatviz.ui.compare.multiples import multiples_card
from gatviz.ui.session import session
from gatviz.words import _

_DEFAULTS = Rule()


def uniform(now: session.Session, trace: LayerTrace) -> None:
    """Effective neighbours and shares of every head against plain averaging, with a verdict in words."""
    place = answer_place()
    words = st.container()
    with st.expander(_("The rule behind the words")):
        rule = _rule()
    key = ("uniformity", now.graph.fingerprint, rule)
    found = cached(trace, key, lambda: uniformity(trace, now.graph, rule=rule))
    answer(place, who_averages(found), [*found.sentences, _rule_told(rule)])
    look = theme()
    with words:
        titles, rows = _by_head(found)
        table(_("Head by head"), titles, rows, [head_colour(head) for head in range(trace.num_heads)])
    with side_by_side("uniform"):
        card(evenness_chart(found, theme=look), "evenness")
        card(effective_chart(found, theme=look), "effective")
    if found.judged:
        multiples_card(
            now,
            cached(trace, ("uniform_nodes", drawn_at(now)), lambda: _on_the_graph(now, trace, found)),
            "uniform_nodes",
        )
        say(
            [
                _(
                    "The darker (on dark paper: the lighter) a node, the larger the part of its neighbours that it "
                    "reads like, up to 1, a plain mean. Nodes that read fewer than two have nothing to share out and "
                    "stay empty."
                )
            ],
            quiet=True,
        )
    card(shares_chart(found, theme=look), "shares")


def _on_the_graph(now: session.Session, trace: LayerTrace, found: Uniformity) -> Multiples | None:
    heads = range(trace.num_heads)
    told = [[found.reads_like(node, head) for head in heads] for node in range(trace.num_nodes)]
    table = found.table[["node", "head", "neighbours", "effective_neighbours", "evenness"]]
    return multiples(
        Drawn.of(now.graph, trace, now.positions),
        trace.alpha,
        [head_name(head) for head in heads],
        _("How evenly each node shares its attention out"),
        graph=now.origin,
        symbol=_("effective ÷ read"),
        nodes=OfNodes(found.evenness, told, table),
    )


def _rule() -> Rule:
    """The rule that gives the words, which can be tried with other numbers here."""
    with st.container(horizontal=True, gap="medium"):
        values = {
            name: number_input(label, low, high, usual, step, f"compare_{name}", help=help_)
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


def _rule_told(rule: Rule) -> str:
    return _("It averages where {averages}; it chooses where {chooses}; else it leans.").format(
        averages=rule.means(AVERAGES), chooses=rule.means(CHOOSES)
    )


def _by_head(found: Uniformity) -> tuple[list[str], list[list[str]]]:
    """Counts of, and means over, the nodes that read two or more."""
    by_head = found.by_head
    titles = [
        _("head"),
        _("reads like"),
        _("averages"),
        _("leans"),
        _("chooses"),
        _("on the strongest"),
        _("on itself"),
    ]
    labelled = "mean_same_label_share" in by_head
    if labelled:
        titles.append(_("on its label"))
    rows = []
    for row in by_head.to_dict("records"):
        told = [
            str(row["head"]),
            found.mean_reads_like(row["head"]),
            *(nodes(row[f"{word}_nodes"]) for word in ("averaging", "leaning", "choosing")),
            _share(row["mean_strongest_share"]),
            _beside_uniform(row["mean_own_share"], row["mean_own_share_if_uniform"]),
        ]
        if labelled:
            told.append(_beside_uniform(row["mean_same_label_share"], row["mean_same_label_share_if_uniform"]))
        rows.append(told)
    return titles, rows


def _beside_uniform(share: float, uniform: float) -> str:
    if np.isnan(share) or np.isnan(uniform):
        return _share(share)
    return _("{share}, a mean {uniform}").format(share=_share(share), uniform=_share(uniform))


def _share(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.2f}"
