"""Attention alone: how much of a node's attention arrives over each edge, along all paths through the layers.

N nodes, E edges, H heads, L attention layers, v the node that is asked about.
Source: path attribution, Shin et al. 2024, arXiv 2406.04612.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis.baselines import uniform_weights
from gatviz.analysis.explanation.thresholds import SHUFFLES
from gatviz.attention.layer_trace import Array, LayerTrace
from gatviz.errors import GatvizError, quote
from gatviz.model.reach import Indices, Reach
from gatviz.model.trace import Trace
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

Shares = Sequence[Array]
"""For each layer, first to last, a share for each edge [E], or several of them [D, E]."""

_DRAWS_AT_ONCE = 1 << 22


@dataclass(frozen=True, eq=False)
class Paths:
    """What arrives at v over each edge.

    Attributes:
        parts: [L, …, E] φ of each edge by the layer in which it is passed. mass: [L, …] what is held at nodes that read
            something once the layers after m are walked back through; 1 where every node on the way does.
    """

    parts: Array
    mass: Array

    @property
    def attention(self) -> Array:
        """[…, E]: φ, the parts of all layers added."""
        total: Array = self.parts.sum(0)
        return total


def path_attribution(trace: Trace, node: int | str, *, heads: Sequence[int | None] | None = None) -> pd.DataFrame:
    """φ of every edge that reaches a node in time, also those with value 0, by target, then source.

    φ_ij = Σ_m C[v, i]·A⁽ᵐ⁾[i, j], where A⁽ᵐ⁾ is the attention of layer m, averaged over its heads, and C[v, i] how much
    of v's attention the layers after m bring to i. It follows edges only: what a node keeps of itself by x + step(x),
    jumping knowledge or a residual is left out.

    Arguments:
        node: its number, or its name.
        heads: for each layer one head, or None for the mean over its heads; the mean everywhere if left out.

    Returns:
        Columns: target, source (names), hop, added_loop, attention, attention_l0 … attention_l(L−1).

    Raises:
        GatvizError: a model that ends in one row for the whole graph, a node or a head that is not there.
    """
    v = place_of(trace.graph.names, node)
    reach = reach_of(trace, v)
    layer = trace.layers[0]
    paths = walked(layer.edge_index, layer.num_nodes, v, shares_of(trace, heads))
    return edge_columns(trace, reach).assign(**attention_columns(paths, reach))


def attention_columns(paths: Paths, reach: Reach) -> dict[str, Array]:
    """φ and its parts, of the edges within reach."""
    parts = {f"attention_l{m}": part for m, part in enumerate(paths.parts[:, reach.edges])}
    return {"attention": paths.attention[reach.edges], **parts}


def edge_columns(trace: Trace, reach: Reach) -> pd.DataFrame:
    """What tells the edges within reach from each other: target, source, hop, added_loop."""
    import pandas as pd

    names = np.array(trace.graph.names, dtype=object)
    source, target = trace.layers[0].edge_index[:, reach.edges]
    added = trace.layers[0].added_loops[reach.edges]
    return pd.DataFrame({"target": names[target], "source": names[source], "hop": reach.hop, "added_loop": added})


def reach_of(trace: Trace, node: int) -> Reach:
    """The edges that can move the node's answer.

    Raises:
        GatvizError: after a readout there is no node's answer.
    """
    if trace.reads_out:
        raise GatvizError(
            _("explanation"),
            _("an answer for each node"),
            _("one answer for the whole graph, by a readout"),
            _("ask about a model without readout"),
        )
    layer = trace.layers[0]
    return Reach.of(layer.edge_index, layer.num_nodes, node, len(trace.layers), coupled=trace.coupled)


def place_of(names: Sequence[str], node: int | str) -> int:
    """A node's number, given as such or by its name.

    Raises:
        GatvizError: no node has this number, or this name.
    """
    if isinstance(node, str):
        if node in names:
            return list(names).index(node)
    elif 0 <= int(node) < len(names):
        return int(node)
    expected = _("a number from 0 to {last}, or a name").format(last=len(names) - 1)
    raise GatvizError(_("node"), expected, quote(node), _("name a node of this graph"))


def shares_of(trace: Trace, heads: Sequence[int | None] | None = None) -> list[Array]:
    """For each layer α [E] of one head, or of the mean of all heads.

    Raises:
        GatvizError: not a choice for each layer, or a head that is not there.
    """
    chosen = [None] * len(trace.layers) if heads is None else list(heads)
    counts = [layer.num_heads for layer in trace.layers]
    known = [head is None or 0 <= head < count for head, count in zip(chosen, counts, strict=False)]
    if len(chosen) != len(counts) or not all(known):
        expected = _("for each layer None or one of its heads: {counts}").format(counts=counts)
        raise GatvizError("heads", expected, quote(chosen), _("heads count from 0"))
    layers = zip(trace.layers, chosen, strict=True)
    return [_double(layer).mean(1) if head is None else _double(layer)[:, head] for layer, head in layers]


def equal_shares_of(trace: Trace) -> list[Array]:
    """For each layer 1/|N(i)| of each edge [E]."""
    return [uniform_weights(layer).astype(np.float64) for layer in trace.layers]


def walked(edge_index: Indices, num_nodes: int, node: int, shares: Shares) -> Paths:
    """All paths of attention that end at a node, walked back layer by layer.

    Arguments:
        shares: of each layer [E] or [D, E].
    """
    source, target = edge_index
    order = np.argsort(source, kind="stable")
    starts = np.flatnonzero(np.diff(source[order], prepend=-1))
    reads = np.bincount(target, minlength=num_nodes) > 0
    several = np.asarray(shares[0]).shape[:-1]
    held = np.zeros((*several, num_nodes))
    held[..., node] = 1.0
    parts, mass = [], []
    for share in reversed(shares):
        mass.append(held[..., reads].sum(-1))
        part = held[..., target] * share
        held = np.zeros_like(held)
        if source.size:
            held[..., source[order][starts]] = np.add.reduceat(part[..., order], starts, axis=-1)
        parts.append(part)
    return Paths(np.stack(parts[::-1]), np.stack(mass[::-1]))


def shuffled(trace: Trace, reach: Reach, seed: int, draws: int = SHUFFLES) -> Array:
    """[draws, e]: φ with α shuffled within each target's row and head, loops included."""
    generator = np.random.default_rng(seed)
    edges = reach.edges[reach.hop >= 0]
    nodes, local = np.unique(np.append(trace.layers[0].edge_index[:, edges], reach.node), return_inverse=True)
    index = local[:-1].reshape(2, -1)
    heads = max(layer.num_heads for layer in trace.layers)
    at_once = max(1, _DRAWS_AT_ONCE // max(1, edges.size * heads))
    found = np.zeros((draws, reach.edges.size))
    for start in range(0, draws, at_once):
        count = min(at_once, draws - start)
        shares = [_shuffled(_double(layer)[edges], index[1], count, generator) for layer in trace.layers]
        paths = walked(index, nodes.size, int(local[-1]), shares)
        found[start : start + count, reach.hop >= 0] = paths.attention
    return found


def _shuffled(alpha: Array, target: Indices, draws: int, generator: np.random.Generator) -> Array:
    """[draws, E]: the mean over heads of α, shuffled among the edges into each target, each head by itself."""
    heads = alpha.shape[1]
    keys = target + generator.random((draws, heads, target.size))
    drawn = np.argsort(keys, axis=-1)  # edges are sorted by target, so each stays within its target's run
    values: Array = np.take_along_axis(alpha.T[None], drawn, axis=-1).mean(1)
    return values


def _double(layer: LayerTrace) -> NDArray[np.float64]:
    return layer.alpha.astype(np.float64)
