"""GAT and GATv2 beside each other, on the same graph and from the same seed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from gatviz.analysis import score_span, static_attention
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.common import Chart
from gatviz.charts.heads import head_alpha_chart, ranking_chart
from gatviz.charts.network import HALF_WIDTH, network_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.model.steps import Kind
from gatviz.ui import compute, state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare_controls import choice, head_choice
from gatviz.ui.compare_heads import matrix_limit
from gatviz.ui.compare_memo import drawn_at, once
from gatviz.ui.settings import Settings
from gatviz.ui.weight_edits import present_weights

_OTHER: dict[Kind, Kind] = {"GAT": "GATv2", "GATv2": "GAT"}


def kinds(now: state.State, settings: Settings, run: compute.Run) -> None:
    """The layer on show and the same layer of the other kind: α of a head, and how its targets rank."""
    other = compute.run(now.graph, replace(settings, kind=_OTHER[settings.kind])).of_layer(run.layer)
    pair = sorted((run.trace, other.trace), key=lambda trace: trace.kind)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        head = head_choice(run.trace, "compare_kinds_head")
        picture = choice(texts.PICTURE, list(texts.PICTURES), "compare_kinds_picture", texts.PICTURES.__getitem__)
    by_hand = present_weights(now) is not None
    say(
        [(texts.KINDS_BY_HAND if by_hand else texts.KINDS_SEED).format(kind=settings.kind, seed=settings.seed)],
        quiet=True,
    )
    found = [
        once(trace, ("static", now.graph.fingerprint), partial(static_attention, trace, now.graph)) for trace in pair
    ]
    say([f"{trace.kind}: {one.verdict(head)}" for trace, one in zip(pair, found, strict=True)])
    with side_by_side("kinds"):
        for trace in pair:
            card(_weights(now, trace, head, picture), f"kinds_{trace.kind}")
    if picture == "matrix":
        matrix_limit(run.trace.num_nodes)
    span = score_span(head, *pair)
    with side_by_side("kinds_ranking"):
        for trace, one in zip(pair, found, strict=True):
            look = theme()
            title = texts.KINDS_RANKING.format(kind=trace.kind, head=head)
            chart = ranking_chart(trace, one, head, theme=look, graph=now.graph, title=title, span=span)
            card(chart, f"kinds_{trace.kind}_ranking")
    st.caption(texts.KINDS_EXPLAINED)


def _weights(now: state.State, trace: LayerTrace, head: int, picture: str) -> Chart | None:
    look = theme()
    title = texts.KINDS_TITLE.format(kind=trace.kind, head=head)
    if picture == "matrix":
        return head_alpha_chart(trace, now.graph, head, theme=look, title=title)

    def drawn() -> Chart | None:
        return network_chart(
            Drawn.of(now.graph, trace, now.positions), trace.alpha[:, [head]], [trace.kind], title,
            width=HALF_WIDTH, theme=look,
        )  # fmt: skip

    return once(trace, ("kinds", drawn_at(now), head, look), drawn)
