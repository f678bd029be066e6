"""A node's answer without some of the edges that reach it: the model run anew, many removals side by side.

v the node that is asked about, L attention layers, n nodes and e edges within reach of v, K outputs. All in float64, in
evaluation, on the CPU, whatever the model that is asked about runs in.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatviz.attention.edges import Edges
from gatviz.attention.loop_features import AS_ADDED
from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.reach import Indices, Reach
from gatviz.model.trace import Trace
from gatviz.words import _

_MAX_COPIES = 64
_VALUES = 1 << 19
"""So many numbers of one layer, about, are worked on at once: they stay in the processor's cache."""
_SPARSE_BELOW = 0.05


def in_double(model: GAT) -> GAT:
    """A copy of a model in float64, in evaluation, on the CPU.

    Raises:
        GatvizError: a model that ends in one row for the whole graph.
    """
    if model.reads_out:
        raise GatvizError(
            _("explanation"),
            _("an answer for each node"),
            _("one answer for the whole graph, by a readout"),
            _("ask about a model without readout"),
        )
    return doubled(model)


def doubled(model: GAT) -> GAT:
    """The same of any model, also of one that reads out."""
    return copy.deepcopy(model).cpu().double().eval()


class Without:
    """Runs a model without some of its edges, and gives what comes out at one node.

    Of the graph only what reaches the node is run, in as many copies side by side as there are removals. In each copy
    the edges that are removed end at nodes of their own, which nothing reads: so the sizes, and with them the kernels
    and every digit, are the same whatever is removed, and however many removals are asked for at once. Where a step
    couples all nodes, copies cannot stand beside each other; the whole graph is run for each removal.

    Arguments:
        model: as `in_double` gives it.
        whole: run the whole graph even where a part of it would do.
    """

    def __init__(self, model: GAT, graph: Graph, node: int, *, whole: bool = False) -> None:
        self._loop_features = model.loop_features if model.self_loops == "add_missing" else None
        _x, edges = model.inputs(graph)
        self.settled = edges
        arrays = edges.arrays
        self.edge_index, self.input_edge = arrays["edge_index"], arrays["input_edge"]
        layers, coupled = len(model.attention_layers), model.couples[1]
        self.reach = Reach.of(self.edge_index, graph.num_nodes, node, layers, coupled=coupled)
        self._alone = any(model.couples)
        self._model = copy.copy(model)
        self.classes = model.classes
        self._model.self_loops, self._model.loop_features = "as_given", AS_ADDED
        all_of_it = whole or self._alone
        self._kept: Indices = np.arange(self.input_edge.size) if all_of_it else self.reach.edges
        source, target = self.edge_index[:, self._kept]
        self._nodes = np.arange(graph.num_nodes) if all_of_it else np.unique([*source, *target, node])
        self._source, self._target = np.searchsorted(self._nodes, source), np.searchsorted(self._nodes, target)
        self._node = int(np.searchsorted(self._nodes, node))
        self._x = graph.x[self._nodes]
        self._features = None if edges.features is None else edges.features[torch.from_numpy(self._kept)]

    @cached_property
    def copies(self) -> int:
        """How many copies stand side by side; always as many, so that no digit depends on how many are asked for."""
        if self._alone:
            return 1
        widths = [layer.num_heads * layer.out_features for layer in self._model.attention_layers]
        width = max(*widths, 1 if self._sparse else self._x.shape[1])
        return max(1, min(_MAX_COPIES, _VALUES // ((self._nodes.size + self._kept.size) * width)))

    @cached_property
    def _sparse(self) -> bool:
        return self._x.size > _VALUES and bool(np.count_nonzero(self._x) < _SPARSE_BELOW * self._x.size)

    def outputs(self, removals: Sequence[Sequence[int]], spare: int = 1) -> NDArray[np.float64]:
        """[removals, K]: what comes out at v without these edges, each by its place among the settled ones.

        Edges that cannot be reached are left out of the run anyhow, unless the whole graph is run.

        Arguments:
            spare: how many edges a removal may have; digits are the same only where this is.
        """
        places = [self._places(removal) for removal in removals]
        run = self._alone_without if self._alone else self._side_by_side
        found = []
        with torch.inference_mode():
            for start in range(0, len(places), self.copies):
                found.append(run(places[start : start + self.copies], spare))
        values: NDArray[np.float64] = np.concatenate(found)
        if not np.isfinite(values).all():
            raise GatvizError(
                _("explanation"),
                _("finite numbers without an edge too"),
                _("a number that is not finite"),
                _("make features or weights smaller"),
            )
        return values

    def _places(self, removal: Sequence[int]) -> Indices:
        """The places among the edges that are run of those that are removed."""
        asked = np.unique(np.asarray(removal, dtype=np.int64))
        place = np.searchsorted(self._kept, asked)
        here = place < self._kept.size
        here[here] = self._kept[place[here]] == asked[here]
        return place[here]

    def _side_by_side(self, places: Sequence[Indices], spare: int) -> NDArray[np.float64]:
        copies, count = self.copies, self._nodes.size + spare
        offset = np.arange(copies)[:, None] * count
        source = self._source + offset
        target = self._target + offset
        for copy_, removed in enumerate(places):
            target[copy_, removed] = copy_ * count + self._nodes.size + np.arange(removed.size)
        out = self._run(source.ravel(), target.ravel(), self._tiled(spare), copies)
        rows: NDArray[np.float64] = out.numpy()[offset[: len(places), 0] + self._node]
        return rows

    def _alone_without(self, places: Sequence[Indices], spare: int) -> NDArray[np.float64]:  # noqa: ARG002
        kept = np.ones(self._kept.size, dtype=bool)
        kept[places[0]] = False
        out = self._run(self._source[kept], self._target[kept], torch.from_numpy(self._x), 1, kept)
        rows: NDArray[np.float64] = out.numpy()[[self._node]]
        return rows

    def _run(
        self, source: Indices, target: Indices, x: Tensor, copies: int, kept: NDArray[np.bool_] | None = None
    ) -> Tensor:
        edge_index = torch.from_numpy(np.stack([source, target]))
        features = self._features
        if features is not None:
            features = features.repeat(copies, 1) if kept is None else features[torch.from_numpy(kept)]
            if self._loop_features is not None:  # loops are filled from what is left, as the model would
                given = self.input_edge[self._kept]
                given = np.tile(given, copies) if kept is None else given[kept]
                features = self._loop_features.fill(features, edge_index, x.shape[0], torch.from_numpy(given))
        edges = Edges.from_edge_index(edge_index, x.shape[0], "as_given", features)
        out: Tensor = self._model(x, edge_index=edges)
        return out

    def _tiled(self, spare: int) -> Tensor:
        """The features of all copies, 0 for the nodes at which removed edges end."""
        if not self._sparse:
            rows = np.concatenate([self._x, np.zeros((spare, self._x.shape[1]))])
            return torch.from_numpy(np.tile(rows, (self.copies, 1)))
        row, column = np.nonzero(self._x)
        ends = np.searchsorted(row, np.arange(1, self._nodes.size + spare + 1))
        pointers = np.concatenate([[0], (ends + np.arange(self.copies)[:, None] * row.size).ravel()])
        columns, values = np.tile(column, self.copies), np.tile(self._x[row, column], self.copies)
        shape = ((self._nodes.size + spare) * self.copies, self._x.shape[1])
        parts = torch.from_numpy(pointers), torch.from_numpy(columns), torch.from_numpy(values)
        return torch.sparse_csr_tensor(*parts, size=shape, check_invariants=False)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How a node's margin follows what its layers take in.

    Attributes:
        trace: the run, in float64. gradients: of each attention layer [N, H, C], the margin's gradient at h′, through
            everything that comes after, later attention too.
        column: the class whose margin it is.
    """

    trace: Trace
    gradients: tuple[NDArray[np.float64], ...]
    column: int


def sensitivity(model: GAT, graph: Graph, node: int, column: int | None = None) -> Sensitivity:
    """The gradient of z_c − logsumexp of the others at a node, c the class of its largest output (of equals the first).

    Arguments:
        model: as `in_double` gives it. column: c, if another class.
    """
    trace = model.trace(graph)
    with torch.enable_grad():
        out, h_primes = model.forward_and_h_primes(graph)
        row: Tensor = out[node]
        if row.shape[0] < 2:
            expected, mend = _("an output for each of several classes"), _("give the last layer two outputs")
            raise GatvizError(_("explanation"), expected, _("one"), mend)
        chosen = int(row.argmax()) if column is None else column
        margin = row[chosen] - torch.cat([row[:chosen], row[chosen + 1 :]]).logsumexp(0)
        found: tuple[Any, ...] = torch.autograd.grad(margin, h_primes, allow_unused=True)
    gradients = tuple(
        np.zeros(h.shape) if each is None else each.numpy() for h, each in zip(h_primes, found, strict=True)
    )
    return Sensitivity(trace, gradients, chosen)


Alphas = Mapping[int, tuple[NDArray[np.float64], ...]]
"""Of each edge into a node, by its source: α of each head [H], layer by layer."""


def changed_alpha(
    model: GAT, graph: Graph, node: int, *, without: int | None = None, added: int | None = None
) -> Alphas:
    """α of each edge into a node, by its source, when one of these edges is gone, or a new one there.

    Loops' features are filled anew, as the model would; a new edge has the mean of the others' features.

    Arguments:
        model: as `doubled` gives it. without, added: the source of the edge.
    """
    x, edges = model.inputs(graph)
    source, target = edges.arrays["edge_index"]
    given, features = edges.arrays["input_edge"], edges.features
    if without is not None:
        kept = ~((source == without) & (target == node))
        source, target, given = source[kept], target[kept], given[kept]
        features = None if features is None else features[torch.from_numpy(kept)]
    if added is not None:
        source, target, given = np.append(source, added), np.append(target, node), np.append(given, given.size)
        features = None if features is None else torch.cat([features, features.mean(0, keepdim=True)])
    edge_index = torch.from_numpy(np.stack([source, target]))
    if features is not None and model.self_loops == "add_missing":
        features = model.loop_features.fill(features, edge_index, graph.num_nodes, torch.from_numpy(given))
    other = copy.copy(model)
    other.self_loops, other.loop_features = "as_given", AS_ADDED
    trace = other.trace(x, edge_index=Edges.from_edge_index(edge_index, graph.num_nodes, "as_given", features))
    first = trace.layers[0]
    into = first.edges_into(node)
    alpha = zip(*(layer.alpha[into] for layer in trace.layers), strict=True)
    return dict(zip(first.edge_index[0, into].tolist(), alpha, strict=True))
