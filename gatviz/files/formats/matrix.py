"""An adjacency matrix as a text table: N rows of N numbers, with or without names along its edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ParsedGraph, check_names
from gatviz.files.table import Table
from gatviz.files.table_kind import could_be_either, starts_with_matrix_row
from gatviz.words import _, ngettext

TEMPLATE = b"reads,Ada,Bo,Cy\nAda,0,0,1\nBo,1,0,0\nCy,0,1,0\n"


def read_matrix(table: Table, options: ReadOptions) -> ParsedGraph:
    """A ParsedGraph from an adjacency matrix; entries other than 0 are edges.

    Raises:
        GatvizError: not square, or an entry that is not a finite number.
    """
    either = could_be_either(table)
    if starts_with_matrix_row(table, options):
        table = table.with_header_as_row()
        table.notes.append(
            _("{num_rows} rows of as many numbers were taken as an adjacency matrix").format(num_rows=table.num_rows)
        )
        names = [str(n) for n in range(table.num_rows)]
        columns = list(range(len(table.header)))
    elif table.num_rows == len(table.header) - 1:
        names, columns = table.header[1:], list(range(1, len(table.header)))
        if table.column(0) != names:
            k = next(k for k, name in enumerate(table.column(0)) if name != names[k])
            raise GatvizError(
                _("{where}, row {row}").format(where=table.where, row=table.rows[k]),
                _("the name {name}, as in the header").format(name=quote(names[k])),
                quote(table.column(0)[k]),
                _("name rows and columns alike, in one order"),
            )
    else:
        names, columns = table.header, list(range(len(table.header)))
    if table.num_rows != len(columns):
        raise GatvizError(
            table.where,
            _("a square matrix"),
            ngettext("{n} row of {columns} numbers", "{n} rows of {columns} numbers", table.num_rows).format(
                n=table.num_rows, columns=len(columns)
            ),
            _("give a row and a column for each node"),
        )
    check_names(names, table.where)
    limits.check_features(len(names), len(names), table.where)
    matrix = np.empty((len(names), len(names)))
    for k, place in enumerate(columns):
        values = table.numbers(place, _("write 0 where there is no edge"))
        if values is None:
            raise GatvizError(
                _("{where}, column {column}").format(where=table.where, column=quote(table.header[place])),
                _("numbers"),
                quote(table.column(place)[0]),
                _("write 0 where there is no edge"),
            )
        matrix[:, k] = values
    return _parsed(matrix, names, table, ("edge_list",) if either else ())


def _parsed(matrix: NDArray[np.float64], names: list[str], table: Table, alternatives: tuple[str, ...]) -> ParsedGraph:
    row, column = np.nonzero(matrix)
    limits.check_edges(row.size, table.where)
    weights = [int(value) if value.is_integer() else value for value in matrix[row, column].tolist()]
    weighted = any(value != 1 for value in weights)
    notes = list(table.notes)
    if weighted:
        notes.append(_("entries of the matrix are kept as weights of arrows; they are no α"))
    symmetric = bool(np.array_equal(matrix, matrix.T))
    return ParsedGraph(
        where=table.where,
        format="matrix",
        names=names,
        edges=np.stack([column, row]).astype(np.int64),
        directed=not symmetric,
        edge_columns={"weight": weights} if weighted else {},
        notes=notes,
        symmetric=symmetric,
        orientation="row_reads_column",
        encoding=table.encoding,
        alternatives=alternatives,
    )
