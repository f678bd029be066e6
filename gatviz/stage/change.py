"""What changed since a pinned baseline, packed for the stage: Δα on the arrows and as a matrix of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import WhatIf
from gatviz.attention.chain import stage_named
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.subgraph import Part
from gatviz.stage.part import sent_edges
from gatviz.stage.protocol import Beside, Change, GoneEdge, Stage
from gatviz.stage.stages import describe
from gatviz.stage.wire import packed
from gatviz.words import _, ngettext, sentences

_MAX_PAIR_VALUES = 120_000
_MAX_GONE = 1_000


def pack_change(change: WhatIf, part: Part, *, baseline: str) -> Change:
    """Δα of the edges between the shown nodes (those that are drawn first), which are new, and all that is gone.

    The largest change into each node, over all edges of either run, is told once: on an arrow that is drawn
    (`strongest`), on a gone one between nodes that are shown (`strongest_gone`), or beside the node (`beside`).
    All have [H], the heads of both runs.

    Arguments:
        change: from the baseline to the run on the stage.
        part: what is shown of it.
        baseline: what the baseline is called.
    """
    here = change.after_edge >= 0
    place = np.full(int(here.sum()), -1)
    place[part.edges] = np.arange(part.edges.size)
    drawn = np.full(here.size, -1)
    drawn[here] = place[change.after_edge[here]]
    present = np.argsort(change.after_edge, kind="stable")[np.count_nonzero(~here) :]
    among = present[part.among(np.stack([change.source[present], change.target[present]]))]
    local = np.full(len(change.names), -1)
    local[part.nodes] = np.arange(part.nodes.size)
    gone = _gone(change, local)
    between = gone[(local[change.source[gone]] >= 0) & (local[change.target[gone]] >= 0)]
    gone_place = np.full(here.size, -1)
    gone_place[between] = np.flatnonzero(np.isin(gone, between))
    into = change.largest_into[part.nodes].T
    on_drawn, on_gone = (np.where(into >= 0, places[into], -1) if here.size else into for places in (drawn, gone_place))
    return Change(
        values=packed(change.delta[among].T),
        strongest=on_drawn.tolist(),
        strongest_gone=on_gone.tolist(),
        beside=[
            [
                Beside(node=node, source=change.names[change.source[edge]], value=float(change.delta[edge, head]))
                for node, edge in enumerate(edges)
                if edge >= 0 and on_drawn[head, node] < 0 and on_gone[head, node] < 0
            ]
            for head, edges in enumerate(into)
        ],
        is_new=(change.status[among[: part.edges.size]] == "new").astype(int).tolist(),
        gone=[
            GoneEdge(
                source=int(local[change.source[edge]]),
                target=int(local[change.target[edge]]),
                names=(change.names[change.source[edge]], change.names[change.target[edge]]),
            )
            for edge in gone
        ],
        gone_values=packed(change.delta[gone].T),
        limit=change.largest or 1.0,
        baseline=baseline,
    )


def _gone(change: WhatIf, local: NDArray[np.int64]) -> NDArray[np.int64]:
    """The gone edges to tell of: those into nodes that are shown or gone themselves, the largest losses if many."""
    told = (change.status == "gone") & (
        (local[change.target] >= 0) | (change.target >= local.size - len(change.gone_nodes))
    )
    edges = np.flatnonzero(told)
    order = np.argsort(-np.abs(change.delta[edges]).max(axis=1, initial=0.0), kind="stable")
    return np.sort(edges[order[:_MAX_GONE]])


def change_stage(change: WhatIf, trace: LayerTrace, part: Part) -> Stage:
    """Δα as one more stage of the chain, NaN where there is nothing to compare; gone edges keep their numbers."""
    H, N, heads = trace.num_heads, trace.num_nodes, change.delta.shape[1]
    pairs = None
    if part.nodes.size == N and H * N**2 <= _MAX_PAIR_VALUES:
        dense = np.full((H, N, N), np.nan, dtype=np.float32)
        known = (change.source < N) & (change.target < N)
        dense[:heads, change.target[known], change.source[known]] = change.delta[known].T
        pairs = packed(dense)
    values = np.full((trace.num_edges, H), np.nan, dtype=np.float32)
    values[:, :heads] = change.on_present
    row = stage_named("change")
    told = [row.of(trace.form).caption]
    if change.gone_nodes:
        told.append(_("Arrows from and to nodes that are gone have no cell here; the range counts them."))
    if heads < H:
        fewer = ngettext(
            "The baseline has {n} head: the others have nothing to compare.",
            "The baseline has {n} heads: the others have nothing to compare.",
            heads,
        )
        told.append(fewer.format(n=heads))
    return describe(
        row,
        trace,
        caption=sentences(*told),
        shape=f"[{trace.num_edges}, {H}]",
        ranges=[*change.ranges, *[None] * (H - heads)] if change.ranges else None,
        pairs=pairs,
        limit=change.largest or 1.0,
        values=packed(values[sent_edges(trace, part, trace.num_heads)]),
    )
