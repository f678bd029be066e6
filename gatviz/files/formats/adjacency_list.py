"""Adjacency lists: a node and its neighbours in each line, as networkx writes them. Read only."""

from __future__ import annotations

import re
from itertools import islice

from gatviz.errors import GatvizError
from gatviz.files import limits
from gatviz.files.graph_file import GraphFile
from gatviz.files.line_lists import records
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.words import _

_LOOKED_AT = 200
_RAGGED = 4
"""So many different lengths of lines of whole numbers are no fault in a table."""
_COLON = re.compile(r"[^\s:,;]+\s*:(?:\s|$)")
_CLOSED = re.compile(r"[\"{}\[\]<>=]")
TEMPLATE = b"# a node and its neighbours\nAda Bo Cy\nBo Cy\nCy\n"


def is_adjacency_list(file: GraphFile) -> bool:
    """Whether each line begins with another node and the lines are of different lengths, without a header."""
    lines = [line for _number, line in islice(records(file.start), _LOOKED_AT)]
    if len(file.start) < len(file.data) and len(lines) > 1:
        lines = lines[:-1]  # the last one may be cut
    if len(lines) < 2 or any(_CLOSED.search(line) for line in lines):
        return False
    if all(_COLON.match(line) for line in lines):
        return True
    mark = _mark(lines)
    rows = [row for line in lines if (row := _split(line, mark))]
    lengths = {len(row) for row in rows} or {0}
    heads = [row[0] for row in rows]
    named = file.name.endswith(".adjlist")
    ragged = len(lengths) >= _RAGGED and all(cell.isdigit() for row in rows for cell in row)
    if mark is not None and not (named or ragged) and (min(lengths) > 1 or max(lengths) < 3 or len(rows) < 3):
        return False  # a broken table is told as such
    if len(set(heads)) < len(heads) or (len(lengths) < 2 and not named):
        return False
    # Rows of a node and one number of each are ragged edge lists rather than lists of neighbours.
    known = sum(cell in set(heads) for row in rows for cell in row[1:])
    return named or known * 2 > sum(len(row) - 1 for row in rows) or (mark is not None and known > 0)


def read_adjacency_list(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from lines of a node and its neighbours.

    Such a file does not say whether it is directed. networkx writes an undirected edge once, so a file is directed
    where some edges stand both ways and others do not.

    Raises:
        GatvizError: no line.
    """
    found = Collector(file.where)
    names: dict[str, None] = {}
    lines = list(records(file.decoded.text))
    mark = _mark([line for _number, line in lines[:_LOOKED_AT]])
    for number, line in lines:
        if len(line) > limits.MAX_TEXT:
            raise GatvizError(
                _("{where}, line {line}").format(where=file.where, line=number),
                _("lines of at most {most:,} characters").format(most=limits.MAX_TEXT),
                f"{len(line):,}",
                _("list fewer neighbours in a line"),
            )
        head, *others = _cells(line, mark)
        names[head] = None
        for other in others:
            names[other] = None
            found.add_edge(head, other, {})
    for name in names:
        found.add_node(name, {})
    pairs = {(source, target) for source, target in zip(found.sources, found.targets, strict=True) if source != target}
    both = sum((target, source) in pairs for source, target in pairs)
    directed = 0 < both < len(pairs)
    parsed = found.parsed("adjacency_list", directed)
    parsed.notes += file.decoded.notes
    if directed:
        parsed.notes.append(_("some edges stand both ways and others do not: the list was taken as directed"))
    elif not both:
        parsed.notes.append(_("a list of neighbours does not say whether it is directed: it was taken as undirected"))
    return parsed


def _mark(lines: list[str]) -> str | None:
    """What parts the cells where it is not blanks."""
    counts = {mark: sum(line.count(mark) for line in lines) for mark in ",;\t|"}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else None


def _split(line: str, mark: str | None) -> list[str]:
    return line.split() if mark is None else [cell for cell in map(str.strip, line.split(mark)) if cell]


def _cells(line: str, mark: str | None) -> list[str]:
    """The node and its neighbours; a colon may stand after the node."""
    head, colon, rest = line.partition(":")
    if colon and _COLON.match(line):
        return [head.strip(), *_split(rest, mark)]
    return _split(line, mark) or [line]
