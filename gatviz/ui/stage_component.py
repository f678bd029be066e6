"""What gatviz draws itself, as Streamlit components: their data in, what the person did out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from gatviz.stage import assets
from gatviz.stage.camera_protocol import CardCamera
from gatviz.stage.keeping_protocol import Keeping
from gatviz.stage.panels_protocol import Panels
from gatviz.stage.protocol import Message
from gatviz.stage.screen_protocol import Screen
from gatviz.stage.training_protocol import TrainPaint, TrainScreen
from gatviz.stage.wire import encode

_STAGE, _TRAIN, _PANELS, _KEEPER, _CAMERA = "stage", "train", "panels", "keeper", "camera"


def stage(screen: Screen, **listeners: Callable[[Any], None]) -> None:
    """Mount the stage with this screen; listeners (edits, looked, asked) get what the browser sent, unchecked.

    Raises:
        GatvizError: a number that JSON does not have, NaN or infinity; naming the part of the data.
    """
    _mount(_STAGE, screen, listeners)


def train_stage(screen: TrainScreen | TrainPaint | Mapping[str, int], asked: Callable[[Any], None]) -> None:
    """Mount the picture of the Train workspace; `asked` gets what the browser sent. Raises as `stage`.

    With no more than a screen's `heard` nothing is drawn, but the tab still says which one it is.
    """
    _mount(_TRAIN, screen, {"asked": asked})


def panels(screen: Panels, key: str, **listeners: Callable[[Any], None]) -> None:
    """Mount small multiples; listeners (looked, opened) get what the browser sent, unchecked. Raises as `stage`."""
    _mount(_PANELS, screen, listeners, key=key)


def keeper(told: Keeping, wanted: Callable[[Any], None]) -> None:
    """Mount what keeps the session in the browser; `wanted` gets what it sent, unchecked."""
    _mount(_KEEPER, told, {"wanted": wanted}, once=True)


def card_camera(told: CardCamera, asked: Callable[[Any], None]) -> None:
    """Mount the camera of a card; `asked` gets what the browser sent, unchecked."""
    _mount(_CAMERA, told, {"asked": asked}, once=True, key=f"camera-{told.card}")


def _mount(
    name: str,
    message: Message | Mapping[str, Any],
    listeners: Mapping[str, Callable[[Any], None]],
    *,
    once: bool = False,
    key: str | None = None,
) -> None:
    """Mount a component; what it sends goes along with every run that follows, or only with the next one.

    Arguments:
        key: where there can be several of it, which one this is.
    """
    key = key or name

    def hear(what: str) -> Callable[[], None]:
        def heard() -> None:
            value = st.session_state.get(key)
            listeners[what](None if value is None else value.get(what))

        return heard

    _component(_served(name), *assets.ENTRIES[name])(
        key=key,
        data=encode(message),
        width="content" if name == _CAMERA else "stretch",
        default={} if once else dict.fromkeys(listeners),
        **{f"on_{what}_change": hear(what) for what in listeners},
    )


def _served(component: str) -> str:
    """A component's full name, under which the running server hands out its files.

    A manifest in pyproject.toml would do the same with a name that is always the same, and so would the address
    of every file: Streamlit calls them public without an ETag, and a page that is open keeps its modules. So the
    manifest is written here, with the files' version in the name.
    """
    publisher = f"gatviz-{assets.version()}"
    name = f"{publisher}.{component}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        files = [ComponentConfig(one, asset_dir=assets.FOLDER.name) for one in assets.ENTRIES]
        manager.register_from_manifest(ComponentManifest(publisher, assets.version(), files), assets.FOLDER.parent)
    return name


@cache
def _component(name: str, entry: str, styles: str) -> Callable[..., Any]:
    component: Callable[..., Any] = st.components.v2.component(name, js=entry, css=styles)
    return component
