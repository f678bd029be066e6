"""What no tensor says (activations, slope, self-loops, …) as JSON beside the tensors, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from gatviz.attention.edges import check_self_loops
from gatviz.attention.loop_features import LoopFeatures
from gatviz.checkpoints.layout import Part
from gatviz.checkpoints.presets import Saved
from gatviz.errors import GatvizError, quote, within
from gatviz.model.gat import GAT
from gatviz.model.steps import LayerSettings

_MEND = "save the weights again"


def written(model: GAT) -> str:
    """A model's settings as JSON."""
    layers = [asdict(settings) for settings in model.settings]
    told: dict[str, Any] = {"self_loops": model.self_loops, "layers": layers}
    if model.edge_features:
        told |= {"loop_features": model.loop_features.value, "filled_loops": model.loop_features.filled}
    return json.dumps(told)


def read_back(settings: Mapping[str, Any] | None, parts: tuple[Part, ...], where: str) -> Saved | None:
    """The settings for these layers, every value checked; None where the file has none.

    Raises:
        GatvizError: settings of other layers than the file's, or values out of range.
    """
    if settings is None:
        return None
    at = f"{where}, gatviz's settings"
    layers, loops = settings.get("layers"), settings.get("self_loops")
    if not isinstance(layers, list) or len(layers) != len(parts):
        raise GatvizError(at, f"settings of {len(parts)} layers", quote(type(layers).__name__), _MEND)
    if not isinstance(loops, str):
        raise GatvizError(at, "self_loops", quote(loops), _MEND)
    check_self_loops(loops)
    read = tuple(
        _layer(given, part, f"{at}, layer {k}") for k, (given, part) in enumerate(zip(layers, parts, strict=True))
    )
    if "loop_features" not in settings:
        return Saved(read, loops)  # type: ignore[arg-type]
    with within(at):
        filled = LoopFeatures(settings["loop_features"], settings.get("filled_loops"))  # type: ignore[arg-type]
    return Saved(read, loops, filled)  # type: ignore[arg-type]


def _layer(given: Any, part: Part, at: str) -> LayerSettings:
    default = asdict(LayerSettings())
    if isinstance(given, dict):  # files from before there were edge features do not name them
        given = {**{name: default[name] for name in ("edge_features", "edge_in_message")}, **given}
    if not isinstance(given, dict) or set(given) != {field.name for field in fields(LayerSettings)}:
        raise GatvizError(at, f"the settings {', '.join(default)}", quote(given), _MEND)
    for name, value in given.items():
        kind = type(default[name])
        kinds = (str, type(None)) if name == "activation" else (int, float) if kind is float else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise GatvizError(f"{at}, {name}", f"a value like {default[name]!r}", quote(value), _MEND)
    settings = LayerSettings(**given)
    shape = (part.kind, part.features, part.heads)
    if (settings.kind, settings.out_features, settings.num_heads) != shape:
        raise GatvizError(at, f"{part.kind} with C={part.features} and H={part.heads}", quote(given), _MEND)
    return settings
