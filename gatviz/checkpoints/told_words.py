"""What the values beside the weights (hyper_parameters, args, cfg) say of the layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from gatviz.checkpoints.choices import ACTIVATION_NAMES, Reasoned
from gatviz.errors import quote
from gatviz.words import _

_MAX_SLOPE = 100.0
"""Beyond it a number beside the weights is no slope."""
_ENDINGS = ("_fn", "_func", "_function", "_type", "_name")
_OTHER_NAMES = {"leakyrelu": "leaky_relu", "identity": "none", "linear": "none"}


class ToldWords:
    """The values beside the weights that say something of the layers, each an Answer, or None where none does.

    Arguments:
        around: all plain values around the state dict, by name.
    """

    def __init__(self, around: Mapping[str, Any]) -> None:
        self._lacking = ""
        self.around = {name.lower().replace("-", "_"): value for name, value in around.items()}

    def _first(self, names: Iterable[str]) -> tuple[str, Any] | None:
        return next(((name, self.around[name]) for name in names if name in self.around), None)

    def _answer(self, names: Iterable[str], kind: type, least: float, most: float) -> tuple[str, Any] | None:
        found = self._first(names)
        if found is None or isinstance(found[1], bool) is not (kind is bool):
            return None
        fits = isinstance(found[1], int if kind is int else int | float) and least <= found[1] <= most
        return found if fits else None

    @staticmethod
    def _said(name: str, value: object, meant: object) -> Reasoned:
        why = _("The words around the weights say so: {told}").format(told=quote(f"{name} = {value}"))
        return Reasoned(meant, "assumed", why)

    @cached_property
    def slope(self) -> Reasoned | None:
        """Of LeakyReLU in the scores; "alpha" beside other words of its first authors."""
        found = self._answer(
            (
                "negative_slope",
                "leaky_relu_slope",
                "leaky_slope",
                "slope",
                *(["alpha"] if "nb_heads" in self.around else []),
            ),
            float,
            -_MAX_SLOPE,
            _MAX_SLOPE,
        )
        return None if found is None else self._said(found[0], found[1], float(found[1]))

    @cached_property
    def concat(self) -> Reasoned | None:
        """Whether heads are concatenated."""
        found = self._answer(("concat", "concat_heads"), bool, 0, 1)
        return None if found is None else self._said(*found, found[1])

    @cached_property
    def self_loops(self) -> Reasoned | None:
        """Whether self-loops are added."""
        found = self._answer(("add_self_loops", "self_loops", "self_loop", "add_self_loop"), bool, 0, 1)
        return None if found is None else self._said(*found, "add_missing" if found[1] else "as_given")

    @cached_property
    def heads(self) -> int | None:
        """H, for shapes that leave it open."""
        found = self._answer(("heads", "num_heads", "n_heads", "nheads", "nhead", "nb_heads", "n_head"), int, 1, 1000)
        return None if found is None else int(found[1])

    @cached_property
    def activation(self) -> Reasoned | None:
        """σ after hidden layers."""
        names = ("activation", "act", "nonlinearity", "non_linearity", "nonlin")
        found = self._first((*names, *(f"{name}{end}" for name in names for end in _ENDINGS)))
        if found is None or not isinstance(found[1], str):
            return None
        word = found[1].lower().rpartition(".")[2].removesuffix("()").strip()
        word = _OTHER_NAMES.get(word, word)
        if word not in ACTIVATION_NAMES:
            self._lacking = quote(f"{found[0]} = {found[1]}")
            return None
        return self._said(*found, word)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is told and not used, a sentence each."""
        told = []
        if self.activation is None and self._lacking:
            note = _("The words around the weights say {told}, an activation that gatviz does not have.")
            told.append(note.format(told=self._lacking))
        found = self._answer(("dropout", "drop", "dropout_rate", "feat_drop", "attn_drop", "p_dropout"), float, 0, 1)
        if found is not None:
            note = _("The words around the weights say {told}; dropout acts in training only.")
            told.append(note.format(told=quote(f"{found[0]} = {found[1]}")))
        return tuple(told)
