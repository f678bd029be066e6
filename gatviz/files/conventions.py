"""What attributes of nodes mean by what they are called, in files of other programs, which leave that open.

The one place that decides which attribute of GraphML, GEXF, GML and Pajek is a name, a label or a position, and
says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gatviz.errors import quote
from gatviz.files import headers
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.values import decimal, number
from gatviz.words import _, ngettext

MARKED_X, MARKED_Y = "gatviz.x", "gatviz.y"
"""Where readers put positions that the format itself marks."""


def settle_by_convention(parsed: ParsedGraph, options: ReadOptions) -> None:
    """Names, labels and positions by what columns are called; what is chosen by hand goes before."""
    for name in headers.NAME_ATTRIBUTES:
        if name != options.label:
            take_names(parsed, name)
    if options.label is None:
        _take_labels(parsed)
    for x, y in headers.POSITION_ATTRIBUTES:
        if not {x, y} & {*(options.features or ()), *options.ignored}:
            take_positions(parsed, x, y)
    _drop_gaps(parsed)


def take_names(parsed: ParsedGraph, column: str, mark: str | None = None) -> None:
    """Let a column that names every node differently be the nodes' names, and say so; else leave it.

    A `mark` tells what to call it where it is no column but a mark of the format.
    """
    values = parsed.node_columns.get(column)
    if values is None or len(values) == 0:
        return
    words = [value if isinstance(value, str) else "" if value is None else decimal(value) for value in values]
    if not all(word.strip() for word in words) or len(set(words)) < len(words):
        return
    if words != list(parsed.names):
        said = _("the nodes are called by their {column}, which is a different one for each")
        parsed.notes.append(said.format(column=quote(mark or column)))
    parsed.names = words
    _without(parsed, column)
    if mark is None:
        parsed.columns.append(ColumnUse("nodes", column, "id"))


def label_column(parsed: ParsedGraph) -> str | None:
    """The column that is called as labels are, if there is one."""
    return next((name for name in parsed.node_columns if name.casefold() in headers.CLASS_ATTRIBUTES), None)


def _take_labels(parsed: ParsedGraph) -> None:
    found = label_column(parsed)
    if parsed.labels is None and found is not None:
        parsed.labels = [None if value is None else decimal(value) for value in parsed.node_columns[found]]
        parsed.columns.append(ColumnUse("nodes", found, "label"))
        parsed.notes.append(_("column {found} was taken as the label").format(found=quote(found)))
        _without(parsed, found)


def take_positions(parsed: ParsedGraph, x: str, y: str, *, marked: bool = False) -> None:
    """Let two columns of numbers be the positions, if every node has both.

    It is said, unless the format itself marks them as positions; then they are no columns otherwise.
    """
    columns = parsed.node_columns
    if parsed.positions is not None or x not in columns or y not in columns:
        return
    pairs = [[number(value) for value in columns[name]] for name in (x, y)]
    placed = [
        a is not None and b is not None and math.isfinite(a) and math.isfinite(b) for a, b in zip(*pairs, strict=True)
    ]
    if all(placed):
        parsed.positions = np.array(pairs, dtype=np.float64).T
        parsed.columns += [ColumnUse("nodes", name, "position") for name in (x, y)]
        if not marked:
            parsed.notes.append(_("columns {x} and {y} were taken as positions").format(x=quote(x), y=quote(y)))
    elif any(placed):
        parsed.notes.append(positions_left_out(sum(placed), len(placed)))
    if all(placed) or marked:
        _without(parsed, x, y)


def positions_left_out(some: int, n: int) -> str:
    """The sentence that only some of n nodes have a position."""
    said = ngettext(
        "positions were left out: only {some:,} of {n:,} node has one",
        "positions were left out: only {some:,} of {n:,} nodes have one",
        n,
    )
    return said.format(some=some, n=n)


def _drop_gaps(parsed: ParsedGraph) -> None:
    """Leave out columns of numbers that some nodes have and some have not, and say so."""
    kept: dict[str, Sequence[Any]] = {}
    for name, values in parsed.node_columns.items():
        there = [value for value in values if value is not None and value != ""]
        numeric = bool(there) and all(number(value) is not None for value in there)
        if numeric and len(there) < len(values):
            parsed.notes.append(
                ngettext(
                    "column {column} was left out: only {some:,} of {n:,} node has it",
                    "column {column} was left out: only {some:,} of {n:,} nodes have it",
                    len(values),
                ).format(column=quote(name), some=len(there), n=len(values))
            )
            parsed.columns.append(ColumnUse("nodes", name, "ignored"))
        else:
            kept[name] = values
    parsed.node_columns = kept


def _without(parsed: ParsedGraph, *used: str) -> None:
    parsed.node_columns = {name: values for name, values in parsed.node_columns.items() if name not in used}
