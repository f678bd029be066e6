"""An adjacency matrix as a text table: N rows of N numbers, with or without names along its edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.columns import number
from gatviz.files.delimited import Table
from gatviz.files.draft import Draft, check_names
from gatviz.files.reading import ReadOptions

_SMALLEST_BARE = 3
"""Two rows of two numbers are more likely two edges: a bare matrix is known by itself from here on."""


def looks_like_matrix(table: Table) -> bool:
    """Whether the table is square and holds numbers, its names aside."""
    rows, columns = table.num_rows, len(table.header)
    if rows == columns and rows > 1:  # names above only
        return not _numeric(table.header) and all(_numeric(table.column(k)[:50]) for k in range(columns))
    named = rows == columns - 1 and rows > 1 and _same_names(table)  # names above and to the left
    return named or is_bare(table)


def is_bare(table: Table, smallest: int = _SMALLEST_BARE) -> bool:
    """Whether the first row is a row of the matrix itself."""
    square = table.num_rows + 1 == len(table.header) >= smallest
    return square and _numeric(table.header) and not _same_names(table) and _numeric(table.column(0))


def _same_names(table: Table) -> bool:
    return table.column(0) == table.header[1:] and number(table.header[0]) is None


def _numeric(cells: list[str]) -> bool:
    return all(number(cell) is not None for cell in cells)


def read_matrix(table: Table, options: ReadOptions) -> Draft:
    """A Draft from an adjacency matrix; entries other than 0 are edges.

    Raises:
        GatvizError: not square, or an entry that is not a finite number.
    """
    if is_bare(table, 1 if options.format == "matrix" else _SMALLEST_BARE):
        table = table.with_header_as_row()
        table.notes.append(f"{table.num_rows} rows of as many numbers were taken as an adjacency matrix")
        names = [str(n) for n in range(table.num_rows)]
        columns = list(range(len(table.header)))
    elif table.num_rows == len(table.header) - 1:
        names, columns = table.header[1:], list(range(1, len(table.header)))
        if table.column(0) != names:
            k = next(k for k, name in enumerate(table.column(0)) if name != names[k])
            raise GatvizError(
                f"{table.where}, row {table.rows[k]}",
                f"the name {quote(names[k])}, as in the header",
                quote(table.column(0)[k]),
                "name rows and columns alike, in one order",
            )
    else:
        names, columns = table.header, list(range(len(table.header)))
    if table.num_rows != len(columns):
        raise GatvizError(
            table.where,
            "a square matrix",
            f"{table.num_rows} rows of {len(columns)} numbers",
            "give a row and a column for each node",
        )
    check_names(names, table.where)
    limits.check_features(len(names), len(names), table.where)
    matrix = np.empty((len(names), len(names)))
    for k, place in enumerate(columns):
        values = table.numbers(place, "write 0 where there is no edge")
        if values is None:
            raise GatvizError(
                f"{table.where}, column {quote(table.header[place])}",
                "numbers",
                quote(table.column(place)[0]),
                "write 0 where there is no edge",
            )
        matrix[:, k] = values
    return _draft(matrix, names, table, options)


def _draft(matrix: NDArray[np.float64], names: list[str], table: Table, options: ReadOptions) -> Draft:
    row, column = np.nonzero(matrix)
    limits.check_arcs(row.size, table.where)
    symmetric = bool(np.array_equal(matrix, matrix.T))
    notes = list(table.notes)
    if symmetric:
        notes.append("the matrix equals its transpose: the graph was taken as undirected")
    elif options.matrix == "row_reads_column":
        notes.append("the matrix is not symmetric: row i, column j was taken as 'i reads j'")
    else:
        notes.append("the matrix is not symmetric: row i, column j was taken as 'i points to j', so j reads i")
    reads = options.matrix == "row_reads_column"
    edges = np.stack([column, row] if reads else [row, column]).astype(np.int64)
    weights = [int(value) if value.is_integer() else value for value in matrix[row, column].tolist()]
    return Draft(
        where=table.where,
        format="matrix",
        names=names,
        edges=edges,
        directed=not symmetric,
        edge_columns={} if all(value == 1 for value in weights) else {"weight": weights},
        notes=notes,
        symmetric=symmetric,
    )
