"""Which kind of table is this: an edge list, an adjacency matrix or a table of nodes? And has it a header?"""

from __future__ import annotations

from typing import Literal

from gatviz.files import headers
from gatviz.files.options import ReadOptions
from gatviz.files.table import Table
from gatviz.files.values import number

TableKind = Literal["edge_list", "matrix", "nodes"]

_SMALLEST_BARE = 3
"""Two rows of two numbers are more likely two edges: a matrix without names is known from here on."""


def table_kind(table: Table, options: ReadOptions, *, alone: bool) -> TableKind:
    """What a table is, by its header and shape.

    Beside others a header with `id` makes it the table of nodes. Alone it cannot be that, but a matrix with "id"
    in its corner; features named like the nodes look the same.
    """
    if not alone and has_node_header(table, options):
        return "nodes"
    return "matrix" if not _has_edge_header(table, options) and _looks_like_matrix(table) else "edge_list"


def has_node_header(table: Table, options: ReadOptions) -> bool:
    """Whether the header is that of a table of nodes, or options name a column of it."""
    if table.find(*headers.SOURCE) is not None:
        return False
    chosen = options.node_id
    return (table.named(chosen) if chosen is not None else table.find(*headers.NODE_ID)) is not None


def _has_edge_header(table: Table, options: ReadOptions) -> bool:
    named = table.find(*headers.SOURCE) is not None and table.find(*headers.TARGET) is not None
    return named or options.source is not None or options.target is not None


def starts_with_edge(table: Table, options: ReadOptions) -> bool:
    """Whether an edge list has no header: its first row names no columns and shares an end with another row.

    Not if a column is chosen that only the first row names.
    """
    first = table.header[:2]
    if len(first) < 2 or not all(first) or _meant_as_header(table, options):
        return False
    if table.find(*headers.SOURCE, *headers.TARGET, *headers.NODE_ID) is not None:
        return False
    if all(name.isascii() and name.isdigit() for name in first):
        return True
    if not table.num_rows:
        return len(table.header) == 2  # "A B" alone can be nothing else
    return any(bool(cells.isin(first).any()) for cells in table.cells[:2])


def _meant_as_header(table: Table, options: ReadOptions) -> bool:
    chosen = {options.source, options.target} - {None, "source", "target"}
    return bool(chosen & set(table.header) - {str(k) for k in range(2, len(table.header))})


def starts_with_matrix_row(table: Table, options: ReadOptions) -> bool:
    """Whether a matrix has no names at all: its first row is one of its own. A person's word makes small ones so."""
    return _is_bare(table, 1 if options.format == "matrix" else _SMALLEST_BARE)


def _looks_like_matrix(table: Table) -> bool:
    """Whether the table is square and holds numbers, its names aside."""
    rows, columns = table.num_rows, len(table.header)
    if rows == columns and rows > 1:  # names above only
        return not _numeric(table.header) and all(_numeric(table.column(k)[:50]) for k in range(columns))
    named = rows == columns - 1 and rows > 1 and _same_names(table)  # names above and to the left
    return named or _is_bare(table, _SMALLEST_BARE)


def _is_bare(table: Table, smallest: int) -> bool:
    square = table.num_rows + 1 == len(table.header) >= smallest
    return square and _numeric(table.header) and not _same_names(table) and _numeric(table.column(0))


def _same_names(table: Table) -> bool:
    return table.column(0) == table.header[1:] and number(table.header[0]) is None


def _numeric(cells: list[str]) -> bool:
    return all(number(cell) is not None for cell in cells)
