"""How alike two orders are: Spearman's rank correlation of what is said with what removing does. n edges, D draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.explanation.thresholds import BAND, CHANCE_HIGH, MIN_RANKED, ROUNDED
from gatviz.attention.layer_trace import Array
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

ATTENTION = "attention"
_COLUMNS = ("score", "hop", "edges", "spearman", "low", "high", "null_low", "null_high", "place", "reason")


@dataclass(frozen=True, eq=False)
class Agreement:
    """What each score says against what removing does, by hop.

    Attributes:
        table: score, hop, edges (how many are ranked), spearman, low, high (any one edge left out), null_low, null_high
            (attention shuffled, nine in ten), place (share of the shuffled that agree less, ties half), reason (words:
            why there is none). NaN where there is none.
        overall: the attention's agreement over all hops, each weighed by its edges; NaN where no hop has any.
        found: how much of a hop's attention lies under its edges, on average over what removing each of them moves: 1
            if all of it is where all is that moves. It is not blurred by the order of edges that hardly move anything.
        place, found_place: of both among the shuffled, ties half; NaN likewise.
        high, low: of both together: the share of the shuffled that agree less, and more, than what is observed, ties
            half; NaN likewise.
        as_well, draws: so many of so many shuffled ones agree at least as well; 0 of 0 where there is none.
    """

    table: pd.DataFrame
    overall: float
    found: float
    place: float = np.nan
    found_place: float = np.nan
    high: float = np.nan
    low: float = np.nan
    as_well: int = 0
    draws: int = 0

    def of(self, score: str, hop: int) -> pd.Series | None:
        """One row of the table; None where there is no such hop."""
        rows = self.table[(self.table["score"] == score) & (self.table["hop"] == hop)]
        return None if rows.empty else rows.iloc[0]

    @property
    def above(self) -> bool:
        """Whether it agrees more than 19 in 20 shuffled ones."""
        return self.high > CHANCE_HIGH

    @property
    def below(self) -> bool:
        """Whether it agrees less than 19 in 20 shuffled ones."""
        return not self.above and self.low > CHANCE_HIGH


def agreement(
    scores: Mapping[str, Array], removal: Array, hop: NDArray[np.int64], null: Array | None = None
) -> Agreement:
    """How the sizes of scores rank the edges against the sizes of removals.

    Arguments:
        scores: [n] each, by name; `null` belongs to "attention".
        removal: [n]. hop: [n]. null: [D, n] the scores of shuffled attention.
    """
    import pandas as pd

    rows = []
    hops = [int(each) for each in np.unique(hop)]
    weights: list[int] = []
    found: list[float] = []
    draws: list[Array] = []
    for name, values in scores.items():
        for each in hops:
            here = hop == each
            shuffled = null[:, here] if null is not None and name == ATTENTION else None
            row, nulls = _row(np.abs(values[here]), np.abs(removal[here]), shuffled)
            rows.append({"score": name, "hop": each, "edges": int(here.sum()), **row})
            observed = float(row["spearman"])
            if name == ATTENTION and not np.isnan(observed):
                weights.append(int(here.sum()))
                found.append(observed)
                draws.append(nulls)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    lies = _found(np.abs(scores[ATTENTION]), np.abs(removal), hop)
    if not weights:
        return Agreement(table, np.nan, lies)
    overall = float(np.average(found, weights=weights))
    if null is None or np.isnan(lies):
        return Agreement(table, overall, lies)
    mixed = np.average(np.stack(draws), weights=weights, axis=0)
    by_chance = np.array([_found(each, np.abs(removal), hop) for each in null])
    return _among_chance(table, np.stack([[overall, *mixed], [lies, *by_chance]]))


def _among_chance(table: pd.DataFrame, figures: Array) -> Agreement:
    """Where both figures stand among those of the shuffled [2, 1 + D], what is observed first.

    Both together by Fisher's product of tails. Each draw is held against the others as what is observed is: so what is
    called rare is as rare as that, however much the two go together, and however few orders there are.
    """
    places = (_ranks(figures) - 0.5) / figures.shape[1]
    more, less = (-np.log(tails).sum(0) for tails in (1 - places, places))
    overall, found = (float(each) for each in figures[:, 0])
    return Agreement(
        table,
        overall,
        found,
        place=_place(figures[0, 0], figures[0, 1:]),
        found_place=_place(figures[1, 0], figures[1, 1:]),
        high=_place(more[0], more[1:]),
        low=_place(less[0], less[1:]),
        as_well=int((more[1:] >= more[0] - 10.0**-ROUNDED).sum()),
        draws=more.size - 1,
    )


def _found(attention: Array, moved: Array, hop: NDArray[np.int64]) -> float:
    total = 0.0
    for each in np.unique(hop):
        here = hop == each
        held = attention[here].sum()
        total += float(attention[here] @ moved[here] / held) if held > 0 else 0.0
    return total / float(moved.sum()) if moved.any() else np.nan


def spearman(first: Array, second: Array) -> float:
    """The rank correlation of two scores [n], equals sharing their average rank.

    NaN where one is constant, or of fewer than three. Both are rounded to 1e-12 first: rounding errors are no order.
    """
    return float(_correlation(_ranks(first)[None], _ranks(second)[None])[0]) if first.size >= MIN_RANKED else np.nan


def _row(values: Array, removal: Array, null: Array | None) -> tuple[dict[str, float | str], Array]:
    missing = dict.fromkeys(("spearman", "low", "high", "null_low", "null_high", "place"), np.nan)
    reason = _why_none(values, removal)
    if reason:
        return {**missing, "reason": reason}, np.empty(0)
    observed = spearman(values, removal)
    low, high = _any_one_left_out(values, removal)
    row: dict[str, float | str] = {**missing, "spearman": observed, "low": low, "high": high, "reason": ""}
    if null is None:
        return row, np.empty(0)
    ranked = _ranks(null)
    drawn = np.nan_to_num(_correlation(ranked, np.broadcast_to(_ranks(removal), ranked.shape)))
    row["null_low"], row["null_high"] = (float(end) for end in np.quantile(drawn, BAND))
    row["place"] = _place(observed, drawn)
    return row, drawn


def _why_none(values: Array, removal: Array) -> str:
    if values.size < MIN_RANKED:
        return _("fewer than {n} arrows, no order").format(n=MIN_RANKED)
    if _constant(values):
        return _("all {n} alike, no order").format(n=values.size)
    if _constant(removal):
        return _("removing any of the {n} does the same, no order").format(n=values.size)
    return ""


def _any_one_left_out(values: Array, removal: Array) -> tuple[float, float]:
    """The lowest and the highest agreement when any one edge is left out; NaN where none of them has any."""
    count = values.size
    if count <= MIN_RANKED:
        return np.nan, np.nan
    kept = np.nonzero(~np.eye(count, dtype=bool))[1].reshape(count, count - 1)
    found = _correlation(_ranks(values[kept]), _ranks(removal[kept]))
    found = found[~np.isnan(found)]
    return (float(found.min()), float(found.max())) if found.size else (np.nan, np.nan)


def _ranks(values: Array) -> Array:
    """[…, n]: ranks from 1 along the last axis, equals sharing their mean.

    As `scipy.stats.rankdata` has them; to import that takes longer than all that an explanation does.
    """
    rounded = np.round(values, ROUNDED)
    order = np.argsort(rounded, axis=-1, kind="stable")
    ascending = np.take_along_axis(rounded, order, axis=-1)
    place, starts = np.arange(values.shape[-1]), np.ones(values.shape, dtype=bool)
    starts[..., 1:] = ascending[..., 1:] != ascending[..., :-1]
    ends = np.roll(starts, -1, axis=-1)
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=-1)
    last = np.minimum.accumulate(np.where(ends, place, place.size)[..., ::-1], axis=-1)[..., ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, 1 + (first + last) / 2, axis=-1)
    return ranks


def _constant(values: Array) -> bool:
    return bool(np.ptp(np.round(values, ROUNDED)) == 0)


def _correlation(first: Array, second: Array) -> Array:
    """[D]: the correlation of rows [D, n]; NaN where a row is constant."""
    first = first - first.mean(-1, keepdims=True)
    second = second - second.mean(-1, keepdims=True)
    size = np.sqrt((first**2).sum(-1) * (second**2).sum(-1))
    result: Array = np.divide((first * second).sum(-1), size, out=np.full(size.shape, np.nan), where=size > 0)
    return np.clip(result, -1.0, 1.0)


def _place(value: float, among: Array) -> float:
    """The share of these that are smaller; of equals, as far as digits go, half."""
    equal = np.abs(among - value) <= 10.0**-ROUNDED
    return float(((among < value) & ~equal).mean() + equal.mean() / 2)
