"""What a person can set about the model, as one frozen value: its defaults, and the controls that hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from gatviz.attention.defaults import HIDDEN_ACTIVATION, NEGATIVE_SLOPE
from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import Attention
from gatviz.attention.loop_features import Filled, LoopFeatures, Reduction
from gatviz.model.around import JumpingKnowledge, Linear
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import Kind, LayerSettings
from gatviz.model.plan import Sum

if TYPE_CHECKING:
    from gatviz.ui.session.work import OpenedModel, Work

MAX_LAYERS = 4
MAX_HEADS = 16
MAX_FEATURES = 64
MAX_SEED = 2**31 - 1
NO_ACTIVATION = "none"
Jumping = Literal["", "cat", "max", "last"]


@dataclass(frozen=True)
class Settings:
    """The model in the sidebar. The defaults are the first picture: heads that visibly differ.

    Attributes:
        num_layers: with more than one, hidden layers are concatenated and the last one is averaged, of
            `output_features` per head, as in the paper; before a readout it is a hidden one too.
        activations: σ of the hidden layers by number, or of the only one. last_activation: of the last of several.
        readout: whether a linear map to `output_features` follows the last layer.
        jumping: how the layers' outputs are put together before the readout; "" takes the last one.
        edge_features: D, how many features of every edge the layers read.
        loop_features, filled_loops: the features of self-loops that are added, see `LoopFeatures`.
        dropout: on α. feature_dropout: on what each layer reads.
        opened: the steps of an opened model; they stand instead of all that is set about layers here.
        classes: the label that each column of its output stands for, if that was chosen.
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
    attention: Attention = "learnt"
    activations: tuple[str, ...] = (HIDDEN_ACTIVATION,) * MAX_LAYERS
    last_activation: str = NO_ACTIVATION
    readout: bool = False
    jumping: Jumping = ""
    edge_features: int = 0
    loop_features: Reduction | float = "mean"
    filled_loops: Filled = "added"
    dropout: float = 0.0
    feature_dropout: float = 0.0
    self_loops: SelfLoops = "add_missing"
    seed: int = 175
    device: str = "cpu"
    opened: tuple[Any, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def layers(self) -> tuple[LayerSettings, ...]:
        """The attention layers, in the order in which they run; a single one is the tutorial's, followed by σ."""
        if self.opened:
            return tuple(_layers_in(self.steps))
        layer = LayerSettings(
            kind=self.kind,
            out_features=self.head_features,
            num_heads=self.num_heads,
            concat=self.concat or self.num_layers > 1,
            bias=self.bias,
            residual=self.residual,
            share_weights=self.share_weights and self.kind == "GATv2",
            negative_slope=self.negative_slope,
            dropout=self.dropout,
            feature_dropout=self.feature_dropout,
            attention=self.attention,
            edge_features=self.edge_features,
        )
        hidden = [replace(layer, activation=_or_none(word)) for word in self.activations[: self.num_layers]]
        if self.num_layers == 1 or self.readout:
            return tuple(hidden)
        activation = _or_none(self.last_activation)
        last = replace(layer, out_features=self.output_features, concat=False, activation=activation)
        return (*hidden[:-1], last)

    @property
    def steps(self) -> tuple[Any, ...]:
        """All steps, as `GAT.of_steps` takes them."""
        if self.opened:
            rates = {"dropout": self.dropout, "feature_dropout": self.feature_dropout}
            return tuple(_with_rates(step, rates) for step in self.opened)
        steps: list[Any] = [(f"layers.{k}", layer) for k, layer in enumerate(self.layers)]
        if self.readout and self.jumping and self.num_layers > 1:
            steps.append(JumpingKnowledge(self.jumping))
        return (*steps, *([("readout", Linear(self.output_features))] if self.readout else ()))

    @property
    def trains(self) -> bool:
        """Whether it runs as in training."""
        return self.dropout > 0 or self.feature_dropout > 0

    def model(self, in_features: int, generator: Any) -> GAT:
        """The model with freshly drawn parameters."""
        loops: dict[str, Any] = {"self_loops": self.self_loops, "generator": generator}
        if self.self_loops == "add_missing" and any(layer.edge_features for layer in self.layers):
            loops["loop_features"] = LoopFeatures(self.loop_features, self.filled_loops)
        steps = self.steps
        if [step[:1] for step in steps if isinstance(step, tuple)] == [(f"layers.{k}",) for k in range(len(steps))]:
            return GAT(in_features, self.layers, **loops)  # errors call them layers, as the screen does
        return GAT.of_steps(in_features, steps, **loops)

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
                    layer.edge_features,
                    layer.activation == "prelu",
                )
                for layer in self.layers
            ),
            *((self.output_features, self.jumping, self.concat) if self.readout else ()),
        )


def _or_none(word: str) -> str | None:
    return None if word == NO_ACTIVATION else word


def _layers_in(steps: Sequence[Any]) -> list[LayerSettings]:
    found: list[LayerSettings] = []
    for given in steps:
        step = given[1] if isinstance(given, tuple) else given
        found += _layers_in(step.steps) if isinstance(step, Sum) else [step] if isinstance(step, LayerSettings) else []
    return found


def _with_rates(given: Any, rates: dict[str, Any]) -> Any:
    """A step with these rates of dropout in its attention layers."""
    if isinstance(given, tuple):
        return given[0], _with_rates(given[1], rates)
    if isinstance(given, Sum):
        return replace(given, steps=tuple(_with_rates(step, rates) for step in given.steps))
    return replace(given, **rates) if isinstance(given, LayerSettings) else given


ALWAYS = ("self_loops", "loop_features", "filled_loops", "dropout", "feature_dropout", "device")
"""What is set in the sidebar for an opened model too."""

OF_OPENED = ("self_loops", "loop_features", "filled_loops")
"""What of this an opened model starts with itself."""
_NOT_SHOWN_SO = ("opened", "classes", "edge_features", "activations", "output_features")


def opened_key(name: str, opened: OpenedModel) -> str:
    """The key of a control that an opened model starts with a value of its own: one for each opening."""
    return f"{name}_of_opening_{opened.opening}"


def output_key(usual: int) -> str:
    """The key of the control for the last step's features: one for each number that is usual there."""
    return f"output_features_{usual}"


def controls(settings: Settings, work: Work) -> dict[str, object]:
    """The value of each control, by its key; for the session's state, before the sidebar is drawn."""
    if work.opened is not None:
        keys = {name: opened_key(name, work.opened) if name in OF_OPENED else name for name in ALWAYS}
        return {key: getattr(settings, name) for name, key in keys.items()}
    names = [field.name for field in fields(Settings) if field.name not in _NOT_SHOWN_SO]
    values: dict[str, object] = {name: getattr(settings, name) for name in names}
    values |= {f"activation_{k}": word for k, word in enumerate(settings.activations)}
    # The sidebar asks for the last step's features under a key of its own for each number of classes.
    usual = {settings.output_features, len(work.graph.class_names), Settings().output_features}
    values |= {output_key(number): settings.output_features for number in usual}
    return {**values, "reads_edges": settings.edge_features > 0} if work.graph.num_edge_features else values
