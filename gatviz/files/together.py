"""Several tables that make one graph: which one is the edges, which the nodes, the features, the labels.

Told by headers, by shapes (N rows of numbers beside an N × N matrix are its features, in order), and where both
leave it open by what the files are called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.compression import plain_name
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.table import Table, with_unique_header
from gatviz.files.table_kind import has_edge_header, is_bare, is_square, starts_with_numbers, table_kind
from gatviz.files.values import decimal
from gatviz.words import _, commas, ngettext

_EDGE_FEATURES = re.compile(r"edge_?-?(?:feat|attr)")
_LABELS = re.compile(r"label|class|(?:^|[^a-z])y$")
_FEATURES = re.compile(r"feat|attr|(?:^|[^a-z])x(?:[^a-z]|$)")
_EDGES = re.compile(r"edge|adj|link|graph|relation|(?:^|[^a-z])a(?:[^a-z]|$)")
_NARROW = 3
"""Columns of an edge list with weights; features and nodes beside it mostly have more."""
_COUNTS = re.compile(r"num-(?:node|edge)-list")


@dataclass
class Roles:
    """The tables of one graph, by what they are.

    Attributes:
        edges: the edge list, or the matrix.
        matrix: which of the two.
        nodes: with a column of ids.
        features, labels, edge_features: rows of numbers in the order of the nodes, or of the edges.
        left_out: names of files that say nothing else.
    """

    edges: Table
    matrix: bool
    nodes: Table | None = None
    features: Table | None = None
    labels: Table | None = None
    edge_features: Table | None = None
    left_out: list[str] = field(default_factory=list)


def roles_of(tables: Mapping[str, Table], options: ReadOptions) -> Roles:
    """Which table is what.

    Raises:
        GatvizError: nothing that tells, or more tables than a graph has parts.
    """
    rest = dict(tables)
    left_out = [name for name in rest if _COUNTS.search(_stem(name))]
    edge_features = _only(name for name in rest if _EDGE_FEATURES.search(_stem(name)))
    for name in [*left_out, *([edge_features] if edge_features else [])]:
        del rest[name]
    edges = _edges(rest, options)
    if edges is None:
        raise _unclear(tables)
    table = rest.pop(edges)
    kind = options.format or table_kind(table, options, alone=False)
    found = Roles(table, kind == "matrix", left_out=left_out)
    found.edge_features = tables[edge_features] if edge_features else None
    for name, other in rest.items():
        role = _role(name, other, options)
        if getattr(found, role) is not None:
            raise _unclear(tables)
        setattr(found, role, other)
    if found.nodes is not None and found.features is not None:
        raise _unclear(tables)
    return found


def _unclear(tables: Mapping[str, Table]) -> GatvizError:
    return GatvizError(
        _("several files"),
        _("one graph file, or one edge list or matrix and one table of its nodes (header id, …) or of their features"),
        commas(quote(name) for name in tables),
        _("choose the files of one graph, and call them edges.csv, nodes.csv, X.csv or labels.csv"),
    )


def _stem(name: str) -> str:
    return re.sub(r"\.\w+$", "", plain_name(name).lower()).rpartition(", ")[2].replace("_", "-")


def _only(names: Any) -> str | None:
    found = list(names)
    return found[0] if len(found) == 1 else None


def _edges(tables: Mapping[str, Table], options: ReadOptions) -> str | None:
    """The name of the table of edges: by its header, as the only square one, or by what it is called."""
    kinds = {name: table_kind(table, options, alone=False) for name, table in tables.items()}
    others = [name for name in kinds if kinds[name] != "nodes"]
    if len(others) == 1:
        return others[0]
    with_header = _only(name for name in others if has_edge_header(tables[name], options))
    square = _only(name for name in others if is_square(tables[name]))
    called = _only(
        name
        for name in others
        if _EDGES.search(_stem(name)) and not (_FEATURES.search(_stem(name)) or _is_labels(name))
    )
    narrow = _only(name for name in others if 2 <= len(tables[name].header) <= _NARROW)
    by_shape = square or narrow or _only(name for name in others if not is_bare(tables[name]))
    return with_header or (called if called and (square is None or square == called) else by_shape)


def _is_labels(name: str) -> bool:
    return _LABELS.search(_stem(name)) is not None


def _role(name: str, table: Table, options: ReadOptions) -> str:
    if table_kind(table, options, alone=False) == "nodes" or not is_bare(table):
        one = len(table.header) == 1 and _is_labels(name)
        return "labels" if one else "nodes"
    return "labels" if len(table.header) == 1 and not _FEATURES.search(_stem(name)) else "features"


# ---- rows in the order of the nodes ----------------------------------------------------------------------------------


def take_rows(parsed: ParsedGraph, roles: Roles) -> None:
    """Give a graph the features and labels that stand in rows without ids, in the order of its nodes.

    Raises:
        GatvizError: another number of rows than of nodes, or edges whose ends are no row numbers.
    """
    if roles.features is not None:
        x, names = _numbers(roles.features)
        _number_nodes(parsed, x.shape[0], roles.features, roles.matrix)
        parsed.x, parsed.feature_names = x, names
        parsed.notes.append(
            _("{where}: row by row the features of the nodes, in order").format(where=roles.features.where)
        )
    if roles.labels is not None:
        labels = _with_all_rows(roles.labels)
        if labels.num_rows == len(parsed.names) - 1:  # its first row is a label too
            labels = labels.with_header_as_row()
        cells = labels.column(0)
        if roles.features is None:
            _number_nodes(parsed, len(cells), labels, roles.matrix)
        elif len(cells) != len(parsed.names):
            raise _other_count(len(cells), len(parsed.names), labels)
        parsed.labels = [cell or None for cell in cells]
        parsed.columns.append(ColumnUse("nodes", labels.header[0], "label"))
        parsed.notes.append(_("{where}: row by row the labels of the nodes, in order").format(where=labels.where))
    if roles.edge_features is not None:
        _take_edge_rows(parsed, roles.edge_features)
    if roles.left_out:
        parsed.notes.append(_("left out: {listed}").format(listed=commas(map(quote, roles.left_out))))


def _with_all_rows(table: Table) -> Table:
    """The table with its first row among the rows where that is one of numbers."""
    return table.with_header_as_row() if starts_with_numbers(table) else table


def _numbers(table: Table) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """[rows, columns] and the columns' names."""
    headless = starts_with_numbers(table)
    table = _with_all_rows(table)
    if not headless:
        table = with_unique_header(table)
    limits.check_features(table.num_rows, len(table.header), table.where)
    x = np.empty((table.num_rows, len(table.header)))
    for place in range(len(table.header)):
        column = table.numbers(place)
        if column is None:
            raise GatvizError(
                _("{where}, column {column}").format(where=table.where, column=quote(table.header[place])),
                _("numbers"),
                quote(table.column(place)[0]),
                _("give the table a column id, or numbers only"),
            )
        x[:, place] = column
    names = tuple(f"f{k}" for k in range(x.shape[1])) if headless else tuple(table.header)
    return x, names


def _other_count(rows: int, nodes: int, table: Table) -> GatvizError:
    return GatvizError(
        table.where,
        ngettext("a row for the {n:,} node", "a row for each of {n:,} nodes", nodes).format(n=nodes),
        f"{rows:,}",
        _("give each node one row, or a column id"),
    )


def _number_nodes(parsed: ParsedGraph, rows: int, table: Table, matrix: bool) -> None:
    """Let the nodes be the rows, in order: a matrix has them so; ends of edges must be numbers of rows."""
    if matrix:
        if rows != len(parsed.names):
            raise _other_count(rows, len(parsed.names), table)
        return
    try:
        numbers = np.array([int(name) if name.isascii() else -1 for name in parsed.names], dtype=np.int64)
    except (ValueError, OverflowError):
        raise GatvizError(
            parsed.where,
            _("edges between numbers of rows, since {where} has no column id").format(where=table.where),
            quote(next(name for name in parsed.names if not name.isdigit())),
            _("give that table a column id"),
        ) from None
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    first = 1 if numbers.size and int(numbers.min()) >= 1 and high == rows else 0
    if low < 0 or high >= rows + first:
        raise GatvizError(
            table.where,
            _("a row for node {name}").format(name=high),
            ngettext("{n:,} row", "{n:,} rows", rows).format(n=rows),
            _("give each node one row, or a column id"),
        )
    if first:
        parsed.notes.append(_("edges count the nodes from 1: row 1 of {where} is node 1").format(where=table.where))
    parsed.edges = (numbers - first)[parsed.edges]
    parsed.names = [decimal(n + first) for n in range(rows)]


def _take_edge_rows(parsed: ParsedGraph, table: Table) -> None:
    values, names = _numbers(table)
    if values.shape[0] != parsed.edges.shape[1]:
        raise GatvizError(
            table.where,
            ngettext("a row for the {n:,} edge", "a row for each of {n:,} edges", parsed.edges.shape[1]).format(
                n=parsed.edges.shape[1]
            ),
            f"{values.shape[0]:,}",
            _("leave the file out, or give each edge one row"),
        )
    named = tuple(f"e{name[1:]}" if re.fullmatch(r"f\d+", name) else name for name in names)
    parsed.edge_columns = {**parsed.edge_columns, **dict(zip(named, values.T.tolist(), strict=True))}
    parsed.notes.append(_("{where}: row by row the columns of the edges, in order").format(where=table.where))
