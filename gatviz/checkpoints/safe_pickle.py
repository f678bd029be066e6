"""A pickle's opcodes, walked without running any: only what rebuilds plain tensors may be named in it.

Single NumPy numbers beside the tensors are let through too: training scripts keep what scikit-learn or NumPy counted
in the same dict as the weights. A pickle names NumPy's `scalar` and `dtype` there, and `_codecs.encode` for the bytes;
for the first two torch's restricted reader is given the harmless ones below, and the third as bytes are pickled alone.
"""

from __future__ import annotations

import io
import pickletools
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeGuard

import torch

from gatviz.errors import GatvizError, quote
from gatviz.words import _

MAX_TENSORS = 10_000
MAX_STEPS = 1_000_000
"""Opcodes of the list of tensors in a torch file; a tensor takes about thirty."""

SAVE_LINES = (
    "model = torch.load('model.pt', weights_only=False)",
    "torch.save(model.state_dict(), 'weights.pt')",
)
"""What a person runs where the model was trained, if the file holds more than tensors."""


def ask_to_save() -> str:
    """The mend for a file of more than tensors."""
    first, second = (f"`{line}`" for line in SAVE_LINES)
    return _("run these two lines where you trained it: {first} and {second}").format(first=first, second=second)


def save_again() -> str:
    """The mend for a broken file."""
    return _("save or download it again")


MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The first pickle of a file from before torch 1.6, after its protocol."""
_MAGIC_NUMBER = int.from_bytes(MAGIC[2:-1], "little")
_LARGEST = 2**63
_ENCODE = "_codecs encode"
_SCALARS = ("numpy.core.multiarray scalar", "numpy._core.multiarray scalar")
_DTYPE = "numpy dtype"
_NUMPY_NAMES = (*_SCALARS, _DTYPE, _ENCODE)

_CODES = {"f8": "<d", "f4": "<f", "f2": "<e", "i8": "<q", "i4": "<i", "i2": "<h", "u8": "<Q", "b1": "<?"}
_LONGEST = 16
_LARGEST_WHOLE = 10**6
_AFTER_ENCODE = ("bytes", "codec", "TUPLE2", "REDUCE")
_TORCHS_LIST = Lock()

_KINDS = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
_PLAIN = {
    "torch._utils _rebuild_tensor",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    "torch Size",
    "torch device",
    "torch.nn.parameter Parameter",
    "collections OrderedDict",
    "collections defaultdict",
    *(f"torch {kind}Storage" for kind in _KINDS),
    *(f"torch {kind}" for kind in ("float16", "float32", "float64", "bfloat16", "int64")),
    *_NUMPY_NAMES,
}


def plain_tensors() -> str:
    """What a file must hold, as its refusal says it."""
    return _("a file of plain tensors")


def objects_in(where: str) -> GatvizError:
    """The refusal of a file that would run something."""
    return GatvizError(where, plain_tensors(), _("objects, which are never opened"), ask_to_save())


def walk(pickle: io.BytesIO, where: str) -> int:
    """Check one pickle; the length of the longest storage that it asks for.

    Raises:
        GatvizError: broken, too long, or naming anything but plain tensors.
    """
    encoded, lengths = _EncodedBytes(), _Lengths()
    try:
        for step, (opcode, argument, _at) in enumerate(pickletools.genops(pickle)):
            if step >= MAX_STEPS:
                found = _("more than {most:,}").format(most=MAX_TENSORS)
                raise GatvizError(where, _("a reasonable number of tensors"), found, ask_to_save())
            if _is_number(argument, opcode.name) and abs(argument) >= _LARGEST:
                raise GatvizError(where, _("whole numbers of 64 bits"), _("a longer one"), save_again())
            lengths.take(opcode.name, argument)
            if opcode.name in ("GLOBAL", "INST") and str(argument) not in _PLAIN:
                name = quote(str(argument).replace(" ", "."))
                found = _("{name}, which is never opened").format(name=name)
                raise GatvizError(where, plain_tensors(), found, ask_to_save())
            if opcode.name in ("STACK_GLOBAL", "EXT1", "EXT2", "EXT4") or not encoded.allows(opcode.name, argument):
                raise objects_in(where)
    except GatvizError:
        raise
    except Exception:  # pickletools raises ValueError, but also what struct and int raise
        raise GatvizError(where, _("a whole torch file"), _("a broken pickle"), save_again()) from None
    return lengths.longest


def _is_number(argument: object, opcode: str) -> TypeGuard[int]:
    return isinstance(argument, int) and "PUT" not in opcode and "GET" not in opcode and argument != _MAGIC_NUMBER


class _Lengths:
    """The largest whole number in what stands for a storage; epochs and the like beside it do not count.

    A storage is asked for by a tuple that was just closed; from a pickle that does it otherwise, all numbers count.
    """

    def __init__(self) -> None:
        self.longest = 0
        self._open = [0]
        self._closed = 0
        self._all = 0
        self._before = ""
        self._usual = True

    def take(self, opcode: str, argument: object) -> None:
        """The next opcode, every one in turn."""
        if "PUT" in opcode or opcode == "MEMOIZE":
            self._usual = self._usual and "INT" not in self._before and "LONG" not in self._before
            return
        if _is_number(argument, opcode):
            self._open[-1] = max(self._open[-1], abs(argument))
            self._all = max(self._all, abs(argument))
        elif opcode == "MARK":
            self._open.append(0)
        elif opcode == "TUPLE" and len(self._open) > 1:
            self._closed = self._open.pop()
            self._open[-1] = max(self._open[-1], self._closed)
        elif opcode in ("LIST", "DICT", "APPENDS", "SETITEMS", "POP_MARK") and len(self._open) > 1:
            self._open.pop()
        elif opcode in ("PERSID", "BINPERSID"):
            usual = self._usual and self._before == "TUPLE"
            self.longest = max(self.longest, self._closed if usual else self._all)
        self._before = opcode


# ---- NumPy's numbers ------------------------------------------------------------------------------------------------


class _Kind:
    """Stands in for a NumPy dtype: its code alone."""

    def __init__(self, code: object = None, *_: object) -> None:
        self.code = code

    def __setstate__(self, _: object) -> None:
        pass


def _as_number(kind: object = None, data: object = b"") -> float | int | None:
    """Stands in for NumPy's scalar: the number as Python has it, None if it is no plain or a very large one."""
    form = _CODES.get(kind.code) if isinstance(kind, _Kind) and isinstance(kind.code, str) else None
    if form is None or not isinstance(data, bytes) or len(data) != struct.calcsize(form):
        return None
    value: float | int = struct.unpack(form, data)[0]
    return None if isinstance(value, int) and abs(value) > _LARGEST_WHOLE else value


@contextmanager
def numpy_numbers_readable() -> Iterator[None]:
    """While it lasts, torch reads NumPy numbers as Python's; one thread at a time, since torch keeps one list."""
    names: list[Any] = [(_as_number, name.replace(" ", ".")) for name in _SCALARS]
    names.append((_Kind, _DTYPE.replace(" ", ".")))
    with _TORCHS_LIST, torch.serialization.safe_globals(names):
        yield


class _EncodedBytes:
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
        if opcode == "GLOBAL" and argument == _ENCODE:
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
