"""Projector mode: everything larger, nothing less exact, and remembered."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.driver import cell_point, edge_point, eventually, marked, middle_of, settled, shown, trace_of

ON = "document.documentElement.hasAttribute('data-projector')"


def test_a_key_enlarges_all_and_what_is_pointed_at_is_still_what_is_told(page: Page) -> None:
    small = page.locator(".headline").bounding_box()
    page.keyboard.press("p")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    sizes = "all => all.map(e => Math.round(10 * e.getBoundingClientRect().height / e.offsetHeight) / 10)"
    assert page.locator(".headline").evaluate_all(sizes) == [1.4]
    assert small is not None
    settled(page)
    eventually(lambda: marked(page, "alpha", "locked") == {(0, 1)})
    page.mouse.move(*cell_point(page, "alpha", 2, 3))
    eventually(lambda: marked(page, "alpha", "hover") == {(2, 3)})
    page.mouse.move(*edge_point(page, 0, 1))
    expect(page.locator(".readout")).to_contain_text(f"α = {shown(trace_of().dense('alpha', 2)[0, 1])}")
    node = page.locator(".node[data-node='1']")
    x, y = middle_of(node)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 90, y + 70, steps=4)
    page.mouse.up()
    moved = middle_of(node)
    assert abs(moved[0] - x + 90) < 3
    assert abs(moved[1] - y - 70) < 3
    page.get_by_role("radio", name="Compare", exact=True).click()
    page.get_by_role("radio", name="In and out", exact=True).click()
    grid = page.get_by_test_id("stDataFrame").locator("canvas").first
    size = "c => c.getBoundingClientRect().height / c.offsetHeight"
    grid.scroll_into_view_if_needed()
    settled(page)
    assert round(grid.evaluate(size), 1) == 1.4
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + 1.4 * 35 * 3.5)  # the third row below the titles
    page.get_by_role("radio", name="Explore", exact=True).click()
    eventually(lambda: marked(page, "alpha", "locked") == {(1, 0)})


def test_it_is_remembered_and_left_by_a_click_and_p_is_a_letter_where_one_writes(page: Page) -> None:
    page.get_by_role("button", name="Projector mode").click()
    assert page.evaluate(ON)
    page.reload()
    page.wait_for_selector(".gatviz-stage .node")
    eventually(lambda: bool(page.evaluate(ON)))
    page.get_by_role("button", name="Leave projector mode").click()
    assert not page.evaluate(ON)
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    page.locator(".node[data-node='0']").dblclick()
    page.locator(".node-editor input").first.fill("")
    page.keyboard.press("p")
    assert not page.evaluate(ON)
    expect(page.locator(".node-editor input").first).to_have_value("p")
