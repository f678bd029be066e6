"""Columns of nodes → features, labels, split and positions: made one-hot, made up, scaled or left out, and said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.files.options import ReadOptions, Scaling
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.values import categories, decimal, is_gap, number, numbers, one_hot, vectors
from gatviz.graph.checks import MAX_NAME, is_printable
from gatviz.graph.features import FeatureKind, made_up_features
from gatviz.words import _, commas, ngettext

_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|[\w.+-]+@[\w-]+\.)\S*\s*$", re.IGNORECASE)
_NEARLY_ALL = 0.9
"""Of the nodes: where so many have a word of their own in a column, its words are no categories."""


class NodeColumns:
    """Features, labels, split and positions out of what a file marks and the columns it leaves open."""

    def __init__(self, parsed: ParsedGraph, options: ReadOptions, notes: list[str]) -> None:
        self.parsed, self.options, self.notes = parsed, options, notes
        self.labels, self.split, self.positions = parsed.labels, parsed.split, parsed.positions
        self.uses: list[ColumnUse] = []
        self.has_words = False
        self._names: list[str] = []
        self._values: list[NDArray[np.float64]] = []
        self._check_named()
        self._marked_features()
        for name, values in parsed.node_columns.items():
            self._use(name, values)
        if options.label == "":
            self.labels = None

    @property
    def columns(self) -> list[ColumnUse]:
        """All columns of the file with their use; a label column that gave way to another one is ignored."""
        replaced = self.options.label is not None and self.options.label != "label"
        before = [
            ColumnUse(used.table, used.name, "ignored") if replaced and used.use == "label" else used
            for used in self.parsed.columns
        ]
        edges = [ColumnUse("edges", name, "attribute") for name in self.parsed.edge_columns]
        return before + edges + self.uses

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of F features."""
        return tuple(self._names)

    @property
    def x(self) -> NDArray[np.float64]:
        """Features [N, F]."""
        if self.parsed.x is not None and len(self._values) == 1 and self._values[0] is self.parsed.x:
            return self.parsed.x
        limits.check_features(len(self.parsed.names), len(self._names), self.parsed.where)
        blocks = self._values or [np.zeros((len(self.parsed.names), 0))]
        return np.concatenate(blocks, axis=1)

    def _check_named(self) -> None:
        there = [*self.parsed.feature_names, *self.parsed.node_columns]
        asked = [*(self.options.features or ()), *self.options.ignored]
        for name in [*asked, self.options.label] if self.options.label else asked:
            if name not in there and not (name == "label" and self.parsed.labels is not None):
                listed = commas(quote(column) for column in there[:8]) or _("none")
                raise GatvizError(
                    _("{where}, node columns").format(where=self.parsed.where),
                    quote(name),
                    listed,
                    _("choose a column that is there"),
                )

    def _wanted(self, name: str) -> bool:
        chosen = self.options.features
        return name not in self.options.ignored and (chosen is None or name in chosen)

    def _marked_features(self) -> None:
        x, names = self.parsed.x, self.parsed.feature_names
        if x is None:
            return
        keep = [k for k, name in enumerate(names) if self._wanted(name) and name != self.options.label]
        for k, name in enumerate(names):
            if name == self.options.label:
                self.labels = [decimal(value) for value in x[:, k].tolist()]
        if len(names) <= limits.MAX_COLUMNS:
            kept = set(keep)
            self.uses += [
                ColumnUse(
                    "nodes",
                    name,
                    "label" if name == self.options.label else "feature" if k in kept else "ignored",
                )
                for k, name in enumerate(names)
            ]
        if keep:
            self._names += [names[k] for k in keep]
            self._values.append(x if len(keep) == len(names) else x[:, keep])

    def _use(self, name: str, values: Sequence[Any]) -> None:
        if name == self.options.label:
            self.labels = [None if value in (None, "") else decimal(value) for value in values]
            use = "label"
        else:
            use = self._decide(name, values) if self._wanted(name) else "ignored"
        self.uses.append(ColumnUse("nodes", name, use))

    def _decide(self, name: str, values: Sequence[Any]) -> str:
        asked = self.options.features is not None
        if self.parsed.by_convention and not asked and self._identifies(name, values):
            return self._left_out(name, _("column {column} was left out: it holds ids or addresses"))
        if (rows := vectors(values)) is not None:
            return self._take_vectors(name, rows)
        if any(isinstance(value, dict | list) for value in values):
            return self._left_out(name, _("column {column} was left out: it holds lists or objects"))
        column = self._numbers(name, values)
        if column is None:
            return self._decide_words(name, values, asked)
        self._names.append(name)
        self._values.append(column[:, None])
        return "feature"

    def _left_out(self, name: str, said: str) -> str:
        """A column that is no feature by what it holds, and that is said."""
        self.notes.append(said.format(column=quote(name)))
        return "identifier"

    def _take_vectors(self, name: str, rows: NDArray[np.float64]) -> str:
        limits.check_features(rows.shape[0], rows.shape[1] + len(self._names), self.parsed.where)
        self._names += [f"{name}[{k}]" for k in range(rows.shape[1])]
        self._values.append(rows)
        said = ngettext(
            "column {column} holds lists of {n} number: one feature each",
            "column {column} holds lists of {n} numbers: one feature each",
            rows.shape[1],
        )
        self.notes.append(said.format(column=quote(name), n=rows.shape[1]))
        return "feature"

    def _decide_words(self, name: str, values: Sequence[Any], asked: bool) -> str:
        gaps = sum(value in (None, "") for value in values)
        words = categories(values)
        few = 0 < len(words) <= limits.MAX_CATEGORIES
        self.has_words = self.has_words or few
        if not asked and few and len(words) == len(values):
            return self._left_out(name, _("column {column} was left out: its words are all different"))
        if not asked and few and self.parsed.by_convention and len(words) > _NEARLY_ALL * len(values):
            return self._left_out(name, _("column {column} was left out: nearly all of its words are different"))
        if not asked and few and any(not _fits(f"{name} = {word}") for word in words):
            return self._left_out(name, _("column {column} was left out: its words are too long for names of features"))
        if self.options.categorical == "ignore" or not few:
            if not words:
                said = _("column {column} was left out: it is empty")
            elif few:
                said = _("column {column} was left out: words")
            else:
                said = ngettext(
                    "column {column} was left out: {n} different word",
                    "column {column} was left out: {n} different words",
                    len(words),
                )
            self.notes.append(said.format(column=quote(name), n=len(words)))
            return "ignored"
        self._names += [f"{name} = {word}" for word in words]
        self._values.append(one_hot(values, words))
        said = ngettext(
            "column {column} became {n} feature, one a word",
            "column {column} became {n} features, one a word",
            len(words),
        ).format(column=quote(name), n=len(words))
        if gaps:
            missing = ngettext("{n} node having none of them", "{n} nodes having none of them", gaps).format(n=gaps)
            said = commas((said, missing))
        self.notes.append(said)
        return "category"

    def _numbers(self, name: str, values: Sequence[Any]) -> NDArray[np.float64] | None:
        """A column as numbers; None where it holds words, also beside numbers where the format leaves that open."""
        where = _("{where}, column {column}").format(where=self.parsed.where, column=quote(name))
        if self.parsed.by_convention and not isinstance(values, np.ndarray) and any(map(_is_text, values)):
            return None
        return numbers(values, where, self.parsed.names)

    def _identifies(self, name: str, values: Sequence[Any]) -> bool:
        """Whether a column holds ids, web addresses or mail: no feature of any use."""
        if isinstance(values, np.ndarray) or all(number(value) is not None for value in values):
            return headers.plain(name) in (*headers.NODE_ID, *headers.COUNTERS) or headers.names_ids(name)
        there = [value for value in values if not is_gap(value)]
        return bool(there) and all(isinstance(value, str) and _ADDRESS.match(value) is not None for value in there)


def _fits(name: str) -> bool:
    return len(name) <= MAX_NAME and is_printable(name)


def _is_text(value: Any) -> bool:
    return not is_gap(value) and number(value) is None


def features_instead(
    names: Sequence[str], edge_index: NDArray[np.int64], kind: FeatureKind, notes: list[str]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Features [N, F] for nodes that have none, and their names."""
    made = {
        "one_hot": _("no features were given: each node got its own (one-hot)"),
        "degree": _("no features were given: each node got the number of its incoming arrows"),
        "constant": _("no features were given: each node got the constant 1"),
    }
    notes.append(made[kind])
    return made_up_features(kind, names, edge_index)


def scaled(x: NDArray[np.float64], scaling: Scaling, notes: list[str]) -> NDArray[np.float64]:
    """Features [N, F] scaled as chosen."""
    if scaling == "none":
        return x
    if scaling == "row":
        top, scale = x, np.abs(x).sum(axis=1, keepdims=True)
        notes.append(_("each node's features were divided by the sum of their sizes"))
    else:
        top, scale = x - x.mean(axis=0, keepdims=True), x.std(axis=0, keepdims=True)
        notes.append(_("each feature was shifted to mean 0 and scaled to standard deviation 1"))
    result = np.zeros_like(x)
    np.divide(top, scale, out=result, where=scale > 0)
    return result
