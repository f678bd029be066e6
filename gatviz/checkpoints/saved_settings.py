"""What no tensor says (activations, slope, self-loops, …) as JSON beside the tensors, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from gatviz.attention.edges import SelfLoops, check_self_loops
from gatviz.attention.loop_features import AS_ADDED, LoopFeatures
from gatviz.checkpoints.layer_forms import Layers, StoredLayer
from gatviz.checkpoints.state_dict import RECIPE
from gatviz.errors import GatvizError, quote, within
from gatviz.model.around import kind_named
from gatviz.model.classes import checked_classes
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.model.plan import Sum
from gatviz.model.recipe import Recipe
from gatviz.model.step import Step
from gatviz.words import _, commas, ngettext


@dataclass(frozen=True, eq=False)
class SavedSettings:
    """What `save_weights` wrote beside the tensors: everything that they do not say."""

    layers: tuple[LayerSettings, ...]
    self_loops: SelfLoops
    loop_features: LoopFeatures = AS_ADDED
    steps: Mapping[str, Step] = field(default_factory=dict)


_LATER = ("attention", "edge_features", "edge_in_message", "score_bias")
"""Settings that files saved before there were any of them do not have."""


def settings_text(model: GAT) -> str:
    """A model's settings as JSON, with the labels of its columns where they are known."""
    layers = [asdict(settings) for settings in model.settings]
    told: dict[str, Any] = {"self_loops": model.self_loops, "layers": layers}
    if model.edge_features:
        told |= {"loop_features": model.loop_features.value, "filled_loops": model.loop_features.filled}
    if not model.is_stack:
        named = dict(_named(model.steps))
        told[RECIPE] = str(model.recipe)
        told["steps"] = {name: {"kind": type(step).__name__, **asdict(step)} for name, step in named.items()}
    if model.classes:
        told["classes"] = model.classes
    return json.dumps(told)


def _named(steps: Iterable[Any]) -> Iterator[tuple[str, Step]]:
    """The steps that go by the name of a module, but for attention layers."""
    for given in steps:
        if isinstance(given, Sum):
            yield from _named((*(() if given.skip is None else (given.skip,)), *given.steps))
        elif isinstance(given, tuple) and isinstance(given[1], Step):
            yield given


def saved_recipe(settings: Mapping[str, Any] | None, where: str) -> Recipe | None:
    """The recipe that was saved with a model; None where it is a stack of attention layers, or none was saved.

    Raises:
        GatvizError: one that cannot be read.
    """
    if settings is None or RECIPE not in settings:
        return None
    with within(commas((where, _("gatviz's settings")))):
        return Recipe.parse(settings[RECIPE])


def saved_classes(settings: Mapping[str, Any] | None, where: str) -> tuple[str, ...]:
    """The labels of the output's columns that were saved with a model; none where nobody knew them.

    Raises:
        GatvizError: what are no labels.
    """
    told = [] if settings is None else settings.get("classes", [])
    at = commas((where, _("gatviz's settings")))
    if not isinstance(told, list) or not all(isinstance(name, str) for name in told):
        raise _refused(commas((at, "classes")), _("a label for each column"), told)
    with within(at):
        return checked_classes(told)


def _steps(settings: Mapping[str, Any], at: str) -> dict[str, Step]:
    told = settings.get("steps", {})
    if not isinstance(told, dict):
        raise _refused(commas((at, "steps")), _("a step for each name"), told)
    read: dict[str, Step] = {}
    for name, given in told.items():
        place = commas((at, quote(name)))
        if not isinstance(given, dict) or not isinstance(given.get("kind"), str):
            raise _refused(place, _("a kind of step"), given)
        with within(place):
            kind = kind_named(given["kind"])
            own = {key: value for key, value in given.items() if key != "kind"}
            known = {one.name: one.type for one in fields(kind)}
            if not set(own) <= set(known) or not all(_is_like(own[key], str(known[key])) for key in own):
                raise _refused(commas(("steps",)), _("the settings {names}").format(names=commas(known)), given)
            read[name] = kind(**own)
    return read


def _is_like(value: object, kind: str) -> bool:
    """Whether a value can stand where a step has one of this type."""
    words = {"int": (int,), "float": (int, float), "bool": (bool,), "None": (type(None),), "str": (str,)}
    given = [word for part in kind.split("|") for word in words.get(part.strip(), (str,))]
    return isinstance(value, tuple(given)) and (not isinstance(value, bool) or bool in given)


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
    steps, filled = _steps(settings, at), AS_ADDED
    if "loop_features" in settings:
        with within(at):
            filled = LoopFeatures(settings["loop_features"], settings.get("filled_loops"))  # type: ignore[arg-type]
    return SavedSettings(read, loops, filled, steps)  # type: ignore[arg-type]


def _refused(at: str, expected: str, found: object) -> GatvizError:
    return GatvizError(at, expected, quote(found), _("save the weights again"))


def _layer(given: Any, layer: StoredLayer, at: str) -> LayerSettings:
    default = asdict(LayerSettings())
    if isinstance(given, dict):
        given = {**{name: default[name] for name in _LATER}, **given}
    if not isinstance(given, dict) or set(given) != {one.name for one in fields(LayerSettings)}:
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
