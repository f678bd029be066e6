"""Where do two heads, or a head and plain averaging, part ways?"""

from __future__ import annotations

import streamlit as st

from gatviz import analysis
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.compare import difference_chart
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, multiples
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.cache import cached, drawn_at
from gatviz.ui.compare.chart_card import card, matrix_limit, side_by_side, theme
from gatviz.ui.compare.controls import weights_choice
from gatviz.ui.compare.multiples import multiples_card
from gatviz.ui.session import session
from gatviz.words import _


def difference(now: session.Session, trace: LayerTrace) -> None:
    """Any two weightings, one minus the other, on the graph and as a matrix."""
    place = answer_place()
    left, right = st.columns(2)
    with left:
        first = weights_choice(_("Take"), trace, "compare_first", 0)
    with right:
        second = weights_choice(_("minus"), trace, "compare_second", 1 if trace.num_heads > 1 else "uniform")
    found = analysis.difference(trace, first, second, now.graph)
    answer(place, found.sentences[0], found.sentences[1:])
    look = theme()

    def on_the_graph() -> Multiples | None:
        title = _("{first} minus {second}").format(first=found.first_name, second=found.second_name)
        return multiples(
            Drawn.of(now.graph, trace, now.positions),
            found.values[:, None],
            [title],
            _("{what}, on the graph").format(what=title[:1].upper() + title[1:]),
            signed=True,
            symbol="Δ",
            graph=now.origin,
        )

    key = ("difference", drawn_at(now), first, second)
    with side_by_side("difference"):
        multiples_card(now, cached(trace, key, on_the_graph), "difference_graph")
        card(difference_chart(found, theme=look), "difference_matrix")
    matrix_limit(trace.num_nodes)
