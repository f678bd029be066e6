"""The three layers of the GAT tutorial: same calls, same parameter names, same draws from the same seed.

Inside, the parameters of all heads are stored together; `state_dict`, `load_state_dict`, `layer.W.weight`,
`layer.a` and `layer.heads[k]` speak the tutorial's names. N nodes, F input features, H heads, C per head.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz.attention.defaults import HIDDEN_ACTIVATION, NEGATIVE_SLOPE, TUTORIAL_HEADS
from gatviz.attention.edges import SelfLoops
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.layers import Attention
from gatviz.errors import GatvizError, quote
from gatviz.words import _


class Projection:
    """`layer.W` as the tutorial has it, a linear map without bias: `W.weight` [C, F] and `W(x)`.

    `weight` is the layer's own memory: writing into it changes the layer.
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight

    @property
    def weight(self) -> Tensor:
        """[C, F]."""
        return self._weight

    @weight.setter
    def weight(self, values: Tensor) -> None:
        _write(self._weight, values, "W.weight")

    def __call__(self, x: Tensor) -> Tensor:
        """[…, C] from x […, F]."""
        return F.linear(x, self._weight)


class _TutorialLayer(GATAttentionLayer):
    """State dicts in the tutorial's names: `W.weight` [C, F] and `a` [2C, 1] of each head, under its prefix."""

    def _prefixes(self) -> list[str]:
        """What stands before `W.weight` and `a`, head by head."""
        raise NotImplementedError

    def _pieces(self, prefix: str) -> Iterator[tuple[str, str, Tensor]]:
        """Own parameter, name in the tutorial, and the view that belongs to it, head by head."""
        for head, name in enumerate(self._prefixes()):
            weight, a = self._views(head)
            yield "att", f"{prefix}{name}a", a
            yield "weight", f"{prefix}{name}W.weight", weight

    def _views(self, head: int) -> tuple[Tensor, Tensor]:
        """W [C, F] and a [2C, 1] of one head, with their gradients."""
        C = self.out_features
        rows = slice(head * C, (head + 1) * C)
        views = self.weight[rows], self.att[head].view(2 * C, 1)
        for view in views:
            _keep_gradient(view)
        gradients = self.weight.grad, self.att.grad
        if gradients[0] is not None:
            views[0].grad = gradients[0][rows]
        if gradients[1] is not None:
            views[1].grad = gradients[1][head].view(2 * C, 1)
        return views

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        own: dict[str, Any] = {}
        super()._save_to_state_dict(own, prefix, keep_vars)
        for name, key, view in self._pieces(prefix):
            own.pop(prefix + name, None)
            destination[key] = view if keep_vars else view.detach()
        destination.update(own)

    def _load_from_state_dict(
        self,
        state_dict: Mapping[str, Any],
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Put the heads together under the layer's own names, and let torch do the rest."""
        rest = dict(state_dict)
        foreign = [key for key in (f"{prefix}weight", f"{prefix}att") if rest.pop(key, None) is not None]
        unexpected_keys.extend(foreign if strict else [])
        found: dict[str, list[Tensor]] = {"weight": [], "att": []}
        for name, key, view in self._pieces(prefix):
            given = rest.pop(key, None)
            if given is None:
                missing_keys.append(key)
            elif not isinstance(given, Tensor) or given.shape != view.shape:
                shape = list(given.shape) if isinstance(given, Tensor) else quote(given)
                error_msgs.append(
                    _("{name}: expected a tensor of shape {shape}, found {found}.").format(
                        name=key, shape=list(view.shape), found=shape
                    )
                )
                given = None
            piece = view.detach() if given is None else given
            found[name].append(piece if view.is_meta else piece.to(view.device))
        rest[f"{prefix}weight"] = torch.cat(found["weight"])
        rest[f"{prefix}att"] = torch.cat(found["att"]).view(self.num_heads, 2, self.out_features)
        super()._load_from_state_dict(rest, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)


class SingleHeadGATLayer(_TutorialLayer):
    """One head without activation: `forward(X, adj)` → [N, C].

    Parameters `W.weight` [C, F] (no bias) and `a` [2C, 1]; a[:C] meets the target, a[C:] the source.
    `alpha` is the tutorial's name for negative_slope. `attention`, `self_loops` and `generator` as in AttentionLayer.
    """

    _activation: str | None = None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        dropout: float = 0.0,
        negative_slope: float = NEGATIVE_SLOPE,
        *,
        alpha: float | None = None,
        attention: Attention = "learnt",
        self_loops: SelfLoops = "as_given",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(
            in_features,
            out_features,
            dropout=dropout,
            negative_slope=_slope(negative_slope, alpha),
            activation=self._activation,
            attention=attention,
            self_loops=self_loops,
            generator=generator,
        )

    @classmethod
    def _of(cls, layer: _TutorialLayer, head: int) -> SingleHeadGATLayer:
        """One head of a layer as a layer of its own, on the same memory."""
        C = layer.out_features
        single = cls.__new__(cls)
        nn.Module.__init__(single)
        for name in (
            "in_features",
            "out_features",
            "negative_slope",
            "dropout",
            "feature_dropout",
            "self_loops",
            "attention",
            "edge_features",
            "edge_in_message",
            "projection_bias",
            "score_bias",
            "loop_features",
        ):
            setattr(single, name, getattr(layer, name))
        single.num_heads, single.concat, single.activation = 1, True, None
        single.bias = single.W_res = single.prelu = single.weight_edge = single.att_edge = None
        single.bias_projection = single.bias_score = None
        single.training = layer.training
        parts = {"weight": (layer.weight, slice(head * C, (head + 1) * C)), "att": (layer.att, slice(head, head + 1))}
        for name, (parameter, part) in parts.items():
            view = parameter[part]
            _keep_gradient(view)
            if parameter.grad is not None:
                view.grad = parameter.grad[part]
            single._parameters[name] = view  # type: ignore[assignment]
        return single

    def _prefixes(self) -> list[str]:
        return [""]

    @property
    def W(self) -> Projection:
        """`layer.W.weight` [C, F], on the layer's own memory."""
        return Projection(self.weight)

    @property
    def a(self) -> Tensor:
        """[2C, 1], on the layer's own memory."""
        return self._views(0)[1]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "a":
            _write(self.a, value, "a")
        elif name == "W":
            _write(self.weight, getattr(value, "weight", value), "W.weight")
        else:
            super().__setattr__(name, value)


class GATLayer(SingleHeadGATLayer):
    """One head followed by ELU: `forward(X, adj)` → [N, C]. Arguments as SingleHeadGATLayer's."""

    _activation = HIDDEN_ACTIVATION


class MultiHeadGATLayer(_TutorialLayer):
    """H heads, concatenated → ELU [N, H·C], or averaged → ELU [N, C].

    Parameters `heads.K.W.weight` and `heads.K.a`; other arguments as SingleHeadGATLayer's.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = TUTORIAL_HEADS,
        dropout: float = 0.0,
        negative_slope: float = NEGATIVE_SLOPE,
        concat: bool = True,
        *,
        alpha: float | None = None,
        attention: Attention = "learnt",
        self_loops: SelfLoops = "as_given",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(
            in_features,
            out_features,
            num_heads,
            concat=concat,
            dropout=dropout,
            negative_slope=_slope(negative_slope, alpha),
            activation=HIDDEN_ACTIVATION,
            attention=attention,
            self_loops=self_loops,
            generator=generator,
        )

    def _prefixes(self) -> list[str]:
        return [f"heads.{head}." for head in range(self.num_heads)]

    @property
    def heads(self) -> tuple[SingleHeadGATLayer, ...]:
        """Each head as a layer without activation, on this layer's own memory: `layer.heads[k].W.weight`, `.a`."""
        return tuple(SingleHeadGATLayer._of(self, head) for head in range(self.num_heads))


def _keep_gradient(view: Tensor) -> None:
    """Let a view of a parameter be asked for its gradient, as the tutorial's own parameters can be."""
    if view.requires_grad:
        view.retain_grad()


@torch.no_grad()
def _write(view: Tensor, values: Any, name: str) -> None:
    if not isinstance(values, Tensor) or values.shape != view.shape:
        found = _("shape {shape}").format(shape=list(values.shape)) if isinstance(values, Tensor) else quote(values)
        raise GatvizError(
            name,
            _("a tensor of shape {shape}").format(shape=list(view.shape)),
            found,
            _("keep the shape of the parameter"),
        )
    view.copy_(values)


def _slope(negative_slope: float, alpha: float | None) -> float:
    if alpha is None:
        return negative_slope
    if negative_slope not in (NEGATIVE_SLOPE, alpha):
        found = _("alpha={alpha} and negative_slope={negative_slope}").format(
            alpha=alpha, negative_slope=negative_slope
        )
        raise GatvizError(_("alpha"), _("the slope under one name"), found, _("keep one of the two"))
    return alpha
