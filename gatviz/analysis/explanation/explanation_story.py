"""What an explanation says: each sentence a function of it, in pieces where something of it stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gatviz.analysis.explanation.edge_paths import EdgePaths
from gatviz.analysis.explanation.explain import Explanation
from gatviz.analysis.explanation.figures import agreement_number, arrow, chance, signed
from gatviz.analysis.explanation.thresholds import CLOSE, FAR_TOGETHER, LITTLE_ALONE, MOVES, ROUNDED
from gatviz.analysis.sentence import Mark, Sentence, joined, said
from gatviz.analysis.subject import class_called
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

GOOD_CASE = 0.2
"""A node whose agreement is so far above the mean is called a good case: two of the ten steps of the meters."""
SATURATED = 1e-3
"""A probability so near to 1 hardly moves, whatever is removed: then log-odds tell more."""


def headline(e: Explanation) -> Sentence:
    """What the node comes out as, with which probability, and its label where it has one; follows the node's name."""
    outputs = np.round(e.answer.outputs - e.answer.outputs.max(), ROUNDED)
    level = int((outputs == 0).sum())
    if level < 2:
        return _headline(e)
    told = _("{n} of its outputs are level; the first of them counts.").format(n=level)
    return joined(_headline(e), (told,))


def _headline(e: Explanation) -> Sentence:
    fields = {
        "class": Mark("class", e.predicted),
        "p": Mark("number", chance(e.answer.p)),
    }
    if not e.named:
        outputs = Mark("number", str(len(e.classes)))
        told = _("comes out as {class} ({p}), the largest of {k} outputs.")
        if e.graph.labels is not None:
            told = _("comes out as {class} ({p}), the largest of {k} outputs; none of them stands for a label.")
        return said(told, **fields, k=outputs)
    if e.label is None:
        return said(_("comes out as {class} ({p})."), **fields)
    label = Mark("class", e.label)
    if e.label == e.predicted:
        return said(_("comes out as {class} ({p}), and so it is labelled."), **fields)
    return said(_("comes out as {class} ({p}), and its label is {label}."), **fields, label=label)


def strongest(e: Explanation) -> Sentence:
    """The one edge whose removal moves the answer most, taken one at a time, and whether attention puts it first."""
    if e.total == 0:
        return said(_without_arrows(e))
    if not len(e.strongest):
        return said(_("No arrow has been removed yet."))
    row = e.strongest.iloc[0]
    fields = {
        "arrow": Mark("arrow", arrow(row)),
        "change": Mark("number", signed(float(row["removal"]))),
        "p": Mark("number", chance(float(row["p_without"]))),
    }
    if e.total == 1:
        return said(
            _("Removing {arrow}, the only arrow that reaches it, moves the answer by {change}, to {p}."), **fields
        )
    sizes = e.strongest["removal"].abs().round(ROUNDED)
    level = int((sizes == sizes.iloc[0]).sum()) - 1
    if e.done == e.total and sizes.iloc[0] == 0:
        return said(_("Taken one at a time, no arrow moves the answer at all."))
    template = _("Taken one at a time, removing {arrow} moves the answer most ({change}, to {p}).")
    if level:
        template = ngettext(
            "Taken one at a time, removing {arrow}, or {k} other, moves the answer most ({change}, to {p}).",
            "Taken one at a time, removing {arrow}, or any of {k} others, moves the answer most ({change}, to {p}).",
            level,
        )
    told = said(template, **fields, k=f"{level:,}")
    if e.done < e.total:
        part = ngettext("That is of {done:,} of {n:,} arrow.", "That is of {done:,} of {n:,} arrows.", e.total)
        return joined(told, (part.format(done=e.done, n=e.total),))
    return joined(told, (_attention_puts(e),))


def _without_arrows(e: Explanation) -> str:
    if e.coupled:
        return _("There is no arrow, so none moves its answer.")
    if e.skips:
        return _("It reads nothing, so its answer comes of its own features alone.")
    return _("It reads nothing, so its answer is what the model gives to a node without arrows: the bias.")


def _attention_puts(e: Explanation) -> str:
    place = e.place_by_attention
    attention = e.edges["attention"].round(ROUNDED)
    level = int((attention == attention[e.strongest.index[0]]).sum()) - 1
    if place == 1 and level:
        sentence = ngettext(
            "Attention puts it first of the {n:,} arrows too, level with {k:,} other.",
            "Attention puts it first of the {n:,} arrows too, level with {k:,} others.",
            level,
        )
        return sentence.format(n=e.total, k=level)
    if place == 1:
        sentence = ngettext(
            "Attention puts it first of the {n:,} arrow too.",
            "Attention puts it first of the {n:,} arrows too.",
            e.total,
        )
    else:
        sentence = ngettext(
            "Attention puts it at place {place:,} of the {n:,} arrow.",
            "Attention puts it at place {place:,} of the {n:,} arrows.",
            e.total,
        )
    return sentence.format(n=e.total, place=place)


def verdict_title(e: Explanation, typical: pd.DataFrame | None = None) -> str:
    """The verdict, and whether the node is a good case."""
    here, mean = _here_and_mean(e, typical)
    if e.verdict.kind == "more" and here is not None and mean is not None and here - mean[0] > GOOD_CASE:
        if e.verdict.overall >= CLOSE:
            sentence = _("Attention ranks these arrows much as removing them does, but {node} is a good case.")
        else:
            sentence = _("Attention agrees with removing here, but {node} is a good case.")
        return sentence.format(node=_node(e))
    return e.verdict.sentence


def verdict_lines(e: Explanation, typical: pd.DataFrame | None = None) -> list[str]:
    """What else is to be said: how typical the node is, what attention leaves out, and of how many edges this is."""
    lines = []
    _unused, mean = _here_and_mean(e, typical)
    if mean is not None:
        sentence = ngettext(
            "Over {n} node attention's mean rank agreement is {mean} for the arrows into it.",
            "Over {n} nodes attention's mean rank agreement is {mean} for the arrows into them.",
            mean[1],
        )
        lines.append(sentence.format(n=mean[1], mean=agreement_number(mean[0])))
    if e.overall.draws and e.verdict.kind in ("more", "no_more", "less"):
        sentence = _("Shuffled, the same shares agree with removing at least as well in {n:,} of {draws:,} draws.")
        lines.append(sentence.format(n=e.overall.as_well, draws=e.overall.draws))
    if e.total and e.verdict.kind not in ("none_moves",):
        if e.num_layers == 1 and _messages_equal(e):
            lines.append(_("Attention never says for whom an arrow speaks. Messages do; here they equal removing."))
        else:
            lines.append(
                _("Attention never says for whom an arrow speaks. Messages do; they follow removing by construction.")
            )
    if e.num_layers == 1 and e.total:
        lines.append(_("With one layer equal shares have no order."))
    if e.coupled:
        lines.append(
            _("A step of this model couples all nodes, so every arrow counts, not only those that reach this node.")
        )
    if e.skips and e.total:
        lines.append(_("Attention alone follows arrows; what a node keeps of itself beside them it leaves out."))
    if e.done < e.total:
        sentence = _("Rank agreement from {n:,} of {all:,} arrows, drawn at random.")
        lines.append(sentence.format(n=e.ranked, all=e.total))
    return lines


def together_lines(e: Explanation) -> list[str]:
    """What pairs do that no arrow does alone."""
    tried = e.together
    if not tried.tried:
        return [_("There is no pair to remove.") if not tried.possible else _("Pairs were not tried yet.")]
    lines = [_pairs_told(e)]
    if len(e.pairs) and not (e.edges["removal"].abs() >= LITTLE_ALONE).any():
        lines.append(_("No arrow alone moves it by {most:.2f}.").format(most=LITTLE_ALONE))
    if tried.tried < tried.planned:
        lines.append(_("So far {n:,} of {all:,} pairs were tried.").format(n=tried.tried, all=tried.planned))
    elif tried.planned < tried.possible:
        lines.append(_("There are {all:,} pairs; those of the strongest arrows were tried.").format(all=tried.possible))
    return lines


def _pairs_told(e: Explanation) -> str:
    """How many pairs do together what their arrows don't; one pair by itself in words of its own."""
    tried, turning = e.together.tried, e.pairs[e.pairs["turns"]]
    fields: dict[str, object] = {"tried": tried, "far": FAR_TOGETHER}
    if len(turning):
        fields |= {"n": len(turning), "class": class_called(str(turning.iloc[0]["becomes"]))}
        sentence = ngettext(
            "{n:,} of the {tried:,} pairs tried turns the answer where neither arrow does, to {class}.",
            "{n:,} of the {tried:,} pairs tried turn the answer where neither arrow does, the strongest to {class}.",
            len(turning),
        )
        one = _("The one pair there is turns the answer where neither arrow does, to {class}.")
    elif len(e.pairs):
        fields |= {"n": len(e.pairs)}
        sentence = ngettext(
            "{n:,} of the {tried:,} pairs tried moves the answer far where neither arrow does alone.",
            "{n:,} of the {tried:,} pairs tried move the answer far where neither arrow does alone.",
            len(e.pairs),
        )
        one = _("The one pair there is moves the answer far where neither arrow does alone.")
    else:
        sentence = _(
            "None of the {tried:,} pairs tried turns the answer, or moves it by over {far:.2f}, where its arrows alone "
            "do little. The strongest:"
        )
        one = _(
            "The one pair there is neither turns the answer, nor moves it by over {far:.2f}, where its arrows alone "
            "do little."
        )
    return (one if tried == 1 == e.together.planned else sentence).format(**fields)


def path_lines(e: Explanation, paths: EdgePaths) -> list[str]:
    """What the attention of one edge adds up to."""
    if not paths.paths:
        return [_("No path of attention leads over this arrow to {node}.").format(node=_node(e))]
    sentence = ngettext(
        "Attention alone gives it {total:.4f}: the product of α along its path to {node}.",
        "Attention alone gives it {total:.4f}: the products of α along its paths to {node}, added up.",
        len(paths.paths),
    )
    return [sentence.format(total=paths.total, node=_node(e))]


def saturated(e: Explanation) -> bool:
    """Whether the probability is so near to 1 that log-odds tell more."""
    return 1 - e.answer.p < SATURATED


def nothing_moves(e: Explanation) -> bool:
    """Whether no edge that was removed moves the answer."""
    return bool(e.done) and not (e.edges["removal"].abs() >= MOVES).any()


def hop_title(e: Explanation, hop: int, count: int) -> str:
    """What the edges of a hop are called above their meters; `count` of them are ranked."""
    there = int((e.edges["hop"] == hop).sum())
    if count < there:
        part = _("{n:,} of {all:,} one step further") if hop == 1 else _("{n:,} of {all:,} {hop} steps further")
        if hop <= 0:
            part = _("{n:,} of {all:,} arrows into {node}") if hop == 0 else _("{n:,} of {all:,} arrows elsewhere")
        return part.format(n=count, all=there, hop=hop, node=_node(e))
    if hop < 0:
        return ngettext("{n:,} arrow elsewhere", "{n:,} arrows elsewhere", count).format(n=count)
    if hop == 0:
        return ngettext("{n:,} arrow into {node}", "{n:,} arrows into {node}", count).format(n=count, node=_node(e))
    if hop == 1:
        return ngettext("{n:,} one step further", "{n:,} one step further", count).format(n=count)
    return ngettext("{n:,} {hop} steps further", "{n:,} {hop} steps further", count).format(n=count, hop=hop)


def _messages_equal(e: Explanation) -> bool:
    """Whether messages say exactly what removing does, as with one layer and two classes."""
    done = e.edges["removal"].notna()
    return bool(np.allclose(e.edges["message_change"][done], e.edges["removal"][done], rtol=0, atol=1e-9))


def _here_and_mean(e: Explanation, typical: pd.DataFrame | None) -> tuple[float | None, tuple[float, int] | None]:
    """The attention's agreement for the edges into the node, and its mean over how many nodes."""
    row = e.overall.of("attention", 0)
    here = None if row is None or np.isnan(row["spearman"]) else float(row["spearman"])
    return here, mean_of(typical, "attention", 0)


def mean_of(typical: pd.DataFrame | None, score: str, hop: int) -> tuple[float, int] | None:
    """The mean agreement of a score at a hop, and over how many nodes; None if unknown."""
    if typical is None:
        return None
    rows = typical[(typical["score"] == score) & (typical["hop"] == hop)]
    return None if rows.empty else (float(rows.iloc[0]["mean"]), int(rows.iloc[0]["nodes"]))


def _node(e: Explanation) -> str:
    return _("node {name}").format(name=e.name)
