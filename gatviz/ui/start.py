"""The first thing that a session gets, before all that the page needs is loaded: torch alone takes a second."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from gatviz.ui.loading import is_loaded, load_first, load_later
from gatviz.ui.process import set_process
from gatviz.words import _

NAME = "gatviz"
_SIDEBAR = 236
"""Its width in pixels at first; a person may drag its edge."""


def start() -> None:
    """Draw the page; the browser's tab says at first that it starts, where the page has to be loaded yet."""
    set_process()
    if not is_loaded():
        _call(_("{name} is starting …").format(name=NAME))
    load_first()
    _call(NAME)
    import_module("gatviz.ui.page").page()
    load_later()


def _call(title: str) -> None:
    st.set_page_config(page_title=title, page_icon="🕸️", layout="wide", initial_sidebar_state=_SIDEBAR)
