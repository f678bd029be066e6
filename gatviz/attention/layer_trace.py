"""`LayerTrace`: every intermediate of one run of one attention layer, frozen, as NumPy arrays.

N nodes, E edges (self-loops settled), F input features, H heads, C features per head, D edge features. Arrays are
indexed [N or E, H, C]; edges are sorted by target i, then source j. Nothing here computes attention: a layer hands
its own intermediates over, so that what is shown is what was computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.chain import stages, stages_of
from gatviz.attention.stage_row import ALPHA_ALONE, FieldInfo, LayerTraits
from gatviz.errors import GatvizError, quote
from gatviz.numbers import first_beyond, in_numpy, is_whole
from gatviz.words import _

Array = NDArray[np.floating]

MAX_DENSE_NODES = 200
"""Above this, an [N, N] matrix is no longer given: only the edges are."""


def settled(value: Any) -> Any:
    """A tensor (or a mapping of them, or a function that gives either) as read-only arrays; else the value."""
    if callable(value):
        value = value()
    if isinstance(value, Mapping):
        return MappingProxyType({name: settled(each) for name, each in value.items()})
    value = in_numpy(value)
    if isinstance(value, np.ndarray):
        value = value.view()
        value.setflags(write=False)
    return value


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LayerTrace:
    """What every kind of attention layer has: edges, α, and all that follows from it.

    Attributes (float arrays have the layer's precision):
        x: [N, F] input features. feature_mask (bool), x_dropped: [N, F], or None without dropout on features; with it
            everything after reads x_dropped.
        edge_index: [2, E] row 0 = source j, row 1 = target i; sorted by target, then source.
        ptr: [N + 1]; the edges into target i are those from ptr[i] to ptr[i + 1].
        input_edge: [E] column of each edge in the edges given, −1 for an added self-loop.
        edge_features: [E, D] as the layer read them, self-loops filled; Wf_edge: [E, H, C], projected by W_edge. Both
            None where the layer reads none.
        e, alpha: [E, H]. dropout_mask (bool), alpha_dropped: [E, H], or None without dropout.
        h_prime: [N, H, C]; with dropout it uses alpha_dropped.
        combined, pre_activation, out: [N, H·C] if concatenated, else [N, C]; residual likewise, or None.
        weights: the parameters that were used, by name.
        attention: "learnt"; "equal" where α is 1/|N(i)| and not the softmax of e; "given" where α alone is known.
    """

    kind: ClassVar[str] = ""

    x: Array
    edge_index: NDArray[np.int64]
    ptr: NDArray[np.int64]
    input_edge: NDArray[np.int64]
    e: Array
    alpha: Array
    dropout_mask: NDArray[np.bool_] | None
    alpha_dropped: Array | None
    h_prime: Array
    combined: Array
    residual: Array | None
    pre_activation: Array
    out: Array
    weights: Mapping[str, Array]
    negative_slope: float
    dropout: float
    concat: bool
    activation: str | None
    attention: str
    feature_dropout: float = field(default_factory=lambda: 0.0)
    feature_mask: NDArray[np.bool_] | None = field(default_factory=lambda: None)
    x_dropped: Array | None = field(default_factory=lambda: None)
    edge_features: Array | None = field(default_factory=lambda: None)
    Wf_edge: Array | None = field(default_factory=lambda: None)

    def __post_init__(self) -> None:
        for name, value in list(vars(self).items()):
            object.__setattr__(self, name, settled(value))

    @classmethod
    def deferred(cls, values: Mapping[str, Any]) -> Self:
        """A trace of tensors that nobody else holds; each turns into an array when it is first asked for.

        Making twenty arrays takes as long as attention on a small graph, and a view shows a few of them.

        Arguments:
            values: for each field a tensor, a function without arguments that gives one, or a plain value.
        """
        trace = object.__new__(cls)
        trace.__dict__["_waiting"] = values
        return trace

    if not TYPE_CHECKING:  # a checker knows the fields from their annotations

        def __getattr__(self, name: str) -> Any:
            """Settle a field of a deferred trace; called only until it stands among the attributes."""
            waiting = self.__dict__.get("_waiting", {})
            if name not in waiting:
                raise AttributeError(_("{kind} has no field '{name}'").format(kind=type(self).__name__, name=name))
            return self.__dict__.setdefault(name, settled(waiting[name]))

    def __getstate__(self) -> dict[str, Any]:
        """All fields settled, so that a copy stands alone."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**fields, "weights": dict(self.weights)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: settled(value) for name, value in state.items()})

    def __repr__(self) -> str:
        return f"{type(self).__name__}(N={self.num_nodes}, E={self.num_edges}, H={self.num_heads})"

    @property
    def num_nodes(self) -> int:
        """N."""
        return int(self.x.shape[0])

    @property
    def num_edges(self) -> int:
        """E."""
        return int(self.edge_index.shape[1])

    @property
    def num_heads(self) -> int:
        """H."""
        return int(self.alpha.shape[1])

    @property
    def head_features(self) -> int:
        """C."""
        return int(self.h_prime.shape[2])

    @cached_property
    def added_loops(self) -> NDArray[np.bool_]:
        """[E]: the self-loops that the policy added."""
        return self.input_edge < 0

    @property
    def alpha_alone(self) -> bool:
        """Whether nothing is known of the layer but α."""
        return self.kind == ALPHA_ALONE

    @property
    def ranked(self) -> Array:
        """[E, H]: what tells the order of all that a node reads: e, or α where that alone is known."""
        return self.alpha if self.alpha_alone else self.e

    @property
    def x_read(self) -> Array:
        """[N, F]: the features that were projected, after dropout on them if it is on."""
        return self.x if self.x_dropped is None else self.x_dropped

    @property
    def source_features(self) -> Array:
        """[N, H, C]: the projected features that are read, weighted by α."""
        raise NotImplementedError

    @property
    def edge_values(self) -> Array | None:
        """[E, H, C]: what is read of the edges themselves beside `source_features`; None where nothing is."""
        return None

    def features_read(self, edges: NDArray[np.integer] | slice) -> Array:
        """[…, H, C]: what α weighs, edge by edge: of the source, and of the edge itself where that is read too."""
        of_source: Array = self.source_features[self.edge_index[0, edges]]
        return of_source if self.edge_values is None else of_source + self.edge_values[edges]

    @cached_property
    def form(self) -> LayerTraits:
        """What this layer has and what it lacks."""
        weights = self.weights
        return LayerTraits(
            kind=self.kind,
            concat=self.concat,
            residual=self.residual is not None,
            bias="bias" in weights,
            projection_bias="b_source" in weights or "b_W" in weights,
            score_bias="b_a" in weights,
            shared_weights="W_source" in weights and np.shares_memory(weights["W_target"], weights["W_source"]),
            dropout=self.alpha_dropped is not None,
            feature_dropout=self.x_dropped is not None,
            activation=self.activation,
            negative_slope=self.negative_slope,
            edge_features="W_edge" in weights,
            edge_in_message=self.edge_values is not None,
            equal_shares=self.attention == "equal",
        )

    @property
    def fields(self) -> tuple[FieldInfo, ...]:
        """The intermediates of this run, in the order in which they were computed, with this layer's formulas."""
        held = [stage for stage in stages(self.kind) if stage.origin == "trace"]
        return tuple(stage.of(self.form) for stage in held if getattr(self, stage.name) is not None)

    def check_finite(self, largest: float | None = None) -> None:
        """Refuse a run with a number that is not finite, or larger in size than `largest`, in any field.

        Scores of all pairs count too, as far as `dense` gives them; its −∞ off the edges does not.

        Arguments:
            largest: the most that the precision of whoever shows the run can hold; its own if left out.

        Raises:
            GatvizError: naming the parameter that is not finite, or the first stage that overflowed.
        """
        for name, values in (("x", self.x), *self.weights.items(), *self._stages()):
            limit = float(np.finfo(values.dtype).max) if largest is None else largest
            place = first_beyond(values, limit)
            if place is None:
                continue
            expected, found = (
                _("finite numbers, at most {most:.2g} in size").format(most=limit),
                _("{value:.3g} at {place}").format(value=values[place], place=list(place)),
            )
            raise GatvizError(f"{self.kind}, {name}", expected, found, _("make features or weights smaller"))

    def _stages(self) -> Iterator[tuple[str, Array]]:
        """Every stage after the input with numbers in it, in the order in which they were computed."""
        for name in (info.name for info in self.fields[1:]):
            if (values := getattr(self, name)).dtype == bool:
                continue
            yield name, values
            if self.num_nodes <= MAX_DENSE_NODES:
                with np.errstate(all="ignore"):
                    pairs = [self.all_pairs(name, head) for head in range(self.num_heads)]
                yield from (
                    (_("{name} of a pair without an arrow").format(name=name), each)
                    for each in pairs
                    if each is not None
                )

    def edges_into(self, target: int) -> slice:
        """The places among E of the edges that end in this node."""
        return slice(int(self.ptr[target]), int(self.ptr[target + 1]))

    def edge_of(self, target: int, source: int) -> int | None:
        """The place among E of the edge source → target, or None if there is none."""
        edges = self.edges_into(target)
        place = edges.start + int(np.searchsorted(self.edge_index[0, edges], source))
        return place if place < edges.stop and self.edge_index[0, place] == source else None

    @cached_property
    def adjacency(self) -> NDArray[np.bool_]:
        """[N, N]: True where i reads j. Up to 200 nodes.

        Raises:
            GatvizError: above 200 nodes.
        """
        self._check_dense()
        mask = np.zeros((self.num_nodes, self.num_nodes), dtype=bool)
        mask[self.edge_index[1], self.edge_index[0]] = True
        mask.setflags(write=False)
        return mask

    def dense(self, name: str, head: int) -> Array:
        """A field over edges as an [N, N] matrix for one head; row = target i, column = source j.

        `raw` and `e` are finite for all pairs, as in the textbook form; `masked_e` is −∞ off the edges;
        `alpha` and `alpha_dropped` are 0 there.

        Raises:
            GatvizError: above 200 nodes, an unknown name, or a head that is not there.
        """
        self._check_dense()
        if not is_whole(head) or not 0 <= head < self.num_heads:
            raise GatvizError(
                _("dense('{name}')").format(name=name),
                _("a head from 0 to {last}").format(last=self.num_heads - 1),
                quote(head),
                _("heads count from 0"),
            )
        if (pairs := self.all_pairs(name, head)) is not None:
            return pairs
        if name == "masked_e":
            return self._scatter(self.e[:, head], -np.inf)
        shares = [stage.name for stage in stages_of(self.form) if stage.colour == "share"]
        values = getattr(self, name) if name in shares else None
        if values is None:
            raise GatvizError(
                _("dense"),
                _("'alpha', 'e', 'masked_e' or another field over edges of this run"),
                quote(name),
                _("choose one of those"),
            )
        return self._scatter(values[:, head], 0)

    def all_pairs(self, name: str, head: int) -> Array | None:
        """[N, N]: a score of one head for all pairs of nodes, linked or not; None of what is no such score.

        A pair without an arrow has no edge features, so they add nothing to its score.
        """
        raise NotImplementedError

    def _scatter(self, values: Array, elsewhere: float) -> Array:
        matrix = np.full((self.num_nodes, self.num_nodes), elsewhere, dtype=values.dtype)
        matrix[self.edge_index[1], self.edge_index[0]] = values
        return matrix

    def _check_dense(self) -> None:
        if self.num_nodes > MAX_DENSE_NODES:
            raise GatvizError(
                _("dense"),
                _("at most {most:,} nodes").format(most=MAX_DENSE_NODES),
                str(self.num_nodes),
                _("read the values over edges instead"),
            )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GATTrace(LayerTrace):
    """One run of a GAT layer (Veličković et al. 2018, arXiv 1710.10903, equations 1–6).

    Attributes besides LayerTrace's:
        Wh: [N, H, C] projected features. score_target, score_source: [N, H], the first with b_a where the layer has
            it. raw: [E, H], before LeakyReLU.
        score_edge: [E, H], what the edges' own features add to raw, or None.
        edge_in_message: whether h_prime sums Wh_j + Wf_edge and not Wh_j alone.
        weights: W [H, C, F], a_target and a_source [H, C]; W_edge [H, C, D] and a_edge [H, C], b_W [H, C], b_a [H, 1],
            bias and W_res where the layer has them.
    """

    kind: ClassVar[str] = "GAT"

    Wh: Array
    score_target: Array
    score_source: Array
    raw: Array
    score_edge: Array | None = field(default_factory=lambda: None)
    edge_in_message: bool = field(default_factory=lambda: False)

    @property
    def source_features(self) -> Array:
        """[N, H, C]: Wh."""
        return self.Wh

    @property
    def edge_values(self) -> Array | None:
        """[E, H, C]: Wf_edge, if it is part of the message."""
        return self.Wf_edge if self.edge_in_message else None

    def all_pairs(self, name: str, head: int) -> Array | None:
        """See `LayerTrace`: of raw and e."""
        if name not in ("raw", "e"):
            return None
        raw: Array = self.score_target[:, head, None] + self.score_source[None, :, head]
        if self.score_edge is not None:
            raw[self.edge_index[1], self.edge_index[0]] = self.raw[:, head]
        if name == "raw":
            return raw
        return np.where(raw > 0, raw, raw * raw.dtype.type(self.negative_slope))


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GATv2Trace(LayerTrace):
    """One run of a GATv2 layer (Brody et al. 2022, arXiv 2105.14491, equation 7).

    Attributes besides LayerTrace's:
        Wh_target, Wh_source: [N, H, C], the features projected for the reader and for the one that is read;
            h_prime sums Wh_source. hidden: [E, H, C], after LeakyReLU.
        weights: W_target and W_source [H, C, F], a [H, C]; W_edge [H, C, D], b_target and b_source [H, C], bias and
            W_res where the layer has them.
    """

    kind: ClassVar[str] = "GATv2"

    Wh_target: Array
    Wh_source: Array
    hidden: Array

    @property
    def source_features(self) -> Array:
        """[N, H, C]: Wh_source."""
        return self.Wh_source

    def all_pairs(self, name: str, head: int) -> Array | None:
        """See `LayerTrace`: of e."""
        if name != "e":
            return None
        met = self.Wh_target[:, None, head] + self.Wh_source[None, :, head]
        hidden = np.where(met > 0, met, met * met.dtype.type(self.negative_slope))
        e: Array = hidden @ self.weights["a"][head]
        e[self.edge_index[1], self.edge_index[0]] = self.e[:, head]
        return e
