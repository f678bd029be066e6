"""What the columns of a layer's input and output are called."""

from __future__ import annotations

from gatviz.attention.layer_trace import LayerTrace
from gatviz.model.trace import Trace


def input_names(trace: Trace, layer: int) -> tuple[str, ...]:
    """F names: the graph's features for the first layer, "h1 c2" or "c2" of the layer before for a later one."""
    if layer == 0:
        return trace.graph.feature_names
    return output_names(trace.layers[layer - 1])


def output_names(trace: LayerTrace) -> tuple[str, ...]:
    """What the columns of a layer's output are called: "h1 c2" where several heads stand side by side, else "c2"."""
    dimensions = [f"c{c}" for c in range(trace.head_features)]
    if not trace.concat or trace.num_heads == 1:
        return tuple(dimensions)
    return tuple(f"h{head} {c}" for head in range(trace.num_heads) for c in dimensions)
