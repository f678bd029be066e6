"""`LoopFeatures`: what features a self-loop gets that nobody gave it.

N nodes, E edges, D edge features. Source: PyG's `fill_value`, torch_geometric.utils.add_self_loops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from gatviz.errors import GatvizError, quote
from gatviz.numbers import check_finite
from gatviz.words import _, commas

Reduction = Literal["mean", "add", "mul", "min", "max"]
Filled = Literal["added", "all"]

_REDUCTIONS = {"mean": "mean", "add": "sum", "mul": "prod", "min": "amin", "max": "amax"}


@dataclass(frozen=True)
class LoopFeatures:
    """How self-loops get their features under the policy "add_missing".

    Attributes:
        value: a number for each feature, or "mean", "add", "mul", "min" or "max" over the edges into the node that
            are no loops, as PyG's `fill_value` (a node without any: 1 with "mul", else 0).
        filled: "added" keeps the features of loops that were given; "all" replaces them, as PyG does.

    Raises:
        GatvizError: a value that is none of these.
    """

    value: Reduction | float = "mean"
    filled: Filled = "added"

    def __post_init__(self) -> None:
        words = get_args(Reduction)
        if isinstance(self.value, str) and self.value not in words:
            expected = _("a number or one of {names}").format(names=commas(words))
            raise GatvizError("loop_features", expected, quote(self.value), _("choose one"))
        if not isinstance(self.value, str):
            check_finite("loop_features", self.value, _("give a number, or a word such as 'mean'"))
        if self.filled not in get_args(Filled):
            raise GatvizError("filled_loops", _("'added' or 'all'"), quote(self.filled), _("choose one"))

    def fill(self, features: Tensor, edge_index: Tensor, num_nodes: int, input_edge: Tensor) -> Tensor:
        """[E, D]: these features with those of the self-loops filled in.

        Arguments:
            input_edge: [E], −1 for added loops.
        """
        source, target = edge_index
        loop = source == target
        filled = loop if self.filled == "all" else input_edge < 0
        if not isinstance(self.value, str):
            return features.masked_fill(filled.unsqueeze(1), self.value)
        start = features.new_full((num_nodes, features.shape[1]), 1.0 if self.value == "mul" else 0.0)
        proper = target[~loop].unsqueeze(1).expand(-1, features.shape[1])
        of_node = start.scatter_reduce(
            0, proper, features[~loop], _REDUCTIONS[self.value], include_self=self.value == "mul"
        )
        return torch.where(filled.unsqueeze(1), of_node[target], features)


AS_ADDED = LoopFeatures()
"""gatviz's own: added loops get the mean, given ones keep what they have."""
AS_PYG = LoopFeatures("mean", "all")
"""PyG's: every loop gets the mean."""

LoopChoice = LoopFeatures | Reduction | float | None


def loops_filled(choice: LoopChoice, self_loops: str, edge_features: int) -> LoopFeatures:
    """The choice as LoopFeatures; a word or a number fills added loops, None is gatviz's own way.

    Raises:
        GatvizError: a choice without effect: no edge features to fill, or no loops that are added.
    """
    if choice is None:
        return AS_ADDED
    if self_loops != "add_missing" or not edge_features:
        found = f"self_loops={quote(self_loops)}" if edge_features else "edge_features=0"
        expected = _("self_loops='add_missing' and edge features")
        raise GatvizError("loop_features", expected, found, _("leave loop_features out"))
    return choice if isinstance(choice, LoopFeatures) else LoopFeatures(choice)
