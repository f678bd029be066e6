"""`Step`: what a step of a model that is no attention layer says of itself. N nodes, F features come, G leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from gatviz.errors import GatvizError, quote
from gatviz.words import _, ngettext

StepTensors = Mapping[str, Tensor]
ParameterWords = Mapping[str, tuple[str, str]]
Peer = Callable[[Tensor], Tensor]
"""A step as somebody else's code computes it."""


@dataclass(frozen=True)
class Step:
    """One step: what it takes and gives, its parameters, its arithmetic, and the words for it.

    A subclass overrides what differs. `word` is what it is called in a recipe, "" where it goes by the name of its
    module; `words` are all such words of its kind, and `read` makes the step of one. `stem` begins the name of a module
    that was given none; `fixed` names parameters that are no one's to train.
    """

    stem: ClassVar[str] = ""
    words: ClassVar[tuple[str, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ()
    told: ClassVar[ParameterWords] = {}
    """Each parameter's symbol (LaTeX) and a plain sentence, a marked message."""
    keeps_columns: ClassVar[bool] = True
    """Whether column k of what leaves is column k of what came, only changed."""
    any_width: ClassVar[bool] = False
    """Whether its parameters are the same for every F."""
    needs_nodes: ClassVar[bool] = False
    """Whether it makes no sense once a readout has put all nodes into one row."""

    @property
    def couples(self) -> bool:
        """Whether a node's row depends on the others' too, without any edge between them."""
        return False

    def in_training(self) -> Step:
        """The step as it runs while the model is trained."""
        return self

    def measured(self, x: Tensor) -> dict[str, Tensor]:
        """What training is to store of this x, under the names of its fixed parameters."""
        return {}

    @property
    def word(self) -> str:
        """Its text in a recipe."""
        return ""

    @classmethod
    def read(cls, word: str, given: str | None) -> Step:
        """The step of one of `words`, with what stands in brackets after it, if anything does.

        Raises:
            GatvizError: brackets where none belong, or with something else in them than belongs there.
        """
        raise NotImplementedError

    def width(self, width: int) -> int:
        """G from F.

        Raises:
            GatvizError: a width that it cannot take, with both numbers.
        """
        return width

    def parameters(self, width: int, generator: torch.Generator | None) -> dict[str, Tensor]:
        """Its parameters for F features, freshly drawn."""
        return {}

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        """[N, G] from x [N, F] and its parameters.

        Raises:
            GatvizError: too few nodes for it.
        """
        raise NotImplementedError

    @property
    def formula(self) -> str:
        """LaTeX; h is what comes, y what leaves."""
        raise NotImplementedError

    @property
    def caption(self) -> str:
        """One plain sentence."""
        raise NotImplementedError

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        """The same from PyG or PyTorch (a module of that many features, or a function), and what it is called there.

        Arguments:
            pyg: the module torch_geometric.nn.
        """
        raise NotImplementedError


def no_brackets(word: str, given: str | None) -> None:
    """Raise GatvizError if something stands in brackets after a recipe's word that takes nothing."""
    if given is not None:
        raise GatvizError(quote(word), _("nothing in brackets"), quote(given), _("leave the brackets out"))


def checked_width(given: int | None, width: int) -> None:
    """Raise GatvizError unless a step that was made for a width gets it; says both numbers."""
    if given is not None and given != width:
        raise GatvizError(
            "x",
            ngettext("{n} feature per node, as this step has", "{n} features per node, as this step has", given).format(
                n=given
            ),
            str(width),
            _("make the step before as wide, or this one"),
        )
