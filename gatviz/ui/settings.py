"""What a person can set about the model, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from gatviz.edges import SelfLoops


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
