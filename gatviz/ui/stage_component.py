"""What gatviz draws itself, as Streamlit components: their data in, what the person did out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from gatviz.stage import assets
from gatviz.stage.protocol import Keeping, Screen
from gatviz.stage.wire import encode

_ENTRIES = {"stage": (assets.ENTRY, assets.STYLES), "keeper": ("keeper.js", "keeper.css")}
"""The module and the style sheet of each."""


def stage(screen: Screen, **listeners: Callable[[Any], None]) -> None:
    """Mount the stage with this screen; listeners (edits, looked, asked) get what the browser sent, unchecked.

    Raises:
        GatvizError: a number that JSON does not have, NaN or infinity; naming the part of the data.
    """
    _component(_served("stage"), "stage")(
        key="stage",
        data=encode(screen),
        default=dict.fromkeys(listeners),
        **{f"on_{name}_change": _hearing("stage", name, listener) for name, listener in listeners.items()},
    )


def keeper(told: Keeping, wanted: Callable[[Any], None]) -> None:
    """Mount what keeps the session in the browser; `wanted` gets what it sent, unchecked."""
    hear = _hearing("keeper", "wanted", wanted)
    _component(_served("keeper"), "keeper")(key="keeper", data=encode(told), on_wanted_change=hear)


def _hearing(key: str, name: str, listener: Callable[[Any], None]) -> Callable[[], None]:
    def heard() -> None:
        value = st.session_state.get(key)
        listener(None if value is None else value.get(name))

    return heard


def _served(component: str) -> str:
    """The component's full name, under which the running server hands out its files.

    A manifest in pyproject.toml would do the same with a name that is always the same, and so would the address
    of every file: Streamlit calls them public without an ETag, and a page that is open keeps its modules. So the
    manifest is written here, with the files' version in the name.
    """
    publisher = f"gatviz-{assets.version()}"
    name = f"{publisher}.{component}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        files = [ComponentConfig(one, asset_dir=assets.FOLDER.name) for one in _ENTRIES]
        manager.register_from_manifest(ComponentManifest(publisher, assets.version(), files), assets.FOLDER.parent)
    return name


@cache
def _component(name: str, which: str) -> Callable[..., Any]:
    script, styles = _ENTRIES[which]
    component: Callable[..., Any] = st.components.v2.component(name, js=script, css=styles)
    return component
