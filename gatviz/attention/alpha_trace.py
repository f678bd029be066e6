"""`AlphaTrace`: a layer of which nothing is known but the α that it gave. N nodes, E edges, H heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.attention.stage_row import ALPHA_ALONE

SUMS_TO_ONE = 1e-3
"""A given row whose sum is no further from 1 is said to sum to 1: half precision gives three digits."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class AlphaTrace(LayerTrace):
    """α as somebody gave it. What else a layer has is not here: such fields have no columns, h′ and out neither."""

    kind: ClassVar[str] = ALPHA_ALONE

    @classmethod
    def of(cls, edge_index: NDArray[np.int64], alpha: Array, x: Array) -> AlphaTrace:
        """α [E, H] on edges [2, E] in any order, of which none stands twice; x [N, F]."""
        order = np.lexsort((edge_index[0], edge_index[1]))
        edges, nodes = edge_index[:, order], x.shape[0]
        nothing = np.zeros((nodes, 0), alpha.dtype)
        none: Any = None
        return cls(
            x=x,
            edge_index=edges,
            ptr=np.searchsorted(edges[1], np.arange(nodes + 1)),
            input_edge=order,
            e=np.zeros((edges.shape[1], 0), alpha.dtype),
            alpha=alpha[order],
            dropout_mask=none,
            alpha_dropped=none,
            h_prime=np.zeros((nodes, alpha.shape[1], 0), alpha.dtype),
            combined=nothing,
            residual=none,
            pre_activation=nothing,
            out=nothing,
            weights={},
            negative_slope=0.0,
            dropout=0.0,
            concat=True,
            activation=None,
            attention="given",
        )

    @property
    def source_features(self) -> Array:
        """[N, H, 0]."""
        return self.h_prime

    def all_pairs(self, name: str, head: int) -> Array | None:  # noqa: ARG002
        """No score is known of any pair."""
        return None


def sums_to_one(trace: LayerTrace) -> bool:
    """Whether every row of α does, as it does where a softmax was computed here."""
    rows = row_sums(trace)[np.diff(trace.ptr) > 0] if trace.alpha_alone else np.ones(0)
    return bool(np.abs(rows - 1).max(initial=0.0) <= SUMS_TO_ONE)


def row_sums(trace: LayerTrace) -> Array:
    """[N, H]: what α adds up to for each node; 0 for one that reads none."""
    sums = np.zeros((trace.num_nodes, trace.num_heads))
    np.add.at(sums, trace.edge_index[1], trace.alpha)
    return sums
