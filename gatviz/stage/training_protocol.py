"""What the Train workspace sends and hears, declared once, as `protocol` does for the stage.

N nodes and E edges of the graph at the playhead, H heads of the layer on show, K epochs of a line.
"""

from __future__ import annotations

from typing import Literal

from gatviz.stage.protocol import Edges, Message, Packed, Palettes


class TrainPiece(Message):
    """A part of a sentence: words, a node by number, or a number."""

    text: str = ""
    node: int | None = None
    value: float | None = None


class TrainMoment(Message):
    """What the model makes of the graph at one epoch: α [E, H], and its change since epoch 0 where it is asked for;
    per node the class that it predicts, how sure it is, and whether that is wrong."""

    epoch: int
    alpha: Packed
    change: Packed | None
    predicted: list[int]
    sure: list[float]
    wrong: list[int]
    edges: Edges


class TrainLine(Message):
    """Values [K] at so many epochs; `now` is the value at the playhead, and how it is told."""

    key: str
    name: str
    look: Literal["labelled", "others", "own", "equal", "GCN", "GAT", "GATv2", "head", "locked", "even"]
    head: int | None
    epochs: list[int]
    values: Packed
    now: float | None
    now_text: str


class TrainBand(Message):
    """Between two lines [K]."""

    name: str
    epochs: list[int]
    low: Packed
    high: Packed


class TrainChart(Message):
    """Lines over epochs on one scale; `cut` says in words that the axis does not start at 0."""

    key: Literal["loss", "right", "evenness", "locked"]
    title: str
    lines: list[TrainLine]
    bands: list[TrainBand]
    low: float
    high: float
    ticks: list[float]
    tick_texts: list[str]
    cut: str
    below: str


class TrainFlag(Message):
    """A mark on the line of epochs."""

    epoch: int
    text: str
    short: str
    head: int | None
    withdrawn: bool


class TrainScreen(Message):
    """All of the Train workspace's picture; `heard` is the number of the last thing asked for that was done."""

    identity: str
    names: list[str]
    called: list[str]
    positions: list[list[float]]
    class_of: list[int]
    class_names: list[str]
    labelled: list[int]
    moment: TrainMoment
    first: TrainMoment
    total: int
    trained: int
    ended: str
    busy: bool
    playing: bool
    left: str
    headline: list[TrainPiece]
    below: list[TrainPiece]
    flags: list[TrainFlag]
    charts: list[TrainChart]
    layer: int
    layers: int
    head: int
    heads: int
    measure: Literal["alpha", "change"]
    locked: tuple[int, int] | None
    faint: str
    notice: str
    foot: str
    seeds: str
    seeds_busy: bool
    undo: bool
    heard: int
    palettes: Palettes
    texts: dict[str, str]


class TrainAsked(Message):
    """What the person did: play, pause, one epoch, back to the start, a tick while something moves, an edit taken back,
    a node painted, this epoch opened in Explore, a node of it in Explain, ten seeds trained or stopped; or what is to
    be shown: an epoch, a layer, a head, α or its change, a locked arrow (target, source). Counted, so that one that
    got lost can be sent again; each with the tab's token, and hello with nothing else."""

    count: int
    what: Literal[
        "play", "pause", "step", "reset", "tick", "seek", "show", "undo", "paint", "open", "explain", "seeds", "hello"
    ]
    epoch: int | None = None
    layer: int | None = None
    head: int | None = None
    measure: Literal["alpha", "change"] | None = None
    locked: list[int] | None = None
    node: int | None = None
    token: str | None = None
