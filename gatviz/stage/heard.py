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

MOST_EDITS = 2**53
"""The browser counts no further."""

T = TypeVar("T")
_KINDS: dict[str, type[msgspec.Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Edit)}
_FIELD = re.compile(r"`\$\.(\w+)|required field `(\w+)`")


class _Sent(msgspec.Struct):
    """The envelopes; what is in each is decoded on its own, so that one that is wrong spoils no other."""

    edits: list[Any]


class _Envelope(msgspec.Struct):
    number: int
    edit: Any = None


def decoded(message: Any, kind: type[T]) -> T | None:
    """A message of the browser, None where it is no such message."""
    try:
        return msgspec.convert(message, kind)
    except msgspec.ValidationError:
        return None


def numbered(message: Any) -> list[tuple[int, Any]]:
    """The edits of a message, yet to be decoded, each with its number; what has none is left out."""
    sent = decoded(message, _Sent)
    envelopes = [decoded(envelope, _Envelope) for envelope in sent.edits] if sent else []
    return [(one.number, one.edit) for one in envelopes if one and 0 < one.number <= MOST_EDITS]


def edit_of(content: Any) -> Edit:
    """An edit.

    Raises:
        GatvizError: no kind of edit, or not the values that its kind has; naming the first that is wrong.
    """
    try:
        edit: Edit = msgspec.convert(content, Edit)  # type: ignore[arg-type]
        return edit
    except msgspec.ValidationError as error:
        raise _refusal(content, error) from None


def _refusal(content: Any, error: msgspec.ValidationError) -> GatvizError:
    kind = content.get("kind") if isinstance(content, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return GatvizError(_("edit"), _("a kind of edit that gatviz knows"), quote(kind), _("reload the page"))
    found = _FIELD.findall(str(error))
    name = next(part for part in found[0] if part)
    told = next(
        one for one in get_args(get_type_hints(_KINDS[kind], include_extras=True)[name]) if isinstance(one, Meta)
    )
    return GatvizError(
        _("edit, {part}").format(part=name),
        _(told.title or ""),
        quote(content.get(name)),
        _(told.description or ""),
    )
