"""The three layers of the GAT tutorial: same calls, same parameter names, same draws from the same seed.

Inside, the parameters of all heads are stored together; `state_dict`, `load_state_dict`, `layer.W.weight`,
`layer.a` and `layer.heads[k]` speak the tutorial's names. N nodes, F input features, H heads, C per head.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gatviz.edges import SelfLoops
from gatviz.errors import GatvizError
from gatviz.layers import GATAttentionLayer


class Head:
    """One head's parameters as views: writing into them in place changes the layer."""

    def __init__(self, layer: GATAttentionLayer, head: int) -> None:
        C = layer.out_features
        self.weight = layer.weight[head * C : (head + 1) * C]
        self.a = layer.att[head].view(2 * C, 1)

    @property
    def W(self) -> Head:
        """So that `head.W.weight` [C, F] reads as in the tutorial."""
        return self


class _TutorialLayer(GATAttentionLayer):
    """State dicts in the tutorial's names: `<prefix>W.weight` [C, F] and `<prefix>a` [2C, 1] for each head."""

    def _prefixes(self) -> list[str]:
        raise NotImplementedError

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for head, name in enumerate(self._prefixes()):
            views = Head(self, head)
            for key, value in (("W.weight", views.weight), ("a", views.a)):
                destination[f"{prefix}{name}{key}"] = value if keep_vars else value.detach()

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,  # noqa: ARG002 - torch calls it so
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        wanted = []
        for head, name in enumerate(self._prefixes()):
            views = Head(self, head)
            for key, view in (("W.weight", views.weight), ("a", views.a)):
                full = f"{prefix}{name}{key}"
                wanted.append(full)
                given = state_dict.get(full)
                if given is None:
                    missing_keys.append(full)
                elif tuple(given.shape) != tuple(view.shape):
                    error_msgs.append(f"{full}: expected shape {list(view.shape)}, found {list(given.shape)}.")
                else:
                    with torch.no_grad():
                        view.copy_(given)
        if strict:
            unexpected_keys.extend(key for key in state_dict if key.startswith(prefix) and key not in wanted)


class SingleHeadGATLayer(_TutorialLayer):
    """One head without activation: `forward(X, adj)` → [N, C].

    Parameters `W.weight` [C, F] (no bias) and `a` [2C, 1]; a[:C] meets the target, a[C:] the source.
    `alpha` is the tutorial's name for negative_slope. `self_loops` and `generator` as in AttentionLayer.
    """

    _activation: str | None = None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        dropout: float = 0.0,
        negative_slope: float = 0.2,
        *,
        alpha: float | None = None,
        self_loops: SelfLoops = "as_given",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(
            in_features,
            out_features,
            dropout=dropout,
            negative_slope=_slope(negative_slope, alpha),
            activation=self._activation,
            self_loops=self_loops,
            generator=generator,
        )

    def _prefixes(self) -> list[str]:
        return [""]

    @property
    def W(self) -> Head:
        """`layer.W.weight` [C, F], a view of the parameter."""
        return Head(self, 0)

    @property
    def a(self) -> Tensor:
        """[2C, 1], a view of the parameter."""
        return Head(self, 0).a


class GATLayer(SingleHeadGATLayer):
    """One head followed by ELU: `forward(X, adj)` → [N, C]. Arguments as SingleHeadGATLayer's."""

    _activation = "elu"


class MultiHeadGATLayer(_TutorialLayer):
    """H heads, concatenated → ELU [N, H·C], or averaged → ELU [N, C].

    Parameters `heads.K.W.weight` and `heads.K.a`; other arguments as SingleHeadGATLayer's.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = 4,
        dropout: float = 0.0,
        negative_slope: float = 0.2,
        concat: bool = True,
        *,
        alpha: float | None = None,
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
            activation="elu",
            self_loops=self_loops,
            generator=generator,
        )

    def _prefixes(self) -> list[str]:
        return [f"heads.{head}." for head in range(self.num_heads)]

    @property
    def heads(self) -> list[Head]:
        """`layer.heads[k].W.weight` and `.a`, views of head k's parameters."""
        return [Head(self, head) for head in range(self.num_heads)]


def _slope(negative_slope: float, alpha: float | None) -> float:
    if alpha is None:
        return negative_slope
    if negative_slope not in (0.2, alpha):
        raise GatvizError(
            "alpha",
            "the slope under one name",
            f"alpha={alpha} and negative_slope={negative_slope}",
            "keep one",
        )
    return alpha
