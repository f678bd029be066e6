"""Fidelity: whether the edges that are named suffice for the answer, and whether the others do without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from gatviz.analysis.explanation.paths import place_of
from gatviz.analysis.explanation.removal import asked_edges
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.without import Without, in_double
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

    NamedEdges: TypeAlias = pd.DataFrame | Iterable[tuple[int | str, int | str]]


@dataclass(frozen=True)
class Fidelity:
    """plus: how often the answer changes without the named edges. minus: how often it changes with these alone.

    An explanation is the better, the higher plus and the lower minus.
    """

    plus: float
    minus: float


def fidelity(
    model: GAT,
    graph: Graph,
    named: Mapping[int | str, NamedEdges],
    *,
    against: Literal["model", "phenomenon"] = "model",
) -> Fidelity:
    """Fidelity₊ and Fidelity₋ over the nodes whose edges are named, as `torch_geometric.explain.metric.fidelity`.

    Known critique (Zheng et al. 2024, "Towards Robust Fidelity for Evaluating Explainability of GNNs", arXiv
    2310.01820): with most edges gone the model is asked about graphs unlike any that it was trained on, so a high plus
    or a low minus need not mean that the edges matter. Here edges are removed and the rest renormalised; PyG's masks
    scale what is sent and leave the softmax as it is.

    Arguments:
        named: for each node (number or name) the edges that explain it, as (target, source) or a table of them.
        against: "model", what the model says with all edges; "phenomenon", the labels.

    Raises:
        GatvizError: no nodes, labels that are missing, an edge that the model does not read.
    """
    if not named:
        raise GatvizError("named", _("edges for one node at least"), _("none"), _("name the edges of a node"))
    if against not in ("model", "phenomenon"):
        raise GatvizError("against", _("'model' or 'phenomenon'"), quote(against), _("choose one"))
    double = in_double(model)
    changes = []
    for node, edges in named.items():
        v = place_of(graph.names, node)
        run = Without(double, graph, v, whole=True)
        kept = asked_edges(run, graph, edges)
        others = np.setdiff1d(run.reach.edges, kept)
        spare = max(kept.size, others.size, 1)
        whole, without, alone = np.argmax(run.outputs([[], kept.tolist(), others.tolist()], spare), axis=1)
        if against == "model":
            changes.append((float(without != whole), float(alone != whole)))
            continue
        label = int(graph.class_index[v])
        if label < 0:
            raise GatvizError("against", _("nodes with labels"), quote(graph.names[v]), _("ask against the model"))
        right = int(whole == label)
        changes.append((float(abs(right - int(without == label))), float(abs(right - int(alone == label)))))
    plus, minus = np.mean(changes, axis=0)
    return Fidelity(float(plus), float(minus))
