"""Text tables (CSV, TSV and their kin) as columns of text, through pandas' parser."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.files.graph_file import GraphFile
from gatviz.files.table_text import SPACES, separator_word, table_text, with_points
from gatviz.files.values import number
from gatviz.words import _, first_of, ngettext

if TYPE_CHECKING:
    import pandas as pd

_LINE = re.compile(r"([^\r\n]*+)(?:\r\n|\n|\r|\Z)")
_WHOLE = re.compile(r"[+-]?(0|[1-9]\d{0,17})")


@dataclass
class Table:
    """Rows of text cells under a header.

    Attributes:
        where: the file's name, for messages.
        header: the first row, stripped.
        cells: a column of text for each header cell, without the first row.
        rows: the number of each row in the file, the first row being 1.
        separator: what parts the cells, in words.
        notes: what was decided about encoding, separators and numbers.
        comment: the beginning of what stands above the rows.
        encoding: of the file's text.
    """

    where: str
    header: list[str]
    cells: list[pd.Series[str]]
    rows: NDArray[np.int64]
    separator: str
    notes: list[str]
    comment: str = ""
    encoding: str = "utf-8"

    @property
    def num_rows(self) -> int:
        """The rows below the header."""
        return int(self.rows.size)

    def with_header_as_row(self) -> Table:
        """The same where the first row is data too; the columns are then called 0, 1, ...

        The header's own row number is 1, or whatever comes before the others.
        """

        import pandas as pd

        cells = [
            pd.concat([pd.Series([top], dtype=str), column], ignore_index=True)
            for top, column in zip(self.header, self.cells, strict=True)
        ]
        first = int(self.rows[0]) - 1 if self.rows.size else 1
        rows = np.concatenate([[first], self.rows])
        return replace(self, header=[str(k) for k in range(len(cells))], cells=cells, rows=rows, notes=list(self.notes))

    def column(self, place: int) -> list[str]:
        """A column's cells."""
        cells: list[str] = self.cells[place].tolist()
        return cells

    def find(self, *names: str) -> int | None:
        """The place of the first column with one of these names, as `headers.plain` compares them."""
        found = [headers.plain(name) for name in self.header]
        return next((found.index(name) for name in names if name in found), None)

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


def read_table(file: GraphFile) -> Table:
    """The cells of a text table; the separator is what parts the first row most.

    Raises:
        GatvizError: rows of different lengths, an open quotation mark, or more rows or columns than the caps.
    """
    where, decoded = file.where, file.decoded
    text = table_text(decoded.text, where)
    body, separator = text.body, text.separator
    first_line = re.split(r"[\r\n]", body, maxsplit=1)[0]
    columns = len(first_line.split()) if separator == SPACES else first_line.count(separator) + 1
    rows = body.count("\n") + body.count("\r") - body.count("\r\n") + 1
    _check_size(rows, columns, where)
    frame = _parse(body, separator, where, text.first_row)
    padded = 0
    filled = np.zeros(len(frame), dtype=bool)
    for name in frame:
        bare = frame[name].str.strip()
        padded += int((bare != frame[name]).sum())
        frame[name] = bare
        filled |= (bare != "").to_numpy(dtype=bool)
    numbering = np.flatnonzero(filled) + 1 + text.first_row
    frame = frame[filled].reset_index(drop=True)
    if frame.empty:
        raise GatvizError(where, _("a header and rows"), _("only blank cells"), _("add the rows"))
    header = [str(cell) for cell in frame.iloc[0]]
    cells = [frame[name].iloc[1:].reset_index(drop=True) for name in frame]
    while len(header) > 1 and not header[-1] and (cells[-1] == "").all():  # rows that end in a separator
        header, cells = header[:-1], cells[:-1]
    notes = [*decoded.notes, *text.notes]
    if padded and separator != SPACES:
        said = ngettext(
            "blanks around the text of {n:,} cell were left out",
            "blanks around the text of {n:,} cells were left out",
            padded,
        )
        notes.append(said.format(n=padded))
    cells = _with_points(header, cells, separator, '"' in body, notes)
    word = separator_word(separator)
    return Table(where, header, cells, numbering[1:], word, notes, text.comment, decoded.encoding)


def _with_points(
    header: Sequence[str], cells: list[pd.Series[str]], separator: str, quoted: bool, notes: list[str]
) -> list[pd.Series[str]]:
    """The cells with decimal points where they had commas, and it is said."""

    import pandas as pd

    if separator == "," and not quoted:
        return cells
    changed: list[str] = []
    for place, column in enumerate(cells):
        head = [cell for cell in column[:200] if cell]
        if not head or not all(cell[-1].isdigit() for cell in head):
            continue
        found = with_points(column.tolist(), separator)
        if found is not None:
            cells[place] = pd.Series(found, dtype=str)
            changed.append(quote(header[place]))
    if changed:
        said = _("commas within numbers were read as decimal commas or between thousands, in {columns}")
        notes.append(said.format(columns=first_of(changed, 5)))
    return cells


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
    import pandas as pd

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
        raise _fault(text, separator, where, skipped, quote(str(error))) from None


def _fault(text: str, separator: str, where: str, skipped: int, reason: str) -> GatvizError:
    """What keeps a text from being a table: its first row that is too long or has no end, else the parser's reason."""
    by = separator_word(separator)
    lengths = enumerate(_row_lengths(text, separator), start=1 + skipped)
    _row, first = next(lengths, (0, None))
    for row, cells in lengths if first is not None else [(1 + skipped, None)]:
        place = _("{where}, row {row}").format(where=where, row=row)
        if cells is None:
            return GatvizError(
                place, _("a closing quotation mark"), _("the end of the file"), _("close the quoted cell")
            )
        if first is not None and cells > first:
            expected = ngettext(
                "{n} cell separated by {by}, as in the first row",
                "{n} cells separated by {by}, as in the first row",
                first,
            ).format(n=first, by=by)
            return GatvizError(place, expected, str(cells), _("remove what is too much or quote the cell"))
    return GatvizError(where, _("rows of cells separated by {by}").format(by=by), reason, _("correct the table"))


def _row_lengths(text: str, separator: str) -> Iterator[int | None]:
    """How many cells each row has; None, and no more rows, where a quoted cell has no end."""
    space = separator == r"\s+"
    between = r"[^\S\r\n]++(?=\S)" if space else re.escape(separator)
    inside = r"\S" if space else rf"[^{re.escape(separator)}\r\n]"
    cell = re.compile(
        rf'[^\S\r\n{"" if space else re.escape(separator)}]*+(?P<quoted>"(?:[^"]++|"")*+(?P<end>")?+)?+'
        rf"{inside}*+(?P<next>{between})?+"
    )
    place = 0
    while place < len(text):
        line = _LINE.match(text, place)
        assert line is not None
        if '"' not in line[1]:
            yield len(line[1].split()) if space else line[1].count(separator) + 1
            place = line.end()
            continue
        count, found = 0, None
        while found is None or found["next"]:
            found = cell.match(text, place)
            assert found is not None
            if found["quoted"] and not found["end"]:
                yield None
                return
            count, place = count + 1, found.end()
        yield count
        rest = _LINE.match(text, place)
        assert rest is not None
        place = rest.end()


def with_unique_header(table: Table) -> Table:
    """The same with a name of its own for each column, and without a nameless one that only counts the rows.

    What was named anew is said.
    """
    header, cells = list(table.header), list(table.cells)
    notes = list(table.notes)
    if len(header) > 1 and not header[0] and _counts(cells[0]):
        header, cells = header[1:], cells[1:]
        notes.append(_("the first column has no name and only counts the rows: it was left out"))
    seen: set[str] = set()
    for place, name in enumerate(header):
        unique, number_of = name or _("column {n}").format(n=place + 1), 2
        while unique in seen:
            unique, number_of = f"{name or unique} ({number_of})", number_of + 1
        if unique != name:
            notes.append(_("column {n} of the file is called {name} here").format(n=place + 1, name=quote(unique)))
        seen.add(unique)
        header[place] = unique
    return replace(table, header=header, cells=cells, notes=notes)


def _counts(cells: pd.Series[str]) -> bool:
    """Whether a column has the numbers of its rows, from 0 or 1."""

    import pandas as pd

    return any((cells == pd.Series(range(start, start + len(cells))).astype(str)).all() for start in (0, 1))
