"""Attention through several layers: every head of every layer, and where attention leads through them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from gatviz.analysis import AcrossLayers, attention_across_layers
from gatviz.analysis.headlines import what_arrives
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import MAX_DENSE_NODES
from gatviz.charts.compare import across_chart, hops_chart
from gatviz.model.trace import Trace
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, multiples
from gatviz.ui.compare.answer import answer, answer_place
from gatviz.ui.compare.cache import cached, drawn_at
from gatviz.ui.compare.chart_card import card, say, side_by_side, theme
from gatviz.ui.compare.controls import picked
from gatviz.ui.compare.multiples import multiples_card
from gatviz.ui.session import session
from gatviz.words import _, sentences

_MAX_PANELS = 32
_MAX_BARS = 60
_MAX_IN_A_ROW = 8


def layers(now: session.Session, whole: Trace) -> None:
    """A thumbnail for each head of each layer, then the product of the layers' attention."""
    look = theme()
    last = whole.layers[-1]
    place = answer_place()
    key = ("thumbnails", drawn_at(now))
    multiples_card(now, cached(last, key, lambda: _thumbnails(now, whole)), "thumbnails")
    found: AcrossLayers = cached(last, ("across", now.graph.fingerprint), lambda: attention_across_layers(whole))
    node = picked(_("Node"), range(len(found.names)), "compare_node", lambda n: called(found.names[n]))
    answer(place, what_arrives(found, node), found.sentences)
    with side_by_side("across"):
        if len(found.names) <= MAX_DENSE_NODES:
            card(across_chart(found, theme=look), "across")
        shown = range(len(found.names)) if len(found.names) <= _MAX_BARS else [node]
        card(hops_chart(found, shown, theme=look), "hops")
    say(
        [_("What this node reads through all layers, by the product of their mean attention, and how far away it is.")],
        quiet=True,
    )
    st.dataframe(found.reads(node), hide_index=True, key="across_reads")


def _thumbnails(now: session.Session, whole: Trace) -> Multiples | None:
    """All layers run over the same edges, so their heads can stand in one drawing."""
    titles = [
        _("layer {layer}, head {head}").format(layer=number, head=head)
        for number, layer in enumerate(whole.layers)
        for head in range(layer.num_heads)
    ]
    values = np.concatenate([layer.alpha for layer in whole.layers], axis=1)[:, :_MAX_PANELS]
    heads = {layer.num_heads for layer in whole.layers[:-1]}
    columns = max(heads) if len(heads) == 1 and whole.layers[-1].num_heads <= max(heads) <= _MAX_IN_A_ROW else None
    found = multiples(
        Drawn.of(now.graph, whole.layers[0], now.positions),
        values,
        titles[:_MAX_PANELS],
        _("α of every head of every layer"),
        columns=columns,  # a row for each layer, where it can be
        graph=now.origin,
    )
    if found is not None and len(titles) > _MAX_PANELS:
        cut = _("Drawn are the first {shown} of {all} heads.").format(shown=_MAX_PANELS, all=len(titles))
        return replace(found, caption=sentences(found.caption, cut))
    return found
