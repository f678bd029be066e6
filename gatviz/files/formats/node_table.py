"""The table of nodes beside an edge list or a matrix: `id`, then `label`, `split`, `pos_x`, `pos_y`, then features."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.files.conventions import positions_left_out
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.table import Table, unique_header
from gatviz.words import _, commas

TEMPLATE = b"id,label,split,pos_x,pos_y,f0,f1\nAda,x,train,0,1,1,0.5\nBo,y,val,1,0,0,2\nCy,x,test,-1,0,1,-1\n"


def add_nodes(parsed: ParsedGraph, table: Table, options: ReadOptions) -> None:
    """Give a parsed graph that has its own names (a matrix) the features and labels of a node table.

    Raises:
        GatvizError: a node that the table lacks, or one that is not in the graph.
    """
    beside = ParsedGraph(where=table.where, format=parsed.format, names=(), edges=parsed.edges)
    read_nodes(beside, table, options)
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
    parsed.x, parsed.feature_names, parsed.node_columns = beside.x, beside.feature_names, beside.node_columns
    parsed.labels, parsed.split, parsed.positions = beside.labels, beside.split, beside.positions
    parsed.columns += beside.columns
    parsed.notes += beside.notes


def read_nodes(parsed: ParsedGraph, table: Table, options: ReadOptions) -> None:
    """Give a parsed graph its names, features and labels from a table of nodes.

    Raises:
        GatvizError: no column of names, a name that is missing or stands twice, a word among numbers.
    """
    unique_header(table.header, table.where)
    chosen = options.node_id
    ident = table.find(*headers.NODE_ID) if chosen is None else table.named(chosen)
    if ident is None:
        listed = commas(quote(name) for name in table.header[:8])
        asked = quote(chosen or headers.NODE_ID[0])
        raise GatvizError(
            _("{where}, header").format(where=table.where),
            _("a column {column}").format(column=asked),
            listed,
            _("name the column of node names 'id'"),
        )
    names = table.column(ident)
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
    parsed.names = names
    parsed.notes += [f"{table.where}: {note}" for note in table.notes]
    places = {table.find(*headers.LABEL): "label", table.find(*headers.SPLIT): "split"}
    axes = table.find(*headers.POSITION_X), table.find(*headers.POSITION_Y)
    features: list[NDArray[np.float64]] = []
    feature_names: list[str] = []
    words: dict[str, list[str]] = {}
    for place, name in enumerate(table.header):
        use = "id" if place == ident else places.get(place, "position" if place in axes else None)
        if use == "label":
            parsed.labels = [cell or None for cell in table.column(place)]
        elif use == "split":
            parsed.split = [cell or None for cell in table.column(place)]
        elif use is None:
            column = table.numbers(place)
            if column is None:
                words[name] = table.column(place)
                continue
            features.append(column)
            feature_names.append(name)
            continue
        parsed.columns.append(ColumnUse("nodes", name, use))
    if features:
        parsed.x, parsed.feature_names = np.column_stack(features), tuple(feature_names)
    parsed.node_columns = words
    parsed.positions = _positions(table, axes, parsed.notes)


def _positions(table: Table, axes: tuple[int | None, int | None], notes: list[str]) -> NDArray[np.float64] | None:
    x, y = axes
    if x is None and y is None:
        return None
    if x is None or y is None:
        missing = headers.POSITION_X if x is None else headers.POSITION_Y
        notes.append(_("positions were left out: there is no column {column}").format(column=missing[0]))
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
