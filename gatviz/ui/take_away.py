"""What a person takes away: the shown head as a page that opens anywhere."""

from __future__ import annotations

import streamlit as st

from gatviz import words
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.network_html import network_html
from gatviz.ui.explore.weightings import weightings
from gatviz.ui.session import session
from gatviz.ui.session.model import whose_weights
from gatviz.words import _


def take_away(now: session.Session, trace: LayerTrace) -> None:
    """A choice of weights and a download of them as an interactive page, made when it is asked for."""
    with st.popover(_("Take away"), icon=":material/download:"):
        choices = {choice.key: choice for choice in weightings(trace)}
        key = st.selectbox(
            _("Weights to draw"), list(choices), format_func=lambda key: choices[key].title, key="take_head"
        )
        choice = choices[key]
        st.download_button(
            _("Download as interactive HTML"),
            data=words.kept(
                lambda: network_html(
                    now.graph,
                    trace,
                    choice.values,
                    title=_("{graph}, {weights}").format(graph=now.origin, weights=choice.title),
                    about=whose_weights(now) if choice.kind != "baseline" else choice.explanation,
                    symbol=choice.symbol,
                    positions=now.positions,
                )
            ),
            file_name="gatviz.html",
            mime="text/html",
            on_click="ignore",
        )
