"""A model's settings, steps and weights as values of JSON, and back: each checked, none larger than its arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import msgspec
from numpy.typing import NDArray

from gatviz.attention.layers import available_devices
from gatviz.attention.loop_features import LoopFeatures
from gatviz.errors import GatvizError, quote
from gatviz.files.kept_graph import Put
from gatviz.model.kept_steps import MAX_STEP, check_sizes, made, step_content, step_of
from gatviz.model.weights import Weights
from gatviz.ui.session.settings import MAX_FEATURES, MAX_HEADS, MAX_LAYERS, MAX_SEED, Settings
from gatviz.ui.session.work import HeldWeights, OpenedModel
from gatviz.words import _

Get = Callable[[str], NDArray[Any]]


_RANGES: Mapping[str, tuple[float, float]] = {
    "num_layers": (1, MAX_LAYERS),
    "num_heads": (1, MAX_HEADS),
    "head_features": (1, MAX_FEATURES),
    "output_features": (1, MAX_FEATURES),
    "negative_slope": (0, 1),
    "dropout": (0, 0.9),
    "feature_dropout": (0, 0.9),
    "seed": (0, MAX_SEED),
    "edge_features": (0, MAX_STEP),
}


class KeptWeights(msgspec.Struct):
    """`HeldWeights`, its arrays by name."""

    layers: list[dict[str, str]]
    around: dict[str, dict[str, str]]
    reads_x: str
    under: dict[str, Any] | None
    by_hand: bool


class KeptModel(msgspec.Struct):
    """`OpenedModel`."""

    name: str
    steps: list[Any]
    self_loops: str
    opening: int
    loop_features: str | float
    filled_loops: str


# ---- settings ---------------------------------------------------------------------------------------------------


def settings_content(settings: Settings) -> dict[str, Any]:
    """The settings, but the steps of an opened model, which it brings itself."""
    told = {one.name: getattr(settings, one.name) for one in fields(Settings) if one.name != "opened"}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def settings_of(content: Mapping[str, Any], where: str, opened: OpenedModel | None = None) -> Settings:
    """The settings; a device that this computer does not have becomes its CPU.

    Raises:
        GatvizError: a value that the sidebar's controls do not have.
    """
    given = made({**content, "opened": ()}, Settings, where)
    for name, (low, high) in _RANGES.items():
        value = getattr(given, name)
        if not low <= value <= high:
            expected = _("a number from {low} to {high}").format(low=low, high=high)
            raise GatvizError(f"{where}, {quote(name)}", expected, quote(value), _("save it again"))
    if len(given.activations) != MAX_LAYERS:
        expected = _("{count} activations").format(count=MAX_LAYERS)
        raise GatvizError(where, expected, str(len(given.activations)), _("save it again"))
    device = given.device if given.device in available_devices() else "cpu"
    return replace(given, device=device, opened=() if opened is None else opened.steps)


# ---- steps ----------------------------------------------------------------------------------------------------


def opened_content(opened: OpenedModel) -> dict[str, Any]:
    """An opened model, but its numbers."""
    loops = opened.loop_features
    return {
        "name": opened.name,
        "steps": [step_content(step) for step in opened.steps],
        "self_loops": opened.self_loops,
        "opening": opened.opening,
        "loop_features": loops.value,
        "filled_loops": loops.filled,
    }


def opened_of(kept: KeptModel, weights: Weights, where: str) -> OpenedModel:
    """An opened model whose steps are no larger than its weights."""
    steps = tuple(step_of(step, where) for step in kept.steps)
    loops = LoopFeatures(kept.loop_features, kept.filled_loops)  # type: ignore[arg-type]
    self_loops = made({"self_loops": kept.self_loops, "opened": ()}, Settings, where).self_loops
    check_sizes(steps, weights, where)
    return OpenedModel(kept.name, steps, self_loops, kept.opening, loops)


# ---- weights --------------------------------------------------------------------------------------------------


def weights_content(held: HeldWeights, put: Put) -> dict[str, Any]:
    """The weights, their arrays kept by `put`."""
    weights = held.weights
    return {
        "layers": [
            {name: put(f"weights.{k}.{name}", values) for name, values in arrays.items()}
            for k, arrays in enumerate(weights.layers)
        ],
        "around": {
            step: {name: put(f"weights.{step}.{name}", values) for name, values in arrays.items()}
            for step, arrays in weights.around.items()
        },
        "reads_x": weights.reads_x,
        "under": None if held.under is None else settings_content(held.under),
        "by_hand": held.by_hand,
    }


def weights_of(kept: KeptWeights, get: Get, where: str) -> HeldWeights:
    """The weights, of one precision, all numbers finite."""
    weights = Weights(
        tuple({name: get(place) for name, place in arrays.items()} for arrays in kept.layers),
        {step: {name: get(place) for name, place in arrays.items()} for step, arrays in kept.around.items()},
        kept.reads_x,
    )
    if not weights.layers:
        raise GatvizError(where, _("the weights of at least one layer"), _("none"), _("save it again"))
    under = None if kept.under is None else settings_of(kept.under, where)
    return HeldWeights(weights, under, kept.by_hand)
