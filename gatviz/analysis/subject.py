"""What an analysis is about: one layer's trace, and the names and labels of its nodes where they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import LayerTrace
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.words import _, and_list, first_of, ngettext

_MAX_CALLED = 48

Analysed = LayerTrace | Trace
"""Analyses take one layer's trace, or the trace of a model with a single layer."""


@dataclass(frozen=True)
class Subject:
    """A layer's trace with N names, and N labels or None. Nodes without names are called by their number."""

    layer: LayerTrace
    names: tuple[str, ...]
    labels: tuple[str | None, ...] | None


def layer_of(trace: Analysed) -> LayerTrace:
    """The one layer to analyse.

    Raises:
        GatvizError: a model's trace with several layers, of which one must be chosen.
    """
    if isinstance(trace, LayerTrace):
        return trace
    if not isinstance(trace, Trace):
        found = quote(type(trace).__name__)
        raise GatvizError(_("analysis"), _("a trace"), found, _("pass layer.trace(…) or model.trace(…)"))
    if len(trace.layers) != 1:
        count = len(trace.layers)
        found = ngettext("a trace of {n} layer", "a trace of {n} layers", count).format(n=count)
        raise GatvizError(_("analysis"), _("the trace of one layer"), found, _("choose one, e.g. trace.layers[0]"))
    return trace.layers[0]


def subject_of(trace: Analysed, graph: Graph | None) -> Subject:
    """The layer with the names and labels of `graph`, else of the trace's own graph.

    Raises:
        GatvizError: a graph with another number of nodes than the trace.
    """
    layer = layer_of(trace)
    if graph is None and isinstance(trace, Trace):
        graph = trace.graph
    if graph is None:
        return Subject(layer, tuple(str(n) for n in range(layer.num_nodes)), None)
    if graph.num_nodes != layer.num_nodes:
        raise other_graph(layer.num_nodes, graph.num_nodes)
    return Subject(layer, graph.names, graph.labels)


def other_graph(run: int, given: int) -> GatvizError:
    """The refusal of a graph that has not as many nodes as the one that was run."""
    expected = ngettext("the trace's {n} node", "the trace's {n} nodes", run).format(n=run)
    return GatvizError(_("graph"), expected, str(given), _("pass the graph that was run"))


def nodes(count: int) -> str:
    """ "1 node", "3 nodes"."""
    return ngettext("{n} node", "{n} nodes", count).format(n=count)


def listed(words: Sequence[str], most: int = 5) -> str:
    """ "A, B and C"; a long list is cut, and says by how many."""
    return first_of(words, most) if len(words) > most else and_list(words)


def edge_place(edge_index: NDArray[np.int64], target: int, source: int) -> int | None:
    """Where the edge between two nodes stands among the edges [2, E]; None where there is none."""
    found = np.flatnonzero((edge_index[1] == target) & (edge_index[0] == source))
    return int(found[0]) if found.size else None


def called(name: str) -> str:
    """A node in a sentence: its name; a bare number would read as a count."""
    name = shortened(name)
    return name if any(c.isalpha() for c in name) and not _is_number(name) else _("node {name}").format(name=name)


def shortened(name: str) -> str:
    """A node's name, of a very long one its two ends: it would read as the sentence."""
    half = _MAX_CALLED // 2
    return name if len(name) <= _MAX_CALLED else f"{name[: half - 1]}…{name[-half:]}"


def class_called(name: str) -> str:
    """A class in a sentence; a bare number would read as a count."""
    return _("class {name}").format(name=name) if name.isdecimal() else name


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
