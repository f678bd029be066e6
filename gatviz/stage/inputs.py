"""What the columns of a layer's input are called."""

from __future__ import annotations

from gatviz.trace import Trace


def input_names(trace: Trace, layer: int) -> tuple[str, ...]:
    """F names: the graph's features for the first layer, "h1 c2" or "c2" of the layer before for a later one."""
    if layer == 0:
        return trace.graph.feature_names
    before = trace.layers[layer - 1]
    dimensions = [f"c{c}" for c in range(before.head_features)]
    if not before.concat:
        return tuple(dimensions)
    return tuple(f"h{head} {c}" for head in range(before.num_heads) for c in dimensions)
