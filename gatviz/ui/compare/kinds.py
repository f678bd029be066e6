"""GAT and GATv2 beside each other, on the same graph and from the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from gatviz.analysis import score_span, static_attention
from gatviz.analysis.headlines import both_kinds
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.heads import head_alpha_chart, ranking_chart
from gatviz.model.layer_settings import Kind
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, multiples
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.cache import cached
from gatviz.ui.compare.chart_card import card, matrix_limit, side_by_side, theme
from gatviz.ui.compare.controls import head_choice, picture_choice
from gatviz.ui.compare.multiples import multiples_card
from gatviz.ui.session import run_cache, session
from gatviz.ui.session.model import present_weights
from gatviz.ui.session.settings import Settings
from gatviz.words import _

_OTHER: dict[Kind, Kind] = {"GAT": "GATv2", "GATv2": "GAT"}


def kinds(now: session.Session, settings: Settings, run: run_cache.Run) -> None:
    """The layer on show and the same layer of the other kind: α of a head, and how its targets rank."""
    other = run_cache.run(now.graph, replace(settings, kind=_OTHER[settings.kind])).of_layer(run.layer)
    pair = sorted((run.trace, other.trace), key=lambda trace: trace.kind)
    place = answer_place()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        head = head_choice(run.trace, "compare_kinds_head")
        picture = picture_choice("compare_kinds_picture")
    by_hand = present_weights(now) is not None
    if by_hand:
        drawn = _(
            "The {kind} layer has the weights that were set here, the other untrained ones that seed {seed} draws."
        )
    else:
        drawn = _("Both draw untrained weights from seed {seed}; they have other parameters, so their numbers differ.")
    found = [
        cached(trace, ("static", now.graph.fingerprint), partial(static_attention, trace, now.graph)) for trace in pair
    ]
    verdict = _("{kind}: {verdict}")
    told = [verdict.format(kind=trace.kind, verdict=one.verdict(head)) for trace, one in zip(pair, found, strict=True)]
    answer(place, both_kinds(found[0], found[1], head), [*told, drawn.format(kind=settings.kind, seed=settings.seed)])
    if picture == "matrix":
        with side_by_side("kinds"):
            for trace in pair:
                title = _("α of {kind}, head {head}").format(kind=trace.kind, head=head)
                card(head_alpha_chart(trace, now.graph, head, theme=theme(), title=title), f"kinds_{trace.kind}")
        matrix_limit(run.trace.num_nodes)
    else:
        multiples_card(now, _weights(now, pair, head), "kinds")
    span = score_span(head, *pair)
    with side_by_side("kinds_ranking"):
        for trace, one in zip(pair, found, strict=True):
            look = theme()
            title = _("How each target ranks its sources: {kind}, head {head}").format(kind=trace.kind, head=head)
            chart = ranking_chart(trace, one, head, theme=look, graph=now.graph, title=title, span=span)
            card(chart, f"kinds_{trace.kind}_ranking")
    st.caption(
        _(
            "GAT scores e = LeakyReLU(a_target·Wh_i + a_source·Wh_j): what j adds is the same for every reader i, "
            "so all "
            "rank alike, and what i adds is the same for every j, so it only decides how sharply. "
            "GATv2 scores e = a·LeakyReLU(W_target h_i + W_source h_j): the bend comes before a, so readers can differ."
        )
    )


def _weights(now: session.Session, pair: Sequence[LayerTrace], head: int) -> Multiples | None:
    """α of a head of both, over the same arrows."""
    return multiples(
        Drawn.of(now.graph, pair[0], now.positions),
        np.stack([trace.alpha[:, head] for trace in pair], axis=1),
        [trace.kind for trace in pair],
        _("α of head {head}").format(head=head),
        graph=now.origin,
    )
