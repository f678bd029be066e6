"""The colours of gatviz, one source for stage, charts and files. Scales are hex stops, evenly spaced.

Here alone it is chosen in which ink a colour is written on; charts ask `text_on`, the stage looks it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

Theme = Literal["light", "dark"]
_THEMES: tuple[Theme, ...] = ("light", "dark")

SEQUENTIAL = {
    "light": (
        "#eeeef8",
        "#d5d5ec",
        "#bcbbe0",
        "#a3a1d3",
        "#8a87c6",
        "#716db8",
        "#5954a9",
        "#433e98",
        "#2f2b84",
        "#1f1a66",
    ),
    "dark": (
        "#23253a",
        "#2f3054",
        "#3d3d6f",
        "#4e4d8a",
        "#625fa5",
        "#7874be",
        "#918dd4",
        "#aca9e6",
        "#c9c7f3",
        "#e8e7fd",
    ),
}
DIVERGING = {
    "light": (
        "#9a2c0b",
        "#b94a25",
        "#ce7553",
        "#dfa187",
        "#eecdbf",
        "#f7f6f5",
        "#c3d7e1",
        "#93b9cc",
        "#6298b3",
        "#347796",
        "#125778",
    ),
    "dark": (
        "#ff9b78",
        "#e0704a",
        "#b3532f",
        "#833f28",
        "#532d22",
        "#232534",
        "#1f3f52",
        "#1f5a77",
        "#2a7a9f",
        "#4d9fc4",
        "#8cc8e6",
    ),
}
HEADS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7a5230", "#6a4bc4", "#9aa83c",
    "#c7375f", "#8e2b8c", "#7d9c93", "#6d6a75", "#b98a5e", "#4a6fe0", "#3d6a1f", "#8c99e8",
)  # fmt: skip
"""Okabe and Ito's colours first, which the colour-blind tell apart; heads are always told by number too. None is the
accent, their vermilion: that says what is locked."""
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c6d31", "#7b4fb5")
ACCENT = {"light": "#d55e00", "dark": "#ff9a4d"}
INK = {"light": "#16182b", "dark": "#eceef7"}
PALE = {"light": "#5c6078", "dark": "#a5a8c0"}
LINE = {"light": "#dfe1ec", "dark": "#363a50"}
PAPER = {"light": "#ffffff", "dark": "#14151f"}
SOFT = {"light": "#f1f2f8", "dark": "#1f2130"}
"""Behind chips, pressed buttons and fields."""
EMPTY = {"light": "#f4f4f9", "dark": "#1b1c2a"}
"""A cell of a matrix without a value."""
LINK = {"light": "#312c80", "dark": "#a9a5f2"}
BUTTON = "#5f58c8"
"""Behind white words, in both themes."""
GOOD = {"light": "#07704f", "dark": "#4fd1a5"}
BAD = {"light": "#c92a2a", "dark": "#ff8787"}
BARS: dict[str, dict[str, str]] = {theme: {"minus": stops[1], "plus": stops[-2]} for theme, stops in DIVERGING.items()}
"""Signed bars: the length is the size, so the colour is only the sign and stands out from the paper at any length."""
_CLASS_TINT = 0.26
_ACCENT_TINT = 0.14
_FADED = 0.2
"""How much of its colour a masked cell keeps."""
_STEPS = 128
"""Even, so that 0 has a step of its own on a diverging scale."""


@cache
def stage_palettes() -> dict[str, dict[str, Any]]:
    """What the stage needs of each theme: every colour that is written on comes with its ink."""
    return {
        theme: {
            "sequential": _with_inks(steps_of(SEQUENTIAL[theme])),
            "diverging": _with_inks(steps_of(DIVERGING[theme])),
            "heads": list(HEADS),
            "classes": [
                {"line": line, "lineInk": text_on(line), "fill": (fill := class_fill(k, theme)), "ink": text_on(fill)}
                for k, line in enumerate(CLASSES)
            ],
            "bars": BARS[theme],
            "faded": _FADED,
            "empty": EMPTY[theme],
            "hatch": colour_at((PAPER[theme], INK[theme]), 0.16),
            "words": _words(theme),
            "paper": _paper(theme),
        }
        for theme in _THEMES
    }


def steps_of(stops: Sequence[str]) -> list[str]:
    """The colours of a scale in steps that the eye does not see."""
    return [colour_at(stops, k / _STEPS) for k in range(_STEPS + 1)]


def _with_inks(fills: list[str]) -> dict[str, list[str]]:
    return {"fills": fills, "inks": [text_on(fill) for fill in fills]}


def _words(theme: Theme) -> dict[str, str]:
    """The inks of words and the one tinted ground among theirs, by what the stage's style sheet calls them."""
    return {
        "ink": INK[theme],
        "quiet": PALE[theme],
        "link": LINK[theme],
        "good": GOOD[theme],
        "bad": BAD[theme],
        "accent": ACCENT[theme],
        "accent-soft": colour_at((PAPER[theme], ACCENT[theme]), _ACCENT_TINT),
        "accent-ink": colour_at((ACCENT[theme], INK[theme]), 0.3),
        "masked": colour_at((PAPER[theme], INK[theme]), 0.75),
        "button": BUTTON,
        "on-button": text_on(BUTTON),
        "edge": colour_at(SEQUENTIAL[theme], 0.6),
        "plus-ink": colour_at((BARS[theme]["plus"], INK[theme]), 0.25),
        "minus-ink": colour_at((BARS[theme]["minus"], INK[theme]), 0.25),
    }


def _paper(theme: Theme) -> dict[str, str]:
    """What words and marks stand on, by what the stage's style sheet calls it: for pictures and pages without it."""
    return {
        "background": PAPER[theme],
        "panel": PAPER[theme],
        "soft": SOFT[theme],
        "border": LINE[theme],
        "primary": LINK[theme],
    }


def class_fill(label: int, theme: Theme) -> str:
    """The fill of a node of a class: a tint of the class's colour."""
    return colour_at((PAPER[theme], CLASSES[label % len(CLASSES)]), _CLASS_TINT)


def colour_at(scale: Sequence[str], t: float) -> str:
    """The colour at t in [0, 1] along evenly spaced stops, as hex; beyond the ends, the end's."""
    place = min(max(t, 0.0), 1.0) * (len(scale) - 1)
    low = min(int(place), len(scale) - 2)
    part = place - low
    pairs = zip(_rgb(scale[low]), _rgb(scale[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def signed_colour(scale: Sequence[str], value: float, limit: float) -> str:
    """The colour of a signed value on a diverging scale that ends at ±limit."""
    return colour_at(scale, 0.5 + 0.5 * value / limit if limit > 0 else 0.5)


def head_colour(head: int) -> str:
    """A head's colour; from the 17th on they repeat."""
    return HEADS[head % len(HEADS)]


def text_on(colour: str) -> str:
    """Black or white, whichever has the higher contrast on this colour: at least 4.58 on any colour there is.

    The one rule. A softer black would fall below 4.5 on colours of middle lightness, where white does too.
    """
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


def contrast(first: str, second: str) -> float:
    """WCAG 2's contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _rgb(colour))
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
