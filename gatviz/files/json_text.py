"""JSON text ↔ values, through msgspec: no NaN, no infinity, no halves of characters, within the memory cap.

msgspec decodes; where it finds a fault, the standard library tells the place, as a person looks for it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import msgspec

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.words import N_, _

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_KEY = re.compile(r'"\s*:')
_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_WORD_OF_TYPE = {
    dict: N_("an object"),
    list: N_("a list"),
    str: N_("text"),
    bool: N_("true or false"),
    type(None): N_("null"),
}
_PLAIN_KEYS = ("nodes", "edges", "links")
_FAULTS = (
    *(N_("expecting value"), N_("expecting ',' delimiter"), N_("expecting ':' delimiter"), N_("extra data")),
    *(N_("expecting property name enclosed in double quotes"), N_("illegal trailing comma before end of object")),
    *(N_("illegal trailing comma before end of array"), N_("invalid control character at")),
    *(N_("invalid \\escape"), N_("invalid \\uXXXX escape")),
)
"""What the standard library finds wrong with JSON, in its words."""


def decode_json(text: str, where: str, schema: Any = Any, part: msgspec.Raw | None = None) -> Any:
    """The values of a JSON text, or of a part of it, of a type that msgspec knows.

    Raises:
        GatvizError: no JSON, naming line and column of what is wrong.
        msgspec.ValidationError: JSON of another kind than the schema; without a schema, a GatvizError too.
    """
    if part is None:
        _check_memory(text, where)
    try:
        return msgspec.json.decode(text.lstrip("\ufeff") if part is None else part, type=schema)
    except msgspec.ValidationError:
        if schema is not Any:
            raise
        raise infinite(python_values(text, where), where) from None
    except (msgspec.DecodeError, RecursionError):
        python_values(text, where)
        raise _half_a_character(text, where) from None


def repeated_keys(text: str, values: Any) -> list[str]:
    """The keys that stand twice in one object of a JSON text, of which only the last was decoded to `values`."""
    if sum(1 for _found in _KEY.finditer(text)) == msgspec.json.encode(values).count(b'":'):
        return []
    found: dict[str, None] = {}

    def look(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                found[key] = None
            seen.add(key)

    json.loads(text.lstrip("\ufeff"), object_pairs_hook=look)
    return list(found)


def _check_memory(text: str, where: str) -> None:
    """An upper estimate of what the values take as Python objects: containers, their slots, and pieces of text."""
    memory = 240 * text.count("{") + 64 * text.count("[") + 40 * text.count(",") + 30 * text.count('"')
    if memory > limits.MAX_JSON_MEMORY:
        raise GatvizError(
            where,
            _("JSON that takes at most {most} MB once read").format(most=limits.MAX_JSON_MEMORY // 10**6),
            _("about {memory:,} MB").format(memory=memory // 10**6),
            _("store a graph of this size as .npz or CSV"),
        )


def python_values(text: str, where: str) -> Any:
    """The values as the standard library reads them, only to tell what is wrong with a text.

    Raises:
        GatvizError: naming line and column, where it finds something wrong too.
    """

    def refuse(constant: str) -> NoReturn:
        raise GatvizError(where, _("finite numbers"), constant, _("replace it by a number"))

    try:
        return json.loads(text.lstrip("\ufeff"), parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise GatvizError(
            _("{where}, line {line}, column {column}").format(where=where, line=error.lineno, column=error.colno),
            _("valid JSON"),
            _problem(error.msg, text, error.pos),
            _("correct the file there"),
        ) from None
    except RecursionError:
        raise GatvizError(
            where, _("lists within lists a few deep"), _("thousands deep"), _("flatten the file")
        ) from None
    except GatvizError:
        raise
    except ValueError:  # an integer of more than 4,300 digits
        raise GatvizError(where, _("numbers"), _("one of thousands of digits"), _("shorten it")) from None


def _problem(message: str, text: str, place: int) -> str:
    if _is_open(text, place):
        return _("a text without its closing quotation mark")
    if place >= len(text.rstrip()):
        return _("the end of the file")
    reason = f"{message[0].lower()}{message[1:]}"
    fault = next((known for known in _FAULTS if reason.startswith(known)), None)
    if fault is not None:
        reason = _(fault) + reason.removeprefix(fault)
    return f"{quote(text[place : place + 12])} ({reason})"


def _is_open(text: str, place: int) -> bool:
    """Whether a text begins here that has no end."""
    return text[place : place + 1] == '"' and _TEXT.match(text, place) is None


def infinite(values: Any, where: str) -> GatvizError:
    """The sentence for a number that is too large for 64 bits, with the place where the values hold one."""
    pending: list[tuple[str, Any]] = [(where, values)]
    while pending:
        place, value = pending.pop()
        if isinstance(value, float) and not math.isfinite(value):
            return GatvizError(place, _("a finite number"), str(value), _("replace it by a number"))
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        steps = [(f"{place}{_step(key)}", item) for key, item in inside]
        pending += reversed(steps)
    return GatvizError(where, _("finite numbers"), too_large(), _("make it smaller"))


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f", {key if key in _PLAIN_KEYS else quote(key)}"


def _half_a_character(text: str, where: str) -> GatvizError:
    """What the standard library lets pass: one of two \\u… escapes that only together are a character."""
    half = next((found for found in _ESCAPE.finditer(text) if found["half"]), None)
    if half is None:
        return GatvizError(where, _("valid JSON"), _("something else"), _("save the file again"))
    line = text.count("\n", 0, half.start()) + 1
    column = half.start() - text.rfind("\n", 0, half.start())
    found = _("half a character ({character})").format(character=quote(half[0]))
    return GatvizError(
        _("{where}, line {line}, column {column}").format(where=where, line=line, column=column),
        _("text"),
        found,
        _("correct the escape \\u… there"),
    )


def kind_of_value(value: Any) -> str:
    """What a JSON value is, in words."""
    word = _WORD_OF_TYPE.get(type(value), N_("a number"))
    return _(word)


def too_large() -> str:
    """A number beyond 64 bits, in words."""
    return _("one too large")


def encode_json(value: Any) -> str:
    """A value as JSON text.

    Raises:
        GatvizError: something that JSON does not know.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise GatvizError(
            _("the graph as JSON"),
            _("edge attributes that JSON knows"),
            _("another kind, NaN or infinity"),
            _("use numbers and texts"),
        ) from None
