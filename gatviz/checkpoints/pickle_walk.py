"""A pickle's opcodes, walked without running any: only what rebuilds plain tensors may be named in it."""

from __future__ import annotations

import io
import pickletools
from typing import TypeGuard

from gatviz.checkpoints import limits, numpy_numbers
from gatviz.errors import GatvizError, quote

SAVE_LINES = (
    "model = torch.load('model.pt', weights_only=False)",
    "torch.save(model.state_dict(), 'weights.pt')",
)
"""What a person runs where the model was trained, if the file holds more than tensors."""
ASK_TO_SAVE = "run these two lines where you trained it: " + " and ".join(f"`{line}`" for line in SAVE_LINES)

MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The first pickle of a file from before torch 1.6, after its protocol."""
_MAGIC_NUMBER = int.from_bytes(MAGIC[2:-1], "little")
_LARGEST = 2**63
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
    *numpy_numbers.NAMES,
}


def walk(pickle: io.BytesIO, where: str) -> int:
    """Check one pickle; the length of the longest storage that it asks for.

    Raises:
        GatvizError: broken, too long, or naming anything but plain tensors.
    """
    encoded, lengths = numpy_numbers.EncodedBytes(), _Lengths()
    try:
        for step, (opcode, argument, _) in enumerate(pickletools.genops(pickle)):
            if step >= limits.MAX_STEPS:
                found = f"more than {limits.MAX_TENSORS:,}"
                raise GatvizError(where, "a reasonable number of tensors", found, ASK_TO_SAVE)
            if _is_number(argument, opcode.name) and abs(argument) >= _LARGEST:
                raise GatvizError(where, "whole numbers of 64 bits", "a longer one", "save or download it again")
            lengths.take(opcode.name, argument)
            if opcode.name in ("GLOBAL", "INST") and str(argument) not in _PLAIN:
                found = f"{quote(str(argument).replace(' ', '.'))}, which is never opened"
                raise GatvizError(where, "a file of plain tensors", found, ASK_TO_SAVE)
            if opcode.name in ("STACK_GLOBAL", "EXT1", "EXT2", "EXT4") or not encoded.allows(opcode.name, argument):
                raise GatvizError(where, "a file of plain tensors", "objects, which are never opened", ASK_TO_SAVE)
    except GatvizError:
        raise
    except Exception:  # pickletools raises ValueError, but also what struct and int raise
        raise GatvizError(where, "a whole torch file", "a broken pickle", "save or download it again") from None
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
