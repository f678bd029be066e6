"""Files on the disk, read whole and written whole; what cannot be is told in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.files.encoding import shown_name
from gatviz.files.limits import check_bytes
from gatviz.words import _


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
    where = shown_name(name or file.name)
    try:
        if file.is_dir():
            raise GatvizError(where, _("a file"), _("a folder"), _("choose a file in it"))
        check(file.stat().st_size, where)
        return file.read_bytes(), where
    except GatvizError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a zero in it
        expected, mend = _("a file that can be read"), _("check the path, or pass bytes")
        raise GatvizError(quote(str(path)), expected, _reason(error), mend) from None


def write_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file, in the place of one that is there.

    Raises:
        GatvizError: it cannot be written.
    """
    try:
        Path(path).write_bytes(content)
    except (OSError, ValueError) as error:
        raise GatvizError(quote(str(path)), _("a path to write to"), _reason(error), _("choose another")) from None


def _reason(error: OSError | ValueError) -> str:
    """The system's own word for it, as part of a sentence."""
    return ((error.strerror if isinstance(error, OSError) else str(error)) or _("an error")).lower()
