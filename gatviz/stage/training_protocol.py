"""What the Train workspace sends and hears, declared once, as `protocol` does for the stage.

N nodes and E edges of the graph at the playhead, H heads of the layer on show, C features per head, K epochs of a line.
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
    """Lines over epochs on one scale; `cut` says in words that the axis does not start at 0, `whisker` between which
    values other seeds end."""

    key: Literal["loss", "right", "evenness", "locked"]
    title: str
    lines: list[TrainLine]
    bands: list[TrainBand]
    whisker: list[float] | None
    low: float
    high: float
    ticks: list[float]
    tick_texts: list[str]
    cut: str
    below: str


class TrainEmbedding(Message):
    """The nodes [N, 2] in the plane that holds most of the spread of what a step gives; `reach`: from
    −reach to reach along each axis, on one scale.

    `colour_of`: per node the class that colours it, −1 for none. `told` says what of the spread the plane holds.
    """

    points: Packed
    reach: list[float]
    reach_texts: list[str]
    colour_of: list[int]
    told: str


class TrainReads(Message):
    """A node that the target reads, or all further ones together (node −1, no gradients): its α in the step, what
    dropout leaves of it, the loss by it and by its score, and α without dropout before and after the step."""

    node: int
    text: str
    locked: bool
    alpha: float
    used: float
    gradient: float | None
    gradient_e: float | None
    before: float
    after: float


class TrainLost(Message):
    """A labelled node, or all further ones together (node −1): the probability of its own label, and −log of it."""

    node: int
    text: str
    sure: float | None
    loss: float


class TrainMoved(Message):
    """A row of parameters [C] before and after the step, and the gradient by it."""

    symbol: str
    note: str
    before: list[float]
    gradient: list[float]
    after: list[float]


class TrainStep(Message):
    """One training step at one arrow. `targets`: the nodes that read any; `sources`: those that the target reads;
    `told`: a sentence for each of the four pictures. Sizes are those at the ends of bars and colours."""

    title: str
    target: int
    source: int
    targets: list[int]
    sources: list[int]
    reads: list[TrainReads]
    losses: list[TrainLost]
    moved: list[TrainMoved]
    told: list[str]
    largest_loss: float
    largest_gradient: float
    largest_value: float


class TrainFlag(Message):
    """A mark on the line of epochs."""

    epoch: int
    text: str
    short: str
    head: int | None
    withdrawn: bool


class TrainScreen(Message):
    """All of the Train workspace's picture; `heard` is the number of the last thing asked for that was done.

    `pace`: after so many milliseconds the next answer is asked for, 0 if nothing moves; `fixed`: why nothing of it can
    be trained, edited or opened, "" if it can.
    """

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
    pace: int
    fixed: str
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
    panel: Literal["charts", "embedding", "step"]
    steps: list[str]
    step: int
    colour: Literal["predicted", "label"]
    embedding: TrainEmbedding | None
    slow: TrainStep | None
    unslow: str
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


class TrainPaint(Message):
    """A graph on which nothing can be trained yet, to be painted with labels; α is that of the model on the screen."""

    names: list[str]
    called: list[str]
    positions: list[list[float]]
    class_of: list[int]
    class_names: list[str]
    labelled: list[int]
    moment: TrainMoment
    head: int
    measure: Literal["alpha", "change"]
    locked: tuple[int, int] | None
    brushes: list[str]
    notice: str
    heard: int
    palettes: Palettes
    texts: dict[str, str]


class TrainAsked(Message):
    """What the person did: play, pause, one epoch, back to the start, a tick while something moves, an edit taken back,
    a node painted (with a label; without one it is told or told no longer), this epoch opened in another workspace (in
    Explain also for a node), ten seeds trained or stopped; or what is to be shown: an epoch, a layer, a head, α or its
    change, a locked arrow (target, source), what stands beside the graph, of which step the output is embedded and by
    what it is coloured. Counted, so that one that got lost can be sent again; each with the tab's token, and hello with
    nothing else."""

    count: int
    what: Literal["play", "pause", "step", "reset", "tick", "seek", "show", "undo", "paint", "open", "seeds", "hello"]
    epoch: int | None = None
    layer: int | None = None
    head: int | None = None
    measure: Literal["alpha", "change"] | None = None
    panel: Literal["charts", "embedding", "step"] | None = None
    step: int | None = None
    colour: Literal["predicted", "label"] | None = None
    locked: list[int] | None = None
    node: int | None = None
    label: str | None = None
    workspace: Literal["explore", "compare", "explain"] | None = None
    token: str | None = None
