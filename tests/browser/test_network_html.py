"""The page to take away in a real browser: what stands there, and that no name runs and nothing is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from gatviz import GATAttentionLayer, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.charts.network_html import network_html
from gatviz.colours import SEQUENTIAL, colour_at
from tests.attention.hand_traces import graph_of, with_alpha
from tests.charts.cases import NAMES, READS, hostile_page


def opened(browser: Browser, page_text: str, tmp_path: Path) -> tuple[Page, list[str]]:
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


def test_the_page_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    page, wrong = opened(browser, hostile_page(), tmp_path)
    edges = page.evaluate(
        "Object.values(network.body.edges).map(e => [e.fromId, e.toId, e.connected, e.options.dashes,"
        " e.options.arrows.to.enabled, e.options.hidden, e.edgeType.constructor.name !== '' && isFinite(e.to.x)])"
    )
    drawn = {(source, target): rest for source, target, *rest in edges}
    assert set(drawn) == {(int(j), int(i)) for i, j in np.argwhere(READS)}
    assert all(rest[0] and rest[2] and not rest[3] and rest[4] for rest in drawn.values())
    assert {edge for edge, rest in drawn.items() if rest[1]} == {(2, 2), (3, 3)}
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


def test_nodes_stand_where_the_screen_has_them(browser: Browser, tmp_path: Path) -> None:
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


def test_width_and_colour_are_the_weight_on_a_fixed_scale(browser: Browser, tmp_path: Path) -> None:
    adj = [[1, 1], [0, 1]]
    trace = with_alpha(adj, [[[0.25, 0.75], [0, 1]]])
    page, _ = opened(browser, network_html(graph_of(adj), trace, trace.alpha[:, 0], "t", np.eye(2)), tmp_path)
    edges = {(e["from"], e["to"]): e for e in page.evaluate("edges.get()")}
    widths = {edge: e["width"] for edge, e in edges.items()}
    full = widths[1, 1]
    empty = (4 * widths[0, 0] - full) / 3
    assert empty > 1
    assert widths[1, 0] == pytest.approx(empty + 0.75 * (full - empty))
    assert edges[1, 1]["color"] == SEQUENTIAL["light"][-1]
    assert edges[0, 0]["color"] == colour_at(SEQUENTIAL["light"], 0.1 + 0.9 * 0.25)
    assert [edges[edge].get("label") for edge in ((0, 0), (1, 0), (1, 1))] == [None, "0.75", "1.00"]
    assert edges[1, 0]["title"] == "B → A: 0.75"
    page.close()
