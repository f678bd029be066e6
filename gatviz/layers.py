"""Graph attention layers: the general one, and the tutorial's three with its calls and parameter names.

Dimension key: N nodes, E arcs, F input features, H heads, C features per head.
Source: Veličković et al. 2018, arXiv 1710.10903.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gatviz.attention import aggregate, attend, split_scores
from gatviz.edges import Edges, SelfLoops, check_self_loops, is_integer
from gatviz.errors import GatvizError, quote
from gatviz.graph import Graph
from gatviz.trace import GATTrace, LayerTrace

_XAVIER_GAIN = 1.414
ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {"elu": F.elu, "relu": F.relu, "tanh": torch.tanh}

Nodes = Tensor | NDArray[Any] | Graph


class AttentionLayer(nn.Module):
    """What every kind of attention layer shares: input forms, dropout, joining heads, forward and trace.

    A kind of layer adds its parameters and `_attention`, which goes from features to α and to the features
    that are read; everything before and after stands here once, so forward and trace cannot differ.

    Arguments:
        in_features: F. out_features: C, per head. num_heads: H.
        concat: heads side by side [N, H·C], or averaged [N, C].
        bias, residual: learnt vector added to the output; learnt projection of the input added to it.
        negative_slope: of LeakyReLU. dropout: on α; feature_dropout: on the input; both in training only.
        activation: None, "elu", "relu" or "tanh".
        self_loops: "as_given", "add_missing" or "remove".
        generator: draws the initial parameters instead of the global seed.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = 1,
        *,
        concat: bool = True,
        bias: bool = False,
        residual: bool = False,
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        feature_dropout: float = 0.0,
        activation: str | None = None,
        self_loops: SelfLoops = "as_given",
    ) -> None:
        super().__init__()
        for name, size in (
            ("in_features", in_features),
            ("out_features", out_features),
            ("num_heads", num_heads),
        ):
            if size < 1:
                raise GatvizError(name, "a whole number from 1", str(size), "give the layer at least one")
        for name, rate in (("dropout", dropout), ("feature_dropout", feature_dropout)):
            if not 0 <= rate < 1:
                raise GatvizError(name, "a rate from 0 to below 1", str(rate), "0.6 is the paper's")
        if activation is not None and activation not in ACTIVATIONS:
            raise GatvizError("activation", f"None or one of {', '.join(ACTIVATIONS)}", quote(activation), "choose one")
        check_self_loops(self_loops)
        self.in_features, self.out_features, self.num_heads = in_features, out_features, num_heads
        self.concat, self.negative_slope, self.dropout = concat, negative_slope, dropout
        self.feature_dropout, self.activation, self.self_loops = feature_dropout, activation, self_loops
        width = num_heads * out_features if concat else out_features
        self.has_bias, self.has_residual = bias, residual
        self.bias = nn.Parameter(torch.zeros(width)) if bias else None
        self.W_res = nn.Parameter(torch.empty(width, in_features)) if residual else None

    @property
    def output_width(self) -> int:
        """H·C if the heads are concatenated, else C."""
        return self.num_heads * self.out_features if self.concat else self.out_features

    def forward(
        self,
        X: Nodes,
        adj: Tensor | Edges | None = None,
        *,
        edge_index: Tensor | Edges | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The layer's output: [N, H·C] if the heads are concatenated, else [N, C].

        Arguments:
            X: features [N, F], read in the layer's precision; or a Graph, which brings its own edges.
            adj: dense [N, N] (adj[i, j] ≠ 0: i reads j), integers [2, E], or Edges.
            edge_index: integers [2, E] (row 0 = source, row 1 = target), or Edges.
            generator: draws dropout instead of the global seed.

        Raises:
            GatvizError: shapes that do not fit, or a [2, 2] adj that could be either form.
        """
        return self._run(X, adj, edge_index, generator).out

    def trace(
        self,
        X: Nodes,
        adj: Tensor | Edges | None = None,
        *,
        edge_index: Tensor | Edges | None = None,
        generator: torch.Generator | None = None,
    ) -> LayerTrace:
        """Every intermediate of the same run; arguments as for `forward`."""
        with torch.no_grad():
            run = self._run(X, adj, edge_index, generator)
        return self._trace_class()(
            **{name: _array(value) for name, value in run.attention.fields.items()},
            x=_array(run.x),
            **run.edges.arrays,
            alpha=_array(run.attention.alpha),
            dropout_mask=None if run.mask is None else _array(run.mask),
            alpha_dropped=None if run.mask is None else _array(run.read),
            h_prime=_array(run.h_prime),
            combined=_array(run.combined),
            residual=None if run.residual is None else _array(run.residual),
            pre_activation=_array(run.pre_activation),
            out=_array(run.out),
            weights=self.weights(),
            negative_slope=self.negative_slope,
            dropout=self.dropout if self.training else 0.0,
            concat=self.concat,
            activation=self.activation,
        )

    def weights(self) -> dict[str, NDArray[Any]]:
        """The parameters as arrays, by the names of the formulas."""
        found = {**self._attention_weights(), "bias": self.bias, "W_res": self.W_res}
        return {name: _array(value).copy() for name, value in found.items() if value is not None}

    def set_weights(self, **weights: NDArray[Any]) -> None:
        """Replace parameters by arrays of the same shape, by the names that `weights` gives.

        Raises:
            GatvizError: an unknown name, another shape, or a value that is not finite.
        """
        own = {**self._attention_weights(), "bias": self.bias, "W_res": self.W_res}
        for name, values in weights.items():
            parameter = own.get(name)
            if parameter is None:
                known = ", ".join(key for key, value in own.items() if value is not None)
                raise GatvizError("weights", f"one of {known}", quote(name), "use one of these names")
            array = np.asarray(values, dtype=np.float64)
            if array.shape != tuple(parameter.shape) or not np.isfinite(array).all():
                raise GatvizError(
                    f"weights, {name}",
                    f"finite numbers of shape {list(parameter.shape)}",
                    f"shape {list(array.shape)}",
                    "give one number for each entry",
                )
            with torch.no_grad():
                parameter.copy_(torch.as_tensor(array))

    # ---- what a kind of layer adds ----------------------------------------------------------------------

    def _attention(self, x: Tensor, edges: Edges) -> _Attention:
        raise NotImplementedError

    def _attention_weights(self) -> dict[str, Tensor]:
        raise NotImplementedError

    def _first_weight(self) -> Tensor:
        """A parameter that tells the layer's precision and device."""
        raise NotImplementedError

    def _trace_class(self) -> type[LayerTrace]:
        raise NotImplementedError

    # ---- the one path ------------------------------------------------------------------------------------

    def _run(
        self,
        X: Nodes,
        adj: Tensor | Edges | None,
        edge_index: Tensor | Edges | None,
        generator: torch.Generator | None,
    ) -> _Run:
        x, edges = self._inputs(X, adj, edge_index)
        training = self.training
        if training and self.feature_dropout:
            x = x * _keep(x, self.feature_dropout, generator) / (1 - self.feature_dropout)
        attention = self._attention(x, edges)
        mask, read = None, attention.alpha
        if training and self.dropout:
            mask = _keep(read, self.dropout, generator)
            read = read * mask / (1 - self.dropout)
        h_prime = aggregate(read, attention.values, edges)
        combined = h_prime.flatten(1) if self.concat else h_prime.mean(1)
        residual = F.linear(x, self.W_res) if self.has_residual else None
        z = combined if residual is None else combined + residual
        if self.has_bias:
            z = z + self.bias
        out = z if self.activation is None else ACTIVATIONS[self.activation](z)
        return _Run(x, edges, attention, mask, read, h_prime, combined, residual, z, out)

    def _inputs(self, X: Nodes, adj: Tensor | Edges | None, edge_index: Tensor | Edges | None) -> tuple[Tensor, Edges]:
        weight = self._first_weight()
        if isinstance(X, Graph):
            if adj is not None or edge_index is not None:
                raise GatvizError("edges", "none beside a Graph, which has its own", "both", "pass only the Graph")
            edges = Edges.from_edge_index(torch.tensor(X.edge_index), X.num_nodes).to(weight.device)
            x = torch.tensor(X.x, dtype=weight.dtype, device=weight.device)
        else:
            x = X if isinstance(X, Tensor) else torch.as_tensor(X)
            if x.dtype != weight.dtype:
                x = x.to(weight.dtype)
            if x.ndim != 2:
                raise GatvizError("X", "a matrix [N, F]", f"shape {list(x.shape)}", "one row per node")
            edges = _edges(adj, edge_index, x.shape[0], x.device)
        if x.shape[1] != self.in_features:
            raise GatvizError(
                "X",
                f"{self.in_features} features per node, as the layer has",
                str(x.shape[1]),
                f"make the layer with in_features={x.shape[1]}",
            )
        return x, edges if self.self_loops == "as_given" else edges.with_self_loops(self.self_loops)


class _Attention(NamedTuple):
    """From features to α: the kind's own fields by name (as a trace has them), α [E, H], what is read [N, H, C]."""

    fields: Mapping[str, Tensor]
    alpha: Tensor
    values: Tensor


class _Run(NamedTuple):
    x: Tensor
    edges: Edges
    attention: _Attention
    mask: Tensor | None
    read: Tensor
    h_prime: Tensor
    combined: Tensor
    residual: Tensor | None
    pre_activation: Tensor
    out: Tensor


class GATAttentionLayer(AttentionLayer):
    """A GAT layer with everything that published models use; see `AttentionLayer` for the arguments.

    Parameters: `weight` [H·C, F], head k's W in rows k·C to (k + 1)·C; `att` [H, 2, C], target then source.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = 1,
        *,
        generator: torch.Generator | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(in_features, out_features, num_heads, **settings)
        self.weight = nn.Parameter(torch.empty(num_heads * out_features, in_features))
        self.att = nn.Parameter(torch.empty(num_heads, 2, out_features))
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw as the tutorial does, head by head: W as nn.Linear draws it, then a (Xavier, gain 1.414)."""
        C = self.out_features
        for head in range(self.num_heads):
            nn.init.kaiming_uniform_(self.weight[head * C : (head + 1) * C], a=5**0.5, generator=generator)
            a = torch.empty(2 * C, 1)
            nn.init.xavier_uniform_(a, gain=_XAVIER_GAIN, generator=generator)
            self.att[head] = a.view(2, C)
        if self.W_res is not None:
            nn.init.xavier_uniform_(self.W_res, generator=generator)

    def _attention(self, x: Tensor, edges: Edges) -> _Attention:
        Wh = F.linear(x, self.weight).view(x.shape[0], self.num_heads, self.out_features)
        score_target, score_source = split_scores(Wh, self.att)
        raw, e, alpha = attend(score_target, score_source, edges, self.negative_slope)
        fields = {"Wh": Wh, "score_target": score_target, "score_source": score_source, "raw": raw, "e": e}
        return _Attention(fields, alpha, Wh)

    def _attention_weights(self) -> dict[str, Tensor]:
        return {
            "W": self.weight.view(self.num_heads, self.out_features, self.in_features),
            "a_target": self.att[:, 0],
            "a_source": self.att[:, 1],
        }

    def _first_weight(self) -> Tensor:
        return self.weight

    def _trace_class(self) -> type[LayerTrace]:
        return GATTrace


def _edges(
    adj: Tensor | Edges | None, edge_index: Tensor | Edges | None, num_nodes: int, device: torch.device
) -> Edges:
    if (adj is None) == (edge_index is None):
        found = "neither" if adj is None else "both"
        raise GatvizError("edges", "adj or edge_index", found, "pass exactly one of them")
    given = adj if edge_index is None else edge_index
    assert given is not None
    if not isinstance(given, Edges):
        given = torch.as_tensor(given)
        as_index = edge_index is not None or _looks_like_edge_index(given, num_nodes)
        given = Edges.from_edge_index(given, num_nodes) if as_index else Edges.from_adjacency(given)
    if given.num_nodes != num_nodes:
        raise GatvizError(
            "edges",
            f"{num_nodes} nodes, as X has rows",
            str(given.num_nodes),
            "give X and edges of one graph",
        )
    return given.to(device)


def _looks_like_edge_index(tensor: Tensor, num_nodes: int) -> bool:
    if tensor.ndim != 2 or tensor.shape[0] != 2 or not is_integer(tensor):
        return False
    if num_nodes == 2 and tensor.shape[1] == 2:
        raise GatvizError(
            "adj",
            "a matrix that can only be read one way",
            "[2, 2] integers for 2 nodes",
            "pass edge_index=… if it is one, else Edges.from_adjacency(adj)",
        )
    return True


def _keep(like: Tensor, rate: float, generator: torch.Generator | None) -> Tensor:
    """A mask that keeps each entry with probability 1 − rate."""
    device = like.device if generator is None else generator.device
    drawn = torch.rand(like.shape, generator=generator, device=device)
    return (drawn >= rate).to(like.device)


def _array(tensor: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def new_generator(seed: int) -> torch.Generator:
    """A generator of its own: what it draws depends on the seed alone."""
    return torch.Generator().manual_seed(seed)


@cache
def warm_up() -> None:
    """Run torch's very first operations, which take tens of milliseconds and are nobody's forward pass."""
    GATAttentionLayer(1, 1, generator=new_generator(0)).trace(torch.ones(1, 1), torch.ones(1, 1))


def available_devices() -> list[str]:
    """ "cpu", and what else torch finds on this machine."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found
