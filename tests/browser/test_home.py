"""The first screen in a real browser: complete, true, and at home without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gatviz.colours import Theme
from tests.browser.driver import (
    alpha_rows,
    cells,
    choose_graph,
    choose_head,
    edge_point,
    eventually,
    head_on_show,
    lock_text,
    middle_of,
    open_app,
    set_number,
    shown,
    shows_alpha,
    trace_of,
)


def test_first_picture_is_complete_without_scrolling(page: Page) -> None:
    for selector in (".answer", ".heads-bar", ".graph-panel", ".chain-panel", ".why"):
        box = page.locator(selector).bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_numbers_on_the_first_picture_are_the_trace(page: Page) -> None:
    trace = trace_of()
    assert head_on_show(page) == 2
    assert cells(page, "alpha") == alpha_rows(trace, 2)
    dense = trace.dense("e", 2)
    assert cells(page, "e") == {(i, j): shown(dense[i, j]) for i in range(4) for j in range(4)}
    assert cells(page, "Wh") == {(i, c): shown(trace.Wh[i, 2, c]) for i in range(4) for c in range(3)}


def test_the_strongest_neighbour_of_a_node_can_be_read_off(page: Page) -> None:
    choose_head(page, "2")
    trace = trace_of()
    edges = trace.edges_into(0)
    best = edges.start + int(trace.alpha[edges, 2].argmax())
    label = page.locator(f".edge-label[data-edge='{best}']")
    expect(label).to_have_text(shown(trace.alpha[best, 2]))


def test_switching_heads_needs_no_rerun(page: Page) -> None:
    trace = trace_of()
    page.locator(".chip.locked").click()
    page.wait_for_timeout(600)
    requests = page.evaluate("performance.getEntriesByType('resource').length")
    for head in (1, 2, 3):
        choose_head(page, str(head))
        assert cells(page, "alpha") == alpha_rows(trace, head)
    choose_head(page, "mean of heads")
    mean = trace.alpha.mean(axis=1)
    edges = trace.edge_index.T.tolist()
    assert cells(page, "alpha") == {(i, j): shown(mean[k]) for k, (j, i) in enumerate(edges)}
    assert page.evaluate("performance.getEntriesByType('resource').length") == requests


def test_hover_reads_an_arrow_out(page: Page) -> None:
    choose_head(page, "2")
    page.mouse.move(*edge_point(page, 0, 1))
    value = shown(trace_of().dense("alpha", 2)[0, 1])
    expect(page.locator(".readout")).to_have_text(f"node 1 → node 0, head 2: α = {value}")


def test_dragged_nodes_stay_where_they_are(page: Page) -> None:
    node = page.locator(".node[data-node='1']")
    before = node.bounding_box()
    assert before
    page.mouse.move(before["x"] + 20, before["y"] + 20)
    page.mouse.down()
    page.mouse.move(before["x"] - 60, before["y"] + 80, steps=5)
    page.mouse.up()
    moved = node.bounding_box()
    assert moved
    assert moved["x"] < before["x"] - 50
    transform = node.get_attribute("transform")
    set_number(page, "Seed", 3)
    eventually(lambda: shows_alpha(page, trace_of(seed=3)))
    assert node.get_attribute("transform") == transform


@pytest.mark.parametrize(
    ("label", "value", "changes"),
    [("Seed", 5, {"seed": 5}), ("Heads", 2, {"num_heads": 2}), ("Features per head", 5, {"head_features": 5})],
)
def test_every_change_in_the_sidebar_shows_at_once(page: Page, label: str, value: int, changes: dict[str, Any]) -> None:
    set_number(page, label, value)
    eventually(lambda: shows_alpha(page, trace_of(**changes)))


def test_other_sample_graphs_are_shown(page: Page) -> None:
    choose_graph(page, "Star", 9)
    trace = trace_of("star")
    assert page.locator(".edge").count() == trace.num_edges
    assert page.locator(".edge.added").count() == int(trace.added_loops.sum()) == 9


def test_download_is_a_page_of_its_own(page: Page, tmp_path: Path, browser: Browser) -> None:
    page.get_by_role("button", name="Take away").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as interactive HTML").click()
    path = tmp_path / "taken.html"
    waiting.value.save_as(path)
    context = browser.new_context(offline=True)
    taken = context.new_page()
    outside: list[str] = []
    taken.on("request", lambda request: outside.append(request.url) if request.url.startswith("http") else None)
    taken.goto(path.as_uri())
    expect(taken.locator("canvas")).to_have_count(1)
    expect(taken.locator("body")).to_contain_text("i reads j")
    assert outside == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_small_window_shows_all_without_sideways_scroll(browser: Browser, app_url: str, scheme: Theme) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, color_scheme=scheme)
    page = context.new_page()
    open_app(page, app_url)
    assert page.locator(".gatviz-stage").get_attribute("data-theme") == scheme
    assert page.locator(".gatviz-stage").evaluate("stage => stage.scrollWidth <= stage.clientWidth + 1")
    badge = page.locator(".answer-words .badge")
    expect(badge).to_have_text("untrained weights, seed 175")
    assert badge.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight + 1")
    page.set_viewport_size({"width": 390, "height": 844})
    unfolds, bar = page.get_by_test_id("stExpandSidebarButton"), page.locator(".st-key-bar")
    unfolds.wait_for()
    eventually(lambda: middle_of(unfolds)[1] < 36 <= top_of(bar))
    context.close()


def top_of(element: Locator) -> float:
    box = element.bounding_box()
    return box["y"] if box else -1.0


def test_the_guided_minute_lights_one_zone_after_the_other_and_leaves_all_as_it_was(page: Page) -> None:
    stage, button = page.locator(".gatviz-stage"), page.locator("[data-key='guide']")
    answer = page.locator(".headline").inner_text()
    button.click()
    for step, zone in enumerate(["features", "projection", "scores", "softmax", "taken_in"], start=1):
        expect(stage).to_have_attribute("data-guide", zone)
        expect(button).to_contain_text(f"{step}/5")
        assert page.locator(".headline").inner_text() != answer
        button.click()
    assert stage.get_attribute("data-guide") is None
    expect(page.locator(".headline")).to_have_text(answer)
    button.click()
    page.locator(".node").first.focus()
    page.keyboard.press("Escape")
    assert stage.get_attribute("data-guide") is None
    assert lock_text(page).startswith("locked 1 → 0")


def test_a_click_is_answered_in_view_on_a_small_screen(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    page = context.new_page()
    open_app(page, app_url)
    page.locator(".node[data-node='2']").click()
    expect(page.locator(".headline")).to_contain_text("node 2")
    for selector in (".headline", ".why h3", ".why-table thead"):
        box = page.locator(selector).bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768
    assert cells(page, "alpha") == alpha_rows(trace_of(), 2)
    page.get_by_role("radio", name="Wh", exact=True).click()
    assert cells(page, "Wh") == {(i, c): shown(trace_of().Wh[i, 2, c]) for i in range(4) for c in range(3)}
    context.close()


def test_the_keys_are_listed_at_a_key(page: Page) -> None:
    page.locator(".node").first.focus()
    page.keyboard.press("?")
    expect(page.locator(".keys-table")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".keys-table")).to_be_hidden()
    assert lock_text(page).startswith("locked")


def test_an_empty_canvas_says_how_to_begin_and_the_first_node_brings_features(page: Page) -> None:
    page.locator("svg.graph").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.locator(".headline")).to_have_text("An empty graph.")
    for part in (".chain-panel", ".why"):
        expect(page.locator(part)).to_contain_text("as soon as")
        box = page.locator(part).bounding_box()
        assert box
        assert box["height"] < 60  # a line each
    page.keyboard.press("n")
    expect(page.locator(".headline")).to_contain_text("Every node reads only itself")
    features = page.locator(".features").first.text_content() or ""
    assert features.strip("[]").split(", ") != ["0", "0"]


def test_on_a_small_screen_the_sidebar_is_a_rail_that_unfolds_for_pointer_and_keyboard(
    browser: Browser, app_url: str
) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    page = context.new_page()
    open_app(page, app_url)
    bar = page.get_by_test_id("stSidebar")

    def width() -> float:
        box = bar.bounding_box()
        return box["width"] if box else 0.0

    stage = page.locator(".gatviz-stage")
    room = stage.bounding_box()
    eventually(lambda: width() == 48)
    page.mouse.move(20, 400)
    eventually(lambda: width() > 200)
    assert stage.bounding_box() == room  # it lies over the page, which stays
    page.mouse.move(800, 400)
    eventually(lambda: width() == 48)
    page.get_by_role("spinbutton", name="Seed", exact=True).focus()
    eventually(lambda: width() > 200)
    set_number(page, "Seed", 3)
    eventually(lambda: shows_alpha(page, trace_of(seed=3)))
    context.close()
