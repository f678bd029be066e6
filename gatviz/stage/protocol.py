"""What the browser is sent, declared once; `screen_protocol` puts it together, and what it sends is in `heard`.

`wire` sends it, `types` writes the same for JavaScript, with camelCase names. N nodes and E edges of the part that is
shown, U edges between its nodes that are not drawn, H heads, C features per head, F input features.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Range = tuple[float, float]  # the smallest and the largest value


class Message(Struct, kw_only=True, rename="camel"):
    """Anything that crosses."""


class EdgeFocus(Message, tag_field="kind", tag="edge"):
    """A pair of nodes, by number."""

    target: int
    source: int


class NodeFocus(Message, tag_field="kind", tag="node"):
    """A node, by number."""

    node: int


Focus = EdgeFocus | NodeFocus


class Packed(Message):
    """An array, row by row, bit for bit as float32."""

    shape: list[int]
    f32: bytes


class Formula(Message):
    """A formula to copy and to read."""

    latex: str
    mathml: str


class Edges(Message):
    """The ends of E + U edges by node, which of them are self-loops that were added, and E."""

    source: list[int]
    target: list[int]
    added: list[int]
    drawn: int


class Counts(Message):
    """Per node a number of the edges that end in it (it reads) and that start there."""

    reads: list[int]
    read_by: list[int]


class Whole(Counts):
    """The graph that the part is of; `outside` counts edges from or to nodes that are not shown."""

    nodes: int
    edges: int
    cut: bool
    sent: bool
    """Whether the numbers of the U edges are here."""
    empty_rows: bool
    undrawn: Counts
    outside: Counts


class RowSums(Message):
    """What a row of the matrix adds up to, [N] each: drawn, in the matrix, outside of it, and in all."""

    drawn: Packed
    here: Packed
    outside: Packed
    all: Packed
    here_range: Range | None


class Weighting(Message):
    """One set of weights on the edges, [E + U]: a head, something derived from heads, or a baseline.

    `strongest` is per node the place of its strongest edge of all, −1 where that is not drawn.
    """

    key: str
    label: str
    title: str
    kind: Literal["head", "derived", "baseline"]
    head: int | None
    symbol: str
    explanation: str
    formula: Formula
    rows_sum_to_one: bool
    rows: RowSums | None
    values: Packed
    range: Range | None
    strongest: list[int]


class Entries(Message):
    """What a matrix of weights shows: a parameter a row, or one; of a step around the layers ("": of the layer)."""

    parameters: list[str]
    rows: bool
    step: str = ""


class Stage(Message):
    """One stage of the chain, from X and W to the output."""

    name: str
    symbol: str
    plain: str
    shape_letters: str
    shape: str
    formula: str
    latex: str
    caption: str
    layout: Literal["nodes", "pairs", "weights", "messages"]
    colour: Literal["signed", "share"]
    limit: float
    ranges: list[Range | None] | None
    per_head: bool = False
    values: Packed | None = None
    values_of: str | None = None
    pairs: Packed | None = None
    """[H, N, N], where the field is known off the edges too."""
    rest: Packed | None = None
    rows: list[Literal["target", "source"]] = []
    """Of which end of an edge a row of "nodes" is."""
    row_names: list[str] = []
    columns: list[str] = []
    head_columns: int | None = None
    entries: Entries | None = None
    elsewhere: str | None = None


class GoneEdge(Message):
    """An edge of the baseline that is no more; −1 for an end that is not shown."""

    source: int
    target: int
    names: tuple[str, str]


class Beside(Message):
    """A change that is told beside a node, as its edge is not drawn."""

    node: int
    source: str
    value: float


class Change(Message):
    """Δα since the baseline, [H, E + U], and of the gone edges; the largest into each node by place, −1 for none."""

    values: Packed
    strongest: list[list[int]]
    strongest_gone: list[list[int]]
    beside: list[list[Beside]]
    is_new: list[int]
    gone: list[GoneEdge]
    gone_values: Packed
    limit: float
    baseline: str


class Bar(Message):
    """A signed part of a sum."""

    name: str
    value: float


class Half(Message):
    """What one end added to the score: by dimension, where the score splits in two, and by feature, the largest.

    `added` is the bias beside a · Wh in its formula; `rest` says which biases add to what features do; "" for none.
    """

    half: Literal["target", "source"]
    node: int
    symbol: str
    value: float | None
    by_dimension: list[Bar]
    by_feature: list[Bar]
    more: int
    added: str
    rest: str


class EdgeShares(Message):
    """What the features of the edge itself added to the score, the largest of them."""

    parts: list[Bar]
    more: int


class Pair(Message):
    """The textbook's [Wh_i ‖ Wh_j] over a, and what all pairs would take."""

    Wh: list[float]
    a: list[float]
    limit: float
    textbook: str
    kept: str


class JointPart(Bar):
    """One dimension of GATv2's score: what met, what LeakyReLU left of it, and what a made of that."""

    target: float
    source: float
    edge: float | None
    hidden: float
    a: float


class JointScore(Message):
    """GATv2's score by dimension."""

    e: float
    parts: list[JointPart]


class Bend(Message):
    """LeakyReLU where a score is bent but once: the corners of its line, and the point (raw, e) of all that is read."""

    raw: float
    e: float
    slope: float
    curve: list[tuple[float, float]]
    read: list[tuple[float, float]]


class Story(Message):
    """What is told of the locked edge in one head."""

    target: int
    source: int
    head: int
    limit: float
    formulas: list[Formula]
    halves: list[Half]
    of_edge: EdgeShares | None
    pair: Pair | None
    bend: Bend | None
    score: JointScore | None


class Proof(Message):
    """One line of the proof; `passed` is None where the check was not run."""

    name: str
    figure: float | None
    bound: float
    passed: bool | None
    sentence: str


class Steps(Message):
    """Colours along a scale, and the ink to write on each."""

    fills: list[str]
    inks: list[str]


class ClassColour(Message):
    """How nodes of one label are drawn."""

    line: str
    line_ink: str
    fill: str
    ink: str


class BarColours(Message):
    """The colours of what adds and of what takes away."""

    plus: str
    minus: str


class Palette(Message):
    """The colours of one theme."""

    sequential: Steps
    diverging: Steps
    heads: list[str]
    classes: list[ClassColour]
    bars: BarColours
    faded: float
    empty: str
    hatch: str
    words: dict[str, str]
    paper: dict[str, str]


class Palettes(Message):
    """The colours of both."""

    light: Palette
    dark: Palette


class Said(Message):
    """A part of a sentence: words, a node, or a number with the arrow or the node that it belongs to."""

    kind: Literal["words", "node", "number"]
    text: str = ""
    value: float | None = None
    sign: bool = False
    focus: Focus | None = None


class Column(Message):
    """A column of the table of reasons: of numbers, or of one vector a row, coloured as that stage of the chain."""

    key: str
    symbol: str
    caption: str
    stage: str | None = None


class Reason(Message):
    """A row of that table: a node that is read, by number (−1 where it is not shown), and what is to be remarked."""

    node: int
    name: str
    own: bool
    masked: bool
    note: str


class Rest(Message):
    """The neighbours without a row: what they are called together, and what their columns add up to."""

    text: str
    numbers: list[float | None]
    brings: Packed | None


class Bars(Message):
    """The scale of the bars of a score, and the target half that all of them start from, if there is one."""

    caption: str
    low: float
    high: float
    ticks: list[float]
    half: float | None
    symbol: str


class Why(Message):
    """Why a target shares out as it does: numbers [R, K] of the columns of numbers, and [R, C] of each of vectors.

    `chosen` is the place of the row that is asked about, −1 for none; `shares` the column that h′ is made with.
    """

    target: int
    name: str
    source: int | None
    chosen: int
    title: list[Said]
    remark: list[Said]
    columns: list[Column]
    rows: list[Reason]
    numbers: Packed
    vectors: list[Packed]
    sums: list[float | None]
    rest: Rest | None
    bars: Bars | None
    even: float
    whiskers: Packed | None
    """[R, 2]: each row's least and largest α while one arrow into the target comes or goes; None if not asked."""
    stable: list[Said]
    shares: str
    h_prime: Packed | None
    out: Packed | None
    out_symbol: str
    out_columns: str


class Answer(Message):
    """What is said of one weighting, and the table behind it."""

    headline: list[Said]
    line: list[Said]
    why: Why | None


class GuideStep(Message):
    """A step of the guided minute: what is lit, what is said, and what is pointed at once it is understood."""

    zone: Literal["features", "projection", "scores", "softmax", "taken_in"]
    headline: list[Said]
    line: list[Said]
    completes: Focus


class Guide(Message):
    """The guided minute, about one arrow in one head: what is locked and shown as it begins, and its steps."""

    focus: Focus
    weighting: str
    steps: list[GuideStep]
