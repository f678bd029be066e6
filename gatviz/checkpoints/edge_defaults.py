"""What a weights file with edge features leaves open: the features of self-loops, and what nodes read of edges."""

from __future__ import annotations

from typing import get_args

from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import Filled, LoopFeatures, Reduction
from gatviz.checkpoints.choices import Choices, Decision, Reasoned
from gatviz.checkpoints.layer_forms import Layers
from gatviz.checkpoints.recognition import Recognised
from gatviz.checkpoints.saved_settings import SavedSettings
from gatviz.checkpoints.told_modules import ToldModules
from gatviz.errors import GatvizError, quote
from gatviz.words import _, commas

_FILLS: tuple[object, ...] = (*get_args(Reduction), 0.0, 1.0)


def loop_features(
    recognised: Recognised, choices: Choices, self_loops: SelfLoops, saved: SavedSettings | None, where: str
) -> list[Decision]:
    """How self-loops get their features, and which of them do; nothing where none need any.

    Raises:
        GatvizError: a choice without effect.
    """
    given = {name: getattr(choices, name) for name in ("loop_features", "filled_loops")}
    if self_loops != "add_missing" or not any(layer.edge_features for layer in recognised.layers):
        for name, value in given.items():
            if value is not None:
                found = _("none") if self_loops == "add_missing" else f"self_loops={quote(self_loops)}"
                expected = _("edge features, and self-loops that are added")
                raise GatvizError(commas((name, where)), expected, found, _("leave {name} out").format(name=name))
        return []
    usual, reason = recognised.layout.loop_features
    filled = saved.loop_features if saved else usual
    told = set(ToldModules(recognised.modules, recognised.pieces).of_layers("fill_value").values())
    own = told.pop() if len(told) == 1 and not saved else None
    if isinstance(own, float) or own in get_args(Reduction):
        filled = LoopFeatures(own, usual.filled)  # type: ignore[arg-type]
    decisions = []
    for name, value, options in (
        ("loop_features", filled.value, _FILLS),
        ("filled_loops", filled.filled, get_args(Filled)),
    ):
        answer = Reasoned.saved(value) if saved else Reasoned(value, "assumed", _(reason))
        if name == "loop_features" and own is not None and value == own:
            answer = Reasoned(value, "file", _("The layer itself says so"))
        if given[name] is not None:
            answer = Reasoned.chosen(given[name])
        offered = options if answer.value in options else (*options, answer.value)
        decisions.append(Decision.of(name, None, answer, offered))
    return decisions


def in_message(layers: Layers, choices: Choices, saved: SavedSettings | None, where: str) -> list[Decision]:
    """For each layer whose tensors leave it open, whether what a node reads holds the edge's features too.

    Raises:
        GatvizError: a choice without effect.
    """
    name, given = "edge_in_message", choices.edge_in_message
    left_open = [k for k, layer in enumerate(layers) if layer.edge_in_message is None]
    if given is not None and (saved is not None or not left_open):
        expected, mend = _("layers of gatviz that leave it open"), _("leave {name} out").format(name=name)
        raise GatvizError(commas((name, where)), expected, _("none"), mend)
    if saved is not None:
        return [Decision.of(name, k, Reasoned.saved(saved.layers[k].edge_in_message)) for k in left_open]
    why = _("The tensors do not tell whether a node reads the edge's features too; in most layers it does not")
    answer = Reasoned(False, "assumed", why) if given is None else Reasoned.chosen(given)
    return [Decision.of(name, k, answer, (True, False)) for k in left_open]
