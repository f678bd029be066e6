"""The parts that scores and shares are made of, for all edges at once. E edges, N nodes, H heads, C features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import Array, GATTrace, LayerTrace

_MAX_EXPONENT = 8.0
"""Up to exp(8) = 2981, four digits, and down to exp(−8) = 0.000335."""


@dataclass(frozen=True)
class SoftmaxTerms:
    """The softmax as fractions: α = terms / denominators of the target. All in the trace's precision, added in double.

    Attributes:
        terms: [E, H] exp(e − maximum of the target). maxima, denominators: [N, H]; 0 for a node that reads none.
    """

    terms: Array
    maxima: Array
    denominators: Array


@dataclass(frozen=True)
class ScoreTerms:
    """raw as sums over dimensions: target[i, h, c] = a_target[c]·Wh_i[c], source[j, h, c] alike; [N, H, C].

    b_a, where the layer has it, is raw's too.
    `edge` [E, H, C] is a_edge·W_edge f_ij alike; None where the layer reads no edge features.
    """

    target: Array
    source: Array
    edge: Array | None = None


def softmax_terms(trace: LayerTrace) -> SoftmaxTerms:
    """Numerators and denominators of every α, the maximum of each target subtracted; of equal shares 1 and |N(i)|."""
    if trace.attention == "equal":
        ones = np.ones_like(trace.e)
        return SoftmaxTerms(ones, np.zeros((trace.num_nodes, trace.num_heads), ones.dtype), target_sums(trace, ones))
    maxima = target_maxima(trace, trace.e)
    terms = np.exp(trace.e - maxima[trace.edge_index[1]])
    return SoftmaxTerms(terms, maxima, target_sums(trace, terms))


def score_terms(trace: GATTrace) -> ScoreTerms:
    """What each dimension adds to the scores."""
    edge = None if trace.Wf_edge is None else trace.Wf_edge * trace.weights["a_edge"]
    return ScoreTerms(trace.Wh * trace.weights["a_target"], trace.Wh * trace.weights["a_source"], edge)


def messages(trace: LayerTrace) -> Array:
    """α_ij·Wh_j [E, H, C], and with the edge in the message α_ij·(Wh_j + W_edge f_ij); they add up to h′.

    α is what the layer used (after dropout, if on).
    """
    result: Array = used_alpha(trace)[:, :, None] * trace.features_read(slice(None))
    return result


def used_alpha(trace: LayerTrace) -> Array:
    """[E, H]: the shares that h′ was made with, α itself or α after dropout."""
    return trace.alpha if trace.alpha_dropped is None else trace.alpha_dropped


def subtracted(e: Array) -> float:
    """What is taken from the scores of one target before exp: nothing, so that exp(e) can be read as it stands, or
    their maximum where the numbers would grow too large or too small to read. α is the same either way."""
    return float(e.max()) if e.size and float(np.abs(e).max()) > _MAX_EXPONENT else 0.0


def entropy_terms(shares: Array) -> Array:
    """−p ln p of each share p, 0 for a share of 0.

    scipy.special.entr gives the same; to load it takes a tenth of a second of the first picture's time.
    """
    logarithms = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    terms: Array = 0.0 - shares * logarithms
    return terms


def target_sums(trace: LayerTrace, values: Array) -> Array:
    """Sums of [E, …] over the edges of each target: [N, …], 0 for a node that reads none."""
    return _over_targets(trace, values, np.add)


def target_maxima(trace: LayerTrace, values: Array) -> Array:
    """Maxima of [E, …] over the edges of each target: [N, …], 0 for a node that reads none."""
    return _over_targets(trace, values, np.maximum)


def _over_targets(trace: LayerTrace, values: Array, operation: np.ufunc) -> Array:
    result = np.zeros((trace.num_nodes, *values.shape[1:]), values.dtype)
    reads = np.diff(trace.ptr) > 0
    if reads.any():
        exact = np.float64 if operation is np.add else None  # thousands of terms would drift in single precision
        result[reads] = operation.reduceat(values, trace.ptr[:-1][reads], axis=0, dtype=exact)
    return result


def strongest_into(target: NDArray[np.int64], values: Array, num_nodes: int) -> NDArray[np.int64]:
    """[num_nodes]: which of the edges into each node has the largest size, of equals the first; −1 for none.

    Arguments:
        target: [A] where each edge ends. values: [A], shares or changes of them.
    """
    result = np.full(num_nodes, -1)
    order = np.argsort(-np.abs(values), kind="stable")[::-1]
    result[target[order]] = order  # of several to one place the last counts, here the largest
    return result
