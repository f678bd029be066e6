"""The page to take away: everything drawn, nothing from outside, no name that runs."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from gatviz import GATAttentionLayer, Graph, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.charts.colours import SEQUENTIAL, colour_at
from gatviz.charts.network_html import network_html
from gatviz.errors import GatvizError
from gatviz.graph.subgraph import strongest
from tests.attention.hand_traces import graph_of, uniform, with_alpha

HOSTILE = "<img src=x onerror=window.attacked=1>"
NAMES = (HOSTILE, "</script><script>window.attacked=2</script>", "<a href='x'>&amp;", "中文", "plain")
ADJ = np.array([[1, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]])
# Both 0 → 1 and 1 → 0; loops at 0 (given), 2 and 3 (added); 4 is read and reads nothing.


def hostile_page() -> str:
    trace = with_alpha(ADJ, uniform(ADJ), added=[2, 3])
    graph = graph_of(ADJ, NAMES, ["<b>class</b>", None, None, "x", None])
    return network_html(graph, trace, trace.alpha[:, 0], f"title {HOSTILE}", np.arange(10.0).reshape(5, 2) ** 2)


def opened(browser: Browser, page_text: str, tmp_path: Path):
    """The page as a browser opens it from disk, every request noted but its own."""
    path = tmp_path / "taken.html"
    path.write_text(page_text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if request.url != path.as_uri() else None)
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("window.network && network.body.nodeIndices.length > 0")
    return page, wrong


def test_nothing_points_outside():
    text = hostile_page()
    scripts = re.sub(r"<script[^>]*>.*?</script>", "<script></script>", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|href)\s*=\s*[\"']?\s*(https?:|//)", scripts.replace(html.escape(NAMES[2]), ""))
    assert not re.search(r"<script[^>]+src", text)
    assert "<link" not in scripts
    assert "default-src 'none'" in text
    assert "sourceMappingURL" not in text


def test_no_name_becomes_markup():
    text = hostile_page()
    for name in (HOSTILE, NAMES[1], "<b>class</b>"):
        assert name not in text
    assert html.escape(f"title {HOSTILE}") in text
    assert html.escape(NAMES[1]) in text


def test_the_page_in_a_browser(browser: Browser, tmp_path: Path):
    page, wrong = opened(browser, hostile_page(), tmp_path)
    edges = page.evaluate(
        "Object.values(network.body.edges).map(e => [e.fromId, e.toId, e.connected, e.options.dashes,"
        " e.options.arrows.to.enabled, e.options.hidden, e.edgeType.constructor.name !== '' && isFinite(e.to.x)])"
    )
    drawn = {(source, target): rest for source, target, *rest in edges}
    assert set(drawn) == {(int(j), int(i)) for i, j in np.argwhere(ADJ)}
    assert all(rest[0] and rest[2] and not rest[3] and rest[4] for rest in drawn.values())
    assert {arc for arc, rest in drawn.items() if rest[1]} == {(2, 2), (3, 3)}
    assert page.evaluate("network.physics.physicsEnabled") is False
    # A node that is pointed at shows its name as text, also with "href" in it.
    for node in range(5):
        point = page.evaluate(f"network.canvasToDOM(network.getPosition({node}))")
        box = page.locator("canvas").bounding_box()
        assert box
        page.mouse.move(box["x"] + point["x"] - 30, box["y"] + point["y"] - 30)
        page.mouse.move(box["x"] + point["x"], box["y"] + point["y"], steps=4)
        expect(page.locator(".vis-tooltip")).to_contain_text(NAMES[node])
    assert page.locator("img, .popup").count() == 0
    assert page.evaluate("window.attacked") is None
    assert wrong == []
    page.close()


def test_nodes_stand_where_the_screen_has_them(browser: Browser, tmp_path: Path):
    graph = sample_graph("tutorial")
    positions = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 1.0]])
    trace = GATAttentionLayer(2, 3, 2, generator=new_generator(0)).trace(graph)
    page, wrong = opened(browser, network_html(graph, trace, trace.alpha[:, 1], "t", positions), tmp_path)
    page.wait_for_timeout(300)
    found = np.array(page.evaluate("[0, 1, 2, 3].map(n => [network.getPosition(n).x, -network.getPosition(n).y])"))
    scale = (found[1, 0] - found[0, 0]) / 4
    np.testing.assert_allclose((found - found[0]) / scale, positions - positions[0], atol=1e-6)
    assert wrong == []
    page.close()


def test_width_and_colour_are_the_weight_on_a_fixed_scale(browser: Browser, tmp_path: Path):
    adj = [[1, 1], [0, 1]]
    trace = with_alpha(adj, [[[0.25, 0.75], [0, 1]]])
    page, _ = opened(browser, network_html(graph_of(adj), trace, trace.alpha[:, 0], "t", np.eye(2)), tmp_path)
    arcs = {(e["from"], e["to"]): e for e in page.evaluate("edges.get()")}
    widths = {arc: e["width"] for arc, e in arcs.items()}
    full = widths[1, 1]
    empty = (4 * widths[0, 0] - full) / 3
    assert empty > 1
    assert widths[1, 0] == pytest.approx(empty + 0.75 * (full - empty))
    assert arcs[1, 1]["color"] == SEQUENTIAL["light"][-1]
    assert arcs[0, 0]["color"] == colour_at(SEQUENTIAL["light"], 0.1 + 0.9 * 0.25)
    assert [arcs[arc].get("label") for arc in ((0, 0), (1, 0), (1, 1))] == [None, "0.75", "1.00"]
    assert arcs[1, 0]["title"] == "B → A: 0.75"
    page.close()


def test_the_table_holds_every_number():
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", hostile_page())
    assert len(rows) == int(ADJ.sum())
    assert (html.escape(NAMES[1]), html.escape(HOSTILE), "0.333333") in rows


def test_large_graphs_are_cut_and_say_so():
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
    inside = np.isin(trace.edge_index, part.nodes).all(axis=0)
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
def test_no_nodes_one_node_and_both_themes(theme):
    empty = Graph(names=(), x=np.zeros((0, 1)), edge_index=np.zeros((2, 0), dtype=int))
    one = Graph(names=("A",), x=[[1]], edge_index=[[0], [0]])
    for graph in (empty, one):
        trace = GATAttentionLayer(1, 1, generator=new_generator(0)).trace(graph)
        text = network_html(graph, trace, trace.alpha[:, 0], "t", np.zeros((graph.num_nodes, 2)), theme=theme)
        assert text.startswith("<!DOCTYPE html>")


def test_what_does_not_fit_is_refused():
    adj = [[1, 1], [0, 1]]
    trace = with_alpha(adj, uniform(adj))
    with pytest.raises(GatvizError, match="weights"):
        network_html(graph_of(adj), trace, trace.alpha, "t", np.eye(2))
    with pytest.raises(GatvizError, match="positions"):
        network_html(graph_of(adj), trace, trace.alpha[:, 0], "t", np.eye(3))
    with pytest.raises(GatvizError, match="graph"):
        network_html(graph_of(np.eye(3)), trace, trace.alpha[:, 0], "t", np.eye(2))
