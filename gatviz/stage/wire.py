"""The stage's data as the bytes that travel: JSON, and behind it the arrays that it points at, deflated.

    [length of the JSON, 4 bytes little-endian] [JSON as ASCII] [zeros up to a multiple of 4] [float32 values]

An array stands in the JSON as {"shape": […], "f32": first value's place}; arrays that are the same stand once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

_QUICK = 1
"""Deflate's quickest level: what a higher one saves is not worth its time on every change."""
_FLOAT = 4


def encode(data: Mapping[str, Any]) -> bytes:
    """Data that is JSON but for the bytes of its arrays, see `packed`.

    Raises:
        ValueError: a number is infinite or NaN, which no browser reads.
    """
    places: dict[bytes, int] = {}
    arrays = bytearray()

    def place(values: Any) -> int:
        if not isinstance(values, bytes):
            raise TypeError(f"{type(values).__name__} does not travel")
        if values not in places:
            places[values] = len(arrays) // _FLOAT
            arrays.extend(values)
        return places[values]

    text = json.dumps(data, default=place, allow_nan=False, separators=(",", ":")).encode()
    padding = bytes(-len(text) % _FLOAT)
    return zlib.compress(b"".join((len(text).to_bytes(4, "little"), text, padding, arrays)), _QUICK)
