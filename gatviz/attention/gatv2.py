"""The GATv2 layer: attention whose ranking of sources can differ from target to target.

Dimension key: N nodes, E edges, F input features, H heads, C features per head, D edge features.
Source: Brody, Alon, Yahav 2022, "How Attentive are Graph Attention Networks?", arXiv 2105.14491, equation 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gatviz.attention.blocks import Block
from gatviz.attention.checks import check_flag
from gatviz.attention.edges import Edges
from gatviz.attention.layer_trace import GATv2Trace, LayerTrace
from gatviz.attention.layers import AttentionLayer, StageValue, _Attention, _no_bound, formulas, length


class GATv2AttentionLayer(AttentionLayer):
    """A GATv2 layer: e_ij = aᵀ LeakyReLU(W_target h_i + W_source h_j); see `AttentionLayer` for the rest.

    Arguments besides AttentionLayer's:
        share_weights: W_target is W_source.
        projection_bias: learnt vectors added to both projections (PyG and DGL have them).

    Parameters: `weight` [H·C, F], W_source, which also makes the features that are read; `weight_target`
    likewise unless shared; `att` [H, C]; `bias_source`, `bias_target` [H·C] with projection_bias; `weight_edge`
    [H·C, D] with edge features, whose W_edge f_ij is added before LeakyReLU.
    """

    own_settings = ("share_weights", "projection_bias")

    att: Tensor
    weight_target: Tensor | None
    bias_source: Tensor | None
    bias_target: Tensor | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = 1,
        *,
        share_weights: bool = False,
        projection_bias: bool = False,
        **settings: Any,
    ) -> None:
        check_flag("share_weights", share_weights)
        check_flag("projection_bias", projection_bias)
        self.share_weights, self.projection_bias = share_weights, projection_bias
        super().__init__(in_features, out_features, num_heads, **settings)

    def _make_parameters(self) -> None:
        width = self.num_heads * self.out_features
        self.weight = nn.Parameter(torch.empty(width, self.in_features))
        self.weight_target = None if self.share_weights else nn.Parameter(torch.empty(width, self.in_features))
        self.att = nn.Parameter(torch.empty(self.num_heads, self.out_features))
        self.bias_source = nn.Parameter(torch.empty(width)) if self.projection_bias else None
        two_biases = self.projection_bias and not self.share_weights
        self.bias_target = nn.Parameter(torch.empty(width)) if two_biases else None

    def _draw_parameters(self, generator: torch.Generator | None) -> None:
        """All by Xavier's uniform rule, biases 0."""
        for weight in (self.weight, self.weight_target, self.att):
            if weight is not None:
                nn.init.xavier_uniform_(weight, generator=generator)
        for bias in (self.bias_source, self.bias_target):
            if bias is not None:
                nn.init.zeros_(bias)

    def _attention(self, x: Tensor, weight: Tensor, edges: Edges, keep: bool) -> _Attention:
        Wh_source = formulas.project(x, weight, self.num_heads, self.bias_source)
        Wh_target = Wh_source
        if self.weight_target is not None:
            Wh_target = formulas.project(x, self.weight_target, self.num_heads, self.bias_target)
        att, slope = self.att, self.negative_slope
        f, weight_edge = edges.features, self.weight_edge

        def score(edges: Block) -> tuple[Tensor, ...]:
            Wf = None
            if weight_edge is not None and f is not None:
                Wf = formulas.project(f[edges.edges], weight_edge, self.num_heads)
            hidden = formulas.hidden_features(Wh_target, Wh_source, slope, edges, Wf)
            scores = hidden, (hidden * att).sum(-1)
            return scores if Wf is None else (Wf, *scores)

        values = self.num_heads * self.out_features
        kept = 0 if not keep else 2 if weight_edge is None else 3
        *stages, alpha = formulas.attend(score, edges.whole, keep=kept, values_per_edge=values)
        if not keep:
            return _Attention({}, alpha, Wh_source, _no_bound)
        *of_edge, hidden, e = stages
        named: dict[str, StageValue] = {"Wh_target": Wh_target, "Wh_source": Wh_source, "hidden": hidden, "e": e}
        if of_edge:
            named["Wf_edge"] = of_edge[0]

        def bound() -> float:
            met = max(1.0, abs(slope)) * sum(map(length, (Wh_target, Wh_source, *of_edge)))
            return met * max(1.0, self.out_features * length(att))

        return _Attention(named, alpha, Wh_source, bound)

    def _named(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        named = dict(parameters)
        H, C = self.num_heads, self.out_features
        W_source = named.pop("weight").view(H, C, self.in_features)
        W_target = named.pop("weight_target").view(H, C, self.in_features) if not self.share_weights else W_source
        result = {"W_target": W_target, "W_source": W_source, "a": named.pop("att"), **self._edge_projection(named)}
        if self.projection_bias:
            result["b_source"] = named.pop("bias_source").view(H, C)
            result["b_target"] = result["b_source"] if self.share_weights else named.pop("bias_target").view(H, C)
        return {**result, **named}

    def _trace_class(self) -> type[LayerTrace]:
        return GATv2Trace
