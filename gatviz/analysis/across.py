"""Attention across layers: what a node reads from k hops away, as the product of the layers' attention matrices.

N nodes, L layers, H heads. The idea is attention rollout (Abnar, Zuidema 2020, arXiv 2005.00928), here without its
identity added for residual connections, over the edges of a graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gatviz.analysis.baselines import mean_of_heads
from gatviz.analysis.subject import called, listed
from gatviz.attention.layer_trace import MAX_DENSE_NODES, Array, LayerTrace
from gatviz.errors import GatvizError
from gatviz.model.around import Readout
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace, attention_in
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class AcrossLayers:
    """The product A_L ··· A_1 of the layers' matrices, A_l[i, j] the mean of the heads' α_ij.

    Attributes:
        names: of the nodes. steps: the matrices A_1 … A_L, [N, N] sparse.
        row_sums: [N] 1 where nothing is lost; less where a node reads nothing in some layer on the way.
        sentences: what is lost, and the caveat.
    """

    names: tuple[str, ...]
    steps: tuple[csr_array, ...]
    row_sums: Array
    sentences: tuple[str, ...]

    @cached_property
    def matrix(self) -> Array:
        """[N, N]: the share of source j in what target i reads through all layers.

        Raises:
            GatvizError: above 200 nodes; ask for `reads` of a node there.
        """
        if len(self.names) > MAX_DENSE_NODES:
            expected = _("at most {n} nodes").format(n=MAX_DENSE_NODES)
            raise GatvizError(_("attention across layers"), expected, str(len(self.names)), _("ask for one node"))
        product = np.eye(len(self.names))
        for step in self.steps:
            product = step @ product
        return product

    def reads(self, node: int) -> pd.DataFrame:
        """What a node reads through all layers, largest share first: source, share, hops.

        `hops` is the length of the shortest way along the arrows, 0 for the node itself.

        Raises:
            GatvizError: a node that is not there.
        """
        import pandas as pd

        shares, hops = self._from(node)
        found = np.flatnonzero(shares > 0)
        order = found[np.argsort(-shares[found], kind="stable")]
        names = np.array(self.names, dtype=object)
        return pd.DataFrame({"source": names[order], "share": shares[order], "hops": hops[order]})

    def by_hops(self, node: int) -> pd.DataFrame:
        """How much a node reads from each distance: hops 0 … L, share, sources (how many nodes)."""
        import pandas as pd

        shares, hops = self._from(node)
        distances = np.arange(len(self.steps) + 1)
        return pd.DataFrame(
            {
                "hops": distances,
                "share": [float(shares[hops == k].sum()) for k in distances],
                "sources": [int(((hops == k) & (shares > 0)).sum()) for k in distances],
            }
        )

    @property
    def table(self) -> pd.DataFrame:
        """A row for every node and each distance: node, hops, share, sources."""
        import pandas as pd

        parts = [self.by_hops(n).assign(node=name) for n, name in enumerate(self.names)]
        columns = ["node", "hops", "share", "sources"]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

    def _from(self, node: int) -> tuple[Array, Array]:
        """One row of the product, and the distance of every node (−1 where it is out of reach)."""

        from scipy.sparse import csr_array

        if not 0 <= node < len(self.names):
            expected = _("a node from 0 to {last}").format(last=len(self.names) - 1)
            raise GatvizError(_("attention across layers"), expected, str(node), _("choose one that is there"))
        shares = np.zeros(len(self.names))
        shares[node] = 1.0
        hops = np.where(shares > 0, 0, -1)
        reached = shares > 0
        for k, step in enumerate(reversed(self.steps), start=1):
            shares = shares @ step
            # Which edges there are, not how strong they are: a share of 0 is an arrow all the same.
            pattern = csr_array((np.ones_like(step.data), step.indices, step.indptr), step.shape)
            reached = (reached @ pattern) > 0
            hops[reached & (hops < 0)] = k
        return shares, hops


def attention_across_layers(trace: Trace) -> AcrossLayers:
    """Follow attention through all layers of a model's run; one layer gives its mean of the heads."""
    steps = tuple(_matrix(layer) for layer in trace.layers)
    sums: Array = np.ones(trace.graph.num_nodes)
    for step in steps:
        sums = step @ sums
    return AcrossLayers(trace.graph.names, steps, sums, _sentences(trace, sums))


def _matrix(layer: LayerTrace) -> csr_array:
    """Row = target i; the edges are sorted by target and source already."""

    from scipy.sparse import csr_array

    shape = (layer.num_nodes, layer.num_nodes)
    return csr_array((mean_of_heads(layer).astype(np.float64), layer.edge_index[0], layer.ptr), shape)


def _sentences(trace: Trace, sums: Array) -> tuple[str, ...]:
    told = []
    names = np.array(trace.graph.names, dtype=object)
    silent = names[(np.stack([np.diff(layer.ptr) for layer in trace.layers]) == 0).any(axis=0)]
    if silent.size:
        who = listed([called(name) for name in silent.tolist()])
        reads = ngettext(
            "{who} reads nothing, so what would come through there is lost: {loss}.",
            "{who} read nothing, so what would come through there is lost: {loss}.",
            silent.size,
        )
        lost = int((sums < 1 - 1e-6).sum())
        loss = ngettext(
            "the row of {n} node sums to less than 1", "the rows of {n} nodes sum to less than 1", lost
        ).format(n=lost)
        told.append(reads.format(who=who, loss=loss))
    else:
        told.append(_("Every row sums to 1."))
    told.append(
        _(
            "It follows attention alone: heads are averaged, and projections, activations and biases are left out. "
            "A share says where attention leads, not how much the output depends on it."
        )
    )
    if any(layer.residual is not None for layer in trace.layers) or any(map(_passes_on, trace.steps)):
        told.append(_("Residual connections pass a node's own features on past attention; they are left out too."))
    if any(map(_couples, trace.steps)):
        told.append(_("A norm over all nodes lets every node move every other, whatever the arrows; left out too."))
    return tuple(told)


def _passes_on(step: StepTrace) -> bool:
    """Whether features go around an attention layer in this step."""
    return bool(step.blocks) or (bool(step.inside) and bool(attention_in([step])))


def _couples(step: StepTrace) -> bool:
    """Whether every node moves every other in this step, which still gives a row for each."""
    own = isinstance(step.step, Step) and step.step.couples and not isinstance(step.step, Readout)
    return own or any(map(_couples, step.inside))
