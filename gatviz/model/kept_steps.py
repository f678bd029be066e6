"""The steps of a model as values of JSON, and back: each checked, none of a kind that gatviz does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

import msgspec

from gatviz.errors import GatvizError, quote
from gatviz.model.around import AROUND
from gatviz.model.plan import Sum
from gatviz.model.steps import LayerSettings
from gatviz.words import _

T = TypeVar("T")
_KINDS: Mapping[str, type[Any]] = {LayerSettings.__name__: LayerSettings, **AROUND}
_DEEPEST = 20


def made(content: Any, kind: type[T], where: str) -> T:
    """A value of this kind.

    Raises:
        GatvizError: content that is none.
    """
    try:
        return msgspec.convert(content, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise GatvizError(where, _("what gatviz saves there"), quote(str(error)), _("save it again")) from None


def step_content(given: Any) -> Any:
    """A step, with its name where it has one, as JSON has it."""
    if isinstance(given, tuple):
        return {"name": given[0], "step": step_content(given[1])}
    if isinstance(given, Sum):
        skip = None if given.skip is None else step_content(given.skip)
        return {"kind": Sum.__name__, "steps": [step_content(step) for step in given.steps], "skip": skip}
    if isinstance(given, LayerSettings):  # which has a kind of its own
        return {"kind": LayerSettings.__name__, "layer": asdict(given)}
    assert is_dataclass(given)
    assert not isinstance(given, type)
    return {"kind": type(given).__name__, **asdict(given)}


def step_of(content: Any, where: str, depth: int = 0) -> Any:
    """The step that `step_content` made this of.

    Raises:
        GatvizError: what is none.
    """
    if depth > _DEEPEST:
        raise GatvizError(where, _("sums a few deep"), _("deeper ones"), _("save it again"))
    given = made(content, dict[str, Any], where)
    if "step" in given:
        return made(given.get("name"), str, where), step_of(given["step"], where, depth + 1)
    kind = given.pop("kind", None)
    if kind == Sum.__name__:
        steps = made(given.get("steps"), list[Any], where)
        skip = given.get("skip")
        inside = tuple(step_of(step, where, depth + 1) for step in steps)
        return Sum(inside, None if skip is None else step_of(skip, where, depth + 1))
    if not isinstance(kind, str) or kind not in _KINDS:
        raise GatvizError(where, _("a kind of step that gatviz knows"), quote(kind), _("open it with a newer gatviz"))
    return made(given.get("layer") if kind == LayerSettings.__name__ else given, _KINDS[kind], where)
