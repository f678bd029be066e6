"""The GAT layer: a score is the sum of what the target and the source of an edge give, and its own features if read.

Dimension key: N nodes, E edges, F input features, H heads, C features per head, D edge features.
Source: Veličković et al. 2018, arXiv 1710.10903, equations 1–6; edge features as in PyG's GATConv, and with
`edge_in_message` as in DGL's EdgeGATConv (Kaminski et al. 2023, arXiv 2301.03512).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz.attention.blocks import Block
from gatviz.attention.checks import check_flag
from gatviz.attention.defaults import ATTENTION_GAIN
from gatviz.attention.edges import Edges
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.attention.layers import AttentionLayer, StageValue, _Attention, _no_bound, formulas, length, new_generator
from gatviz.errors import GatvizError
from gatviz.words import _


class GATAttentionLayer(AttentionLayer):
    """A GAT layer with everything that published models use; see `AttentionLayer` for the other arguments.

    Arguments besides AttentionLayer's:
        edge_in_message: what is read from j is Wh_j + W_edge f_ij, as in DGL's EdgeGATConv, and not Wh_j alone.
        projection_bias: a learnt vector added to Wh, so that scores and what is read have it too.
        score_bias: a learnt number for each head, added to the target half of its scores.

    Parameters: `weight` [H·C, F], head k's W in rows k·C to (k + 1)·C; `att` [H, 2, C], target then source; with edge
    features `weight_edge` [H·C, D], W_edge, and `att_edge` [H, C]; `bias_projection` [H·C], `bias_score` [H].
    """

    own_settings = ("edge_in_message", "projection_bias", "score_bias")

    att: Tensor
    att_edge: Tensor | None
    bias_projection: Tensor | None
    bias_score: Tensor | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = 1,
        *,
        edge_in_message: bool = False,
        projection_bias: bool = False,
        score_bias: bool = False,
        **settings: Any,
    ) -> None:
        given = {"edge_in_message": edge_in_message, "projection_bias": projection_bias, "score_bias": score_bias}
        for name, flag in given.items():
            check_flag(name, flag)
        if edge_in_message and not settings.get("edge_features"):
            raise GatvizError("edge_in_message", _("edge features"), _("none"), _("set edge_features or leave it out"))
        self.edge_in_message, self.projection_bias, self.score_bias = edge_in_message, projection_bias, score_bias
        super().__init__(in_features, out_features, num_heads, **settings)

    def _make_parameters(self) -> None:
        H, C = self.num_heads, self.out_features
        self.weight = nn.Parameter(torch.empty(H * C, self.in_features))
        self.att = nn.Parameter(torch.empty(H, 2, C))
        self.att_edge = nn.Parameter(torch.empty(H, C)) if self.edge_features else None
        self.bias_projection = nn.Parameter(torch.empty(H * C)) if self.projection_bias else None
        self.bias_score = nn.Parameter(torch.empty(H)) if self.score_bias else None

    def _draw_parameters(self, generator: torch.Generator | None) -> None:
        """As the tutorial draws, head by head: W as nn.Linear draws it, then a (Xavier, gain 1.414); biases are 0."""
        C = self.out_features
        for head in range(self.num_heads):
            nn.init.kaiming_uniform_(self.weight[head * C : (head + 1) * C], a=5**0.5, generator=generator)
            nn.init.xavier_uniform_(self.att[head].view(2 * C, 1), gain=ATTENTION_GAIN, generator=generator)
        if self.att_edge is not None:
            nn.init.xavier_uniform_(self.att_edge, gain=ATTENTION_GAIN, generator=generator)
        for bias in (self.bias_projection, self.bias_score):
            if bias is not None:
                nn.init.zeros_(bias)

    def _attention(self, x: Tensor, weight: Tensor, edges: Edges, keep: bool) -> _Attention:
        Wh = formulas.project(x, weight, self.num_heads, self.bias_projection)
        scores = formulas.split_scores(Wh, self.att)
        if (bias := self.bias_score) is not None:
            scores = scores + torch.stack([bias, torch.zeros_like(bias)])
        slope = self.negative_slope
        if self.edge_features:
            return self._with_edges(Wh, scores, edges, keep)

        def score(edges: Block) -> tuple[Tensor, Tensor]:
            raw = formulas.raw_scores(scores, edges)
            return raw, F.leaky_relu(raw, slope)

        *stages, alpha = formulas.attend(score, edges.whole, keep=1 if keep else 0, values_per_edge=self.num_heads)
        if not keep:
            return _Attention({}, alpha, Wh, _no_bound)
        (raw,) = stages  # e follows from it by the same LeakyReLU whenever it is asked for
        # raw is the sum of two scores; Wh and x cannot be infinite without a score that is.
        return _Attention(
            {**self._of_nodes(Wh, scores, raw), "score_edge": None},
            alpha,
            Wh,
            lambda: 2 * max(1.0, abs(slope)) * length(scores),
        )

    def _with_edges(self, Wh: Tensor, scores: Tensor, edges: Edges, keep: bool) -> _Attention:
        """The same with a third part of every score, which the edge itself gives."""
        slope, heads = self.negative_slope, self.num_heads
        f, weight_edge, att_edge = edges.features, self.weight_edge, self.att_edge
        assert f is not None
        assert weight_edge is not None
        assert att_edge is not None

        def score(edges: Block) -> tuple[Tensor, ...]:
            Wf = formulas.project(f[edges.edges], weight_edge, heads)
            of_edge = formulas.edge_scores(Wf, att_edge)
            raw = formulas.raw_scores(scores, edges) + of_edge
            return Wf, of_edge, raw, F.leaky_relu(raw, slope)

        kept = 3 if keep else 1 if self.edge_in_message else 0
        values = heads * self.out_features
        *stages, alpha = formulas.attend(score, edges.whole, keep=kept, values_per_edge=values)
        edge_values = stages[0] if self.edge_in_message else None
        if not keep:
            return _Attention({}, alpha, Wh, _no_bound, edge_values)
        Wf, of_edge, raw = stages
        named = {**self._of_nodes(Wh, scores, raw), "Wf_edge": Wf, "score_edge": of_edge}

        def bound() -> float:
            return max(1.0, abs(slope)) * (2 * length(scores) + length(of_edge))

        return _Attention(named, alpha, Wh, bound, edge_values)

    def _of_nodes(self, Wh: Tensor, scores: Tensor, raw: Tensor) -> dict[str, StageValue]:
        return {
            "Wh": Wh,
            "score_target": partial(scores.select, 1, 0),
            "score_source": partial(scores.select, 1, 1),
            "raw": raw,
            "e": partial(F.leaky_relu, raw, self.negative_slope),
            "edge_in_message": self.edge_in_message,
        }

    def _named(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        named = dict(parameters)
        weight, att = named.pop("weight"), named.pop("att")
        W = weight.view(self.num_heads, self.out_features, self.in_features)
        result = {"W": W, "a_target": att[:, 0], "a_source": att[:, 1], **self._edge_projection(named)}
        if self.edge_features:
            result["a_edge"] = named.pop("att_edge")
        if self.projection_bias:
            result["b_W"] = named.pop("bias_projection").view(self.num_heads, self.out_features)
        if self.score_bias:
            result["b_a"] = named.pop("bias_score").unsqueeze(1)
        return {**result, **named}

    def _trace_class(self) -> type[LayerTrace]:
        return GATTrace


@cache
def warm_up() -> None:
    """Run torch's very first operations, which take tens of milliseconds and are nobody's forward pass."""
    GATAttentionLayer(1, 1, generator=new_generator(0)).trace(torch.ones(1, 1), torch.ones(1, 1))
