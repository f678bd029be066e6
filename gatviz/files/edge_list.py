"""Edge lists as text tables, with an optional table of nodes beside them.

Edge list: columns `source` and `target`, every other one is an edge attribute; a column `type` of "directed" or
"undirected" says which it is. Node table: column `id`, then `label`, `split`, `pos_x`, `pos_y`; every other
column is a feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.delimited import Table, unique_header
from gatviz.files.draft import ColumnUse, Draft, check_names
from gatviz.files.reading import ReadOptions

SOURCE_NAMES = ("source", "src", "from")
TARGET_NAMES = ("target", "dst", "to")
_KINDS = {"directed": True, "undirected": False}


def looks_like_edges(table: Table, options: ReadOptions, bare: bool = True) -> bool:
    """Whether the header names two ends, or options do, or (bare) the first row is plainly an edge itself."""
    named = table.find(*SOURCE_NAMES) is not None and table.find(*TARGET_NAMES) is not None
    chosen = options.source is not None or options.target is not None
    return named or chosen or (bare and _first_row_is_an_edge(table))


def looks_like_nodes(table: Table, options: ReadOptions) -> bool:
    """Whether the header is that of a node table, or options name a column of it."""
    if table.find(*SOURCE_NAMES) is not None:
        return False
    return (_named(table, options.node_id) if options.node_id is not None else table.find("id")) is not None


def read_edge_list(table: Table, nodes: Table | None, options: ReadOptions) -> Draft:
    """A Draft from an edge list and, beside it, perhaps a node table.

    Raises:
        GatvizError: columns that are not there, a row without one of its ends, an end that is no node.
    """
    notes = list(table.notes)
    if _first_row_is_an_edge(table) and not _meant_as_header(table, options):
        table = table.with_header_as_row()
        table.header[:2] = ["source", "target"]
        notes.append("the first row is an edge itself: the first two columns were taken as source and target")
    unique_header(table.header, table.where)
    source, target = _end(table, options.source, SOURCE_NAMES), _end(table, options.target, TARGET_NAMES)
    if source == target:
        raise GatvizError(table.where, "two columns", f"{quote(table.header[source])} for both ends", "choose another")
    ends = [table.cells[source], table.cells[target]]
    for place, cells in zip((source, target), ends, strict=True):
        blank = np.flatnonzero((cells == "").to_numpy(dtype=bool))
        if blank.size:
            raise GatvizError(
                f"{table.where}, row {table.rows[blank[0]]}",
                f"a {table.header[place]}",
                "nothing",
                f"write two names separated by {table.separator}",
            )
    draft = Draft(where=table.where, format="edge_list", names=(), edges=np.zeros((2, 0), dtype=np.int64))
    if nodes is None:
        both = np.stack(ends, axis=1).ravel()  # first appearance, row by row
        codes, unique = pd.factorize(both)
        draft.names = [str(name) for name in unique]
        check_names(draft.names, table.where)
        draft.edges = np.ascontiguousarray(codes.reshape(-1, 2).T.astype(np.int64))
    else:
        _fill_nodes(draft, nodes, options)
        draft.edges = np.stack([_places(cells, draft.names, table, nodes) for cells in ends])
    draft.columns += [ColumnUse("edges", table.header[source], "source")]
    draft.columns += [ColumnUse("edges", table.header[target], "target")]
    columns: dict[str, list[Any]] = {}
    for place, name in enumerate(table.header):
        if place in (source, target):
            continue
        directed = _directed(table, place)
        if directed is not None:
            draft.directed = directed
            continue
        columns[name] = table.values(place)
        draft.columns.append(ColumnUse("edges", name, "attribute"))
    draft.edge_columns = columns
    draft.notes = notes + draft.notes
    return draft


def _first_row_is_an_edge(table: Table) -> bool:
    """No header: the first row names no columns, and one of its ends is an end in another row, if there is one."""
    if len(table.header) < 2 or not all(table.header[:2]):
        return False
    if table.find("id", *SOURCE_NAMES) is not None or table.find(*TARGET_NAMES) is not None:
        return False
    if all(name.isascii() and name.isdigit() for name in table.header[:2]):
        return True
    if not table.num_rows:
        return len(table.header) == 2  # "A B" alone can be nothing else
    first = table.header[:2]
    return any(bool(cells.isin(first).any()) for cells in table.cells[:2])


def _meant_as_header(table: Table, options: ReadOptions) -> bool:
    """Whether a column is chosen that only the first row names."""
    chosen = {options.source, options.target} - {None, "source", "target"}
    return bool(chosen & set(table.header) - {str(k) for k in range(2, len(table.header))})


def _end(table: Table, chosen: str | None, usual: Sequence[str]) -> int:
    place = table.find(*usual) if chosen is None else _named(table, chosen)
    if place is None:
        listed = ", ".join(quote(name) for name in table.header[:8])
        mend = "rename the header or choose the column"
        if looks_like_nodes(table, ReadOptions()):
            mend = "this is a node table: give the edges beside it"
        raise GatvizError(f"{table.where}, header", f"a column {quote(chosen or usual[0])}", listed, mend)
    return place


def _named(table: Table, name: str) -> int | None:
    return table.header.index(name) if name in table.header else None


def _places(cells: pd.Series[str], names: Sequence[str], table: Table, nodes: Table) -> NDArray[np.int64]:
    places: NDArray[np.int64] = pd.Index(names).get_indexer(cells).astype(np.int64)
    unknown = np.flatnonzero(places < 0)
    if unknown.size:
        k = int(unknown[0])
        raise GatvizError(
            f"{table.where}, row {table.rows[k]}",
            f"the id of a node in {nodes.where}",
            quote(cells.iloc[k]),
            "add that node or remove the edge",
        )
    return places


def _directed(table: Table, place: int) -> bool | None:
    """What a column `type` says, None if this is not such a column.

    Without any edge it can only say that it was there: gatviz writes it for undirected graphs.
    """
    if table.header[place].casefold() != "type":
        return None
    if not table.num_rows:
        return False
    found = set(table.cells[place].str.casefold())
    if not found <= _KINDS.keys():
        return None
    if len(found) > 1:
        raise GatvizError(
            f"{table.where}, column {quote(table.header[place])}",
            "all edges directed or all undirected",
            "both",
            "write an undirected edge as two directed ones",
        )
    return _KINDS[found.pop()]


def set_nodes(draft: Draft, table: Table, options: ReadOptions) -> None:
    """Give a draft that has its own names (a matrix) the features and labels of a node table.

    Raises:
        GatvizError: a node that the table lacks, or one that is not in the draft.
    """
    beside = Draft(where=table.where, format=draft.format, names=(), edges=draft.edges)
    _fill_nodes(beside, table, options)
    places = pd.Index(beside.names).get_indexer(list(draft.names))
    if (places < 0).any() or len(beside.names) != len(draft.names):
        missing = next((draft.names[n] for n in np.flatnonzero(places < 0).tolist()), None)
        extra = next((name for name in beside.names if name not in set(draft.names)), None)
        found = f"no row for {quote(missing)}" if missing is not None else f"{quote(extra)} too"
        raise GatvizError(table.where, f"the nodes of {draft.where}", found, "give each node one row")
    draft.edges, draft.names = places[draft.edges].astype(np.int64), beside.names
    draft.x, draft.feature_names, draft.node_columns = beside.x, beside.feature_names, beside.node_columns
    draft.labels, draft.split, draft.positions = beside.labels, beside.split, beside.positions
    draft.columns += beside.columns
    draft.notes += beside.notes


def _fill_nodes(draft: Draft, table: Table, options: ReadOptions) -> None:
    unique_header(table.header, table.where)
    ident = table.find("id") if options.node_id is None else _named(table, options.node_id)
    if ident is None:
        listed = ", ".join(quote(name) for name in table.header[:8])
        asked = quote(options.node_id or "id")
        raise GatvizError(f"{table.where}, header", f"a column {asked}", listed, "name the column of node names 'id'")
    names = table.column(ident)
    limits.check_nodes(len(names), table.where)
    first: dict[str, int] = {}
    for k, name in enumerate(names):
        if not name or name in first:
            raise GatvizError(
                f"{table.where}, row {table.rows[k]}",
                "a name of its own" if name else "an id",
                f"{quote(name)}, which row {table.rows[first[name]]} has already" if name else "nothing",
                "rename one of the two" if name else "name the node",
            )
        first[name] = k
    draft.names = names
    draft.notes += [f"{table.where}: {note}" for note in table.notes]
    places = {table.find("label"): "label", table.find("split"): "split"}
    axes = table.find("pos_x"), table.find("pos_y")
    features: list[NDArray[np.float64]] = []
    feature_names: list[str] = []
    words: dict[str, list[str]] = {}
    for place, name in enumerate(table.header):
        use = "id" if place == ident else places.get(place, "position" if place in axes else None)
        if use == "label":
            draft.labels = [cell or None for cell in table.column(place)]
        elif use == "split":
            draft.split = [cell or None for cell in table.column(place)]
        elif use is None:
            column = table.numbers(place)
            if column is None:
                words[name] = table.column(place)
                continue
            features.append(column)
            feature_names.append(name)
            continue
        draft.columns.append(ColumnUse("nodes", name, use))
    if features:
        draft.x, draft.feature_names = np.column_stack(features), tuple(feature_names)
    draft.node_columns = words
    draft.positions = _positions(table, axes, draft.notes)


def _positions(table: Table, axes: tuple[int | None, int | None], notes: list[str]) -> NDArray[np.float64] | None:
    x, y = axes
    if x is None and y is None:
        return None
    if x is None or y is None:
        notes.append(f"positions were left out: there is no column {'pos_x' if x is None else 'pos_y'}")
        return None
    placed = ((table.cells[x] != "") & (table.cells[y] != "")).to_numpy(dtype=bool)
    if not placed.all():
        if placed.any():
            notes.append(f"positions were left out: only {placed.sum():,} of {placed.size:,} nodes have one")
        return None
    columns = [table.numbers(place, "write a number or leave the column out") for place in (x, y)]
    for place, column in zip((x, y), columns, strict=True):
        if column is None:
            raise GatvizError(
                f"{table.where}, column {quote(table.header[place])}",
                "numbers",
                quote(table.column(place)[0]),
                "write the node's position or leave the column out",
            )
    return np.column_stack([column for column in columns if column is not None])
