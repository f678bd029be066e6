"""What a person can set about the model, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from gatviz.edges import SelfLoops
from gatviz.model import LayerSettings


@dataclass(frozen=True)
class Settings:
    """The model in the sidebar. The defaults are the first picture: heads that visibly differ."""

    num_heads: int = 4
    head_features: int = 3
    concat: bool = True
    negative_slope: float = 0.2
    dropout: float = 0.0
    self_loops: SelfLoops = "add_missing"
    seed: int = 175
    device: str = "cpu"

    @property
    def layers(self) -> tuple[LayerSettings, ...]:
        """The stack: one layer as the tutorial has it, without bias and followed by ELU."""
        return (
            LayerSettings(
                out_features=self.head_features,
                num_heads=self.num_heads,
                concat=self.concat,
                negative_slope=self.negative_slope,
                dropout=self.dropout,
                bias=False,
            ),
        )

    @property
    def drawn_by(self) -> tuple[object, ...]:
        """What the initial weights depend on beside the number of features; others leave them as they are."""
        return (self.seed, *((layer.kind, layer.num_heads, layer.out_features) for layer in self.layers))
