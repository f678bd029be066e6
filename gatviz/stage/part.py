"""How arrays travel to the browser, and which numbers go along of arrows that are not drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import LayerTrace
from gatviz.errors import GatvizError
from gatviz.graph.subgraph import Part
from gatviz.numbers import finite
from gatviz.stage.protocol import Packed
from gatviz.words import _

MOST_UNDRAWN_VALUES = 2_000_000
"""Above this many numbers of arrows that are not drawn, a field sends none of them: the stage then says so."""


def packed(values: Any) -> Packed:
    """An array with its bytes; the browser reads it back bit for bit (as float32), see `stage.wire`.

    NaN and infinity may be meant (no number here, masked); a number that only float32 makes infinite is not.

    Raises:
        GatvizError: a finite number that float32 cannot hold.
    """
    given = np.asarray(values)
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(given, dtype="<f4")
    if given.dtype.itemsize > array.dtype.itemsize and not np.array_equal(np.isfinite(array), np.isfinite(given)):
        raise GatvizError(_("the picture"), finite(), _("a larger one"), _("make features or weights smaller"))
    return Packed(shape=list(array.shape), f32=array.tobytes())


def sent_edges(trace: LayerTrace, part: Part, numbers_per_edge: int) -> NDArray[np.int64]:
    """The edges whose numbers are sent: those that are drawn, then those that are not, as far as there is room."""
    among = part.among(trace.edge_index)
    undrawn = among.size - part.edges.size
    return among if undrawn * numbers_per_edge <= MOST_UNDRAWN_VALUES else part.edges
