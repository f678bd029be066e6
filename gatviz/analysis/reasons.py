"""Why a node gives its neighbours the shares it gives: a row for each, from the score to what arrives.

The table stops at a few rows: those with the largest shares, and the one that is asked about; what the others have
together is added up. N nodes, E edges, H heads, C features per head, R rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.baselines import WeightingKey, weighting_of
from gatviz.analysis.edge_story import leaky
from gatviz.analysis.subject import Analysed, layer_of
from gatviz.analysis.terms import subtracted, used_alpha
from gatviz.attention.layer_trace import Array, GATTrace, GATv2Trace, LayerTrace

MAX_ROWS = 5
"""So many neighbours have a row of their own where two or more others are told together in a last one."""

_SUMMED = ("power", "share", "used")
"""The columns that add up to something."""


@dataclass(frozen=True, eq=False)
class Rest:
    """The neighbours without a row of their own: how many, and what they have together.

    Attributes:
        numbers: the sums of the columns that add up. brings: [C], or None where nothing is brought.
    """

    count: int
    numbers: Mapping[str, float]
    brings: Array | None


@dataclass(frozen=True, eq=False)
class Reasons:
    """The table of one target under one weighting.

    Attributes:
        target: the node that reads. which: a head, or a baseline. source: the one asked about, or None.
        sources: [R] a node each. edges: [R] the arrow's place among E, −1 for a pair without one.
        numbers: [R] for each column, NaN where a row has none. Of a head: "s" (source half), "g" (of the arrow's own
            features), "raw", "e", "power" (exp(e − subtracted)), "share", "used" (after dropout). Of GCN: "degree",
            "root" (√(d_i d_j)), "share". Of the mean of heads and of uniform weights: "share".
        vectors: [R, C] for each column: "hidden" and "terms" (a · hidden, of GATv2), "reads" (what is sent),
            "brings" (share · what is sent); of the mean of heads "heads" [R, H].
        sums: what columns add up to over all neighbours.
        neighbours: how many the target reads. rest: those without a row; None if each has one.
        half: t_i, the target half, None where there is none. reader: [C] Wh_target of GATv2, else None.
        subtracted: from e before exp; 0 unless the numbers would grow too large.
        span: lowest and highest end of a bar, 0 included; (0, 0) without bars.
        h_prime: [C], None for baselines. out: this head's columns of the output; first: the place of the first one,
            width: of how many.
    """

    target: int
    which: WeightingKey
    source: int | None
    sources: NDArray[np.int64]
    edges: NDArray[np.int64]
    numbers: Mapping[str, Array]
    vectors: Mapping[str, Array]
    sums: Mapping[str, float]
    neighbours: int
    rest: Rest | None = None
    half: float | None = None
    reader: Array | None = None
    subtracted: float = 0.0
    span: tuple[float, float] = (0.0, 0.0)
    h_prime: Array | None = None
    out: Array | None = None
    first: int = 0
    width: int = 0


@dataclass(frozen=True, eq=False)
class _Columns:
    """The columns of some neighbours of a target."""

    sources: NDArray[np.int64]
    edges: NDArray[np.int64]
    numbers: dict[str, Array]
    vectors: dict[str, Array]

    def rows(self, rows: NDArray[np.int64]) -> _Columns:
        """Some of them, in this order."""
        return _Columns(
            self.sources[rows],
            self.edges[rows],
            {name: column[rows] for name, column in self.numbers.items()},
            {name: column[rows] for name, column in self.vectors.items()},
        )


def reasons(trace: Analysed, target: int, which: WeightingKey = 0, source: int | None = None) -> Reasons:
    """The table of what a node reads under a head or baseline; `source` keeps its row, even without an arrow.

    Raises:
        GatvizError: a head that is not there.
    """
    layer = layer_of(trace)
    edges = layer.edges_into(target)
    shares = weighting_of(layer, which)[edges]
    pair = None if source is None else layer.edge_of(target, source)
    columns = _columns(layer, target, which, edges, shares)
    rows = _rows(shares, None if pair is None else pair - edges.start)
    hidden = np.setdiff1d(np.arange(shares.size), rows)
    shown = columns.rows(rows)
    if source is not None and pair is None:
        shown = _with_pair(layer, target, which, source, shown)
    numbers = columns.numbers
    return Reasons(
        target=target,
        which=which,
        source=source,
        sources=shown.sources,
        edges=shown.edges,
        numbers=shown.numbers,
        vectors=shown.vectors,
        sums={name: _sum(numbers[name]) for name in _SUMMED if name in numbers},
        neighbours=shares.size,
        rest=_rest(columns.rows(hidden)) if hidden.size else None,
        **(_of_head(layer, target, int(which), shown.numbers) if isinstance(which, int | np.integer) else {}),
    )


def _sum(values: Array) -> float:
    return float(values.sum(dtype=np.float64))


def _rest(hidden: _Columns) -> Rest:
    brings = hidden.vectors.get("brings")
    return Rest(
        count=hidden.sources.size,
        numbers={name: _sum(hidden.numbers[name]) for name in _SUMMED if name in hidden.numbers},
        brings=None if brings is None else brings.sum(axis=0, dtype=np.float64),
    )


def _rows(shares: Array, kept: int | None) -> NDArray[np.int64]:
    """All in their order if they are few; else the largest shares first, the one asked about among them."""
    if shares.size <= MAX_ROWS + 1:
        return np.arange(shares.size)
    order = np.argsort(-shares, kind="stable")[:MAX_ROWS]
    if kept is not None and kept not in order:
        order[-1] = kept
    return order


# ---- columns ------------------------------------------------------------------------------------------------------


def _columns(layer: LayerTrace, target: int, which: WeightingKey, edges: slice, shares: Array) -> _Columns:
    sources, places = layer.edge_index[0, edges], np.arange(edges.start, edges.stop)
    numbers: dict[str, Array] = {"share": shares}
    vectors: dict[str, Array] = {}
    if which == "gcn":
        degrees = np.diff(layer.ptr).astype(np.float64)
        root = np.sqrt(degrees[target] * degrees[sources])
        numbers = {"degree": degrees[sources], "root": root, "share": shares}
    elif which == "mean":
        vectors = {"heads": layer.alpha[edges]}
    elif which != "uniform":
        numbers, vectors = _of_rows(layer, int(which), edges, shares)
    return _Columns(sources, places, numbers, vectors)


def _of_rows(layer: LayerTrace, head: int, edges: slice, shares: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    numbers: dict[str, Array] = {}
    vectors: dict[str, Array] = {}
    if layer.alpha_alone:
        return {"share": shares}, vectors
    if layer.attention != "equal":
        e = layer.e[edges, head]
        if isinstance(layer, GATTrace):
            numbers["s"] = layer.score_source[layer.edge_index[0, edges], head]
            if layer.score_edge is not None:
                numbers["g"] = layer.score_edge[edges, head]
            numbers["raw"] = layer.raw[edges, head]
        if isinstance(layer, GATv2Trace):
            vectors["hidden"] = layer.hidden[edges, head]
            vectors["terms"] = layer.hidden[edges, head] * layer.weights["a"][head]
        numbers |= {"e": e, "power": np.exp(e - subtracted(e))}
    numbers["share"] = shares
    used = used_alpha(layer)[edges, head]
    if layer.alpha_dropped is not None:
        numbers["used"] = used
    reads = layer.features_read(edges)[:, head]
    return numbers, vectors | {"reads": reads, "brings": used[:, None] * reads}


def _with_pair(layer: LayerTrace, target: int, which: WeightingKey, source: int, shown: _Columns) -> _Columns:
    """The rows and one for a pair without an arrow: its score is known all the same, a share it has none."""
    known: dict[str, float] = {}
    vectors: dict[str, Array] = {}
    if isinstance(which, int | np.integer) and layer.attention != "equal":
        if isinstance(layer, GATTrace):
            raw = layer.score_target[target, which] + layer.score_source[source, which]
            e = leaky(raw, layer.negative_slope)
            known = {"s": float(layer.score_source[source, which]), "raw": float(raw), "e": float(e)}
        if isinstance(layer, GATv2Trace):
            hidden = leaky(layer.Wh_target[target, which] + layer.Wh_source[source, which], layer.negative_slope)
            vectors = {"hidden": hidden, "terms": hidden * layer.weights["a"][which]}
            known = {"e": float(vectors["terms"].sum())}
    few = shown.sources.size <= MAX_ROWS + 1 and bool((np.diff(shown.sources) > 0).all())
    place = int(np.searchsorted(shown.sources, source)) if few else shown.sources.size
    nothing = {name: np.full(column.shape[1], np.nan) for name, column in shown.vectors.items()}
    return _Columns(
        np.insert(shown.sources, place, source),
        np.insert(shown.edges, place, -1),
        {name: np.insert(column, place, known.get(name, np.nan)) for name, column in shown.numbers.items()},
        {name: np.insert(column, place, (nothing | vectors)[name], axis=0) for name, column in shown.vectors.items()},
    )


def _of_head(layer: LayerTrace, target: int, head: int, numbers: Mapping[str, Array]) -> dict[str, Any]:
    """What is said of the target itself in a head, and where the bars end."""
    if layer.alpha_alone:
        return {}
    C = layer.head_features
    first = head * C if layer.concat else 0
    told: dict[str, Any] = {
        "h_prime": layer.h_prime[target, head],
        "out": layer.out[target, first : first + C],
        "first": first,
        "width": layer.out.shape[1],
    }
    if layer.attention == "equal":
        return told
    ends = [0.0, *numbers["e"].tolist()]
    if isinstance(layer, GATTrace):
        half = float(layer.score_target[target, head])
        told["half"] = half
        ends += [half, *(half + numbers["s"]).tolist(), *numbers["raw"].tolist()]
    if isinstance(layer, GATv2Trace):
        told["reader"] = layer.Wh_target[target, head]
    told["subtracted"] = subtracted(layer.e[layer.edges_into(target), head])
    return told | {"span": (min(ends), max(ends))}
