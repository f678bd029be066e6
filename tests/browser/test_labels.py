"""What is written on the graph can be read: on no node, on nothing else that is written, and within the canvas."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from gatviz import sample_graph, sample_graph_names
from tests.browser.driver import choose_graph, open_app

_LOCKED_IN_TURN = 6
_MEASURED = """svg => {
    const box = svg.getBoundingClientRect(), wrong = [];
    const nodes = Array.from(svg.querySelectorAll('.node circle'), c => c.getBoundingClientRect());
    const written = Array.from(svg.querySelectorAll('.edge-label rect, .node text.outside:not(.crowded)'));
    const called = e => (e.parentNode.querySelector('text') ?? e).textContent;
    for (const element of written) {
        const b = element.getBoundingClientRect();
        if (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1)
            wrong.push(`${called(element)} leaves the canvas`);
        for (const n of nodes) {
            const [x, y, r] = [n.x + n.width / 2, n.y + n.height / 2, n.width / 2 - 2];
            if (Math.hypot(Math.max(b.left - x, 0, x - b.right), Math.max(b.top - y, 0, y - b.bottom)) < r)
                wrong.push(`${called(element)} lies on a node`);
        }
    }
    nodes.forEach((a, k) => nodes.slice(0, k).forEach(b => {
        if (Math.hypot(a.x - b.x, a.y - b.y) < (a.width + b.width) / 2 - 5) wrong.push('two nodes overlap');
    }));
    return wrong;
}"""


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_no_name_or_number_lies_on_a_node_of_any_sample(browser: Browser, app_url: str, size: tuple[int, int]) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    open_app(page, app_url)
    wrong: dict[Any, list[str]] = {}
    for name in sample_graph_names():
        count = sample_graph(name).num_nodes
        page.mouse.move(20, 300)  # over the sidebar, which is a rail on a small screen
        choose_graph(page, name.replace("_", " ").capitalize(), count)
        page.mouse.move(size[0] / 2, 5)
        for node in (None, *range(min(count, _LOCKED_IN_TURN))):
            if node is not None:
                page.locator(f".node[data-node='{node}']").focus()
                page.keyboard.press("Enter")
                page.wait_for_timeout(100)
            found = page.locator("svg.graph").evaluate(_MEASURED)
            if found:
                wrong[name, node] = found
    context.close()
    assert not wrong
