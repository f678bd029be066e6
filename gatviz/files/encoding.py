"""Bytes to text, saying which encoding was taken."""

from __future__ import annotations

import codecs

from gatviz.errors import GatvizError
from gatviz.files import limits
from gatviz.words import N_, _

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", N_("UTF-8 with BOM")),
    (codecs.BOM_UTF32_LE, "utf-32", N_("UTF-32")),
    (codecs.BOM_UTF32_BE, "utf-32", N_("UTF-32")),
    (codecs.BOM_UTF16_LE, "utf-16", N_("UTF-16")),
    (codecs.BOM_UTF16_BE, "utf-16", N_("UTF-16")),
)
_AS_UTF8 = N_("save the file as UTF-8")


def shown_name(name: str) -> str:
    """A file's name as messages show it: one printable line, of a long one the end, which has the ending."""
    if len(name) > limits.MAX_FILE_NAME:
        name = "…" + name[1 - limits.MAX_FILE_NAME :]
    return "".join(c if c.isprintable() else "?" for c in name)


def decode(data: bytes, where: str) -> tuple[str, tuple[str, ...]]:
    """The text of a file and what was decided about its encoding (nothing for plain UTF-8).

    A byte-order mark decides; else UTF-8; else Latin-1, which is said.

    Raises:
        GatvizError: empty, not text, or UTF-16 without its mark.
    """
    if not data.strip():
        raise GatvizError(where, _("a graph"), _("an empty file"), _("choose a file with nodes and edges in it"))
    for mark, codec, label in _MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(codec)
            except UnicodeDecodeError as error:
                raise GatvizError(
                    where,
                    _("text in {encoding}, as its first bytes say").format(encoding=_(label)),
                    _("other bytes at {start}").format(start=error.start),
                    _(_AS_UTF8),
                ) from error
            if not text.strip():
                raise GatvizError(
                    where, _("a graph"), _("an empty file"), _("choose a file with nodes and edges in it")
                )
            return text, (_("read as {encoding}").format(encoding=_(label)),)
    if b"\x00" in data:
        halves = data[0:400:2].count(0), data[1:400:2].count(0)
        if max(halves) > 2 * min(halves):
            raise GatvizError(where, _("UTF-8 text"), _("UTF-16 without a byte-order mark"), _(_AS_UTF8))
        raise GatvizError(where, _("text"), _("binary data"), _("choose a graph file; its name tells its format"))
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return data.decode("latin-1"), (_("line {line} is not UTF-8: the file was read as Latin-1").format(line=line),)
