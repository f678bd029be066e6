"""What the modules of a whole model tell of how it runs, where they have no tensors that would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gatviz.checkpoints.proposal import Guess, Skeleton
from gatviz.errors import GatvizError, quote
from gatviz.model.around import NOT_COVERED
from gatviz.pickles.pickled import PickledModule
from gatviz.words import _, commas

Modules = Mapping[str, PickledModule]


def check_covered(modules: Modules, where: str) -> None:
    """Refuse a model with a norm without tensors that gatviz does not have: left out, all after it would be others.

    Raises:
        GatvizError: such a norm, by its name.
    """
    for name, told in modules.items():
        if (kind := told.kind.removesuffix("1d")) in NOT_COVERED:
            found = _("{name}, which gatviz does not have").format(name=quote(kind))
            expected = _("attention and linear layers, norms and activations")
            mend = _("write a recipe that leaves it out, if the model may run without")
            raise GatvizError(commas((where, quote(name))), expected, found, mend)


def with_jumping(way: Skeleton, modules: Modules) -> Skeleton:
    """The same with jumping knowledge by the largest, where a module says so: no width tells it."""
    if not any(told.kind == "JumpingKnowledge" and told.attributes.get("mode") == "max" for told in modules.values()):
        return way
    last = max(k for k, stage in enumerate(way.stages) if stage.piece.kind == "attention")
    guess = Guess("jk(max)", "file", _("The model has a module JumpingKnowledge of mode 'max'."))
    stages = list(way.stages)
    for k in range(last + 1, min(last + 2, len(stages))):
        stages[k] = replace(stages[k], joined="max", guesses=(guess, *stages[k].guesses))
    return replace(way, stages=tuple(stages))
