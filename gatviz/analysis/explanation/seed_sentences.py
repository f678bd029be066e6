"""What trainings under other seeds say in words: whether attention adds anything, and whether seeds agree."""

from __future__ import annotations

import pandas as pd

from gatviz.analysis.explanation.contribution import Contribution, Variant
from gatviz.analysis.explanation.sentences import class_called
from gatviz.words import _, ngettext

ONE_NODE = 1.0
"""A difference of less than one node is none."""


def judged_part(found: Contribution) -> str:
    """The part whose nodes judge: those that training was not told, else the test part, else all."""
    parts = list(found.runs["part"])
    return next(part for part in ("others", "test", "all") if part in parts)


def right_of(found: Contribution, variant: Variant, part: str) -> pd.Series | None:
    """A variant's row of the table; None where there is none."""
    rows = found.table[(found.table["variant"] == variant) & (found.table["part"] == part)]
    return None if rows.empty else rows.iloc[0]


def contribution_lines(found: Contribution) -> list[str]:
    """What attention adds, beside the same net trained with equal shares where that was trained."""
    part = judged_part(found)
    learned = right_of(found, "as_learned", part)
    trained = right_of(found, "equal_trained", part)
    if learned is None or not learned["count"]:
        return [_("No node has a label that this model's output could be held against, so nothing counts as right.")]
    if trained is None:
        return [
            _(
                "Equal shares put inside this net say little, for it was not trained with them. The fair control is "
                "the same net trained with equal shares."
            )
        ]
    gain = float(learned["right"] - trained["right"])
    if gain >= ONE_NODE:
        sentence = _("{n} of a node more right than the same net trained with equal shares.")
    elif gain <= -ONE_NODE:
        sentence = _("No gain here: {n} of a node fewer right than the same net trained with equal shares.")
    else:
        sentence = _("No gain here: within one node of the same net trained with equal shares.")
    better, same, worse = found.paired(part)
    pairs = _("Attention better in {better}, same in {same}, worse in {worse}.")
    return [sentence.format(n=f"{abs(gain):.1f}"), pairs.format(better=better, same=same, worse=worse)]


def places_lines(places: pd.DataFrame, arrow: str, predicted: str) -> list[str]:
    """In how many trainings removing, and attention, put an arrow first."""
    seeds = len(places)
    if not seeds:
        return []
    first = {name: int((places[name] == 1).sum()) for name in ("removal", "attention")}
    sentence = ngettext(
        "Removing puts {arrow} first of {edges:,} in {removal} of {n} training seed, attention in {attention}.",
        "Removing puts {arrow} first of {edges:,} in {removal} of {n} training seeds, attention in {attention}.",
        seeds,
    )
    told = sentence.format(arrow=arrow, edges=int(places["edges"].iloc[0]), n=seeds, **first)
    same = int((places["answer"] == predicted).sum())
    answers = ngettext("It comes out as {name} in {k} of {n}.", "It comes out as {name} in {k} of {n}.", seeds)
    return [told, answers.format(name=class_called(predicted), k=same, n=seeds)]
