"""One chart on the page: the figure, the sentence on how to read it, its picture and its data to save."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st

from gatviz.attention.layer_trace import MAX_DENSE_NODES
from gatviz.charts.common import Chart
from gatviz.ui.card_camera import camera, settle, theme
from gatviz.words import _

__all__ = ["below", "card", "matrix_limit", "page_style", "say", "side_by_side", "theme"]

_STYLE = """<style>
[class*="st-key-beside-"] > div { flex: 1 1 27rem !important; min-width: 0; }
</style>"""


def card(chart: Chart | None, key: str, *, about: str = "") -> None:
    """Draw a chart with its caption, its camera and its data; a chart of nothing is left out.

    Arguments:
        about: what a picture of it says besides whose numbers it has.
    """
    if chart is None:
        return
    with st.container(border=True, key=f"card-{key}", gap="small"):
        st.plotly_chart(
            chart.figure,
            theme=None,
            key=f"chart-{key}",
            config=chart.config(None),
            alt=f"{chart.title}. {chart.caption}",
        )
        caption = f"{about} · {chart.caption}" if about else chart.caption
        shoot = partial(camera, f"card-{key}", chart.title, caption)
        below(chart.caption, chart.csv, chart.file_name, key, shoot)


def below(caption: str, csv: Callable[[], str], name: str, key: str, shoot: Callable[[], None] | None = None) -> None:
    """What stands below a picture: how to read it, and its numbers to save; and a camera, if it has none itself."""
    with st.container(horizontal=True, vertical_alignment="top", wrap=False):
        say([caption] if caption else [], quiet=True)
        st.download_button(
            _("CSV"),
            data=csv,
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"csv-{key}",
            help=_("The numbers of this chart, every digit of them, as a CSV table."),
            icon=":material/table:",
            on_click="ignore",
            type="tertiary",
        )
        if shoot is not None:
            shoot()


@contextmanager
def side_by_side(key: str) -> Iterator[None]:
    """Cards made inside stand beside each other where the page is wide enough, else below each other."""
    with st.container(horizontal=True, key=f"beside-{key}", gap="small"):
        yield


def page_style(layer: int | None = None) -> None:
    """What cards need of the page, once and before the first of them.

    Arguments:
        layer: which they are about, None for all of them together.
    """
    settle(layer)
    st.html(_STYLE)


def say(sentences: Iterable[str], *, quiet: bool = False, columns: int = 1) -> None:
    """Sentences as plain text, whatever node names stand in them.

    Arguments:
        quiet: as captions. columns: side by side.
    """
    look = "font-size: 0.875rem; opacity: 0.75; margin: 0" if quiet else "margin: 0 0 0.25rem"
    lines = [f'<p style="{look}">{html.escape(sentence)}</p>' for sentence in sentences]
    if lines:
        st.html(f'<div class="gatviz-say" style="columns: {columns}">{"".join(lines)}</div>')


def matrix_limit(nodes: int) -> None:
    """Say why there is no matrix."""
    if nodes > MAX_DENSE_NODES:
        st.info(
            _("Matrices are drawn up to {most} nodes; this graph has {nodes}. The tables hold every arrow.").format(
                most=MAX_DENSE_NODES, nodes=nodes
            )
        )
