"""What a model predicts and how often it is right: per node, per part of the split, class by class.

N nodes, K classes. A table is a pandas DataFrame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.classes import Columns, column_ways, judged, likely_columns, way_in_words
from gatviz.analysis.subject import listed, other_graph
from gatviz.attention.layer_trace import Array
from gatviz.errors import GatvizError, quote
from gatviz.graph.checks import SPLITS
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.words import _, ngettext, one_of

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
RIGHT, WRONG = "right", "wrong"
UNLABELLED = "no label"
"""What a node's prediction is, in tables; the same in every language."""


@dataclass(frozen=True)
class Accuracy:
    """How many labelled nodes of one part are right; `part` is "train", "val", "test" or "all"."""

    part: str
    right: int
    count: int

    @property
    def share(self) -> float:
        """right / count; NaN where no node has a label."""
        return self.right / self.count if self.count else float("nan")

    @property
    def sentence(self) -> str:
        """In words, as "Test accuracy 81.50 %: 815 of 1000 nodes"."""
        what = {
            "train": _("Training accuracy"),
            "val": _("Validation accuracy"),
            "test": _("Test accuracy"),
            ALL: _("Accuracy"),
        }[self.part]
        return self._told(what)

    @property
    def sentence_after_parts(self) -> str:
        """The same of all labelled nodes, where accuracies of parts stand before it."""
        return self._told(_("Over all labelled nodes: accuracy"))

    def _told(self, what: str) -> str:
        if not self.count:
            return _("{what}: no node has a label.").format(what=what)
        told = ngettext(
            "{what} {percent:.2f} %: {right} of {n} node.", "{what} {percent:.2f} %: {right} of {n} nodes.", self.count
        )
        return told.format(what=what, percent=100 * self.share, right=self.right, n=self.count)


@dataclass(frozen=True, eq=False)
class Predictions:
    """The class with the largest output at each node, held against the labels.

    Attributes:
        names: of the nodes. classes: K names: the graph's, and after them those of columns that no label has.
        scores: [N, K] the model's output in their order. predicted: [N] place among classes (the first of equals).
        actual: [N] likewise, −1 where a node has no label. split: each node's part, or None without a split.
        accuracies: of each part of the split that has nodes, in the order train, val, test; and of all labelled nodes.
        columns: what the columns of the output were taken for. better: how more nodes would be right, if there is such
            a way.
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    scores: Array
    predicted: NDArray[np.int64]
    actual: NDArray[np.int64]
    split: tuple[str | None, ...] | None
    accuracies: tuple[Accuracy, ...]
    columns: Columns
    better: Columns | None = None

    @cached_property
    def verdicts(self) -> NDArray[np.str_]:
        """[N]: "right", "wrong" or "no label"."""
        judged = np.where(self.actual == self.predicted, RIGHT, WRONG)
        return np.where(self.actual < 0, UNLABELLED, judged)

    @cached_property
    def wrong(self) -> NDArray[np.int64]:
        """The nodes that are wrong, by number."""
        return np.flatnonzero(self.verdicts == WRONG)

    @cached_property
    def margin(self) -> Array:
        """[N]: how far the largest output is above the second; 0 for equals, infinite with one class."""
        if len(self.classes) < 2:
            return np.full(len(self.names), np.inf)
        highest = np.sort(self.scores, axis=1)
        return highest[:, -1] - highest[:, -2]

    def accuracy(self, part: str = ALL) -> Accuracy:
        """The accuracy of one part of the split, or of all labelled nodes.

        Raises:
            GatvizError: a part that has no nodes.
        """
        for accuracy in self.accuracies:
            if accuracy.part == part:
                return accuracy
        known = one_of(accuracy.part for accuracy in self.accuracies)
        raise GatvizError(_("accuracy"), known, quote(part), _("choose one of these"))

    def confusion(self, part: str = ALL) -> pd.DataFrame:
        """[K, K] counts: rows are the labels, columns what is predicted; labelled nodes of one part, or all.

        Raises:
            GatvizError: a part that has no nodes.
        """
        import pandas as pd

        chosen = np.flatnonzero(_members(self.accuracy(part).part, self.actual, self.split))
        counts = np.zeros((len(self.classes), len(self.classes)), dtype=np.int64)
        np.add.at(counts, (self.actual[chosen], self.predicted[chosen]), 1)
        rows = pd.Index(self.classes, name="label")
        return pd.DataFrame(counts, index=rows, columns=pd.Index(self.classes, name="predicted"))

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each node."""
        import pandas as pd

        classes = np.array(self.classes, dtype=object)
        return pd.DataFrame(
            {
                "node": list(self.names),
                "predicted": classes[self.predicted],
                "label": [None if k < 0 else self.classes[k] for k in self.actual],
                "verdict": self.verdicts,
                "split": [None] * len(self.names) if self.split is None else list(self.split),
                "margin": self.margin,
            }
        )

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Accuracies, the commonest mistake, and what could not be judged."""
        told = [accuracy.sentence for accuracy in self.accuracies]
        if len(self.accuracies) > 1:
            told[-1] = self.accuracies[-1].sentence_after_parts
        if len(self.wrong):
            told.append(self._commonest_mistake())
        missing = int(np.sum(self.actual < 0))
        if missing:
            unlabelled = ngettext(
                "{n} node has no label and can be neither right nor wrong.",
                "{n} nodes have no label and can be neither right nor wrong.",
                missing,
            )
            told.append(unlabelled.format(n=missing))
        never = [name for k, name in enumerate(self.classes) if not np.any(self.predicted == k)]
        if never:
            told.append(_("Never predicted: {names}.").format(names=listed([quote(name) for name in never])))
        return (*told, *self.column_sentences)

    @property
    def column_sentences(self) -> tuple[str, ...]:
        """What each column of the output was taken for, and how more nodes would be right."""
        told = [_("Columns of the output, {way}: {columns}.")]
        told[0] = told[0].format(way=way_in_words(self.columns.way), columns=self.columns.told)
        if self.better is not None:
            sentence = _("Taken {way}, {figure} would be right, and not {right}: {columns}.")
            better = self.better
            told.append(
                sentence.format(
                    way=way_in_words(better.way), figure=better.figure, right=self.columns.right, columns=better.told
                )
            )
        return tuple(told)

    def _commonest_mistake(self) -> str:
        pairs = self.actual[self.wrong] * len(self.classes) + self.predicted[self.wrong]
        counts = np.bincount(pairs, minlength=len(self.classes) ** 2)
        label, predicted = divmod(int(np.argmax(counts)), len(self.classes))
        times = int(counts.max())
        told = ngettext(
            "The commonest mistake: {label} taken for {predicted}, at {n} node.",
            "The commonest mistake: {label} taken for {predicted}, at {n} nodes.",
            times,
        )
        return told.format(label=quote(self.classes[label]), predicted=quote(self.classes[predicted]), n=times)


def predictions(trace: Trace, graph: Graph | None = None, classes: Sequence[str] | None = None) -> Predictions:
    """What the last step's output predicts.

    Arguments:
        trace: of a model whose output is as wide as there are classes.
        graph: where labels and split come from; the trace's own if left out.
        classes: the label of each column. Left out, those that the model was given (`load_weights(classes=)`), else
            by the classes' numbers in the graph's file, else in the order of `graph.class_names`.

    Raises:
        GatvizError: a graph without labels or of other nodes, or as many classes as the output is not wide.
    """
    graph = trace.graph if graph is None else graph
    out = trace.out
    if graph.num_nodes != out.shape[0]:
        raise other_graph(out.shape[0], graph.num_nodes)
    if not graph.class_names:
        raise GatvizError(_("predictions"), _("labels in the graph"), _("none"), _("give the nodes labels"))
    columns = _columns(trace, graph, classes)
    likely = likely_columns(trace, graph)
    better = likely[0] if likely and likely[0].right > columns.right else None
    names = (*graph.class_names, *(name for name in columns.classes if name not in graph.class_names))
    place = [names.index(name) for name in columns.classes]
    scores = np.full((len(out), len(names)), -np.inf, dtype=out.dtype)
    scores[:, place] = out
    predicted = np.array(place, dtype=np.int64)[np.argmax(out, axis=1)]
    actual, split = graph.class_index, graph.split
    parts = [part for part in SPLITS if split is not None and part in split]
    accuracies = tuple(_accuracy(part, predicted, actual, split) for part in (*parts, ALL))
    return Predictions(graph.names, names, scores, predicted, actual, split, accuracies, columns, better)


def _columns(trace: Trace, graph: Graph, classes: Sequence[str] | None) -> Columns:
    """What the columns of an output stand for.

    Raises:
        GatvizError: an output of which nothing tells that.
    """
    width = trace.out.shape[1]
    given = classes if classes is not None else trace.classes
    ways = column_ways(graph, width)
    if given:
        found = judged(trace.out, graph, given)
        way = next((way for way, names in ways.items() if names == found.classes), found.way)
        return replace(found, way=way)
    if not ways:
        raise GatvizError(
            _("predictions"),
            _("an output as wide as the graph has classes, {n}").format(n=len(graph.class_names)),
            ngettext("{n} column", "{n} columns", width).format(n=width),
            _("open weights that were trained on these classes"),
        )
    way = next(iter(ways))
    return judged(trace.out, graph, ways[way], way)


def _accuracy(
    part: str, predicted: NDArray[np.int64], actual: NDArray[np.int64], split: tuple[str | None, ...] | None
) -> Accuracy:
    chosen = _members(part, actual, split)
    return Accuracy(part, int(np.sum(predicted[chosen] == actual[chosen])), int(np.sum(chosen)))


def _members(part: str, actual: NDArray[np.int64], split: tuple[str | None, ...] | None) -> NDArray[np.bool_]:
    """[N]: the labelled nodes of a part."""
    labelled = actual >= 0
    return labelled if part == ALL else labelled & np.array([one == part for one in split or ()], dtype=bool)
