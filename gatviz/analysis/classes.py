"""Which column of a model's output stands for which label, where more than one way is likely.

N nodes, K columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import Array
from gatviz.errors import quote
from gatviz.graph.graph import Graph
from gatviz.model.classes import checked_classes
from gatviz.model.trace import Trace
from gatviz.words import _, first_of, ngettext

ColumnOrder = Literal["numbers", "alphabet", "appearance", "agreement", "given", "saved"]
"""numbers: by the numbers that the classes have in the graph's file. alphabet: in the order of their names.
appearance: in the order in which they come among the nodes. agreement: as most nodes are right, where no other order is
likely. given: by whoever opened or made the model. saved: with its weights."""

_MAX_TOLD = 8


@dataclass(frozen=True)
class Columns:
    """What the columns of an output are taken for, and how often that is right.

    Attributes:
        way: how they were found. classes: the label of each column.
        right, count: so many of so many nodes have the label of their largest output.
        training: whether these are the training nodes, else all that have a label.
    """

    way: ColumnOrder
    classes: tuple[str, ...]
    right: int
    count: int
    training: bool

    @property
    def told(self) -> str:
        """ "0 = red, 1 = blue"."""
        return first_of([f"{k} = {quote(name)}" for k, name in enumerate(self.classes)], _MAX_TOLD)

    @property
    def figure(self) -> str:
        """ "32 of 34 training nodes"."""
        told = (
            ngettext("{right} of {n} training node", "{right} of {n} training nodes", self.count)
            if self.training
            else ngettext("{right} of {n} labelled node", "{right} of {n} labelled nodes", self.count)
        )
        return told.format(right=self.right, n=self.count)


def way_in_words(way: ColumnOrder) -> str:
    """How columns were matched with labels, for people."""
    return {
        "numbers": _("by their numbers in the file"),
        "alphabet": _("in the order of their names"),
        "appearance": _("in order of appearance"),
        "agreement": _("as most nodes are right, in no order that a file tells"),
        "given": _("as chosen with the model"),
        "saved": _("as they were saved with the weights"),
    }[way]


def column_ways(graph: Graph, width: int) -> Mapping[ColumnOrder, tuple[str, ...]]:
    """The labels that the columns of an output may stand for, the likeliest first; none where none fits.

    Arguments:
        width: K. With numbers there may be more columns than labels: then some class has no node.
    """
    found: dict[ColumnOrder, tuple[str, ...]] = {}
    labels = graph.class_names
    if not labels:
        return found
    by_number = tuple(map(str, range(width)))
    if graph.class_order and len(graph.class_order) == width and set(labels) <= set(graph.class_order):
        found["numbers"] = graph.class_order
    elif set(labels) <= set(by_number):
        found["numbers"] = by_number
    if len(labels) == width:
        found["alphabet"] = tuple(sorted(labels)) if "numbers" in found else labels
        found["appearance"] = tuple(dict.fromkeys(label for label in graph.labels or () if label is not None))
    kept: dict[ColumnOrder, tuple[str, ...]] = {}
    for way, classes in found.items():
        if classes not in kept.values():
            kept[way] = classes
    return kept


def judged(out: Array, graph: Graph, classes: Sequence[str], way: ColumnOrder = "given") -> Columns:
    """How often an output [N, K] is right if its columns stand for these labels: over training nodes, if there are any.

    Raises:
        GatvizError: as many labels as the output is not wide, or a label twice.
    """
    given = checked_classes(classes, out.shape[1])
    labels = graph.labels or (None,) * graph.num_nodes
    of, training = _judging(graph)
    predicted = np.argmax(out, axis=1)
    right = sum(given[predicted[node]] == labels[node] for node in of)
    return Columns(way, given, int(right), len(of), training)


def _judging(graph: Graph) -> tuple[NDArray[np.intp], bool]:
    """The nodes by which an order of columns is judged, and whether they are the training nodes."""
    labels = graph.labels or (None,) * graph.num_nodes
    labelled = np.array([label is not None for label in labels], dtype=bool)
    training = labelled & np.array([part == "train" for part in graph.split or ("",) * graph.num_nodes], dtype=bool)
    return np.flatnonzero(training if training.any() else labelled), bool(training.any())


def _by_agreement(out: Array, graph: Graph, others: Sequence[Columns]) -> list[Columns]:
    """The order under which most nodes are right, if that is far more than under any order that a file may tell.

    A model that was not trained for these labels is right for as many nodes as it happens to be; so they must be more
    than half of them, and twice as many as under the others.
    """
    from scipy.optimize import linear_sum_assignment

    best = max((one.right for one in others), default=0)
    labels, width = graph.class_names, out.shape[1]
    of, _training = _judging(graph)
    if not others or len(labels) != width or 2 * best >= len(of):
        return []
    places = {label: k for k, label in enumerate(labels)}
    counts = np.zeros((width, width), dtype=np.int64)
    predicted = np.argmax(out, axis=1)
    np.add.at(counts, (predicted[of], [places[str(graph.labels[node])] for node in of] if graph.labels else []), 1)
    _columns, chosen = linear_sum_assignment(counts, maximize=True)
    found = judged(out, graph, [labels[k] for k in chosen], "agreement")
    return [found] if 2 * found.right > found.count and found.right >= 2 * best else []


def likely_columns(trace: Trace, graph: Graph | None = None) -> tuple[Columns, ...]:
    """The ways to read the columns of a run's output, that under which most nodes are right first.

    Arguments:
        graph: where labels come from; the trace's own if left out.
    """
    graph = trace.graph if graph is None else graph
    if trace.out.shape[0] != graph.num_nodes:
        return ()
    ways = column_ways(graph, trace.out.shape[1]).items()
    found = [judged(trace.out, graph, classes, way) for way, classes in ways]
    found += _by_agreement(trace.out, graph, found)
    return tuple(sorted(found, key=lambda one: -one.right))
