"""`LayerSettings`: what is chosen of an attention layer. A layer is built from it, and it is read off one.

A kind of layer stands in `LAYERS`; what it alone has, it says itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

import torch

from gatviz.attention.defaults import HEAD_FEATURES, HEADS, HIDDEN_ACTIVATION, NEGATIVE_SLOPE
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layers import Attention, AttentionLayer
from gatviz.errors import GatvizError, quote
from gatviz.words import _, or_list

Kind = Literal["GAT", "GATv2"]

LAYERS: Mapping[Kind, type[AttentionLayer]] = {"GAT": GATAttentionLayer, "GATv2": GATv2AttentionLayer}
"""What builds a layer of each kind."""


@dataclass(frozen=True, kw_only=True)
class LayerSettings:
    """An attention layer of a model, all but its input width, which the step before it gives.

    Attributes:
        kind: "GAT" or "GATv2".
        out_features: C, per head. num_heads: H. The others: see `AttentionLayer`.
        edge_features: D, how many features of every edge its scores read.
        edge_in_message: GAT only, see `GATAttentionLayer`.
        score_bias: GAT only, see there. share_weights: GATv2 only, see `GATv2AttentionLayer`.
        projection_bias: added to what W, or each W of GATv2, projects.
    """

    kind: Kind = "GAT"
    out_features: int = HEAD_FEATURES
    num_heads: int = HEADS
    concat: bool = True
    bias: bool = True
    residual: bool = False
    negative_slope: float = NEGATIVE_SLOPE
    dropout: float = 0.0
    feature_dropout: float = 0.0
    activation: str | None = HIDDEN_ACTIVATION
    attention: Attention = "learnt"
    share_weights: bool = False
    projection_bias: bool = False
    edge_features: int = 0
    edge_in_message: bool = False
    score_bias: bool = False

    def __post_init__(self) -> None:
        if self.kind not in LAYERS:
            raise GatvizError(_("kind"), or_list(f"'{kind}'" for kind in LAYERS), quote(self.kind), _("choose one"))
        for name in _foreign(self.kind):
            if getattr(self, name):
                owner = next(kind for kind, layer in LAYERS.items() if name in layer.own_settings)
                mend = _("leave {name} out or set kind='{owner}'").format(name=name, owner=owner)
                raise GatvizError(
                    name, _("a {owner} layer").format(owner=owner), _("kind '{kind}'").format(kind=self.kind), mend
                )

    @classmethod
    def of(cls, layer: AttentionLayer) -> Self:
        """The settings of a layer that exists."""
        kind = next(kind for kind, made in LAYERS.items() if isinstance(layer, made))
        elsewhere = {"kind", "bias", "residual", *_foreign(kind)}
        values: dict[str, Any] = {name: getattr(layer, name) for name in _names() if name not in elsewhere}
        return cls(kind=kind, bias=layer.bias is not None, residual=layer.W_res is not None, **values)

    def build(self, in_features: int, generator: torch.Generator | None = None) -> AttentionLayer:
        """A layer with these settings, freshly drawn; it takes the self-loops as they come."""
        elsewhere = {"kind", *_foreign(self.kind)}
        given: dict[str, Any] = {name: getattr(self, name) for name in _names() if name not in elsewhere}
        return LAYERS[self.kind](in_features, generator=generator, **given)


def _names() -> list[str]:
    return [field.name for field in fields(LayerSettings)]


def _foreign(kind: Kind) -> list[str]:
    """The settings that only other kinds of layer have."""
    own = LAYERS[kind].own_settings
    return [name for layer in LAYERS.values() for name in layer.own_settings if name not in own]
