"""What a row of the chain's table tells of a stage, and the layer that its words depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from gatviz.words import _

KINDS = ("GAT", "GATv2")
ALPHA_ALONE = "α"
"""The kind of a layer of which only α is known."""


@dataclass(frozen=True, kw_only=True)
class LayerTraits:
    """What one layer has and what it lacks, as far as its chain depends on it."""

    kind: str
    concat: bool
    residual: bool
    bias: bool
    projection_bias: bool
    shared_weights: bool
    dropout: bool
    activation: str | None
    negative_slope: float
    edge_features: bool = False
    edge_in_message: bool = False
    equal_shares: bool = False
    score_bias: bool = False
    feature_dropout: bool = False

    @property
    def added(self) -> tuple[str, ...]:
        """The symbols of what is added to the heads."""
        return (*(("r_i",) if self.residual else ()), *(("b",) if self.bias else ()))


@dataclass(frozen=True)
class FieldInfo:
    """A stage as one layer has it: symbol and formula (LaTeX), shape in letters, a plain sentence, its plain name."""

    name: str
    symbol: str
    shape: str
    formula: str
    caption: str
    plain: str


class _Form(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def edge_in_message(self) -> bool: ...
    @property
    def projection_bias(self) -> bool: ...
    @property
    def score_bias(self) -> bool: ...


def beyond_pyg(form: _Form) -> str:
    """What a layer has that PyG's layer of its kind lacks, "" if nothing."""
    if form.edge_in_message:
        return _("edge features in what nodes read")
    if form.kind == "GAT" and form.projection_bias:
        return _("a bias of the projection")
    return _("a bias of the scores") if form.score_bias else ""


Text = str | Callable[[LayerTraits], str]
"""A text (words: a marked message), or what makes it for a layer."""
StageOrigin = Literal["trace", "weights", "made"]
StageLayout = Literal["nodes", "pairs", "weights", "messages"]
StageScale = Literal["x", "edges", "scores", "after", "weights", "shares", "change"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A row of the table.

    Attributes:
        name: of the trace's field, or of the parameter.
        symbol, shape, formula, caption: see `FieldInfo`. plain: its name without LaTeX, if not `name`.
        origin: whether its value is a field of the trace, parameters, or made for show.
        parameters: with origin "weights" whose values they are, if not `name` alone.
        kinds, when: the kinds of layer that have it, and which of these do.
        layout, colour, scale: how it is drawn; what is on one scale is compared, so its colours have one end.
        rows: which ends of an arrow mark their rows in it.
        unfolded: shown at first. told: its formula stands beside the story.
    """

    name: str
    symbol: Text
    shape: Text
    formula: Text
    caption: Text
    layout: StageLayout
    scale: StageScale
    plain: Text = ""
    colour: Literal["signed", "share"] = "signed"
    rows: tuple[Literal["target", "source"], ...] = ("target",)
    origin: StageOrigin = "trace"
    parameters: tuple[str, ...] = ()
    kinds: tuple[str, ...] = KINDS
    when: Callable[[LayerTraits], bool] = lambda form: True  # noqa: ARG005
    unfolded: bool = False
    told: bool = False

    def of(self, form: LayerTraits) -> FieldInfo:
        """The stage as this very layer computes it: nothing in it that the layer does not do."""

        def text(given: Text) -> str:
            return given if isinstance(given, str) else given(form)

        def said(given: Text) -> str:
            return _(given) if isinstance(given, str) and given else text(given)

        return FieldInfo(
            name=self.name,
            symbol=text(self.symbol),
            shape=text(self.shape),
            formula=text(self.formula),
            caption=said(self.caption),
            plain=said(self.plain) or self.name,
        )
