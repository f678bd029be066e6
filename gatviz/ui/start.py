"""The first thing that a session gets, before all that the page needs is imported: torch alone takes seconds."""

from __future__ import annotations

import sys
from importlib import import_module

import streamlit as st

from gatviz.words import _

NAME = "gatviz"
_SIDEBAR = 236
"""Its width in pixels at first; a person may drag its edge."""
_PAGE = "gatviz.ui.page"


def start() -> None:
    """Draw the page; the browser's tab says at first that it starts, where the page has to be imported yet."""
    if not _is_imported():
        _call(_("{name} is starting …").format(name=NAME))
    page = import_module(_PAGE)
    _call(NAME)
    page.page()


def _call(title: str) -> None:
    st.set_page_config(page_title=title, page_icon="🕸️", layout="wide", initial_sidebar_state=_SIDEBAR)


def _is_imported() -> bool:
    """Whether the page is there, and no other thread is still at it."""
    page = sys.modules.get(_PAGE)
    return page is not None and not getattr(page.__spec__, "_initializing", False)
