"""What if: how attention and output change from one run to another, whose graphs may differ.

Nodes are matched by their names, edges by the names at their ends. H heads; A edges of either graph.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.matching import Matched, edges_of, of_nodes
from gatviz.analysis.subject import called, listed, nodes
from gatviz.analysis.terms import strongest_into
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import GatvizError
from gatviz.model.trace import Trace
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING = 1e-5
"""A target whose inputs are all the same may still come out with other last digits, as sums are cut into other pieces
on a graph of another size. What is below this is then no change."""


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
        import pandas as pd

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
    matched = Matched.of(before, after)
    then, now = before.layers[layer], after.layers[layer]
    edges = edges_of(matched, then, now)
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


def _taken(alpha: Array, edges: NDArray[np.int64], heads: int) -> Array:
    """[A, H]: α of these edges, NaN where there is none."""
    result = np.full((edges.size, heads), np.nan, dtype=alpha.dtype)
    result[edges >= 0] = alpha[edges[edges >= 0], :heads]
    return result


def _out(matched: Matched, before: Trace, after: Trace) -> pd.DataFrame | None:
    import pandas as pd

    if before.out.shape[1] != after.out.shape[1] or not (of_nodes(before) and of_nodes(after)):
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


def _sentences(
    matched: Matched,
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
    if out is None and of_nodes(matched.after):
        told.append(_("The output has another width than before, so it is not compared."))
    elif out is None:
        told.append(_("The model gives one row for all nodes, so no node's output is compared."))
    elif len(out):
        moved = int((out["distance"] > 0).sum())
        told.append(
            _("The output changed at {moved} of the {nodes} in both.").format(moved=moved, nodes=nodes(len(out)))
        )
    return tuple(told)


def _arrows(count: int) -> str:
    return ngettext("{n} arrow", "{n} arrows", count).format(n=count)
