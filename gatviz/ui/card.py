"""The parts of a card in the sidebar: its title, quiet lines, and fields with their name beside them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

_FIELD_WIDTH = 122


def title(text: str) -> None:
    """What a card is about."""
    st.html(f'<p class="title">{html.escape(text)}</p>')


def named(text: str) -> None:
    """The name of what a card shows."""
    st.html(f'<p class="name">{html.escape(text)}</p>')


def line(text: str, *, quiet: bool = False) -> None:
    """A line of text, if there is one."""
    if text:
        kind = "quiet" if quiet else "plain"
        st.html(f'<p class="{kind}">{html.escape(text)}</p>')


@contextmanager
def field(name: str, key: str) -> Iterator[None]:
    """A row with a field's name, which the field itself does not show, and the field beside it."""
    with st.container(key=f"row-{key}", horizontal=True, vertical_alignment="center"):
        st.html(f'<p aria-hidden="true">{html.escape(name)}</p>')
        with st.container(width=_FIELD_WIDTH):
            yield
