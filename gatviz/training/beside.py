"""What is trained beside a model to see whether its attention was needed: the same data, the same schedule.

N nodes, E edges, F features come, C leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gatviz.attention.edges import SelfLoops
from gatviz.attention.inputs import read_inputs
from gatviz.attention.layers import activated, formulas, new_generator
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.model.plan import Sum

Beside = Literal["equal", "GAT", "GATv2", "GCN"]
BESIDE: tuple[Beside, ...] = ("equal", "GAT", "GATv2", "GCN")


class GCN(nn.Module):
    """A graph convolutional network: h′_i = Σ_j Wh_j / √(d_i d_j) + b over the edges into i, σ between the layers.

    d counts the edges into a node, self-loops as they are settled. Source: Kipf & Welling 2017, arXiv 1609.02907.

    Arguments:
        in_features: F. widths: C of each layer. activations: σ after each, None for none.
        feature_dropouts: before each layer, in training.
        self_loops: as for `GAT`. generator: draws the initial parameters, Glorot uniform.
    """

    def __init__(
        self,
        in_features: int,
        widths: Sequence[int],
        *,
        activations: Sequence[str | None],
        feature_dropouts: Sequence[float],
        self_loops: SelfLoops = "add_missing",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.self_loops: SelfLoops = self_loops
        self.activations, self.feature_dropouts = tuple(activations), tuple(feature_dropouts)
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for before, width in zip([in_features, *widths], widths, strict=False):
            weight = nn.init.xavier_uniform_(torch.empty(width, before), generator=generator)
            self.weights.append(nn.Parameter(weight))
            self.biases.append(nn.Parameter(torch.zeros(width)))

    def forward(self, graph: Graph, *, generator: torch.Generator | None = None) -> Tensor:
        """[N, C of the last layer]; in training `generator` draws the dropout."""
        first: Tensor = self.weights[0]
        x, edges = read_inputs(graph, None, None, first.shape[1], first)
        edges = edges.with_self_loops(self.self_loops)
        degrees = edges.ptr.diff().to(first.dtype)
        sizes = degrees.rsqrt().masked_fill(degrees == 0, 0)
        source, target = edges.edge_index
        shares = (sizes[source] * sizes[target]).unsqueeze(1)
        for weight, bias, name, rate in zip(
            self.weights, self.biases, self.activations, self.feature_dropouts, strict=True
        ):
            if self.training and rate:
                x = x.to_dense() if x.layout != torch.strided else x
                x = x * (torch.rand(x.shape, generator=generator) >= rate).to(x.device) / (1 - rate)
            x = formulas.aggregate(shares, formulas.project(x, weight, 1), edges.whole).squeeze(1) + bias
            x = x if name is None else activated(x, name)
        return x


def beside(kind: Beside, model: GAT, num_classes: int, seed: int = 0) -> Any:
    """A model to train beside another, as alike as its kind allows.

    Arguments:
        kind: "equal", the same model with the same initial weights and equal shares in the place of α;
            "GAT" or "GATv2", the same steps with layers of that kind; "GCN", one of the same widths, without α and
            so without dropout on it.
        seed: draws the initial weights of what has others than the model.
    """
    generator = new_generator(seed)
    if kind == "equal":
        return with_equal_shares(model)
    if kind == "GCN":
        settings = model.settings
        return GCN(
            model.in_features,
            [layer.output_width for layer in model.attention_layers[:-1]] + [num_classes],
            activations=[*(layer.activation for layer in settings[:-1]), None],
            feature_dropouts=[layer.feature_dropout for layer in settings],
            self_loops=model.self_loops,
            generator=generator,
        ).to(next(model.parameters()))
    return _drawn(model, _of_kind(kind, model.steps), generator)


def redrawn(model: GAT, seed: int) -> GAT:
    """The same steps with initial weights that this seed draws."""
    return _drawn(model, list(model.steps), new_generator(seed))


def _drawn(model: GAT, steps: Sequence[Any], generator: torch.Generator) -> GAT:
    loops: dict[str, Any] = {}
    if model.edge_features and model.self_loops == "add_missing":
        loops["loop_features"] = model.loop_features
    rest: dict[str, Any] = {"self_loops": model.self_loops, "generator": generator, **loops}
    if model.is_stack:
        made = GAT(model.in_features, [settings for _name, settings in steps], **rest)
    else:
        made = GAT.of_steps(model.in_features, steps, **rest)
    return made.to(next(model.parameters()))


def with_equal_shares(model: GAT) -> GAT:
    """The same model, weights and all, with 1/|N(i)| in the place of α."""
    equal = deepcopy(model)
    for layer in equal.attention_layers:
        layer.attention = "equal"
    return equal


def with_dropout(model: GAT, *, alpha: float, features: float) -> GAT:
    """The same model, weights and all, with other dropouts in all its attention layers."""
    changed = deepcopy(model)
    for layer in changed.attention_layers:
        layer.dropout, layer.feature_dropout = alpha, features
    return changed


def _of_kind(kind: Kind, steps: Sequence[Any]) -> list[Any]:
    """The steps with attention layers of another kind, freshly drawn."""
    changed: list[Any] = []
    for step in steps:
        if isinstance(step, Sum):
            changed.append(replace(step, steps=tuple(_of_kind(kind, step.steps))))
        elif isinstance(step, tuple) and isinstance(step[1], LayerSettings):
            name, layer = step
            alike = replace(layer, share_weights=False, edge_in_message=False, score_bias=False)
            changed.append((name, replace(alike, kind=kind)))
        else:
            changed.append(step)
    return changed
