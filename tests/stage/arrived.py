"""The stage's bytes read back, told independently of gatviz/stage/wire.py."""

from __future__ import annotations

import json
import math
import zlib
from typing import Any, TypeVar

import msgspec
from streamlit.testing.v1 import AppTest

from gatviz.colours import stage_palettes
from gatviz.stage.protocol import Message, Palettes
from gatviz.stage.screen_protocol import Screen

Told = TypeVar("Told", bound=Message)
PALETTES = msgspec.convert(stage_palettes(), Palettes)


def arrived(content: bytes) -> dict[str, Any]:
    """The data that some bytes stand for, its arrays as `packed` gives them."""
    text, numbers = _halves(content)

    def array(value: dict[str, Any]) -> dict[str, Any]:
        if "f32" not in value:
            return value
        start, shape = 4 * value["f32"], value["shape"]
        return {"shape": shape, "f32": numbers[start : start + 4 * math.prod(shape)]}

    data: dict[str, Any] = json.loads(text, object_hook=array)
    return data


def as_sent(message: Any) -> Any:
    """A part of the protocol as JSON has it, its arrays as `arrived` gives them."""
    return msgspec.to_builtins(message, builtin_types=(bytes,))


def text_of(content: bytes) -> str:
    """The JSON among some bytes: every word that is sent."""
    return _halves(content)[0].decode()


def _halves(content: bytes) -> tuple[bytes, bytes]:
    whole = zlib.decompress(content)
    size = int.from_bytes(whole[:4], "little")
    return whole[4 : 4 + size], whole[4 + size + -size % 4 :]


def bytes_to(app: AppTest, component: str) -> bytes:
    """The bytes that the app sends to a component; what only has the browser fetch it has none."""
    named = (one.proto for one in app.get("bidi_component") if one.proto.component_name.endswith(f".{component}"))
    (found,) = (one.bytes for one in named if one.bytes)
    return bytes(found)


def sent_to(app: AppTest, component: str, kind: type[Told]) -> Told:
    """What the app sends to a component."""
    return msgspec.convert(arrived(bytes_to(app, component)), kind)


def scene(app: AppTest) -> dict[str, Any]:
    """What the app sends to its stage, each part of it of the kind that the protocol says."""
    data = arrived(bytes_to(app, "stage"))
    msgspec.convert(data, Screen)
    return data
