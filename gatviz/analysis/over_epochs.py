"""What attention does while it is learnt: how evenly each head shares out at an epoch, and since when it stays so.

One rule for all that is said of epochs: something holds *from epoch n on* if it holds at n and at every later epoch
that is there, for at least `AT_LEAST` of them. Until training ends that is "so far". What held so long and then ended
is withdrawn, and that is said too. N nodes, E edges, H heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.terms import entropy_terms
from gatviz.attention.layer_trace import Array

AT_LEAST = 20
"""Epochs that something has to hold for, before it is said."""
AVERAGES_ABOVE = 0.95
"""A head whose mean evenness is below stops averaging: it reads like less than 19 of 20 neighbours."""


@dataclass(frozen=True, eq=False)
class HeadsAt:
    """What each head of a layer does at one epoch, in means over the nodes that read two or more.

    Attributes:
        evenness: [H] effective neighbours exp(entropy) as a part of those read; 1 is uniform. NaN where no node
            reads two. effective: [H] the effective neighbours themselves. neighbours: those read.
        source: [H] whom the head listens to: the node that gains most over its even shares, summed over all who read
            it, its own loop included; −1 without edges.
        share: [H] what those who read it give it on average. even: [H] what equal shares would. readers: [H] how many.
    """

    evenness: Array
    effective: Array
    neighbours: float
    source: NDArray[np.int64]
    share: Array
    even: Array
    readers: NDArray[np.int64]


def heads_at(alpha: Array, edge_index: NDArray[np.int64], ptr: NDArray[np.int64]) -> HeadsAt:
    """From α [E, H] over edges sorted by target, and the pointers [N + 1] to each target's edges."""
    counts = np.diff(ptr)
    E, H = alpha.shape
    nothing = np.full(H, np.nan)
    if not E:
        return HeadsAt(nothing, nothing, float("nan"), np.full(H, -1), nothing, nothing, np.zeros(H, dtype=np.int64))
    alpha = alpha.astype(np.float64)
    judged = counts >= 2
    if judged.any():
        reads = np.flatnonzero(counts)
        entropy = np.add.reduceat(entropy_terms(alpha), ptr[reads], axis=0)[judged[reads]]
        read = counts[judged, None]
        effective = np.clip(np.exp(entropy), 1.0, read)
        means = (effective / read).mean(axis=0), effective.mean(axis=0), float(read.mean())
    else:
        means = nothing, nothing, float("nan")
    source, target = edge_index
    even = 1.0 / counts[target]
    gains = np.zeros((len(counts), H))
    np.add.at(gains, source, alpha - even[:, None])
    read_by = np.bincount(source, minlength=len(counts))
    gains[read_by == 0] = -np.inf
    best = gains.argmax(axis=0)
    readers = read_by[best]
    shares = np.array([alpha[source == node, head].sum() for head, node in enumerate(best)])
    evens = np.bincount(source, even, minlength=len(counts))[best]
    return HeadsAt(*means, best.astype(np.int64), shares / readers, evens / readers, readers.astype(np.int64))


@dataclass(frozen=True)
class Spell:
    """A run of epochs over which something held, first and last included; `stands` if it holds to the end."""

    first: int
    last: int
    stands: bool


def spells(epochs: Sequence[int], holds: Sequence[bool], at_least: int = AT_LEAST) -> tuple[Spell, ...]:
    """Every run of epochs, in order, over which something held for at least so many epochs.

    Arguments:
        epochs: numbers, rising; some may be missing. holds: whether it does, at each.
    """
    found: list[Spell] = []
    first: int | None = None
    for k, (epoch, held) in enumerate(zip(epochs, holds, strict=True)):
        if held and first is None:
            first = epoch
        ends = held and k == len(epochs) - 1
        if first is not None and (ends or not held):
            last = epoch if held else epochs[k - 1]
            if last - first + 1 >= at_least:
                found.append(Spell(first, last, ends))
            first = None
    return tuple(found)


@dataclass(frozen=True)
class Level:
    """At least `right` nodes are right from an epoch on."""

    epoch: int
    right: int


def levels(epochs: Sequence[int], right: Sequence[float], count: int, at_least: int = AT_LEAST) -> tuple[Level, ...]:
    """From when on three quarters of the nodes are right, and the most that ever are from some epoch on.

    Arguments:
        right: how many nodes are right at each epoch, of `count`. One that is not more than the other is left out, and
            so are levels that epoch 0 already has.
    """
    if not count or len(epochs) < 2 or epochs[-1] - epochs[0] + 1 < at_least:
        return ()
    lowest = np.minimum.accumulate(np.asarray(right, dtype=np.float64)[::-1])[::-1]
    long_enough = np.asarray(epochs) <= epochs[-1] - at_least + 1
    final = int(lowest[long_enough].max())
    found: list[Level] = []
    for wanted in (-(-3 * count // 4), final):
        since = int(np.argmax(lowest >= wanted))
        if wanted <= final and since > 0 and all(level.right < wanted for level in found):
            found.append(Level(int(epochs[since]), wanted))
    return tuple(found)


def mean_right(epochs: Sequence[int], right: Sequence[float]) -> float:
    """How many are right on average over the later half of the epochs; NaN without epochs."""
    if not len(epochs):
        return float("nan")
    later = np.asarray(epochs) >= (epochs[0] + epochs[-1]) / 2
    return float(np.asarray(right, dtype=np.float64)[later].mean())


def same_but_for_one(first: float, second: float) -> bool:
    """Whether two numbers of right nodes differ by one node at most: that is no difference."""
    return abs(first - second) <= 1.0


def predicted_and_sure(out: Array) -> tuple[NDArray[np.int64], Array]:
    """Of each node the class with the largest output [N] (the first of equals), and its probability by softmax [N]."""
    scores = out.astype(np.float64)
    logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    predicted = scores.argmax(axis=1).astype(np.int64)
    return predicted, np.exp(logs[np.arange(len(scores)), predicted])


@dataclass(frozen=True, eq=False)
class SeedTold:
    """What one seed's training came to.

    Attributes:
        epochs: [K] whose α is known. least_even: [K] the evenness of the least even head. right: how many others were
            right at each epoch from 0 on.
        stops: whether a head stops averaging and stays so. source: whom the least even of these listens to at the end;
            None if none stops. mean: [E] α in the last epoch, the mean over heads: heads have no names across seeds,
            so no head is told apart. even: [E] the even shares.
    """

    seed: int
    epochs: tuple[int, ...]
    least_even: Array
    right: Array
    stops: bool
    source: int | None
    mean: Array
    even: Array


def seed_told(
    seed: int,
    epochs: Sequence[int],
    heads: Sequence[HeadsAt],
    right: Sequence[float],
    alpha: Array,
    ptr: NDArray[np.int64],
) -> SeedTold:
    """From what the heads of a layer did at the epochs that are known, and its α [E, H] at the last of them."""
    even = np.stack([one.evenness for one in heads])
    stopped = [
        head
        for head in range(even.shape[1])
        if any(spell.stands for spell in spells(epochs, (even[:, head] < AVERAGES_ABOVE).tolist()))
    ]
    source = None
    if stopped:
        least = min(stopped, key=lambda head: (float(even[-1, head]), head))
        source = int(heads[-1].source[least])
    lowest = np.nan_to_num(even, nan=1.0).min(axis=1)
    counts = np.diff(ptr)
    mean, shares = alpha.astype(np.float64).mean(axis=1), np.repeat(1 / np.maximum(counts, 1), counts)
    known = np.asarray(right, dtype=np.float64)
    return SeedTold(seed, tuple(epochs), lowest, known, bool(stopped), source, mean, shares)


def agreement_of_seeds(told: Sequence[SeedTold]) -> tuple[float, float]:
    """How far seeds agree on α, the mean over heads: Pearson's r of two of them on average, and the same of what α has
    over even shares. NaN where α is the same on all edges, or there are not two seeds."""
    means = np.stack([one.mean for one in told])
    return _mean_r(means), _mean_r(means - np.stack([one.even for one in told]))


def _mean_r(rows: Array) -> float:
    centred = rows - rows.mean(axis=1, keepdims=True)
    sizes = np.linalg.norm(centred, axis=1)
    if len(rows) < 2 or not rows.shape[1] or (sizes < 1e-9).any():
        return float("nan")
    unit = centred / sizes[:, None]
    return float((unit @ unit.T)[np.triu_indices(len(rows), 1)].mean())


def band(lines: Sequence[Array]) -> tuple[Array, Array]:
    """The lowest and the highest of several lines, as far as all of them go."""
    length = min(len(line) for line in lines)
    stacked = np.stack([line[:length] for line in lines])
    return stacked.min(axis=0), stacked.max(axis=0)
