"""A button that opens a dialog, whose module is loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module

import streamlit as st


def dialog_door(label: str, key: str, module: str, *, about: str) -> None:
    """The button, and the dialog while it is open; `module` has `begin` and `dialog`, and says when it is closed."""
    st.button(label, key=key, type="tertiary", help=about, on_click=_begin, args=(key, module))
    if is_open(key):
        import_module(module).dialog()


def is_open(key: str) -> bool:
    """Whether the dialog of the button with this key is open."""
    return bool(st.session_state.get(_name(key)))


def close(key: str) -> None:
    """It is closed."""
    st.session_state[_name(key)] = False


def _begin(key: str, module: str) -> None:
    st.session_state[_name(key)] = True
    import_module(module).begin()


def _name(key: str) -> str:
    return f"{key}_is_open"
