"""Bytes to text, saying which encoding was taken."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.encoding_guess import likely_encodings
from gatviz.words import N_, _, commas

ENCODINGS: dict[str, str] = {
    "utf-8": N_("UTF-8"),
    "utf-16": N_("UTF-16"),
    "utf-16-le": N_("UTF-16 (little-endian, without mark)"),
    "utf-16-be": N_("UTF-16 (big-endian, without mark)"),
    "utf-32": N_("UTF-32"),
    "gb18030": N_("GBK / GB18030 (simplified Chinese)"),
    "big5": N_("Big5 (traditional Chinese)"),
    "cp932": N_("Shift-JIS (Japanese)"),
    "euc_jp": N_("EUC-JP (Japanese)"),
    "cp949": N_("EUC-KR / CP949 (Korean)"),
    "cp1252": N_("Windows-1252 (western Europe)"),
    "cp1250": N_("Windows-1250 (central Europe)"),
    "cp1251": N_("Windows-1251 (Cyrillic)"),
    "cp1253": N_("Windows-1253 (Greek)"),
    "cp1254": N_("Windows-1254 (Turkish)"),
    "cp1255": N_("Windows-1255 (Hebrew)"),
    "cp1256": N_("Windows-1256 (Arabic)"),
    "mac_roman": N_("Mac Roman"),
    "latin-1": N_("Latin-1"),
}
"""The encodings that can be chosen by hand, by their names in Python."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", N_("UTF-8 with BOM")),
    (codecs.BOM_UTF32_LE, "utf-32", N_("UTF-32")),
    (codecs.BOM_UTF32_BE, "utf-32", N_("UTF-32")),
    (codecs.BOM_UTF16_LE, "utf-16", N_("UTF-16")),
    (codecs.BOM_UTF16_BE, "utf-16", N_("UTF-16")),
)
_BETWEEN = re.compile(r"[\s,;:|\"'<>{}()\[\]]+")
_AS_UTF8 = N_("save the file as UTF-8")
_MAX_DAMAGED = 0.1
"""Of the bytes beyond ASCII: with fewer wrong ones among many right ones a text is UTF-8 with faults in it."""


@dataclass(frozen=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: without a byte-order mark.
        notes: what was decided about its encoding; nothing for plain UTF-8.
        encoding: its name in `ENCODINGS`.
    """

    text: str
    notes: tuple[str, ...]
    encoding: str


def shown_name(name: str) -> str:
    """A file's name as messages show it: one printable line, of a long one the end, which has the ending."""
    if len(name) > limits.MAX_FILE_NAME:
        name = "…" + name[1 - limits.MAX_FILE_NAME :]
    return "".join(c if c.isprintable() else "?" for c in name)


def decode(data: bytes, where: str, encoding: str | None = None) -> Decoded:
    """The text of a file; by the encoding that is chosen, by its byte-order mark, as UTF-8, or by its characters.

    Raises:
        GatvizError: empty, not text, or not text in the chosen encoding.
    """
    if not data.strip():
        raise _empty(where)
    marked = next((found for found in _MARKS if data.startswith(found[0])), None)
    if encoding is not None:
        return _as_chosen(data, where, encoding)
    if marked is not None:
        return _as_marked(data, where, *marked[1:])
    if b"\x00" in data:
        return _wide(data, where)
    try:
        return Decoded(data.decode("utf-8"), (), "utf-8")
    except UnicodeDecodeError as error:
        return _guessed(data, data.count(b"\n", 0, error.start) + 1)


def _empty(where: str) -> GatvizError:
    return GatvizError(where, _("a graph"), _("an empty file"), _("choose a file with nodes and edges in it"))


def _as_chosen(data: bytes, where: str, encoding: str) -> Decoded:
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        title = _(ENCODINGS[encoding])
        raise GatvizError(
            _("{where}, line {line}").format(where=where, line=line),
            _("text in {encoding}").format(encoding=title),
            _("other bytes"),
            _("choose another encoding"),
        ) from None
    if not text.strip("\ufeff \t\r\n"):
        raise _empty(where)
    return Decoded(text.lstrip("\ufeff"), (), encoding)


def _as_marked(data: bytes, where: str, codec: str, label: str) -> Decoded:
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
        raise _empty(where)
    note = _("read as {encoding}").format(encoding=_(label))
    return Decoded(text, (note,), "utf-8" if codec == "utf-8-sig" else codec)


def _wide(data: bytes, where: str) -> Decoded:
    """UTF-16 without its mark, where every other byte is a zero."""
    halves = data[0:400:2].count(0), data[1:400:2].count(0)
    if max(halves) > 2 * min(halves):
        codec = "utf-16-be" if halves[0] > halves[1] else "utf-16-le"
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            text = ""
        if text.strip() and "\x00" not in text:
            note = _("read as {encoding}").format(encoding=_(ENCODINGS[codec]))
            return Decoded(text, (note,), codec)
    raise GatvizError(where, _("text"), _("binary data"), _("choose a graph file; its name tells its format"))


def _guessed(data: bytes, line: int) -> Decoded:
    damaged = data.decode("utf-8", "replace")
    right = sum(char > "\x7f" for char in damaged)
    wrong = damaged.count("\ufffd")
    if wrong < _MAX_DAMAGED * right:
        said = _("line {line} is not UTF-8, as the others are: what is no character there became {sign}")
        return Decoded(damaged, (said.format(line=line, sign="\ufffd"),), "utf-8")
    found: list[tuple[str, str]] = []
    for codec in likely_encodings(data):
        try:
            found.append((codec, data.decode(codec)))
        except UnicodeDecodeError:
            continue
        break
    codec, text = found[0] if found else ("latin-1", data.decode("latin-1"))
    said = _("line {line} is not UTF-8: by its characters the file was read as {encoding}; {shown}")
    note = said.format(line=line, encoding=_(ENCODINGS[codec]), shown=_shown(text))
    return Decoded(text, (note,), codec)


def _shown(text: str) -> str:
    """Some words with such characters, by which a person sees whether they are right."""
    words: dict[str, None] = {}
    start = next((place for place, char in enumerate(text) if char > "\x7f"), 0)
    for word in _BETWEEN.split(text[max(0, start - 40) : start + 400]):
        if not word.isascii() and word.isprintable():
            words[quote(word[:20])] = None
        if len(words) == 3:
            break
    return _("it has {words}").format(words=commas(words) or _("signs only"))
