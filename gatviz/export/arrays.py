"""Every intermediate of a run as arrays under names that stay: `l0_Wh`, `l1_alpha`, `step3_output`."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.model.trace import Trace, checked_run
from gatviz.words import _

Arrays = dict[str, NDArray[Any]]


def arrays_of(trace: Trace) -> Arrays:
    """A run as arrays; what a layer or a step lacks is left out.

    Of layer k every field of its trace as `l{k}_{field}` and its parameters as `l{k}_weights_{name}`; of step k around
    the layers `step{k}_output` and `step{k}_weights_{name}`; once `names`, `x`, `edge_index` [2, E] as the run settled
    it (row 0 = source, row 1 = target; sorted by target, then source), `input_edge` [E] and `out`.
    """
    first = checked_run(trace, _("arrays of a run")).layers[0]
    found: Arrays = {
        "names": np.array(trace.graph.names),
        "x": trace.graph.x,
        "edge_index": first.edge_index,
        "input_edge": first.input_edge,
        "out": trace.out,
    }
    for k, layer in enumerate(trace.layers):
        for info in layer.fields:
            found[f"l{k}_{info.name}"] = getattr(layer, info.name)
        found |= {f"l{k}_weights_{name}": values for name, values in layer.weights.items()}
    for k, step in enumerate(trace.steps):
        if step.layer is None:
            found[f"step{k}_output"] = step.output
            found |= {f"step{k}_weights_{name}": values for name, values in step.weights.items()}
    return found


def npz_of(trace: Trace) -> bytes:
    """`arrays_of` as the bytes of a compressed .npz file, which `numpy.load` reads without pickles."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays_of(trace))  # type: ignore[arg-type]
    return file.getvalue()
