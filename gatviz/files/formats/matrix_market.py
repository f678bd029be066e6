"""Matrix Market (.mtx): sparse or dense matrices of the collections. Read only.

scipy reads the numbers, after the header was checked here: it trusts sizes, and stumbles over a last line without end.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ParsedGraph
from gatviz.words import _, or_list

_BANNER = re.compile(r"%%\s*MatrixMarket\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)[^\n]*\n?", re.IGNORECASE)
_KINDS = (
    ("matrix", ("matrix",)),
    ("format", ("coordinate", "array")),
    ("numbers", ("pattern", "real", "double", "integer", "unsigned-integer")),
    ("symmetry", ("general", "symmetric", "skew-symmetric")),
)
_EXAMPLE = "%%MatrixMarket"
_LINES = re.compile(r"(?:[ \t\r]*(?:%[^\n]*)?\n)*")
TEMPLATE = b"%%MatrixMarket matrix coordinate real general\n% row points to column\n3 3 3\n1 2 1\n2 3 2\n3 1 0.5\n"


def is_matrix_market(file: GraphFile) -> bool:
    """Whether a file begins with the banner of Matrix Market."""
    return _BANNER.match(file.start) is not None


@dataclass(frozen=True)
class _Header:
    rows: int
    columns: int
    dense: bool
    symmetry: str


def read_matrix_market(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from a matrix: row i, column j is an arrow i → j; one that is not square joins two kinds of nodes.

    Raises:
        GatvizError: no such file, complex numbers, or sizes that its lines do not have.
    """

    from scipy.io import mmread
    from scipy.sparse import coo_array

    where, text = file.where, file.decoded.text.lstrip("\ufeff \t\r\n")
    header = _header(text, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = mmread(io.BytesIO(text.encode("utf-8") + b"\n"), spmatrix=False)
    except (ValueError, OverflowError, TypeError, EOFError, MemoryError, IndexError) as error:
        raise GatvizError(where, _("a whole Matrix Market file"), quote(str(error)), _("download it again")) from None
    matrix = coo_array(found)
    values = matrix.data
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise GatvizError(where, _("finite numbers"), _("NaN or infinity"), _("correct the entry"))
    there = values != 0
    row, column = (place[there].astype(np.int64) for place in (matrix.row, matrix.col))
    values = values[there]
    order = np.lexsort((column, row)) if header.symmetry != "general" else np.arange(row.size)
    return _parsed(file, header, row[order], column[order], values[order])


def _header(text: str, where: str) -> _Header:
    banner = _BANNER.match(text)
    if banner is None:
        raise GatvizError(
            where,
            quote(_EXAMPLE),
            quote(text.split("\n", 1)[0]),
            _("choose a Matrix Market file"),
        )
    words = [word.lower() for word in banner.groups()]
    for word, (_name, allowed) in zip(words, _KINDS, strict=True):
        if word not in allowed:
            raise GatvizError(where, or_list(map(quote, allowed)), quote(word), _("save the matrix as one of these"))
    start = _LINES.match(text, banner.end())
    line = text[start.end() if start else banner.end() :].split("\n", 1)[0]
    dense = words[1] == "array"
    cells = line.split()
    sizes = [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 19]
    if len(sizes) != len(cells) or len(sizes) != (2 if dense else 3):
        expected = _("a line of two sizes") if dense else _("a line of two sizes and how many entries there are")
        raise GatvizError(where, expected, quote(line.strip()), _("correct the line of sizes"))
    rows, columns = sizes[:2]
    nodes = rows if rows == columns else rows + columns
    limits.check_nodes(nodes, where)
    if dense:
        limits.check_features(rows, columns, where)
    else:
        limits.check_edges(sizes[2], where)
    if words[3] != "general" and rows != columns:
        raise GatvizError(where, _("a square matrix"), f"{rows} × {columns}", _("correct the line of sizes"))
    return _Header(rows, columns, dense, words[3])


def _parsed(
    file: GraphFile, header: _Header, row: NDArray[np.int64], column: NDArray[np.int64], values: NDArray[np.generic]
) -> ParsedGraph:
    weighted = bool(values.size) and not (values == 1).all()
    parsed = ParsedGraph(where=file.where, format="matrix_market", names=(), edges=np.stack([row, column]))
    parsed.notes += file.decoded.notes
    parsed.edge_columns = {"weight": values.tolist()} if weighted else {}
    if header.rows != header.columns:
        parsed.names = [f"row {n + 1}" for n in range(header.rows)] + [f"column {n + 1}" for n in range(header.columns)]
        parsed.edges = np.stack([row, column + header.rows])
        parsed.two_mode = True
        said = _(
            "two-mode: {rows:,} rows and {columns:,} columns are nodes of two kinds, edges go from rows to columns"
        )
        parsed.notes.append(said.format(rows=header.rows, columns=header.columns))
        return parsed
    parsed.names = [str(n + 1) for n in range(header.rows)]
    keys, back = row * header.rows + column, column * header.rows + row
    parsed.symmetric = header.symmetry == "symmetric" or bool(
        np.array_equal(np.sort(keys), np.sort(back)) and not weighted
    )
    parsed.directed = not parsed.symmetric
    parsed.orientation = "row_points_to_column"
    if weighted:
        parsed.notes.append(_("entries of the matrix are kept as weights of arrows; they are no α"))
    return parsed
