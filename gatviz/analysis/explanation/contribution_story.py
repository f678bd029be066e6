"""What trainings under other seeds say in words: whether attention adds anything, and whether seeds agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatviz.analysis.explanation.contribution import GIVEN, Contribution, Variant
from gatviz.analysis.explanation.figures import chance
from gatviz.analysis.subject import class_called
from gatviz.words import _, commas, ngettext

if TYPE_CHECKING:
    import pandas as pd

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
                "Equal shares put inside this net say little, for it was not trained with them. Missing here: the "
                "same net trained with equal shares, which is the fair control, and a GCN."
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


def counted(part: str, count: int) -> str:
    """Which nodes judge, in words."""
    named = {
        "others": ngettext("{n:,} node whose label was not told", "{n:,} nodes whose labels were not told", count),
        "test": ngettext("{n:,} test node", "{n:,} test nodes", count),
    }
    all_of_them = ngettext(
        "{n:,} labelled node, which training may have been told",
        "{n:,} labelled nodes, some of which training may have been told",
        count,
    )
    return named.get(part, all_of_them).format(n=count)


def answer_lines(found: Contribution, node: str) -> list[str]:
    """What comes out at the node that was asked about, variant by variant."""
    runs = found.runs
    if "answer" not in runs:
        return []
    names = {
        "as_learned": _("as learned"),
        "equal_inside": _("with equal shares put inside"),
        "equal_trained": _("trained with equal shares"),
        "gcn": _("by the GCN"),
    }
    once = runs.drop_duplicates(["seed", "variant"])
    chosen = once[(once["seed"] == GIVEN) != bool(found.models)]
    told = []
    for variant, name in names.items():
        rows = chosen[chosen["variant"] == variant]
        if not found.models and len(rows):
            row = rows.iloc[0]
            line = _("{answer} ({p}) {variant}")
            told.append(line.format(answer=class_called(row["answer"]), p=chance(float(row["p"])), variant=name))
        elif len(rows):
            answers = rows["answer"].value_counts(sort=True)
            line = _("{answer} in {k} of {n} {variant}")
            first = class_called(str(answers.index[0]))
            told.append(line.format(answer=first, k=answers.iloc[0], n=len(rows), variant=name))
    return [_("Node {node}: {answers}.").format(node=node, answers=commas(told))] if told else []


def first_in(places: pd.DataFrame) -> str:
    """In how many trainings attention puts the arrow first."""
    first = int((places["attention"] == 1).sum())
    sentence = ngettext(
        "In {k} of {n} training seed attention puts it first.",
        "In {k} of {n} training seeds attention puts it first.",
        len(places),
    )
    return sentence.format(k=first, n=len(places))


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
