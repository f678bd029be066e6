"""Edge lists as text tables, with an optional table of nodes beside them.

Columns `source` and `target`, every other one is an edge attribute; a column `type` of "directed" or "undirected"
says which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers
from gatviz.files.formats.node_table import read_nodes
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph, check_names
from gatviz.files.table import Table, unique_header
from gatviz.files.table_kind import has_node_header, starts_with_edge
from gatviz.words import _, commas

TEMPLATE = b"source,target,weight\nAda,Bo,1\nBo,Cy,2\nCy,Ada,0.5\n"
_DIRECTED = {"directed": True, "undirected": False}


def read_edge_list(table: Table, nodes: Table | None, options: ReadOptions) -> ParsedGraph:
    """A ParsedGraph from an edge list and, beside it, perhaps a node table.

    Raises:
        GatvizError: columns that are not there, a row without one of its ends, an end that is no node.
    """
    notes = list(table.notes)
    if starts_with_edge(table, options):
        table = table.with_header_as_row()
        table.header[:2] = ["source", "target"]
        notes.append(_("the first row is an edge itself: the first two columns were taken as source and target"))
    unique_header(table.header, table.where)
    source, target = _end(table, options.source, headers.SOURCE), _end(table, options.target, headers.TARGET)
    if source == target:
        raise GatvizError(
            table.where,
            _("two columns"),
            _("{column} for both ends").format(column=quote(table.header[source])),
            _("choose another"),
        )
    ends = [table.cells[source], table.cells[target]]
    for place, cells in zip((source, target), ends, strict=True):
        blank = np.flatnonzero((cells == "").to_numpy(dtype=bool))
        if blank.size:
            raise GatvizError(
                _("{where}, row {row}").format(where=table.where, row=table.rows[blank[0]]),
                _("a {column}").format(column=table.header[place]),
                _("nothing"),
                _("write two names separated by {separator}").format(separator=table.separator),
            )
    parsed = ParsedGraph(where=table.where, format="edge_list", names=(), edges=np.zeros((2, 0), dtype=np.int64))
    if nodes is None:
        both = np.stack(ends, axis=1).ravel()  # first appearance, row by row
        codes, unique = pd.factorize(both)
        parsed.names = [str(name) for name in unique]
        check_names(parsed.names, table.where)
        parsed.edges = np.ascontiguousarray(codes.reshape(-1, 2).T.astype(np.int64))
    else:
        read_nodes(parsed, nodes, options)
        parsed.edges = np.stack([_places(cells, parsed.names, table, nodes) for cells in ends])
    parsed.columns += [ColumnUse("edges", table.header[source], "source")]
    parsed.columns += [ColumnUse("edges", table.header[target], "target")]
    columns: dict[str, list[Any]] = {}
    for place, name in enumerate(table.header):
        if place in (source, target):
            continue
        directed = _directed(table, place)
        if directed is not None:
            parsed.directed = directed
            continue
        columns[name] = table.values(place)
    parsed.edge_columns = columns
    parsed.notes = notes + parsed.notes
    return parsed


def _end(table: Table, chosen: str | None, usual: Sequence[str]) -> int:
    place = table.find(*usual) if chosen is None else table.named(chosen)
    if place is None:
        listed = commas(quote(name) for name in table.header[:8])
        mend = _("rename the header or choose the column")
        if has_node_header(table, ReadOptions()):
            mend = _("this is a node table: give the edges beside it")
        raise GatvizError(
            _("{where}, header").format(where=table.where),
            _("a column {column}").format(column=quote(chosen or usual[0])),
            listed,
            mend,
        )
    return place


def _places(cells: pd.Series[str], names: Sequence[str], table: Table, nodes: Table) -> NDArray[np.int64]:
    places: NDArray[np.int64] = pd.Index(names).get_indexer(pd.Index(cells)).astype(np.int64)
    unknown = np.flatnonzero(places < 0)
    if unknown.size:
        k = int(unknown[0])
        raise GatvizError(
            _("{where}, row {row}").format(where=table.where, row=table.rows[k]),
            _("the id of a node in {table}").format(table=nodes.where),
            quote(cells.iloc[k]),
            _("add that node or remove the edge"),
        )
    return places


def _directed(table: Table, place: int) -> bool | None:
    """What a column `type` says, None if this is not such a column.

    Without any edge it can only say that it was there: gatviz writes it for undirected graphs.
    """
    if table.header[place].casefold() not in headers.KIND_OF_EDGE:
        return None
    if not table.num_rows:
        return False
    found = set(table.cells[place].str.casefold())
    if not found <= _DIRECTED.keys():
        return None
    if len(found) > 1:
        raise GatvizError(
            _("{where}, column {column}").format(where=table.where, column=quote(table.header[place])),
            _("all edges directed or all undirected"),
            _("both"),
            _("write an undirected edge as two directed ones"),
        )
    return _DIRECTED[found.pop()]
