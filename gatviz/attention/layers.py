"""Graph attention layers: what every kind shares, and the general GAT layer.

Dimension key: N nodes, E edges, F input features, H heads, C features per head, D edge features.
Source: Veličković et al. 2018, arXiv 1710.10903.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite, nan
from typing import Any, ClassVar, Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from gatviz.attention import fast
from gatviz.attention.activations import ACTIVATIONS, LEARNT, LEARNT_SLOPE
from gatviz.attention.checks import check_flag, checked_weight, whole
from gatviz.attention.defaults import EXAMPLE_DROPOUT, NEGATIVE_SLOPE
from gatviz.attention.dropout import dropped, stays
from gatviz.attention.edges import Edges, SelfLoops, check_self_loops
from gatviz.attention.inputs import EdgeFeatures, EdgesLike, Nodes, check_edge_features, read_inputs
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.loop_features import LoopChoice, loops_filled
from gatviz.errors import GatvizError, quote
from gatviz.numbers import check_finite
from gatviz.words import _, commas

formulas = fast
"""What all layers compute with. `arithmetic` has the same functions in the plain form, which may stand here too."""

Attention = Literal["learnt", "equal"]
"""Where α comes from: the softmax of the scores, or 1/|N(i)| for each that i reads, whatever the scores."""

_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    name: getattr(torch if hasattr(torch, name) else F, name) for name in ACTIVATIONS
}


StageValue = Tensor | Callable[[], Tensor] | bool | None
"""A stage for a trace: a tensor, what gives one when it is asked for, or that the layer has none."""


class _Attention(NamedTuple):
    """From features to α: the kind's own stages by a trace's names, α [E, H], and what is read [N, H, C].

    `edge_values` [E, H, C] is what is read from the edges themselves, or None.
    `stages` (tensors, or functions that give them) may be empty where only the output is wanted.
    `bound` gives a number that no stage before α exceeds in size, of any pair of nodes; it is not finite, or
    beyond what the precision holds, where one of them may not be.
    """

    stages: Mapping[str, StageValue]
    alpha: Tensor
    values: Tensor
    bound: Callable[[], float]
    edge_values: Tensor | None = None


class OutputParts(NamedTuple):
    """What an output was made from: α [E, H], which of it dropout let stay (None without), and h′ [N, H, C]."""

    alpha: Tensor
    dropout_mask: Tensor | None
    h_prime: Tensor


class _Run(NamedTuple):
    x: Tensor
    feature_mask: Tensor | None
    x_dropped: Tensor | None
    edges: Edges
    stages: Mapping[str, StageValue]
    bound: Callable[[], float]
    alpha: Tensor
    dropout_mask: Tensor | None
    alpha_dropped: Tensor | None
    h_prime: Tensor
    combined: Tensor
    residual: Tensor | None
    pre_activation: Tensor
    out: Tensor


class AttentionLayer(nn.Module):
    """What every kind of attention layer shares: input forms, dropout, joining heads, forward and trace.

    A kind of layer adds its parameters and `_attention`, which goes from features to α and to the features
    that are read; everything before and after stands here once, so forward and trace cannot differ.

    Arguments:
        in_features: F. out_features: C, per head. num_heads: H.
        concat: heads side by side [N, H·C], or averaged [N, C].
        bias, residual: learnt vector added to the output; learnt projection of the input added to it.
        negative_slope: of LeakyReLU. dropout: on α; feature_dropout: on the input; both in training only.
        activation: None or one of `ACTIVATIONS`; "prelu" adds the parameter `prelu` [1].
        attention: "learnt", or "equal": 1/|N(i)| in the place of α; all else as it is, and no gradient reaches
            what only the scores depend on.
        self_loops: "as_given", "add_missing" or "remove".
        edge_features: D, how many features of every edge the scores read; 0 reads none.
        loop_features: the features of self-loops with "add_missing", see `LoopFeatures`; None for gatviz's own way.
        generator: draws the initial parameters instead of the global seed.

    Raises:
        GatvizError: naming the first argument that is out of range.
    """

    own_settings: ClassVar[tuple[str, ...]] = ()
    """The arguments that this kind of layer has beside those of every kind; each is off unless given."""

    weight: Tensor

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_heads: int = 1,
        *,
        concat: bool = True,
        bias: bool = False,
        residual: bool = False,
        negative_slope: float = NEGATIVE_SLOPE,
        dropout: float = 0.0,
        feature_dropout: float = 0.0,
        activation: str | None = None,
        attention: Attention = "learnt",
        self_loops: SelfLoops = "as_given",
        edge_features: int = 0,
        loop_features: LoopChoice = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.in_features = whole("in_features", in_features)
        self.out_features = whole("out_features", out_features)
        self.num_heads = whole("num_heads", num_heads)
        self.edge_features = whole("edge_features", edge_features, smallest=0)
        for name, rate in (("dropout", dropout), ("feature_dropout", feature_dropout)):
            if not 0 <= rate < 1:
                raise GatvizError(
                    name,
                    _("a rate from 0 to below 1"),
                    quote(rate),
                    _("{value} is the paper's").format(value=EXAMPLE_DROPOUT),
                )
        check_finite("negative_slope", negative_slope, _("{value} is the paper's").format(value=NEGATIVE_SLOPE))
        if activation is not None and activation not in ACTIVATIONS:
            raise GatvizError(
                _("activation"),
                _("None or one of {choices}").format(choices=commas(ACTIVATIONS)),
                quote(activation),
                _("choose one"),
            )
        if attention not in get_args(Attention):
            raise GatvizError("attention", _("'learnt' or 'equal'"), quote(attention), _("choose one"))
        for name, flag in (("concat", concat), ("bias", bias), ("residual", residual)):
            check_flag(name, flag)
        check_self_loops(self_loops)
        self.concat, self.negative_slope, self.dropout = concat, negative_slope, dropout
        self.feature_dropout, self.activation, self.self_loops = feature_dropout, activation, self_loops
        self.loop_features = loops_filled(loop_features, self_loops, self.edge_features)
        self.attention: Attention = attention
        self._make_parameters()
        width = self.num_heads * self.out_features
        self.weight_edge = nn.Parameter(torch.empty(width, self.edge_features)) if self.edge_features else None
        self.bias = nn.Parameter(torch.empty(self.output_width)) if bias else None
        self.W_res = nn.Parameter(torch.empty(self.output_width, self.in_features)) if residual else None
        self.prelu = nn.Parameter(torch.empty(1)) if activation == LEARNT else None
        self.reset_parameters(generator)

    @property
    def output_width(self) -> int:
        """H·C if the heads are concatenated, else C."""
        return self.num_heads * self.out_features if self.concat else self.out_features

    def extra_repr(self) -> str:
        """What a printed layer says between its brackets."""
        join = "concatenated" if self.concat else "averaged"
        return f"F={self.in_features}, H={self.num_heads}, C={self.out_features}, {join}, activation={self.activation}"

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters anew; bias starts at 0."""
        self._draw_parameters(generator)
        if self.weight_edge is not None:
            nn.init.xavier_uniform_(self.weight_edge, generator=generator)
        if self.W_res is not None:
            nn.init.xavier_uniform_(self.W_res, generator=generator)
        if self.bias is not None:
            nn.init.zeros_(self.bias)
        if self.prelu is not None:
            nn.init.constant_(self.prelu, LEARNT_SLOPE)

    def forward(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        *,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The layer's output: [N, H·C] if the heads are concatenated, else [N, C].

        Arguments:
            X: features [N, F] (sparse CSR too), read in the layer's precision; or a Graph, with its own edges.
            adj: dense [N, N] (adj[i, j] ≠ 0: i reads j), integers [2, E], or Edges.
            edge_index: integers [2, E] (row 0 = source, row 1 = target), or Edges.
            edge_features: [E, D] in the order of edge_index, or of adj's entries row by row; Edges and a Graph
                bring their own.
            generator: draws dropout instead of the global seed.

        Raises:
            GatvizError: shapes that do not fit, or a [2, 2] adj that could be either form.
        """
        return self._run(X, adj, edge_index, edge_features, generator, keep=False).out

    def forward_and_parts(
        self, X: Nodes, edges: Edges, *, generator: torch.Generator | None = None
    ) -> tuple[Tensor, OutputParts]:
        """The output, and what it was made from; gradients flow through both."""
        run = self._run(X, edges, None, None, generator, keep=False)
        return run.out, OutputParts(run.alpha, run.dropout_mask, run.h_prime)

    def trace(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        *,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
        generator: torch.Generator | None = None,
    ) -> LayerTrace:
        """Every intermediate of the same run; arguments as for `forward`.

        Raises:
            GatvizError: as `forward`, and where a number is not finite, naming the first stage with such a one.
        """
        settings: dict[str, Any] = {"edge_index": edge_index, "edge_features": edge_features}
        return self.forward_and_trace(X, adj, generator=generator, **settings)[1]

    def forward_and_trace(
        self,
        X: Nodes,
        adj: EdgesLike = None,
        *,
        edge_index: EdgesLike = None,
        edge_features: EdgeFeatures = None,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, LayerTrace]:
        """The output, without gradients, and the trace of one and the same run; arguments as for `forward`."""
        if torch.is_grad_enabled():
            settings: dict[str, Any] = {"edge_index": edge_index, "edge_features": edge_features}
            with torch.no_grad():
                return self.forward_and_trace(X, adj, generator=generator, **settings)
        run = self._run(X, adj, edge_index, edge_features, generator, keep=True)
        own = {name: value.clone() for name, value in self._own_parameters().items()}
        trace = self._trace_class().deferred(
            {
                "x": _deferred_x(run.x, borrowed=run.x is X),
                "feature_mask": run.feature_mask,
                "x_dropped": run.x_dropped,
                "edge_index": run.edges.edge_index,
                "ptr": run.edges.ptr,
                "input_edge": run.edges.input_edge,
                "edge_features": _deferred_features(run.edges) if self.edge_features else None,
                "Wf_edge": None,
                **run.stages,
                "alpha": run.alpha,
                "dropout_mask": run.dropout_mask,
                "alpha_dropped": run.alpha_dropped,
                "h_prime": run.h_prime,
                "combined": run.combined,
                "residual": run.residual,
                "pre_activation": run.pre_activation,
                "out": run.out,
                "weights": partial(self._named, own),
                "negative_slope": self.negative_slope,
                "dropout": self.dropout if self.training else 0.0,
                "feature_dropout": self.feature_dropout if self.training else 0.0,
                "concat": self.concat,
                "activation": self.activation,
                "attention": self.attention,
            }
        )
        if not _surely_finite(run):
            trace.check_finite()
        return run.out, trace

    def weights(self) -> dict[str, NDArray[Any]]:
        """A copy of the parameters as arrays, by the names of the formulas (see the kind's trace)."""
        named = self._named(self._own_parameters())
        return {name: value.numpy(force=True).copy() for name, value in named.items()}

    def gradients(self) -> dict[str, NDArray[Any]]:
        """A copy of the parameters' gradients by the same names; 0 where none arrived."""
        own = self._own_parameters()
        found = {name: torch.zeros_like(value) if value.grad is None else value.grad for name, value in own.items()}
        return {name: value.numpy(force=True).copy() for name, value in self._named(found).items()}

    @torch.no_grad()
    def set_weights(self, **weights: ArrayLike) -> None:
        """Replace parameters by arrays of the same shape, by the names that `weights` gives. All or none.

        Raises:
            GatvizError: an unknown name, another shape, or a value that is not finite.
        """
        own = self._named(self._own_parameters())
        checked = {name: checked_weight(name, values, own) for name, values in weights.items()}
        at_place: dict[int, tuple[str, Tensor]] = {}
        for name, values in checked.items():
            other, same = at_place.setdefault(own[name].data_ptr(), (name, values))
            if not torch.equal(values, same):
                raise GatvizError(
                    _("weights, {name}").format(name=name),
                    _("the numbers of {other}").format(other=other),
                    _("others"),
                    _("give one: the layer shares it with {other}").format(other=other),
                )
        for name, values in checked.items():
            own[name].copy_(values)

    # ---- what a kind of layer adds ----------------------------------------------------------------------

    def _make_parameters(self) -> None:
        """Register the kind's parameters, not yet filled; `weight` is one of them."""
        raise NotImplementedError

    def _draw_parameters(self, generator: torch.Generator | None) -> None:
        raise NotImplementedError

    def _attention(self, x: Tensor, weight: Tensor, edges: Edges, keep: bool) -> _Attention:
        raise NotImplementedError

    def _named(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Views of these parameters (as `_own_parameters` gives them) by the names of the formulas."""
        raise NotImplementedError

    def _trace_class(self) -> type[LayerTrace]:
        raise NotImplementedError

    def _edge_projection(self, named: dict[str, Tensor]) -> dict[str, Tensor]:
        """W_edge [H, C, D], taken out of these parameters; nothing without edge features."""
        if not self.edge_features:
            return {}
        return {"W_edge": named.pop("weight_edge").view(self.num_heads, self.out_features, self.edge_features)}

    # ---- the one path ------------------------------------------------------------------------------------

    def _own_parameters(self) -> dict[str, Tensor]:
        return {name: value for name, value in self._parameters.items() if value is not None}

    def _run(
        self,
        X: Nodes,
        adj: EdgesLike,
        edge_index: EdgesLike,
        edge_features: EdgeFeatures,
        generator: torch.Generator | None,
        *,
        keep: bool,
    ) -> _Run:
        weight = self.weight  # a module's parameter takes as long to look up as a small sum
        x, edges = read_inputs(X, adj, edge_index, self.in_features, weight, "X", edge_features, self.edge_features > 0)
        if self.edge_features or edge_features is not None:
            check_edge_features(edges, self.edge_features)
        if self.self_loops != "as_given":
            edges = edges.with_self_loops(self.self_loops, self.loop_features)
        training = self.training
        came, feature_mask, x_dropped = x, None, None
        if training and self.feature_dropout:
            came, feature_mask, x = dropped(x, self.feature_dropout, generator, keep)
            x_dropped = x
        stages, alpha, values, bound, edge_values = self._attention(x, weight, edges, keep)
        if self.attention == "equal":
            alpha = formulas.equal_shares(alpha, edges.whole)
        mask = alpha_dropped = None
        if training and self.dropout:
            mask = stays(alpha, self.dropout, generator)
            alpha_dropped = alpha * (mask / (1 - self.dropout))
        used = alpha if alpha_dropped is None else alpha_dropped
        h_prime = formulas.aggregate(used, values, edges.whole)
        if edge_values is not None:
            h_prime = h_prime + formulas.aggregate(used, edge_values, edges.whole.reading_edges)
        combined = h_prime.flatten(1) if self.concat else h_prime.mean(1)
        z, residual = combined, None
        if self.W_res is not None:
            residual = formulas.project(x, self.W_res, 1).squeeze(1)
            z = z + residual
        if self.bias is not None:
            z = z + self.bias
        out = z if self.activation is None else activated(z, self.activation, self.prelu)
        end = (alpha, mask, alpha_dropped, h_prime, combined, residual, z, out)
        return _Run(came, feature_mask, x_dropped, edges, stages, bound, *end)


def activated(z: Tensor, name: str, weight: Tensor | None = None) -> Tensor:
    """σ of this name, with its weight where it has one."""
    return _FUNCTIONS[name](z) if weight is None else _FUNCTIONS[name](z, weight.to(z.dtype))


def length(values: Tensor) -> float:
    """√ of the sum of squares: no value is larger in size. Not finite where one is not, or where a square is not."""
    return float(torch.linalg.vector_norm(values))


def _no_bound() -> float:
    return nan


def _surely_finite(run: _Run) -> bool:
    """Whether no field of a trace can hold NaN or infinity, told by the few that cannot hide one of before.

    What comes after α shows in z: sums hand NaN and infinity on, only the activation may swallow them. Parameters
    that no edge meets show nowhere.
    """
    if run.edges.num_edges == 0:
        return False
    return run.bound() < torch.finfo(run.out.dtype).max / 2 and isfinite(run.pre_activation.sum().item())


def _deferred_features(edges: Edges) -> Tensor:
    """The edge features for a trace: Edges may hold the caller's own tensor."""
    assert edges.features is not None
    return edges.features.detach()


def _deferred_x(x: Tensor, borrowed: bool) -> Tensor | Callable[[], Tensor]:
    """x for a trace: dense, and if it is the caller's own, as it is now, copied only when asked for."""
    if x.layout != torch.strided:
        return x.clone().to_dense
    if not borrowed:
        return x
    return x.clone() if x.is_inference() else partial(_unchanged, x.detach() if x.requires_grad else x, x._version)


def _unchanged(x: Tensor, version: int) -> Tensor:
    if x._version != version:
        raise GatvizError(
            _("x of this trace"),
            _("the X that was run"),
            _("an X changed in place since"),
            _("pass X.clone() to trace"),
        )
    return x.clone()


def new_generator(seed: int) -> torch.Generator:
    """A generator of its own: what it draws depends on the seed alone."""
    return torch.Generator().manual_seed(seed)


def use_one_thread() -> None:
    """Let torch take one thread, for good: what an app whose users' small runs stand beside each other calls.

    To be called in every thread that computes, first of all: torch keeps the number for the whole process, but a new
    thread's first products of matrices don't ask for it. Waiting for a second thread on a busy machine can take a
    hundred times as long as a small graph's run, and changing the number around a run would change it under the others.
    """
    torch.set_num_threads(1)


def available_devices() -> list[str]:
    """ "cpu", and what else torch finds on this machine."""
    devices = ["cpu"]
    if torch.cuda.is_available():
        devices.append("cuda")
    if torch.backends.mps.is_available():
        devices.append("mps")
    return devices
