"""The answers of one layer's run for the screen: a headline for each weighting, and the table of reasons behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import (
    Answer,
    Node,
    Number,
    Reasons,
    Sentence,
    Stability,
    WeightingKey,
    answer,
    joined,
    reasons,
    said,
)
from gatviz.analysis.sentence import Mark, Piece
from gatviz.attention import chain_texts
from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.graph.subgraph import Part
from gatviz.numbers import three_digits
from gatviz.stage import formulas, protocol
from gatviz.stage.formulas import mathml
from gatviz.stage.protocol import Bars, Column, EdgeFocus, NodeFocus, Reason, Said, Why
from gatviz.stage.wire import packed
from gatviz.words import N_, _, ngettext

_TICKS = 5
"""About so many numbers stand along the scale of the bars."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class _Subject:
    """What is packed: the run, the names of all its nodes, and their places on the screen (−1 for none)."""

    trace: LayerTrace
    names: Sequence[str]
    places: NDArray[np.int64]
    stable: tuple[Stability, int] | None = None

    def focus(self, target: int, source: int | None = None) -> protocol.Focus | None:
        """A node or a pair as the browser counts, None where it is not shown."""
        i, j = int(self.places[target]), 0 if source is None else int(self.places[source])
        if i < 0 or j < 0:
            return None
        return NodeFocus(node=i) if source is None else EdgeFocus(target=i, source=j)


def pack_answers(
    trace: LayerTrace,
    part: Part,
    names: Sequence[str],
    weightings: Sequence[WeightingKey],
    target: int | None,
    source: int | None,
    stable: tuple[Stability, int] | None = None,
) -> list[protocol.Answer]:
    """An answer for each weighting.

    Arguments:
        names: of all nodes. target, source: what is locked, as the whole graph counts; a node if source is None.
        stable: how α into the target moves when one arrow comes or goes, and which layer this is; None if not asked.
    """
    subject = _Subject(trace, names, part.local(), stable)
    return [_packed(subject, which, answer(trace, which, target, source), target is not None) for which in weightings]


def pack_sentence(trace: LayerTrace, part: Part, names: Sequence[str], sentence: Sentence) -> list[Said]:
    """A sentence with its nodes and numbers as the browser counts."""
    return _sentence(_Subject(trace, names, part.local()), sentence)


def _packed(subject: _Subject, which: WeightingKey, told: Answer, locked: bool) -> protocol.Answer:
    why = None
    if told.target is not None:
        asked = reasons(subject.trace, told.target, which, told.source if locked else None)
        why = _why(subject, asked) if asked.sources.size else None
    return protocol.Answer(headline=_sentence(subject, told.headline), line=_sentence(subject, told.line), why=why)


def _sentence(subject: _Subject, sentence: Sentence) -> list[Said]:
    def piece(part: Piece) -> Said:
        if isinstance(part, str):
            return Said(kind="words", text=part)
        if isinstance(part, Mark):
            return Said(kind="words", text=part.written)
        if isinstance(part, Node):
            return Said(kind="node", text=subject.names[part.node], focus=subject.focus(part.node))
        focus = None
        if part.edge is not None:
            focus = subject.focus(*part.edge)
        elif part.node is not None:
            focus = subject.focus(part.node)
        return Said(kind="number", value=float(part.value), sign=part.sign, focus=focus)

    return [piece(part) for part in sentence]


# ---- the table -----------------------------------------------------------------------------------------------------


def _why(subject: _Subject, table: Reasons) -> Why:
    trace = subject.trace
    rest = table.rest
    names = list(table.numbers)
    chosen = [k for k, source in enumerate(table.sources) if source == table.source]
    out = _out_symbol(subject, table)
    return Why(
        target=int(subject.places[table.target]),
        name=subject.names[table.target],
        source=None if table.source is None else int(subject.places[table.source]),
        chosen=chosen[0] if chosen else -1,
        title=_sentence(subject, _title(table)),
        remark=_sentence(subject, _remark(trace, table)),
        columns=_columns(subject, table),
        rows=[_row(subject, table, k) for k in range(table.sources.size)],
        numbers=packed(np.stack([table.numbers[name] for name in names], axis=1)),
        vectors=[packed(vector) for vector in table.vectors.values()],
        sums=[table.sums.get(name) for name in names],
        rest=None
        if rest is None
        else protocol.Rest(
            text=ngettext("and {n} more, together", "and {n} more, together", rest.count).format(n=rest.count),
            numbers=[rest.numbers.get(name) for name in names],
            brings=None if rest.brings is None else packed(rest.brings),
        ),
        bars=_bars(subject, table),
        even=1 / table.neighbours if table.neighbours else 0.0,
        **_stable(subject, table),
        shares="used" if "used" in table.numbers else "share",
        h_prime=None if table.h_prime is None else packed(table.h_prime),
        out=None if table.out is None else packed(table.out),
        out_symbol=mathml(out) if out else "",
        out_columns=_out_columns(trace, table),
    )


def _stable(subject: _Subject, table: Reasons) -> dict[str, Any]:
    """Whiskers of α, and what they come from; of heads and of their mean."""
    head = None if table.which == "mean" else table.which
    if subject.stable is None or isinstance(head, str) or subject.stable[0].node != table.target:
        return {"whiskers": None, "stable": []}
    found, layer = subject.stable
    ends = {spread.source: (spread.low, spread.high) for spread in found.spreads(layer, head)}
    whiskers = np.array([ends.get(int(source), (np.nan, np.nan)) for source in table.sources])
    told = found.told(layer, head, table.source)
    return {"whiskers": packed(whiskers.reshape(-1, 2)), "stable": _sentence(subject, told)}


def _title(table: Reasons) -> Sentence:
    source, target = table.source, Node(table.target)
    if source is None or table.neighbours == 0:
        return said(_("What {target} reads"), target=target)
    share = table.numbers["share"]
    mine = share[table.sources == source][0]
    if np.isnan(mine):
        return said(_("Why nothing from {source}?"), source=Node(source))
    if table.neighbours == 1:
        return said(_("Why all from {source}?"), source=Node(source))
    if mine >= np.nanmax(share):
        return said(_("Why {source}, and not the others?"), source=Node(source))
    return said(_("Why {source}, and no more?"), source=Node(source))


def _remark(trace: LayerTrace, table: Reasons) -> Sentence:
    """How the pair looks from the other end; and what all rows share, where nothing below says it."""
    drawn_as_band = table.half is not None and "g" not in table.numbers and table.source not in (None, table.target)
    sentences = [] if drawn_as_band else [_shared(trace, table)]
    if table.source is not None and table.source != table.target and isinstance(table.which, int | np.integer):
        back = trace.edge_of(table.source, table.target)
        ends = {"source": Node(table.source), "target": Node(table.target)}
        if back is None:
            sentences.append(said(_("The other way, {source} does not read {target}."), **ends))
        else:
            value = Number(float(trace.alpha[back, table.which]), (table.source, table.target))
            sentences.append(said(_("The other way, {source} reads {target} with {value}."), value=value, **ends))
    return joined(*sentences)


def _shared(trace: LayerTrace, table: Reasons) -> Sentence:
    if isinstance(table.which, str):
        by_baseline = {
            "gcn": _("The weight depends on how many arrows end at both nodes, and on nothing else."),
            "mean": _("Each head's α, and their mean."),
            "uniform": _("Every neighbour counts the same."),
        }
        return said(by_baseline[table.which])
    if trace.alpha_alone:
        return said(_("The shares as they were given: the scores that they came of are not here."))
    if trace.attention == "equal":
        return said(_("This layer shares out evenly by its rule; the scores play no part."))
    if "g" in table.numbers:
        return said(_("All start from the same t; s and the arrow's own part g differ."))
    if table.half is not None:
        return said(_("All start from the same t; only s differs."))
    return said(_("Each dimension adds reader and read, LeakyReLU bends the sum, and a weighs what is left."))


def _row(subject: _Subject, table: Reasons, k: int) -> Reason:
    source = int(table.sources[k])
    masked = bool(table.edges[k] < 0)
    note = ""
    if masked:
        note = _("masked, no α")
    elif "reads" in table.vectors and not table.vectors["reads"][k].any():
        note = _("arrives as nothing")
    return Reason(
        node=int(subject.places[source]),
        name=subject.names[source],
        own=source == table.target,
        masked=masked,
        note=note,
    )


def _bars(subject: _Subject, table: Reasons) -> Bars | None:
    low, high = table.span
    if "e" not in table.numbers or low == high:
        return None
    symbol = ""
    if table.half is not None:
        symbol = mathml(f"t_{{{formulas.name(subject.names[table.target])}}}")
    what = "e" if table.half is None else _summands(table)
    caption = _("{sum}, on one scale").format(sum=what)
    return Bars(caption=caption, low=low, high=high, ticks=ticks(low, high), half=table.half, symbol=symbol)


def _summands(table: Reasons) -> str:
    """What a raw score is the sum of."""
    return _("t + s") if "g" not in table.numbers else _("t + s + g")


def ticks(low: float, high: float) -> list[float]:
    """A few round numbers from low to high, 0 among them where it lies there."""
    raw = (high - low) / _TICKS
    if not raw > 0:
        return [0.0]
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(size * factor for factor in _STEPS if size * factor >= raw)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [float(k * step) for k in range(first, last + 1)]


# ---- columns -------------------------------------------------------------------------------------------------------

_SYMBOLS = {
    "s": "s_j",
    "g": "g_{ij}",
    "raw": r"\mathrm{raw}",
    "e": "e",
    "degree": "d_j",
    "root": r"\sqrt{d_i\,d_j}",
    "hidden": r"\mathrm{hidden}",
    "terms": r"a \cdot \mathrm{hidden}",
    "heads": r"\alpha^{k}",
}
_CAPTIONS = {
    "s": N_("source half"),
    "g": N_("arrow's features"),
    "e": N_("LeakyReLU"),
    "degree": N_("arrows in"),
    "root": N_("root"),
    "hidden": N_("LeakyReLU of the sum"),
    "terms": N_("adds up to e"),
    "heads": N_("of each head"),
    "reads": N_("what j sends"),
    "brings": N_("what arrives"),
    "used": N_("after dropout"),
}
_ORDER = (
    "s", "g", "raw", "hidden", "terms", "e", "power", "degree", "root", "heads", "share", "used", "reads", "brings"
)  # fmt: skip
"""From the score to what arrives; among the numbers, and among the vectors, as the table of reasons has them."""
_STAGES = {"hidden": "hidden", "terms": "e", "reads": "reads", "brings": "h_prime", "heads": "alpha"}


def _columns(subject: _Subject, table: Reasons) -> list[Column]:
    form = subject.trace.form
    symbols = dict(_SYMBOLS)
    captions = {name: _(words) for name, words in _CAPTIONS.items()}
    taken = table.subtracted
    symbols["power"] = r"\exp\, e" if taken == 0 else rf"\exp(e - {_in_brackets(taken)})"
    symbols["share"] = {"gcn": r"\frac{1}{\sqrt{d_i\,d_j}}", "mean": r"\bar\alpha", "uniform": r"\frac{1}{n}"}.get(
        str(table.which), r"\alpha"
    )
    symbols["used"] = r"\tilde\alpha"
    symbols["reads"] = chain_texts.read(form)
    symbols["brings"] = f"{chain_texts.share(form)}\\, {chain_texts.read(form)}".replace("_{ij}", "", 1)
    captions["raw"] = _summands(table)
    captions["e"] = _("LeakyReLU") if isinstance(subject.trace, GATTrace) else _("score")
    captions["power"] = ""
    if "power" in table.sums:
        captions["share"] = _("÷ {sum}").format(sum=_plain(table.sums["power"]))
    else:
        captions["share"] = ""
    stages = _STAGES | {"reads": "Wh" if isinstance(subject.trace, GATTrace) else "Wh_source"}

    def column(key: str) -> Column:
        stage = stages[key] if key in table.vectors else None
        return Column(key=key, symbol=mathml(symbols[key]), caption=captions[key], stage=stage)

    return [column(key) for key in _ORDER if key in table.numbers or key in table.vectors]


def _plain(value: float) -> str:
    """To three digits, as the browser writes it."""
    text = formulas.latex_number(value)
    return text if "\\" not in text else three_digits(value)


def _in_brackets(value: float) -> str:
    text = formulas.latex_number(value)
    return f"({text})" if value < 0 else text


# ---- the output ----------------------------------------------------------------------------------------------------


def _out_symbol(subject: _Subject, table: Reasons) -> str:
    """ "out_0 = ELU(h′_0)", in LaTeX, with all that this layer adds."""
    if table.out is None:
        return ""
    form = subject.trace.form
    node = formulas.name(subject.names[table.target])
    heads = f"h'_{{{node}}}" if form.concat or subject.trace.num_heads == 1 else rf"\bar h_{{{node}}}"
    inside = " + ".join([heads, *(term.replace("_i", f"_{{{node}}}") for term in form.added)])
    applied = inside if form.activation is None else rf"{ACTIVATIONS[form.activation]}({inside})"
    return rf"\mathrm{{out}}_{{{node}}} = {applied}"


def _out_columns(trace: LayerTrace, table: Reasons) -> str:
    if table.out is None:
        return ""
    shape = f"[{trace.num_nodes}, {table.width}]"
    if not trace.concat:
        return _("the mean of {heads} heads").format(heads=trace.num_heads) if trace.num_heads > 1 else shape
    last = table.first + table.out.size - 1
    if last == table.first:
        return _("column {first} of {shape}").format(first=table.first, shape=shape)
    return _("columns {first}–{last} of {shape}").format(first=table.first, last=last, shape=shape)
