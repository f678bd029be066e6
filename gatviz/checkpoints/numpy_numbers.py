"""Single NumPy numbers beside the tensors, such as a test accuracy: read without any of NumPy's own unpickling.

Training scripts keep what scikit-learn or NumPy counted in the same dict as the weights (pytorch-GAT its `test_perf`
on PPI). A pickle names NumPy's `scalar` and `dtype` there, and `_codecs.encode` for the bytes; for the first two
torch's restricted reader is given the harmless ones below, and the third is let through as bytes are pickled alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import torch

ENCODE = "_codecs encode"
_SCALARS = ("numpy.core.multiarray scalar", "numpy._core.multiarray scalar")
_DTYPE = "numpy dtype"
NAMES = frozenset((*_SCALARS, _DTYPE, ENCODE))
"""The globals that a pickle names for such numbers."""

_CODES = {"f8": "<d", "f4": "<f", "f2": "<e", "i8": "<q", "i4": "<i", "i2": "<h", "u8": "<Q", "b1": "<?"}
_LONGEST = 16
_LARGEST_WHOLE = 10**6
_AFTER_ENCODE = ("bytes", "codec", "TUPLE2", "REDUCE")
_LOCK = Lock()


class _Kind:
    """Stands in for a NumPy dtype: its code alone."""

    def __init__(self, code: object = None, *_: object) -> None:
        self.code = code

    def __setstate__(self, _: object) -> None:
        pass


def _number(kind: object = None, data: object = b"") -> float | int | None:
    """Stands in for NumPy's scalar: the number as Python has it, None if it is no plain or a very large one."""
    form = _CODES.get(kind.code) if isinstance(kind, _Kind) and isinstance(kind.code, str) else None
    if form is None or not isinstance(data, bytes) or len(data) != struct.calcsize(form):
        return None
    value: float | int = struct.unpack(form, data)[0]
    return None if isinstance(value, int) and abs(value) > _LARGEST_WHOLE else value


@contextmanager
def readable() -> Iterator[None]:
    """While it lasts, torch reads NumPy numbers as Python's; one thread at a time, since torch keeps one list."""
    names: list[Any] = [(_number, name.replace(" ", ".")) for name in _SCALARS]
    names.append((_Kind, _DTYPE.replace(" ", ".")))
    with _LOCK, torch.serialization.safe_globals(names):
        yield


class EncodedBytes:
    """Follows a pickle's opcodes: each call of `_codecs.encode` must be a short string to Latin-1, as bytes are."""

    def __init__(self) -> None:
        self._memo: dict[object, object] = {}
        self._last: object = None
        self._calls = object()
        self._awaited: list[str] = []

    def allows(self, opcode: str, argument: object) -> bool:
        """Whether the next opcode still fits; to be asked for every one in turn."""
        if "PUT" in opcode:
            self._memo[argument] = self._last
            return True
        text = argument if "UNICODE" in opcode else None
        value = self._memo.get(argument) if "GET" in opcode else text
        if opcode == "GLOBAL" and argument == ENCODE:
            value = self._calls
        self._last = value
        fits = not self._awaited or self._fits(self._awaited.pop(0), opcode, value)
        if value is self._calls:
            self._awaited = list(_AFTER_ENCODE)
        return fits

    @staticmethod
    def _fits(awaited: str, opcode: str, value: object) -> bool:
        if awaited == "bytes":
            return isinstance(value, str) and len(value) <= _LONGEST
        return value == "latin1" if awaited == "codec" else opcode == awaited
