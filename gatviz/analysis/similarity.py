"""How alike are the heads: do they share attention out alike, and do they rank alike what a node reads?

N nodes, E edges, H heads. A table is a pandas DataFrame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.subject import Analysed, layer_of
from gatviz.analysis.terms import target_sums
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.words import _, commas, ngettext

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class HeadSimilarity:
    """How alike every two heads are.

    Attributes:
        divergence: [H, H] Jensen–Shannon divergence in bits (0 to 1), averaged over the compared targets.
        correlation: [H, H] rank correlation (−1 to 1), averaged over the targets that both heads rank.
            Both are NaN where no target could be compared.
        ranked: [H, H] over how many targets the correlation was averaged.
        compared: how many targets read two or more, and were compared. left_out: how many do not.
        order: the heads, those alike next to each other (hierarchical clustering of the divergence).
        most_alike, least_alike: pairs of heads by divergence, None where there is nothing to compare.
        sentences: what came of it, in words.
    """

    divergence: Array
    correlation: Array
    ranked: NDArray[np.int64]
    compared: int
    left_out: int
    order: tuple[int, ...]
    most_alike: tuple[int, int] | None
    least_alike: tuple[int, int] | None
    sentences: tuple[str, ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each pair of heads: first_head, second_head, divergence_bits, rank_correlation, ranked_targets."""
        import pandas as pd

        rows = [
            (h, k, self.divergence[h, k], self.correlation[h, k], int(self.ranked[h, k]))
            for h, k in combinations(range(len(self.divergence)), 2)
        ]
        columns = ["first_head", "second_head", "divergence_bits", "rank_correlation", "ranked_targets"]
        return pd.DataFrame(rows, columns=columns)


def head_similarity(trace: Analysed) -> HeadSimilarity:
    """Compare every two heads of a layer.

    Targets that read fewer than two nodes give every head the same α, so they are left out and counted.
    """
    layer = layer_of(trace)
    several_sources = np.diff(layer.ptr) >= 2
    compared = int(several_sources.sum())
    divergence = _divergence(layer, several_sources)
    correlation, ranked = _rank_correlation(layer)
    pairs = list(combinations(range(layer.num_heads), 2)) if compared else []
    by_divergence = sorted(pairs, key=lambda pair: divergence[pair])
    most, least = (by_divergence[0], by_divergence[-1]) if pairs else (None, None)
    return HeadSimilarity(
        divergence=divergence,
        correlation=correlation,
        ranked=ranked,
        compared=compared,
        left_out=layer.num_nodes - compared,
        order=_clustered(divergence),
        most_alike=most,
        least_alike=least,
        sentences=_sentences(divergence, correlation, by_divergence, compared, layer),
    )


def _divergence(layer: LayerTrace, several_sources: NDArray[np.bool_]) -> Array:
    from scipy.special import rel_entr

    H = layer.num_heads
    result = np.zeros((H, H)) if several_sources.any() else np.full((H, H), np.nan)
    if not several_sources.any():
        return result
    alpha = layer.alpha.astype(np.float64)
    for h, k in combinations(range(H), 2):
        p, q = alpha[:, h], alpha[:, k]
        middle = (p + q) / 2
        bits = target_sums(layer, rel_entr(p, middle) + rel_entr(q, middle)) / (2 * np.log(2))
        result[h, k] = result[k, h] = np.clip(bits[several_sources], 0, 1).mean()
    return result


def _rank_correlation(layer: LayerTrace) -> tuple[Array, NDArray[np.int64]]:
    target = layer.edge_index[1]
    middle = (np.diff(layer.ptr) - 1) / 2
    ranks = np.stack([ranks_within(layer, column) for column in layer.alpha.T], axis=1) - middle[target][:, None]
    spread = target_sums(layer, ranks**2)
    H = layer.num_heads
    correlation, ranked = np.full((H, H), np.nan), np.zeros((H, H), dtype=np.int64)
    for h in range(H):
        for k in range(h, H):
            both = (spread[:, h] > 0) & (spread[:, k] > 0)
            if both.any():
                product = target_sums(layer, ranks[:, h] * ranks[:, k])[both]
                value = float((product / np.sqrt(spread[both, h] * spread[both, k])).mean())
                correlation[h, k] = correlation[k, h] = min(max(value, -1.0), 1.0)
            ranked[h, k] = ranked[k, h] = int(both.sum())
    return correlation, ranked


def ranks_within(layer: LayerTrace, values: Array) -> Array:
    """[E]: the place of each edge's value among those of its target, from 0 for the smallest; ties share the mean."""
    target = layer.edge_index[1]
    order = np.lexsort((values, target))
    sorted_values, sorted_targets = values[order], target[order]
    starts = np.ones(order.size, dtype=bool)
    starts[1:] = (np.diff(sorted_values) != 0) | (np.diff(sorted_targets) != 0)
    group = np.cumsum(starts) - 1
    places = np.arange(order.size) - layer.ptr[sorted_targets]
    means = np.bincount(group, places) / np.maximum(np.bincount(group), 1)
    ranks = np.empty(order.size)
    ranks[order] = means[group]
    return ranks


def _clustered(divergence: Array) -> tuple[int, ...]:
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    H = len(divergence)
    if H < 3 or np.isnan(divergence).any():
        return tuple(range(H))
    tree = linkage(squareform(divergence, checks=False), "average", optimal_ordering=True)
    return tuple(int(head) for head in leaves_list(tree))


def _sentences(
    divergence: Array, correlation: Array, by_divergence: list[tuple[int, int]], compared: int, layer: LayerTrace
) -> tuple[str, ...]:
    if layer.num_heads == 1:
        return (_("There is one head, so there is nothing to compare."),)
    if not compared:
        return (_("No node reads two or more nodes, so every head gives the same α: there is nothing to compare."),)

    def told(pair: tuple[int, int]) -> str:
        bits = _("Jensen–Shannon divergence {bits:.3f} bits").format(bits=divergence[pair])
        rank = correlation[pair]
        if np.isnan(rank):
            ranks = _("no rank correlation, as one of them does not rank")
        else:
            ranks = _("rank correlation {value}").format(value=f"{rank:.2f}".replace("-", "−"))
        return commas([bits, ranks])

    basis = ngettext(
        "Compared on {n} node that reads two or more", "Compared on {n} nodes that read two or more", compared
    ).format(n=compared)
    left_out = layer.num_nodes - compared
    others = ngettext("{basis}; {n} other left out.", "{basis}; {n} others left out.", left_out)
    basis = others.format(basis=basis, n=left_out) if left_out else f"{basis}."
    first, last = by_divergence[0], by_divergence[-1]
    if first == last:
        return (_("Heads {a} and {b}: {told}.").format(a=first[0], b=first[1], told=told(first)), basis)
    return (
        _("Heads {a} and {b} are the most alike: {told}.").format(a=first[0], b=first[1], told=told(first)),
        _("Heads {a} and {b} are the least alike: {told}.").format(a=last[0], b=last[1], told=told(last)),
        basis,
    )
