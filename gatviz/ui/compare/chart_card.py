"""One chart on the page: the figure, the sentence on how to read it, its picture and its data to save."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from gatviz.attention.layer_trace import MAX_DENSE_NODES
from gatviz.charts.colours import Theme
from gatviz.charts.common import Chart
from gatviz.ui.compare.controls import choice
from gatviz.ui.session.control_values import value_of
from gatviz.words import _

_IMAGE = "compare_image"
_CHARTED = "gatviz_charted"
"""Whether the page has a chart in this run."""
_FORMATS = {"svg": "SVG", "png": "PNG"}
_STYLE = """<style>
[class*="st-key-beside-"] > div { flex: 1 1 27rem !important; min-width: 0; }
</style>"""


def theme() -> Theme:
    """The theme that the browser says it shows; charts carry their own colours."""
    return "dark" if st.context.theme.type == "dark" else "light"


def card(chart: Chart | None, key: str) -> None:
    """Draw a chart with its caption and downloads; a chart of nothing is left out."""
    if chart is None:
        return
    st.session_state[_CHARTED] = True
    with st.container(border=True, key=f"card-{key}", gap="small"):
        st.plotly_chart(
            chart.figure,
            theme=None,
            key=f"chart-{key}",
            config=chart.config(_image()),
            alt=f"{chart.title}. {chart.caption}",
        )
        below(chart.caption, chart.csv, chart.file_name, key)


def below(caption: str, csv: Callable[[], str], name: str, key: str) -> None:
    """What stands below a picture: how to read it, and its numbers to save."""
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


@contextmanager
def side_by_side(key: str) -> Iterator[None]:
    """Cards made inside stand beside each other where the page is wide enough, else below each other."""
    with st.container(horizontal=True, key=f"beside-{key}", gap="small"):
        yield


def page_style() -> None:
    """What side_by_side needs of the page, once."""
    st.html(_STYLE)
    st.session_state[_CHARTED] = False


def image_choice() -> None:
    """The format in which every chart's camera saves it, where there is a chart."""
    if not st.session_state[_CHARTED]:
        return
    choice(
        _("The camera above a chart saves it as"),
        list(_FORMATS),
        _IMAGE,
        _FORMATS.__getitem__,
        help=_("Point at a chart to see its camera. Pictures are made in the browser; CSV holds a chart's numbers."),
    )


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


def _image() -> Literal["svg", "png"]:
    return "png" if value_of(_IMAGE) == "png" else "svg"
