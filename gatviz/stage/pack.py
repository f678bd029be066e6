"""Graph + LayerTrace → the data of one screen, as JSON that the stage's JavaScript reads.

Every number that the stage shows is taken from the trace, or computed from it here or in `analysis`; the
browser formats and lays out. Arrays travel as float32, so none is rounded on the way.
N nodes and E edges of the part that is shown, H heads, C features per head, F input features. Of a cut part the
U edges between its nodes that are not drawn go along too, after the E that are: not drawn is never not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import WeightingKey, share_limit, uniformity
from gatviz.analysis.subject import called
from gatviz.analysis.terms import target_maxima
from gatviz.attention.chain import stages_of
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.model.trace import Trace
from gatviz.stage import protocol
from gatviz.stage.formulas import mathml, pack_formula, symbols
from gatviz.stage.part import sent_edges
from gatviz.stage.protocol import Counts, Edges, Palettes, RowSums, Whole
from gatviz.stage.screen_protocol import Scene
from gatviz.stage.stages import pack_stages
from gatviz.stage.step_stages import among_steps
from gatviz.stage.wire import packed


@dataclass(frozen=True)
class Weighting:
    """One set of weights [E] over a trace's edges: a head, something derived from heads, or a baseline."""

    key: str
    label: str
    title: str
    kind: Literal["head", "derived", "baseline"]
    values: NDArray[np.floating]
    head: int | None = None
    symbol: str = "α"
    explanation: str = ""
    formula: str = ""
    rows_sum_to_one: bool = True

    @property
    def which(self) -> WeightingKey:
        """The same choice as analyses name it."""
        return self.key if self.head is None else self.head  # type: ignore[return-value]


def pack_scene(
    graph: Graph,
    trace: LayerTrace,
    weightings: Sequence[Weighting],
    palettes: Palettes,
    texts: Mapping[str, str],
    input_names: Sequence[str],
    part: Part | None = None,
    whole: Trace | None = None,
) -> Scene:
    """Everything that the stage needs to show one layer's run, but where the nodes are and what is locked.

    Arguments:
        graph, trace: what was run and what came of it.
        weightings: the choices of the head switch, in order.
        palettes: colours for both themes; texts: the stage's words.
        input_names: of the F columns of the layer's input, see `stage.column_names`.
        part: what to show of a graph that is too large to draw.
        whole: the run that the layer is of, whose other steps stand in the chain too.
    """
    part = part or Part.whole(trace.num_nodes, trace.num_edges)
    local = part.local()
    among = part.among(trace.edge_index)
    source, target = local[trace.edge_index[:, among]]
    sent = sent_edges(trace, part, len(weightings))
    even = uniformity(trace)
    stages = pack_stages(trace, part, input_names, graph.edge_feature_names)
    if whole is not None:
        stages = among_steps(stages, whole, trace, part)
    return Scene(
        names=[graph.names[n] for n in part.nodes],
        called=[called(graph.names[n]) for n in part.nodes],
        node_numbers=part.nodes.tolist(),
        class_of=graph.class_index[part.nodes].tolist(),
        class_names=list(graph.class_names),
        features=packed(graph.x[part.nodes]),
        feature_names=list(graph.feature_names),
        edges=Edges(
            source=source.tolist(),
            target=target.tolist(),
            added=trace.added_loops[among].astype(int).tolist(),
            drawn=part.edges.size,
        ),
        whole=_whole(trace, part, among, sent),
        weightings=[_pack_weighting(w, trace, part, among, sent) for w in weightings],
        stages=stages,
        share_limit=share_limit(trace),
        uniform=packed(_uniform_shares(trace)[part.nodes]),
        palettes=palettes,
        texts=dict(texts),
        formulas=[pack_formula(latex) for latex in symbols(trace)],
        open_at_start=[stage.name for stage in stages_of(trace.form) if stage.unfolded],
        evenness=packed(even.evenness[part.nodes]),
        head_evenness=[None if np.isnan(value) else float(value) for value in even.mean_evenness],
        reads_like=[[even.reads_like(n, head) for head in range(trace.num_heads)] for n in part.nodes],
    )


def _pack_weighting(
    weighting: Weighting, trace: LayerTrace, part: Part, among: NDArray[np.int64], sent: NDArray[np.int64]
) -> protocol.Weighting:
    values = weighting.values
    return protocol.Weighting(
        key=weighting.key,
        label=weighting.label,
        title=weighting.title,
        kind=weighting.kind,
        head=weighting.head,
        symbol=weighting.symbol,
        explanation=weighting.explanation,
        formula=protocol.Formula(latex=weighting.formula, mathml=mathml(weighting.formula or "x")),
        rows_sum_to_one=weighting.rows_sum_to_one,
        rows=_row_sums(values, trace, part, among) if part.edges.size < trace.num_edges else None,
        values=packed(values[sent]),
        range=(float(values.min()), float(values.max())) if values.size else None,
        strongest=_strongest(values, trace, part),
    )


def _whole(trace: LayerTrace, part: Part, among: NDArray[np.int64], sent: NDArray[np.int64]) -> Whole:
    """The graph that the part is of: its counts, and per node of the part how many edges lead into and out of it.

    `outside` counts the edges whose other end is not shown, `undrawn` all that are not drawn.
    """

    def into_and_out_of(edges: NDArray[np.int64]) -> NDArray[np.int64]:
        counts = [np.bincount(trace.edge_index[end, edges], minlength=trace.num_nodes)[part.nodes] for end in (1, 0)]
        return np.stack(counts)

    def told(counts: NDArray[np.int64]) -> Counts:
        reads, read_by = counts.tolist()
        return Counts(reads=reads, read_by=read_by)

    every = into_and_out_of(np.arange(trace.num_edges))
    return Whole(
        nodes=trace.num_nodes,
        edges=trace.num_edges,
        cut=part.edges.size < trace.num_edges,
        sent=sent.size == among.size,
        empty_rows=bool((every[0] == 0).any()),
        reads=every[0].tolist(),
        read_by=every[1].tolist(),
        undrawn=told(every - into_and_out_of(part.edges)),
        outside=told(every - into_and_out_of(among)),
    )


def _row_sums(values: NDArray[np.floating], trace: LayerTrace, part: Part, among: NDArray[np.int64]) -> RowSums:
    """What a row of the matrix adds up to: all that the node reads, what of it is in the matrix, what is drawn."""
    reads = np.diff(trace.ptr)[part.nodes] > 0

    def sums(edges: NDArray[np.int64]) -> NDArray[Any]:
        weights = values[edges].astype(np.float64)
        return np.bincount(trace.edge_index[1, edges], weights, minlength=trace.num_nodes)[part.nodes]

    outside = np.ones(trace.num_edges, dtype=bool)
    outside[among] = False
    here = sums(among)
    return RowSums(
        drawn=packed(sums(part.edges)),
        here=packed(here),
        outside=packed(sums(np.flatnonzero(outside))),
        all=packed(sums(np.arange(trace.num_edges))),
        here_range=(float(here[reads].min()), float(here[reads].max())) if reads.any() else None,
    )


def _strongest(values: NDArray[np.floating], trace: LayerTrace, part: Part) -> list[int]:
    """Per node of the part the strongest edge of all into it, as its place among the drawn; −1 if none is drawn.

    Of equal ones the first that is drawn.
    """
    local, target = part.local(), trace.edge_index[1, part.edges]
    best = np.flatnonzero(values[part.edges] == target_maxima(trace, values)[target])[::-1]
    found = np.full(part.nodes.size, -1)
    found[local[target[best]]] = best
    return found.tolist()


def _uniform_shares(trace: LayerTrace) -> NDArray[np.float64]:
    counts = np.diff(trace.ptr)
    return np.divide(1.0, counts, out=np.zeros(counts.shape), where=counts > 0)
