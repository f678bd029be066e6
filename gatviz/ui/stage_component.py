"""The stage as a Streamlit component: its data in, what the person did out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from gatviz.stage import assets
from gatviz.stage.protocol import Screen
from gatviz.stage.wire import encode

_STATE_KEY = "stage"
_NAME = "stage"


def stage(screen: Screen, **listeners: Callable[[Any], None]) -> None:
    """Mount the stage with this screen; listeners (edits, looked, asked) get what the browser sent, unchecked.

    Raises:
        GatvizError: a number that JSON does not have, NaN or infinity; naming the part of the data.
    """

    def hear(name: str) -> Callable[[], None]:
        def heard() -> None:
            value = st.session_state.get(_STATE_KEY)
            listeners[name](None if value is None else value.get(name))

        return heard

    _component(_served())(
        key=_STATE_KEY,
        data=encode(screen),
        default=dict.fromkeys(listeners),
        **{f"on_{name}_change": hear(name) for name in listeners},
    )


def _served() -> str:
    """The component's full name, under which the running server hands out its files.

    A manifest in pyproject.toml would do the same with a name that is always the same, and so would the address
    of every file: Streamlit calls them public without an ETag, and a page that is open keeps its modules. So the
    manifest is written here, with the files' version in the name.
    """
    publisher = f"gatviz-{assets.version()}"
    name = f"{publisher}.{_NAME}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        files = ComponentConfig(_NAME, asset_dir=assets.FOLDER.name)
        manager.register_from_manifest(ComponentManifest(publisher, assets.version(), [files]), assets.FOLDER.parent)
    return name


@cache
def _component(name: str) -> Callable[..., Any]:
    component: Callable[..., Any] = st.components.v2.component(name, js=assets.ENTRY, css=assets.STYLES)
    return component
