"""Only together: pairs of edges whose removal does what none of the two does alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from gatviz.analysis.explanation.removal import Progress, Removed, Stop, class_of, removed_each
from gatviz.analysis.explanation.thresholds import FAR_TOGETHER, LITTLE_ALONE, MAX_PAIRS, STRONGEST_OTHERS
from gatviz.attention.layer_trace import Array
from gatviz.graph.graph import Graph
from gatviz.model.reach import Indices
from gatviz.model.without import Without

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Pairs:
    """What pairs of edges do together.

    Attributes:
        table: those that change the class, which neither does alone, or move p by more than 0.15, where neither alone
            moves it by 0.05; the strongest first. Columns: target, source, target_2, source_2 (names), removal_1,
            removal_2 (each alone), removal (both), p_without, becomes (the class that comes out then), turns (whether
            that is another class).
        strongest: the pair of all that were tried that moves p most, as such a row; None without pairs.
        tried: how many were, of how many that are planned to be. possible: how many there are among the edges into the
            node and the ten strongest others.
    """

    table: pd.DataFrame
    strongest: pd.Series | None
    tried: int
    planned: int
    possible: int


def candidates(hop: Indices, size: Array) -> tuple[list[tuple[int, int]], int]:
    """The pairs to try, by places among [e], and how many there would be without a limit.

    Those among the edges into the node and the ten strongest others; of a hub's, those of its strongest edges.
    """
    strongest = np.argsort(-size, kind="stable")
    others = strongest[hop[strongest] != 0][:STRONGEST_OTHERS]
    members = np.union1d(np.flatnonzero(hop == 0), others)
    possible = members.size * (members.size - 1) // 2
    if possible > MAX_PAIRS:
        most = int((1 + np.sqrt(1 + 8 * MAX_PAIRS)) / 2)
        members = strongest[np.isin(strongest, members)][:most]
    return [(int(a), int(b)) for a, b in combinations(np.sort(members).tolist(), 2)], possible


def tried_pairs(
    run: Without,
    graph: Graph,
    edges: Indices,
    hop: Indices,
    alone: Removed,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Pairs:
    """What the pairs worth trying do.

    Arguments:
        edges, hop: [e] as of `Reach`. alone: what each of them does by itself.
    """
    size = np.where(alone.done, np.abs(alone.change), -1.0)
    chosen, possible = candidates(hop, size)
    both = removed_each(run, [[edges[a], edges[b]] for a, b in chosen], progress=progress, stop=stop)
    tried = np.flatnonzero(both.done)
    if not tried.size:
        return Pairs(_table(run, graph, edges, alone, both, chosen, tried), None, 0, len(chosen), possible)
    first, second = np.array(chosen).T
    alone_turns = alone.becomes != alone.answer.column
    turns = (both.becomes != both.answer.column) & ~alone_turns[first] & ~alone_turns[second]
    little = np.maximum(size[first], size[second]) < LITTLE_ALONE
    counts = both.done & (turns | (little & (np.abs(both.change) > FAR_TOGETHER)))
    order = np.argsort(-np.where(both.done, np.abs(both.change), -1.0), kind="stable")
    table = _table(run, graph, edges, alone, both, chosen, order[counts[order]])
    strongest = _table(run, graph, edges, alone, both, chosen, order[:1]).iloc[0]
    return Pairs(table, strongest, int(tried.size), len(chosen), possible)


def _table(
    run: Without,
    graph: Graph,
    edges: Indices,
    alone: Removed,
    both: Removed,
    chosen: list[tuple[int, int]],
    rows: Indices,
) -> pd.DataFrame:
    import pandas as pd

    pairs = np.array(chosen, dtype=np.int64).reshape(-1, 2)[rows]
    names = np.array(graph.names, dtype=object)
    source, target = run.edge_index[:, edges[pairs]]
    return pd.DataFrame(
        {
            "target": names[target[:, 0]],
            "source": names[source[:, 0]],
            "target_2": names[target[:, 1]],
            "source_2": names[source[:, 1]],
            "removal_1": alone.change[pairs[:, 0]],
            "removal_2": alone.change[pairs[:, 1]],
            "removal": both.change[rows],
            "p_without": both.p_without[rows],
            "becomes": class_of(graph, both.becomes[rows], both.outputs.shape[1], run.classes),
            "turns": both.becomes[rows] != both.answer.column,
        }
    )
