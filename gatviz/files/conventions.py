"""What attributes of nodes mean by what they are called, in files of other programs, which leave that open.

The one place that decides which attribute of a table, of GraphML, GEXF, GML, Pajek or JSON is a name, a label or a
position, and says so.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import headers
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.values import decimal, is_gap, number
from gatviz.graph.checks import MAX_NAME
from gatviz.words import _, first_of, ngettext

MARKED_X, MARKED_Y = "gatviz.x", "gatviz.y"
"""Where readers put positions that the format itself marks."""
_NEARLY_ALL = 0.9
"""Of the nodes: where so many have a name of their own in a column, it names them, though some share one."""
_MARKED = 0.5
"""The same for what the format itself marks as what nodes are called."""
_COLOURS = ("r", "g", "b")
_FEW = 10
"""So many different labels are classes however few the nodes; above it they are if each has two nodes on average."""
_LINES = re.compile(r"\s*[\t\r\n\v\f]\s*")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|(?:rgb|hsl)a?\([^()]*\)")
_OPAQUE = re.compile(r"[A-Za-z]{0,5}[-_:]?\d+|[0-9a-fA-F-]{8,}")
"""Ids that say nothing to a person: 17, n17, 5f3a9c01."""


def settle_by_convention(parsed: ParsedGraph, options: ReadOptions) -> None:
    """Names, labels and positions by what columns are called; what is chosen by hand goes before."""
    if options.name is None:
        _take_shown_names(parsed, options.label)
    _take_labels(parsed, options)
    for x, y in headers.POSITION_ATTRIBUTES if parsed.positions is None else ():
        if not {x, y} & {*(options.features or ()), *options.ignored}:
            take_positions(parsed, x, y)
    _drop_colours(parsed, options)
    _drop_gaps(parsed, options.label)


# ---- names -----------------------------------------------------------------------------------------------------------


def take_chosen_names(parsed: ParsedGraph, column: str) -> None:
    """Let the column that a person chose name the nodes.

    Raises:
        GatvizError: no such column.
    """
    marked = parsed.shown_names
    values = marked[1] if marked is not None and marked[0] == column else parsed.node_columns.get(column)
    if values is None:
        listed = first_of([quote(name) for name in parsed.node_columns], 8) or _("none")
        raise GatvizError(
            _("{where}, node columns").format(where=parsed.where),
            quote(column),
            listed,
            _("choose a column that is there"),
        )
    _call(parsed, column, values)


def _take_shown_names(parsed: ParsedGraph, label: str | None) -> None:
    if parsed.shown_names is not None:
        title, values = parsed.shown_names
        if title != label and _most_differ(values, _MARKED, marked=True):
            _call(parsed, title, values)
            return
        if title not in parsed.node_columns:
            parsed.node_columns = {title: values, **parsed.node_columns}
    tables = parsed.format in ("edge_list", "matrix")
    if tables and not all(_OPAQUE.fullmatch(name) for name in parsed.names):
        return
    for known in (headers.NAME, headers.LABEL):
        for column, values in parsed.node_columns.items():
            if headers.plain(column) in known and column != label and _most_differ(values, _NEARLY_ALL):
                _call(parsed, column, values)
                return


def _most_differ(values: Sequence[Any], share: float, *, marked: bool = False) -> bool:
    """Whether nearly each node has a word of its own there; in a graph of a few all have."""
    words = [_word(value) for value in values]
    different = len(set(words) - {""})
    if not marked and any(len(word) > MAX_NAME for word in words):
        return False
    return different == len(words) or (different >= share * len(words) and len(words) * (1 - share) >= 1)


def _word(value: Any) -> str:
    """A value as a name: on one line, whatever lines a program broke it into."""
    return "" if is_gap(value) else _LINES.sub(" ", value).strip() if isinstance(value, str) else decimal(value)


def _call(parsed: ParsedGraph, column: str, values: Sequence[Any]) -> None:
    """Let a column name the nodes; who shares a name gets the id after it, who has none keeps the id. It is said."""
    ids = list(parsed.names)
    words = [_word(value) for value in values]
    names: list[str] = []
    seen: set[str] = set()
    for ident, word in zip(ids, words, strict=True):
        name = word or ident
        if name in seen:
            name = f"{word or ident} ({ident})"
        while name in seen:
            name += "'"
        seen.add(name)
        names.append(name)
    shared = sum(count - 1 for word, count in Counter(words).items() if word)
    blank = sum(not word for word in words)
    if names != ids:
        parsed.notes.append(_("the nodes are called by their {column}").format(column=quote(column)))
    if shared:
        said = ngettext(
            "{n:,} node shares its {column} with another and has its id after it",
            "{n:,} nodes share their {column} with another and have their id after it",
            shared,
        )
        parsed.notes.append(said.format(n=shared, column=quote(column)))
    if blank:
        said = ngettext(
            "{n:,} node has no {column} and is called by its id",
            "{n:,} nodes have no {column} and are called by their id",
            blank,
        )
        parsed.notes.append(said.format(n=blank, column=quote(column)))
    parsed.names = names
    _without(parsed, column)
    parsed.columns.append(ColumnUse("nodes", column, "name"))


# ---- labels ----------------------------------------------------------------------------------------------------------


def label_column(parsed: ParsedGraph) -> str | None:
    """The column that is called as labels are and holds classes, if there is one."""
    for known in (headers.CLASS, headers.LABEL):
        for name, values in parsed.node_columns.items():
            if headers.plain(name) in known and _are_classes(values):
                return name
    return None


def _are_classes(values: Sequence[Any]) -> bool:
    words = [_word(value) for value in values]
    different = set(words) - {""}
    if not different or any(len(word) > MAX_NAME for word in different):
        return False
    return len(different) <= max(_FEW, len(words) / 2)


def _take_labels(parsed: ParsedGraph, options: ReadOptions) -> None:
    found = label_column(parsed)
    asked = options.features or ()
    if parsed.labels is None and found is not None and found != options.label and found not in asked:
        parsed.labels = [None if is_gap(value) else decimal(value) for value in parsed.node_columns[found]]
        parsed.columns.append(ColumnUse("nodes", found, "label"))
        parsed.notes.append(_("column {found} was taken as the label").format(found=quote(found)))
        _without(parsed, found)


# ---- positions -------------------------------------------------------------------------------------------------------


def take_positions(parsed: ParsedGraph, x: str, y: str, *, marked: bool = False) -> None:
    """Let two columns of numbers be the positions, if every node has both.

    It is said, unless the format itself marks them as positions; then they are no columns otherwise.
    """
    columns = parsed.node_columns
    if parsed.positions is not None or x not in columns or y not in columns:
        return
    if parsed.format in ("edge_list", "matrix") and not marked:
        return  # a table says pos_x and pos_y; x and y are as often features
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


# ---- gaps ------------------------------------------------------------------------------------------------------------


def _drop_colours(parsed: ParsedGraph, options: ReadOptions) -> None:
    """Leave out the colours that programs which draw graphs write beside positions, and say so."""
    if options.features is not None:
        return
    found = [name for name, values in parsed.node_columns.items() if name != options.label and _are_colours(values)]
    if options.label not in _COLOURS and set(_COLOURS) <= parsed.node_columns.keys():
        found += _COLOURS
    if found:
        listed = first_of([quote(name) for name in found], 5)
        said = ngettext(
            "column {columns} was left out: it holds colours",
            "columns {columns} were left out: they hold colours",
            len(found),
        )
        parsed.notes.append(said.format(columns=listed))
        parsed.columns += [ColumnUse("nodes", name, "ignored") for name in found]
        _without(parsed, *found)


def _are_colours(values: Sequence[Any]) -> bool:
    """Whether a column holds colours as programs write them, `#rrggbb` or `rgb(72, 209, 204)`."""
    there = [] if isinstance(values, np.ndarray) else [value for value in values if not is_gap(value)]
    return bool(there) and all(isinstance(value, str) and _COLOUR.fullmatch(value.strip()) for value in there)


def _drop_gaps(parsed: ParsedGraph, label: str | None) -> None:
    """Leave out columns of numbers that some nodes have and some have not, and say so."""
    kept: dict[str, Sequence[Any]] = {}
    for name, values in parsed.node_columns.items():
        if isinstance(values, np.ndarray) or name == label:
            kept[name] = values
            continue
        there = [value for value in values if not is_gap(value)]
        if not there:
            parsed.notes.append(_("column {column} was left out: it is empty").format(column=quote(name)))
            parsed.columns.append(ColumnUse("nodes", name, "ignored"))
            continue
        numeric = all(number(value) is not None for value in there)
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
