"""The parts that scores and shares are made of, for all arcs at once. E arcs, N nodes, H heads, C features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatviz.trace import Array, GATTrace, LayerTrace


@dataclass(frozen=True)
class SoftmaxTerms:
    """The softmax as fractions: α = terms / denominators of the target.

    Attributes:
        terms: [E, H] exp(e − maximum of the target). maxima, denominators: [N, H]; 0 for a node that reads none.
    """

    terms: Array
    maxima: Array
    denominators: Array


@dataclass(frozen=True)
class ScoreTerms:
    """raw as sums over dimensions: target[i, h, c] = a_target[c]·Wh_i[c], source[j, h, c] alike; [N, H, C]."""

    target: Array
    source: Array


def softmax_terms(trace: LayerTrace) -> SoftmaxTerms:
    """Numerators and denominators of every α, the maximum of each target subtracted first."""
    shape = (trace.num_nodes, trace.num_heads)
    maxima, denominators = np.zeros(shape, trace.e.dtype), np.zeros(shape, trace.e.dtype)
    reads = np.diff(trace.ptr) > 0
    target = trace.edge_index[1]
    if trace.num_edges == 0:
        return SoftmaxTerms(np.zeros_like(trace.e), maxima, denominators)
    starts = trace.ptr[:-1][reads]
    maxima[reads] = np.maximum.reduceat(trace.e, starts, axis=0)
    terms = np.exp(trace.e - maxima[target])
    denominators[reads] = np.add.reduceat(terms, starts, axis=0)
    return SoftmaxTerms(terms, maxima, denominators)


def score_terms(trace: GATTrace) -> ScoreTerms:
    """What each dimension adds to the scores."""
    return ScoreTerms(trace.Wh * trace.weights["a_target"], trace.Wh * trace.weights["a_source"])


def messages(trace: LayerTrace) -> Array:
    """α_ij·Wh_j [E, H, C], with the α that the layer used (after dropout, if on); they add up to h′."""
    used = trace.alpha if trace.alpha_dropped is None else trace.alpha_dropped
    result: Array = used[:, :, None] * trace.source_features[trace.edge_index[0]]
    return result
