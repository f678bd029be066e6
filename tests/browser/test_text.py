"""What people type and what their files hold stands in the page as it is: nothing is fetched, nothing is a link."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.driver import eventually

SHAPES = (
    "![x](http://evil.invalid/a.png)",
    "[x](http://evil.invalid)",
    "http://evil.invalid/b",
    "www.evil.invalid",
    "me@evil.invalid",
    ":red[x] :smile: :material/home:",
    "$x$ **b** `c` a -> b",
    "<img src=http://evil.invalid/c.png>",
)


def open_file(page: Page, content: bytes) -> None:
    page.locator(".st-key-open_graph").get_by_role("button").click()
    file: FilePayload = {"name": "own.json", "mimeType": "application/json", "buffer": content}
    page.locator("[role=dialog] input[type=file]").set_input_files(file)


def stands_as_it_is(page: Page, place: str, text: str) -> None:
    """The page's fixture fails if anything outside was asked for."""
    alert = page.locator(place).locator("[data-testid=stAlert]").first
    eventually(lambda: text in alert.inner_text().replace("\u2060", ""))
    assert page.locator("a[href*='evil']").count() == 0
    assert page.locator("img[src*='evil']").count() == 0
    assert alert.locator("img, a, code, strong, .katex").count() == 0


def test_what_is_typed_to_find_a_node(page: Page) -> None:
    nodes = [{"id": f"n{k}", "features": [1.0]} for k in range(210)]
    graph = {"nodes": nodes, "edges": [[f"n{k}", f"n{k + 1}"] for k in range(209)]}
    open_file(page, json.dumps(graph).encode())
    page.get_by_role("dialog").get_by_role("button", name="Show this graph", exact=True).click()
    expect(page.get_by_label("Show the neighbourhood of a node")).to_be_visible(timeout=60_000)
    for wish in SHAPES:
        page.get_by_label("Show the neighbourhood of a node").fill(wish)
        page.get_by_label("Show the neighbourhood of a node").press("Enter")
        stands_as_it_is(page, "[data-testid=stMain]", wish)


@pytest.mark.parametrize("shape", SHAPES[::3])
def test_what_a_refused_file_holds(page: Page, shape: str) -> None:
    open_file(page, json.dumps({"nodes": [{"id": "A"}], "edges": [["A", shape]]}).encode())
    stands_as_it_is(page, "[role=dialog]", shape)
