"""The stage as a Streamlit component: its data in, what the person did out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.stage import bundle

_STATE_KEY = "stage"


@cache
def _component() -> Callable[..., Any]:
    host = (Path(__file__).parent / "stage_host.js").read_text(encoding="utf-8")
    component: Callable[..., Any] = st.components.v2.component(
        "gatviz_stage", css=bundle.styles(), js=f"{bundle.script()}\n{host}"
    )
    return component


def stage(data: dict[str, Any], **listeners: Callable[[Any], None]) -> None:
    """Mount the stage with this data; listeners (edits, looked, asked) get what the browser sent, unchecked.

    Raises:
        GatvizError: a number that JSON does not have, NaN or infinity; naming the part of the data.
    """
    _check_json(data)

    def hear(name: str) -> Callable[[], None]:
        def heard() -> None:
            value = st.session_state.get(_STATE_KEY)
            listeners[name](None if value is None else value.get(name))

        return heard

    _component()(
        key=_STATE_KEY,
        data=data,
        default=dict.fromkeys(listeners),
        **{f"on_{name}_change": hear(name) for name in listeners},
    )


def _check_json(data: dict[str, Any]) -> None:
    """Streamlit would write NaN, which no browser reads: the page would be gone."""
    for name, part in data.items():
        try:
            json.dumps(part, allow_nan=False)
        except ValueError:
            raise GatvizError(
                f"the picture, {name}", "finite numbers", "NaN or infinity", "make features or weights smaller"
            ) from None
