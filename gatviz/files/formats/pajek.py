"""Pajek networks (.net): vertices with positions, arcs, edges, lists of them, and matrices. Read only."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.conventions import MARKED_X, MARKED_Y, take_positions
from gatviz.files.encoding import shown_name
from gatviz.files.graph_file import GraphFile
from gatviz.files.merging import spread_undirected
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.files.values import number
from gatviz.words import _, commas, ngettext

_CELL = re.compile(r'"([^"]*)"|(\S+)')
_UNDIRECTED = {"arcs": False, "edges": True, "arcslist": False, "edgeslist": True}
_UP = 1.0
"""Pajek's y runs downwards from 0 to 1."""
_BEGINNING = re.compile(r"(?:\s*%[^\n]*\n)*\s*\*(?:vertices|network)", re.IGNORECASE)
TEMPLATE = b'*Vertices 3\n1 "Ada" 0.5 0.0\n2 "Bo" 1.0 1.0\n3 "Cy" 0.0 1.0\n*Arcs\n1 2 1\n2 3 2\n3 1 0.5\n'


def is_pajek(file: GraphFile) -> bool:
    """Whether a file begins as Pajek networks do."""
    return _BEGINNING.match(file.start) is not None


class _Reader:
    def __init__(self, where: str) -> None:
        self.where = where
        self.found = Collector(where)
        self.undirected: list[bool] = []
        self.count: int | None = None
        self.first_mode: int | None = None
        self.names: dict[int, str] = {}
        self.places: dict[int, tuple[float, float]] = {}
        self.ends: list[tuple[int, int, Any]] = []
        self.left_out: set[str] = set()
        self.matrix_row = 0

    def at(self, line: int) -> str:
        """A line of the file, for messages."""
        return _("{where}, line {line}").format(where=self.where, line=line)

    def line(self, cells: list[str], at: int, section: str) -> None:
        if section == "vertices":
            self._vertex(cells, at)
        elif section in ("arcs", "edges"):
            if len(cells) < 2:
                raise GatvizError(self.at(at), _("two vertex numbers"), str(len(cells)), _("name both ends"))
            weight = number(cells[2]) if len(cells) > 2 else None
            if len(cells) > 2 and (weight is None or not math.isfinite(weight)):
                raise GatvizError(self.at(at), _("a finite number as the weight"), quote(cells[2]), _("correct it"))
            self._edge(cells[0], cells[1], weight, _UNDIRECTED[section], at)
        elif section in ("arcslist", "edgeslist"):
            for target in cells[1:]:
                self._edge(cells[0], target, None, _UNDIRECTED[section], at)
        elif section == "matrix":
            self.matrix_row += 1
            before = self.first_mode or 0
            rows, width = self.first_mode or self.count, (self.count or 0) - before
            if rows is None or self.matrix_row > rows or len(cells) != width:
                raise GatvizError(
                    self.at(at),
                    ngettext("a row of {n} number", "a row of {n} numbers", width).format(n=width),
                    str(len(cells)),
                    _("correct the matrix"),
                )
            for k, cell in enumerate(cells):
                value = number(cell)
                if value is None or not math.isfinite(value):
                    raise GatvizError(self.at(at), _("a finite number"), quote(cell), _("correct the matrix"))
                if value != 0:
                    undirected = self.first_mode is not None
                    weight = None if value == 1 else value
                    self._edge(str(self.matrix_row), str(before + k + 1), weight, undirected, at)

    def _vertex(self, cells: list[str], at: int) -> None:
        n = self._number(cells[0], at)
        if n in self.names:
            raise GatvizError(
                self.at(at), _("each vertex once"), _("{n} again").format(n=n), _("remove one of the two")
            )
        self.names[n] = cells[1] if len(cells) > 1 else str(n)
        if len(cells) > 3:
            x, y = number(cells[2]), number(cells[3])
            if x is not None and y is not None and math.isfinite(x) and math.isfinite(y):
                self.places[n] = (x, _UP - y)

    def _edge(self, source: str, target: str, weight: float | None, undirected: bool, at: int) -> None:
        # "-5" in a list means an edge of negative sign; attention reads the edge, the sign is its weight.
        sign = -1.0 if target.startswith("-") else weight
        self.ends.append((self._number(source, at), self._number(target.lstrip("-"), at), sign))
        self.undirected.append(undirected)
        if len(self.ends) > limits.MAX_EDGES:
            limits.check_edges(len(self.ends), self.at(at))

    def _number(self, cell: str, at: int) -> int:
        if self.count is None:
            raise GatvizError(self.at(at), _("*Vertices first"), quote(cell), _("begin the file with *Vertices N"))
        n = int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else 0
        if not 1 <= n <= self.count:
            raise GatvizError(
                self.at(at), _("a vertex number from 1 to {last}").format(last=self.count), quote(cell), _("correct it")
            )
        return n


def read_pajek(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from a Pajek network."""
    text, notes = file.decoded.text.replace("\r\n", "\n").replace("\r", "\n"), file.decoded.notes
    reader = _Reader(file.where)
    section = ""
    start = count = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        row, start, count = text[start:end].strip(), end + 1, count + 1
        if len(row) > limits.MAX_TEXT:
            raise GatvizError(
                reader.at(count),
                _("lines of at most {most:,} characters").format(most=limits.MAX_TEXT),
                f"{len(row):,}",
                _("list the arcs one a line under *Arcs"),
            )
        if not row or row.startswith("%"):
            continue
        cells = [quoted or bare for quoted, bare in _CELL.findall(row)]
        if not row.startswith("*"):
            reader.line(cells, count, section)
            continue
        word = cells[0][1:].lower()
        if word == "vertices":
            if reader.count is not None:
                reader.left_out.add(_("further networks"))
                break
            number_of = cells[1] if len(cells) > 1 else ""
            if not (number_of.isascii() and number_of.isdigit()) or len(number_of) > 12:
                raise GatvizError(
                    reader.at(count), _("*Vertices N"), quote(row), _("write how many vertices there are")
                )
            limits.check_nodes(int(number_of), reader.at(count))
            reader.count = int(number_of)
            first = cells[2] if len(cells) > 2 else ""
            if first.isascii() and first.isdigit() and 0 < int(first[:12]) < reader.count:
                reader.first_mode = int(first)
        elif word not in _UNDIRECTED and word not in ("network", "matrix"):
            reader.left_out.add(f"*{shown_name(word[:30])}")
        section = word
    return _finish(reader, notes)


def _finish(reader: _Reader, notes: tuple[str, ...]) -> ParsedGraph:
    where, found = reader.where, reader.found
    if reader.count is None:
        raise GatvizError(where, _("*Vertices N"), _("none"), _("begin the file with *Vertices N"))
    if len(reader.places) > 1 and len(set(reader.places.values())) == 1:  # as programs write what was never drawn
        reader.places.clear()
        reader.left_out.add(_("positions, since all are the same"))
    names = {n: reader.names.get(n, str(n)) for n in range(1, reader.count + 1)}
    repeated = len(set(names.values())) < len(names)
    for n, name in names.items():
        x, y = reader.places.get(n, (None, None))
        record = {} if x is None else {MARKED_X: x, MARKED_Y: y}
        found.add_node(f"{n} {name}" if repeated else name, record)
    order = found.ids
    for source, target, weight in reader.ends:
        found.add_edge(order[source - 1], order[target - 1], {} if weight is None else {"weight": weight})
    undirected = np.array(reader.undirected, dtype=bool)
    parsed = found.parsed("pajek", not (undirected.all() and undirected.size))
    parsed.notes += notes
    if reader.first_mode is not None:
        parsed.two_mode = True
        said = _("two-mode: the first {some:,} of {n:,} vertices are of one kind, the others of another")
        parsed.notes.append(said.format(some=reader.first_mode, n=reader.count))
    if repeated:
        parsed.notes.append(_("vertices share names: each was given its number in front"))
    take_positions(parsed, MARKED_X, MARKED_Y, marked=True)
    if undirected.any() and not undirected.all():
        spread_undirected(parsed, undirected)
    if reader.left_out:
        parsed.notes.append(_("left out: {listed}").format(listed=commas(sorted(reader.left_out))))
    return parsed
