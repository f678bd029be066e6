"""The normalisations of published models, each a step, as PyG has them in evaluation. N nodes, F features.

None of them changes what it has stored, in training either: whoever trains a model stores what it measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz.errors import GatvizError, quote
from gatviz.model.step import ParameterWords, Peer, Step, StepTensors, checked_width
from gatviz.numbers import check_finite
from gatviz.words import N_, _


@dataclass(frozen=True)
class _Norm(Step):
    """A normalisation: its ε, γ and β, and the width that it was made for.

    Arguments:
        eps: ε. affine: whether it has γ and β. in_features: F, checked if given.
    """

    eps: float = 1e-5
    affine: bool = True
    in_features: int | None = None

    told: ClassVar[ParameterWords] = {
        "weight": (r"\gamma", N_("The learnt scale of each feature.")),
        "bias": (r"\beta", N_("The learnt shift of each feature.")),
    }

    def __post_init__(self) -> None:
        check_finite("eps", self.eps, _("1e-05 is every library's own"))
        if self.eps < 0:
            raise GatvizError("eps", _("a number from 0"), quote(self.eps), _("1e-05 is every library's own"))

    def width(self, width: int) -> int:
        checked_width(self.in_features, width)
        return width

    def parameters(self, width: int, generator: torch.Generator | None) -> dict[str, Tensor]:
        """γ = weight [F], at first 1, and β = bias [F], at first 0."""
        return {"weight": torch.ones(width), "bias": torch.zeros(width)} if self.affine else {}

    def _scaled(self, y: Tensor, own: StepTensors) -> Tensor:
        return y * own["weight"] + own["bias"] if self.affine else y

    def _written(self, normed: str) -> str:
        return rf"y_i = \gamma \odot {normed} + \beta" if self.affine else rf"y_i = {normed}"


@dataclass(frozen=True)
class BatchNorm(_Norm):
    """Each feature shifted and scaled by the mean and variance that training stored, or by those of the nodes that run.

    Arguments besides the others':
        stored: whether by what training stored; else by what this run measures, as PyTorch has it with
            track_running_stats=False. While a model is trained it always measures; the stored ones stay as they are
            until somebody calls `GAT.store`.
    """

    stored: bool = True

    stem = "bn"
    fixed = ("running_mean", "running_var")
    told: ClassVar[ParameterWords] = {
        **_Norm.told,
        "running_mean": (r"\mu", N_("The mean of each feature that training stored.")),
        "running_var": ("v", N_("The variance of each feature that training stored.")),
    }

    @property
    def couples(self) -> bool:
        return not self.stored

    def in_training(self) -> BatchNorm:
        return replace(self, stored=False)

    def parameters(self, width: int, generator: torch.Generator | None) -> dict[str, Tensor]:
        """γ, β, and what training stored: running_mean [F], at first 0, and running_var [F], at first 1."""
        stored = {"running_mean": torch.zeros(width), "running_var": torch.ones(width)} if self.stored else {}
        return {**super().parameters(width, generator), **stored}

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        if self.stored:
            mean, var = own["running_mean"], own["running_var"]
        elif x.shape[0] == 1:
            expected, mend = _("two nodes at least, to measure their variance"), _("run it in evaluation mode")
            raise GatvizError("x", expected, _("one"), mend)
        else:
            mean, var = x.mean(0), x.var(0, unbiased=False)
        return self._scaled((x - mean) * (var + self.eps).rsqrt(), own)

    def measured(self, x: Tensor) -> dict[str, Tensor]:
        """Mean and unbiased variance [F] over the nodes, as PyTorch stores them."""
        x = x.detach()
        return {"running_mean": x.mean(0), "running_var": x.var(0)}

    @property
    def formula(self) -> str:
        return self._written(r"\frac{h_i - \mu}{\sqrt{v + \epsilon}}")

    @property
    def caption(self) -> str:
        if self.stored:
            return _("Each feature, shifted and scaled by the mean μ and variance v that training stored.")
        return _(
            "Each feature, shifted and scaled by its mean μ and variance v over these nodes: every node moves every."
        )

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        norm = nn.BatchNorm1d(width, eps=self.eps, affine=self.affine, track_running_stats=self.stored)
        return norm.eval(), _("PyTorch's {name}").format(name="BatchNorm1d")


@dataclass(frozen=True)
class LayerNorm(_Norm):
    """Shifted and scaled by the mean and deviation over all nodes and features ("graph"), or of each node ("node").

    PyG's default is "graph", and that couples every node to every other.
    """

    mode: Literal["graph", "node"] = "graph"

    stem = "ln"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in ("graph", "node"):
            raise GatvizError(
                "mode", _("'graph' or 'node'"), quote(self.mode), _("choose one; PyG's default is 'graph'")
            )

    @property
    def couples(self) -> bool:
        return self.mode == "graph"

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        if self.mode == "node":
            return F.layer_norm(x, x.shape[1:], own.get("weight"), own.get("bias"), self.eps)
        x = x - x.mean()
        return self._scaled(x / (x.std(unbiased=False) + self.eps), own)

    @property
    def formula(self) -> str:
        if self.mode == "node":
            return self._written(r"\frac{h_i - m_i}{\sqrt{v_i + \epsilon}}")
        return self._written(r"\frac{h_i - m}{s + \epsilon}")

    @property
    def caption(self) -> str:
        if self.mode == "node":
            return _("Each node's features, shifted and scaled by their own mean and variance.")
        return _(
            "All features shifted and scaled by one mean m and deviation s over all nodes: every node moves every."
        )

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        return pyg.LayerNorm(width, eps=self.eps, affine=self.affine, mode=self.mode), _("PyG's {name}").format(
            name="LayerNorm"
        )


@dataclass(frozen=True)
class GraphNorm(_Norm):
    """Each feature's mean over the nodes taken out in part (λ), then its size: every node moves every other.

    Source: Cai et al. 2021, arXiv 2009.03294, as PyG has it. It always has γ and β.
    """

    stem = "gn"
    told: ClassVar[ParameterWords] = {
        **_Norm.told,
        "mean_scale": (r"\lambda", N_("How much of each feature's mean is taken out.")),
    }

    @property
    def couples(self) -> bool:
        return True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.affine:
            raise GatvizError("affine", "True", "False", _("leave it out: GraphNorm always has its weights"))

    def parameters(self, width: int, generator: torch.Generator | None) -> dict[str, Tensor]:
        """γ, β, and λ = mean_scale [F], at first 1."""
        return {**super().parameters(width, generator), "mean_scale": torch.ones(width)}

    def run(self, x: Tensor, own: StepTensors) -> Tensor:
        x = x - x.mean(0) * own["mean_scale"]
        return own["weight"] * x / (x.square().mean(0) + self.eps).sqrt() + own["bias"]

    @property
    def formula(self) -> str:
        return self._written(r"\frac{o_i}{\sqrt{\frac{1}{N}\sum_k o_k^2 + \epsilon}}") + (
            r", \quad o_i = h_i - \lambda \odot \frac{1}{N}\sum_k h_k"
        )

    @property
    def caption(self) -> str:
        return _("Each feature shifted and scaled by its mean and size over all nodes: every node moves every.")

    def peer(self, pyg: Any, width: int) -> tuple[Peer, str]:
        return pyg.GraphNorm(width, eps=self.eps), _("PyG's {name}").format(name="GraphNorm")
