"""What a weights file with edge features leaves open: the features of self-loops, and what nodes read of edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from gatviz.attention.edges import SelfLoops
from gatviz.attention.loop_features import Filled, LoopFeatures, Reduction
from gatviz.checkpoints.decisions import Choices, Decision, Origin
from gatviz.checkpoints.layout import Part
from gatviz.checkpoints.recognition import Recognised
from gatviz.errors import GatvizError, quote
from gatviz.model.steps import LayerSettings
from gatviz.words import _

_FILLS = (*get_args(Reduction), 0.0, 1.0)


def loop_features(
    recognised: Recognised, choices: Choices, self_loops: SelfLoops, saved: LoopFeatures | None, where: str
) -> list[Decision]:
    """How self-loops get their features and which of them do; nothing where none need any.

    Raises:
        GatvizError: a choice without effect.
    """
    if self_loops != "add_missing" or not any(part.edge_features for part in recognised.parts):
        for name in ("loop_features", "filled_loops"):
            if getattr(choices, name) is not None:
                found = f"self_loops={quote(self_loops)}" if self_loops != "add_missing" else "none"
                expected = "edge features, and self-loops that are added"
                raise GatvizError(f"{name}, {where}", expected, found, f"leave {name} out")
        return []
    usual, why = recognised.layout.loop_features
    reason = f"{why[0].upper()}{why[1:]}."
    origin: Origin = "assumed"
    if saved is not None:
        usual, reason, origin = saved, _("The file says so."), "file"
    decisions = []
    for name, value, options in (
        ("loop_features", usual.value, _FILLS if usual.value in _FILLS else (*_FILLS, usual.value)),
        ("filled_loops", usual.filled, get_args(Filled)),
    ):
        given = getattr(choices, name)
        if given is None:
            decisions.append(Decision(name, None, value, origin, reason, options))
        else:
            offered = options if given in options else (*options, given)
            decisions.append(Decision(name, None, given, "given", _("Chosen by hand."), offered))
    return decisions


def in_message(
    parts: Sequence[Part], choices: Choices, saved: Sequence[LayerSettings] | None, where: str
) -> list[Decision]:
    """For each layer whose tensors leave it open, whether what a node reads holds the edge's features too.

    Raises:
        GatvizError: a choice without effect.
    """
    open_layers = [k for k, part in enumerate(parts) if part.edge_in_message is None]
    given = choices.edge_in_message
    if given is not None and (saved is not None or not open_layers):
        expected, found = "gatviz's own GAT layers that leave it open", "none"
        raise GatvizError(f"edge_in_message, {where}", expected, found, "leave edge_in_message out")
    if saved is not None:
        told = _("The file says so.")
        return [Decision("edge_in_message", k, saved[k].edge_in_message, "file", told) for k in open_layers]
    reason = _("The tensors do not tell whether a node reads the edge's features too; PyG's GATConv does not.")
    origin: Origin = "assumed"
    if given is not None:
        reason, origin = _("Chosen by hand."), "given"
    return [Decision("edge_in_message", k, bool(given), origin, reason, (True, False)) for k in open_layers]
