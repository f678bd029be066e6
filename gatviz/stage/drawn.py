"""What is drawn of a graph: its nodes, the edges of a run or of a change, and which part of them if there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import WhatIf
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import MAX_EDGES, MAX_NODES, Part, strongest
from gatviz.words import _, sentences

if TYPE_CHECKING:
    import pandas as pd

_MAX_ARROWS = 4_000
"""Of all panels together; each has at least _MIN_EDGES."""
_MIN_EDGES = 120

Positions = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """A graph as it is drawn.

    Attributes:
        names, positions [N, 2], classes [N] (−1 without a label): of the nodes. class_names: of the labels.
        source, target: [A] of the edges. dashed: [A] loops that were added; new, gone: [A] since a baseline.
    """

    names: tuple[str, ...]
    positions: Positions
    classes: NDArray[np.int64]
    class_names: tuple[str, ...]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    dashed: NDArray[np.bool_]
    new: NDArray[np.bool_]
    gone: NDArray[np.bool_]

    @classmethod
    def of(cls, graph: Graph, trace: LayerTrace, positions: Positions) -> Drawn:
        """The edges of a run, on the graph that was run."""
        source, target = trace.edge_index
        none = np.zeros(source.size, dtype=bool)
        labels = (graph.class_index, graph.class_names)
        return cls(graph.names, positions, *labels, source, target, trace.added_loops, none, none)

    @classmethod
    def of_change(cls, found: WhatIf, before: tuple[Graph, Positions], after: tuple[Graph, Positions]) -> Drawn:
        """The edges of either run; nodes stand where they are now, gone ones where they were."""
        (old, old_positions), (new, new_positions) = before, after
        gone = [old.names.index(name) for name in found.gone_nodes]
        labels = tuple(dict.fromkeys((*new.class_names, *old.class_names)))
        classes = [*_labels(new), *(_labels(old)[node] for node in gone)]
        return cls(
            found.names,
            np.concatenate([new_positions, old_positions[gone]]),
            np.array([labels.index(label) if label is not None else -1 for label in classes], dtype=np.int64),
            labels,
            found.source,
            found.target,
            np.zeros(found.source.size, dtype=bool),
            found.status == "new",
            found.status == "gone",
        )

    def part(self, values: Array) -> tuple[Drawn, Part]:
        """What of it can be drawn, and which part that is: the strongest edges by the size of `values` [A, P]."""
        count, arrows = len(self.names), self.source.size
        most = min(MAX_EDGES, max(_MIN_EDGES, _MAX_ARROWS // max(1, values.shape[1])))
        if count <= MAX_NODES and arrows <= most:
            return self, Part.whole(count, arrows)
        chosen = strongest(np.abs(values), np.stack([self.source, self.target]), count, most)
        nodes, edges, local = chosen.nodes, chosen.edges, chosen.local()
        return Drawn(
            tuple(self.names[n] for n in nodes),
            self.positions[nodes],
            self.classes[nodes],
            self.class_names,
            local[self.source[edges]],
            local[self.target[edges]],
            self.dashed[edges],
            self.new[edges],
            self.gone[edges],
        ), chosen


def _labels(graph: Graph) -> tuple[str | None, ...]:
    return graph.labels or (None,) * graph.num_nodes


def left_out(chosen: Part, by: str) -> str:
    """A sentence on what is not drawn, and by which rule; empty if all is."""
    if chosen.is_whole:
        return ""
    others = _("The others are there all the same: nothing is renormalised, and the data holds them.")
    return sentences(chosen.told(by), others)


def drawn_table(drawn: Drawn, values: Array, titles: Sequence[str]) -> pd.DataFrame:
    """Every edge with its weights [A, P], a column for each panel."""
    import pandas as pd

    names = np.array(drawn.names, dtype=object)
    columns: dict[str, Any] = {"source": names[drawn.source], "target": names[drawn.target]}
    columns.update({title: values[:, k] for k, title in enumerate(titles)})
    return pd.DataFrame(columns)
