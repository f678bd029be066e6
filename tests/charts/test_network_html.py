"""The page to take away: everything drawn, nothing from outside, no name that runs."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest

from gatviz import GATAttentionLayer, Graph
from gatviz.attention.layers import new_generator
from gatviz.charts.network_html import network_html
from gatviz.colours import Theme
from gatviz.errors import GatvizError
from gatviz.graph.subgraph import strongest
from tests.attention.hand_traces import graph_of, uniform, with_alpha
from tests.charts.cases import NAMES, READS, TAG, hostile_page


def test_nothing_points_outside() -> None:
    text = hostile_page()
    scripts = re.sub(r"<script[^>]*>.*?</script>", "<script></script>", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|href)\s*=\s*[\"']?\s*(https?:|//)", scripts.replace(html.escape(NAMES[2]), ""))
    assert not re.search(r"<script[^>]+src", text)
    assert "<link" not in scripts
    assert "default-src 'none'" in text
    assert "sourceMappingURL" not in text


def test_no_name_becomes_markup() -> None:
    text = hostile_page()
    for name in (TAG, NAMES[1], "<b>class</b>"):
        assert name not in text
    assert html.escape(f"title {TAG}") in text
    assert html.escape(NAMES[1]) in text


def test_the_table_holds_every_number() -> None:
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", hostile_page())
    assert len(rows) == int(READS.sum())
    assert (html.escape(NAMES[1]), html.escape(TAG), "0.333333") in rows


def test_large_graphs_are_cut_and_say_so() -> None:
    count = 300
    ring = np.array(
        [[(n + step) % count for n in range(count) for step in range(1, 5)], np.repeat(np.arange(count), 4)]
    )
    graph = Graph(names=tuple(map(str, range(count))), x=np.ones((count, 1)), edge_index=ring)
    trace = GATAttentionLayer(1, 1, generator=new_generator(0)).trace(graph)
    weights = np.random.default_rng(0).random(1_200)
    text = network_html(graph, trace, weights, "t", np.zeros((count, 2)))
    part = strongest(weights, trace.edge_index, count)
    assert 0 < part.edges.size < 1_000
    assert part.told("their α") in text
    assert "not renormalised" in text
    rows = re.findall("<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td><td>(yes|no)</td></tr>", text)
    drawn = set(part.edges.tolist())
    inside = np.asarray(np.isin(trace.edge_index, part.nodes).all(axis=0))
    assert sorted(rows) == sorted(
        (str(j), str(i), f"{weights[k]:.6g}", "yes" if k in drawn else "no")
        for k, (j, i) in enumerate(trace.edge_index.T.tolist())
        if inside[k]
    )
    assert {row[3] for row in rows} == {"yes", "no"}
    best = {i: weights[trace.edges_into(i)].max() for i in part.nodes.tolist()}
    labels = re.findall(r'"label": "(\d\.\d\d)"', text)
    assert len(labels) == sum(weights[k] == best[int(trace.edge_index[1, k])] for k in drawn)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_nodes_one_node_and_both_themes(theme: Theme) -> None:
    empty = Graph(names=(), x=np.zeros((0, 1)), edge_index=np.zeros((2, 0), dtype=int))
    one = Graph(names=("A",), x=np.ones((1, 1)), edge_index=np.zeros((2, 1), dtype=int))
    for graph in (empty, one):
        trace = GATAttentionLayer(1, 1, generator=new_generator(0)).trace(graph)
        text = network_html(graph, trace, trace.alpha[:, 0], "t", np.zeros((graph.num_nodes, 2)), theme=theme)
        assert text.startswith("<!DOCTYPE html>")


def test_what_does_not_fit_is_refused() -> None:
    adj = [[1, 1], [0, 1]]
    trace = with_alpha(adj, uniform(adj))
    with pytest.raises(GatvizError, match="weights"):
        network_html(graph_of(adj), trace, trace.alpha, "t", np.eye(2))
    with pytest.raises(GatvizError, match="positions"):
        network_html(graph_of(adj), trace, trace.alpha[:, 0], "t", np.eye(3))
    with pytest.raises(GatvizError, match="graph"):
        network_html(graph_of(np.eye(3)), trace, trace.alpha[:, 0], "t", np.eye(2))
