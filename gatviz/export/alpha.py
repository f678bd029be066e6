"""α on the edges of a graph, for other programs: as attributes of its edges, and as a table.

E edges as the run settled them, H heads. What another run or an explanation says of the same edges goes beside α. The
names of columns and attributes are the same in every version:

    alpha_l0_h2         α of layer 0, head 2
    delta_alpha_l0_h2   how far that is above α of another run
    added_loop          whether the run added this self-loop
    explain_removal …   the columns of an `Explanation` (see there), where an edge is within reach of its node
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.explanation.explain import Explanation
from gatviz.analysis.what_if import what_if
from gatviz.errors import GatvizError, quote
from gatviz.files import write_graph
from gatviz.files.disk import write_file
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.words import _, one_of

if TYPE_CHECKING:
    import pandas as pd

ADDED = "added_loop"
"""The attribute that marks self-loops which the run added."""
FORMATS = ("graphml", "gexf", "json", "node_link", "csv", "npz")
"""What `write_alpha` writes; "csv" is the table, the others are the graph."""
EXPLAINED = ("hop", "attention", "message", "equal", "removal", "p_without")
"""The columns of an explanation that go with an edge, after "explain_"."""
_OURS = re.compile(rf"(delta_)?alpha_l\d+_h\d+|{ADDED}|explain_\w+")


def alpha_name(layer: int, head: int) -> str:
    """The name of one head's α ("alpha_l0_h2"), which no later version changes."""
    return f"alpha_l{layer}_h{head}"


def graph_with_alpha(trace: Trace, *, before: Trace | None = None, explanation: Explanation | None = None) -> Graph:
    """The graph of a run with α on its edges, in every format that holds edge attributes.

    Its edges are those that attention ran over, so self-loops that were added are there, and those taken out are not;
    `added_loop` is true of the added ones, which have no attributes of their own. α_ij stands on the edge j → i, so
    the graph is directed. What an earlier run left on the graph under these names is not kept.

    Arguments:
        before: another run, for `delta_alpha_…`: nodes are matched by name, layers and heads by number; an edge that
            was not there counts as 0.
        explanation: of one node of this graph, for `explain_…`; edges out of its reach have none.

    Raises:
        GatvizError: an explanation of another graph.
    """
    graph, edges = trace.graph, trace.layers[0]
    given = edges.input_edge
    attributes: dict[str, tuple[Any, ...]] = {
        name: tuple(values[k] if k >= 0 else None for k in given.tolist())
        for name, values in graph.edge_attributes.items()
        if not _OURS.fullmatch(name)
    }
    for k, name in enumerate(graph.edge_feature_names):
        if name not in attributes and graph.edge_features is not None:
            column = graph.edge_features[:, k].tolist()
            attributes[name] = tuple(column[k] if k >= 0 else None for k in given.tolist())
    for place, layer in enumerate(trace.layers):
        for head in range(layer.num_heads):
            attributes[alpha_name(place, head)] = tuple(layer.alpha[:, head].astype(float).tolist())
    for place, head, change in _changes(trace, before):
        attributes[f"delta_{alpha_name(place, head)}"] = tuple(change.astype(float).tolist())
    attributes |= {name: tuple(values) for name, values in _explained(trace, explanation).items()}
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


def alpha_table(trace: Trace, *, before: Trace | None = None, explanation: Explanation | None = None) -> pd.DataFrame:
    """α of every layer and head, a row for each edge of each.

    Columns: layer, head, source, target (names), alpha, added_loop; with `before` also delta_alpha (empty for a layer
    or head that it lacks), with an explanation also explain_… of the edge. Arguments and errors as `graph_with_alpha`.
    """
    import pandas as pd

    names = np.array(trace.graph.names, dtype=object)
    changes = {(place, head): change for place, head, change in _changes(trace, before)}
    beside = _explained(trace, explanation)
    parts = []
    for place, layer in enumerate(trace.layers):
        source, target = layer.edge_index
        for head in range(layer.num_heads):
            columns: dict[str, Any] = {
                "layer": place,
                "head": head,
                "source": names[source],
                "target": names[target],
                "alpha": layer.alpha[:, head],
                ADDED: layer.added_loops,
            }
            if before is not None:
                columns["delta_alpha"] = changes.get((place, head), np.full(layer.num_edges, np.nan))
            parts.append(pd.DataFrame({**columns, **beside}))
    return pd.concat(parts, ignore_index=True)


def write_alpha(
    trace: Trace,
    path: str | os.PathLike[str] | None = None,
    format: str | None = None,
    *,
    before: Trace | None = None,
    explanation: Explanation | None = None,
) -> bytes:
    """A run's graph with α on its edges, or α as a table, as the bytes of a file; written to `path` if one is given.

    Arguments:
        format: "graphml", "gexf", "json", "node_link", "npz" (the graph, see `graph_with_alpha`) or "csv" (the table,
            see `alpha_table`); left out, the path's ending tells.
        before, explanation: as for `graph_with_alpha`.

    Raises:
        GatvizError: another format, a graph that the format cannot hold, or a path that cannot be written.
    """
    chosen = format_of(path, format)
    if chosen != "csv":
        return write_graph(graph_with_alpha(trace, before=before, explanation=explanation), path, chosen)
    content = alpha_table(trace, before=before, explanation=explanation).to_csv(index=False).encode()
    if path is not None:
        write_file(path, content)
    return content


def format_of(path: str | os.PathLike[str] | None, format: str | None = None) -> str:
    """In which format `write_alpha` writes: the one that is named, or the one that the path's ending tells.

    Raises:
        GatvizError: none of `FORMATS`.
    """
    ending = "" if path is None else Path(path).suffix.removeprefix(".").lower()
    chosen = ending if format is None else format
    if chosen not in FORMATS:
        found = quote(chosen) if chosen else _("nothing")
        raise GatvizError(_("the format of α"), one_of(FORMATS), found, _("choose one of these"))
    return chosen


def _changes(trace: Trace, before: Trace | None) -> Iterator[tuple[int, int, NDArray[np.floating[Any]]]]:
    """Layer, head and [E] change of α, for those that both runs have."""
    both = 0 if before is None else min(len(before.layers), len(trace.layers))
    for place in range(both):
        assert before is not None
        found = what_if(before, trace, place).on_present
        for head in range(found.shape[1]):
            yield place, head, found[:, head]


def _explained(trace: Trace, explanation: Explanation | None) -> Mapping[str, list[Any]]:
    """By column the values of all E edges, None for an edge out of reach or one not removed yet."""
    if explanation is None:
        return {}
    names = trace.graph.names
    if explanation.graph.fingerprint != trace.graph.fingerprint:
        expected = _("one of the graph that was run")
        raise GatvizError(_("explanation"), expected, _("one of another"), _("explain a node of this graph"))
    rows = explanation.edges
    place = {ends: k for k, ends in enumerate(zip(rows["source"], rows["target"], strict=True))}
    edges = [place.get((names[j], names[i])) for j, i in trace.layers[0].edge_index.T.tolist()]
    found = {}
    for column in EXPLAINED:
        values = rows[column].tolist()
        found[f"explain_{column}"] = [None if k is None or values[k] != values[k] else values[k] for k in edges]
    return found
