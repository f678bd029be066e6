"""α on the edges of a graph, for other programs: as attributes of its edges, and as a table.

E edges as the run settled them, H heads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace

if TYPE_CHECKING:
    import pandas as pd

ADDED = "added_loop"
"""The attribute that marks self-loops which the run added."""


def name_of(layer: int, head: int) -> str:
    """The name of one head's α ("alpha_l0_h2"), which no later version changes."""
    return f"alpha_l{layer}_h{head}"


def graph_with_alpha(trace: Trace) -> Graph:
    """The graph of a run with α on its edges, in every format that holds edge attributes.

    Its edges are those that attention ran over, so self-loops that were added are there, and those taken out are not;
    `added_loop` is true of the added ones, which have no attributes of their own. α_ij stands on the edge j → i, so
    the graph is directed.
    """
    graph, edges = trace.graph, trace.layers[0]
    given = edges.input_edge
    attributes: dict[str, tuple[Any, ...]] = {
        name: tuple(values[k] if k >= 0 else None for k in given.tolist())
        for name, values in graph.edge_attributes.items()
    }
    for k, name in enumerate(graph.edge_feature_names):
        if name not in attributes and graph.edge_features is not None:
            column = graph.edge_features[:, k].tolist()
            attributes[name] = tuple(column[k] if k >= 0 else None for k in given.tolist())
    for place, layer in enumerate(trace.layers):
        for head in range(layer.num_heads):
            attributes[name_of(place, head)] = tuple(layer.alpha[:, head].astype(float).tolist())
    attributes[ADDED] = tuple(edges.added_loops.tolist())
    attributes = {name: values for name, values in attributes.items() if any(value is not None for value in values)}
    return replace(
        graph,
        edge_index=np.array(edges.edge_index),
        edge_attributes=attributes,
        edge_features=None,
        edge_feature_names=(),
        directed=True,
    )


def alpha_table(trace: Trace) -> pd.DataFrame:
    """α of every layer and head, a row for each edge of each.

    Columns: layer, head, source, target (names), alpha, added_loop.
    """

    import pandas as pd

    names = np.array(trace.graph.names, dtype=object)
    parts = []
    for place, layer in enumerate(trace.layers):
        source, target = layer.edge_index
        parts += [
            pd.DataFrame(
                {
                    "layer": place,
                    "head": head,
                    "source": names[source],
                    "target": names[target],
                    "alpha": layer.alpha[:, head],
                    ADDED: layer.added_loops,
                }
            )
            for head in range(layer.num_heads)
        ]
    return pd.concat(parts, ignore_index=True)
