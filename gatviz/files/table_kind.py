"""Which kind of table is this: an edge list, an adjacency matrix or a table of nodes? And has it a header?"""

from __future__ import annotations

from typing import Literal

from gatviz.files import headers
from gatviz.files.options import ReadOptions
from gatviz.files.table import Table
from gatviz.files.values import number

TableKind = Literal["edge_list", "matrix", "nodes"]

_NARROW = 3
"""Columns of an edge list with weights; as many rows make it look like a matrix with names above."""
_MIN_BARE = 3
"""Two rows of two numbers are more likely two edges: a matrix without names is known from here on."""

_PAIRS = (("source", "target"), ("from", "to"), ("src", "dst"), ("start", "end"), ("head", "tail"), ("origin", "dest"))
"""Headers that go together, where a table has several that could be an end."""
_FIRST, _SECOND = ("source", "src", "from", "origin", "start"), ("target", "dst", "to", "dest", "destination", "end")


def table_kind(table: Table, options: ReadOptions, *, alone: bool) -> TableKind:
    """What a table is, by its header and shape.

    Beside others a header with `id` makes it the table of nodes. Alone it cannot be that, but a matrix with "id"
    in its corner; features named like the nodes look the same.
    """
    if not alone and has_node_header(table, options):
        return "nodes"
    if has_edge_header(table, options) or _is_narrow(table) or not _looks_like_matrix(table):
        return "edge_list"
    return "edge_list" if could_be_either(table) and not _reads_as_matrix(table) else "matrix"


def _is_narrow(table: Table) -> bool:
    """Whether a table of as many rows as columns is a list of edges by its header, and not a matrix of 0 and 1."""
    if not 2 <= len(table.header) <= _NARROW:
        return False
    one, other = table.header[:2]
    numbers = {cell for cells in table.cells[:2] for cell in cells[:50]} - {"0", "1"}
    return headers.both_name_ids(one, other) or (headers.names_two_ends(one, other) and bool(numbers))


def has_node_header(table: Table, options: ReadOptions) -> bool:
    """Whether the header is that of a table of nodes, or options name a column of it."""
    if has_edge_header(table, ReadOptions()):
        return False
    chosen = options.node_id
    return (table.named(chosen) if chosen is not None else table.find(*headers.NODE_ID)) is not None


def has_edge_header(table: Table, options: ReadOptions) -> bool:
    """Whether two headers name the ends of edges, or options do."""
    return known_ends(table) is not None or options.source is not None or options.target is not None


def known_ends(table: Table) -> tuple[int, int] | None:
    """The places of two columns whose headers name the ends of edges."""
    for pair in _PAIRS:
        source, target = table.find(pair[0]), table.find(pair[1])
        if source is not None and target is not None:
            return source, target
    source, target = table.find(*headers.SOURCE), table.find(*headers.TARGET)
    if source is not None and target is not None and source != target:
        return source, target
    return _by_parts(table)


def _by_parts(table: Table) -> tuple[int, int] | None:
    """`from_bus` and `to_bus`, `airport source` and `airport target`: the same word with the two ends' words."""
    plain = [headers.plain(name) for name in table.header[:50]]
    for place, name in enumerate(plain):
        for first in _FIRST:
            rest = name.removeprefix(first) if name.startswith(first) else name.removesuffix(first)
            if rest in (name, ""):
                continue
            for second in _SECOND:
                for other in (second + rest, rest + second):
                    if other in plain and plain.index(other) != place:
                        return place, plain.index(other)
    return None


def starts_with_edge(table: Table, options: ReadOptions) -> bool:
    """Whether an edge list has no header: its first row names no columns, and looks like the other rows.

    Not if a column is chosen that only the first row names.
    """
    first = table.header[:2]
    if len(first) < 2 or not all(first) or _meant_as_header(table, options):
        return False
    if has_edge_header(table, ReadOptions()) or table.find(*headers.NODE_ID) is not None:
        return False
    if all(number(name) is not None for name in first):
        return True
    if not table.num_rows:
        return len(table.header) == 2  # "A B" alone can be nothing else
    weights = zip(table.header[2:], table.cells[2:], strict=True)
    if any(number(top) is not None and all(number(cell) is not None for cell in cells[:50]) for top, cells in weights):
        return True
    return any(bool(cells.isin(first).any()) for cells in table.cells[:2])


def _meant_as_header(table: Table, options: ReadOptions) -> bool:
    chosen = {options.source, options.target} - {None, "source", "target"}
    return bool(chosen & set(table.header) - {str(k) for k in range(2, len(table.header))} - {"weight"})


def starts_with_matrix_row(table: Table, options: ReadOptions) -> bool:
    """Whether a matrix has no names at all: its first row is one of its own. A person's word makes small ones so."""
    return _is_bare(table, 1 if options.format == "matrix" else _MIN_BARE)


def is_square(table: Table) -> bool:
    """Whether a table holds a number for each pair of nodes, its names aside."""
    return _looks_like_matrix(table) or _is_bare(table, 2)


def is_bare(table: Table) -> bool:
    """Whether a table holds nothing but numbers, its first row aside."""
    return all(_numeric(table.column(place)[:50]) for place in range(len(table.header)))


def starts_with_numbers(table: Table) -> bool:
    """Whether the first row holds nothing but numbers too."""
    return _numeric(table.header)


def could_be_either(table: Table) -> bool:
    """Whether three rows of three numbers are a matrix or three edges with weights."""
    if not (table.num_rows == 2 and len(table.header) == 3 and _is_bare(table, _MIN_BARE)):
        return False
    ends = [tuple(row[:2]) for row in _rows(table)]
    whole = [number(cell) for row in ends for cell in row]
    return len(set(ends)) == len(ends) and all(cell is not None and cell >= 0 and cell.is_integer() for cell in whole)


def _reads_as_matrix(table: Table) -> bool:
    rows = [[number(cell) for cell in row] for row in _rows(table)]
    return rows == [list(row) for row in zip(*rows, strict=True)] or all(cell in (0, 1) for row in rows for cell in row)


def _rows(table: Table) -> list[list[str]]:
    return [list(table.header), *map(list, zip(*(cells.tolist() for cells in table.cells), strict=True))]


def _looks_like_matrix(table: Table) -> bool:
    """Whether the table is square and holds numbers, its names aside."""
    rows, columns = table.num_rows, len(table.header)
    if rows == columns and rows > 1:  # names above only
        return not _numeric(table.header) and all(_numeric(table.column(k)[:50]) for k in range(columns))
    named = rows == columns - 1 and rows > 1 and _same_names(table)  # names above and to the left
    return named or _is_bare(table, _MIN_BARE)


def _is_bare(table: Table, smallest: int) -> bool:
    square = table.num_rows + 1 == len(table.header) >= smallest
    return square and _numeric(table.header) and not _same_names(table) and _numeric(table.column(0))


def _same_names(table: Table) -> bool:
    return table.column(0) == table.header[1:] and number(table.header[0]) is None


def _numeric(cells: list[str]) -> bool:
    return all(number(cell) is not None for cell in cells)
