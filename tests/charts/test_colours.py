"""The colours: evenly rising, the same for those who see no red or green, ink that can be read on each."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gatviz.colours import (
    ACCENT,
    BUTTON,
    CLASSES,
    DIVERGING,
    HEADS,
    INK,
    LINE,
    LINK,
    PAPER,
    SEQUENTIAL,
    SOFT,
    Theme,
    class_fill,
    colour_at,
    contrast,
    head_colour,
    signed_colour,
    stage_palettes,
    text_on,
)

THEMES = ("light", "dark")
READABLE, VISIBLE = 4.5, 3.0
"""What WCAG 2 asks of words, and of marks that carry meaning."""
ROOT = Path(__file__).parents[2]
# Machado, Oliveira, Fernandes 2009: sRGB (linear) as seen without red cones, and without green cones.
NO_RED = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]])
NO_GREEN = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]])
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, seen_as: np.ndarray | None = None) -> np.ndarray:
    """CIE L*a*b* of a colour, as seen with all cones or without some."""
    part = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    if seen_as is not None:
        linear = np.clip(seen_as @ linear, 0, 1)
    x = TO_XYZ @ linear / np.array([0.9505, 1, 1.089])
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen_as", [None, NO_RED, NO_GREEN])
@pytest.mark.parametrize("theme", THEMES)
def test_shares_grow_away_from_the_paper_step_by_step(theme: Theme, seen_as: NDArray[np.float64] | None) -> None:
    lightness = np.array([lab(colour, seen_as)[0] for colour in SEQUENTIAL[theme]])
    steps = np.diff(lightness) * (-1 if theme == "light" else 1)
    assert (steps > 4).all()
    assert contrast(SEQUENTIAL[theme][0], PAPER[theme]) < 1.3
    assert contrast(SEQUENTIAL[theme][-1], PAPER[theme]) > 9


@pytest.mark.parametrize("seen_as", [None, NO_RED, NO_GREEN])
@pytest.mark.parametrize("theme", THEMES)
def test_signs_are_equally_strong_and_differ_for_everyone(theme: Theme, seen_as: NDArray[np.float64] | None) -> None:
    seen = np.array([lab(colour, seen_as) for colour in DIVERGING[theme]])
    middle = len(seen) // 2
    for distance in range(1, middle + 1):
        low, high = seen[middle - distance], seen[middle + distance]
        assert abs(low[0] - high[0]) < 14
        assert np.linalg.norm(low - high) > 15


def test_heads_can_be_told_apart() -> None:
    pairs = itertools.combinations(HEADS, 2)
    assert len(HEADS) == 16
    assert min(float(np.linalg.norm(lab(a) - lab(b))) for a, b in pairs) > 18
    assert min(float(np.linalg.norm(lab(a) - lab(b))) for a in HEADS for b in ACCENT.values()) > 18, "locked"
    assert all(contrast(colour, PAPER[theme]) > 1.9 for colour in HEADS for theme in THEMES)
    assert head_colour(17) == HEADS[1]


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read(theme: Theme) -> None:
    for stops in (SEQUENTIAL[theme], DIVERGING[theme]):
        for k in range(2001):
            colour = colour_at(stops, k / 2000)
            assert contrast(text_on(colour), colour) >= READABLE
    assert contrast(ACCENT[theme], PAPER[theme]) >= 3


def test_colours_along_a_scale() -> None:
    stops = ("#000000", "#ffffff", "#ff0000")
    assert [colour_at(stops, t) for t in (-1, 0, 0.25, 0.5, 1, 2)] == [
        "#000000",
        "#000000",
        "#808080",
        "#ffffff",
        "#ff0000",
        "#ff0000",
    ]
    assert [signed_colour(stops, value, 2) for value in (-2, 0, 9)] == ["#000000", "#ffffff", "#ff0000"]
    assert signed_colour(stops, 0, 0) == "#ffffff"


def test_contrast_is_the_known_ratio() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# ---- ink: one rule, here alone ------------------------------------------------------------------------------------


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
@example("#757575")
@example("#777777")
def test_one_rule_gives_an_ink_that_can_be_read_on_any_colour(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
def test_the_stage_gets_every_colour_with_its_ink(theme: Theme) -> None:
    palette = stage_palettes()[theme]
    for kind, stops in (("sequential", SEQUENTIAL[theme]), ("diverging", DIVERGING[theme])):
        fills, inks = palette[kind]["fills"], palette[kind]["inks"]
        assert len(fills) == len(inks) >= 100
        assert len(fills) % 2 == 1, "0 has its own step"
        for k, (fill, ink) in enumerate(zip(fills, inks, strict=True)):
            assert (fill, ink) == (colour_at(stops, k / (len(fills) - 1)), text_on(fill))
    assert [(look["line"], look["fill"], look["ink"]) for look in palette["classes"]] == [
        (CLASSES[k], class_fill(k, theme), text_on(class_fill(k, theme))) for k in range(len(CLASSES))
    ]
    assert json.loads(json.dumps(palette)) == palette


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_of_the_stage_can_be_read_where_it_stands(theme: Theme) -> None:
    palette = stage_palettes()[theme]
    words = palette["words"]
    grounds = (PAPER[theme], SOFT[theme], words["accent-soft"])
    for name in ("ink", "quiet", "link", "accent-ink"):
        assert min(contrast(words[name], ground) for ground in grounds) >= READABLE, name
    for name in ("good", "bad"):
        assert min(contrast(words[name], ground) for ground in grounds[:2]) >= READABLE, name
    fills = palette["sequential"]["fills"] + palette["diverging"]["fills"]
    faded = [colour_at((PAPER[theme], fill), palette["faded"]) for fill in fills]
    for ground in (*faded, palette["hatch"], palette["empty"]):
        assert contrast(words["masked"], ground) >= READABLE
    for bar in palette["bars"].values():
        assert min(contrast(bar, ground) for ground in (PAPER[theme], LINE[theme])) >= VISIBLE


def test_the_page_around_has_the_same_colours() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    for theme in THEMES:
        look = {"primaryColor": config["primaryColor"], **config[theme]}
        assert look == {
            "primaryColor": LINK[theme],
            "backgroundColor": PAPER[theme],
            "secondaryBackgroundColor": SOFT[theme],
            "textColor": INK[theme],
            "borderColor": LINE[theme],
        }
        assert contrast(LINK[theme], SOFT[theme]) >= READABLE
        assert contrast(BUTTON, PAPER[theme]) >= VISIBLE


def test_only_one_module_chooses_colours_and_inks() -> None:
    """Neither the browser nor another module names a colour, mixes an ink or weighs lightness."""
    own = ROOT / "gatviz/colours.py"
    for path in sorted((ROOT / "gatviz").rglob("*")):
        if path == own or path.suffix not in (".py", ".js", ".css"):
            continue
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"var\(--st-[\w-]+, #[0-9a-f]{6}\)", "", text)  # the page's own colours, as it names them
        assert not re.search(r"#[0-9a-fA-F]{6}\b|0\.2126|0\.7152", text), path
        assert not re.search(r"(?<![\w-])(color|fill): color-mix\([^;]*ink", text), path
