"""The table of nodes beside an edge list or a matrix: `id`, then `label`, `split`, `pos_x`, `pos_y`, then features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.files.conventions import positions_left_out
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.table import Table, with_unique_header
from gatviz.files.values import is_gap, number
from gatviz.words import _, commas

TEMPLATE = b"id,label,split,pos_x,pos_y,f0,f1\nAda,x,train,0,1,1,0.5\nBo,y,val,1,0,0,2\nCy,x,test,-1,0,1,-1\n"
_TYPING_ERRORS = 0.02
"""Of the cells of a column of numbers: up to so many words, or one, are taken for errors, more for words."""


def add_nodes(parsed: ParsedGraph, table: Table, options: ReadOptions, *, own: bool = False) -> None:
    """Give a parsed graph that has its own names (a matrix) the features and labels of a node table.

    Raises:
        GatvizError: a node that the table lacks, or one that is not in the graph.
    """

    import pandas as pd

    beside = ParsedGraph(where=table.where, format=parsed.format, names=(), edges=parsed.edges)
    read_nodes(beside, table, options, set(parsed.names), own=own)
    places = pd.Index(beside.names).get_indexer(pd.Index(parsed.names))
    if (places < 0).any() or len(beside.names) != len(parsed.names):
        missing = next((parsed.names[n] for n in np.flatnonzero(places < 0).tolist()), None)
        extra = next((name for name in beside.names if name not in set(parsed.names)), None)
        found = (
            _("no row for {node}").format(node=quote(missing))
            if missing is not None
            else _("{node} too").format(node=quote(extra))
        )
        raise GatvizError(
            table.where, _("the nodes of {where}").format(where=parsed.where), found, _("give each node one row")
        )
    parsed.edges, parsed.names = places[parsed.edges].astype(np.int64), beside.names
    parsed.node_columns, parsed.by_convention = beside.node_columns, beside.by_convention
    parsed.labels, parsed.split, parsed.positions = beside.labels, beside.split, beside.positions
    parsed.columns += beside.columns
    parsed.notes += beside.notes


def read_nodes(parsed: ParsedGraph, table: Table, options: ReadOptions, ends: set[str], *, own: bool = False) -> None:
    """Give a parsed graph its names, features and labels from a table of nodes; `ends` are the names that edges use.

    Raises:
        GatvizError: no column of names, a name that is missing or stands twice, a word among numbers.
    """
    table = _with_header(table, ends)
    ident, said = _ident(table, options, ends)
    if table.header[ident] == "":
        table.header[ident] = "id" if "id" not in table.header else _("column {n}").format(n=ident + 1)
    table = with_unique_header(table)
    names = table.column(ident)
    _check_ids(names, table)
    parsed.names = names
    parsed.notes += [f"{table.where}: {note}" for note in (*table.notes, *said)]
    parsed.by_convention = not own
    split = table.find(*headers.SPLIT)
    label = table.find("label") if own else None
    axes = table.find(*headers.POSITION_X), table.find(*headers.POSITION_Y)
    columns: dict[str, Sequence[Any]] = {}
    uses = {ident: "id", split: "split", label: "label", axes[0]: "position", axes[1]: "position"}
    for place, name in enumerate(table.header):
        use = uses.get(place)
        if use == "label":
            parsed.labels = [cell or None for cell in table.column(place)]
        elif use == "split":
            parsed.split = [cell or None for cell in table.column(place)]
        elif use is None:
            columns[name] = _column(table, place)
            continue
        parsed.columns.append(ColumnUse("nodes", name, use))
    parsed.node_columns = columns
    parsed.positions = _positions(table, axes, parsed.notes)


def _with_header(table: Table, ends: set[str]) -> Table:
    """The table as it is, or under a header where its first row is a node too: an id that edges use, and its features.

    Such are the files of citation networks: id, numbers, and the class at the end.
    """
    first = table.header[0]
    used = first in ends and bool(ends & set(table.cells[0][:200]))
    if not used or len(table.header) < 2 or sum(number(cell) is not None for cell in table.header[1:]) == 0:
        return table
    table = table.with_header_as_row()
    words = [number(cells.iloc[0]) is None for cells in table.cells]
    last = len(words) - 1
    table.header = ["id"] + [f"f{k}" for k in range(last)]
    if words[last]:
        table.header[last] = "class"
    table.notes.append(_("the first row is a node itself: its columns were taken as id, features and class"))
    return table


def _ident(table: Table, options: ReadOptions, ends: set[str]) -> tuple[int, list[str]]:
    """The place of the column that holds what edges call the nodes, and what is to be said of it."""
    chosen = options.node_id
    place = table.find(*headers.NODE_ID) if chosen is None else table.named(chosen)
    if chosen is not None and place is not None:
        return place, []
    if place is not None and ends <= set(table.cells[place]):
        return place, []
    for other in range(len(table.header)) if chosen is None and ends else ():
        if table.cells[other].is_unique and ends <= set(table.cells[other]):
            name = quote(table.header[other] or "id")
            return other, [_("edges call the nodes by their {column}").format(column=name)]
    if place is not None:
        return place, []
    raise GatvizError(
        _("{where}, header").format(where=table.where),
        _("a column {column}").format(column=quote(chosen or headers.NODE_ID[0])),
        commas(quote(name) for name in table.header[:8]),
        _("name the column of node names 'id'"),
    )


def _check_ids(names: list[str], table: Table) -> None:
    limits.check_nodes(len(names), table.where)
    first: dict[str, int] = {}
    for k, name in enumerate(names):
        if not name or name in first:
            raise GatvizError(
                _("{where}, row {row}").format(where=table.where, row=table.rows[k]),
                _("a name of its own") if name else _("an id"),
                _("{name}, which row {row} has already").format(name=quote(name), row=table.rows[first[name]])
                if name
                else _("nothing"),
                _("rename one of the two") if name else _("name the node"),
            )
        first[name] = k


def _column(table: Table, place: int) -> Sequence[Any]:
    """A column as numbers, as words, or as numbers with gaps; a single word among numbers is an error in the table.

    Raises:
        GatvizError: that one, naming the row.
    """
    cells = table.column(place)
    try:
        found = table.numbers(place)
    except GatvizError:
        filled = [cell for cell in cells if not is_gap(cell)]
        words = sum(number(cell) is None for cell in filled)
        few = 0 < words <= max(1, _TYPING_ERRORS * len(cells)) and len(filled) > words
        if few or len(filled) == len(cells) - words == len(cells):
            raise
        found = None
    return cells if found is None else cast("Sequence[Any]", found)


def _positions(table: Table, axes: tuple[int | None, int | None], notes: list[str]) -> NDArray[np.float64] | None:
    x, y = axes
    if x is None and y is None:
        return None
    if x is None or y is None:
        missing = "pos_x" if x is None else "pos_y"
        notes.append(_("positions were left out: there is no column {column}").format(column=missing))
        return None
    placed = ((table.cells[x] != "") & (table.cells[y] != "")).to_numpy(dtype=bool)
    if not placed.all():
        if placed.any():
            notes.append(positions_left_out(int(placed.sum()), placed.size))
        return None
    columns = [table.numbers(place, _("write a number or leave the column out")) for place in (x, y)]
    for place, column in zip((x, y), columns, strict=True):
        if column is None:
            raise GatvizError(
                _("{where}, column {column}").format(where=table.where, column=quote(table.header[place])),
                _("numbers"),
                quote(table.column(place)[0]),
                _("write the node's position or leave the column out"),
            )
    return np.column_stack([column for column in columns if column is not None])
