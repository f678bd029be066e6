"""Which two columns of a table are the ends of its edges, and whether both name the same kind of thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatviz.errors import GatvizError, quote
from gatviz.files import headers
from gatviz.files.options import ReadOptions
from gatviz.files.table import Table
from gatviz.files.table_kind import has_node_header, known_ends
from gatviz.files.values import number
from gatviz.words import _, commas

if TYPE_CHECKING:
    import pandas as pd

_NO_NAME = re.compile(r"[-+]?\d*[.,]\d+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[A-Z][a-z]{2} \d{1,2},? \d{4}")
"""Numbers with a fraction, and dates."""
_FEATURE = re.compile(r"(?:f|x|feat|feature|attr|attribute|dim|emb)\d+")
"""Headers of features that only count them."""


@dataclass(frozen=True)
class Ends:
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


def edge_ends(table: Table, options: ReadOptions) -> Ends:
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
        return Ends(source, target, two_mode=False if options.two_mode is None else options.two_mode)
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


def _by_content(table: Table) -> Ends | None:
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
        return Ends(*places, two_mode=False, notes=(said,))
    if first == 0 and one.is_unique and not (kinds or shared):  # a table of nodes looks like this
        return None
    return Ends(*places, two_mode=True, notes=(said,))


def _numbers_rows(table: Table) -> bool:
    """Whether the first column only numbers the edges."""
    return headers.plain(table.header[0]) in ("id", "edgeid", "index", "no", "nr", "序号", "编号", "边id") and bool(
        table.cells[0].is_unique
    )


def _no_names(cells: pd.Series[str]) -> bool:
    return any(_NO_NAME.fullmatch(cell) for cell in cells[:50])
