"""The first thing that a session gets, before all that the page needs is imported: torch alone takes seconds."""

from __future__ import annotations

import html
import sys
from importlib import import_module

import streamlit as st

from gatviz.ui.stage_component import fetch_ahead
from gatviz.words import _

NAME = "gatviz"
_SIDEBAR = 236
"""Its width in pixels at first; a person may drag its edge."""
_PAGE = "gatviz.ui.page"
_SEEN = "gatviz_seen"
_STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 0.4rem 1.25rem 0.75rem; max-width: none; }
.gatviz-starts { margin: 30vh 0 0; text-align: center; opacity: 0.7; }
</style>"""


def start() -> None:
    """Draw the page; at first that it starts, where the page itself has to be imported yet."""
    st.set_page_config(page_title=NAME, page_icon="🕸️", layout="wide", initial_sidebar_state=_SIDEBAR)
    if _SEEN not in st.session_state:
        st.session_state[_SEEN] = True
        # The page puts its own first two places where these are.
        said, ahead = st.empty(), st.container()
        if not _is_imported():
            told = html.escape(_("{name} is starting …").format(name=NAME))
            said.html(f'{_STYLE}<p class="gatviz-starts" role="status">{told}</p>')
        with ahead:
            fetch_ahead()
    import_module(_PAGE).page()


def _is_imported() -> bool:
    """Whether the page is there, and no other thread is still at it."""
    page = sys.modules.get(_PAGE)
    return page is not None and not getattr(page.__spec__, "_initializing", False)
