"""The stage as a Streamlit component: its data in, what the person did out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from gatviz.stage import bundle

_STATE_KEY = "stage"


@cache
def _component() -> Callable[..., Any]:
    host = (Path(__file__).parent / "stage_host.js").read_text(encoding="utf-8")
    component: Callable[..., Any] = st.components.v2.component(
        "gatviz_stage", css=bundle.styles(), js=f"{bundle.script()}\n{host}"
    )
    return component


def stage(data: dict[str, Any], on_moved: Callable[[Any], None], on_looked: Callable[[Any], None]) -> None:
    """Mount the stage with this data; the callbacks get what the browser sent, unchecked."""

    def sent(name: str) -> Any:
        value = st.session_state.get(_STATE_KEY)
        return None if value is None else value.get(name)

    _component()(
        key=_STATE_KEY,
        data=data,
        default={"positions": None, "looked": None},
        on_positions_change=lambda: on_moved(sent("positions")),
        on_looked_change=lambda: on_looked(sent("looked")),
    )
