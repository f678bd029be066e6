"""Files on the disk, read whole and written whole; what cannot be is told in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.files.encoding import shown_name
from gatviz.files.limits import check_bytes
from gatviz.words import _

_AT_ONCE = 1 << 25
"""Bytes."""


def read_file(
    path: str | os.PathLike[str],
    name: str | None = None,
    check: Callable[[int, str], None] = check_bytes,
) -> tuple[bytes, str]:
    """The bytes of a file and what to call it.

    Arguments:
        name: what it is called instead of its path's last part.
        check: refuses a size in bytes, of what is called so, before anything is read.

    Raises:
        GatvizError: no file, one that cannot be read, or one that `check` refuses.
    """
    file = Path(path)
    where = shown_name(name or file.name) or quote(str(path))
    try:
        if file.is_dir():
            raise GatvizError(where, _("a file"), _("a folder"), _("choose a file in it"))
        check(file.stat().st_size, where)
        parts, size = [], 0
        with file.open("rb") as stream:
            while part := stream.read(_AT_ONCE):  # a device has no size, and no end
                size += len(part)
                check(size, where)
                parts.append(part)
        return b"".join(parts), where
    except GatvizError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a zero in it
        content = "\n" in str(path)  # a text that was meant as what a file holds
        mend = _("pass bytes, or a path") if content else _("check the path")
        raise GatvizError(quote(str(path)), _("a file that can be read"), _reason(error), mend) from None


def write_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file, in the place of one that is there.

    Raises:
        GatvizError: it cannot be written.
    """
    check_writable(path)
    try:
        Path(path).write_bytes(content)
    except (OSError, ValueError) as error:
        raise _not_written(path, _reason(error)) from None


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse where nothing can be written, before the work is done that is to be written there.

    Raises:
        GatvizError: a folder, or a file in one that is not there.
    """
    file = Path(path)
    try:
        why = _("a folder") if file.is_dir() else "" if file.parent.is_dir() else _("no such folder")
    except ValueError as error:  # a path with a zero in it
        why = _reason(error)
    if why:
        raise _not_written(path, why)


def _not_written(path: str | os.PathLike[str], why: str) -> GatvizError:
    return GatvizError(quote(str(path)), _("a path to write to"), why, _("choose another"))


def _reason(error: OSError | ValueError) -> str:
    """The system's own word for it, as part of a sentence."""
    return ((error.strerror if isinstance(error, OSError) else str(error)) or _("an error")).lower()
