"""What a person can set about the model, as one frozen value: its defaults, and the controls that hold it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.attention.edges import SelfLoops
from gatviz.model.steps import Kind, LayerSettings
from gatviz.ui.session.work import OpenedModel, Work


@dataclass(frozen=True)
class Settings:
    """The model in the sidebar. The defaults are the first picture: heads that visibly differ.

    Attributes:
        num_layers: with more than one, hidden layers are concatenated and followed by ELU, and the last one is
            averaged, of `output_features` per head and without activation, as in the paper.
        opened: the layers of an opened model; they stand instead of all that is set about layers here.
    """

    kind: Kind = "GAT"
    num_layers: int = 1
    num_heads: int = 4
    head_features: int = 3
    output_features: int = 3
    concat: bool = True
    bias: bool = False
    residual: bool = False
    share_weights: bool = False
    negative_slope: float = NEGATIVE_SLOPE
    dropout: float = 0.0
    self_loops: SelfLoops = "add_missing"
    seed: int = 175
    device: str = "cpu"
    opened: tuple[LayerSettings, ...] = ()

    @property
    def layers(self) -> tuple[LayerSettings, ...]:
        """The stack; a single layer is the tutorial's, followed by ELU."""
        if self.opened:
            return tuple(replace(layer, dropout=self.dropout) for layer in self.opened)
        layer = LayerSettings(
            kind=self.kind,
            out_features=self.head_features,
            num_heads=self.num_heads,
            concat=self.concat,
            bias=self.bias,
            residual=self.residual,
            share_weights=self.share_weights and self.kind == "GATv2",
            negative_slope=self.negative_slope,
            dropout=self.dropout,
        )
        if self.num_layers == 1:
            return (layer,)
        hidden = replace(layer, concat=True)
        last = replace(layer, out_features=self.output_features, concat=False, activation=None)
        return (*[hidden] * (self.num_layers - 1), last)

    @property
    def drawn_by(self) -> tuple[object, ...]:
        """What the initial weights depend on beside the number of features; others leave them as they are."""
        return (
            self.seed,
            *(
                (
                    layer.kind,
                    layer.num_heads,
                    layer.out_features,
                    layer.share_weights,
                    layer.bias,
                    layer.residual,
                    layer.concat and (layer.bias or layer.residual),
                )
                for layer in self.layers
            ),
        )


ALWAYS = ("self_loops", "dropout", "device")
"""What is set in the sidebar for an opened model too."""


def self_loops_key(opened: OpenedModel) -> str:
    """The key of the control for self-loops: one for each opened model, whose own policy it starts with."""
    return f"self_loops_of_opening_{opened.opening}"


def controls(settings: Settings, work: Work) -> dict[str, object]:
    """The value of each control, by its key; for the session's state, before the sidebar is drawn."""
    always = {name: getattr(settings, name) for name in ALWAYS}
    if work.opened is not None:
        return {**always, self_loops_key(work.opened): always.pop("self_loops")}
    own: tuple[str, ...] = ("kind", "num_layers", "num_heads", "head_features", "negative_slope", "seed")
    own += ("bias", "residual", "share_weights")
    values = {**always, **{name: getattr(settings, name) for name in own}}
    if settings.num_layers == 1:
        return {**values, "concat": settings.concat}
    # The sidebar asks for the last layer's features under a key of its own for each number of classes.
    usual = {settings.output_features, len(work.graph.class_names), Settings().output_features}
    return {**values, **{f"output_features_{number}": settings.output_features for number in usual}}
