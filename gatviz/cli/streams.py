"""What comes in from files and standard input, and goes out to files and standard output. Quick to load."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gatviz.errors import GatvizError
from gatviz.words import _

STANDARD = "-"
"""Standard input or output, as a path."""
Say = Callable[[str], None]


def bytes_of(source: str, say: Say = lambda _sentence: None) -> tuple[bytes | str, str]:
    """What a reading function takes for a source, and what it is called; said before it is waited for.

    Raises:
        GatvizError: standard input is nobody's, or gives more than any file may have.
    """
    from gatviz.files.encoding import shown_name
    from gatviz.files.limits import MAX_BYTES

    where = _("standard input") if source == STANDARD else shown_name(Path(source).name)
    say(_("Reading {where} …").format(where=where))
    if source != STANDARD:
        return source, where
    if sys.stdin is None or sys.stdin.isatty():
        raise GatvizError(where, _("a file"), _("none"), _("send one: gatviz info - < FILE"))
    return sys.stdin.buffer.read(MAX_BYTES + 1), where


@contextmanager
def telling(sentence: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Say on standard error what takes a while, to a person who watches with a bar.

    Gives what hears how much of how much is done.
    """
    import click

    with click.progressbar(length=1, label=sentence, hidden=quiet, show_eta=False, file=sys.stderr) as bar:

        def hears(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield hears


def json_of(value: object) -> bytes:
    """A value as readable JSON, with a line break at its end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def check_out(out: str, *, text: bool) -> None:
    """Refuse where nothing can be written.

    Raises:
        GatvizError: a path that cannot be written, or numbers for a terminal.
    """
    if out != STANDARD:
        from gatviz.files.disk import check_writable

        check_writable(out)
        return
    if sys.stdout is None:
        raise GatvizError(_("standard output"), _("a file or a program"), _("none"), _("name a file to write to"))
    if not text and sys.stdout.isatty():
        found = _("a terminal")
        raise GatvizError(_("standard output"), _("a file or a program"), found, _("name a file to write to"))


def put(content: bytes, out: str, *, text: bool) -> None:
    """Write to a file or to standard output.

    Raises:
        GatvizError: as `check_out`; no room.
    """
    check_out(out, text=text)
    if out != STANDARD:
        from gatviz.files.disk import write_file

        write_file(out, content)
        return
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except OSError as error:
        # What could not be written is still in the buffer, and would be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # who reads has seen enough, as `head` does
            raise
        reason = (error.strerror or _("an error")).lower()
        raise GatvizError(_("standard output"), _("room to write"), reason, _("write elsewhere")) from None
