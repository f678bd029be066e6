"""Files that are packed by themselves (`edges.csv.gz`): unpacked within the caps before anything looks at them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.words import _


class _Stream(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


_OPENERS: dict[bytes, Callable[[io.BytesIO], _Stream]] = {
    b"\x1f\x8b\x08": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
ENDINGS = (".gz", ".bz2", ".xz")


def unpacked(data: bytes, where: str) -> bytes:
    """The bytes inside a file of gzip, bzip2 or xz; of any other file its own.

    Raises:
        GatvizError: broken, or more than `limits.MAX_BYTES` once unpacked.
    """
    opener = next((opener for magic, opener in _OPENERS.items() if data.startswith(magic)), None)
    if opener is None:
        return data
    try:
        content = opener(io.BytesIO(data)).read(limits.MAX_BYTES + 1)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise GatvizError(
            where, _("a whole packed file"), quote(str(error) or type(error).__name__), _("save or download it again")
        ) from None
    if len(content) > limits.MAX_BYTES:
        raise GatvizError(
            where,
            _("at most {most} MB once unpacked").format(most=limits.MAX_BYTES // 10**6),
            _("more"),
            _("keep a part of the graph"),
        )
    return content


def plain_name(name: str) -> str:
    """A file's name without the ending that says how it is packed."""
    lower = name.lower()
    return name[: -len(ending)] if (ending := next((e for e in ENDINGS if lower.endswith(e)), "")) else name
