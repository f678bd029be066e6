"""What the stage would ask Python for at each lock, told beforehand, as far as there is room."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.stage.details import pack_story
from gatviz.stage.pack import Weighting
from gatviz.stage.reasons import pack_answers
from gatviz.stage.report_protocol import TargetTold
from gatviz.stage.wire import SMALLEST, encode

MAX_PAIRS = 400
"""Of a graph with more pairs of nodes only those that an arrow joins are told of."""


@dataclass(frozen=True)
class ShownLayer:
    """A layer's run as it is shown."""

    graph: Graph
    trace: LayerTrace
    part: Part
    weightings: Sequence[Weighting]
    input_names: Sequence[str]


@dataclass(frozen=True)
class Tellings:
    """What is told of each shown node and what it reads, packed, "" where there was no room; and how many have it."""

    packed: list[str]
    nodes: int
    bytes: int

    @property
    def told(self) -> int:
        """How many of the nodes are told of."""
        return sum(map(bool, self.packed))


Told = Callable[[int], None]
"""Hears how many nodes are told of so far; what it raises ends the work."""


def tellings(
    subject: ShownLayer, max_bytes: int, first: int | None = None, hears: Told = lambda _nodes: None
) -> Tellings:
    """What is told of each node of the part, in as many bytes at most.

    Arguments:
        first: the node that comes first, by its number in the whole graph; then those with the strongest arrows do.
        hears: see `Told`.
    """
    part, trace = subject.part, subject.trace
    strongest = np.zeros(trace.num_nodes)
    np.maximum.at(strongest, trace.edge_index[1], trace.alpha.max(axis=1, initial=0.0))
    order = sorted(range(part.nodes.size), key=lambda n: (part.nodes[n] != first, -strongest[part.nodes[n]], n))
    packed = [""] * part.nodes.size
    used = 0
    for count, n in enumerate(order):
        hears(count)
        text = base64.b64encode(encode(_of_target(subject, int(part.nodes[n])), level=SMALLEST)).decode()
        if used + len(text) > max_bytes:
            break
        packed[n], used = text, used + len(text)
    return Tellings(packed, part.nodes.size, used)


def _of_target(subject: ShownLayer, target: int) -> TargetTold:
    """By weighting first: what differs least lies close together, and packs well."""
    trace, part = subject.trace, subject.part
    sources = _sources(trace, part, target)
    keys = [weighting.which for weighting in subject.weightings]

    of_pairs = [
        [pack_answers(trace, part, subject.graph.names, [key], target, source)[0] for source in sources] for key in keys
    ]
    stories = [
        [pack_story(subject.graph, trace, part, (target, source, head), subject.input_names) for source in sources]
        for head in range(trace.num_heads)
    ]
    return TargetTold(
        sources=np.searchsorted(part.nodes, sources).tolist(),
        of_node=pack_answers(trace, part, subject.graph.names, keys, target, None),
        of_pairs=of_pairs,
        stories=stories,
    )


def _sources(trace: LayerTrace, part: Part, target: int) -> list[int]:
    """Whom the target may be asked about: the shown nodes that it reads, or all that are shown."""
    if part.nodes.size**2 <= MAX_PAIRS:
        return [int(node) for node in part.nodes]
    read = trace.edge_index[0, trace.edges_into(target)]
    return [int(node) for node in read[np.isin(read, part.nodes)]]
