"""Bytes → text, whatever common encoding they are in."""

from __future__ import annotations

import codecs

from gatviz.errors import GatvizError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(content: bytes, where: str) -> str:
    """UTF-8 (with or without a mark) or UTF-16 with a mark, as text.

    Raises:
        GatvizError: an empty file, or another encoding.
    """
    if not content.strip():
        raise GatvizError(where, "a graph", "an empty file", "save the file again with its contents")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise GatvizError(
            f"{where}, byte {error.start}",
            "text in UTF-8",
            f"byte 0x{content[error.start]:02x}",
            "save the file as UTF-8",
        ) from error
    if "\0" in text:
        raise GatvizError(where, "text", "NUL bytes", "save the file as plain UTF-8 text")
    return text
