"""The sidebar's controls follow the session's settings, and what a person sets there becomes a step."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from gatviz.graph.graph import Graph
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.ui.session.settings import Settings, controls
from gatviz.ui.session.steps import take_settings
from gatviz.ui.session.work import OpenedModel

_KEY = "gatviz_controls"


@dataclass(frozen=True)
class _Shown:
    """What the controls were last drawn for."""

    settings: Settings
    opened: OpenedModel | None
    graph: Graph


def set_controls() -> bool:
    """Set the controls to the session's settings, where something else than they has changed these; whether it has.

    Before the sidebar is drawn.
    """
    now, shown = session.current(), _shown()
    if shown is None or (shown.settings == now.settings and shown.opened == now.work.opened):
        return False
    for control, value in controls(now.settings, now.work).items():
        set_value(control, value)
    return True


def take_controls(settings: Settings, *, were_set: bool) -> None:
    """Take over what the controls say, after the sidebar was drawn.

    What differs though nobody touched a control follows from the step before: another graph, another model.
    """
    shown, graph = _shown(), session.current().graph
    take_settings(settings, consequence=were_set or shown is None or shown.graph is not graph)
    now = session.current()
    st.session_state[_KEY] = _Shown(now.settings, now.work.opened, now.graph)


def _shown() -> _Shown | None:
    found: _Shown | None = st.session_state.get(_KEY)
    return found
