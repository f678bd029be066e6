"""What removing does: the model run anew without an edge, the rest renormalised, later layers' α too.

e edges within reach of the node v, K outputs; p the probability of the class c that comes out at v.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.classes import column_ways
from gatviz.analysis.explanation.messages import margins, probabilities
from gatviz.analysis.explanation.paths import place_of
from gatviz.analysis.explanation.thresholds import NOTHING, ROUNDED
from gatviz.analysis.subject import edge_place
from gatviz.attention.layer_trace import Array
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.reach import Indices
from gatviz.model.without import Without, in_double
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""
Stop = Callable[[], bool]
"""Asked now and then whether to stop."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What comes out at a node: outputs [K], and what follows from them.

    Attributes:
        column: c, the class of the largest output, the first of equals.
    """

    outputs: Array

    @cached_property
    def column(self) -> int:
        """c."""
        return int(np.argmax(self.outputs))

    @cached_property
    def probabilities(self) -> Array:
        """[K]: the softmax of the outputs."""
        return probabilities(self.outputs)

    @property
    def p(self) -> float:
        """The probability of c."""
        return float(self.probabilities[self.column])

    @cached_property
    def margin(self) -> float:
        """The log-odds of c."""
        return float(margins(self.outputs, self.column))


@dataclass(frozen=True, eq=False)
class Removed:
    """What comes out when something is removed: outputs [n, K], NaN where it was not tried."""

    answer: Outcome
    outputs: Array

    @property
    def done(self) -> NDArray[np.bool_]:
        """[n]: what was tried."""
        return ~np.isnan(self.outputs[:, 0])

    @property
    def p_without(self) -> Array:
        """[n]: the probability of c."""
        result: Array = probabilities(self.outputs)[:, self.answer.column]
        return result

    @property
    def change(self) -> Array:
        """[n]: p_without − p; below 0 what is removed speaks for c."""
        return self.p_without - self.answer.p

    @property
    def log_odds(self) -> Array:
        """[n]: the change of the log-odds of c."""
        return margins(self.outputs, self.answer.column) - self.answer.margin

    @property
    def becomes(self) -> NDArray[np.int64]:
        """[n]: the class that comes out then."""
        result: NDArray[np.int64] = np.argmax(self.outputs, axis=1)
        return result

    @property
    def speaks_for(self) -> NDArray[np.int64]:
        """[n]: the class whose probability falls most (of equals the first); −1 where c's hardly changes."""
        fall = np.round(probabilities(self.outputs) - self.answer.probabilities, ROUNDED)
        found = np.argmin(np.where(np.isnan(fall), np.inf, fall), axis=1)
        return np.where(np.abs(self.change) > NOTHING, found, -1).astype(np.int64)


def edge_removal(
    model: GAT,
    graph: Graph,
    node: int | str,
    *,
    edges: pd.DataFrame | Iterable[tuple[int | str, int | str]] | None = None,
    both_ways: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> pd.DataFrame:
    """How the answer at a node changes without each edge, in all layers at once; in float64, in evaluation.

    Arguments:
        node: its number, or its name.
        edges: (target, source) each, by number or name, or a table with these columns; those within reach if left out.
        both_ways: i → j is removed along with j → i, where it is there.
        progress: called with how many of how many are done. stop: asked in between; what is done then is returned.

    Returns:
        Columns: target, source (names), removal = p_without − p (below 0: it speaks for the class that comes out),
        p_without, speaks_for (a class, or None), log_odds (the change of the class's log-odds).

    Raises:
        GatvizError: a model that ends in one row for the whole graph; an edge that the model does not read.
    """
    import pandas as pd

    v = place_of(graph.names, node)
    double = in_double(model)
    run = Without(double, graph, v)
    asked = run.reach.edges if edges is None else asked_edges(run, graph, edges)
    if not np.isin(asked, run.reach.edges).all():
        run = Without(double, graph, v, whole=True)
    removed = removed_one_by_one(run, asked, both_ways=both_ways, progress=progress, stop=stop)
    source, target = run.edge_index[:, asked]
    names = np.array(graph.names, dtype=object)
    table = pd.DataFrame(
        {
            "target": names[target],
            "source": names[source],
            "removal": removed.change,
            "p_without": removed.p_without,
            "speaks_for": class_of(graph, removed.speaks_for, removed.outputs.shape[1], model.classes),
            "log_odds": removed.log_odds,
        }
    )
    return table[removed.done].reset_index(drop=True)


def removed_one_by_one(
    run: Without,
    edges: Indices,
    *,
    both_ways: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Removed:
    """The answers without each of these edges, in this order."""
    removals = [[edge, *opposite(run, edge)] if both_ways else [edge] for edge in edges.tolist()]
    return removed_each(run, removals, progress=progress, stop=stop)


def outcome_of(run: Without, spare: int = 1) -> Outcome:
    """What comes out with all edges there.

    Raises:
        GatvizError: one output per node, so that there is nothing to be uncertain about.
    """
    outputs = run.outputs([[]], spare)[0]
    if outputs.size < 2:
        expected, mend = _("an output for each of several classes"), _("give the last layer two outputs")
        raise GatvizError(_("explanation"), expected, _("one"), mend)
    return Outcome(outputs)


def removed_each(
    run: Without,
    removals: Sequence[Sequence[int]],
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Removed:
    """The answers without each of these sets of edges; NaN from where it was stopped."""
    spare = max((len(removal) for removal in removals), default=1)
    answer = outcome_of(run, spare)
    outputs = np.full((len(removals), answer.outputs.size), np.nan)
    for start in range(0, len(removals), run.copies):
        if stop is not None and stop():
            break
        part = removals[start : start + run.copies]
        outputs[start : start + len(part)] = run.outputs(part, spare)
        if progress is not None:
            progress(start + len(part), len(removals))
    return Removed(answer, outputs)


def class_of(graph: Graph, classes: NDArray[np.int64], width: int, given: tuple[str, ...] = ()) -> pd.Series[Any]:
    """Classes by name, as `class_names` has them; None of −1."""
    import pandas as pd

    names = np.array([*class_names(graph, width, given), None], dtype=object)
    return pd.Series(names[classes], dtype=object)


def class_names(graph: Graph, width: int, given: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What the columns of the output are called, as predictions have it; numbers where the graph has no such labels.

    Arguments:
        given: what the model was given.
    """
    if len(given) == width:
        return given
    return next(iter(column_ways(graph, width).values()), tuple(map(str, range(width))))


def opposite(run: Without, edge: int) -> list[int]:
    """The place of the edge back, in a list; none of a loop, or where there is none."""
    source, target = run.edge_index[:, edge]
    found = edge_place(run.edge_index, int(source), int(target))
    return [] if found is None or found == edge else [found]


def asked_edges(run: Without, graph: Graph, edges: pd.DataFrame | Iterable[tuple[int | str, int | str]]) -> Indices:
    """The places of these edges among the settled ones; raises GatvizError of one that the model does not read."""
    import pandas as pd

    pairs = edges[["target", "source"]].to_numpy().tolist() if isinstance(edges, pd.DataFrame) else list(edges)
    found = []
    for target, source in pairs:
        i, j = place_of(graph.names, target), place_of(graph.names, source)
        place = edge_place(run.edge_index, i, j)
        if place is None:
            expected, mend = _("(target, source) of an edge that the model reads"), _("see the table without edges=")
            said = _("{source} → {target}").format(source=quote(graph.names[j]), target=quote(graph.names[i]))
            raise GatvizError("edges", expected, said, mend)
        found.append(place)
    return np.array(found, dtype=np.int64)
