"""Two runs side by side: which nodes and edges are those of before, and which of them are computed as before.

Nodes are matched by their names, edges by the names at their ends. H heads; A edges of either graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace, attention_in

_ATTENTION_WEIGHTS = (
    "W",
    "a_target",
    "a_source",
    "W_target",
    "W_source",
    "a",
    "b_target",
    "b_source",
    "W_edge",
    "a_edge",
    "b_W",
    "b_a",
)


@dataclass(frozen=True, eq=False)
class Matched:
    """Both runs with nodes numbered as in `names`. after's nodes keep their numbers."""

    before: Trace
    after: Trace
    names: tuple[str, ...]
    place: NDArray[np.int64]
    """[N before] the place of each of before's nodes among `names`."""

    @classmethod
    def of(cls, before: Trace, after: Trace) -> Matched:
        """Match two runs by the names of their nodes."""
        gone = [name for name in before.graph.names if name not in set(after.graph.names)]
        names = (*after.graph.names, *gone)
        place = {name: n for n, name in enumerate(names)}
        return cls(before, after, names, np.array([place[name] for name in before.graph.names], dtype=np.int64))

    @property
    def new_nodes(self) -> tuple[str, ...]:
        """The nodes that were not there before."""
        old = set(self.before.graph.names)
        return tuple(name for name in self.after.graph.names if name not in old)

    @property
    def gone_nodes(self) -> tuple[str, ...]:
        """The nodes that are no more."""
        return self.names[self.after.graph.num_nodes :]

    @cached_property
    def common(self) -> NDArray[np.int64]:
        """The places of the nodes in both graphs."""
        return np.sort(self.place[self.place < self.after.graph.num_nodes])

    @cached_property
    def place_before(self) -> NDArray[np.int64]:
        """[names] the number that each node had before, −1 for new ones."""
        result = np.full(len(self.names), -1)
        result[self.place] = np.arange(self.place.size)
        return result

    def rows(self, before: Array, after: Array) -> tuple[Array, Array]:
        """The rows of the common nodes, before and after, in one order."""
        return before[self.place_before[self.common]], after[self.common]

    @cached_property
    def same_features(self) -> NDArray[np.bool_]:
        """[names]: whether a node has the features that it had."""
        result = np.zeros(len(self.names), dtype=bool)
        if self.before.graph.num_features == self.after.graph.num_features:
            old, new = self.rows(self.before.graph.x, self.after.graph.x)
            result[self.common] = (old == new).all(axis=1)
        return result

    @cached_property
    def same_nodes(self) -> bool:
        """Whether both graphs have the same nodes."""
        return not self.new_nodes and not self.gone_nodes

    def same_attention(self, layer: int) -> NDArray[np.bool_]:
        """[names, heads of both]: whether all that a target's α is made from in this layer is as before."""
        then, now = self.before.layers[layer], self.after.layers[layer]
        return self._same_attention(then, now, self._unchanged.into[layer])

    @property
    def same_out(self) -> NDArray[np.bool_]:
        """[names]: whether everything that a node's output of the last step is made from is as before."""
        return self._unchanged.out

    @cached_property
    def _unchanged(self) -> _Unchanged:
        """What is unchanged at every layer; unknown, so taken for changed, where a step is another one than before."""
        nothing = np.zeros(len(self.names), dtype=bool)
        walk = _Unchanged([nothing] * max(len(self.before.layers), len(self.after.layers)), self.same_features)
        walk.through(self, self.before.steps, self.after.steps)
        return walk

    def _same_attention(self, then: LayerTrace, now: LayerTrace, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
        targets = same & self._same_reads(then, now, same)
        return targets[:, None] & _same_heads(then, now)

    def through_layer(self, then: LayerTrace, now: LayerTrace, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The nodes whose output of a layer is made as before, of those that come `same`."""
        joined = (then.concat, then.activation, then.form.edge_in_message)
        whole = _same_weights(then, now) and joined == (now.concat, now.activation, now.form.edge_in_message)
        if not whole or then.dropout or now.dropout:
            return np.zeros(len(self.names), dtype=bool)
        return np.asarray(self._same_attention(then, now, same).all(axis=1))

    def _same_reads(self, then: LayerTrace, now: LayerTrace, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether a target reads the same nodes as before, each of them `same`."""
        edges = edges_of(self, then, now)
        changed = (
            (edges.before_edge < 0) | (edges.after_edge < 0) | ~same[edges.source] | _other_features(edges, then, now)
        )
        result = np.ones(len(self.names), dtype=bool)
        result[edges.target[changed]] = False
        return result


@dataclass
class _Unchanged:
    """A walk through the steps of both runs: which nodes are made as before, into each layer and at the end.

    A step that couples all nodes leaves none unchanged once one is not.
    """

    into: list[NDArray[np.bool_]]
    out: NDArray[np.bool_]
    _layers: int = 0
    _blocks: list[NDArray[np.bool_]] = field(default_factory=list)

    def through(self, runs: Matched, before: Sequence[StepTrace], after: Sequence[StepTrace], top: bool = True) -> None:
        """Go on through these steps."""
        met = False
        for then, now in zip_longest(before, after):
            if then is None or now is None:
                self.out = np.zeros_like(self.out)
                return
            if top and attention_in([now]):
                self._blocks += [self.out] if met else []
                met = True
            came = self.out
            if then.layer is not None and now.layer is not None:
                self.into[self._layers] = came
                self._layers += 1
                self.out = runs.through_layer(then.layer, now.layer, came)
            elif then.inside and now.inside:
                self.through(runs, then.inside, now.inside, top=False)
                self.out = self.out & came
            elif then.step != now.step or _other_arrays(then.weights, now.weights):
                self.out = np.zeros_like(came)
            elif now.blocks:
                self.out = np.logical_and.reduce([*self._blocks, came])
            elif isinstance(now.step, Step) and now.step.couples:
                whole = runs.same_nodes and bool(came.all())
                self.out = np.full_like(came, whole)


def _same_heads(then: LayerTrace, now: LayerTrace) -> NDArray[np.bool_]:
    """[heads of both]: whether a head makes scores as before, number by number."""
    heads = min(then.num_heads, now.num_heads)
    if (then.kind, then.attention) != (now.kind, now.attention) or then.feature_dropout or now.feature_dropout:
        return np.zeros(heads, dtype=bool)
    if now.attention == "equal":
        return np.ones(heads, dtype=bool)
    if then.negative_slope != now.negative_slope:
        return np.zeros(heads, dtype=bool)
    names = [name for name in _ATTENTION_WEIGHTS if name in then.weights or name in now.weights]
    if any(name not in then.weights or name not in now.weights for name in names):
        return np.zeros(heads, dtype=bool)
    pairs = [(then.weights[name], now.weights[name]) for name in names]
    return np.array([all(np.array_equal(old[h], new[h]) for old, new in pairs) for h in range(heads)], dtype=bool)


def _same_weights(then: LayerTrace, now: LayerTrace) -> bool:
    return not _other_arrays(then.weights, now.weights)


def _other_arrays(old: Mapping[str, Array], new: Mapping[str, Array]) -> bool:
    return old.keys() != new.keys() or any(not np.array_equal(old[name], new[name]) for name in old)


@dataclass(frozen=True, eq=False)
class _Edges:
    """The edges of either run, by target, then source, in the numbers of the matched names."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    before_edge: NDArray[np.int64]
    after_edge: NDArray[np.int64]


def edges_of(matched: Matched, then: LayerTrace, now: LayerTrace) -> _Edges:
    """The edges of a layer in either run."""
    count = len(matched.names)
    old_source, old_target = matched.place[then.edge_index]
    new_source, new_target = now.edge_index
    old_key, new_key = old_target * count + old_source, new_target * count + new_source
    keys = np.union1d(old_key, new_key)
    before_edge, after_edge = np.full(keys.size, -1), np.full(keys.size, -1)
    before_edge[np.searchsorted(keys, old_key)] = np.arange(old_key.size)
    after_edge[np.searchsorted(keys, new_key)] = np.arange(new_key.size)
    return _Edges(keys % max(count, 1), keys // max(count, 1), before_edge, after_edge)


def _other_features(edges: _Edges, then: LayerTrace, now: LayerTrace) -> NDArray[np.bool_]:
    """[A]: which edges have other edge features than before, as the layers read them."""
    old, new = then.edge_features, now.edge_features
    if old is None and new is None:
        return np.zeros(edges.source.size, dtype=bool)
    if old is None or new is None or old.shape[1] != new.shape[1]:
        return np.ones(edges.source.size, dtype=bool)
    kept = (edges.before_edge >= 0) & (edges.after_edge >= 0)
    result = np.zeros(edges.source.size, dtype=bool)
    result[kept] = (old[edges.before_edge[kept]] != new[edges.after_edge[kept]]).any(axis=1)
    return result


def of_nodes(trace: Trace) -> bool:
    """Whether the output has a row for each node, and not one for all of them."""
    return not trace.out.shape[0] < trace.graph.num_nodes
