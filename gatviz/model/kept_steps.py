"""The steps of a model as values of JSON, and back: each checked, none of a kind that gatviz does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

import msgspec

from gatviz.errors import GatvizError, quote
from gatviz.model.around import AROUND
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.plan import Sum
from gatviz.model.weights import Weights
from gatviz.words import _

T = TypeVar("T")
_KINDS: Mapping[str, type[Any]] = {LayerSettings.__name__: LayerSettings, **AROUND}
_MAX_DEPTH = 20
MAX_STEP = 100_000
"""Features or heads of one step that came from a file."""


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
    if depth > _MAX_DEPTH:
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


def check_sizes(steps: Sequence[Any], weights: Weights, where: str) -> None:
    """Refuse steps that claim more than the weights have: a model of such steps would take memory for nothing.

    Raises:
        GatvizError: such steps.
    """
    layers = list(_layers_in(steps))
    fits = len(layers) == len(weights.layers)
    for layer, arrays in zip(layers, weights.layers, strict=False):
        sizes = {values.shape[:2] for name, values in arrays.items() if name in ("W", "W_target", "W_source")}
        fits = fits and sizes == {(layer.num_heads, layer.out_features)}
    fits = fits and all(size <= MAX_STEP for size in _sizes_of(steps))
    if not fits:
        expected = _("steps of the sizes that the weights have")
        raise GatvizError(where, expected, _("other sizes"), _("open the weights again"))


def _layers_in(steps: Sequence[Any]) -> list[LayerSettings]:
    return [step for step in _flat(steps) if isinstance(step, LayerSettings)]


def _sizes_of(steps: Sequence[Any]) -> list[int]:
    names = ("out_features", "num_heads", "edge_features", "in_features")
    return [getattr(step, name, None) or 0 for step in _flat(steps) for name in names]


def _flat(steps: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for given in steps:
        step = given[1] if isinstance(given, tuple) else given
        inside = (*step.steps, *(() if step.skip is None else (step.skip,))) if isinstance(step, Sum) else None
        found += [step] if inside is None else _flat(inside)
    return found
