"""Stability: how far α into a node may move when one arrow within its reach comes or goes. H heads, L layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.explanation.paths import place_of
from gatviz.analysis.explanation.removal import Progress, Stop
from gatviz.analysis.sentence import Node, Number, Sentence, joined, said
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.without import Alphas, changed_alpha, doubled
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

ADDITIONS = 100
"""So many new sources at most are tried, drawn from the seed."""


@dataclass(frozen=True, eq=False)
class EdgeChange:
    """One edge into the node that came or went, by its source, and α of the node's edges then."""

    kind: Literal["removal", "addition"]
    source: int
    alpha: Alphas


@dataclass(frozen=True)
class Spread:
    """α of one edge into the node, by its source, as it is, at least and at most over all changes, none included.

    `worst` is the largest change, made by the edge from `of` (−1 where nothing was tried).
    """

    source: int
    alpha: float
    low: float
    high: float
    worst: float
    by: Literal["removal", "addition", ""]
    of: int


@dataclass(frozen=True, eq=False)
class Stability:
    """α of the edges into a node under every change of one edge that can reach their softmax.

    Attributes:
        names: of all nodes. node: which.
        alpha: as it is. changes: those that were tried; for an edge its own removal is none.
        possible: how many there are to try, of additions those that were drawn.
    """

    names: tuple[str, ...]
    node: int
    alpha: Alphas
    changes: tuple[EdgeChange, ...]
    possible: int

    @property
    def removals(self) -> int:
        """How many removals were tried."""
        return sum(change.kind == "removal" for change in self.changes)

    @property
    def additions(self) -> int:
        """How many additions were tried."""
        return len(self.changes) - self.removals

    def spreads(self, layer: int, head: int | None = None) -> list[Spread]:
        """Of each edge into the node, in one layer: of one head, or of the mean of its heads."""

        def value(alpha: Mapping[int, tuple[NDArray[np.float64], ...]], source: int) -> float:
            heads = alpha[source][layer]
            return float(heads.mean() if head is None else heads[head])

        found = []
        for source in self.alpha:
            now = value(self.alpha, source)
            moved = [(value(change.alpha, source), change) for change in self.changes if source in change.alpha]
            values = [now, *(each for each, _change in moved)]
            furthest = max(moved, key=lambda one: abs(one[0] - now), default=None)
            worst, change = (now, None) if furthest is None else furthest
            by, of = ("", -1) if change is None else (change.kind, change.source)
            found.append(Spread(source, now, min(values), max(values), abs(worst - now), by, of))  # type: ignore[arg-type]
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each edge into the node and layer, of the mean of heads.

        Columns: source (name), layer, alpha, low, high, worst, by, of (a name, "" for none); see `Spread`.
        """
        import pandas as pd

        layers = len(next(iter(self.alpha.values()), ()))
        found = [(layer, spread) for layer in range(layers) for spread in self.spreads(layer)]
        order = sorted(found, key=lambda one: (one[1].source, one[0]))
        rows = [
            {
                "source": self.names[one.source],
                "layer": layer,
                "alpha": one.alpha,
                "low": one.low,
                "high": one.high,
                "worst": one.worst,
                "by": one.by,
                "of": self.names[one.of] if one.of >= 0 else "",
            }
            for layer, one in order
        ]
        return pd.DataFrame(rows, columns=["source", "layer", "alpha", "low", "high", "worst", "by", "of"])

    def told(self, layer: int, head: int | None = None, source: int | None = None) -> Sentence:
        """How many changes were tried, the range of α of one edge (else of the one that moves most), its worst case."""
        spreads = self.spreads(layer, head)
        asked = [one for one in spreads if one.source == source] or spreads
        if not asked or not self.changes:
            return said(_("No arrow into {target} can come or go."), target=Node(self.node))
        one = max(asked, key=lambda spread: spread.worst)
        gone = ngettext("{n} gone", "{n} gone", self.removals).format(n=self.removals)
        new = ngettext("{n} new", "{n} new", self.additions).format(n=self.additions)
        tried = ngettext(
            "{n} change of an arrow into {target} was tried ({gone}, {new}):",
            "{n} changes of one arrow into {target} were tried, each by itself ({gone}, {new}):",
            len(self.changes),
        )
        edge = (self.node, one.source)
        fields: dict[str, Node | Number] = {
            "source": Node(one.source),
            "low": Number(one.low, edge),
            "high": Number(one.high, edge),
            "worst": Number(one.worst, edge),
        }
        if one.of < 0 or one.worst == 0:
            found = said(_("α of {source} stays as it is."), source=Node(one.source))
        else:
            between = said(_("α of {source} lies between {low} and {high}."), **fields)
            words = _("It moves most, by {worst}, when the arrow from {of} goes.")
            if one.by == "addition":
                words = _("It moves most, by {worst}, when an arrow from {of} comes.")
            found = joined(between, said(words, of=Node(one.of), **fields))
        rest: Sentence = ()
        if len(self.changes) < self.possible:
            rest = said(_("There are {n} to try."), n=self.possible)
        return joined(said(tried, n=len(self.changes), target=Node(self.node), gone=gone, new=new), found, rest)


def stability(
    model: GAT,
    graph: Graph,
    node: int | str,
    *,
    additions: int = ADDITIONS,
    seed: int = 0,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Stability:
    """Every removal of one of the node's edges, and additions of one, drawn from the seed.

    Only edges into the node itself are changed: one at random in a large graph seldom touches a node at all, and would
    make α look robust.

    Arguments:
        node: its number, or its name.
        additions: how many at most; edges that are added have the mean features of those there are.
        progress: called with how many changes of how many are done. stop: asked in between.
    """
    v = place_of(graph.names, node)
    double = doubled(model)
    edges = double.inputs(graph)[1]
    source, target = edges.arrays["edge_index"]
    own = source[target == v]
    free = np.setdiff1d(np.arange(graph.num_nodes), own)
    drawn = np.sort(np.random.default_rng(seed).permutation(free)[:additions])
    total = own.size + drawn.size
    before = changed_alpha(double, graph, v)
    changes: list[EdgeChange] = []
    for j in (*own.tolist(), *drawn.tolist()):
        if stop is not None and stop():
            break
        if len(changes) < own.size:
            changes.append(EdgeChange("removal", j, changed_alpha(double, graph, v, without=j)))
        else:
            changes.append(EdgeChange("addition", j, changed_alpha(double, graph, v, added=j)))
        if progress is not None:
            progress(len(changes), total)
    return Stability(graph.names, v, before, tuple(changes), total)
