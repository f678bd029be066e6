"""What does each head attend to? All of them side by side, or one large."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import in_and_out, share_limit
from gatviz.analysis.headlines import who_is_read
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.common import Chart
from gatviz.charts.heads import alpha_chart, head_alpha_chart
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, multiples
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.cache import cached, drawn_at
from gatviz.ui.compare.chart_card import card, matrix_limit, theme
from gatviz.ui.compare.controls import choice, head_name, picture_choice
from gatviz.ui.compare.multiples import multiples_card
from gatviz.ui.session import session
from gatviz.ui.session.control_values import key_of, set_value
from gatviz.words import _

_SHOWN = "compare_shown"
_ALL = -1


def heads(now: session.Session, trace: LayerTrace) -> None:
    """α of every head on one scale, or of one head large; on the graph or as a matrix."""
    found = cached(trace, ("flow", now.graph.fingerprint), lambda: in_and_out(trace, now.graph))
    answer(answer_place(), who_is_read(found))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        shown = _ALL
        if trace.num_heads > 1:
            options = [_ALL, *range(trace.num_heads)]
            shown = choice(
                _("Show head"),
                options,
                _SHOWN,
                lambda h: _("all") if h == _ALL else str(h),
                help=_("All heads side by side, or one large. A click on the name above a panel opens that head too."),
            )
        picture = picture_choice("compare_picture")
        columns = 0
        if shown == _ALL and trace.num_heads > 1 and picture == "graph":
            options = [0, 1, 2, 3, 4]
            columns = choice(_("Per row"), options, "compare_per_row", lambda n: str(n) if n else _("auto"))
        to_largest = st.toggle(
            _("Scale to the largest α"),
            key=key_of("compare_to_largest"),
            help=_("Colours and widths run from 0 to 1; switched on, they run from 0 to the largest α shown."),
            persist_state="session",
        )
    chosen = list(range(trace.num_heads)) if shown == _ALL else [shown]
    look = theme()
    if picture == "graph":

        def graphs() -> Multiples | None:
            return multiples(
                Drawn.of(now.graph, trace, now.positions),
                trace.alpha[:, chosen],
                [head_name(head) for head in chosen],
                _("α of every head") if len(chosen) > 1 else _("α of head {head}").format(head=chosen[0]),
                largest=share_limit(trace) if to_largest else 1.0,
                columns=columns or None,
                graph=now.origin,
                opens=True,
            )

        drawn = cached(trace, ("graphs", drawn_at(now), tuple(chosen), to_largest, columns), graphs)
        multiples_card(now, drawn, "heads_graph", _open)
        return

    def matrices() -> Chart | None:
        if len(chosen) > 1:
            return alpha_chart(trace, now.graph, to_largest=to_largest, theme=look)
        return head_alpha_chart(trace, now.graph, chosen[0], to_largest=to_largest, theme=look)

    key = ("matrices", now.graph.fingerprint, tuple(chosen), to_largest, columns, look)
    card(cached(trace, key, matrices), "heads_matrix")
    matrix_limit(trace.num_nodes)


def _open(panel: int) -> None:
    set_value(_SHOWN, panel)
