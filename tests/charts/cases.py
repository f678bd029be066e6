"""Runs and charts that several tests look at, with names that would run if they could."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatviz import GAT, Graph, LayerSettings, Trace
from gatviz.analysis import (
    attention_across_layers,
    difference,
    head_similarity,
    in_and_out,
    static_attention,
    top_edges,
    uniformity,
    what_if,
)
from gatviz.attention.layers import new_generator
from gatviz.charts import compare, heads
from gatviz.charts.common import Chart
from gatviz.charts.network_html import network_html
from gatviz.colours import Theme
from gatviz.model.layer_settings import Kind
from tests.attention.hand_traces import graph_of, uniform, with_alpha

HOSTILE = "<a href='https://example.org'>x</a><img src=x onerror=window.attacked=1> %{y} $x$ &lt;b&gt;"


def run_of(nodes: int, num_heads: int, kind: Kind = "GAT", layers: int = 2, density: float = 0.3) -> Trace:
    rng = np.random.default_rng(nodes)
    adj = rng.random((nodes, nodes)) < density
    graph = Graph(
        names=(HOSTILE, *(f"node {k}" for k in range(1, nodes))),
        x=rng.normal(size=(nodes, 3)),
        edge_index=np.stack(np.nonzero(adj)[::-1]),
        labels=tuple("xy"[k % 2] for k in range(nodes)),
    )
    stack = [LayerSettings(kind=kind, out_features=2, num_heads=num_heads)] * layers
    return GAT(3, stack, generator=new_generator(0)).trace(graph)


def edited(trace: Trace) -> Trace:
    """Every α of layer 0 some other number, and the last edge gone."""
    layer = trace.layers[0]
    if layer.num_edges == 0:
        return trace
    last = layer.edge_index[1, -1]
    cut = replace(
        layer,
        edge_index=layer.edge_index[:, :-1],
        ptr=np.where(np.arange(layer.num_nodes + 1) > last, layer.ptr - 1, layer.ptr),
        alpha=layer.alpha[:-1] / 2,
        input_edge=layer.input_edge[:-1],
        x=layer.x + 1,
        out=layer.out + 1,
    )
    return Trace(trace.graph, (cut, *trace.layers[1:]))


def all_charts(trace: Trace, theme: Theme = "light") -> dict[str, Chart | None]:
    layer, graph = trace.layers[0], trace.graph
    similar, even = head_similarity(layer), uniformity(layer, graph)
    changed, across = what_if(trace, edited(trace)), attention_across_layers(trace)
    last = layer.num_heads - 1
    return {
        "alpha": heads.alpha_chart(layer, graph, theme=theme),
        "divergence": heads.divergence_chart(similar, theme=theme),
        "correlation": heads.correlation_chart(similar, theme=theme),
        "evenness": heads.evenness_chart(even, theme=theme),
        "effective": heads.effective_chart(even, theme=theme),
        "shares": heads.shares_chart(even, theme=theme),
        "ranking": heads.ranking_chart(layer, static_attention(layer, graph), last, theme=theme, graph=graph),
        "in and out": compare.in_and_out_chart(in_and_out(layer, graph), last, theme=theme),
        "top edges": compare.top_edges_chart(top_edges(layer, last, graph=graph), "head 0", theme=theme),
        "difference": compare.difference_chart(difference(layer, 0, "gcn", graph), theme=theme),
        "change": compare.change_chart(changed, last, theme=theme),
        "top changes": compare.top_changes_chart(changed, theme=theme),
        "out": compare.out_change_chart(changed, theme=theme),
        "across": compare.across_chart(across, theme=theme),
        "hops": compare.hops_chart(across, theme=theme),
    }


TAG = "<img src=x onerror=window.attacked=1>"
NAMES = (TAG, "</script><script>window.attacked=2</script>", "<a href='x'>&amp;", "中文", "plain")
READS = np.array([[1, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]])
# Both 0 → 1 and 1 → 0; loops at 0 (given), 2 and 3 (added); 4 is read and reads nothing.


def hostile_page() -> str:
    trace = with_alpha(READS, uniform(READS), added=[2, 3])
    graph = graph_of(READS, NAMES, ["<b>class</b>", None, None, "x", None])
    return network_html(graph, trace, trace.alpha[:, 0], f"title {TAG}", np.arange(10.0).reshape(5, 2) ** 2)
