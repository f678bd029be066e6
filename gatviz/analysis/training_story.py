"""What happened in a training, in sentences: when which head stopped averaging, whom it listens to, was it needed.

Everything said follows the rule of `over_epochs`. H heads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatviz.analysis.over_epochs import (
    AT_LEAST,
    AVERAGES_ABOVE,
    HeadsAt,
    SeedTold,
    agreement_of_seeds,
    levels,
    mean_right,
    same_but_for_one,
    spells,
)
from gatviz.analysis.sentence import Node, Number, Sentence, joined, said
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import Array
from gatviz.words import _, and_list, ngettext

ALIKE = 0.5
"""Seeds that agree less than this, even shares taken off, share less than a quarter of what they tell."""


@dataclass(frozen=True)
class Flag:
    """Something to mark on the line of epochs.

    Attributes:
        kind: "head", a head stops averaging; "right", so many are right from here on; "edit".
        ends: the last epoch for which it held, where it is withdrawn.
    """

    epoch: int
    kind: Literal["head", "right", "edit"]
    text: str
    head: int | None = None
    ends: int | None = None


@dataclass(frozen=True)
class Curve:
    """How many of the others were right, epoch by epoch, of one model: its key ("own", "equal", "GCN", …)."""

    key: str
    epochs: Sequence[int]
    right: Sequence[float]


@dataclass(frozen=True)
class TrainingStory:
    """The headline, what stands below it, the flags in order, and the head that is told of."""

    headline: Sentence
    below: Sentence
    flags: tuple[Flag, ...]
    head: int | None = None


def training_story(
    epochs: Sequence[int],
    heads: Sequence[HeadsAt],
    curves: Sequence[Curve],
    others: int,
    *,
    ended: bool,
    total: int,
    at: int,
    edits: Sequence[int] = (),
    names: Mapping[str, str] | None = None,
) -> TrainingStory:
    """Tell a training from what each head of one layer did.

    Arguments:
        epochs, heads: the epochs that are kept, rising, and what the heads did at each; of a layer, as it is now.
        curves: how many of the others were right; the model's own first.
        others: how many nodes judge.
        ended: whether training has: until then all is "so far". total: epochs that are wanted.
        at: the epoch under the playhead, whose numbers are told.
        edits: epochs at which something was edited. names: what the models of the curves are called.
    """
    found = _stops(epochs, heads)
    flags = [Flag(epoch, "edit", _("{epoch}: edited").format(epoch=epoch)) for epoch in edits]
    for head, first, ends in found:
        if ends is None:
            text = _("{epoch}: head {head} stops averaging").format(epoch=first, head=head)
        else:
            text = _("head {head} stopped averaging from {epoch} to {ends} only").format(
                head=head, epoch=first, ends=ends
            )
        flags.append(Flag(first, "head", text, head, ends))
    own = curves[0] if curves else None
    steps = levels(own.epochs, own.right, others) if own else ()
    for level in steps:
        flags.append(
            Flag(level.epoch, "right", _("{epoch}: at least {n} right").format(epoch=level.epoch, n=level.right))
        )
    standing = [(head, first) for head, first, ends in found if ends is None]
    now = _at(epochs, heads, at)
    return TrainingStory(
        headline=_headline(epochs, now, standing, at=at, ended=ended, total=total),
        below=joined(_accuracy(curves, others, names or {}, ended=ended), _share(now, standing)),
        flags=tuple(sorted(flags, key=lambda flag: flag.epoch)),
        head=None if now is None else _told_head(now, standing),
    )


def _stops(epochs: Sequence[int], heads: Sequence[HeadsAt]) -> list[tuple[int, int, int | None]]:
    """Head, first epoch, and the last one where it is withdrawn; for each time that a head stopped averaging."""
    if not heads:
        return []
    even = _evenness(heads)
    return [
        (head, spell.first, None if spell.stands else spell.last)
        for head in range(even.shape[1])
        for spell in spells(epochs, (even[:, head] < AVERAGES_ABOVE).tolist())
    ]


def _evenness(heads: Sequence[HeadsAt]) -> Array:
    """[epochs, H]"""
    return np.stack([one.evenness for one in heads])


def _at(epochs: Sequence[int], heads: Sequence[HeadsAt], at: int) -> HeadsAt | None:
    """What the heads did at the last kept epoch up to this one."""
    before = [one for epoch, one in zip(epochs, heads, strict=True) if epoch <= at]
    return before[-1] if before else None


def least_even(now: HeadsAt, among: Sequence[int]) -> int:
    """The least even of some heads."""
    return min(among, key=lambda head: (float(np.nan_to_num(now.evenness[head], nan=2.0)), head))


def _told_head(now: HeadsAt, standing: Sequence[tuple[int, int]]) -> int:
    """The least even of the heads that stopped averaging; of all where none did."""
    return least_even(now, [head for head, _first in standing] or range(len(now.evenness)))


def _headline(
    epochs: Sequence[int], now: HeadsAt | None, standing: list[tuple[int, int]], *, at: int, ended: bool, total: int
) -> Sentence:
    if now is None or not epochs:
        return said(_("Attention is not trained yet: press Play, or Step for one epoch."))
    if np.isnan(now.evenness).all():
        return said(_("No node reads two or more, so there is nothing for attention to share out."))
    if len(epochs) < 2:
        return said(_("Nothing is trained here yet: epoch 0 is the model as it came. Play trains {n} epochs."), n=total)
    if not standing:
        least = _told_head(now, standing)
        template = (
            _("No head stopped averaging: the least even, head {head}, reads like {effective} of {read} neighbours.")
            if ended
            else _("So far no head stops averaging: the least even, head {head}, reads like {effective} of {read}.")
        )
        return said(template, head=least, effective=Number(float(now.effective[least])), read=Number(now.neighbours))
    head = _told_head(now, standing)
    first = dict(standing)[head]
    template = (
        _("From epoch {epoch} on, head {head} stops averaging: it listens to {source}.")
        if ended
        else _("From epoch {epoch} on, so far, head {head} stops averaging: it listens to {source}.")
    )
    return joined(
        said(template, epoch=first, head=head, source=Node(int(now.source[head]))),
        said(
            _("Evenness {evenness} at epoch {at}: reads like {effective} of {read} neighbours."),
            at=max(epoch for epoch in epochs if epoch <= at),
            evenness=Number(float(now.evenness[head])),
            effective=Number(float(now.effective[head])),
            read=Number(now.neighbours),
        ),
    )


def _share(now: HeadsAt | None, standing: list[tuple[int, int]]) -> Sentence:
    if now is None or not standing:
        return ()
    head = _told_head(now, standing)
    readers = int(now.readers[head])
    template = ngettext(
        "The {readers} that reads {source} gives it {share}; even share {even}.",
        "The {readers} that read {source} give it {share} on average, own loops counted; even share {even}.",
        readers,
    )
    return said(
        template,
        readers=readers,
        source=Node(int(now.source[head])),
        share=Number(float(now.share[head])),
        even=Number(float(now.even[head])),
    )


def _accuracy(curves: Sequence[Curve], others: int, names: Mapping[str, str], *, ended: bool) -> Sentence:
    """How many are right from which epoch on, and whether what was trained beside it does as well."""
    if not others or not curves or len(curves[0].epochs) < 2:
        return ()
    own, *beside = curves
    steps = levels(own.epochs, own.right, others)
    told: list[Sentence] = []
    if steps:
        template = _("At least {n} of {others} are right from epoch {epoch} on.")
        so_far = _("At least {n} of {others} are right from epoch {epoch} on, so far.")
        last = steps[-1]
        told.append(said(template if ended else so_far, n=last.right, others=others, epoch=last.epoch))
    mean = mean_right(own.epochs, own.right)
    for curve in beside:
        if len(curve.epochs) < (2 if ended else AT_LEAST):
            continue
        theirs = mean_right(curve.epochs, curve.right)
        if same_but_for_one(mean, theirs):
            template = _("{name} does as well: {theirs} right on average over the later half; here {own}.")
        elif theirs > mean:
            template = _("{name} does better: {theirs} right on average over the later half; here {own}.")
        else:
            template = _("{name} does less well: {theirs} right on average over the later half; here {own}.")
        told.append(said(template, name=names.get(curve.key, curve.key), theirs=Number(theirs), own=Number(mean)))
    return joined(*told)


def seeds_story(told: Sequence[SeedTold], names: Sequence[str]) -> str:
    """In how many seeds a head stops averaging, and whom it then listens to; "" before two seeds are known."""
    if len(told) < 2:
        return ""
    return " ".join(filter(None, (_stopping(told, names), _agreeing(told))))


def _agreeing(told: Sequence[SeedTold]) -> str:
    """How far the seeds agree on α, and what of that is the even share's doing."""
    whole, over = agreement_of_seeds(told)
    if np.isnan(whole) or np.isnan(over):
        return ""
    said_so = _(
        "Of α, the mean over heads, two seeds agree at r {whole:.2f}; at {over:.2f} once even shares are taken off"
    )
    anecdote = _("{agreeing}: one seed is an anecdote.") if over < ALIKE else _("{agreeing}.")
    return anecdote.format(agreeing=said_so.format(whole=whole, over=over))


def _stopping(told: Sequence[SeedTold], names: Sequence[str]) -> str:
    stopping = [one for one in told if one.stops and one.source is not None]
    values = {"n": len(stopping), "seeds": len(told), "line": AVERAGES_ABOVE}
    if not stopping:
        return _("A head stops averaging in none of {seeds} seeds (stays below {line}).").format(**values)
    counts = Counter(called(names[one.source]) for one in stopping if one.source is not None)
    some = and_list([_("to {node} in {n}").format(node=node, n=n) for node, n in counts.most_common(3)])
    return _(
        "A head stops averaging in {n} of {seeds} seeds (stays below {line}): the least even then listens {whom}."
    ).format(**values, whom=some)
