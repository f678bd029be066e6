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
        overall: as of `Agreement`. place: its `high`, among the shuffled.
    """

    kind: VerdictKind
    sentence: str
    overall: float
    place: float


def verdict_of(removed: Removed, pairs: Pairs, found: Agreement) -> Verdict:
    """The verdict on one node; what is not done yet does not count."""
    kind, sentence = _little_moves(removed, pairs) or _compared(found)
    return Verdict(kind, sentence, found.overall, found.high)


def _little_moves(removed: Removed, pairs: Pairs) -> tuple[VerdictKind, str] | None:
    """What is to be said where no single edge moves the answer far: there is no order to speak of."""
    done = int(removed.done.sum())
    largest = float(np.abs(removed.change[removed.done]).max(initial=0.0))
    far = int((pairs.table["removal"].abs() > FAR_TOGETHER).sum())
    if largest < LITTLE_ALONE and far:
        return "only_together", _together(far, pairs.tried)
    if largest >= MOVES:
        return None
    if len(pairs.table):
        return "only_together", _turned(len(pairs.table), pairs.tried)
    if done < removed.done.size:
        return "undefined", _none_so_far(done)
    return "none_moves", _none_moves(pairs)


def _compared(found: Agreement) -> tuple[VerdictKind, str]:
    """What the two orders say."""
    if np.isnan(found.overall):
        return "undefined", _no_order(found)
    if found.above:
        return "more", _how_much(found)
    if found.below:
        return "less", _("Attention agrees with removing less than the same shares, shuffled, would.")
    return "no_more", _("Attention agrees with removing no more than chance might.")


def _how_much(found: Agreement) -> str:
    if found.overall >= CLOSE:
        return _("Attention ranks these arrows much as removing them does.")
    if found.overall >= SOMEWHAT:
        return _("Attention ranks these arrows somewhat as removing them does.")
    if found.found_place >= found.place:
        return _(
            "More attention than by chance lies where removing moves the answer; the other arrows it ranks otherwise."
        )
    return _("Attention ranks these arrows a little as removing them does, and more than by chance.")


def _none_so_far(done: int) -> str:
    if not done:
        return _("No arrow has been removed yet.")
    sentence = ngettext(
        "The {n:,} arrow removed so far does not move the answer by {least:.2f}.",
        "None of the {n:,} arrows removed so far moves the answer by {least:.2f}.",
        done,
    )
    return sentence.format(n=done, least=MOVES)


def _together(count: int, tried: int) -> str:
    sentence = ngettext(
        "No single arrow moves the answer by {most:.2f}; {n} of the {tried:,} pairs tried moves it by over {far:.2f}.",
        "No single arrow moves the answer by {most:.2f}; {n} of the {tried:,} pairs tried move it by over {far:.2f}.",
        count,
    )
    return sentence.format(most=LITTLE_ALONE, n=count, tried=tried, far=FAR_TOGETHER)


def _turned(count: int, tried: int) -> str:
    sentence = ngettext(
        "No single arrow moves the answer by {least:.2f}; {n} of the {tried:,} pairs tried turns it.",
        "No single arrow moves the answer by {least:.2f}; {n} of the {tried:,} pairs tried turn it.",
        count,
    )
    return sentence.format(least=MOVES, n=count, tried=tried)


def _none_moves(pairs: Pairs) -> str:
    sentence = _("No single arrow moves the answer by {least:.2f}.").format(least=MOVES)
    if not pairs.tried:
        return sentence
    told = ngettext(
        "The {n} pair tried does not move it by more than {far:.2f}.",
        "None of the {n:,} pairs tried moves it by more than {far:.2f}.",
        pairs.tried,
    )
    return f"{sentence} {told.format(n=pairs.tried, far=FAR_TOGETHER)}"


def _no_order(found: Agreement) -> str:
    if found.table.empty:
        return _("Attention cannot be compared with removing yet: no arrow of the random part has been removed.")
    rows = found.table[(found.table["score"] == ATTENTION) & found.table["spearman"].isna()]
    why = "; ".join(dict.fromkeys(rows["reason"]))
    return _("Attention cannot be compared with removing: {why}.").format(why=why)
