"""What no tensor says (activations, slope, self-loops, …) as JSON beside the tensors, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from gatviz.attention.edges import SelfLoops, check_self_loops
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.checkpoints.layer_forms import Layers, StoredLayer
from gatviz.errors import GatvizError, quote, within
from gatviz.model.gat import GAT
from gatviz.model.steps import LayerSettings
from gatviz.words import _, commas, ngettext


@dataclass(frozen=True, eq=False)
class SavedSettings:
    """What `save_weights` wrote beside the tensors: everything that they do not say."""

    layers: tuple[LayerSettings, ...]
    self_loops: SelfLoops
    loop_features: LoopFeatures = AS_ADDED


_LATER = ("attention", "edge_features", "edge_in_message")
"""Settings that files saved before there were any of them do not have."""


def settings_text(model: GAT) -> str:
    """A model's settings as JSON."""
    layers = [asdict(settings) for settings in model.settings]
    told: dict[str, Any] = {"self_loops": model.self_loops, "layers": layers}
    if model.edge_features:
        told |= {"loop_features": model.loop_features.value, "filled_loops": model.loop_features.filled}
    return json.dumps(told)


def saved_settings(settings: Mapping[str, Any] | None, layers: Layers, where: str) -> SavedSettings | None:
    """The settings for these layers, every value checked; None where the file has none.

    Raises:
        GatvizError: settings of other layers than the file's, or values out of range.
    """
    if settings is None:
        return None
    at = commas((where, _("gatviz's settings")))
    told, loops = settings.get("layers"), settings.get("self_loops")
    if not isinstance(told, list) or len(told) != len(layers):
        expected = ngettext("settings of {count} layer", "settings of {count} layers", len(layers))
        raise _refused(at, expected.format(count=len(layers)), type(told).__name__)
    if not isinstance(loops, str):
        raise _refused(at, "self_loops", loops)
    check_self_loops(loops)
    pairs = enumerate(zip(told, layers, strict=True))
    read = tuple(_layer(given, layer, commas((at, _("layer {layer}").format(layer=k)))) for k, (given, layer) in pairs)
    if "loop_features" not in settings:
        return SavedSettings(read, loops)  # type: ignore[arg-type]
    with within(at):
        filled = LoopFeatures(settings["loop_features"], settings.get("filled_loops"))  # type: ignore[arg-type]
    return SavedSettings(read, loops, filled)  # type: ignore[arg-type]


def _refused(at: str, expected: str, found: object) -> GatvizError:
    return GatvizError(at, expected, quote(found), _("save the weights again"))


def _layer(given: Any, layer: StoredLayer, at: str) -> LayerSettings:
    default = asdict(LayerSettings())
    if isinstance(given, dict):
        given = {**{name: default[name] for name in _LATER}, **given}
    if not isinstance(given, dict) or set(given) != {field.name for field in fields(LayerSettings)}:
        raise _refused(at, _("the settings {names}").format(names=commas(default)), given)
    for name, value in given.items():
        kind = type(default[name])
        kinds = (str, type(None)) if name == "activation" else (int, float) if kind is float else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            expected = _("a value like {default!r}").format(default=default[name])
            raise _refused(commas((at, name)), expected, value)
    settings = LayerSettings(**given)
    shape = (layer.kind, layer.features, layer.heads)
    if (settings.kind, settings.out_features, settings.num_heads) != shape:
        expected = _("{kind} with C={features} and H={heads}")
        raise _refused(at, expected.format(kind=layer.kind, features=layer.features, heads=layer.heads), given)
    return settings
