"""The stage's data as the bytes that travel: JSON, and behind it the arrays that it points at, deflated.

    [length of the JSON, 4 bytes little-endian] [JSON as ASCII] [zeros up to a multiple of 4] [float32 values]

An array stands in the JSON as {"shape": […], "f32": first value's place}; arrays that are the same stand once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
import numpy as np

from gatviz.errors import GatvizError
from gatviz.numbers import finite
from gatviz.stage.protocol import Message, Packed
from gatviz.words import _

QUICKEST, SMALLEST = 1, 9
"""Deflate's levels: what a higher one saves is not worth its time on every change, but in a file that is kept."""
_FLOAT = 4
_JSON = partial(json.dumps, allow_nan=False, separators=(",", ":"))


def packed(values: Any) -> Packed:
    """An array with its bytes; the browser reads it back bit for bit (as float32).

    NaN and infinity may be meant (no number here, masked); a number that only float32 makes infinite is not.

    Raises:
        GatvizError: a finite number that float32 cannot hold.
    """
    given = np.asarray(values)
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(given, dtype="<f4")
    if given.dtype.itemsize > array.dtype.itemsize and not np.array_equal(np.isfinite(array), np.isfinite(given)):
        raise GatvizError(_("the picture"), finite(), _("a larger one"), _("make features or weights smaller"))
    return Packed(shape=list(array.shape), f32=array.tobytes())


def encode(message: Message | Mapping[str, Any], *, level: int = QUICKEST) -> bytes:
    """A message of the protocol, or several by name.

    Raises:
        GatvizError: a number outside the arrays is infinite or NaN, which no browser reads; naming the part.
    """
    data = msgspec.to_builtins(message, builtin_types=(bytes,))
    places: dict[bytes, int] = {}
    arrays = bytearray()

    def place(values: Any) -> int:
        if not isinstance(values, bytes):
            raise TypeError(f"{type(values).__name__} does not travel")
        if values not in places:
            places[values] = len(arrays) // _FLOAT
            arrays.extend(values)
        return places[values]

    try:
        text = _JSON(data, default=place).encode()
    except ValueError:
        part = next(name for name, value in data.items() if not _is_finite(value))
        raise GatvizError(
            _("the picture, {part}").format(part=part),
            _("finite numbers"),
            _("NaN or infinity"),
            _("make features or weights smaller"),
        ) from None
    padding = bytes(-len(text) % _FLOAT)
    return zlib.compress(b"".join((len(text).to_bytes(4, "little"), text, padding, arrays)), level)


def _is_finite(value: Any) -> bool:
    try:
        _JSON(value, default=lambda _bytes: 0)
    except ValueError:
        return False
    return True
