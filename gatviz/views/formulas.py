"""Formulas as LaTeX and MathML: in symbols, and with one arc's numbers put in."""

from __future__ import annotations

from functools import lru_cache

from latex2mathml.converter import convert

from gatviz.analysis import EdgeStory
from gatviz.trace import GATTrace

_MOST_TERMS = 6
_ESCAPES = {
    "\\": r"\backslash ",
    "^": r"\^{}",
    "~": r"\~{}",
    **{sign: "\\" + sign for sign in "{}_%#&$"},
}
_LONGEST_NAME = 12


@lru_cache(maxsize=2048)
def mathml(latex: str) -> str:
    """LaTeX as a MathML document; text in it is escaped."""
    return str(convert(latex))


def name(text: str) -> str:
    """A node's name as LaTeX, safe whatever it holds, and short."""
    short = text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"
    return r"\text{" + "".join(_ESCAPES.get(c, c) for c in short) + "}"


def number(value: float, digits: int = 3) -> str:
    """A number as LaTeX, to so many significant digits."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        text = f"{value:#.{digits}g}".rstrip(".")
        return text if "e" not in text else str(round(value))
    mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def symbols(trace: GATTrace) -> list[str]:
    """The layer's formulas for e, α and h′."""
    return [trace.field_info[field].formula for field in ("raw", "e", "alpha", "h_prime")]


def with_numbers(story: EdgeStory, names: tuple[str, ...], slope: float, digits: int = 3) -> list[str]:
    """raw, e and α of one arc with its numbers in place of the symbols."""
    pair = rf"{{{name(names[story.target])},\,{name(names[story.source])}}}"

    def n(value: float) -> str:
        return number(value, digits)

    def added(value: float) -> str:
        return f"- {n(-value)}" if value < 0 else f"+ {n(value)}"

    lines = [rf"\mathrm{{raw}}_{pair} = {n(story.score_target)} {added(story.score_source)} = {n(story.raw)}"]
    if story.raw > 0:
        lines.append(rf"e_{pair} = \mathrm{{LeakyReLU}}({n(story.raw)}) = {n(story.e)}")
    else:
        lines.append(rf"e_{pair} = {n(slope)} \cdot ({n(story.raw)}) = {n(story.e)}")
    if story.alpha is not None:
        top = next(term.term for term in story.terms if term.source == story.source)
        shown = [n(term.term) for term in story.terms[:_MOST_TERMS]]
        below = " + ".join([*shown, r"\cdots"] if len(story.terms) > _MOST_TERMS else shown)
        lines.append(
            rf"\alpha_{pair} = \frac{{{n(top)}}}{{{below}}}"
            rf" = \frac{{{n(top)}}}{{{n(story.denominator)}}} = {n(story.alpha)}"
        )
    return lines
