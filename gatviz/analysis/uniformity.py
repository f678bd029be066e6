"""Uniform or not: does a head choose, or does it average like a plain mean?

N nodes, E arcs, H heads. A table is a pandas DataFrame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import entr

from gatviz.analysis.subject import Analysed, Subject, several, subject_of
from gatviz.analysis.terms import target_maxima, target_sums
from gatviz.attention.trace import Array, LayerTrace
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph


@dataclass(frozen=True)
class Thresholds:
    """Where the verdicts draw their lines, all between 0 and 1.

    Attributes:
        near_uniform: normalised entropy from which a node counts as near-uniform.
        one_neighbour: share from which the strongest neighbour counts as the only one.
        most_nodes: part of the judged nodes from which a head is said to act so.
    """

    near_uniform: float = 0.98
    one_neighbour: float = 0.9
    most_nodes: float = 0.9

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value <= 1:
                raise GatvizError(name, "a number from 0 to 1", quote(value), "0.98 or 0.9 is usual")


@dataclass(frozen=True, eq=False)
class Uniformity:
    """How evenly each target shares its attention out. NaN where there is nothing to say.

    Attributes:
        names: of the nodes. neighbours: [N] |N(i)|, a self-loop included.
        entropy: [N, H] of α over what a target reads, in nats; NaN where it reads nothing.
        normalised: [N, H] entropy / log |N(i)|, 1 is uniform, 0 is one-hot; NaN below two neighbours.
        effective: [N, H] exp(entropy), the effective number of neighbours; NaN where it reads nothing.
        strongest: [N, H] the largest share. strongest_source: [N, H] whose it is (the first of equals), −1 if none.
        own: [N, H] the share on itself, 0 without a self-loop. own_uniform: [N] what uniform would give.
        same_label: [N, H] the share on other nodes of its label; same_label_uniform: [N] what uniform would give.
            None without labels; NaN where a target has none or reads nothing.
        thresholds: of the verdicts. judged: how many targets read two or more; one: read one; none: read nothing.
        near_uniform, one_neighbour: [H] on how many of the judged targets.
        verdicts: a sentence for each head.
    """

    names: tuple[str, ...]
    neighbours: NDArray[np.int64]
    entropy: Array
    normalised: Array
    effective: Array
    strongest: Array
    strongest_source: NDArray[np.int64]
    own: Array
    own_uniform: Array
    same_label: Array | None
    same_label_uniform: Array | None
    thresholds: Thresholds
    judged: int
    one: int
    none: int
    near_uniform: NDArray[np.int64]
    one_neighbour: NDArray[np.int64]
    verdicts: tuple[str, ...]

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What is counted apart, and what the labels say."""
        told = [
            f"{several(self.judged, 'node')} of {len(self.names)} read two or more and are judged."
            if self.judged != 1
            else f"1 node of {len(self.names)} reads two or more and is judged."
        ]
        if self.one:
            told.append(f"Counted apart: {several(self.one, 'node')} with one neighbour, where α can only be 1.")
        if self.none:
            told.append(f"Counted apart: {several(self.none, 'node')} without neighbours, where there is no α.")
        if self.same_label is not None and self.same_label_uniform is not None:
            uniform = float(_mean(self.same_label_uniform))
            shares = _mean(self.same_label)
            if not np.isnan(uniform):
                best = int(np.argmax(shares))
                told.append(
                    f"Most on other nodes of the same label: head {best} with {shares[best]:.2f} on average, "
                    f"where uniform attention gives {uniform:.2f}."
                )
        return tuple(told)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each node and head."""
        N, H = self.entropy.shape
        names = np.array(self.names, dtype=object)
        nothing = np.full((N, H), np.nan)
        columns = {
            "node": np.repeat(names, H),
            "head": np.tile(np.arange(H), N),
            "neighbours": np.repeat(self.neighbours, H),
            "entropy_nats": self.entropy.ravel(),
            "normalised_entropy": self.normalised.ravel(),
            "effective_neighbours": self.effective.ravel(),
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
        """A row for each head: counts and means over the nodes that have the number."""
        H = self.entropy.shape[1]
        columns = {
            "head": np.arange(H),
            "judged_nodes": np.full(H, self.judged),
            "near_uniform_nodes": self.near_uniform,
            "one_neighbour_nodes": self.one_neighbour,
            "mean_normalised_entropy": _mean(self.normalised),
            "mean_effective_neighbours": _mean(self.effective),
            "mean_strongest_share": _mean(self.strongest),
            "mean_own_share": _mean(self.own),
            "mean_own_share_if_uniform": np.full(H, _mean(self.own_uniform)),
        }
        if self.same_label is not None and self.same_label_uniform is not None:
            columns["mean_same_label_share"] = _mean(self.same_label)
            columns["mean_same_label_share_if_uniform"] = np.full(H, _mean(self.same_label_uniform))
        return pd.DataFrame(columns)


def uniformity(trace: Analysed, graph: Graph | None = None, *, thresholds: Thresholds | None = None) -> Uniformity:
    """Entropy, effective neighbours and shares of every target and head, with a verdict on each head.

    Arguments:
        graph: names and labels of the nodes; a model's trace brings its own.
        thresholds: where the verdicts draw their lines.
    """
    subject = subject_of(trace, graph)
    layer, lines = subject.layer, thresholds or Thresholds()
    counts = np.diff(layer.ptr)
    reads, judged = counts > 0, counts >= 2
    alpha = layer.alpha.astype(np.float64)
    entropy = _where(reads, np.maximum(target_sums(layer, entr(alpha)), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        normalised = _where(judged, np.minimum(entropy / np.log(counts)[:, None], 1.0))
    strongest = _where(reads, target_maxima(layer, alpha))
    source, target = layer.edge_index
    loops = (source == target)[:, None]
    same, same_uniform = _same_label(subject, alpha)
    near = (normalised[judged] >= lines.near_uniform).sum(axis=0)
    single = (strongest[judged] >= lines.one_neighbour).sum(axis=0)
    share = np.divide(1.0, counts, out=np.zeros(counts.shape), where=reads)
    return Uniformity(
        names=subject.names,
        neighbours=counts,
        entropy=entropy,
        normalised=normalised,
        effective=np.exp(entropy),
        strongest=strongest,
        strongest_source=_strongest_source(layer),
        own=_where(reads, target_sums(layer, np.where(loops, alpha, 0.0))),
        own_uniform=_where(reads, target_sums(layer, loops[:, 0].astype(np.float64)) * share),
        same_label=same,
        same_label_uniform=same_uniform,
        thresholds=lines,
        judged=int(judged.sum()),
        one=int((counts == 1).sum()),
        none=int((counts == 0).sum()),
        near_uniform=near,
        one_neighbour=single,
        verdicts=tuple(
            _verdict(
                head, int(near[head]), int(single[head]), normalised[judged, head], np.exp(entropy[judged, head]), lines
            )
            for head in range(layer.num_heads)
        ),
    )


def _where(rows: NDArray[np.bool_], values: Array) -> Array:
    result = values.copy()
    result[~rows] = np.nan
    return result


def _strongest_source(layer: LayerTrace) -> NDArray[np.int64]:
    """[N, H]; of equal shares the first."""
    result = np.full((layer.num_nodes, layer.num_heads), -1)
    source, target = layer.edge_index
    order = np.arange(layer.num_edges)[::-1]
    largest = target_maxima(layer, layer.alpha)
    for head in range(layer.num_heads):
        top = order[layer.alpha[order, head] == largest[target[order], head]]
        result[target[top], head] = source[top]
    return result


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


def _mean(values: Array) -> Array:
    """The mean over nodes of what is no NaN; NaN where nothing is left."""
    there = ~np.isnan(values)
    total, count = np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0)
    result: Array = np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
    return result


def _verdict(head: int, near: int, single: int, normalised: Array, effective: Array, lines: Thresholds) -> str:
    judged = normalised.size
    if judged == 0:
        return f"Head {head}: no node reads two or more, so there is nothing to judge."
    nodes = f"of {several(judged, 'node')}"
    if near >= lines.most_nodes * judged:
        return (
            f"Head {head} is near-uniform on {near} {nodes} (normalised entropy ≥ {lines.near_uniform:g}): it acts "
            "like mean aggregation. With similar features all around, that is expected."
        )
    if single >= lines.most_nodes * judged:
        return (
            f"Head {head} puts {lines.one_neighbour:g} or more on one neighbour at {single} {nodes}: it picks, "
            "where a mean would average."
        )
    return (
        f"Head {head} is near-uniform on {near} {nodes} (normalised entropy ≥ {lines.near_uniform:g}) and puts "
        f"{lines.one_neighbour:g} or more on one neighbour at {single}; its mean normalised entropy is "
        f"{normalised.mean():.2f}, its mean effective number of neighbours {effective.mean():.1f}."
    )
