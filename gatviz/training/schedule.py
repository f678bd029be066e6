"""`Schedule`: how a model is trained, with Adam; and the settings of published papers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from gatviz.errors import GatvizError, quote
from gatviz.numbers import is_whole
from gatviz.words import _

MAX_EPOCHS = 100_000


@dataclass(frozen=True)
class Schedule:
    """How long and how fast.

    Attributes:
        epochs: so many steps at most, each over the whole graph.
        lr: Adam's step size. weight_decay: λ of the L2 penalty λ/2·|θ|², in the gradient, as torch's Adam has it.
        patience: ends training where neither loss nor accuracy of the validation nodes was its best for so many
            epochs, as the GAT paper does; None trains to the end.
        seed: of the dropout: what epoch k drops depends on the seed and k alone.
    """

    epochs: int = 200
    lr: float = 0.005
    weight_decay: float = 5e-4
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (("epochs", 0, MAX_EPOCHS), ("seed", 0, 2**63 - 1), ("patience", 1, MAX_EPOCHS)):
            value = getattr(self, name)
            if name != "patience" or value is not None:
                object.__setattr__(self, name, _whole(name, value, low, high))
        if not _number(self.lr) or self.lr <= 0:
            raise GatvizError("lr", _("a number above 0"), quote(self.lr), _("0.005 is the GAT paper's"))
        if not _number(self.weight_decay) or self.weight_decay < 0:
            raise GatvizError("weight_decay", _("a number from 0"), quote(self.weight_decay), _("5e-4 is the paper's"))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if not is_whole(value) or not low <= value <= high:
        expected = _("a whole number from {low:,} to {high:,}").format(low=low, high=high)
        raise GatvizError(name, expected, quote(value), _("choose one of these"))
    return int(value)  # also one of numpy's, which no file keeps


@dataclass(frozen=True)
class Paper:
    """What a paper trained with: its schedule, its dropouts, its stack."""

    schedule: Schedule
    dropout: float
    feature_dropout: float
    num_heads: int
    head_features: int
    output_heads: int


PAPERS: Mapping[str, Paper] = {
    "GAT, Cora and Citeseer": Paper(Schedule(100_000, 0.005, 5e-4, 100), 0.6, 0.6, 8, 8, 1),
    "GAT, Pubmed": Paper(Schedule(100_000, 0.01, 1e-3, 100), 0.6, 0.6, 8, 8, 8),
}
"""Veličković et al. 2018, arXiv 1710.10903, section 3.3."""
