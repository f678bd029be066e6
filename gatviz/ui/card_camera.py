"""The camera of a card of charts: a picture of what is drawn on it, in light colours whatever the page has."""

from __future__ import annotations

from typing import Any

import msgspec
import streamlit as st

from gatviz.colours import INK, Theme, stage_palettes
from gatviz.stage.camera_protocol import CardCamera
from gatviz.stage.protocol import Palettes
from gatviz.ui.session import session
from gatviz.ui.session.model import weights_badge
from gatviz.ui.stage_component import card_camera
from gatviz.words import _

_ASKED, _LIGHT, _LAYER = "camera_asked", "camera_light", "camera_layer"


def settle(layer: int | None) -> None:
    """Before any card of a run is drawn: whether this run's are light, as a camera asked. The next run's are not.

    Arguments:
        layer: which the cards are about, None for all of them together.
    """
    st.session_state[_LIGHT] = st.session_state.pop(_ASKED, False)
    st.session_state[_LAYER] = layer


def told_of_all(now: session.Session) -> str:
    """What every picture says: whose numbers these are, and of which layer."""
    layer = st.session_state.get(_LAYER)
    of_layer = "" if layer is None else _("layer {layer}").format(layer=layer)
    return " · ".join(filter(None, (weights_badge(now), of_layer)))


def theme() -> Theme:
    """The colours of charts: those of the theme that the browser says it shows; light ones for a picture."""
    return "dark" if st.context.theme.type == "dark" and not st.session_state.get(_LIGHT) else "light"


def camera(card: str, subject: str, caption: str = "") -> None:
    """A camera for the card with this key.

    Arguments:
        subject: what the picture shows, in its file's name. caption: what is said below it, but for whose numbers
            these are.
    """
    now = session.current()
    parts = (now.origin, told_of_all(now), caption)
    told = CardCamera(
        card=card,
        graph_title=now.origin,
        subject=subject,
        caption=" · ".join(part for part in parts if part),
        light=bool(st.session_state.get(_LIGHT)),
        ink=INK["light"],
        palettes=msgspec.convert(stage_palettes(), Palettes),
        texts={
            "camera": _("Picture"),
            "cameraTitle": _("What is shown as a picture: SVG of shapes and text, or PNG, twice as fine."),
        },
    )
    card_camera(told, _asked)


def camera_in_corner(card: str, subject: str, caption: str = "") -> None:
    """The same in the card's upper right corner; the page's style puts it there."""
    with st.container(key=f"corner-{card}", width="content"):
        camera(card, subject, caption)


def _asked(what: Any) -> None:
    st.session_state[_ASKED] = isinstance(what, dict) and what.get("light") is True
