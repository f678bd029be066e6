"""The stage's bytes read back, told independently of gatviz/stage/wire.py."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest


def arrived(content: bytes) -> dict[str, Any]:
    """The data that some bytes stand for, its arrays as NumPy's."""
    whole = zlib.decompress(content)
    size = int.from_bytes(whole[:4], "little")
    numbers = np.frombuffer(whole[4 + size + -size % 4 :], "<f4")

    def array(value: dict[str, Any]) -> Any:
        if "f32" not in value:
            return value
        start, shape = value["f32"], value["shape"]
        return numbers[start : start + int(np.prod(shape))].reshape(shape)

    data: dict[str, Any] = json.loads(whole[4 : 4 + size], object_hook=array)
    return data


def scene(app: AppTest) -> dict[str, Any]:
    """What the app sends to its stage."""
    return arrived(app.get("bidi_component")[0].proto.bytes)
