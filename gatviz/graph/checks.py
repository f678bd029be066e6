"""What is checked of a graph's words when one is made: names, labels, split."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import isnan
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.numbers import in_numpy
from gatviz.words import _, ngettext

SPLITS = ("train", "val", "test")
MAX_NAME = 200
_PRINTABLE = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u00a0\u1680\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000")
)
"""Soft hyphens, the joiners of Persian, of Indian scripts and of emoji, and blanks other than the usual one."""


def checked_names(given: Sequence[Hashable]) -> tuple[str, ...]:
    """Node names: unique, not blank, printable, not too long. Raises GatvizError, naming the node."""
    names = _each(given, "names")
    first_place: dict[str, int] = {}
    for n, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            raise GatvizError(
                _("node {n}").format(n=n), _("a name that is not blank"), quote(name), _("give the node a name")
            )
        if len(name) > MAX_NAME or not is_printable(name):
            raise GatvizError(
                _("node {n}").format(n=n),
                _("a name of at most {most} printable characters").format(most=MAX_NAME),
                ngettext("{name} ({n} character)", "{name} ({n} characters)", len(name)).format(
                    name=quote(name), n=len(name)
                ),
                _("shorten or clean the name"),
            )
        if name in first_place:
            raise GatvizError(
                _("node {n}").format(n=n),
                _("a name of its own"),
                _("{name}, which node {n} has already").format(name=quote(name), n=first_place[name]),
                _("rename one of the two"),
            )
        first_place[name] = n
    return names


def of_length(values: Any, length: int, where: str) -> tuple[Any, ...]:
    """So many values, one for each. Raises GatvizError."""
    result = _each(values, where)
    if len(result) != length:
        raise GatvizError(
            where,
            ngettext("{n} value", "{n} values", length).format(n=length),
            str(len(result)),
            _("give one value for each"),
        )
    return result


def _each(values: Any, where: str) -> tuple[Any, ...]:
    """Values as plain ones, in order; numbers of numpy and torch as Python's. Raises GatvizError."""
    values = in_numpy(values)
    try:
        return tuple(values.tolist() if isinstance(values, np.ndarray) else values)
    except TypeError as error:  # one value, or none at all
        mend = _("give one value for each")
        raise GatvizError(where, _("a list"), quote(type(values).__name__), mend) from error


def is_printable(text: str) -> bool:
    """Whether a text has no controls in it; blanks of any width are none, nor are the joiners of some scripts."""
    return text.isprintable() or text.translate(_PRINTABLE).isprintable()


def checked_labels(labels: Any, count: int) -> tuple[str | None, ...]:
    """A label or None for each node; NaN, as tables have it, is none.

    Raises GatvizError, naming the node whose label is too long.
    """
    result = of_length(labels, count, "labels")
    texts = tuple(None if _is_missing(label) else str(label) for label in result)
    for n, text in enumerate(texts):
        if text is not None and len(text) > MAX_NAME:
            raise GatvizError(
                _("label of node {n}").format(n=n),
                _("a class of at most {most} characters").format(most=MAX_NAME),
                quote(text),
                _("shorten it, or choose another column as the label"),
            )
    return texts


def _is_missing(label: Any) -> bool:
    return label is None or (isinstance(label, float) and isnan(label))


def checked_split(split: Any, count: int) -> tuple[str | None, ...]:
    """A part of the split or None for each node. Raises GatvizError."""
    result = of_length(split, count, "split")
    for n, part in enumerate(result):
        if part is not None and part not in SPLITS:
            raise GatvizError(
                _("split, node {n}").format(n=n),
                _("'train', 'val', 'test' or none"),
                quote(part),
                _("use one of these words"),
            )
    return result
