"""Which part of a graph the stage shows, and how its arrays travel to the browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.trace import LayerTrace


@dataclass(frozen=True)
class Part:
    """What of a graph is shown: node numbers and arc numbers of the whole. α is always the full run's."""

    nodes: NDArray[np.int64]
    arcs: NDArray[np.int64]

    @classmethod
    def whole(cls, trace: LayerTrace) -> Part:
        """All of it."""
        return cls(np.arange(trace.num_nodes), np.arange(trace.num_edges))


def packed(values: Any) -> dict[str, Any]:
    """An array as {shape, f32: its bytes}; the browser reads it back bit for bit (as float32), see `stage.wire`."""
    array = np.ascontiguousarray(values, dtype="<f4")
    return {"shape": list(array.shape), "f32": array.tobytes()}
