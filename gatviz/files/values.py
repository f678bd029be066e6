"""Columns of values from outside: whether they are numbers, and which words they hold."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.words import _

_WIDE = str.maketrans("０１２３４５６７８９．－＋ｅＥ", "0123456789.-+eE")
_GAPS = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "-", "--", "?", "\\n", "无", "空"))
_VECTOR = re.compile(r"[\[(]\s*[-+\d.].*[\])]", re.DOTALL)


def number(value: Any) -> float | None:
    """A value as a number, None if it is none.

    Full-width digits count; those of other scripts do not, nor do underscores.
    """
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    return _written(value) if isinstance(value, str) and "_" not in value else None


def _written(text: str) -> float | None:
    text = text if text.isascii() else text.translate(_WIDE)
    try:
        return float(text) if text.isascii() else None
    except ValueError:
        return None


def is_gap(value: Any) -> bool:
    """Whether a cell says that nothing is known: blank, or NA, null and the like."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in _GAPS)


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


def vectors(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """[N, D] of a column of lists of as many numbers, also where they are written as text ("[0.5, 1.5]"); else None."""
    rows: list[list[float]] = []
    for value in () if isinstance(values, np.ndarray) else values:
        row = _vector(value)
        if row is None or (rows and len(row) != len(rows[0])):
            return None
        rows.append(row)
    return np.array(rows, dtype=np.float64) if rows else None


def _vector(value: Any) -> list[float] | None:
    if isinstance(value, str):
        if not _VECTOR.fullmatch(value.strip()):
            return None
        value = value.strip()[1:-1].replace(",", " ").replace(";", " ").split()
    elif not isinstance(value, list) or any(isinstance(one, bool) for one in value):
        return None
    found = [number(one) for one in value]
    if not found or any(one is None or not math.isfinite(one) for one in found):
        return None
    return [one for one in found if one is not None]


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
