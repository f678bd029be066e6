"""`Task`: what a model is to learn on a graph: which nodes' classes it is told, and by which it is judged.

N nodes, K classes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph, checked_graph
from gatviz.words import _, and_list, ngettext

Labelled = Sequence[int] | Sequence[bool] | Sequence[str] | NDArray[Any] | None
PARTS = ("labelled", "val", "others")


@dataclass(frozen=True, eq=False)
class Task:
    """To tell the classes of nodes from the labels of some.

    Attributes:
        graph: with labels.
        labelled: the nodes whose labels make the loss. val: those that tell when to stop.
        others: those that judge: of a graph with a split its test part, else all other nodes with a label.
    """

    graph: Graph
    labelled: NDArray[np.int64]
    val: NDArray[np.int64]
    others: NDArray[np.int64]

    @classmethod
    def of(cls, graph: Graph, labelled: Labelled = None) -> Task:
        """The task that a graph sets.

        Arguments:
            labelled: node numbers, names, or a truth value for each node; left out, the graph's own split, and
                without one every node that has a label.

        Raises:
            GatvizError: no labels or one class alone, no labelled node, or one that has no label or is not there.
        """
        known = np.flatnonzero(checked_graph(graph, _("the graph")).class_index >= 0)
        if not len(known):
            mend = _("give the nodes labels: open a graph that has some, or paint them")
            raise GatvizError(_("labels"), _("nodes with labels"), _("none"), mend)
        if len(graph.class_names) < 2:
            found = _("one, {name}").format(name=quote(graph.class_names[0]))
            raise GatvizError(_("labels"), _("at least two classes to tell apart"), found, _("label other nodes too"))
        split = np.array(graph.split or [None] * graph.num_nodes, dtype=object)
        parts = {name: known[split[known] == name] for name in ("train", "val", "test")}
        own = parts["train"] if graph.split else known
        chosen = own if labelled is None else _chosen(graph, labelled)
        if not len(chosen):
            mend = _("choose the nodes whose labels are told")
            raise GatvizError(_("labelled"), _("at least one node"), _("none"), mend)
        val = np.setdiff1d(parts["val"], chosen)
        others = np.setdiff1d(parts["test"], chosen)
        if labelled is not None or not len(others):
            others = np.setdiff1d(known, np.concatenate([chosen, val]))
        return cls(graph, chosen, val, others)

    def nodes(self, part: str) -> NDArray[np.int64]:
        """The nodes of "labelled", "val" or "others"."""
        found: NDArray[np.int64] = getattr(self, part)
        return found

    @property
    def num_classes(self) -> int:
        """K."""
        return len(self.graph.class_names)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a person should know before they trust a number of this task, a sentence each."""
        graph, told = self.graph, []
        taught = {graph.class_names[k] for k in graph.class_index[self.labelled]}
        untold = [name for name in graph.class_names if name not in taught]
        if len(taught) == 1:
            only = quote(next(iter(taught)))
            said = _("All labelled nodes are {name}, so saying {name} everywhere already makes the loss small.")
            told.append(said.format(name=only))
        elif untold:
            names = and_list([quote(name) for name in untold[:5]])
            said = ngettext(
                "No labelled node is {names}: the model cannot learn it.",
                "No labelled node is {names}: the model cannot learn these.",
                len(untold),
            )
            told.append(said.format(names=names))
        if not len(self.others):
            told.append(_("Every node with a label is labelled for training, so no other node can judge the result."))
        unknown = int(np.sum(graph.class_index < 0))
        if unknown:
            said = ngettext(
                "{n} node of {all} has no label: it is read by others, and never counted as right or wrong.",
                "{n} nodes of {all} have no label: they are read by others, and never counted as right or wrong.",
                unknown,
            )
            told.append(said.format(n=unknown, all=graph.num_nodes))
        if is_one_hot(graph):
            told.append(_("Features are one-hot: the model learns who a node is, and can tell nothing of a new one."))
        return tuple(told)


def is_one_hot(graph: Graph) -> bool:
    """Whether every node has a feature of its own and no other."""
    square = graph.num_nodes > 0 and graph.x.shape == (graph.num_nodes, graph.num_nodes)
    return square and bool(np.array_equal(graph.x, np.eye(graph.num_nodes)))


def some_of_each_class(graph: Graph, count: int, seed: int = 0, *, among: Collection[int] | None = None) -> list[int]:
    """So many labelled nodes of each class, drawn from the seed; all of a class that has no more.

    Arguments:
        among: node numbers to draw from; all if left out.
    """
    generator = np.random.default_rng(seed)
    allowed = np.ones(graph.num_nodes, dtype=bool)
    if among is not None:
        allowed[:] = False
        allowed[list(among)] = True
    drawn: list[int] = []
    for k in range(len(graph.class_names)):
        members = np.flatnonzero((graph.class_index == k) & allowed)
        drawn += generator.permutation(members)[:count].tolist()
    return sorted(drawn)


def _chosen(graph: Graph, labelled: Any) -> NDArray[np.int64]:
    """The nodes that a person named, in order, each once."""
    given = np.asarray(labelled)
    if given.ndim != 1:
        expected, found = _("a list of nodes"), _("shape {shape}").format(shape=list(given.shape))
        raise GatvizError(_("labelled"), expected, found, _("give numbers, names, or a truth value for each node"))
    if given.dtype == bool:
        if len(given) != graph.num_nodes:
            expected = _("{n} truth values, one for each node").format(n=graph.num_nodes)
            raise GatvizError(_("labelled"), expected, str(len(given)), _("give one for each node"))
        numbers = np.flatnonzero(given)
    elif given.dtype.kind in "iu":
        numbers = given.astype(np.int64)
        beyond = numbers[(numbers < 0) | (numbers >= graph.num_nodes)]
        if len(beyond):
            expected = _("node numbers from 0 to {last}").format(last=graph.num_nodes - 1)
            raise GatvizError(_("labelled"), expected, str(beyond[0]), _("choose nodes of this graph"))
    elif len(given):
        place = {name: n for n, name in enumerate(graph.names)}
        missing = [name for name in given.tolist() if name not in place]
        if missing:
            raise GatvizError(_("labelled"), _("names of nodes"), quote(missing[0]), _("choose nodes of this graph"))
        numbers = np.array([place[name] for name in given.tolist()], dtype=np.int64)
    else:
        numbers = np.zeros(0, dtype=np.int64)
    numbers = np.unique(numbers)
    blank = numbers[graph.class_index[numbers] < 0]
    if len(blank):
        where = _("labelled, {node}").format(node=quote(graph.names[blank[0]]))
        raise GatvizError(where, _("a node with a label"), _("one without"), _("label it, or leave it out"))
    return numbers
