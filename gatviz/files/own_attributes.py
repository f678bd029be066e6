"""The attributes by which gatviz knows its own GraphML and GEXF again: ids that begin with `gatviz.`.

They tell features, labels and split from other attributes, whatever they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files.conventions import MARKED_X, MARKED_Y, take_positions
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.values import number
from gatviz.files.xml_text import type_of
from gatviz.graph.graph import Graph
from gatviz.words import _

_OWN = "gatviz."
_FEATURE, _LABEL, _SPLIT = f"{_OWN}feature.", f"{_OWN}label", f"{_OWN}split"
NOTHING = f"{_OWN}none"
"""Declared where there is no other, so that the file is known as gatviz's own."""


@dataclass(frozen=True)
class Attribute:
    """A column to be written: its id in the file, what it is called, its type, and a value for each node or edge."""

    key: str
    title: str
    type: str
    values: Sequence[Any]


def node_attributes(graph: Graph, label: str) -> list[Attribute]:
    """Features, labels (called `label`) and split of a graph."""
    attributes = [
        Attribute(f"{_FEATURE}{k}", name, "double", graph.x[:, k].tolist())
        for k, name in enumerate(graph.feature_names)
    ]
    for key, title, values in ((_LABEL, label, graph.labels), (_SPLIT, "split", graph.split)):
        if values is not None:
            attributes.append(Attribute(key, title, "string", values))
    return attributes


def edge_attributes(graph: Graph, prefix: str) -> list[Attribute]:
    """The edge attributes of a graph, their ids made of `prefix` and a number."""
    columns = graph.edge_attributes.items()
    return [Attribute(f"{prefix}{k}", name, type_of(values), values) for k, (name, values) in enumerate(columns)]


def is_own(key: str) -> bool:
    """Whether gatviz itself gave an attribute this id."""
    return key.startswith(_OWN)


def take_own(parsed: ParsedGraph, titles: Mapping[str, str]) -> None:
    """Let gatviz's own columns be features, labels, split and positions; `titles` are the attributes by id.

    Raises:
        GatvizError: a node without one of the features.
    """
    columns = dict(parsed.node_columns)
    missing: list[Any] = [None] * len(parsed.names)
    features = [key for key in titles if key.startswith(_FEATURE)]
    if features:
        x = np.array([[number(value) for value in columns.pop(key, missing)] for key in features], dtype=np.float64).T
        if not np.isfinite(x).all():  # None became NaN
            n, k = (int(place) for place in np.argwhere(~np.isfinite(x))[0])
            raise GatvizError(
                _("{where}, node {node}, {attribute}").format(
                    where=parsed.where, node=quote(parsed.names[n]), attribute=quote(titles[features[k]])
                ),
                _("a finite number"),
                _("none"),
                _("write a number"),
            )
        parsed.x, parsed.feature_names = x, tuple(titles[key] for key in features)
    if _LABEL in titles:
        parsed.labels = _words(columns.pop(_LABEL, missing))
        parsed.columns.append(ColumnUse("nodes", "label", "label"))
    if _SPLIT in titles:
        parsed.split = _words(columns.pop(_SPLIT, missing))
        parsed.columns.append(ColumnUse("nodes", "split", "split"))
    parsed.node_columns = columns
    take_positions(parsed, MARKED_X, MARKED_Y, marked=True)


def _words(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]


def renamed(columns: Mapping[str, Sequence[Any]], titles: Mapping[str, str]) -> dict[str, Sequence[Any]]:
    """Columns under their titles; two of one title keep their ids too."""
    result: dict[str, Sequence[Any]] = {}
    for key, values in columns.items():
        title = titles.get(key, key)
        result[title if title not in result else f"{title} ({key})"] = values
    return result
