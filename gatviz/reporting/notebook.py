"""Reports in notebooks: as a frame that brings all it needs along, so that it lives on in the saved file."""

from __future__ import annotations

import html
import os
from collections.abc import Hashable, Sequence
from typing import Any

from gatviz.capturing.given import from_attention
from gatviz.files.disk import write_file
from gatviz.graph.graph import Graph
from gatviz.reporting.page import Shown, report

MAX_BYTES = 1_000_000
"""Of what is told of nodes and arrows: the frame is kept in the notebook's file."""
HEIGHT = 860
"""Pixels: the stage as a whole; what is below it scrolls."""


class View:
    """A report that a notebook shows when a cell ends with it.

    Attributes:
        page: the report, a whole HTML document. height: of its frame, in pixels.
    """

    def __init__(self, page: str, height: int = HEIGHT) -> None:
        self.page, self.height = page, height

    def __repr__(self) -> str:
        return f"View({len(self.page) / 1e6:.1f} MB; save(path) writes it as a page)"

    def _repr_html_(self) -> str:
        return frame(self.page, self.height)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as a file that opens from disk.

        Raises:
            GatvizError: a path that cannot be written.
        """
        write_file(path, self.page.encode())


def frame(page: str, height: int = HEIGHT) -> str:
    """A page as a frame of its own: what is in it reaches nothing around it, nor the internet."""
    style = f"width:100%;height:{int(height)}px;border:0"
    return f'<iframe sandbox="allow-scripts allow-downloads" style="{style}" srcdoc="{html.escape(page)}"></iframe>'


def view(
    edge_index: Any,
    alpha: Any,
    *,
    names: Sequence[Hashable] | None = None,
    x: Any = None,
    labels: Sequence[Any] | None = None,
    title: str = "",
    height: int = HEIGHT,
) -> View:
    """Attention from anywhere, to click through: the graph with α on its arrows, head by head.

    Arguments:
        edge_index, alpha, names, x, labels: as for `from_attention`: [2, E], row 0 = source j, row 1 = target i, and
            [E], [E, H] or [L, E, H].
        title: said at the top. height: of the frame, in pixels.

    Raises:
        GatvizError: as `from_attention`.
    """
    run = from_attention(edge_index, alpha, names=names, x=x, labels=labels)
    return View(report(run.graph, run, title=title, max_bytes=MAX_BYTES), height)


def explore(graph: Graph, model: Any, *, title: str = "", shown: Shown | None = None, height: int = HEIGHT) -> View:
    """A model's run on a graph, to click through: every arrow back to the features, as in the app.

    Arguments:
        model: a model or layer of gatviz, run now in the mode that it is in; or a run of it.
        title: said at the top. shown: what it opens with. height: of the frame, in pixels.

    Raises:
        GatvizError: as `report`.
    """
    return View(report(graph, model, title=title, shown=shown, max_bytes=MAX_BYTES), height)


def framed(run: Any) -> str:
    """What a Trace, a Capture, a CapturedRun or a Training looks like in a notebook."""
    return frame(report(None, run, max_bytes=MAX_BYTES))
