"""Columns of values from outside: whether they are numbers, and which words they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.words import _


def number(value: Any) -> float | None:
    """A value as a number, None if it is none. Digits in other scripts and underscores do not count."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    if isinstance(value, str) and value.isascii() and "_" not in value:
        try:
            return float(value)
        except ValueError:
            return None
    return None


def is_word(value: Any) -> bool:
    """Whether a value is there and is not a number."""
    return value not in (None, "") and number(value) is None


def numbers(values: Sequence[Any], where: str, names: Sequence[str]) -> NDArray[np.float64] | None:
    """[N] finite numbers, or None if the column holds words only or has gaps between words.

    Raises:
        GatvizError: numbers with a word, a gap, NaN or infinity among them, naming the node.
    """
    fast = _all_at_once(values)
    if fast is not None:
        return fast
    found = [number(value) for value in values]
    if all(value is None for value in found):
        return None
    for n, value in enumerate(found):
        if value is None or not math.isfinite(value):
            shown = _("nothing") if values[n] in (None, "") else quote(str(values[n]))
            raise GatvizError(
                _("{where}, node {node}").format(where=where, node=quote(names[n])),
                _("a finite number, as in other rows"),
                shown,
                _("correct the value or leave the column out"),
            )
    return np.array(found, dtype=np.float64)


def _all_at_once(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """The usual case, without a loop: None where anything needs a closer look."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        result = values.astype(np.float64)
        return result if np.isfinite(result).all() else None
    return None


def decimal(value: Any) -> str:
    """A label as text: 3.0 is '3'."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def categories(values: Sequence[Any]) -> list[str]:
    """The different words of a column, in order of the alphabet."""
    return sorted({str(value) for value in values if value not in (None, "")})


def one_hot(values: Sequence[Any], words: Sequence[str]) -> NDArray[np.float64]:
    """[N, number of words]: 1 at each value's word, a row of zeros where there is none."""
    place = {word: k for k, word in enumerate(words)}
    result = np.zeros((len(values), len(words)))
    for n, value in enumerate(values):
        if value not in (None, ""):
            result[n, place[str(value)]] = 1.0
    return result
