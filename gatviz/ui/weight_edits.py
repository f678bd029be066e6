"""What a person does to the model's weights, on the stage or in the table, as steps that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.model.weights import Weights, has_heads, with_values
from gatviz.numbers import check_finite
from gatviz.ui import state
from gatviz.ui import texts_weights as texts
from gatviz.ui.compute import drawn_weights
from gatviz.ui.history import HeldWeights


def present_weights(now: state.State) -> Weights | None:
    """The weights that the model has, or None if they are just those that the seed draws."""
    held = now.work.weights
    if held is None or (now.work.opened is None and held.drawn_by != now.settings.drawn_by):
        return None
    return held.weights if held.weights.in_features == now.graph.num_features else None


def all_weights(now: state.State) -> Weights:
    """The weights that the model has, those that the seed draws included."""
    return present_weights(now) or drawn_weights(now.settings, now.graph.num_features)


def is_shared(now: state.State, layer: int) -> bool:
    """Whether a layer reads both roles through one W."""
    return now.settings.layers[layer].share_weights


def name_of(name: str, head: int | None) -> str:
    """A parameter, or one head of it, in words."""
    return name if head is None else texts.OF_HEAD.format(name=name, head=head)


def take_weights(weights: Weights, what: str) -> None:
    """Make edited weights the present ones; equal ones are no step."""
    now = state.current()
    if weights.fingerprint == all_weights(now).fingerprint:
        return
    held = HeldWeights(weights, None if now.work.opened else now.settings.drawn_by, by_hand=True)
    state.change(replace(now.work, weights=held), what)


def set_entry(edit: Mapping[str, Any]) -> None:
    """Set one entry of a parameter, as the browser asks: layer, name, head (or null), place in it, and value.

    Raises:
        GatvizError: there is no such entry, or the value is not a finite number.
    """
    now = state.current()
    weights = all_weights(now)
    layer = _checked(edit.get("layer"), len(weights.layers), edit)
    arrays, name = weights.layers[layer], edit.get("name")
    if not isinstance(name, str) or name not in arrays:
        raise _no_such_entry(edit)
    head = _checked(edit.get("head"), arrays[name].shape[0], edit) if has_heads(weights, layer, name) else None
    values = np.array(arrays[name] if head is None else arrays[name][head])
    place = edit.get("place")
    if not isinstance(place, list) or len(place) != values.ndim:
        raise _no_such_entry(edit)
    entry = tuple(_checked(at, size, edit) for at, size in zip(place, values.shape, strict=True))
    where = f"{name_of(name, head)}, entry {list(entry)}"
    values[entry] = check_finite(where, edit.get("value"), "type a number such as 0.5")
    changed = with_values(weights, layer, name, values, head=head, shared=is_shared(now, layer))
    take_weights(changed, texts.STEP.format(name=name_of(name, head)))


def _checked(at: Any, size: int, edit: Mapping[str, Any]) -> int:
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < size:
        raise _no_such_entry(edit)
    return at


def _no_such_entry(edit: Mapping[str, Any]) -> GatvizError:
    asked = ", ".join(f"{key} {quote(edit.get(key))}" for key in ("layer", "name", "head", "place"))
    return GatvizError("weights", "an entry that the model has", asked, "click a cell of the model on the screen")
