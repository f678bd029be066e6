"""The values of controls that not only a person sets, but code too.

With everything that it sends, the browser tells what every control shows there. What was on its way when code set a
control tells the value of before, and Streamlit would take that for a choice of the person: what was done quickly
would be undone by what is done next. So a control that code sets gets another key, and is made anew in the browser.
There the one before stays until the run is over, beside the new one: the page's style hides it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st

_TURNS = "gatviz_control_turns"


def key_of(control: str) -> str:
    """The key under which a control is drawn now."""
    return _key(control, _turns().get(control, 0))


def style_of_replaced() -> str:
    """CSS that hides the controls in whose place others stand."""
    rules = ", ".join(f".st-key-{_key(control, turn - 1)}" for control, turn in _turns().items())
    return f"<style>{rules} {{ display: none !important; }}</style>" if rules else ""


def value_of(control: str, default: Any = None) -> Any:
    """What a control says, or `default` where it was not drawn yet."""
    return st.session_state.get(key_of(control), default)


def set_value(control: str, value: object) -> None:
    """Let a control say this from now on, whatever the browser still tells of it."""
    if value_of(control) == value:
        return
    if key_of(control) in st.session_state:
        _leave(control)
    st.session_state[key_of(control)] = value


def forget_value(control: str) -> None:
    """Let a control start again with its first value."""
    if key_of(control) in st.session_state:
        _leave(control)


def forget_unless(control: str, options: Collection[object]) -> None:
    """The same, where what it says is not offered any more."""
    if value_of(control) not in options:
        forget_value(control)


def _key(control: str, turn: int) -> str:
    return f"{control}-{turn}" if turn else control


def _leave(control: str) -> None:
    st.session_state.pop(key_of(control), None)
    st.session_state[_TURNS] = {**_turns(), control: _turns().get(control, 0) + 1}


def _turns() -> dict[str, int]:
    found: dict[str, int] = st.session_state.get(_TURNS, {})
    return found
