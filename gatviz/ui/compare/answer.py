"""What stands above the charts of a question: the sentence that answers it, and a table where it has a few rows."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from gatviz.colours import INK, LINE, PALE, SOFT
from gatviz.ui.compare.chart_card import say

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def _both(colour: dict[str, str]) -> str:
    return f"light-dark({colour['light']}, {colour['dark']})"


_STYLE = f"""<style>
.gatviz-question {{ display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.9rem; color: {_both(PALE)}; }}
.gatviz-question span {{ padding: 0 0.6rem; border: 1px solid {_both(LINE)}; border-radius: 1rem;
  background: {_both(SOFT)}; font-size: 0.8125rem; }}
h2.gatviz-answer {{ font-size: 1.44rem; font-weight: 650; line-height: 1.3; letter-spacing: -0.2px; margin: 0;
  padding: 0; overflow-wrap: anywhere; color: {_both(INK)}; }}
.gatviz-table {{ overflow-x: auto; }}
.gatviz-table table {{ border-collapse: collapse; border: 0; margin: 0; font-size: 0.875rem; }}
.gatviz-table th, .gatviz-table td {{ padding: 0.28rem 1.1rem 0.28rem 0; border: 0; text-align: right;
  font-variant-numeric: tabular-nums; white-space: nowrap; }}
.gatviz-table thead th {{ color: {_both(PALE)}; font-weight: 400; font-size: 0.8125rem; vertical-align: bottom; }}
.gatviz-table :is(th, td):first-child {{ text-align: left; font-weight: 600; }}
.gatviz-table tbody tr {{ border-top: 1px solid {_both(LINE)}; }}
.gatviz-table i {{ display: inline-block; width: 0.7rem; height: 0.7rem; border-radius: 50%; margin-right: 0.5rem; }}
</style>"""


def question(words: str, badge: str) -> None:
    """The question on show, and whose weights it is asked of."""
    st.html(f'{_STYLE}<div class="gatviz-question">{html.escape(words)} <span>{html.escape(badge)}</span></div>')


def answer_place() -> DeltaGenerator:
    """Where the answer will stand: above the controls that it depends on."""
    return st.container(gap="xxsmall")


def answer(place: DeltaGenerator, headline: str, lines: Iterable[str] = ()) -> None:
    """The answer in a sentence, and quietly what else holds."""
    with place:
        st.html(f'<h2 class="gatviz-answer">{html.escape(headline)}</h2>')
        say(lines, quiet=True)


def table(
    label: str, titles: Sequence[str], rows: Iterable[Sequence[str]], dots: Sequence[str | None] | None = None
) -> None:
    """A small table to read at a glance.

    Arguments:
        label: what it is, for who does not see it. rows: text for each title. dots: a colour before each row.
    """
    head = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in titles)
    body = []
    for k, row in enumerate(rows):
        dot = f'<i aria-hidden="true" style="background: {dots[k]}"></i>' if dots and dots[k] else ""
        first, *others = (html.escape(text) for text in row)
        cells = "".join(f"<td>{text}</td>" for text in others)
        body.append(f'<tr><th scope="row">{dot}{first}</th>{cells}</tr>')
    st.html(
        f'<div class="gatviz-table"><table aria-label="{html.escape(label)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
