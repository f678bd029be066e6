"""By which bytes a torch file, a pickle or a safetensors file is known; torch is not needed for that."""

from __future__ import annotations

import json
import re
from typing import Any

ZIP = b"PK\x03\x04"
STREAM = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""torch's older form, before it was a zip."""
_OLDEST = re.compile(rb"(?:\((?:[dl]p|i[\w.]+\n)|[}\]]q|\(?c[A-Za-z_][\w.]*\n\w+\n)")
"""How the first two forms of pickles begin, which have no mark of their own."""
MAX_HEADER = 4_000_000
"""Bytes of the header of a safetensors file."""


def is_pickled(data: bytes) -> bool:
    """Whether the bytes begin as a torch file of either kind does, or as a pickle."""
    if data.startswith((ZIP, STREAM)) or is_old_pickle(data):
        return True
    return data.startswith(b"\x80") and safetensors_header(data) is None


def is_old_pickle(data: bytes) -> bool:
    """Whether the bytes are a pickle in one of its first two forms."""
    return _OLDEST.match(data) is not None and data.endswith(b".")


def safetensors_header(data: bytes) -> dict[str, Any] | None:
    """The header of a safetensors file; None of any other file."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 10 or not 2 <= length <= min(len(data) - 8, MAX_HEADER) or data[8:9] != b"{":
        return None
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None
