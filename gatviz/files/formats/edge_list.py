"""Edge lists as text tables, with an optional table of nodes beside them.

Two columns for the ends of each edge, every other one is an edge attribute; a column `type` of "directed" or
"undirected" says which it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers
from gatviz.files.formats.node_table import read_nodes
from gatviz.files.merging import spread_undirected
from gatviz.files.options import ReadOptions
from gatviz.files.parsed import ColumnUse, ParsedGraph, check_names
from gatviz.files.table import Table, with_unique_header
from gatviz.files.table_kind import could_be_either, has_node_header, known_ends, starts_with_edge
from gatviz.files.values import number
from gatviz.words import _, commas

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = b"source,target,weight\nAda,Bo,1\nBo,Cy,2\nCy,Ada,0.5\n"
_LOOKED_AT = 50
_EXACT = 2**53
_WRITTEN_AS_FLOAT = re.compile(r"-?\d+(?:\.\d*(?:[eE][-+]?\d+)?)?")
_KONECT = re.compile(r"%\s*(sym|asym|bip)\b")
_SNAP = re.compile(r"#\s*(un)?directed graph", re.IGNORECASE)
_NO_NAME = re.compile(r"[-+]?\d*[.,]\d+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[A-Z][a-z]{2} \d{1,2},? \d{4}")
"""Numbers with a fraction, and dates."""
_FEATURE = re.compile(r"(?:f|x|feat|feature|attr|attribute|dim|emb)\d+")
"""Headers of features that only count them."""


def read_edge_list(table: Table, nodes: Table | None, options: ReadOptions, *, own: bool = False) -> ParsedGraph:
    """A ParsedGraph from an edge list and, beside it, perhaps a node table; `own` if gatviz wrote both.

    Raises:
        GatvizError: columns that are not there, a row without one of its ends, an end that is no node.
    """

    import pandas as pd

    table, alternatives = _with_its_header(table, options, own)
    table = with_unique_header(table)
    ends = _edge_ends(table, options)
    parsed = ParsedGraph(where=table.where, format="edge_list", names=(), edges=np.zeros((2, 0), dtype=np.int64))
    parsed.encoding, parsed.alternatives = table.encoding, alternatives
    told, kinds = (None, None) if own else _told_above(table)
    if told is not None:
        parsed.directed = told
    if options.two_mode is not None or kinds is not None:
        ends = replace(ends, two_mode=kinds if options.two_mode is None else options.two_mode)
    cells = _whole_numbers([_filled(table, place) for place in (ends.source, ends.target)], parsed, nodes)
    if nodes is None:
        cells = _told_apart(cells, table, ends, parsed)
        both = np.stack([one.to_numpy(dtype=object) for one in cells], axis=1).ravel()  # first appearance, row by row
        codes, unique = pd.factorize(both)
        parsed.names = [str(name) for name in unique]
        check_names(parsed.names, table.where)
        parsed.edges = np.ascontiguousarray(codes.reshape(-1, 2).T.astype(np.int64))
    else:
        read_nodes(parsed, nodes, options, set(pd.unique(pd.concat(cells))), own=own)
        parsed.edges = np.stack([_places(one, parsed.names, table, nodes) for one in cells])
    parsed.columns += [ColumnUse("edges", table.header[ends.source], "source")]
    parsed.columns += [ColumnUse("edges", table.header[ends.target], "target")]
    undirected = _take_columns(parsed, table, ends)
    parsed.notes = [*table.notes, *ends.notes, *parsed.notes]
    if undirected is not None:
        parsed.directed = not undirected.all() if undirected.size else False
        if undirected.any() and parsed.directed:
            spread_undirected(parsed, undirected)
    return parsed


def _with_its_header(table: Table, options: ReadOptions, own: bool) -> tuple[Table, tuple[str, ...]]:
    """The table under a header, its own or one that is given to it, and the formats that it could as well be of."""
    alternatives = ("matrix",) if could_be_either(table) else ()
    if not own and starts_with_edge(table, options):
        table = table.with_header_as_row()
        _refuse_fractions(table)
        table.header[:2] = ["source", "target"]
        if len(table.header) == 3 and all(number(cell) is not None for cell in table.column(2)):
            table.header[2] = "weight"
        table.notes.append(_("the first row is an edge itself: the first two columns were taken as source and target"))
    if alternatives:
        said = _("three rows of three numbers were taken as edges with weights; they could be a matrix too")
        table.notes.append(said)
    return table, alternatives


def _refuse_fractions(table: Table) -> None:
    """Refuse rows of numbers as features have them, where edges would begin with two numbers of nodes."""
    for place in range(2):
        for cell in table.cells[place][:_LOOKED_AT]:
            value = number(cell)
            if value is not None and not value.is_integer():
                raise GatvizError(
                    table.where,
                    _("edges, or a header that names their ends"),
                    _("rows of numbers, such as {cell}, as features have them").format(cell=quote(cell)),
                    _("open it together with the file of the edges, or give it a header"),
                )


def _whole_numbers(cells: list[pd.Series[str]], parsed: ParsedGraph, nodes: Table | None) -> list[pd.Series[str]]:
    """Numbers of nodes without the fraction .0 that NumPy and pandas write to them (1.0, 1.000e+00), which is said."""

    import pandas as pd

    heads = [cell for one in cells for cell in one[:_LOOKED_AT]]
    written = next((cell for cell in heads if "." in cell), None)
    if written is None or not all(_WRITTEN_AS_FLOAT.fullmatch(cell) for cell in heads):
        return cells
    if nodes is not None and nodes.cells[nodes.find(*headers.NODE_ID) or 0].isin({written}).any():
        return cells  # the nodes are called so too
    values = [pd.to_numeric(one, errors="coerce") for one in cells]
    if not all(bool(((one % 1 == 0) & (one.abs() < _EXACT)).all()) for one in values):
        return cells
    parsed.notes.append(
        _("numbers of nodes are written with fractions, as in {cell}: read as whole numbers").format(
            cell=quote(written)
        )
    )
    return [one.astype("int64").astype(str) for one in values]


def _take_columns(parsed: ParsedGraph, table: Table, ends: _Ends) -> NDArray[np.bool_] | None:
    """Keep the columns beside the ends; for each edge whether one of them says that it is undirected, if one does."""
    columns: dict[str, list[Any]] = {}
    undirected: NDArray[np.bool_] | None = None
    for place, name in enumerate(table.header):
        if place in (ends.source, ends.target):
            continue
        told = _undirected(table, place) if undirected is None else None
        if told is not None:
            undirected = told
        else:
            columns[name] = table.values(place)
    parsed.edge_columns = columns
    return undirected


def _filled(table: Table, place: int) -> pd.Series[str]:
    cells = table.cells[place]
    blank = np.flatnonzero((cells == "").to_numpy(dtype=bool))
    if blank.size:
        raise GatvizError(
            _("{where}, row {row}").format(where=table.where, row=table.rows[blank[0]]),
            _("a {column}").format(column=quote(table.header[place])),
            _("nothing"),
            _("write two names separated by {separator}").format(separator=table.separator),
        )
    return cells


def _told_above(table: Table) -> tuple[bool | None, bool | None]:
    """Whether the comments above, as collections of networks write them, say that it is directed and two-mode."""
    if found := _KONECT.search(table.comment):
        return found[1] != "sym", True if found[1] == "bip" else None
    if found := _SNAP.search(table.comment):
        return found[1] is None, None
    return None, None


def _told_apart(cells: list[pd.Series[str]], table: Table, ends: _Ends, parsed: ParsedGraph) -> list[pd.Series[str]]:
    """The ends of a two-mode table, each with the name of its kind in front where both kinds share a name."""
    parsed.two_mode = bool(ends.two_mode)
    if not ends.two_mode:
        return cells
    titles = [headers.kind_named(table.header[place]) for place in (ends.source, ends.target)]
    parts = [f"{one.nunique():,} {quote(title)}" for one, title in zip(cells, titles, strict=True)]
    if cells[0].isin(set(cells[1])).any():
        said = _("two-mode: {one} and {other} are nodes of two kinds, so each has its kind before its name")
        cells = [title + " " + one for one, title in zip(cells, titles, strict=True)]
    else:
        said = _("two-mode: edges go from {one} to {other}")
    parsed.notes.append(said.format(one=parts[0], other=parts[1]))
    return cells


def _places(cells: pd.Series[str], names: Sequence[str], table: Table, nodes: Table) -> NDArray[np.int64]:
    import pandas as pd

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


def _undirected(table: Table, place: int) -> NDArray[np.bool_] | None:
    """For each edge whether a column `type` says that it is undirected, None if this is not such a column.

    Without any edge it can only say that it was there: gatviz writes it for undirected graphs.
    """
    if headers.plain(table.header[place]) not in headers.KIND_OF_EDGE:
        return None
    if not table.num_rows:
        return np.zeros(0, dtype=bool)
    words = {cell: headers.plain(cell) for cell in set(table.cells[place])}
    if not set(words.values()) <= {*headers.DIRECTED, *headers.UNDIRECTED}:
        return None
    none = {cell for cell, word in words.items() if word in headers.UNDIRECTED}
    return table.cells[place].isin(none).to_numpy(dtype=bool)


# ---- which two columns are the ends, and whether both name the same kind of thing --------------------------------


@dataclass(frozen=True)
class _Ends:
    """The two columns.

    Attributes:
        source, target: their places.
        two_mode: whether equal names in both are different nodes; None where the names have to tell.
        notes: what was decided.
    """

    source: int
    target: int
    two_mode: bool | None = None
    notes: tuple[str, ...] = ()


def _edge_ends(table: Table, options: ReadOptions) -> _Ends:
    """The ends as chosen, by their headers in any of the known languages, or by what the columns hold.

    Raises:
        GatvizError: a column that is not there, one for both ends, or nothing that tells which they are.
    """
    known = known_ends(table)
    source = _chosen(table, options.source)
    target = _chosen(table, options.target)
    if known is not None:
        source, target = (known[0] if source is None else source), (known[1] if target is None else target)
    if source is None:
        source = table.find(*headers.SOURCE)
    if target is None:
        target = table.find(*headers.TARGET)
    if source is not None and target is not None:
        if source == target:
            found = _("{column} for both ends").format(column=quote(table.header[source]))
            raise GatvizError(table.where, _("two columns"), found, _("choose another"))
        return _Ends(source, target, two_mode=False if options.two_mode is None else options.two_mode)
    found_ends = _by_content(table) if source is None and target is None else None
    if found_ends is None:
        raise _not_found(table, headers.SOURCE[0] if source is None else headers.TARGET[0])
    return found_ends


def _chosen(table: Table, name: str | None) -> int | None:
    if name is None:
        return None
    place = table.named(name)
    if place is None:
        raise _not_found(table, name)
    return place


def _not_found(table: Table, name: str) -> GatvizError:
    listed = commas(quote(column) for column in table.header[:8])
    mend = _("choose the two columns that edges join, or call them source and target")
    if has_node_header(table, ReadOptions()):
        mend = _("this is a node table: give the edges beside it")
    return GatvizError(
        _("{where}, header").format(where=table.where), _("a column {column}").format(column=quote(name)), listed, mend
    )


def _by_content(table: Table) -> _Ends | None:
    """The first two columns where they are plainly the ends of edges; None where they could be anything else."""
    first = 1 if len(table.header) > 2 and _numbers_rows(table) else 0
    if len(table.header) < first + 2 or not table.num_rows:
        return None
    if first == 0 and has_node_header(table, ReadOptions()):
        return None  # a table of nodes, whatever its columns share
    places = first, first + 1
    one, other = (table.cells[place] for place in places)
    title, second = (table.header[place] for place in places)
    of_nodes = all(_FEATURE.fullmatch(headers.plain(name)) for name in (title, second))
    if of_nodes or _no_names(one) or _no_names(other) or (first == 1 and not headers.alike(title, second)):
        return None
    said = _("no header says which columns edges join: {one} and {other} were taken as source and target").format(
        one=quote(title), other=quote(second)
    )
    shared = bool(one.isin(set(other)).any())
    digits = all(number(cell) is not None for cell in [*one[:50], *other[:50]])
    kinds = headers.both_name_ids(title, second) and not headers.alike(title, second)
    if headers.alike(title, second) or (shared and not digits and not kinds):
        return _Ends(*places, two_mode=False, notes=(said,))
    if first == 0 and one.is_unique and not (kinds or shared):  # a table of nodes looks like this
        return None
    return _Ends(*places, two_mode=True, notes=(said,))


def _numbers_rows(table: Table) -> bool:
    """Whether the first column only numbers the edges."""
    return headers.plain(table.header[0]) in ("id", "edgeid", "index", "no", "nr", "序号", "编号", "边id") and bool(
        table.cells[0].is_unique
    )


def _no_names(cells: pd.Series[str]) -> bool:
    return any(_NO_NAME.fullmatch(cell) for cell in cells[:50])
