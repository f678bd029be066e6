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
    if any(mark in file.start for mark in ",;\t|"):
        return False
    rows = [line.split() for line in lines]
    lengths = {len(row) for row in rows}
    heads = [row[0] for row in rows]
    named = file.name.endswith(".adjlist")
    if len(set(heads)) < len(heads) or (len(lengths) < 2 and not named):
        return False
    # Rows of a node and one number of each are ragged edge lists rather than lists of neighbours.
    return named or sum(cell in set(heads) for row in rows for cell in row[1:]) * 2 > sum(len(row) - 1 for row in rows)


def read_adjacency_list(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from lines of a node and its neighbours.

    Such a file does not say whether it is directed. networkx writes an undirected edge once, so a file is directed
    where some edges stand both ways and others do not.

    Raises:
        GatvizError: no line.
    """
    found = Collector(file.where)
    names: dict[str, None] = {}
    for number, line in records(file.decoded.text):
        if len(line) > limits.MAX_TEXT:
            raise GatvizError(
                _("{where}, line {line}").format(where=file.where, line=number),
                _("lines of at most {most:,} characters").format(most=limits.MAX_TEXT),
                f"{len(line):,}",
                _("list fewer neighbours in a line"),
            )
        head, *others = _cells(line)
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


def _cells(line: str) -> list[str]:
    cells = line.replace(",", " ").replace(";", " ").split()
    cells[0:1] = [cells[0][:-1]] if cells and cells[0].endswith(":") and cells[0] != ":" else cells[0:1]
    if len(cells) > 1 and cells[1] == ":":
        del cells[1]
    return cells or [line]
