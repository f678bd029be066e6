"""What small multiples of a graph send and hear, declared once, as `protocol` does for the stage.

N nodes and E arrows that are drawn; E counts those of a baseline that are gone, they come last.
"""

from __future__ import annotations

from gatviz.stage.protocol import Edges, Focus, Message, Packed, Palettes


class Panel(Message):
    """One drawing of the graph: the weights [E] of its arrows, and per node its strongest arrow (−1: not drawn).

    `nodes` [N]: what colours the nodes, NaN for none, where they are what the panel is about; `told` says it of each.
    """

    title: str
    values: Packed
    strongest: list[int]
    nodes: Packed | None
    told: list[str]


class Panels(Message):
    """Small multiples: one graph, one scale, a panel for each set of weights.

    `numbers` are the nodes' in the whole graph on the screen (−1: not there), by which a lock is told, under the
    `weighting` that the stage shows; `largest` is the end of the scale, on both sides of 0 where it is signed.
    `opens`: whether a panel can be had alone.
    """

    title: str
    graph_title: str
    about: str
    """Whose numbers these are, and of which layer, for the caption of a picture."""
    legend: str
    symbol: str
    signed: bool
    largest: float
    panels: list[Panel]
    columns: int
    opens: bool
    names: list[str]
    called: list[str]
    numbers: list[int]
    class_of: list[int]
    class_names: list[str]
    positions: list[list[float]]
    edges: Edges
    new: list[int]
    gone: int
    """How many of the edges are gone."""
    reads: list[int]
    read_by: list[int]
    undrawn_reads: list[int]
    undrawn_read_by: list[int]
    locked: Focus | None
    weighting: str
    palettes: Palettes
    texts: dict[str, str]


class Opened(Message):
    """A panel that is wanted alone."""

    panel: int
