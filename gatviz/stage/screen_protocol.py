"""One screen of the stage, declared once, of the parts in `protocol`."""

from __future__ import annotations

from typing import Literal

from gatviz.stage.protocol import (
    Answer,
    Change,
    Edges,
    Focus,
    Formula,
    Guide,
    Message,
    Packed,
    Palettes,
    Proof,
    Stage,
    Story,
    Weighting,
    Whole,
)


class Scene(Message):
    """What a drag or a lock leaves as it is: the layer's run, and how it is told."""

    names: list[str]
    called: list[str]
    node_numbers: list[int]
    class_of: list[int]
    class_names: list[str]
    features: Packed
    feature_names: list[str]
    edges: Edges
    whole: Whole
    weightings: list[Weighting]
    stages: list[Stage]
    share_limit: float
    uniform: Packed
    palettes: Palettes
    texts: dict[str, str]
    formulas: list[Formula]
    open_at_start: list[str]
    evenness: Packed
    head_evenness: list[float | None]
    reads_like: list[list[str]]


class Screen(Scene):
    """All of one screen."""

    answers: list[Answer]
    answered: Focus | None
    """What the answers, one for each weighting, are about; None where nothing is locked."""
    guide: Guide | None
    change: Change | None
    layer: int
    revision: str
    positions: list[list[float]]
    story: Story | None
    locked_at_start: Focus | None
    weighting_at_start: str | None
    proofs: list[Proof]
    pyg_asked: bool
    stable_asked: bool | None
    """Whether whiskers on α are asked for; None where they cannot be, as no model is known."""
    description: str
    graph_title: str
    whose_weights: str
    badge: str
    notice: str
    directed: bool
    fixed: bool
    """Whether there is no Python behind it: then nothing is offered that would need a run."""
    session: str
    """Whose edits were taken: one that was made in another session is not for this one."""
    drawing: int
    """Which of the session's graphs it is: one that was put in another's place has another number."""
    edits_taken: int
    undo: str
    redo: str
    predicted: list[int]
    wrong: list[int]
    free_number: int
    refused: str
    panel: Literal["", "table", "weights"]
