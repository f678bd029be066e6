"""Which files the app is to show first: told to its process by who starts it, read there once for each new session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

_GRAPH, _GRAPH_NAME, _WEIGHTS = "GATVIZ_GRAPH", "GATVIZ_GRAPH_NAME", "GATVIZ_WEIGHTS"


@dataclass(frozen=True)
class Opening:
    """Paths, or None.

    Attributes:
        graph: a graph, a session or a training. graph_name: what it is called, if not as its file is.
        weights: trained weights.
    """

    graph: str | None = None
    graph_name: str | None = None
    weights: str | None = None

    def as_environment(self) -> Mapping[str, str]:
        """What `told` reads again in another process."""
        told = {_GRAPH: self.graph, _GRAPH_NAME: self.graph_name, _WEIGHTS: self.weights}
        return {name: value for name, value in told.items() if value is not None}


def told() -> Opening:
    """What this process was told to open."""
    return Opening(*(os.environ.get(name) or None for name in (_GRAPH, _GRAPH_NAME, _WEIGHTS)))
