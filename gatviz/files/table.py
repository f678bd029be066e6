"""Text tables (CSV, TSV and their kin) as columns of text, through pandas' parser."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.encoding import decode
from gatviz.files.values import number
from gatviz.words import N_, _, ngettext

_SEPARATORS = "\t;,|"
_WORD_OF_SEPARATOR = {"\t": N_("tabs"), ";": "';'", ",": "','", "|": "'|'", r"\s+": N_("spaces")}
_WHOLE = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_LEADING = re.compile(r"(?:[^\S\n]*+(?:[#%][^\n]*+)?+\n)*+(?:[^\S\n]*+(?:[#%][^\n]*+)?+$)?", re.ASCII)
"""Blank lines and comments before the header; possessive, so that millions of them take no memory."""


@dataclass
class Table:
    """Rows of text cells under a header.

    Attributes:
        where: the file's name, for messages.
        header: the first row, stripped.
        cells: a column of text for each header cell, without the first row.
        rows: the number of each row in the file, the first row being 1.
        separator: what parts the cells, in words.
        notes: what was decided about encoding and comments.
    """

    where: str
    header: list[str]
    cells: list[pd.Series[str]]
    rows: NDArray[np.int64]
    separator: str
    notes: list[str]

    @property
    def num_rows(self) -> int:
        """The rows below the header."""
        return int(self.rows.size)

    def with_header_as_row(self) -> Table:
        """The same where the first row is data too; the columns are then called 0, 1, ...

        The header's own row number is 1, or whatever comes before the others.
        """
        cells = [
            pd.concat([pd.Series([top], dtype=str), column], ignore_index=True)
            for top, column in zip(self.header, self.cells, strict=True)
        ]
        first = int(self.rows[0]) - 1 if self.rows.size else 1
        rows = np.concatenate([[first], self.rows])
        return Table(self.where, [str(k) for k in range(len(cells))], cells, rows, self.separator, self.notes)

    def column(self, place: int) -> list[str]:
        """A column's cells."""
        cells: list[str] = self.cells[place].tolist()
        return cells

    def find(self, *names: str) -> int | None:
        """The place of the first column with one of these names, capitals aside."""
        lower = [name.casefold() for name in self.header]
        return next((lower.index(name) for name in names if name in lower), None)

    def named(self, name: str) -> int | None:
        """The place of the column with exactly this name."""
        return self.header.index(name) if name in self.header else None

    def numbers(self, place: int, context: str = "") -> NDArray[np.float64] | None:
        """A column as finite numbers, None where it holds words only.

        Raises:
            GatvizError: a word, a gap, NaN or infinity among numbers, naming the row.
        """
        cells = self.column(place)
        try:
            if not self.cells[place].str.contains("_", regex=False).any():
                result = np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))
                if np.isfinite(result).all():
                    return result
        except ValueError:
            pass
        found = [number(cell) for cell in cells]
        if all(value is None for value in found):
            return None
        for k, value in enumerate(found):
            if value is None or not math.isfinite(value):
                raise GatvizError(
                    _("{where}, row {row}, column {column}").format(
                        where=self.where, row=self.rows[k], column=quote(self.header[place])
                    ),
                    _("a finite number"),
                    quote(cells[k]) if cells[k] else _("nothing"),
                    context or _("write a number there or remove the row"),
                )
        return np.array(found, dtype=np.float64)

    def values(self, place: int) -> list[Any]:
        """A column as what it looks like: numbers where every cell is one, else text; blanks are None."""
        cells = self.column(place)
        filled = [cell for cell in cells if cell]
        if filled and all(cell in ("True", "False") for cell in filled):
            return [cell == "True" if cell else None for cell in cells]
        found = [_plain_number(cell) if cell else None for cell in cells]
        if all(value is not None or not cell for value, cell in zip(found, cells, strict=True)):
            return found
        return [cell or None for cell in cells]


def _plain_number(cell: str) -> float | None:
    if _WHOLE.fullmatch(cell) and cell not in ("-0", "+0"):
        return int(cell)
    value = number(cell)
    leading_zero = re.match(r"[+-]?0\d", cell)  # a code such as 007, not a number
    return value if value is not None and math.isfinite(value) and not leading_zero else None


def read_table(data: bytes, where: str) -> Table:
    """The cells of a text table; the separator is what parts the first row most.

    Raises:
        GatvizError: rows of different lengths, an open quotation mark, or more rows or columns than the caps.
    """
    text, notes = decode(data, where)
    text = text.lstrip("\ufeff")
    start = found.end() if (found := _LEADING.match(text)) else 0
    first_row = text.count("\n", 0, start)
    first_line = text[start:].split("\n", 1)[0] if start < len(text) else ""
    if not first_line.strip():
        raise GatvizError(where, _("a header and rows"), _("only comments"), _("add the rows"))
    separator = _separator(first_line)
    columns = len(first_line.split()) if separator == r"\s+" else first_line.count(separator) + 1
    rows = text.count("\n", start) + text.count("\r", start) - text.count("\r\n", start) + 1
    _check_size(rows, columns, where)
    frame = _parse(text[start:], separator, where, first_row)
    frame = frame.apply(lambda column: column.str.strip()) if frame.size else frame
    filled = np.zeros(len(frame), dtype=bool)
    for name in frame:
        filled |= (frame[name] != "").to_numpy(dtype=bool)
    numbering = np.flatnonzero(filled) + 1 + first_row
    frame = frame[filled].reset_index(drop=True)
    if frame.empty:
        raise GatvizError(where, _("a header and rows"), _("only blank cells"), _("add the rows"))
    header = [str(cell) for cell in frame.iloc[0]]
    cells = [frame[name].iloc[1:].reset_index(drop=True) for name in frame]
    while len(header) > 1 and not header[-1] and (cells[-1] == "").all():  # rows that end in a separator
        header, cells = header[:-1], cells[:-1]
    return Table(where, header, cells, numbering[1:], _(_WORD_OF_SEPARATOR[separator]), list(notes))


def _separator(line: str) -> str:
    bare = re.sub(r'"[^"]*"', "", line)
    best = max(_SEPARATORS, key=lambda mark: (bare.count(mark), -_SEPARATORS.index(mark)))
    if bare.count(best):
        return best
    return r"\s+" if len(line.split()) > 1 else ","


def _check_size(rows: int, columns: int, where: str) -> None:
    if rows > limits.MAX_EDGES + 10:
        raise GatvizError(
            where,
            _("at most {most:,} rows").format(most=limits.MAX_EDGES),
            f"{rows:,}",
            _("keep a part of the graph"),
        )
    limits.check_columns(columns, rows, where)


def _parse(text: str, separator: str, where: str, skipped: int) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return pd.read_csv(
                io.StringIO(text),
                sep=separator,
                header=None,
                dtype=str,
                na_filter=False,
                skipinitialspace=True,
                skip_blank_lines=False,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, ValueError) as error:
        raise _told(str(error), separator, where, skipped) from None


def _told(message: str, separator: str, where: str, skipped: int) -> GatvizError:
    by = _(_WORD_OF_SEPARATOR[separator])
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message):
        expected, line, saw = (int(digits) for digits in found.groups())
        return GatvizError(
            _("{where}, row {row}").format(where=where, row=line + skipped),
            ngettext(
                "{n} cell separated by {by}, as in the first row",
                "{n} cells separated by {by}, as in the first row",
                expected,
            ).format(n=expected, by=by),
            str(saw),
            _("remove what is too much or quote the cell"),
        )
    if found := re.search(r"EOF inside string starting at row (\d+)", message):
        return GatvizError(
            _("{where}, row {row}").format(where=where, row=int(found[1]) + 1 + skipped),
            _("a closing quotation mark"),
            _("the end of the file"),
            _("close the quoted cell"),
        )
    return GatvizError(
        where, _("rows of cells separated by {by}").format(by=by), quote(message), _("correct the table")
    )


def unique_header(header: Sequence[str], where: str) -> None:
    """Refuse a header with a blank or repeated name."""
    seen: set[str] = set()
    for place, name in enumerate(header):
        if not name or name in seen:
            raise GatvizError(
                _("{where}, header, column {column}").format(where=where, column=place + 1),
                _("a name of its own"),
                quote(name) if name else _("nothing"),
                _("name the column"),
            )
        seen.add(name)
