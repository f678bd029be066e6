"""`from_attention`: weights on edges from anywhere, as a run with α alone. N nodes, E edges, H heads, L layers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.attention.alpha_trace import SUMS_TO_ONE
from gatviz.attention.edges import as_tensor
from gatviz.capturing.run import CapturedCall, CapturedRun
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.numbers import first_beyond, in_numpy
from gatviz.words import _, ngettext


def from_attention(
    edge_index: Any,
    alpha: Any,
    *,
    names: Sequence[Hashable] | None = None,
    x: Any = None,
    labels: Sequence[Any] | None = None,
) -> CapturedRun:
    """α that something else computed, on its edges: a run with α alone, to be looked at and compared.

    Nothing is computed of it and nothing is rescaled: what needs Wh, e or h′ says that these are not there. Rows that
    do not sum to 1 are told, and of an edge that stands more than once the α are added up, which is told too.

    Arguments:
        edge_index: [2, E] integers, row 0 = source j (which is read), row 1 = target i (which reads), in any order.
        alpha: [E] or [E, H] numbers from 0, as `edge_index` counts; of several layers [L, E, H], or a list of them.
        names: of the N nodes; numbers from 0 if left out. N is as many as there are names, or rows of x, or labels,
            else one more than the largest number of a node.
        x: [N, F] features, to be shown. labels: a class, or None, for each node.

    Raises:
        GatvizError: shapes that do not fit, α below 0 or not finite, nodes that are not there.
    """
    edges = _edges(edge_index)
    layers = [_checked(one, edges.shape[1], place) for one, place in _layers(alpha)]
    features = None if x is None else in_numpy(as_tensor(x, "x")).astype(np.float64)
    count = next((len(given) for given in (names, features, labels) if given is not None), int(edges.max()) + 1)
    notes: list[str] = []
    graph, alphas = on_graph(edges, layers, _plain_graph(count, names, features, labels), notes)
    return CapturedRun(_("α as given"), (CapturedCall("", "", graph, alphas=alphas),))


def on_graph(
    edges: NDArray[np.int64], alphas: Sequence[NDArray[Any]], nodes: Graph, notes: Sequence[str] = ()
) -> tuple[Graph, tuple[NDArray[Any], ...]]:
    """The nodes with these edges, each once, and α of each as it then is; the graph's notes say what was done.

    Raises:
        GatvizError: an edge to a node that is not there.
    """
    if edges.size and not 0 <= edges.min() <= edges.max() < nodes.num_nodes:
        expected = _("nodes from 0 to {last}").format(last=nodes.num_nodes - 1)
        found = int(edges.min() if edges.min() < 0 else edges.max())
        raise GatvizError("edge_index", expected, str(found), _("give a name for each node, or correct the edge"))
    keys = edges[1] * nodes.num_nodes + edges[0]
    unique, first, place = np.unique(keys, return_index=True, return_inverse=True)
    told = list(notes)
    if unique.size < keys.size:
        again = keys.size - unique.size
        words = ngettext(
            "{n} arrow stood there before: their α are added up",
            "{n} arrows stood there before: their α are added up",
            again,
        )
        told.append(words.format(n=again))
        alphas = [_added_up(alpha, place, unique.size) for alpha in alphas]
        edges = edges[:, first]
    told += _sums_told(edges[1], alphas, nodes.num_nodes)
    graph = Graph(
        names=nodes.names,
        x=nodes.x,
        edge_index=edges,
        feature_names=nodes.feature_names,
        labels=nodes.labels,
        notes=tuple(told),
    )
    return graph, tuple(alphas)


def _edges(given: Any) -> NDArray[np.int64]:
    edges: NDArray[np.int64] = in_numpy(as_tensor(given, "edge_index"))
    if edges.ndim != 2 or edges.shape[0] != 2 or edges.dtype.kind not in "iu" or not edges.shape[1]:
        found = _("{dtype} of shape {shape}").format(dtype=edges.dtype, shape=list(edges.shape))
        mend = _("row 0 = source, row 1 = target")
        raise GatvizError("edge_index", _("integers of shape [2, E], E from 1"), found, mend)
    return edges.astype(np.int64)


def _layers(given: Any) -> list[tuple[Any, str]]:
    """α of each layer, and what it is called in messages: an array is one layer's, of three axes all layers'."""
    several = isinstance(given, list | tuple) and any(getattr(one, "ndim", 0) for one in given)
    if not several and getattr(given, "ndim", 0) != 3:
        return [(given, "alpha")]
    layers = [(one, f"alpha[{k}]") for k, one in enumerate(given)]
    if not layers:
        raise GatvizError("alpha", _("α of at least one layer"), _("none"), _("give [E, H] numbers"))
    return layers


def _checked(given: Any, count: int, where: str) -> NDArray[Any]:
    """[E, H] in float32 or float64."""
    tensor = as_tensor(given, where).detach()
    if tensor.dim() == 3 and tensor.shape[2] == 1:  # as DGL gives it
        tensor = tensor.squeeze(2)
    if not tensor.is_floating_point():
        tensor = tensor.double()
    elif tensor.element_size() < np.dtype(np.float32).itemsize:
        tensor = tensor.float()
    alpha: NDArray[Any] = np.array(tensor.numpy(force=True))
    alpha = alpha[:, None] if alpha.ndim == 1 else alpha
    if alpha.ndim != 2 or alpha.shape[0] != count or not alpha.shape[1]:
        expected = _("[{count}, H] numbers, a row for each edge").format(count=count)
        found = _("shape {shape}").format(shape=list(alpha.shape))
        raise GatvizError(where, expected, found, _("give α of each edge, head by head"))
    place = first_beyond(alpha)
    if place is None and (alpha < 0).any():
        place = tuple(int(k) for k in np.argwhere(alpha < 0)[0])
    if place is not None:
        found = _("{value:.3g} at {place}").format(value=alpha[place], place=list(place))
        mend = _("give what came out of the softmax, not the scores")
        raise GatvizError(where, _("finite numbers from 0"), found, mend)
    return alpha


def _plain_graph(
    count: int, names: Sequence[Hashable] | None, x: NDArray[np.float64] | None, labels: Sequence[Any] | None
) -> Graph:
    """The nodes alone."""
    for what, given in (("x", x), ("labels", labels)):
        if given is not None and len(given) != count:
            expected = ngettext("{n} row, one for each node", "{n} rows, one for each node", count).format(n=count)
            raise GatvizError(what, expected, str(len(given)), _("give one for each node"))
    if isinstance(names, str):
        raise GatvizError("names", _("a name for each node"), quote(names), _("give a list"))
    return Graph(
        names=tuple(map(str, range(count) if names is None else names)),
        x=np.zeros((count, 0)) if x is None else x,
        edge_index=np.zeros((2, 0), np.int64),
        labels=None if labels is None else tuple(labels),
    )


def _added_up(alpha: NDArray[Any], place: NDArray[np.intp], count: int) -> NDArray[Any]:
    sums = np.zeros((count, alpha.shape[1]))
    np.add.at(sums, place, alpha)
    return sums.astype(alpha.dtype)


def _sums_told(target: NDArray[np.int64], alphas: Sequence[NDArray[Any]], nodes: int) -> list[str]:
    """A sentence for each layer with a row that does not sum to 1."""
    reads = np.bincount(target, minlength=nodes) > 0
    told = []
    for k, alpha in enumerate(alphas):
        sums = np.zeros((nodes, alpha.shape[1]))
        np.add.at(sums, target, alpha)
        rows = sums[reads]
        off = int((np.abs(rows - 1) > SUMS_TO_ONE).sum())
        if off:
            words = _(
                "{off:,} of {rows:,} rows of α do not sum to 1: they add up to {low:.3g} … {high:.3g}, and are shown "
                "as they are"
            )
            said = words.format(off=off, rows=rows.size, low=rows.min(), high=rows.max())
            told.append(said if len(alphas) == 1 else _("layer {k}: {said}").format(k=k, said=said))
    return told
