"""What the browser sends, decoded by `protocol`'s schema; what is otherwise is told in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Meta

from gatviz.errors import GatvizError, quote
from gatviz.stage.protocol import Edit
from gatviz.words import _

_MOST_EDITS = 2**53
"""The browser counts no further."""

T = TypeVar("T")
_KINDS: dict[str, type[msgspec.Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Edit)}
_FIELD = re.compile(r"`\$\.(\w+)|required field `(\w+)`")


class _Edits(msgspec.Struct):
    """As `Edited`, but what is in it is decoded one by one, so that one that is wrong spoils no other."""

    edits: list[Any]


class _Numbered(msgspec.Struct):
    number: int
    edit: Any = None


def message(content: Any, kind: type[T]) -> T | None:
    """A message of the browser, None where it is none of this kind."""
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError:
        return None


def edits(content: Any) -> list[tuple[int, Any]] | None:
    """The edits of a message, yet to be decoded, each with its number; one without is left out."""
    sent = message(content, _Edits)
    if sent is None:
        return None
    numbered = [message(one, _Numbered) for one in sent.edits]
    return [(one.number, one.edit) for one in numbered if one and 0 < one.number <= _MOST_EDITS]


def edit(content: Any) -> Edit:
    """An edit.

    Raises:
        GatvizError: no kind of edit, or not the values that its kind has; naming the first that is wrong.
    """
    try:
        found: Edit = msgspec.convert(content, Edit)
    except msgspec.ValidationError as error:
        raise _refusal(content, error) from None
    return found


def _refusal(content: Any, error: msgspec.ValidationError) -> GatvizError:
    kind = content.get("kind") if isinstance(content, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return GatvizError(_("edit"), _("a kind of edit that gatviz knows"), quote(kind), _("reload the page"))
    found = _FIELD.findall(str(error))
    name = next(part for part in found[0] if part)
    told = next(
        one for one in get_args(get_type_hints(_KINDS[kind], include_extras=True)[name]) if isinstance(one, Meta)
    )
    expected, mend = told.title or "", told.description or ""
    return GatvizError(
        _("edit, {part}").format(part=name),
        _(expected),
        quote(content.get(name)),
        _(mend),
    )
