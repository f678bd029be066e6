"""The text of a table before it is cut into cells: what stands above it, what parts its cells, and how it is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatviz.errors import GatvizError, quote
from gatviz.words import N_, _

SEPARATORS = "\t;,|\x1f"
"""What parts cells; the last one stands for a full-width comma or semicolon, which pandas cannot take."""
SPACES = r"\s+"
_WORDS = {
    **{"\t": N_("tabs"), ";": "';'", ",": "','", "|": "'|'", SPACES: N_("spaces")},
    "\x1f": N_("full-width commas"),
}
_WIDE = str.maketrans("，；", "\x1f\x1f")
_LEADING = re.compile(r"(?:[^\S\n]*+(?:(?:[#%]|//)[^\n]*+)?+\n)*+(?:[^\S\n]*+(?:(?:[#%]|//)[^\n]*+)?+$)?", re.ASCII)
"""Blank lines and comments before the header; possessive, so that millions of them take no memory."""
_EXCEL = re.compile(r'\s*"?sep=(?P<mark>[^\n"])"?\s*?(?:\r\n?|\n|$)', re.IGNORECASE)
_COMMENT = 2_000
"""Characters of what stands above the table that are looked at."""


def separator_word(separator: str) -> str:
    """What parts the cells, in words."""
    return _(_WORDS[separator]) if separator in _WORDS else quote(separator)


@dataclass(frozen=True)
class TableText:
    """A table as it goes to the parser.

    Attributes:
        body: its lines, from the first row on.
        separator: one of `SEPARATORS`, or `SPACES`.
        first_row: how many lines stand above.
        comment: the beginning of what stands there.
        notes: what was decided.
    """

    body: str
    separator: str
    first_row: int
    comment: str
    notes: tuple[str, ...]


def table_text(text: str, where: str) -> TableText:
    """The rows of a text and what parts their cells.

    Raises:
        GatvizError: nothing but comments.
    """
    notes: list[str] = []
    text = text.lstrip("\ufeff")
    told = _EXCEL.match(text)
    if told is not None:
        notes.append(_("the first line says that {mark} parts the cells").format(mark=quote(told["mark"])))
    begin = told.end() if told is not None else 0
    start = found.end() if (found := _LEADING.match(text, begin)) else begin
    first_row = text.count("\n", 0, start) + text.count("\r", 0, begin) - text.count("\r\n", 0, begin)
    body = text[start:]
    first_line = re.split(r"[\r\n]", body, maxsplit=1)[0]
    if not first_line.strip():
        raise GatvizError(where, _("a header and rows"), _("only comments"), _("add the rows"))
    separator = told["mark"] if told is not None else _separator(first_line)
    if separator == "\x1f" or (told is not None and separator in "，；"):
        separator, body = "\x1f", body.translate(_WIDE)
        notes.append(_("full-width commas were taken as what parts the cells"))
    elif separator in ",;" and ("，" in body or "；" in body):
        body = _typed_wide(body, separator, _bare(first_line).count(separator), notes)
    return TableText(body, separator, first_row, text[begin : min(start, begin + _COMMENT)], tuple(notes))


def _bare(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _separator(line: str) -> str:
    bare = _bare(line)
    best = max(SEPARATORS[:-1], key=lambda mark: (bare.count(mark), -SEPARATORS.index(mark)))
    if bare.count(best):
        return best
    if "，" in bare or "；" in bare:
        return SEPARATORS[-1]
    return SPACES if len(line.split()) > 1 else ","


def _typed_wide(body: str, separator: str, cells: int, notes: list[str]) -> str:
    """Lines that a full-width comma parts where the header has a usual one: turned into the header's."""
    wide = "，" if separator == "," else "；"
    lines = body.split("\n")
    turned = 0
    for k, line in enumerate(lines):
        if wide in line and line.count(separator) < cells == line.count(separator) + line.count(wide):
            lines[k] = line.replace(wide, separator)
            turned += 1
    if turned:
        notes.append(_("full-width commas were taken as what parts the cells"))
    return "\n".join(lines)


# ---- numbers as people type them ---------------------------------------------------------------------------------

_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?")


def with_points(cells: list[str], separator: str) -> list[str] | None:
    """A column of numbers with decimal commas, or with commas between thousands, as numbers with points; else None.

    Where a comma could be either ("1,234"), it is a decimal one, but for tables that commas part: there a quoted
    "1,234" has thousands.
    """
    filled = [cell for cell in cells if cell]
    if not any("," in cell for cell in filled):
        return None
    decimal = all(_DECIMAL_COMMA.fullmatch(cell) for cell in filled)
    thousands = all(_THOUSANDS.fullmatch(cell) for cell in filled)
    if thousands and (separator == "," or not decimal):
        return [cell.replace(",", "") for cell in cells]
    if decimal:
        return [cell.replace(".", "").replace(",", ".") if "," in cell else cell for cell in cells]
    return None
