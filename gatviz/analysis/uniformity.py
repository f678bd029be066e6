"""Uniform or not: does a head choose, or does it average like a plain mean?

A node that shares its attention out over n neighbours with entropy H (in nats) reads like exp(H) of n: exp(H) is its
effective number of neighbours, n where all shares are alike, 1 where one neighbour gets everything (Hill 1973,
doi 10.2307/1934352, the number of order 1). Where one word is needed, `Rule` gives it.

N nodes, E edges, H heads. A table is a pandas DataFrame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.subject import Analysed, Subject, layer_of, nodes, subject_of
from gatviz.analysis.terms import entropy_terms, strongest_into, target_maxima, target_sums
from gatviz.attention.alpha_trace import SUMS_TO_ONE
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd

AVERAGES, LEANS, CHOOSES = "averages", "leans", "chooses"

EVEN_LEAD = 1.25
"""A quarter above the even share is what one still calls a mean: then exp(H) is at least 1 / 1.25 = 0.8 of n, too."""
CHOSEN_PART = 2 / 3
"""Of two neighbours one-hot is a half, so a half would ask for the impossible there; two thirds is 0.92 : 0.08."""

_ROUNDING = 1e-6
"""What stands on a line of the rule but for rounding counts as on it."""


@dataclass(frozen=True)
class Rule:
    """What a node does with the n ≥ 2 neighbours that it reads, in one word.

    It averages if no neighbour gets more than `even_lead` times its even share 1/n; it chooses if it reads like at most
    `chosen_part` of its n neighbours, exp(H) ≤ chosen_part · n; else it leans. As 1 / exp(H) is at most the largest
    share, no node does both with the usual numbers. Nothing depends on n itself: each neighbour twice with half its
    share gives the same word. A node that reads one or none has nothing to share out and gets no word.

    Attributes:
        even_lead: 1 or more. chosen_part: from 0 to 1.
        most_nodes: part of the judged nodes, from 0 to 1, from which a head as a whole is said to act so.
    """

    even_lead: float = EVEN_LEAD
    chosen_part: float = CHOSEN_PART
    most_nodes: float = 0.9

    def __post_init__(self) -> None:
        if not 1 <= self.even_lead < np.inf:
            raise GatvizError("even_lead", _("a number from 1"), quote(self.even_lead), _("1.25 is usual"))
        for name in ("chosen_part", "most_nodes"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise GatvizError(name, _("a number from 0 to 1"), quote(value), _("0.67 or 0.9 is usual"))

    def word(self, evenness: Array, lead: Array) -> NDArray[np.str_]:
        """ "averages", "leans" or "chooses" for each pair of numbers, "" where they are NaN.

        Arguments:
            evenness: effective neighbours as a part of those read. lead: the largest share over the even one.
        """
        words = np.select(
            [
                np.isnan(evenness),
                lead <= self.even_lead + _ROUNDING,
                evenness <= self.chosen_part + _ROUNDING,
            ],
            ["", AVERAGES, CHOOSES],
            LEANS,
        )
        result: NDArray[np.str_] = words
        return result

    def means(self, word: str) -> str:
        """What a word says, with its number."""
        if word == AVERAGES:
            return _("no neighbour gets more than {lead:g} times its even share").format(lead=self.even_lead)
        if word == CHOOSES:
            return _("it reads like at most {part:.2g} of its neighbours").format(part=self.chosen_part)
        return _("in between")


@dataclass(frozen=True, eq=False)
class Uniformity:
    """How evenly each target shares its attention out. NaN where there is nothing to say.

    Attributes:
        names: of the nodes. neighbours: [N] |N(i)|, a self-loop included.
        entropy: [N, H] of α over what a target reads, in nats; NaN where it reads nothing.
        effective: [N, H] exp(entropy), the effective number of neighbours; NaN where it reads nothing.
        evenness: [N, H] effective / |N(i)|, 1 is uniform; NaN below two neighbours.
        lead: [N, H] the largest share over the even one, 1 is uniform; NaN below two neighbours.
        acts: [N, H] the rule's word; "" below two neighbours.
        strongest: [N, H] the largest share. strongest_source: [N, H] whose it is (the first of equals), −1 if none.
        own: [N, H] the share on itself, 0 without a self-loop. own_uniform: [N] what uniform would give.
        same_label: [N, H] the share on other nodes of its label; same_label_uniform: [N] what uniform would give.
            None without labels; NaN where a target has none or reads nothing.
        rule: of the words. judged: how many targets read two or more; one: read one; none: read nothing.
        by_parts: whether rows were given that do not sum to 1, so that entropy and lead are of the parts of each row.
    """

    names: tuple[str, ...]
    neighbours: NDArray[np.int64]
    entropy: Array
    effective: Array
    evenness: Array
    lead: Array
    acts: NDArray[np.str_]
    strongest: Array
    strongest_source: NDArray[np.int64]
    own: Array
    own_uniform: Array
    same_label: Array | None
    same_label_uniform: Array | None
    rule: Rule
    judged: int
    one: int
    none: int
    by_parts: bool = False

    def nodes_that(self, word: str) -> NDArray[np.int64]:
        """[H]: how many of the judged nodes get this word."""
        return np.asarray((self.acts == word).sum(axis=0))

    def reads_like(self, node: int, head: int) -> str:
        """ "reads like 3.1 of 17"; what reads one or none is told apart."""
        count = int(self.neighbours[node])
        if count < 2:
            return (
                (_("reads one") if self.by_parts else _("reads one, so α can only be 1"))
                if count
                else _("reads nothing")
            )
        return _("reads like {some} of {all}").format(some=_effective(self.effective[node, head]), all=count)

    def mean_reads_like(self, head: int) -> str:
        """ "2.9 of 3", means over the judged nodes; a dash where there is none."""
        row = self.by_head.iloc[head]
        if not self.judged:
            return "–"
        some, all_ = _effective(row["mean_effective_neighbours"]), f"{round(row['mean_neighbours'], 1):g}"
        return _("{some} of {all}").format(some=some, all=all_)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What is counted apart, and what the labels say."""
        judged = ngettext(
            "{n} node of {all} reads two or more and is judged.",
            "{n} nodes of {all} read two or more and are judged.",
            self.judged,
        )
        told = [judged.format(n=self.judged, all=len(self.names))]
        if self.by_parts:
            told.append(_("Not every row of α sums to 1: judged is how each row is shared out, as parts of its sum."))
        if self.one:
            one = ngettext(
                "Counted apart: {n} node with one neighbour, where α can only be 1.",
                "Counted apart: {n} nodes with one neighbour, where α can only be 1.",
                self.one,
            )
            told.append(one.format(n=self.one))
        if self.none:
            none = ngettext(
                "Counted apart: {n} node without neighbours, where there is no α.",
                "Counted apart: {n} nodes without neighbours, where there is no α.",
                self.none,
            )
            told.append(none.format(n=self.none))
        if self.same_label is not None and self.same_label_uniform is not None:
            uniform = float(self._mean(self.same_label_uniform))
            shares = self._mean(self.same_label)
            if not np.isnan(uniform):
                best = int(np.argmax(shares))
                most = _(
                    "Most on other nodes of the same label: head {head} with {share:.2f} on average, "
                    "where uniform attention gives {uniform:.2f}."
                )
                told.append(most.format(head=best, share=shares[best], uniform=uniform))
        return tuple(told)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each node and head."""
        import pandas as pd

        N, H = self.entropy.shape
        names = np.array(self.names, dtype=object)
        nothing = np.full((N, H), np.nan)
        columns = {
            "node": np.repeat(names, H),
            "head": np.tile(np.arange(H), N),
            "neighbours": np.repeat(self.neighbours, H),
            "entropy_nats": self.entropy.ravel(),
            "effective_neighbours": self.effective.ravel(),
            "evenness": self.evenness.ravel(),
            "lead": self.lead.ravel(),
            "acts": self.acts.ravel(),
            "strongest_share": self.strongest.ravel(),
            "strongest_source": [None if j < 0 else self.names[j] for j in self.strongest_source.ravel()],
            "own_share": self.own.ravel(),
            "own_share_if_uniform": np.repeat(self.own_uniform, H),
            "same_label_share": (nothing if self.same_label is None else self.same_label).ravel(),
            "same_label_share_if_uniform": nothing.ravel()
            if self.same_label_uniform is None
            else np.repeat(self.same_label_uniform, H),
        }
        return pd.DataFrame(columns)

    @cached_property
    def by_head(self) -> pd.DataFrame:
        """A row for each head: counts of, and means over, the judged nodes, which read two or more."""
        import pandas as pd

        H = self.entropy.shape[1]
        columns = {
            "head": np.arange(H),
            "judged_nodes": np.full(H, self.judged),
            "averaging_nodes": self.nodes_that(AVERAGES),
            "leaning_nodes": self.nodes_that(LEANS),
            "choosing_nodes": self.nodes_that(CHOOSES),
            "mean_effective_neighbours": self._mean(self.effective),
            "mean_neighbours": np.full(H, self._mean(self.neighbours.astype(np.float64))),
            "mean_strongest_share": self._mean(self.strongest),
            "mean_own_share": self._mean(self.own),
            "mean_own_share_if_uniform": np.full(H, self._mean(self.own_uniform)),
        }
        if self.same_label is not None and self.same_label_uniform is not None:
            columns["mean_same_label_share"] = self._mean(self.same_label)
            columns["mean_same_label_share_if_uniform"] = np.full(H, self._mean(self.same_label_uniform))
        return pd.DataFrame(columns)

    @cached_property
    def verdicts(self) -> tuple[str, ...]:
        """A sentence for each head."""
        return tuple(self._verdict(row) for row in self.by_head.itertuples())

    def _verdict(self, row: Any) -> str:
        if not self.judged:
            return _("Head {head}: no node reads two or more, so there is nothing to judge.").format(head=row.head)
        most = self.rule.most_nodes * self.judged
        if row.averaging_nodes >= most:
            told = _(
                "Head {head} averages at {averaging} of {nodes} ({meaning}): it acts like mean aggregation. "
                "On average a node reads like {some} of {all}. With similar features all around, that is expected."
            )
        elif row.choosing_nodes >= most:
            told = _(
                "Head {head} chooses at {choosing} of {nodes} ({meaning}), where a mean would average. "
                "On average a node reads like {some} of {all}."
            )
        else:
            told = _(
                "Head {head} averages at {averaging}, leans at {leaning} and chooses at {choosing} of {nodes}; "
                "on average a node reads like {some} of {all}."
            )
        return told.format(
            head=row.head,
            averaging=row.averaging_nodes,
            leaning=row.leaning_nodes,
            choosing=row.choosing_nodes,
            nodes=nodes(self.judged),
            meaning=self.rule.means(AVERAGES if row.averaging_nodes >= most else CHOOSES),
            some=_effective(row.mean_effective_neighbours),
            all=f"{round(row.mean_neighbours, 1):g}",
        )

    @property
    def mean_evenness(self) -> Array:
        """[H]: the mean of the evenness over the judged nodes; NaN where there is none."""
        return self._mean(self.evenness)

    def _mean(self, values: Array) -> Array:
        """The mean over the judged nodes of what is no NaN; NaN where nothing is left."""
        there = ~np.isnan(values) & (self.neighbours >= 2).reshape(-1, *[1] * (values.ndim - 1))
        total, count = np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0)
        result: Array = np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
        return result


def uniformity(trace: Analysed, graph: Graph | None = None, *, rule: Rule | None = None) -> Uniformity:
    """Effective neighbours and shares of every target and head, with a verdict on each head.

    Arguments:
        graph: names and labels of the nodes; a model's trace brings its own.
        rule: where its words end; the usual one if left out.
    """
    subject = subject_of(trace, graph)
    layer, rule = subject.layer, rule or Rule()
    counts = np.diff(layer.ptr)
    reads, judged = counts > 0, counts >= 2
    alpha = layer.alpha.astype(np.float64)
    parts = _parts(layer, alpha)
    entropy = _where(reads, np.maximum(target_sums(layer, entropy_terms(parts)), 0.0))
    # Rounding may put an even share a hair above n neighbours, or below one.
    effective = np.clip(np.exp(entropy), 1.0, np.maximum(counts, 1)[:, None])
    evenness = _where(judged, effective / np.maximum(counts, 1)[:, None])
    strongest = _where(reads, target_maxima(layer, alpha))
    lead = _where(judged, target_maxima(layer, parts) * counts[:, None])
    source, target = layer.edge_index
    loops = (source == target)[:, None]
    same, same_uniform = _same_label(subject, alpha)
    share = np.divide(1.0, counts, out=np.zeros(counts.shape), where=reads)
    return Uniformity(
        names=subject.names,
        neighbours=counts,
        entropy=entropy,
        effective=effective,
        evenness=evenness,
        lead=lead,
        acts=rule.word(evenness, lead),
        strongest=strongest,
        strongest_source=_strongest_source(layer, alpha),
        own=_where(reads, target_sums(layer, np.where(loops, alpha, 0.0))),
        own_uniform=_where(reads, target_sums(layer, loops[:, 0].astype(np.float64)) * share),
        same_label=same,
        same_label_uniform=same_uniform,
        rule=rule,
        judged=int(judged.sum()),
        one=int((counts == 1).sum()),
        none=int((counts == 0).sum()),
        by_parts=parts is not alpha,
    )


def effective_neighbours(trace: Analysed, target: int, head: int) -> float:
    """How many neighbours one node effectively reads under a head: `Uniformity.effective` of it alone, NaN for none."""
    layer = layer_of(trace)
    edges = layer.edges_into(target)
    shares: Array = layer.alpha[edges, head].astype(np.float64)
    if layer.alpha_alone:
        shares = _parts(layer, layer.alpha[:, [head]].astype(np.float64))[edges, 0]
    if not shares.size:
        return float("nan")
    entropy = np.maximum(np.add.reduceat(entropy_terms(shares), [0])[0], 0.0)
    return float(np.clip(np.exp(entropy), 1.0, shares.size))


def _parts(layer: LayerTrace, alpha: Array) -> Array:
    """Each α as a part of its row, where rows were given that do not sum to 1; else α itself."""
    sums = target_sums(layer, alpha)
    if not layer.alpha_alone or np.abs(sums[np.diff(layer.ptr) > 0] - 1).max(initial=0.0) <= SUMS_TO_ONE:
        return alpha
    of_row = sums[layer.edge_index[1]]
    parts: Array = np.divide(alpha, of_row, out=np.zeros_like(alpha), where=of_row > 0)
    return parts


def _where(rows: NDArray[np.bool_], values: Array) -> Array:
    result = values.copy()
    result[~rows] = np.nan
    return result


def _strongest_source(layer: LayerTrace, alpha: Array) -> NDArray[np.int64]:
    """[N, H]; of equal shares the first."""
    edges = np.stack([strongest_into(layer.edge_index[1], column, layer.num_nodes) for column in alpha.T], axis=1)
    if not layer.num_edges:
        return edges
    return np.where(edges < 0, -1, layer.edge_index[0, edges])


def _same_label(subject: Subject, alpha: Array) -> tuple[Array | None, Array | None]:
    """The share on other nodes of the same label, and what uniform attention would put there."""
    if subject.labels is None or all(label is None for label in subject.labels):
        return None, None
    layer = subject.layer
    number = {label: k for k, label in enumerate(dict.fromkeys(subject.labels)) if label is not None}
    classes = np.array([number.get(label, -1) if label is not None else -1 for label in subject.labels])
    source, target = layer.edge_index
    same = (classes[source] == classes[target]) & (classes[target] >= 0) & (source != target)
    counts = np.diff(layer.ptr)
    told = (classes >= 0) & (counts > 0)
    uniform = target_sums(layer, same.astype(np.float64)) / np.maximum(counts, 1)
    return _where(told, target_sums(layer, np.where(same[:, None], alpha, 0.0))), _where(told, uniform)


def _effective(value: float) -> str:
    """An effective number, in as many digits as tell it from a whole one."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
