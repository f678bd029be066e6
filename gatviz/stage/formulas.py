"""Formulas as LaTeX and MathML: in symbols, and with one edge's numbers put in."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache

from latex2mathml.converter import convert

from gatviz.analysis import EdgeStory, GATStory, GATv2Story
from gatviz.attention.chain import stages_of
from gatviz.attention.layer_trace import LayerTrace
from gatviz.stage.protocol import Formula

_MAX_TERMS = 6
_MAX_NAME = 12
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: "\\" + sign for sign in "{}_%#&$"},
}
_ESCAPED = re.compile("|".join(re.escape(escape) for escape in _ESCAPES.values()))
_TEXT = re.compile(rf"\\(?:text|mathrm)\{{((?:[^\\{{}}]|{_ESCAPED.pattern})*)\}}")
_PLAIN = {escape: sign for sign, escape in _ESCAPES.items()}
_FIRST_STAND_IN = 0xE000
_MINUS = "&#x02212;"
_PRIME = "<mi>&#x02032;</mi>"
_LEADING_MINUS = re.compile(rf"(<mrow>|<mo[^>]*>(?!&#x00029;)[^<]*</mo>)<mo>{_MINUS}</mo><mn>")
_WORD = re.compile("<mi>([a-z]{2,})</mi>")
_UPRIGHT = '<mi mathvariant="normal">'
_GREEK = re.compile("<mi>(&#x003[9A-C][0-9A-F];)</mi>")
_PRIMED = re.compile(
    rf"<msubsup>(<mi>[^<]*</mi>)(<mrow>(?:(?!</?mrow>).)*</mrow>|<m[a-z]+>[^<]*</m[a-z]+>){_PRIME}</msubsup>"
)


@lru_cache(maxsize=2048)
def mathml(latex: str) -> str:
    r"""LaTeX as a MathML document; whatever stands in \text{…} or \mathrm{…} is text there too, markup or not.

    The converter would pass markup through, so it only sees one private-use character for each text.
    """
    texts: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        texts.append(_ESCAPED.sub(lambda escape: _PLAIN[escape.group()], match.group(1)))
        return rf"\text{{{chr(_FIRST_STAND_IN + len(texts) - 1)}}}"

    document = _as_read(str(convert(_TEXT.sub(stand_in, latex))))
    for k, text in enumerate(texts):
        document = document.replace(chr(_FIRST_STAND_IN + k), html.escape(text).replace(" ", "\u00a0"))
    return document


def _as_read(document: str) -> str:
    """With what the converter leaves apart: the sign of a number is part of it, a prime of its letter, "exp" is a word.

    Greek stands upright: a slanting α is an a.
    """
    document = _LEADING_MINUS.sub(rf"\1<mn>{_MINUS}", document)
    document = _WORD.sub(r"<mtext>\1</mtext>", document)
    document = _GREEK.sub(rf"{_UPRIGHT}\1</mi>", document)
    document = _PRIMED.sub(r"<msub><mrow>\1<mo>&#x02032;</mo></mrow>\2</msub>", document)
    return document.replace(f"<msup><mi>h</mi>{_PRIME}</msup>", "<mrow><mi>h</mi><mo>&#x02032;</mo></mrow>")


def pack_formula(latex: str) -> Formula:
    """A formula to copy and to read."""
    return Formula(latex=latex, mathml=mathml(latex))


def name(text: str) -> str:
    """A node's name as LaTeX, safe whatever it holds, and short."""
    short = text if len(text) <= _MAX_NAME else text[: _MAX_NAME - 1] + "…"
    return r"\text{" + "".join(_ESCAPES.get(c, c) for c in short) + "}"


def latex_number(value: float, digits: int = 3) -> str:
    """A number as LaTeX, to so many significant digits."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        text = f"{value:#.{digits}g}".rstrip(".")
        return text if "e" not in text else str(round(value))
    mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def symbols(trace: LayerTrace) -> list[str]:
    """The layer's formulas for its scores, for α and for h′."""
    return [stage.of(trace.form).formula for stage in stages_of(trace.form) if stage.told]


def with_numbers(story: EdgeStory, names: Sequence[str], slope: float, digits: int = 3) -> list[str]:
    """The score (raw and e, or e of GATv2) and α of one edge with its numbers in place of the symbols."""
    pair = _pair(story, names)
    lines: list[str] = []
    if isinstance(story, GATStory):
        raw = latex_number(story.raw, digits)
        summed = [story.score_target, story.score_source, *([] if story.score_edge is None else [story.score_edge])]
        halves = _signed_sum(summed, digits)
        lines.append(rf"\mathrm{{raw}}_{pair} = {halves} = {raw}")
        bent = rf"\mathrm{{LeakyReLU}}({raw})" if story.raw > 0 else rf"{latex_number(slope, digits)} \cdot ({raw})"
        lines.append(rf"e_{pair} = {bent} = {latex_number(story.e, digits)}")
    elif isinstance(story, GATv2Story):
        parts = [latex_number(term, digits) for term in story.hidden_terms]
        lines.append(rf"e_{pair} = {_joined(parts)} = {latex_number(story.e, digits)}".replace("+ -", "- "))
    if story.alpha is not None:
        top = latex_number(next(term.term for term in story.terms if term.source == story.source), digits)
        below = _joined([latex_number(term.term, digits) for term in story.terms])
        lines.append(
            rf"\alpha_{pair} = \frac{{{top}}}{{{below}}}"
            rf" = \frac{{{top}}}{{{latex_number(story.denominator, digits)}}} = {latex_number(story.alpha, digits)}"
        )
    return lines


def _pair(story: EdgeStory, names: Sequence[str]) -> str:
    return rf"{{{name(names[story.target])},\,{name(names[story.source])}}}"


def _signed_sum(values: Sequence[float], digits: int) -> str:
    first, *others = values
    signed = (f" {'-' if value < 0 else '+'} {latex_number(abs(value), digits)}" for value in others)
    return f"{latex_number(first, digits)}{''.join(signed)}"


def _joined(parts: Sequence[str]) -> str:
    """A sum, cut after some terms so that it stays readable."""
    return " + ".join([*parts[:_MAX_TERMS], r"\cdots"] if len(parts) > _MAX_TERMS else parts)
