"""How a value shows itself in a notebook: drawn by what stands further along the flow of data than the value does."""

from __future__ import annotations

from importlib import import_module

DRAWN_BY = "gatviz.reporting.notebook"
"""Known by its name alone: nothing here depends on it until somebody looks."""


class ShowsItself:
    """What a notebook draws when a cell ends with it."""

    def _repr_html_(self) -> str | None:
        """The interactive report as a frame; None, and so its `repr`, where what draws it is not installed."""
        try:
            drawing = import_module(DRAWN_BY)
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("gatviz"):
                raise
            return None
        framed: str = drawing.framed(self)
        return framed
