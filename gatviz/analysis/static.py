"""The static-attention test: do all targets rank their sources in the same order?

Source: Brody, Alon, Yahav 2022, arXiv 2105.14491, definition 3.1 and theorem 1. E edges, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.similarity import ranks_within
from gatviz.analysis.subject import Analysed, called, layer_of, subject_of
from gatviz.attention.layer_trace import MAX_DENSE_NODES, Array, GATTrace, LayerTrace
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, and_list, ngettext

if TYPE_CHECKING:
    import pandas as pd

TOO_MANY = N_("The test was not run: there are too many pairs of sources to compare on this graph.")
MAX_SOURCE_PAIRS = 5_000_000
"""Pairs of sources that one target reads, over all targets; above this the test is not run."""
_MAX_SPARSE_WORK = 50_000_000
_MAX_DENSE_WORK = 20_000_000_000
_ROUNDING = {"float32": 1e-6, "float64": 1e-12}


class Disagreement(NamedTuple):
    """Two targets that rank two sources in opposite order: `first` puts `upper` above `lower`, `second` below."""

    first: int
    second: int
    upper: int
    lower: int


@dataclass(frozen=True, eq=False)
class StaticAttention:
    """Whether every two targets rank the sources that they share in the same order, head by head.

    Attributes:
        target_pairs: pairs of targets that share two or more sources; only these can disagree.
        agreeing: [H] how many of them rank all shared sources alike. A tie agrees with any order.
        comparisons: pairs of targets × pairs of shared sources. contrary: [H] how many are in opposite order.
        tolerance: scores e that are no further apart count as tied.
        ran: False where there are too many pairs of sources to compare; nothing else is said then.
        static: for each head True, False, or None where no two targets share two sources, or it was not run.
        compared: [N] the targets that share two or more sources with another one.
        otherwise: [N, H] the targets that rank some two sources in the opposite order to another one that reads both.
        theorem: whether it must be so, as for GAT with slope ≥ 0 that reads no edge features.
        examples: for each head the clearest disagreement, or None.
        sentences: which heads rank alike and which do not, then how it was counted.
        names: of the nodes.
    """

    target_pairs: int
    agreeing: NDArray[np.int64]
    comparisons: int
    contrary: NDArray[np.int64]
    tolerance: float
    ran: bool
    static: tuple[bool | None, ...]
    compared: NDArray[np.bool_]
    otherwise: NDArray[np.bool_]
    theorem: bool
    examples: tuple[Disagreement | None, ...]
    sentences: tuple[str, ...]
    names: tuple[str, ...]

    def verdict(self, head: int) -> str:
        """One head in a sentence."""
        pairs, agreeing = self.target_pairs, int(self.agreeing[head])
        if not self.ran:
            return _(TOO_MANY)
        if self.static[head] is None:
            return _("No two targets share two sources, so there is no order to compare.")
        if not self.static[head]:
            told = ngettext(
                "Dynamic here: {agreeing} of {n} pair of targets rank alike what both read.",
                "Dynamic here: {agreeing} of {n} pairs of targets rank alike what both read.",
                pairs,
            )
            return told.format(agreeing=agreeing, n=pairs)
        if pairs == 1:
            return _("Static here: the one pair of targets ranks alike what both read.")
        told = ngettext(
            "Static here: all {n} pair of targets rank alike what both read.",
            "Static here: all {n} pairs of targets rank alike what both read.",
            pairs,
        )
        return told.format(n=pairs)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each head: head, static, target_pairs, agreeing_pairs, comparisons, contrary_comparisons."""
        import pandas as pd

        heads = len(self.static)
        return pd.DataFrame(
            {
                "head": np.arange(heads),
                "static": pd.array(list(self.static), dtype="boolean"),
                "target_pairs": np.full(heads, self.target_pairs),
                "agreeing_pairs": self.agreeing,
                "comparisons": np.full(heads, self.comparisons),
                "contrary_comparisons": self.contrary,
            }
        )


def static_attention(trace: Analysed, graph: Graph | None = None, *, tolerance: float | None = None) -> StaticAttention:
    """Compare the order of e (of α, where that alone is known) between every two targets, over what both read.

    Arguments:
        graph: names of the nodes; a model's trace brings its own.
        tolerance: scores no further apart count as tied; by default a millionth of the largest score
            (at least of 1) in float32, a million millionth in float64.
    """
    subject = subject_of(trace, graph)
    layer, names = subject.layer, subject.names
    if tolerance is None:
        largest = float(np.abs(layer.ranked).max()) if layer.ranked.size else 0.0
        tolerance = _ROUNDING[str(layer.ranked.dtype)] * max(1.0, largest)
    theorem = isinstance(layer, GATTrace) and layer.negative_slope >= 0 and layer.score_edge is None
    H = layer.num_heads
    nothing = np.zeros(H, dtype=np.int64)
    pairs = _source_pairs(layer)
    if pairs is None or not pairs.affordable:
        return StaticAttention(
            target_pairs=0,
            agreeing=nothing,
            comparisons=0,
            contrary=nothing,
            tolerance=tolerance,
            ran=False,
            static=(None,) * H,
            compared=np.zeros(layer.num_nodes, dtype=bool),
            otherwise=np.zeros((layer.num_nodes, H), dtype=bool),
            theorem=theorem,
            examples=(None,) * H,
            sentences=(_(TOO_MANY),),
            names=names,
        )
    heads = [_compared(layer.ranked[:, head].astype(np.float64), pairs, tolerance) for head in range(H)]
    target_pairs, comparisons = pairs.target_pairs(), pairs.comparisons
    agreeing = np.array([target_pairs - head.disagreeing for head in heads], dtype=np.int64)
    static = tuple(None if target_pairs == 0 else head.disagreeing == 0 for head in heads)
    examples = tuple(head.example for head in heads)
    return StaticAttention(
        target_pairs=target_pairs,
        agreeing=agreeing,
        comparisons=comparisons,
        contrary=np.array([head.contrary for head in heads], dtype=np.int64),
        tolerance=tolerance,
        ran=True,
        static=static,
        compared=pairs.marked(np.ones(pairs.target.size, dtype=bool)),
        otherwise=np.stack([head.otherwise for head in heads], axis=1),
        theorem=theorem,
        examples=examples,
        sentences=_sentences(static, agreeing, target_pairs, examples, theorem, tolerance, names),
        names=names,
    )


def common_order(trace: Analysed, head: int, tolerance: float = 0.0) -> NDArray[np.int64]:
    """All nodes from the highest ranked as a source to the lowest; each target ranks alike what it reads, if any can.

    Up to 200 nodes the order contradicts no target wherever some order does not; where none suits all, and above 200
    nodes, nodes that fewer targets put others above come first, then those with the higher mean e.
    """
    layer = layer_of(trace)
    source, count = layer.edge_index[0], layer.num_nodes
    e = layer.ranked[:, head].astype(np.float64)
    read = np.bincount(source, minlength=count)
    mean = np.where(read > 0, np.bincount(source, e, minlength=count) / np.maximum(read, 1), -np.inf)
    by_mean = np.argsort(-mean, kind="stable")
    if count > MAX_DENSE_NODES:
        return by_mean
    above = np.zeros((count, count), dtype=np.int64)  # [j, k]: how many targets put j above k
    for target in range(count):
        edges = layer.edges_into(target)
        higher = e[edges][:, None] - e[edges][None, :] > tolerance
        above[np.ix_(source[edges], source[edges])] += higher
    order, left = [], np.ones(count, dtype=bool)
    for _place in range(count):
        waiting = by_mean[left[by_mean]]
        first = waiting[np.argmin(above[np.ix_(left, waiting)].sum(axis=0))]
        order.append(first)
        left[first] = False
    return np.array(order, dtype=np.int64)


def rankings(trace: Analysed, graph: Graph | None = None) -> pd.DataFrame:
    """How each target ranks what it reads: target, source, head, e, alpha, rank (1 is the largest e; ties share).

    Of α alone there is no e; the largest α is the first.
    """
    import pandas as pd

    subject = subject_of(trace, graph)
    layer = subject.layer
    names = np.array(subject.names, dtype=object)
    source, target = layer.edge_index
    count, H = layer.num_edges, layer.num_heads
    ranks = np.stack([ranks_within(layer, -column) + 1 for column in layer.ranked.T], axis=1)
    return pd.DataFrame(
        {
            "target": np.repeat(names[target], H),
            "source": np.repeat(names[source], H),
            "head": np.tile(np.arange(H), count),
            **({} if layer.alpha_alone else {"e": layer.e.ravel()}),
            "alpha": layer.alpha.ravel(),
            "rank": ranks.ravel(),
        }
    )


@dataclass(frozen=True, eq=False)
class _SourcePairs:
    """Every pair of sources that at least two targets read, once for each target that reads both.

    first, second: [M] the edges to the two sources. pair: [M] which pair of sources, from 0. target: [M].
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    pair: NDArray[np.int64]
    target: NDArray[np.int64]
    sources: NDArray[np.int64]
    num_nodes: int

    @cached_property
    def targets_of_pair(self) -> NDArray[np.int64]:
        """For each pair of sources, how many targets read both."""
        return np.bincount(self.pair)

    @property
    def comparisons(self) -> int:
        return int((self.targets_of_pair * (self.targets_of_pair - 1) // 2).sum())

    @property
    def _sparse(self) -> bool:
        return int((self.targets_of_pair**2).sum()) <= _MAX_SPARSE_WORK

    @property
    def affordable(self) -> bool:
        """Whether targets can be compared pair by pair in seconds."""
        return self._sparse or self.targets_of_pair.size * self.num_nodes**2 <= _MAX_DENSE_WORK

    def marked(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """[N]: the targets of these rows."""
        result = np.zeros(self.num_nodes, dtype=bool)
        result[self.target[rows]] = True
        return result

    def target_pairs(self) -> int:
        """How many pairs of targets share a pair of sources."""
        everywhere = np.ones(self.pair.size, dtype=bool)
        return self.meeting(everywhere, everywhere)

    def meeting(self, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> int:
        """Pairs of different targets that meet in a pair of sources, where `one` marks the one, `other` the other."""

        from scipy.sparse import csr_array

        shape = (self.targets_of_pair.size, self.num_nodes)
        left, right = (
            csr_array((np.ones(int(m.sum()), np.float32), (self.pair[m], self.target[m])), shape) for m in (one, other)
        )
        if self._sparse:
            met = (left.T @ right).tocoo()
            low, high = np.minimum(met.row, met.col), np.maximum(met.row, met.col)
            return int(np.unique((low * self.num_nodes + high)[low < high]).size)
        met_dense = left.toarray().T @ right.toarray() > 0
        return int(np.triu(met_dense | met_dense.T, 1).sum())


def _source_pairs(layer: LayerTrace) -> _SourcePairs | None:
    """None if there are too many."""
    source, target = layer.edge_index
    edges = np.arange(layer.num_edges)
    later = layer.ptr[target + 1] - 1 - edges
    if int(later.sum()) > MAX_SOURCE_PAIRS:
        return None
    first = np.repeat(edges, later)
    second = first + 1 + np.arange(first.size) - np.repeat(np.cumsum(later) - later, later)
    _pairs, pair, counts = np.unique(
        source[first] * layer.num_nodes + source[second], return_inverse=True, return_counts=True
    )
    shared = counts[pair] >= 2
    first, second = first[shared], second[shared]
    _pairs, pair = np.unique(pair[shared], return_inverse=True)
    return _SourcePairs(first, second, pair, target[first], source, layer.num_nodes)


class _Compared(NamedTuple):
    disagreeing: int
    contrary: int
    otherwise: NDArray[np.bool_]
    example: Disagreement | None


def _compared(e: Array, pairs: _SourcePairs, tolerance: float) -> _Compared:
    """One head: two targets are contrary in a pair of sources if its scores differ one way here, the other there."""
    difference = e[pairs.first] - e[pairs.second]
    above, below = difference > tolerance, difference < -tolerance
    count = pairs.targets_of_pair.size
    up, down = (np.bincount(pairs.pair[rows], minlength=count) for rows in (above, below))
    contrary = up * down
    otherwise = pairs.marked((above | below) & (contrary[pairs.pair] > 0))
    if not contrary.any():
        return _Compared(0, 0, otherwise, None)
    largest, smallest = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(largest, pairs.pair, difference)
    np.minimum.at(smallest, pairs.pair, difference)
    clearest = int(np.argmax(np.minimum(largest, -smallest)))
    places = np.flatnonzero(pairs.pair == clearest)
    top, bottom = places[np.argmax(difference[places])], places[np.argmin(difference[places])]
    upper, lower = pairs.sources[pairs.first[top]], pairs.sources[pairs.second[top]]
    example = Disagreement(int(pairs.target[top]), int(pairs.target[bottom]), int(upper), int(lower))
    return _Compared(pairs.meeting(above, below), int(contrary.sum()), otherwise, example)


def _sentences(
    static: tuple[bool | None, ...],
    agreeing: NDArray[np.int64],
    target_pairs: int,
    examples: tuple[Disagreement | None, ...],
    theorem: bool,
    tolerance: float,
    names: tuple[str, ...],
) -> tuple[str, ...]:
    if target_pairs == 0:
        return (_("No two targets share two sources, so there is no order to compare: the test says nothing here."),)
    alike = [head for head, same in enumerate(static) if same]
    told = []
    if alike:
        told.append(_alike(alike, len(static), target_pairs))
    for head, example in enumerate(examples):
        if example is not None:
            first, second, upper, lower = (called(names[node]) for node in example)
            otherwise = ngettext(
                "Head {head} ranks the sources differently from target to target (dynamic attention): "
                "{contrary} of {n} pair of targets do not agree, e.g. {first} ranks {upper} above {lower}, "
                "and {second} the other way round.",
                "Head {head} ranks the sources differently from target to target (dynamic attention): "
                "{contrary} of {n} pairs of targets do not agree, e.g. {first} ranks {upper} above {lower}, "
                "and {second} the other way round.",
                target_pairs,
            )
            contrary = target_pairs - agreeing[head]
            told.append(
                otherwise.format(
                    head=head, contrary=contrary, n=target_pairs, first=first, upper=upper, lower=lower, second=second
                )
            )
    if theorem:
        told.append(
            _(
                "For GAT with slope ≥ 0 this is a theorem: e grows with a_source·Wh of the source, "
                "whatever the target is."
            )
            if all(static)
            else _("This contradicts the theorem that GAT with slope ≥ 0 ranks alike for all: wrong scores.")
        )
    told.append(
        _("Compared over shared sources only; ties agree, and scores within {tolerance:.1g} count as tied.").format(
            tolerance=tolerance
        )
    )
    return tuple(told)


def _alike(heads: list[int], of: int, pairs: int) -> str:
    """Which heads rank alike for every target, and over how many pairs of targets that was seen."""
    if len(heads) == of > 1:
        who = _("Every head ranks the sources in the same order for every target (static attention): {agree}.")
    else:
        who = ngettext(
            "Head {heads} ranks the sources in the same order for every target (static attention): {agree}.",
            "Heads {heads} rank the sources in the same order for every target (static attention): {agree}.",
            len(heads),
        )
    agree = (
        _("the one pair of targets that shares two or more sources agrees")
        if pairs == 1
        else ngettext(
            "all {n} pair of targets that share two or more sources agree",
            "all {n} pairs of targets that share two or more sources agree",
            pairs,
        ).format(n=pairs)
    )
    return who.format(heads=and_list(str(head) for head in heads), agree=agree)
