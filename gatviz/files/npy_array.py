"""One array in NumPy's own format, never with pickled objects: its header is checked before its numbers are loaded."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.words import _

HEADER_BYTES = 12_000
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def header_of(head: bytes, where: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and type that the first bytes of an array tell.

    Raises:
        GatvizError: they are no such header.
    """
    stream = io.BytesIO(head)
    try:
        version = npy.read_magic(stream)
        reader = _HEADERS.get(version, npy.read_array_header_2_0)
        shape, _order, dtype = reader(stream)
    except Exception as error:  # a header is Python text: parsing it raises what tokenize, ast and struct raise
        raise GatvizError(where, _("an array in NumPy's format"), quote(str(error)), _("save it again")) from None
    if any(not isinstance(length, int) or length < 0 for length in shape):
        raise GatvizError(where, _("sizes of 0 or more"), quote(str(shape)), _("save it again"))
    return shape, dtype


def check_header(shape: tuple[int, ...], dtype: np.dtype[Any], length: int, where: str) -> None:
    """Refuse what is no plain array of numbers or texts, what is too large, and more than `length` bytes can hold.

    Raises:
        GatvizError: saying which.
    """
    if dtype.hasobject:
        found = _("pickled objects, which are never opened")
        raise GatvizError(where, _("plain numbers"), found, _("save it with allow_pickle=False"))
    if dtype.kind not in "biufUS":
        raise GatvizError(where, _("numbers or texts"), str(dtype), _("store another type"))
    count = math.prod(shape)
    if count * max(dtype.itemsize, 1) > limits.MAX_ARRAY_BYTES:
        raise GatvizError(
            where,
            _("at most {most:,} numbers").format(most=limits.MAX_FEATURE_VALUES),
            _("{count:,} of {size} bytes each").format(count=count, size=dtype.itemsize),
            _("keep a part of the graph"),
        )
    size = count * dtype.itemsize
    if size > length:
        expected = _("{size:,} bytes, as its entry says").format(size=length)
        raise GatvizError(where, expected, _("a header for {size:,}").format(size=size), _("save it again"))


def array_of(data: bytes, where: str) -> NDArray[Any]:
    """The array in the bytes of an .npy file.

    Raises:
        GatvizError: broken, too large, or an object array, which could run code when unpacked.
    """
    check_header(*header_of(data[:HEADER_BYTES], where), len(data), where)
    try:
        array: NDArray[Any] = npy.read_array(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OverflowError, MemoryError) as error:
        raise GatvizError(where, _("a whole array"), quote(str(error)), _("save it again")) from None
    return array
