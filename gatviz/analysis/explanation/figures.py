"""How an explanation's arrows and numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MIN_WRITTEN = 0.0005
"""With three digits less would be written as 0.000, which it is not."""


def arrow(row: pd.Series, end: str = "") -> str:
    """An edge as it is written: source → target; `end` is "_2" for the second of a pair."""
    return f"{row[f'source{end}']} → {row[f'target{end}']}"


def agreement_number(value: float) -> str:
    """A rank agreement: two digits; what only rounds to 1 is told from 1."""
    if np.isnan(value):
        return "–"
    if 0.995 <= abs(value) < 1:
        return f"{'>' if value > 0 else '<'} {'−' if value < 0 else ''}0.99"
    return f"{value:.2f}".replace("-", "−")


def chance(value: float) -> str:
    """A probability: three digits; what only rounds to 0 or 1 is told from it."""
    if 0 < value < MIN_WRITTEN:
        return "< 0.001"
    return "> 0.999" if 1 - MIN_WRITTEN <= value < 1 else f"{value:.3f}"


def signed(value: float) -> str:
    """A change: three digits with its sign, of a very small one its power of ten; 0 only where it is."""
    if value == 0:
        return "0"
    if abs(value) >= MIN_WRITTEN:
        return f"{value:+.3f}".replace("-", "−")
    digit, power = f"{value:+.0e}".split("e")
    return f"{digit}e{int(power)}".replace("-", "−")
