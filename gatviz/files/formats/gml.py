"""GML: nested keys and values. Read value by value, so that edges keep the file's order and may stand twice.

(networkx's reader refuses a file with a duplicate edge or a node without a label; it is the oracle in tests.)
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.graph_file import GraphFile
from gatviz.files.merging import listed_edges
from gatviz.files.parsed import Collector, ParsedGraph
from gatviz.files.values import decimal
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, commas, ngettext

_TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\r\n\f\v]+|^\#[^\n]*)+)
      | "(?P<text>[^"]*)"
      | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=[\s\[\]]|$))
      | (?P<key>[A-Za-z_][A-Za-z0-9_.:-]*)
      | (?P<bracket>[\[\]])""",
    re.VERBOSE | re.MULTILINE,
)
_NOT_A_NUMBER = {"inf", "infinity"}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

_BEGINNING = re.compile(r"(?:\s*(?:\#[^\n]*|[A-Za-z]\w*\s+(?:\"[^\"]*\"|[\d.]+)))*?\s*graph\s*\[", re.IGNORECASE)

Pair = tuple[str, Any]


def is_gml(file: GraphFile) -> bool:
    """Whether a file begins as GML does."""
    return _BEGINNING.match(file.start) is not None


def read_gml(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from GML."""
    where, notes = file.where, file.decoded.notes
    reader = _Reader(file.decoded.text, where)
    reader.run()
    if not reader.graphs:
        raise GatvizError(where, _("graph [ … ]"), _("none"), _("choose a GML file with a graph in it"))
    found, attributes = reader.found, dict(reader.attributes)
    directed = attributes.get("directed", 0)
    if directed not in (0, 1):
        raise GatvizError(
            _("{where}, directed").format(where=where), _("0 or 1"), quote(str(directed)), _("correct it")
        )
    description = attributes.get("description", "")
    parsed = found.parsed("gml", bool(directed), str(description))
    parsed.notes += notes
    if reader.graphs > 1:
        said = ngettext("only the first of {n} graph was read", "only the first of {n} graphs was read", reader.graphs)
        parsed.notes.append(said.format(n=reader.graphs))
    if reader.left_out:
        listed = commas(quote(key) for key in sorted(reader.left_out)[:5])
        parsed.notes.append(_("lists of lists were left out: {listed}").format(listed=listed))
    names = attributes.get("feature_names")
    if isinstance(names, str) and "features" in parsed.node_columns:
        _take_features(parsed, names)
    columns = dict(parsed.node_columns)
    if "label" in columns:
        labels = columns.pop("label")
        own = isinstance(names, str) and all(isinstance(one, str) and one for one in labels)
        if own and len(set(labels)) == len(labels):
            parsed.names = list(labels)  # gatviz wrote them: whatever they are, they are names
        else:
            parsed.shown_names = "label", labels
        parsed.node_columns = columns
    if isinstance(names, str):
        split = columns.pop("split", None)
        parsed.split = None if split is None else [None if v in (None, "") else str(v) for v in split]
        classes = columns.pop("class", None)
        parsed.labels = None if classes is None else [None if v in (None, "") else decimal(v) for v in classes]
        parsed.node_columns = columns
    parsed.by_convention = True
    return parsed


def _take_features(parsed: ParsedGraph, names: str) -> None:
    columns = dict(parsed.node_columns)
    rows = columns.pop("features")
    try:
        listed = json.loads(html.unescape(names))
        x = np.array([[float(cell) for cell in str(row).split()] for row in rows], dtype=np.float64)
        if not isinstance(listed, list) or x.shape != (len(rows), len(listed)) or not np.isfinite(x).all():
            raise ValueError
    except (ValueError, RecursionError):
        raise GatvizError(
            _("{where}, features").format(where=parsed.where),
            _("as many finite numbers for each node as feature_names has names"),
            _("something else"),
            _("correct the features"),
        ) from None
    parsed.x, parsed.feature_names, parsed.node_columns = x, tuple(map(str, listed)), columns


class _Reader:
    """Walks the tokens of one file; nodes and edges of the first graph go to a Collector."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.found = Collector(where)
        self.graphs = 0
        self.attributes: list[Pair] = []
        self.left_out: set[str] = set()
        self._nodes = self._edges = 0

    def run(self) -> None:
        tokens = self._tokens()
        for key, value, _place in self._pairs(tokens, 0):
            if value is _OPEN:
                if key == "graph":
                    self.graphs += 1
                    self._graph(tokens, self.graphs == 1)
                else:
                    self._skip(tokens)

    def _graph(self, tokens: Iterator[tuple[str, Any, int]], first: bool) -> None:
        for key, value, place in self._pairs(tokens, 1):
            if value is not _OPEN:
                if first and len(self.attributes) < limits.MAX_MEMBERS:
                    self.attributes.append((key, value))
            elif key in ("node", "edge") and first:
                self._record(key, tokens, place)
            else:
                self._skip(tokens)

    def _record(self, key: str, tokens: Iterator[tuple[str, Any, int]], place: int) -> None:
        record: dict[str, Any] = {}
        for name, value, _place in self._pairs(tokens, 2):
            if value is not _OPEN:
                if name in record and name not in ("id", "source", "target", "label"):  # networkx's lists
                    before = record[name]
                    record[name] = [*before, value] if isinstance(before, list) else [before, value]
                else:
                    record[name] = value
                limits.check_columns(len(record), 1, self.where)
            elif key == "node" and name == "graphics":
                for inner, number, _inner in self._pairs(tokens, 3):
                    if number is _OPEN:
                        self._skip(tokens)
                    elif inner in ("x", "y"):
                        record[f"pos_{inner}"] = number
            else:
                self._skip(tokens)
                self.left_out.add(name[:60])
        if key == "node":
            self.found.add_node(self._end(record, "id", N_("node {n}"), self._nodes, place), record)
            self._nodes += 1
        else:
            source, target = (
                self._end(record, key, N_("edge {n}"), self._edges, place) for key in ("source", "target")
            )
            self.found.add_edge(source, target, record)
            self._edges += 1

    def _end(self, record: dict[str, Any], key: str, of: str, n: int, place: int) -> str:
        value = record.pop(key, None)
        if value is None:
            line = self.text.count("\n", 0, place) + 1
            raise GatvizError(
                _("{where}, line {line}, {record}").format(where=self.where, line=line, record=_(of).format(n=n)),
                _("a key {key}").format(key=quote(key)),
                _("none"),
                _("add the {key}").format(key=key),
            )
        return value if isinstance(value, str) else decimal(value)

    def _skip(self, tokens: Iterator[tuple[str, Any, int]]) -> None:
        depth = 1
        for kind, value, place in tokens:
            if kind == "bracket":
                depth += 1 if value == "[" else -1
                if depth > limits.MAX_DEPTH:
                    raise self._wrong(
                        place, _("lists at most {most} deep").format(most=limits.MAX_DEPTH), _("deeper ones")
                    )
                if depth == 0:
                    return
        raise self._wrong(len(self.text), _("a closing ]"), _("the end of the file"))

    def _pairs(self, tokens: Iterator[tuple[str, Any, int]], depth: int) -> Iterator[tuple[str, Any, int]]:
        """Key and value until the list ends; `_OPEN` for a list, which the caller then reads."""
        while True:
            token = next(tokens, None)
            if token is None:
                if depth == 0:
                    return
                raise self._wrong(len(self.text), _("a closing ]"), _("the end of the file"))
            kind, key, place = token
            if kind == "bracket" and key == "]" and depth > 0:
                return
            if kind != "key":
                raise self._wrong(place, _("a key"), quote(str(key)))
            kind, value, at = next(tokens, ("end", "", len(self.text)))
            if kind == "bracket" and value == "[":
                yield key, _OPEN, place
            elif kind in ("text", "number"):
                yield key, value, place
            else:
                found = _("the end of the file") if kind == "end" else quote(str(value))
                raise self._wrong(at, _("a value for {key}").format(key=quote(key)), found)

    def _tokens(self) -> Iterator[tuple[str, Any, int]]:
        place, end = 0, len(self.text)
        while place < end:
            match = _TOKEN.match(self.text, place)
            if match is None:
                raise self._wrong(place, _("a key, a number, a text in quotes or a bracket"), self._shown(place))
            kind, start = str(match.lastgroup), place
            place = match.end()
            if place - start > limits.MAX_TEXT:
                raise self._wrong(
                    start,
                    _("values of at most {most:,} characters").format(most=limits.MAX_TEXT),
                    _("a longer one"),
                )
            if kind == "space":
                continue
            value: Any = match[kind]
            if kind == "number":
                value = self._number(value, start)
            elif kind == "text":
                value = html.unescape(value)
            elif kind == "key" and value.casefold() == "nan":  # as networkx and igraph write what is not known
                kind, value = "number", None
            elif kind == "key" and value.casefold() in _NOT_A_NUMBER:
                raise self._wrong(start, _("a finite number"), quote(value))
            yield kind, value, start

    def _number(self, digits: str, place: int) -> float:
        if re.fullmatch(r"[+-]?\d+", digits):
            if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
                raise self._wrong(place, _("an integer of 64 bits"), quote(digits))
            return int(digits)
        value = float(digits)
        if not math.isfinite(value):
            raise self._wrong(place, _("a finite number"), quote(digits))
        return value

    def _shown(self, place: int) -> str:
        return quote(self.text[place : place + 12].split("\n")[0] or _("a line end"))

    def _wrong(self, place: int, expected: str, found: str) -> GatvizError:
        line = self.text.count("\n", 0, place) + 1
        return GatvizError(
            _("{where}, line {line}").format(where=self.where, line=line), expected, found, _("correct the file there")
        )


_OPEN = object()


def write_gml(graph: Graph) -> bytes:
    """A graph as GML; features as one text of numbers for each node, named by the graph's `feature_names`."""
    lines = ["graph [", f"  directed {int(graph.directed)}"]
    if graph.description:
        lines.append(f"  description {_text(graph.description)}")
    lines.append(f"  feature_names {_text(json.dumps(list(graph.feature_names)))}")
    for n, name in enumerate(graph.names):
        lines += ["  node [", f"    id {n}", f"    label {_text(name)}"]
        lines.append(f"    features {_text(' '.join(map(repr, graph.x[n].tolist())))}")
        if graph.labels is not None:
            lines.append(f"    class {_text(graph.labels[n] or '')}")
        if graph.split is not None:
            lines.append(f"    split {_text(graph.split[n] or '')}")
        if graph.positions is not None:
            x, y = graph.positions[n].tolist()
            lines.append(f"    graphics [ x {_real(x)} y {_real(y)} ]")
        lines.append("  ]")
    source, target = graph.edge_index.tolist()
    unfit = [key for key in graph.edge_attributes if not _KEY.fullmatch(key) or key in ("source", "target")]
    if unfit:
        raise GatvizError("GML", _("edge attributes named by letters, digits and _"), quote(unfit[0]), _("write JSON"))
    for k in listed_edges(graph):
        lines += ["  edge [", f"    source {source[k]}", f"    target {target[k]}"]
        for key, values in graph.edge_attributes.items():
            value = values[k]
            if value is not None:
                lines.append(f"    {key} {_value(value)}")
        lines.append("  ]")
    return "\n".join([*lines, "]", ""]).encode("ascii")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return _real(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(str(value))


def _real(value: float) -> str:
    mantissa, _e, exponent = repr(value).partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + (f"e{exponent}" if exponent else "")


def _text(text: str) -> str:
    escaped = "".join(c if " " <= c <= "~" and c not in '"&' else f"&#{ord(c)};" for c in text)
    return f'"{escaped}"'
