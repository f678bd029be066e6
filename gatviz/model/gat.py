"""`GAT`: the model, a sequence of steps; today a stack of attention layers, as the papers use them.

Dimension key: N nodes, F input features, H heads, C features per head.
Source: Veličković et al. 2018, arXiv 1710.10903, section 3.3; Brody et al. 2022, arXiv 2105.14491.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from gatviz.attention.defaults import HEAD_FEATURES, HEADS
from gatviz.attention.edges import Edges, SelfLoops, check_self_loops
from gatviz.attention.inputs import EdgesLike, EdgeFeatures, Nodes, check_edge_features, read_inputs
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import AttentionLayer
from gatviz.attention.loop_features import LoopChoice, loops_filled
from gatviz.errors import GatvizError, quote, within
from gatviz.graph.graph import Graph
from gatviz.model.steps import Kind, LayerSettings
from gatviz.model.trace import Trace
from gatviz.model.weights import Weights
from gatviz.words import _, ngettext


class GAT(nn.Module):
    """A stack of GAT and GATv2 layers over the same edges.

    Arguments:
        in_features: F.
        layers: settings, first layer to last.
        self_loops: "as_given", "add_missing" or "remove", once for all layers.
        loop_features: the features of self-loops with "add_missing", see `LoopFeatures`; None for gatviz's own way.
        generator: draws the initial parameters instead of the global seed.

    Raises:
        GatvizError: no layers, or settings out of range (naming the layer).
    """

    def __init__(
        self,
        in_features: int,
        layers: Sequence[LayerSettings],
        *,
        self_loops: SelfLoops = "as_given",
        loop_features: LoopChoice = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not layers:
            raise GatvizError(_("layers"), _("at least one"), _("none"), _("give a LayerSettings for each layer"))
        check_self_loops(self_loops)
        self.self_loops: SelfLoops = self_loops
        width, built = in_features, []
        for number, settings in enumerate(layers):
            with within(_("layer {number}").format(number=number)):
                built.append(settings.build(width, generator))
            width = built[-1].output_width
        self.layers = nn.ModuleList(built)
        widths = sorted({layer.edge_features for layer in built if layer.edge_features})
        if len(widths) > 1:
            found = " and ".join(map(str, widths))
            raise GatvizError("edge_features", "one number for all layers that read edges", found, "choose one")
        self.loop_features = loops_filled(loop_features, self_loops, self.edge_features)

    @classmethod
    def of_paper(
        cls,
        in_features: int,
        num_classes: int,
        *,
        num_layers: int = 2,
        kind: Kind = "GAT",
        head_features: int | None = None,
        num_heads: int | None = None,
        output_heads: int = 1,
        dropout: float = 0.0,
        self_loops: SelfLoops = "add_missing",
        loop_features: LoopChoice = None,
        generator: torch.Generator | None = None,
        **settings: Any,
    ) -> Self:
        """The stack of the paper: hidden layers concatenated + ELU, the last averaged and without activation.

        Arguments:
            num_classes: C of the last layer. output_heads: H of the last layer (the paper: 1; 8 for Pubmed).
            head_features, num_heads: C and H of the hidden layers; the paper's 8 each if left out.
            dropout: on features and on α alike (the paper: 0.6), in training only.
            settings: further LayerSettings for all layers (bias, residual, negative_slope, share_weights, …).
        """
        if num_layers < 1:
            raise GatvizError("num_layers", _("at least 1"), quote(num_layers), _("give the stack a layer"))
        if num_layers == 1:
            for name, value, other in (
                ("head_features", head_features, "num_classes"),
                ("num_heads", num_heads, "output_heads"),
            ):
                if value is not None:
                    mend = _("leave it out: the only layer is the last, which has {other}").format(other=other)
                    raise GatvizError(name, _("hidden layers"), _("none with num_layers=1"), mend)
        common: dict[str, Any] = {"kind": kind, "dropout": dropout, "feature_dropout": dropout, **settings}
        C = HEAD_FEATURES if head_features is None else head_features
        H = HEADS if num_heads is None else num_heads
        hidden = LayerSettings(out_features=C, num_heads=H, **common)
        last = LayerSettings(out_features=num_classes, num_heads=output_heads, concat=False, activation=None, **common)
        stack = [hidden] * (num_layers - 1) + [last]
        return cls(in_features, stack, self_loops=self_loops, loop_features=loop_features, generator=generator)

    @property
    def attention_layers(self) -> tuple[AttentionLayer, ...]:
        """The layers, first to last, with their type."""
        return tuple(layer for layer in self.layers if isinstance(layer, AttentionLayer))

    @property
    def settings(self) -> tuple[LayerSettings, ...]:
        """Every layer's settings, as they are now."""
        return tuple(LayerSettings.of(layer) for layer in self.attention_layers)

    @property
    def in_features(self) -> int:
        """F."""
        return self.attention_layers[0].in_features

    @property
    def edge_features(self) -> int:
        """D, how many features of every edge the layers read; 0 where none reads any."""
        return max(layer.edge_features for layer in self.attention_layers)

    def weights(self) -> Weights:
        """A copy of all layers' parameters as arrays."""
        return Weights(tuple(layer.weights() for layer in self.attention_layers))

    def set_weights(self, weights: Weights) -> None:
        """Replace all layers' parameters.

        Raises:
            GatvizError: another number of layers, or arrays that do not fit (naming the layer).
        """
        if len(weights.layers) != len(self.layers):
            raise GatvizError(
                _("weights"),
                ngettext("{n} layer", "{n} layers", len(self.layers)).format(n=len(self.layers)),
                str(len(weights.layers)),
                _("give one for each"),
            )
        for number, (layer, arrays) in enumerate(zip(self.attention_layers, weights.layers, strict=True)):
            with within(_("layer {number}").format(number=number)):
                layer.set_weights(**arrays)

    def forward(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        *,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The last layer's output [N, H·C] or [N, C]; arguments as for `AttentionLayer.forward`."""
        x, edges = self._inputs(X, adj, edge_index, edge_features)
        for layer in self.layers:
            x = layer(x, edges, generator=generator)
        return x

    def trace(self, graph: Graph, *, generator: torch.Generator | None = None) -> Trace:
        """Every layer's trace on this graph; in training mode `generator` draws the dropout.

        Raises:
            GatvizError: a number that is not finite, naming the layer and the first stage with such a one.
        """
        x, edges = self._inputs(graph, None, None, None)
        device = str(x.device)
        traces: list[LayerTrace] = []
        for number, layer in enumerate(self.attention_layers):
            with within(_("layer {number}").format(number=number)):
                x, trace = layer.forward_and_trace(x, edges, generator=generator)
            traces.append(trace)
        return Trace(graph, tuple(traces), device)

    def _inputs(self, X: Nodes, adj: EdgesLike, edge_index: EdgesLike, edge_features: EdgeFeatures) -> tuple[Tensor, Edges]:
        first = self.attention_layers[0]
        where = _("layer 0, X")
        x, edges = read_inputs(X, adj, edge_index, first.in_features, first.weight, where, edge_features)
        if self.edge_features or edge_features is not None:
            check_edge_features(edges, self.edge_features)
        return x, edges.with_self_loops(self.self_loops, self.loop_features)
