"""The part of a large graph that is shown, and which numbers of arrows that are not drawn travel with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.subgraph import MAX_EDGES, MAX_NODES, Direction, Part, neighbourhood, strongest

MAX_UNDRAWN_VALUES = 2_000_000
"""Above this many numbers of arrows that are not drawn, a field sends none of them: the stage then says so."""


@dataclass(frozen=True)
class Around:
    """The neighbourhood of one node: how many hops, along which arrows."""

    node: int
    hops: int
    direction: Direction


def is_large(trace: LayerTrace) -> bool:
    """Whether only a part can be shown."""
    return trace.num_nodes > MAX_NODES or trace.num_edges > MAX_EDGES


def shown_part(trace: LayerTrace, around: Around | None) -> Part:
    """The nodes and arrows to show; α is the full run's either way."""
    if not is_large(trace):
        return Part.whole(trace.num_nodes, trace.num_edges)
    if around is None:
        return strongest(trace.alpha, trace.edge_index, trace.num_nodes)
    return neighbourhood(
        trace.edge_index,
        trace.num_nodes,
        around.node,
        around.hops,
        alpha=trace.alpha,
        direction=around.direction,
        max_edges=MAX_EDGES,
    )


def sent_edges(trace: LayerTrace, part: Part, numbers_per_edge: int) -> NDArray[np.int64]:
    """The edges whose numbers are sent: those that are drawn, then those that are not, as far as there is room."""
    among = part.among(trace.edge_index)
    undrawn = among.size - part.edges.size
    return among if undrawn * numbers_per_edge <= MAX_UNDRAWN_VALUES else part.edges
