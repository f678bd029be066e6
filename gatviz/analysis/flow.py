"""In and out: the attention that a node receives beside what it gives, and the strongest edges.

N nodes, E edges, H heads. A table is a pandas DataFrame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.baselines import (
    WeightingKey,
    column_of,
    gcn_weights,
    mean_of_heads,
    uniform_weights,
    weighting_of,
)
from gatviz.analysis.subject import Analysed, called, subject_of
from gatviz.analysis.terms import target_sums
from gatviz.attention.layer_trace import Array
from gatviz.graph.graph import Graph
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class InAndOut:
    """Column sums of α beside row sums.

    Attributes:
        names: of the nodes. read_by: [N] how many nodes read it. reads: [N] how many it reads (itself included).
        received: [N, H] Σ_i α_ij, all that goes to node j. received_from_others: [N, H] without its own loop.
        uniform: [N] what it would receive if every node shared out evenly.
        given: [N, H] Σ_j α_ij: 1, or 0 where a node reads nothing. given_to_others: [N, H] without its own loop.
        sentences: who receives the most in each head.
    """

    names: tuple[str, ...]
    read_by: NDArray[np.int64]
    reads: NDArray[np.int64]
    received: Array
    received_from_others: Array
    uniform: Array
    given: Array
    given_to_others: Array
    sentences: tuple[str, ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each node and head."""
        import pandas as pd

        N, H = self.received.shape
        return pd.DataFrame(
            {
                "node": np.repeat(np.array(self.names, dtype=object), H),
                "head": np.tile(np.arange(H), N),
                "read_by": np.repeat(self.read_by, H),
                "reads": np.repeat(self.reads, H),
                "received": self.received.ravel(),
                "received_from_others": self.received_from_others.ravel(),
                "received_if_uniform": np.repeat(self.uniform, H),
                "given": self.given.ravel(),
                "given_to_others": self.given_to_others.ravel(),
            }
        )


def in_and_out(trace: Analysed, graph: Graph | None = None) -> InAndOut:
    """What every node receives and gives, head by head; `graph` names the nodes."""
    subject = subject_of(trace, graph)
    layer = subject.layer
    source, target = layer.edge_index
    alpha = layer.alpha.astype(np.float64)
    to_others = np.where((source == target)[:, None], 0.0, alpha)
    received = _to_sources(alpha, source, layer.num_nodes)
    uniform = _to_sources(uniform_weights(layer).astype(np.float64), source, layer.num_nodes)
    return InAndOut(
        names=subject.names,
        read_by=np.bincount(source, minlength=layer.num_nodes),
        reads=np.diff(layer.ptr),
        received=received,
        received_from_others=_to_sources(to_others, source, layer.num_nodes),
        uniform=uniform,
        given=target_sums(layer, alpha),
        given_to_others=target_sums(layer, to_others),
        sentences=_sentences(subject.names, received, uniform) if layer.num_edges else (_("No node reads any."),),
    )


def _to_sources(values: Array, source: NDArray[np.int64], count: int) -> Array:
    result = np.zeros((count, *values.shape[1:]))
    np.add.at(result, source, values)
    return result


def _sentences(names: tuple[str, ...], received: Array, uniform: Array) -> tuple[str, ...]:
    told = []
    for head, column in enumerate(received.T):
        most = int(np.argmax(column))
        said = _(
            "Head {head}: {node} receives the most attention, {share:.2f} in all; "
            "uniform attention would give it {uniform:.2f}."
        )
        node = called(names[most])
        told.append(said.format(head=head, node=node, share=column[most], uniform=uniform[most]))
    return tuple(told)


def edge_table(trace: Analysed, graph: Graph | None = None) -> pd.DataFrame:
    """A row for each edge, in the trace's order.

    Columns: edge (its place in the trace), source, target, self_loop, added, "head 0" … "head H−1",
    "mean of heads" (with more than one), "GCN weight", "uniform".
    """
    import pandas as pd

    subject = subject_of(trace, graph)
    layer = subject.layer
    names = np.array(subject.names, dtype=object)
    source, target = layer.edge_index
    columns = {
        "edge": np.arange(layer.num_edges),
        "source": names[source],
        "target": names[target],
        "self_loop": source == target,
        "added": layer.added_loops,
        **{column_of(head): layer.alpha[:, head] for head in range(layer.num_heads)},
    }
    if layer.num_heads > 1:
        columns[column_of("mean")] = mean_of_heads(layer)
    columns[column_of("gcn")] = gcn_weights(layer)
    columns[column_of("uniform")] = uniform_weights(layer)
    return pd.DataFrame(columns)


def top_edges(trace: Analysed, which: WeightingKey = 0, count: int = 20, graph: Graph | None = None) -> pd.DataFrame:
    """The strongest edges of a head or baseline, largest first (of equals, the earlier in the trace).

    Columns: edge, source, target, self_loop, added, weight, uniform, times_uniform.
    """
    import pandas as pd

    subject = subject_of(trace, graph)
    layer = subject.layer
    weights, uniform = weighting_of(layer, which), uniform_weights(layer)
    top = np.argsort(-weights, kind="stable")[:count]
    names = np.array(subject.names, dtype=object)
    source, target = layer.edge_index[:, top]
    return pd.DataFrame(
        {
            "edge": top,
            "source": names[source],
            "target": names[target],
            "self_loop": source == target,
            "added": layer.added_loops[top],
            "weight": weights[top],
            "uniform": uniform[top],
            "times_uniform": weights[top] / uniform[top],
        }
    )
