"""The verdict: what follows for one node from what attention says and what removing does, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatviz.analysis.explanation.agreement import ATTENTION, Agreement
from gatviz.analysis.explanation.pairs import Pairs
from gatviz.analysis.explanation.removal import Removed
from gatviz.analysis.explanation.thresholds import CLOSE, FAR_TOGETHER, LITTLE_ALONE, MOVES, SOMEWHAT
from gatviz.words import _, ngettext

VerdictKind = Literal["more", "no_more", "less", "none_moves", "only_together", "undefined"]


@dataclass(frozen=True)
class Verdict:
    """What is true here, for this model and this node.

    Attributes:
        kind: "more", "no_more", "less": attention agrees with removing more than the same shares, shuffled, would, no
            more, or less (see `Agreement.above`); "only_together": no single edge moves the answer far, pairs do;
            "none_moves": neither; "undefined": there is no order to compare.
        sentence: the same in words.
        overall, place: as of `Agreement`.
    """

    kind: VerdictKind
    sentence: str
    overall: float
    place: float


def verdict_of(removed: Removed, pairs: Pairs, found: Agreement) -> Verdict:
    """The verdict on one node; what is not done yet does not count."""
    sizes = np.abs(removed.change[removed.done])
    largest = float(sizes.max(initial=0.0))
    kind, sentence = _judged(largest, pairs, found)
    return Verdict(kind, sentence, found.overall, found.place)


def _judged(largest: float, pairs: Pairs, found: Agreement) -> tuple[VerdictKind, str]:
    together = int((pairs.table["removal"].abs() > FAR_TOGETHER).sum())
    if largest < LITTLE_ALONE and together:
        return "only_together", _together(together, pairs.tried)
    if largest < MOVES:
        return "none_moves", _none_moves(pairs)
    if np.isnan(found.overall):
        return "undefined", _no_order(found)
    if found.above:
        return "more", _how_much(found.overall)
    if found.below:
        return "less", _("Attention agrees with removing less than the same shares, shuffled, would.")
    return "no_more", _("Attention agrees with removing no more than the same shares, shuffled, would.")


def _how_much(overall: float) -> str:
    if overall >= CLOSE:
        return _("Attention ranks these arrows much as removing them does.")
    if overall >= SOMEWHAT:
        return _("Attention ranks these arrows somewhat as removing them does.")
    return _("Attention lies where removing moves the answer most; the other arrows it ranks otherwise.")


def _together(count: int, tried: int) -> str:
    sentence = ngettext(
        "No single arrow moves the answer by {most:.2f}; {n} of the {tried:,} pairs tried moves it by over {far:.2f}.",
        "No single arrow moves the answer by {most:.2f}; {n} of the {tried:,} pairs tried move it by over {far:.2f}.",
        count,
    )
    return sentence.format(most=LITTLE_ALONE, n=count, tried=tried, far=FAR_TOGETHER)


def _none_moves(pairs: Pairs) -> str:
    sentence = _("No single arrow moves the answer by {least:.2f}.").format(least=MOVES)
    if not pairs.tried:
        return sentence
    told = ngettext(
        "The {n} pair tried does no more than its arrows.",
        "Of the {n:,} pairs tried, none does much together.",
        pairs.tried,
    )
    return f"{sentence} {told.format(n=pairs.tried)}"


def _no_order(found: Agreement) -> str:
    rows = found.table[(found.table["score"] == ATTENTION) & found.table["spearman"].isna()]
    why = "; ".join(dict.fromkeys(rows["reason"]))
    return _("Attention cannot be compared with removing: {why}.").format(why=why)
