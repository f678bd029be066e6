"""Attention through several layers: every head of every layer, and where attention leads through them all."""

from __future__ import annotations

import numpy as np
import streamlit as st

from gatviz.analysis import AcrossLayers, attention_across_layers
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import MAX_DENSE_NODES
from gatviz.charts.common import Chart
from gatviz.charts.compare import across_chart, hops_chart
from gatviz.charts.network import network_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.model.trace import Trace
from gatviz.ui import state
from gatviz.ui import texts_compare as texts
from gatviz.ui.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare_controls import picked
from gatviz.ui.compare_memo import drawn_at, once

_MOST_PANELS = 32
_MOST_BARS = 60
_MOST_IN_A_ROW = 8


def layers(now: state.State, whole: Trace) -> None:
    """A thumbnail for each head of each layer, then the product of the layers' attention."""
    look = theme()
    last = whole.layers[-1]
    key = ("layer thumbnails", drawn_at(now), look)
    card(once(last, key, lambda: _thumbnails(now, whole)), "thumbnails")
    found: AcrossLayers = once(last, ("across", now.graph.fingerprint), lambda: attention_across_layers(whole))
    say(found.sentences)
    node = picked(texts.NODE, range(len(found.names)), "compare_node", lambda n: called(found.names[n]))
    with side_by_side("across"):
        if len(found.names) <= MAX_DENSE_NODES:
            card(across_chart(found, theme=look), "across")
        shown = range(len(found.names)) if len(found.names) <= _MOST_BARS else [node]
        card(hops_chart(found, shown, theme=look), "hops")
    say([texts.NODE_READS], quiet=True)
    st.dataframe(found.reads(node), hide_index=True, key="across_reads")


def _thumbnails(now: state.State, whole: Trace) -> Chart | None:
    """All layers run over the same arcs, so their heads can stand in one drawing."""
    titles = [
        texts.LAYER_HEAD.format(layer=number, head=head)
        for number, layer in enumerate(whole.layers)
        for head in range(layer.num_heads)
    ]
    values = np.concatenate([layer.alpha for layer in whole.layers], axis=1)[:, :_MOST_PANELS]
    heads = {layer.num_heads for layer in whole.layers[:-1]}
    columns = max(heads) if len(heads) == 1 and whole.layers[-1].num_heads <= max(heads) <= _MOST_IN_A_ROW else None
    chart = network_chart(
        Drawn.of(now.graph, whole.layers[0], now.positions),
        values,
        titles[:_MOST_PANELS],
        texts.LAYERS_CHART,
        columns=columns,  # a row for each layer, where it can be
        theme=theme(),
    )
    if chart is not None and len(titles) > _MOST_PANELS:
        return Chart(
            chart.figure, f"{chart.caption} {texts.PANELS_CUT.format(shown=_MOST_PANELS, all=len(titles))}", chart.table
        )
    return chart
