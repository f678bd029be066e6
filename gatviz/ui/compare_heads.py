"""Heads beside each other: all of them, the difference of two, and how alike they are."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis import difference, head_similarity, share_limit
from gatviz.attention.layer_trace import MAX_DENSE_NODES, LayerTrace
from gatviz.charts.common import Chart
from gatviz.charts.compare import difference_chart
from gatviz.charts.heads import alpha_chart, correlation_chart, divergence_chart, head_alpha_chart
from gatviz.charts.network import HALF_WIDTH, network_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.ui import state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare_controls import choice, head_name, weights_choice
from gatviz.ui.compare_memo import drawn_at, once

_SHOWN = "compare_shown"
_ALL = -1


def heads(now: state.State, trace: LayerTrace) -> None:
    """α of every head on one scale, or of one head large; on the graph or as a matrix."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        shown = _ALL
        if trace.num_heads > 1:
            options = [_ALL, *range(trace.num_heads)]
            shown = choice(
                texts.SHOW, options, _SHOWN, lambda h: texts.ALL_HEADS if h == _ALL else str(h), help=texts.SHOW_HELP
            )
        picture = choice(texts.PICTURE, list(texts.PICTURES), "compare_picture", texts.PICTURES.__getitem__)
        columns = 0
        if shown == _ALL and trace.num_heads > 1 and picture == "graph":
            options = [0, 1, 2, 3, 4]
            columns = choice(texts.PER_ROW, options, "compare_per_row", lambda n: str(n) if n else texts.AUTO)
        to_largest = st.toggle(texts.SCALE, key="compare_to_largest", help=texts.SCALE_HELP, persist_state="session")
    chosen = list(range(trace.num_heads)) if shown == _ALL else [shown]
    look = theme()
    if picture == "graph":

        def graphs() -> Chart | None:
            return network_chart(
                Drawn.of(now.graph, trace, now.positions),
                trace.alpha[:, chosen],
                [head_name(head) for head in chosen],
                texts.HEADS_CHART if len(chosen) > 1 else texts.HEAD_CHART.format(head=chosen[0]),
                largest=share_limit(trace) if to_largest else 1.0,
                columns=columns or None,
                theme=look,
            )

        key = ("graphs", drawn_at(now), tuple(chosen), to_largest, columns, look)
        card(once(trace, key, graphs), "heads_graph", clicked=_open if len(chosen) > 1 else None)
        return

    def matrices() -> Chart | None:
        if len(chosen) > 1:
            return alpha_chart(trace, now.graph, to_largest=to_largest, theme=look)
        return head_alpha_chart(trace, now.graph, chosen[0], to_largest=to_largest, theme=look)

    key = ("matrices", now.graph.fingerprint, tuple(chosen), to_largest, columns, look)
    card(once(trace, key, matrices), "heads_matrix")
    matrix_limit(trace.num_nodes)


def _open(panel: int) -> None:
    st.session_state[_SHOWN] = panel


def differences(now: state.State, trace: LayerTrace) -> None:
    """Any two weightings, one minus the other, on the graph and as a matrix."""
    left, right = st.columns(2)
    with left:
        first = weights_choice(texts.FIRST, trace, "compare_first", 0)
    with right:
        second = weights_choice(texts.SECOND, trace, "compare_second", 1 if trace.num_heads > 1 else "uniform")
    found = difference(trace, first, second, now.graph)
    say(found.sentences)
    look = theme()

    def on_the_graph() -> Chart | None:
        title = f"{found.first_name} minus {found.second_name}"
        return network_chart(
            Drawn.of(now.graph, trace, now.positions),
            found.values[:, None],
            [title],
            texts.ON_THE_GRAPH.format(what=title[:1].upper() + title[1:]),
            scale="signed",
            unit=texts.DIFFERENCE_UNIT,
            width=HALF_WIDTH,
            theme=look,
        )

    key = ("difference", drawn_at(now), first, second, look)
    with side_by_side("difference"):
        card(once(trace, key, on_the_graph), "difference_graph")
        card(difference_chart(found, theme=look), "difference_matrix")
    matrix_limit(trace.num_nodes)


def alike(now: state.State, trace: LayerTrace) -> None:  # noqa: ARG001 - every section is called alike
    """Every two heads, by how they share out and by how they rank."""
    if trace.num_heads == 1:
        st.info(texts.ONE_HEAD)
        return
    found = once(trace, "similarity", lambda: head_similarity(trace))
    say(found.sentences)
    with side_by_side("alike"):
        card(divergence_chart(found, theme=theme()), "divergence")
        card(correlation_chart(found, theme=theme()), "correlation")


def matrix_limit(nodes: int) -> None:
    """Say why there is no matrix."""
    if nodes > MAX_DENSE_NODES:
        st.info(texts.TOO_MANY_FOR_MATRIX.format(most=MAX_DENSE_NODES, nodes=nodes))
