"""Small multiples of the graph on a page of Compare: drawn by the stage's painter, their numbers to save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from gatviz.charts.common import csv_of, file_name
from gatviz.stage import heard
from gatviz.stage.panels import Multiples
from gatviz.stage.panels_protocol import Opened
from gatviz.ui.card_camera import told_of_all
from gatviz.ui.compare.chart_card import below
from gatviz.ui.session import from_browser, session
from gatviz.ui.stage_component import panels


def multiples_card(
    now: session.Session, found: Multiples | None, key: str, opened: Callable[[int], None] | None = None
) -> None:
    """Draw them, with what is locked on the stage; what is locked here is locked there. A graph of nothing is left out.

    Arguments:
        opened: called with the panel that is wanted alone.
    """
    if found is None:
        return
    locked = now.locked if isinstance(now.locked, session.Locked) else None
    ends = None if locked is None else (locked.target, locked.source)

    def hear(message: Any) -> None:
        asked = heard.message(message, Opened)
        if asked is not None and opened is not None and 0 <= asked.panel < len(found.panels.panels):
            opened(asked.panel)

    with st.container(key=f"panels-of-{key}", gap="xxsmall"):
        panels(
            found.shown(now.graph.names, ends, now.weighting, told_of_all(now)),
            f"panels-{key}",
            looked=from_browser.take_lock,
            opened=hear,
        )
        below(found.caption, lambda: csv_of(found.table), file_name(found.panels.title), key)
