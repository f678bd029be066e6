"""What a person takes away: the shown head as a page that opens anywhere."""

from __future__ import annotations

import streamlit as st

from gatviz.charts.network_html import network_html
from gatviz.ui import state, texts
from gatviz.ui.explore import Shown
from gatviz.ui.whose_weights import whose_weights


def take_away(now: state.State, shown: Shown) -> None:
    """A choice of weights and a download of them as an interactive page, made when it is asked for."""
    with st.popover(texts.TAKE_AWAY, icon=":material/download:", width="stretch"):
        choices = {choice.key: choice for choice in shown.choices}
        key = st.selectbox(
            texts.TAKE_AWAY_HEAD, list(choices), format_func=lambda key: choices[key].title, key="take_head"
        )
        choice = choices[key]
        st.download_button(
            texts.DOWNLOAD_HTML,
            data=lambda: network_html(
                now.graph,
                shown.trace,
                choice.values,
                title=f"{now.origin}, {choice.title}",
                about=whose_weights(now) if choice.kind != "baseline" else choice.explanation,
                symbol=choice.symbol,
                positions=now.positions,
            ),
            file_name="gatviz.html",
            mime="text/html",
            on_click="ignore",
        )
