"""What stands around attention layers in published models: a step each, a small value that says all there is to it.

A step more is a class more, and its row in `AROUND`; the model, its trace, its weights, its recipe and the proof of its
numbers ask the class. N nodes, F features as they come, G as they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz.attention.activations import ACTIVATIONS, LEARNT, LEARNT_SLOPE
from gatviz.attention.layers import activated
from gatviz.errors import GatvizError, quote
from gatviz.model.norms import BatchNorm, GraphNorm, LayerNorm
from gatviz.model.step import ParameterWords, Peer, Step, StepTensors, checked_width, no_brackets
from gatviz.numbers import check_finite
from gatviz.words import N_, _, commas, one_of


@dataclass(frozen=True)
class Linear(Step):
    """y = W h + b: a map of each node's own features.

    Arguments:
        out_features: G. bias: whether b is added. in_features: F, checked if given; else what the step before gives.
    """

    out_features: int
    bias: bool = True
    in_features: int | None = None

    stem = "lin"
    keeps_columns = False
    told: ClassVar[ParameterWords] = {
        "weight": ("W", N_("The matrix that maps each node's features: a row per feature that leaves.")),
        "bias": ("b", N_("Added to every node's row.")),
    }

    def __post_init__(self) -> None:
        if isinstance(self.out_features, bool) or not isinstance(self.out_features, int) or self.out_features < 1:
            raise GatvizError(
                "out_features", _("a whole number from 1"), quote(self.out_features), _("give at least one")
            )

    def width(self, width: int) -> int:
        checked_width(self.in_features, width)
        return self.out_features

    def parameters(self, width: int, generator: torch.Generator | None) -> dict[str, Tensor]:
        """As nn.Linear draws: weight [G, F] and bias [G] within ±1/√F."""
        weight, bias = torch.empty(self.out_features, width), torch.empty(self.out_features)
        nn.init.kaiming_uniform_(weight, a=5**0.5, generator=generator)
        nn.init.uniform_(bias, -(width**-0.5), width**-0.5, generator=generator)
        return {"weight": weight, **({"bias": bias} if self.bias else {})}

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        if x.layout == torch.strided:
            return F.linear(x, own["weight"], own.get("bias"))
        y = x @ own["weight"].t()
        return y + own["bias"] if self.bias else y

    @property
    def formula(self) -> str:
        return r"y_i = W h_i + b" if self.bias else r"y_i = W h_i"

    @property
    def caption(self) -> str:
        return _("Each node's own features, mapped by one matrix; no node reads another.")

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        return pyg.Linear(width, self.out_features, bias=self.bias), _("PyG's {name}").format(name="Linear")


@dataclass(frozen=True)
class Activation(Step):
    """σ of every number on its own.

    Arguments:
        function: one of `ACTIVATIONS`, or "none".
        slope: of leaky_relu below 0; PyTorch's 0.01 if left out.
    """

    function: str
    slope: float | None = None

    stem = "prelu"
    any_width = True
    told: ClassVar[ParameterWords] = {
        "weight": ("p", N_("PReLU's learnt slope, by which what is below 0 is multiplied."))
    }
    words = ("none", *(name for name in ACTIVATIONS if name != LEARNT))

    def __post_init__(self) -> None:
        if self.function not in (*ACTIVATIONS, "none"):
            raise GatvizError(_("activation"), one_of(("none", *ACTIVATIONS)), quote(self.function), _("choose one"))
        if self.slope is not None:
            if self.function != "leaky_relu":
                raise GatvizError(_("slope"), "leaky_relu", quote(self.function), _("leave slope out"))
            check_finite("slope", self.slope, _("PyTorch's is 0.01"))

    @classmethod
    def read(cls, word: str, given: str | None) -> Step:
        if word != "leaky_relu" or given is None:
            no_brackets(word, given)
            return cls(word)
        try:
            return cls(word, float(given))
        except ValueError as error:
            if isinstance(error, GatvizError):
                raise
            raise GatvizError(
                quote(word), _("its slope in the brackets"), quote(given), _("write a number, or no brackets")
            ) from None

    @property
    def word(self) -> str:
        if self.function == LEARNT:
            return ""
        return self.function if self.slope is None else f"{self.function}({self.slope!r})"

    def parameters(self, width: int, generator: torch.Generator | None) -> dict[str, Tensor]:
        """PReLU's slope, weight [1]; the others have none."""
        return {"weight": torch.full((1,), LEARNT_SLOPE)} if self.function == LEARNT else {}

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        if self.function == "none":
            return x
        if self.slope is not None:
            return F.leaky_relu(x, self.slope)
        return activated(x, self.function, own.get("weight"))

    @property
    def formula(self) -> str:
        if self.function == "none":
            return "y_i = h_i"
        if self.slope is not None:
            return rf"y_i = \mathrm{{LeakyReLU}}_{{{self.slope!r}}}(h_i)"
        return rf"y_i = {ACTIVATIONS[self.function]}(h_i)"

    @property
    def caption(self) -> str:
        if self.function == "none":
            return _("What comes is handed on as it is.")
        return _("Every number bent on its own by the activation.")

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        made: Mapping[str, Callable[[], nn.Module]] = {
            "none": nn.Identity,
            "elu": nn.ELU,
            "relu": nn.ReLU,
            "tanh": nn.Tanh,
            "gelu": nn.GELU,
            "prelu": nn.PReLU,
            "leaky_relu": lambda: nn.LeakyReLU(0.01 if self.slope is None else self.slope),
        }
        return made[self.function](), _("PyTorch's {name}").format(name="module")


@dataclass(frozen=True)
class JumpingKnowledge(Step):
    """What the attention layers gave, each with what follows it, put together: side by side, the largest, or the last.

    It takes what stood before each attention layer but the first, and what stands before itself.
    Source: Xu et al. 2018, arXiv 1806.03536.
    """

    mode: Literal["cat", "max", "last"]

    words = ("jk",)
    needs_nodes = True

    def __post_init__(self) -> None:
        mode: str = self.mode
        if mode not in ("cat", "max", "last"):
            found = quote(mode)
            if mode == "lstm":
                found = _("{name}, a recurrent net, which gatviz does not have").format(name=found)
            raise GatvizError("jk", _("'cat', 'max' or 'last'"), found, _("choose one of these"))

    @classmethod
    def read(cls, word: str, given: str | None) -> Step:
        return cls(given or "")  # type: ignore[arg-type]

    @property
    def word(self) -> str:
        return f"jk({self.mode})"

    def joined_width(self, widths: Sequence[int]) -> int:
        """G from the width of each layer's block, first to last.

        Raises:
            GatvizError: the maximum of blocks of several widths.
        """
        if self.mode == "cat":
            return sum(widths)
        if self.mode == "max" and len(set(widths)) > 1:
            found = commas(map(str, widths))
            raise GatvizError(
                "jk(max)",
                _("layers of one width, {width}").format(width=widths[-1]),
                found,
                _("make them equally wide, or use cat"),
            )
        return widths[-1]

    def join(self, blocks: Sequence[Tensor]) -> Tensor:
        """[N, G] from what each layer's block gave."""
        if self.mode == "cat":
            return torch.cat(list(blocks), dim=1)
        return torch.stack(list(blocks)).amax(0) if self.mode == "max" else blocks[-1]

    @property
    def formula(self) -> str:
        written = {"cat": r"\Vert_{l=1}^{L} h^{(l)}_i", "max": r"\max_{l} h^{(l)}_i", "last": "h^{(L)}_i"}
        return f"y_i = {written[self.mode]}"

    @property
    def caption(self) -> str:
        return {
            "cat": _("What each attention layer gave, side by side."),
            "max": _("Of what the attention layers gave, the largest of each feature."),
            "last": _("What the last attention layer gave."),
        }[self.mode]

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        """Takes the layers' blocks as a list."""
        if self.mode == "last":
            return (lambda blocks: blocks[-1]), _("the last layer's output")
        return pyg.JumpingKnowledge(self.mode), _("PyG's {name}").format(name="JumpingKnowledge")


@dataclass(frozen=True)
class Readout(Step):
    """All nodes put into one row [1, F]: mean, sum, or the largest of each feature. Of no nodes 0, as in PyG."""

    how: Literal["mean", "sum", "max"]

    words = ("mean", "sum", "max")
    needs_nodes = True

    def __post_init__(self) -> None:
        if self.how not in ("mean", "sum", "max"):
            raise GatvizError(_("readout"), _("'mean', 'sum' or 'max'"), quote(self.how), _("choose one"))

    @classmethod
    def read(cls, word: str, given: str | None) -> Step:
        no_brackets(word, given)
        return cls(word)  # type: ignore[arg-type]

    @property
    def word(self) -> str:
        return self.how

    @property
    def couples(self) -> bool:
        return True

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        if x.shape[0] == 0:
            return x.new_zeros(1, x.shape[1])
        if self.how == "max":
            return x.amax(0, keepdim=True)
        return x.mean(0, keepdim=True) if self.how == "mean" else x.sum(0, keepdim=True)

    @property
    def formula(self) -> str:
        return {"mean": r"y = \frac{1}{N} \sum_i h_i", "sum": r"y = \sum_i h_i", "max": r"y = \max_i h_i"}[self.how]

    @property
    def caption(self) -> str:
        return {
            "mean": _("The mean over all nodes: one row for the whole graph."),
            "sum": _("The sum over all nodes: one row for the whole graph."),
            "max": _("The largest of each feature over all nodes: one row for the whole graph."),
        }[self.how]

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        name = "add" if self.how == "sum" else self.how
        pool = getattr(pyg, f"global_{name}_pool")
        return (lambda x: pool(x, torch.zeros(x.shape[0], dtype=torch.long), 1)), _("PyG's {name}").format(
            name=f"global_{name}_pool"
        )


@dataclass(frozen=True)
class LogSoftmax(Step):
    """The logarithm of each row's softmax."""

    words = ("log_softmax",)

    @classmethod
    def read(cls, word: str, given: str | None) -> Step:
        no_brackets(word, given)
        return cls()

    @property
    def word(self) -> str:
        return "log_softmax"

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        return F.log_softmax(x, dim=1)

    @property
    def formula(self) -> str:
        return r"y_{ic} = h_{ic} - \log \sum_k \exp(h_{ik})"

    @property
    def caption(self) -> str:
        return _("The logarithms of shares that sum to 1 over a row's classes.")

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        return nn.LogSoftmax(dim=1), _("PyTorch's {name}").format(name="LogSoftmax")


AROUND: Mapping[str, type[Step]] = {
    kind.__name__: kind
    for kind in (Linear, BatchNorm, LayerNorm, GraphNorm, Activation, JumpingKnowledge, Readout, LogSoftmax)
}
"""Every kind of step but attention layers and sums."""

NOT_COVERED = ("InstanceNorm", "PairNorm", "GraphSizeNorm", "MeanSubtractionNorm", "MessageNorm", "DiffGroupNorm")
"""Steps that published models have too, and gatviz doesn't."""


def kind_named(name: str) -> type[Step]:
    """The kind of step of this name.

    Raises:
        GatvizError: one that gatviz doesn't have, by its name.
    """
    if name not in AROUND:
        found = _lacking(name) if name in NOT_COVERED else quote(name)
        raise GatvizError(_("step"), one_of(AROUND), found, _("choose one of these"))
    return AROUND[name]


def _lacking(name: str) -> str:
    return _("{name}, which gatviz does not have").format(name=quote(name))


def kind_of_word(word: str) -> type[Step] | None:
    """The kind of step that a recipe calls so; None of a word that can name a module."""
    return next((kind for kind in AROUND.values() if word in kind.words), None)


def checked_name(name: str) -> str:
    """The name of a step's module.

    Raises:
        GatvizError: one that a recipe reads as something else, or cannot hold.
    """
    mend = _("give the module another name")
    if name == "x" or kind_of_word(name) is not None:
        raise GatvizError(_("name"), _("one that means nothing else in a recipe"), quote(name), mend)
    for kind in NOT_COVERED:
        if name.lower().replace("_", "") == kind.lower():
            raise GatvizError(_("step"), one_of(AROUND), _lacking(name), mend)
    if not name or not name.isprintable() or set(name) & set(" >+()") or "" in name.split("."):
        raise GatvizError(_("name"), _("letters, digits, _ and dots between them"), quote(name), mend)
    return name
