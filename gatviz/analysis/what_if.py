"""What if: how attention and output change from one run to another, whose graphs may differ.

Nodes are matched by their names, edges by the names at their ends. H heads; A edges of either graph.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.analysis.subject import called, listed, nodes
from gatviz.analysis.terms import strongest_into
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import GatvizError
from gatviz.model.trace import Trace
from gatviz.words import _, ngettext

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
    if row["status"] == "new":
        told = _("{reader} now reads {read}: {after:.2f}")
    elif row["status"] == "gone":
        told = _("{reader} no longer reads {read}: was {before:.2f}")
    elif abs(row["delta"]) >= 0.005:
        told = _("{reader} reads {read}: {before:.2f} → {after:.2f}")
    else:
        told = _("{reader} reads {read}: {before:.4f} → {after:.4f}")
    change = told.format(
        reader=called(row["target"]), read=called(row["source"]), before=row["before"], after=row["after"]
    )
    return _("{change} (head {head})").format(change=change, head=row["head"]) if many_heads else change


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
            count = len(trace.layers)
            found = ngettext("{n} layer", "{n} layers", count).format(n=count)
            expected = _("a layer {number}").format(number=layer)
            raise GatvizError(f"what_if, {name}", expected, found, _("choose a layer of both"))
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

    def same_attention(self, layer: int) -> NDArray[np.bool_]:
        """[names, heads of both]: whether all that a target's α is made from in this layer is as before."""
        then, now = self.before.layers[layer], self.after.layers[layer]
        same = self._same_features(layer)
        targets = same & self._same_reads(then, now, same)
        return targets[:, None] & _same_heads(then, now)

    def same_out(self, layer: int) -> NDArray[np.bool_]:
        """[names]: whether everything that a node's output of this layer is made from is as before."""
        then, now = self.before.layers[layer], self.after.layers[layer]
        joined = (then.concat, then.activation, then.form.edge_in_message)
        whole = _same_weights(then, now) and joined == (now.concat, now.activation, now.form.edge_in_message)
        if not whole or then.dropout or now.dropout:
            return np.zeros(len(self.names), dtype=bool)
        return np.asarray(self.same_attention(layer).all(axis=1))

    def _same_features(self, layer: int) -> NDArray[np.bool_]:
        result = np.zeros(len(self.names), dtype=bool)
        then, now = self.before.layers[layer], self.after.layers[layer]
        if then.x.shape[1] != now.x.shape[1]:
            return result
        old, new = self.rows(then.x, now.x)
        if layer == 0:
            result[self.common] = (old == new).all(axis=1)
        else:
            result[self.common] = (np.abs(old - new) <= _ROUNDING * np.maximum(1.0, np.abs(new))).all(axis=1)
            result &= self.same_out(layer - 1)
        return result

    def _same_reads(self, then: LayerTrace, now: LayerTrace, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether a target reads the same nodes as before, each of them `same`."""
        edges = _edges(self, then, now)
        changed = (
            (edges.before_edge < 0) | (edges.after_edge < 0) | ~same[edges.source] | _other_features(edges, then, now)
        )
        result = np.ones(len(self.names), dtype=bool)
        result[edges.target[changed]] = False
        return result


def _same_heads(then: LayerTrace, now: LayerTrace) -> NDArray[np.bool_]:
    """[heads of both]: whether a head makes scores as before, number by number."""
    heads = min(then.num_heads, now.num_heads)
    if then.kind != now.kind or then.negative_slope != now.negative_slope:
        return np.zeros(heads, dtype=bool)
    names = [name for name in _ATTENTION_WEIGHTS if name in then.weights or name in now.weights]
    if any(name not in then.weights or name not in now.weights for name in names):
        return np.zeros(heads, dtype=bool)
    pairs = [(then.weights[name], now.weights[name]) for name in names]
    return np.array([all(np.array_equal(old[h], new[h]) for old, new in pairs) for h in range(heads)], dtype=bool)


def _same_weights(then: LayerTrace, now: LayerTrace) -> bool:
    old, new = then.weights, now.weights
    return old.keys() == new.keys() and all(np.array_equal(old[name], new[name]) for name in old)


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
    if before.out.shape[1] != after.out.shape[1]:
        return None
    old, new = matched.rows(before.out, after.out)
    change = (new - old).astype(np.float64)
    if len(before.layers) == len(after.layers):
        same = matched.same_out(len(after.layers) - 1)[matched.common]
        change[same & (np.abs(change) <= _ROUNDING * np.maximum(1.0, np.abs(new))).all(axis=1)] = 0.0
    return pd.DataFrame(
        {
            "node": np.array(matched.names, dtype=object)[matched.common],
            "largest_change": np.abs(change).max(axis=1, initial=0.0),
            "distance": np.sqrt((change**2).sum(axis=1)),
        }
    )


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
        told.append(
            _("Nothing changed: every α is as before.") if still else _("Every α that is compared is as before.")
        )
    else:
        kept = status == "kept"
        stayed = ngettext(
            "α changed on {changed} of the {n} arrow that stayed; the others are exactly as before.",
            "α changed on {changed} of the {n} arrows that stayed; the others are exactly as before.",
            int(kept.sum()),
        )
        told.append(stayed.format(changed=int((changed & kept).sum()), n=int(kept.sum())))
        if new or gone:
            told.append(_("{new} new, {gone} gone.").format(new=_arrows(new), gone=_arrows(gone)))
        if changed.any():
            told.append(_("Largest change of all: {value:.2f}.").format(value=np.abs(delta).max()))
    if matched.new_nodes:
        told.append(_("New: {names}.").format(names=listed([called(name) for name in matched.new_nodes])))
    if matched.gone_nodes:
        names = listed([called(name) for name in matched.gone_nodes])
        told.append(_("Gone: {names}. Nodes are matched by name.").format(names=names))
    if then.num_heads != now.num_heads:
        were = ngettext(
            "There was {n} head, now there are {now}: the first {some} are compared, number by number.",
            "There were {n} heads, now there are {now}: the first {some} are compared, number by number.",
            then.num_heads,
        )
        told.append(were.format(n=then.num_heads, now=now.num_heads, some=heads))
    if out is None:
        told.append(_("The output has another width than before, so it is not compared."))
    elif len(out):
        moved = int((out["distance"] > 0).sum())
        told.append(
            _("The output changed at {moved} of the {nodes} in both.").format(moved=moved, nodes=nodes(len(out)))
        )
    return tuple(told)


def _arrows(count: int) -> str:
    return ngettext("{n} arrow", "{n} arrows", count).format(n=count)
