"""The colours of gatviz, one source for stage, charts and files. Scales are hex stops, evenly spaced."""

from __future__ import annotations

from typing import Any

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
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#7b4fb5",
    "#b0413e", "#4f7942", "#5f6b8a", "#c0a000", "#1b9e9e", "#a0527a", "#6a994e", "#3d5a80",
)  # fmt: skip
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c6d31", "#7b4fb5")
ACCENT = {"light": "#d55e00", "dark": "#ff9a4d"}


def stage_palettes() -> dict[str, dict[str, Any]]:
    """What the stage needs of each theme."""
    return {
        theme: {
            "sequential": list(SEQUENTIAL[theme]),
            "diverging": list(DIVERGING[theme]),
            "heads": list(HEADS),
            "classes": list(CLASSES),
            "accent": ACCENT[theme],
        }
        for theme in ("light", "dark")
    }


def colour_at(stops: tuple[str, ...], t: float) -> str:
    """The colour at t in [0, 1] along evenly spaced stops, as hex."""
    place = min(max(t, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    part = place - low
    pairs = zip(_rgb(stops[low]), _rgb(stops[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
