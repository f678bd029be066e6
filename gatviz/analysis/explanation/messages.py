"""What was sent: how far the margin would fall without each edge, if nothing bent on the way.

E edges, H heads, C features per head, N nodes; z the outputs at the node, c its class, p its probability.
Source: attention is not only a weight, Kobayashi et al. 2020, arXiv 2004.10102.
"""

from __future__ import annotations

import numpy as np

from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.model.reach import Indices
from gatviz.model.without import Sensitivity

_NEARLY_ALL = 1e-6
"""Up to here 1 − α, and what is left of h′ without the edge, are lost in rounding: the rest is added up instead."""


def message_values(found: Sensitivity, edges: Indices) -> Array:
    """[e]: Σ over layers and heads of g_i·α_ij(Wh_j − h′_i)/(1 − α_ij), g the margin's gradient at h′_i.

    The fraction is what h′_i loses when the edge goes and the rest is renormalised; with α_ij = 1 it is all of Wh_j. So
    the value linearises the removal: close to it by construction, and exact where nothing bends after the only layer.
    """
    total = np.zeros(edges.size)
    for layer, gradient in zip(found.trace.layers, found.gradients, strict=True):
        lost = _lost(layer, edges)
        total += (gradient[layer.edge_index[1, edges]] * lost).sum((1, 2))
    return total


def gradient_times_alpha(found: Sensitivity, edges: Indices) -> Array:
    """[e]: Σ over layers and heads of α_ij times the margin's gradient at α_ij, which is g_i·Wh_j."""
    total = np.zeros(edges.size)
    for layer, gradient in zip(found.trace.layers, found.gradients, strict=True):
        sent = layer.alpha[edges][:, :, None] * layer.features_read(edges)
        total += (gradient[layer.edge_index[1, edges]] * sent).sum((1, 2))
    return total


def margins(outputs: Array, column: int) -> Array:
    """[…]: z_c − logsumexp of the others, from outputs […, K]; log-odds of class c."""
    others = np.delete(outputs, column, axis=-1)
    largest = others.max(axis=-1, keepdims=True)
    result: Array = outputs[..., column] - (largest + np.log(np.exp(others - largest).sum(-1, keepdims=True)))[..., 0]
    return result


def probabilities(outputs: Array) -> Array:
    """[…, K]: the softmax of outputs."""
    powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    result: Array = powers / powers.sum(-1, keepdims=True)
    return result


def of_margin(margin: Array) -> Array:
    """p_c from its log-odds."""
    powers = np.exp(-np.abs(margin))
    result: Array = np.where(margin >= 0, 1.0, powers) / (1.0 + powers)
    return result


def _lost(layer: LayerTrace, edges: Indices) -> Array:
    """[e, H, C]: what h′ of the target loses with each edge."""
    target = layer.edge_index[1, edges]
    alpha = layer.alpha[edges][:, :, None]
    read = layer.features_read(edges)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost: Array = alpha * (read - layer.h_prime[target]) / (1.0 - alpha)
    for place, head in np.argwhere(1.0 - alpha[..., 0] < _NEARLY_ALL):
        lost[place, head] = alpha[place, head] * (read[place, head] - _rest(layer, int(edges[place]), int(head)))
    return lost


def _rest(layer: LayerTrace, edge: int, head: int) -> Array:
    """[C]: h′ of an edge's target in one head without the edge, the other shares renormalised; 0 where none is left."""
    into = layer.edges_into(int(layer.edge_index[1, edge]))
    others = np.setdiff1d(np.arange(into.start, into.stop), [edge])
    alpha = layer.alpha[others, head]
    if not alpha.sum() > 0:
        return np.zeros(layer.head_features)
    result: Array = (alpha / alpha.sum()) @ layer.features_read(others)[:, head]
    return result
