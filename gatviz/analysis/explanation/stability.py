"""Stability: how far α into a node may move when one arrow within its reach comes or goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatviz.analysis.explanation.paths import place_of
from gatviz.analysis.explanation.removal import Progress, Stop
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.without import changed_alpha, in_double

ADDITIONS = 100
"""So many new sources at most are tried, drawn from the seed."""


@dataclass(frozen=True, eq=False)
class Stability:
    """α of the edges into a node under every change of one edge that can reach their softmax.

    Attributes:
        table: a row for each edge into the node and layer. Columns: source (name), layer, alpha (mean of heads), low,
            high (over all changes, none included), worst (the largest change), by ("removal" or "addition"), of (the
            source that came or went then).
        removals, additions: how many changes were tried. For an edge its own removal is none.
    """

    table: pd.DataFrame
    removals: int
    additions: int


def stability(
    model: GAT,
    graph: Graph,
    node: int | str,
    *,
    additions: int = ADDITIONS,
    seed: int = 0,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Stability:
    """Every removal of one of the node's edges, and additions of one, drawn from the seed.

    Only edges into the node itself are changed: one at random in a large graph seldom touches a node at all, and would
    make α look robust.

    Arguments:
        node: its number, or its name.
        additions: how many at most; edges that are added have the mean features of those there are.
        progress: called with how many changes of how many are done. stop: asked in between.
    """
    v = place_of(graph.names, node)
    double = in_double(model)
    edges = double.inputs(graph)[1]
    source, target = edges.arrays["edge_index"]
    own = source[target == v]
    free = np.setdiff1d(np.arange(graph.num_nodes), own)
    drawn = np.sort(np.random.default_rng(seed).permutation(free)[:additions])
    changes = [("removal", int(j)) for j in own] + [("addition", int(j)) for j in drawn]
    before = changed_alpha(double, graph, v)
    found: list[tuple[str, int, dict[int, NDArray[np.float64]]]] = []
    for done, (kind, j) in enumerate(changes, start=1):
        if stop is not None and stop():
            break
        found.append((kind, j, changed_alpha(double, graph, v, **{"without" if kind == "removal" else "added": j})))
        if progress is not None:
            progress(done, len(changes))
    rows = []
    for j, alpha in before.items():
        for layer, value in enumerate(alpha):
            moved = [(float(after[j][layer]), kind, k) for kind, k, after in found if j in after]
            values = [float(value), *(each for each, _kind, _k in moved)]
            worst = max(moved, key=lambda one: abs(one[0] - float(value)), default=(float(value), "", -1))
            rows.append(
                {
                    "source": graph.names[j],
                    "layer": layer,
                    "alpha": float(value),
                    "low": min(values),
                    "high": max(values),
                    "worst": abs(worst[0] - float(value)),
                    "by": worst[1],
                    "of": graph.names[worst[2]] if worst[2] >= 0 else "",
                }
            )
    table = pd.DataFrame(rows, columns=["source", "layer", "alpha", "low", "high", "worst", "by", "of"])
    kinds = [kind for kind, _j, _alpha in found]
    return Stability(table, kinds.count("removal"), kinds.count("addition"))
