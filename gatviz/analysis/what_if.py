"""What if: how attention and output change from one run to another, whose graphs may differ.

Nodes are matched by their names, edges by the names at their ends. H heads; A edges of either graph.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.analysis.subject import called, listed, several
from gatviz.analysis.terms import strongest_into
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import GatvizError
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace, attention_in

_ROUNDING = 1e-5
"""A target whose inputs are all the same may still come out with other last digits, as sums are cut into other pieces
on a graph of another size. What is below this is then no change."""

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
)


@dataclass(frozen=True, eq=False)
class WhatIf:
    """The change from `before` to `after`, edge by edge and node by node.

    Attributes:
        names: the nodes of both graphs: those after, in their order, then the gone ones.
        source, target: [A] places in `names` of the edges of both graphs, by target, then source.
        status: [A] "kept", "new" or "gone".
        before, after: [A, H] α; NaN where the edge is not there.
        delta: [A, H] after − before, an edge that is not there counting as 0: a gone one lost all that it had, so the
            changes into a node that reads before and after add up to 0. Exactly 0 where nothing changed
            that α is made from.
        before_edge, after_edge: [A] the edge's place in the trace before and after, −1 where it is not there.
        new_nodes, gone_nodes: names.
        out: a row for each node in both: node, largest_change, distance (Euclidean), or None if the outputs
            have another width now. 0 exactly where nothing changed that the output is made from.
        sentences: what came of it, in words; the changes themselves are in `top_changes`.
    """

    names: tuple[str, ...]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    status: NDArray[np.str_]
    before: Array
    after: Array
    delta: Array
    before_edge: NDArray[np.int64]
    after_edge: NDArray[np.int64]
    new_nodes: tuple[str, ...]
    gone_nodes: tuple[str, ...]
    out: pd.DataFrame | None
    sentences: tuple[str, ...]

    @property
    def largest(self) -> float:
        """The largest size of a change: the end of a diverging scale around 0."""
        return float(np.abs(self.delta).max()) if self.delta.size else 0.0

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """Lowest and highest change of each head, over the edges of either graph; empty without edges."""
        if not self.delta.size:
            return ()
        return tuple((float(low), float(high)) for low, high in zip(self.delta.min(0), self.delta.max(0), strict=True))

    @cached_property
    def largest_into(self) -> NDArray[np.int64]:
        """[names, heads of both]: of the edges into a node, gone ones too, which changed most; −1 where none did."""
        result = np.full((len(self.names), self.delta.shape[1]), -1)
        for head, column in enumerate(self.delta.T):
            edges = np.flatnonzero(column)
            found = strongest_into(self.target[edges], column[edges], len(self.names))
            result[found >= 0, head] = edges[found[found >= 0]]
        return result

    @cached_property
    def on_present(self) -> Array:
        """[E, heads of both]: delta of the edges there are now, in the order of their trace, without gone ones."""
        here = self.after_edge >= 0
        result = np.empty((int(here.sum()), self.delta.shape[1]), self.delta.dtype)
        result[self.after_edge[here]] = self.delta[here]
        return result

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each edge and head: source, target, head, status, before, after, delta."""
        count, H = self.delta.shape
        names = np.array(self.names, dtype=object)
        return pd.DataFrame(
            {
                "source": np.repeat(names[self.source], H),
                "target": np.repeat(names[self.target], H),
                "head": np.tile(np.arange(H), count),
                "status": np.repeat(self.status, H),
                "before": self.before.ravel(),
                "after": self.after.ravel(),
                "delta": self.delta.ravel(),
            }
        )

    def top_changes(self, count: int = 10, head: int | None = None) -> pd.DataFrame:
        """The largest changes, of all heads or of one: the columns of `table`, and `sentence`.

        "A reads D: 0.31 → 0.05", "A now reads D: 0.05" or "A no longer reads D: was 0.31".
        """
        rows = self.table[self.table["delta"] != 0]
        if head is not None:
            rows = rows[rows["head"] == head]
        order = np.argsort(-np.abs(rows["delta"].to_numpy()), kind="stable")[:count]
        rows = rows.iloc[order].reset_index(drop=True)
        many = head is None and self.delta.shape[1] > 1
        rows["sentence"] = [_change(row, many) for row in rows.to_dict("records")]
        return rows


def _change(row: Mapping[Hashable, Any], many_heads: bool) -> str:
    where = f" (head {row['head']})" if many_heads else ""
    reader, read = called(row["target"]), called(row["source"])
    if row["status"] == "new":
        return f"{reader} now reads {read}: {row['after']:.2f}{where}"
    if row["status"] == "gone":
        return f"{reader} no longer reads {read}: was {row['before']:.2f}{where}"
    digits = 2 if abs(row["delta"]) >= 0.005 else 4
    return f"{reader} reads {read}: {row['before']:.{digits}f} → {row['after']:.{digits}f}{where}"


def what_if(before: Trace, after: Trace, layer: int = 0) -> WhatIf:
    """Compare two runs: α of one layer, and the last layer's output.

    Arguments:
        before, after: runs with their graphs; one layer's run is Trace(graph, (layer_trace,)).
        layer: which layer's α.

    Raises:
        GatvizError: a layer that one of them does not have.
    """
    for name, trace in (("before", before), ("after", after)):
        if not 0 <= layer < len(trace.layers):
            raise GatvizError(
                f"what_if, {name}", f"a layer {layer}", f"{len(trace.layers)} layers", "choose a layer of both"
            )
    matched = _Matched.of(before, after)
    then, now = before.layers[layer], after.layers[layer]
    edges = _edges(matched, then, now)
    H = min(then.num_heads, now.num_heads)
    old, new = _taken(then.alpha, edges.before_edge, H), _taken(now.alpha, edges.after_edge, H)
    delta = np.nan_to_num(new) - np.nan_to_num(old)
    untouched = matched.same_attention(layer)[edges.target] & (np.abs(delta) <= _ROUNDING)
    delta[untouched] = 0.0
    out = _out(matched, before, after)
    status = np.where(edges.before_edge < 0, "new", np.where(edges.after_edge < 0, "gone", "kept"))
    return WhatIf(
        names=matched.names,
        source=edges.source,
        target=edges.target,
        status=status,
        before=old,
        after=new,
        delta=delta,
        before_edge=edges.before_edge,
        after_edge=edges.after_edge,
        new_nodes=matched.new_nodes,
        gone_nodes=matched.gone_nodes,
        out=out,
        sentences=_sentences(matched, status, delta, out, then, now, H),
    )


@dataclass(frozen=True, eq=False)
class _Matched:
    """Both runs with nodes numbered as in `names`. after's nodes keep their numbers."""

    before: Trace
    after: Trace
    names: tuple[str, ...]
    place: NDArray[np.int64]
    """[N before] the place of each of before's nodes among `names`."""

    @classmethod
    def of(cls, before: Trace, after: Trace) -> _Matched:
        gone = [name for name in before.graph.names if name not in set(after.graph.names)]
        names = (*after.graph.names, *gone)
        place = {name: n for n, name in enumerate(names)}
        return cls(before, after, names, np.array([place[name] for name in before.graph.names], dtype=np.int64))

    @property
    def new_nodes(self) -> tuple[str, ...]:
        old = set(self.before.graph.names)
        return tuple(name for name in self.after.graph.names if name not in old)

    @property
    def gone_nodes(self) -> tuple[str, ...]:
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
        edges = _edges(self, then, now)
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

    def through(
        self, runs: _Matched, before: Sequence[StepTrace], after: Sequence[StepTrace], top: bool = True
    ) -> None:
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


def _edges(matched: _Matched, then: LayerTrace, now: LayerTrace) -> _Edges:
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


def _taken(alpha: Array, edges: NDArray[np.int64], heads: int) -> Array:
    """[A, H]: α of these edges, NaN where there is none."""
    result = np.full((edges.size, heads), np.nan, dtype=alpha.dtype)
    result[edges >= 0] = alpha[edges[edges >= 0], :heads]
    return result


def _out(matched: _Matched, before: Trace, after: Trace) -> pd.DataFrame | None:
    if before.out.shape[1] != after.out.shape[1] or not (_of_nodes(before) and _of_nodes(after)):
        return None
    old, new = matched.rows(before.out, after.out)
    change = (new - old).astype(np.float64)
    if len(before.layers) == len(after.layers):
        same = matched.same_out[matched.common]
        change[same & (np.abs(change) <= _ROUNDING * np.maximum(1.0, np.abs(new))).all(axis=1)] = 0.0
    return pd.DataFrame(
        {
            "node": np.array(matched.names, dtype=object)[matched.common],
            "largest_change": np.abs(change).max(axis=1, initial=0.0),
            "distance": np.sqrt((change**2).sum(axis=1)),
        }
    )


def _of_nodes(trace: Trace) -> bool:
    """Whether the output has a row for each node, and not one for all of them."""
    return not trace.out.shape[0] < trace.graph.num_nodes


def _sentences(
    matched: _Matched,
    status: NDArray[np.str_],
    delta: Array,
    out: pd.DataFrame | None,
    then: LayerTrace,
    now: LayerTrace,
    heads: int,
) -> tuple[str, ...]:
    told = []
    changed = (delta != 0).any(axis=1)
    new, gone = int((status == "new").sum()), int((status == "gone").sum())
    if not changed.any() and not new and not gone:
        still = out is not None and not out["distance"].any() and then.num_heads == now.num_heads
        told.append("Nothing changed: every α is as before." if still else "Every α that is compared is as before.")
    else:
        kept = status == "kept"
        told.append(
            f"α changed on {int((changed & kept).sum())} of the {several(int(kept.sum()), 'arrow')} that stayed; "
            "the others are exactly as before."
        )
        if new or gone:
            told.append(f"{several(new, 'arrow')} new, {several(gone, 'arrow')} gone.")
        if changed.any():
            told.append(f"Largest change of all: {np.abs(delta).max():.2f}.")
    if matched.new_nodes:
        told.append(f"New: {listed([called(name) for name in matched.new_nodes])}.")
    if matched.gone_nodes:
        told.append(f"Gone: {listed([called(name) for name in matched.gone_nodes])}. Nodes are matched by name.")
    if then.num_heads != now.num_heads:
        told.append(
            f"There were {several(then.num_heads, 'head')}, now there are {now.num_heads}: "
            f"the first {heads} are compared, number by number."
        )
    if out is None and _of_nodes(matched.after):
        told.append("The output has another width than before, so it is not compared.")
    elif out is None:
        told.append("The model gives one row for all nodes, so no node's output is compared.")
    elif len(out):
        moved = int((out["distance"] > 0).sum())
        told.append(f"The output changed at {moved} of the {several(len(out), 'node')} in both.")
    return tuple(told)
