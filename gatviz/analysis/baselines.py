"""Weights to compare α with: GCN's, the plain mean, and what all heads give on average. All [E]."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from gatviz.analysis.subject import Analysed, layer_of
from gatviz.attention.layer_trace import Array
from gatviz.errors import GatvizError, quote
from gatviz.words import _, or_list

Baseline = Literal["mean", "gcn", "uniform"]
WeightingKey = int | Baseline
"""A head by its number, or "mean" (of the heads), "gcn" (1/√(d_i d_j)) or "uniform" (1/|N(i)|)."""


_COLUMNS = {"mean": "mean of heads", "gcn": "GCN weight", "uniform": "uniform"}


def gcn_weights(trace: Analysed) -> Array:
    """1/√(d_i d_j) for each edge [E]; d counts incoming edges, loops included, and 1/√0 counts as 0.

    Rows need not sum to 1. Source: Kipf & Welling 2017, arXiv 1609.02907.
    """
    layer = layer_of(trace)
    degree = np.diff(layer.ptr).astype(np.float64)
    root = np.divide(1.0, np.sqrt(degree), out=np.zeros_like(degree), where=degree > 0)
    source, target = layer.edge_index
    result: Array = (root[target] * root[source]).astype(layer.alpha.dtype)
    return result


def uniform_weights(trace: Analysed) -> Array:
    """1/|N(i)| for each edge [E]: what uniform attention would give."""
    layer = layer_of(trace)
    degree = np.diff(layer.ptr)
    result: Array = (1.0 / degree[layer.edge_index[1]]).astype(layer.alpha.dtype)
    return result


def mean_of_heads(trace: Analysed) -> Array:
    """The average of α over the heads [E]: derived, no head computed it."""
    mean: Array = layer_of(trace).alpha.mean(axis=1)
    return mean


def weighting_of(trace: Analysed, which: WeightingKey) -> Array:
    """The weights [E] of a head or a baseline.

    Raises:
        GatvizError: a head that is not there, or an unknown word.
    """
    layer = layer_of(trace)
    if which == "mean":
        return mean_of_heads(layer)
    if which == "gcn":
        return gcn_weights(layer)
    if which == "uniform":
        return uniform_weights(layer)
    if isinstance(which, int | np.integer) and not isinstance(which, bool) and 0 <= which < layer.num_heads:
        head: Array = layer.alpha[:, which]
        return head
    heads = _("a head from 0 to {last}").format(last=layer.num_heads - 1)
    raise GatvizError(_("weights"), or_list([heads, *get_args(Baseline)]), quote(which), _("choose one of those"))


def name_of(which: WeightingKey) -> str:
    """How a choice of weights is called on the screen, within a sentence."""
    if isinstance(which, str):
        return {"mean": _("mean of heads"), "gcn": _("GCN weight"), "uniform": _("uniform")}[which]
    return _("head {head}").format(head=which)


def column_of(which: WeightingKey) -> str:
    """What its column is called in tables, the same in every language."""
    return f"head {which}" if not isinstance(which, str) else _COLUMNS[which]
