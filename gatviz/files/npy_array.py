"""One array of NumPy's format, inside a zip or alone: its header is checked first, and nothing is ever unpickled."""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.zip_members import Members
from gatviz.words import _

_HEADER_BYTES = 12_000
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}

Header = tuple[tuple[int, ...], np.dtype[Any]]
"""An array's shape and dtype."""


def header_of(members: Members, info: zipfile.ZipInfo, where: str) -> Header:
    """What a member's header says of its array.

    Raises:
        GatvizError: no array of NumPy's format.
    """
    return _header(members.head(info, _HEADER_BYTES), where)


def _header(head: bytes, where: str) -> Header:
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


def read_array(
    members: Members, info: zipfile.ZipInfo, where: str, kinds: str, header: Header | None = None
) -> NDArray[Any]:
    """A member's array.

    Arguments:
        kinds: the kinds of dtype that are welcome, a letter each, as `numpy.dtype.kind` has them.
        header: what `header_of` said, if it was asked already.

    Raises:
        GatvizError: pickled objects, another kind, more than `limits.MAX_ARRAY_BYTES`, or not as long as it says.
    """
    _check(header or header_of(members, info, where), info.file_size, where, kinds)
    return _array(members.read(info), where)


def array_of(data: bytes, where: str) -> NDArray[Any]:
    """The array in the bytes of an .npy file; errors as `read_array`."""
    _check(_header(data[:_HEADER_BYTES], where), len(data), where, "biufUS")
    return _array(data, where)


def _check(header: Header, length: int, where: str, kinds: str) -> None:
    """Refuse what is no plain array of these kinds, what is too large, and more than `length` bytes can hold."""
    shape, dtype = header
    if dtype.hasobject:
        found, mend = _("pickled objects, which are never opened"), _("save it with allow_pickle=False")
        raise GatvizError(where, _("plain numbers"), found, mend)
    if dtype.kind not in kinds:
        expected = _("numbers or texts") if "U" in kinds else _("numbers")
        raise GatvizError(where, expected, str(dtype), _("store another type"))
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
        raise GatvizError(
            where,
            _("{size:,} bytes, as its entry says").format(size=length),
            _("a header for {size:,}").format(size=size),
            _("save it again"),
        )


def _array(data: bytes, where: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] = npy.read_array(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OverflowError, MemoryError) as error:
        raise GatvizError(where, _("a whole array"), quote(str(error)), _("save it again")) from None
    return array
