"""The answer at first sight: whom a node listens to, and why, in two sentences that hold for any run.

What is told of shares is told to one part in 100,000: shares that differ by less are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatviz.analysis.baselines import WeightingKey, weighting_of
from gatviz.analysis.edge_story import leaky
from gatviz.analysis.sentence import Node, Number, Sentence, SentenceParts, joined, said
from gatviz.analysis.subject import Analysed, layer_of
from gatviz.analysis.uniformity import effective_neighbours
from gatviz.attention.alpha_trace import SUMS_TO_ONE
from gatviz.attention.layer_trace import Array, GATTrace, LayerTrace
from gatviz.words import _, ngettext

_ALIKE = 1e-5
_NEARLY = 0.01
"""Shares closer than this may be written with the same three digits."""


@dataclass(frozen=True)
class Answer:
    """What is said of one weighting: a headline and a line below it, and of whom.

    Attributes:
        target: the node that reads, None where there is none to speak of.
        source: the one that it reads, where the answer is about a pair.
    """

    headline: Sentence
    line: Sentence
    target: int | None = None
    source: int | None = None


def answer(trace: Analysed, which: WeightingKey, target: int | None = None, source: int | None = None) -> Answer:
    """What a head or baseline says of a node and of one that it reads.

    Arguments:
        target: None for the strongest arrow that is no loop. source: None for whom the target listens to most.
    """
    layer = layer_of(trace)
    weights = weighting_of(layer, which).astype(np.float64)
    if target is None:
        return _of_all(layer, which, weights)
    return _of_target(layer, which, weights, target, source)


def _of_target(layer: LayerTrace, which: WeightingKey, weights: Array, target: int, source: int | None) -> Answer:
    edges = layer.edges_into(target)
    pair = None if source is None else layer.edge_of(target, source)
    if source is not None and pair is None:
        return Answer(*_no_arrow(layer, which, target, source), target, source)
    if edges.stop == edges.start:
        line = said(_("No arrow ends there: h′ is 0, and the node is left to what the layer adds, if anything."))
        if layer.alpha_alone:
            line = said(_("No arrow ends there, so there is no α."))
        return Answer(said(_("Node {node} reads nothing."), node=Node(target)), line, target)
    if which == "gcn":
        return Answer(*_gcn(layer, weights, target, pair), target, source)
    if which == "uniform":
        return Answer(*_uniform(layer, target), target, source)
    row = _Row(layer, which, weights, target, pair)
    return Answer(row.headline(), row.of_given() if layer.alpha_alone else row.line(), target, source)


# ---- nothing is locked ---------------------------------------------------------------------------------------------


def _of_all(layer: LayerTrace, which: WeightingKey, weights: Array) -> Answer:
    sources, targets = layer.edge_index
    if not layer.num_nodes:
        return Answer(said(_("An empty graph.")), said(_("Draw a first node, or open a graph.")))
    if not layer.num_edges:
        headline = said(_("No node reads any other: there is no attention yet."))
        return Answer(headline, said(_("Draw an arrow from one node to another, and the second reads the first.")))
    proper = np.flatnonzero(sources != targets)
    if not proper.size:
        headline = said(_("Every node reads only itself: each α is 1."))
        if layer.alpha_alone:
            headline = said(_("Every node reads only itself."))
        return Answer(headline, said(_("Draw an arrow from one node to another, and there is something to share out.")))
    best = int(proper[np.argmax(weights[proper])])
    alike = int((weights[proper] >= weights[best] * (1 - _ALIKE)).sum())
    target, source = int(targets[best]), int(sources[best])
    parts: SentenceParts = {
        "source": Node(source),
        "target": Node(target),
        "share": Number(weights[best], (target, source)),
    }
    if alike > 1:
        count = ngettext("{n} arrow", "{n} arrows", alike).format(n=alike)
        words = _("{where}, {count} are the strongest, {share} each: one is from node {source} to node {target}.")
        headline = said(words, where=_where(layer, which), count=count, **parts)
    elif layer.alpha_alone and which not in ("gcn", "uniform"):
        words = _("{where}, the largest α is {share}, of the arrow from node {source} to node {target}.")
        headline = said(words, where=_where(layer, which), **parts)
    elif which in ("gcn", "uniform"):
        words = _("{where}, the largest weight is {share}, of the arrow from node {source} to node {target}.")
        headline = said(words, where=_where(layer, which), **parts)
    else:
        words = _("{where}, the strongest arrow runs from {source} to {target}: {share} of what {target} reads.")
        headline = said(words, where=_where(layer, which), **parts)
    if layer.edges_into(target).stop - layer.edges_into(target).start == 1 and not layer.alpha_alone:
        line = said(_("Node {target} reads nothing else, so it could only be 1."), target=Node(target))
    else:
        line = _of_target(layer, which, weights, target, source).line
    return Answer(headline, line if which != "gcn" else _gcn(layer, weights, target, best)[1], target)


def _where(layer: LayerTrace, which: WeightingKey) -> str:
    if which == "gcn":
        return _("In a GCN")
    if which == "uniform":
        return _("In a plain mean")
    if which == "mean":
        return _("On average over {heads} heads").format(heads=layer.num_heads)
    return _("In head {head}").format(head=int(which))


# ---- a pair without an arrow, and baselines ------------------------------------------------------------------------


def _no_arrow(layer: LayerTrace, which: WeightingKey, target: int, source: int) -> tuple[Sentence, Sentence]:
    if target == source:
        headline = said(_("Node {node} does not read itself: there is no loop."), node=Node(target))
    else:
        words = _("Node {target} does not read node {source}: there is no arrow.")
        headline = said(words, target=Node(target), source=Node(source))
    if not isinstance(which, int | np.integer) or layer.attention != "learnt":
        return headline, said(_("So it gets no weight there."))
    matrix = layer.all_pairs("e", int(which)) if layer.num_nodes <= _MAX_DENSE else None
    if isinstance(layer, GATTrace):
        raw = layer.score_target[target, which] + layer.score_source[source, which]
        score = float(leaky(raw, layer.negative_slope))
    elif matrix is not None:
        score = float(matrix[target, source])
    else:
        return headline, said(_("The mask hides it from the softmax, so it has no α there."))
    words = _("Their score would have been {e}, but the mask hides it from the softmax: it has no α.")
    return headline, said(words, e=Number(score, (target, source)))


_MAX_DENSE = 200


def _gcn(layer: LayerTrace, weights: Array, target: int, pair: int | None) -> tuple[Sentence, Sentence]:
    edges = layer.edges_into(target)
    place = edges.start + int(np.argmax(weights[edges])) if pair is None else pair
    source = int(layer.edge_index[0, place])
    degrees = np.diff(layer.ptr)
    number = Number(weights[place], (target, source))
    words = _("A GCN would weigh node {source} with {weight} at node {target}, whatever their features.")
    headline = said(words, source=Node(source), weight=number, target=Node(target))
    if degrees[source] == 0:
        words = _("Node {source} reads nothing itself, and 1/√0 counts as 0. d counts arrows in, loops included.")
        return headline, said(words, source=Node(source))
    words = _(
        "1/√(d_i d_j) = 1/√({di} · {dj}): d counts arrows in, loops included. The weights of a row need not sum to 1."
    )
    return headline, said(words, di=int(degrees[target]), dj=int(degrees[source]))


def _uniform(layer: LayerTrace, target: int) -> tuple[Sentence, Sentence]:
    edges = layer.edges_into(target)
    count = edges.stop - edges.start
    each = Number(1 / count)
    if count == 1:
        words = _("Node {target} reads one node, so a plain mean gives it all.")
        return said(words, target=Node(target)), said(_("With one neighbour every way of sharing out is the same."))
    headline = said(
        _("A plain mean gives each of the {n} nodes that node {target} reads {share}."),
        n=count, target=Node(target), share=each,
    )  # fmt: skip
    return headline, said(_("1/{n}, whatever their features: what α is compared with."), n=count)


# ---- the shares of a head, or of their mean ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Row:
    """What a target gives to each node that it reads; `pair` is the edge asked about, if any."""

    layer: LayerTrace
    which: WeightingKey
    weights: Array
    target: int
    pair: int | None

    @property
    def shares(self) -> Array:
        shares: Array = self.weights[self.layer.edges_into(self.target)]
        return shares

    @property
    def best(self) -> int:
        """The first of the largest."""
        return int(self.layer.edges_into(self.target).start) + int(np.argmax(self.shares))

    @property
    def alike(self) -> int:
        """How many share the first place."""
        return int(np.count_nonzero(self.shares >= self.shares.max() * (1 - _ALIKE)))

    def source_of(self, edge: int) -> int:
        return int(self.layer.edge_index[0, edge])

    def share(self, edge: int) -> Number:
        return Number(float(self.weights[edge]), (self.target, self.source_of(edge)))

    def headline(self) -> Sentence:
        target, where = Node(self.target), _where(self.layer, self.which)
        count = self.shares.size
        asked = self.best if self.pair is None else self.pair
        source, share = Node(self.source_of(asked)), self.share(asked)
        loop = source == target
        if self.given_otherwise:
            words = _(
                "{where}, α from node {source} to node {target} is {share}; of all that it reads α adds up to {sum}."
            )
            total = Number(float(self.shares.sum(dtype=np.float64)))
            return said(words, where=where, source=source, target=target, share=share, sum=total)
        if count == 1:
            if loop:
                return said(_("Node {target} reads only itself, so all of its attention stays there."), target=target)
            return said(
                _("Node {target} reads only node {source}, so all of its attention goes there."),
                target=target, source=source,
            )  # fmt: skip
        parts: SentenceParts = {"where": where, "target": target, "source": source, "share": share, "n": count}
        if self.alike == count:
            words = _("{where}, node {target} listens to all {n} nodes that it reads alike: {share} each.")
            return said(words, **parts)
        first = self.weights[asked] >= self.shares.max() * (1 - _ALIKE)
        if first and self.alike > 1:
            parts["n"] = self.alike
            words = _(
                "{where}, node {target} listens most to {n} nodes alike, node {source} one of them: {share} each."
            )
            itself = _("{where}, node {target} listens most to {n} nodes alike, itself one of them: {share} each.")
        elif first:
            words = _("{where}, node {target} listens most to node {source} with {share} of its attention.")
            itself = _("{where}, node {target} listens most to itself with {share} of its attention.")
        else:
            words = _("{where}, node {source} gets {share} of node {target}'s attention;")
            itself = _("{where}, node {target} keeps {share} of its attention to itself;")
        headline = said(itself if loop else words, **parts)
        return headline if first else joined(headline, self._most())

    @property
    def given_otherwise(self) -> bool:
        """Whether α was given and does not sum to 1 here, so that it is no part of the node's attention."""
        return self.layer.alpha_alone and abs(float(self.shares.sum(dtype=np.float64)) - 1) > SUMS_TO_ONE

    def _most(self) -> Sentence:
        best = self.source_of(self.best)
        if self.alike > 1:
            return said(_("{n} others get the most, {share} each."), n=self.alike, share=self.share(self.best))
        if best == self.target:
            words = _("node {target} keeps the most itself, {share}.")
            return said(words, target=Node(self.target), share=self.share(self.best))
        return said(_("node {best} gets the most, {share}."), best=Node(best), share=self.share(self.best))

    def line(self) -> Sentence:
        if self.shares.size == 1:
            return said(_("With one neighbour α can only be 1, whatever the score."))
        if self.which == "mean":
            return self._by_head()
        if self.layer.attention == "equal":
            words = _("This layer shares out evenly by its rule, 1/{n} each: the scores play no part.")
            return said(words, n=self.shares.size)
        like = self._reads_like() if self.pair is None else ()
        if self.alike == self.shares.size:
            return joined(said(_("All their scores e are alike, and so are their shares.")), like)
        if isinstance(self.layer, GATTrace):
            return joined(self._gat(self.layer), like)
        more = said(_("In GATv2 the target takes part in the choice: another node may rank the same ones otherwise."))
        return joined(self._by_score(), more, like)

    def _gat(self, layer: GATTrace) -> Sentence:
        if layer.score_edge is not None or layer.negative_slope <= 0:
            return self._by_score()
        head = int(self.which)
        half = Number(float(layer.score_target[self.target, head]), node=self.target, sign=True)
        told = {
            "only": _("The source score of {source}, {value}, is the highest of the {n} that {target} reads."),
            "first": _("The source score of {source}, {value}, is among the highest of the {n} that {target} reads."),
            "last": _("The source score of {source}, {value}, is the lowest of the {n} that {target} reads."),
            "between": _("The source score of {source}, {value}, is number {place} of the {n} that {target} reads."),
        }
        if layer.negative_slope == 1:
            words = _("The target half, {half}, is the same for all, and with a slope of 1 it cancels out.")
        else:
            words = _("The target half, {half}, is the same for all: it can change how sharply, not whom.")
        scores = layer.score_source[layer.edge_index[0], head]
        return joined(self._ranked(told, scores, sign=True), said(words, half=half))

    def _by_score(self) -> Sentence:
        told = {
            "only": _("The score e of {source}, {value}, is the highest of the {n} that {target} reads."),
            "first": _("The score e of {source}, {value}, is among the highest of the {n} that {target} reads."),
            "last": _("The score e of {source}, {value}, is the lowest of the {n} that {target} reads."),
            "between": _("The score e of {source}, {value}, is number {place} of the {n} that {target} reads."),
        }
        return self._ranked(told, self.layer.e[:, int(self.which)])

    def _ranked(self, told: dict[str, str], values: Array, *, sign: bool = False) -> Sentence:
        """A number of the pair asked about, and its place among those of all that the target reads."""
        edge = self.best if self.pair is None else self.pair
        column = values[self.layer.edges_into(self.target)]
        above, same = int((column > values[edge]).sum()), int((column == values[edge]).sum())
        last = above + same == column.size and above > 0 and same == 1
        rank = ("only" if same == 1 else "first") if above == 0 else "last" if last else "between"
        source = self.source_of(edge)
        number = Number(float(values[edge]), (self.target, source), sign=sign)
        parts: SentenceParts = {"n": column.size, "place": above + 1, "target": Node(self.target)}
        return said(told[rank], source=Node(source), value=number, **parts)

    def _by_head(self) -> Sentence:
        edge = self.best if self.pair is None else self.pair
        shares = self.layer.alpha[edge].astype(np.float64)
        least, most = int(np.argmin(shares)), int(np.argmax(shares))
        derived = said(_("Derived from the heads: none of them computed it."))
        if shares[least] >= shares[most] * (1 - _ALIKE):
            return joined(said(_("All heads give alike.")), derived)
        if shares[least] > shares[most] * (1 - _NEARLY):
            return joined(said(_("All heads give nearly the same.")), derived)
        words = _("Head {least} gives {low}, head {most} gives {high}: the least and the most of all heads.")
        ends: SentenceParts = {"low": Number(float(shares[least])), "high": Number(float(shares[most]))}
        return joined(said(words, least=least, most=most, **ends), derived)

    def of_given(self) -> Sentence:
        """The line where α alone is known."""
        given = said(_("α is shown as it was given: the scores that it came of are not here."))
        if self.which == "mean":
            return joined(self._by_head(), given)
        return joined(given, self._reads_like() if self.pair is None and self.shares.size > 1 else ())

    def _reads_like(self) -> Sentence:
        """The effective number of neighbours; of a head only."""
        effective = effective_neighbours(self.layer, self.target, int(self.which))
        return said(_("It reads like {like} of {n}."), like=Number(effective), n=self.shares.size)
