"""The verdict: what follows for one node from what attention says and what removing does, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatviz.analysis.explanation.agreement import ATTENTION, Agreement
from gatviz.analysis.explanation.pairs import Pairs
from gatviz.analysis.explanation.removal import Removed
from gatviz.analysis.explanation.thresholds import CLOSE, LITTLE_ALONE, MOVES
from gatviz.words import _, ngettext

Kind = Literal["more", "no_more", "less", "none_moves", "only_together", "undefined"]


@dataclass(frozen=True)
class Verdict:
    """What is true here, for this model and this node.

    Attributes:
        kind: "more", "no_more", "less": attention ranks the edges as removing does, more than nine in ten shuffled ones
            do, no more, or less than nine in ten; "only_together": no single edge moves the answer far, pairs do;
            "none_moves": neither; "undefined": there is no order to compare.
        sentence: the same in words.
        overall, place: as of `Agreement`.
    """

    kind: Kind
    sentence: str
    overall: float
    place: float


def verdict_of(removed: Removed, pairs: Pairs, found: Agreement) -> Verdict:
    """The verdict on one node; what is not done yet does not count."""
    sizes = np.abs(removed.change[removed.done])
    largest = float(sizes.max(initial=0.0))
    kind, sentence = _judged(largest, pairs, found)
    return Verdict(kind, sentence, found.overall, found.place)


def _judged(largest: float, pairs: Pairs, found: Agreement) -> tuple[Kind, str]:
    if largest < LITTLE_ALONE and len(pairs.table):
        return "only_together", _together(pairs)
    if largest < MOVES:
        return "none_moves", _none_moves(pairs)
    if np.isnan(found.overall):
        return "undefined", _no_order(found)
    if found.above:
        much = _("Attention ranks these arrows much as removing them does.")
        return "more", much if found.overall >= CLOSE else _("Attention ranks these arrows somewhat as removing does.")
    if found.below:
        return "less", _("Attention ranks these arrows less as removing them does than attention shuffled would.")
    return "no_more", _("Attention ranks these arrows no more as removing them does than attention shuffled may.")


def _together(pairs: Pairs) -> str:
    sentence = ngettext(
        "No single arrow moves the answer by {most:.2f}, but {n} of the {tried:,} pairs tried does.",
        "No single arrow moves the answer by {most:.2f}, but {n} of the {tried:,} pairs tried do.",
        len(pairs.table),
    )
    return sentence.format(most=LITTLE_ALONE, n=len(pairs.table), tried=pairs.tried)


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
    reasons = list(dict.fromkeys(rows["reason"]))
    why = "; ".join(reasons)
    return _("There is no order of attention to compare with removing: {why}.").format(why=why)
