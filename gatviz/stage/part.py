"""Which part of a graph the stage shows, and how its arrays travel to the browser."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.trace import LayerTrace
from gatviz.errors import GatvizError
from gatviz.numbers import FINITE


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
    """An array as {shape, f32}; the browser reads it back bit for bit (as float32).

    NaN and infinity may be meant (no number here, masked); a number that only float32 makes infinite is not.

    Raises:
        GatvizError: a finite number that float32 cannot hold.
    """
    given = np.asarray(values)
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(given, dtype="<f4")
    if given.dtype.itemsize > array.dtype.itemsize and not np.array_equal(np.isfinite(array), np.isfinite(given)):
        raise GatvizError("the picture", FINITE, "a larger one", "make features or weights smaller")
    return {"shape": list(array.shape), "f32": base64.b64encode(array.tobytes()).decode("ascii")}
