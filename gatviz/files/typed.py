"""Values that a file gives as text with a type beside it (GraphML, GEXF), there and back."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from gatviz.errors import GatvizError, quote

_WHOLE = re.compile(r"\s*[+-]?\d{1,19}\s*")
_INTEGER_TYPES = {"int", "integer", "long", "short", "byte"}
_NUMBER_TYPES = {"float", "double"}
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def parse(text: str, kind: str, where: str) -> Any:
    """A value from its text and the name of its type; text of an unknown type stays text.

    Raises:
        GatvizError: the text is no value of that type.
    """
    if kind in _INTEGER_TYPES or kind in _NUMBER_TYPES:
        if not text.strip():
            return None
        if _WHOLE.fullmatch(text) and text.strip() != "-0" and -(2**63) <= int(text) < 2**63:
            return int(text)
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if kind in _INTEGER_TYPES or not math.isfinite(value):
            expected = "an integer of 64 bits" if kind in _INTEGER_TYPES else "a finite number"
            raise GatvizError(where, expected, quote(text), "correct the value")
        return value
    if kind == "boolean":
        truth = _TRUTH.get(text.strip().lower())
        if truth is None:
            raise GatvizError(where, "true or false", quote(text), "correct the value")
        return truth
    return text


def kind_of(values: Sequence[Any]) -> str:
    """The type that holds all values: "boolean", "long", "double" or "string"."""
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return "boolean"
    if types == {int} and all(-(2**63) <= value < 2**63 for value in values if value is not None):
        return "long"
    return "double" if types and types <= {int, float} else "string"


def text_of(value: Any) -> str:
    """A value as text that `parse` reads back."""
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
