"""Nothing is lost: a reload, a new server, another tab, a link, a browser that keeps nothing."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from gatviz.ui.session import keeping
from gatviz.ui.session.kept import from_file
from tests.browser.conftest import Server
from tests.browser.driver import eventually, open_app, set_number, settled, unfold

ALL = """async () => await new Promise((settle) => {
    const request = indexedDB.open("gatviz", 1);
    request.onsuccess = () => {
        if (!request.result.objectStoreNames.contains("kept")) return settle([]);
        const all = request.result.transaction("kept").objectStore("kept").getAll();
        all.onsuccess = () => settle(all.result.map(({ title, content }) => [title, content]));
    };
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () => settle([]);
})"""


def names(page: Page) -> list[str]:
    found: list[str] = page.locator(".graph .node[data-node]").evaluate_all("all => all.map(n => n.dataset.name)")
    return found


def has_nodes(page: Page, count: int) -> bool:
    return len(names(page)) == count


def seed(page: Page) -> str:
    return page.get_by_role("spinbutton", name="Seed", exact=True).input_value()


def undo_title(page: Page) -> str:
    return page.locator(".toolbar [data-key='undo']").get_attribute("title") or ""


def said(page: Page) -> str:
    return page.locator(".keeper").inner_text() if page.locator(".keeper *").count() else ""


def kept(page: Page) -> list[str]:
    return [title for title, _ in page.evaluate(ALL)]


def is_kept(page: Page, *, seed: int, nodes: int) -> bool:
    """Whether a session is kept that has both."""
    all_works = [from_file(base64.b64decode(content), "kept").work for _, content in page.evaluate(ALL)]
    return any((work.settings.seed, work.graph.num_nodes) == (seed, nodes) for work in all_works)


def new_node(page: Page) -> None:
    count = len(names(page))
    page.locator("svg.graph").focus()
    page.keyboard.press("n")
    eventually(lambda: len(names(page)) == count + 1)


def open_table(page: Page) -> None:
    unfold(page, "more")
    page.locator("[data-key='table']").click()
    page.keyboard.press("Escape")
    page.get_by_test_id("stDataFrame").first.wait_for()
    settled(page)


def change(page: Page) -> None:
    """A node more and another seed, known to be kept."""
    new_node(page)
    set_number(page, "Seed", 3)
    eventually(lambda: is_kept(page, seed=3, nodes=5))
    assert kept(page) == ["tutorial, edited"]


def check_changed(page: Page) -> None:
    eventually(lambda: names(page) == ["0", "1", "2", "3", "4"])
    eventually(lambda: seed(page) == "3")
    assert undo_title(page).startswith("Undo: seed 175 → 3")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def tab(context: BrowserContext, app_url: str) -> Page:
    page = context.new_page()
    open_app(page, app_url)
    return page


def test_all_is_there_after_a_reload_and_can_be_undone(tab: Page) -> None:
    change(tab)
    open_table(tab)
    expect(tab.get_by_test_id("stDataFrame")).to_be_visible()
    tab.wait_for_timeout(1500)
    tab.reload()
    tab.wait_for_selector(".gatviz-stage .node")
    check_changed(tab)
    assert said(tab).startswith("Restored your work from ")
    expect(tab.get_by_test_id("stDataFrame")).to_be_visible()
    tab.locator(".toolbar [data-key='undo']").click()
    eventually(lambda: seed(tab) == "175")


def test_what_was_done_just_before_a_reload_is_there_after_it(tab: Page) -> None:
    """Nothing of it was kept yet, nor was any of it answered."""
    tab.locator("svg.graph").focus()
    for _ in range(3):
        tab.keyboard.press("n")
    tab.keyboard.press("Control+z")
    tab.reload()
    tab.wait_for_selector(".gatviz-stage .node")
    eventually(lambda: names(tab) == ["0", "1", "2", "3", "4", "5"])
    expect(tab.locator(".toolbar [data-key='redo']")).to_have_attribute("title", re.compile("^Redo: new node 6"))
    eventually(lambda: said(tab).startswith("Restored your work from "))
    eventually(lambda: kept(tab) == ["tutorial, edited"])
    assert said(tab).startswith("Restored your work from "), "what is sent again is no doing of the person's"
    set_number(tab, "Seed", 3)
    eventually(lambda: "seed 175" in undo_title(tab))
    tab.get_by_role("radio", name="Compare", exact=True).click()
    tab.locator(".gatviz-panels").first.wait_for()
    tab.reload()
    expect(tab.get_by_role("radio", name="Compare", exact=True)).to_be_checked()
    eventually(lambda: seed(tab) == "3")


def test_all_is_there_on_another_page_and_back(tab: Page) -> None:
    change(tab)
    tab.goto("about:blank")
    tab.go_back()
    tab.wait_for_selector(".gatviz-stage .node")
    check_changed(tab)


def test_going_through_the_workspaces_brings_nothing_back(tab: Page) -> None:
    """What keeps the work is mounted anew there; what was kept a moment ago must not come over what is on the page."""
    change(tab)
    set_number(tab, "Seed", 4)
    for workspace in ("Compare", "Explore", "Explain", "Explore", "Train", "Explore"):
        choice = tab.get_by_role("radio", name=workspace, exact=True)
        choice.click()
        expect(choice).to_be_checked()
        tab.wait_for_timeout(700)
        expect(choice).to_be_checked()
        assert said(tab) == ""
        assert seed(tab) == "4"
    eventually(lambda: is_kept(tab, seed=4, nodes=5))
    tab.reload()
    eventually(lambda: said(tab).startswith("Restored your work from ") and seed(tab) == "4")


def test_start_afresh_leaves_what_was_kept(tab: Page) -> None:
    change(tab)
    tab.reload()
    tab.get_by_role("button", name="Start afresh").click()
    eventually(lambda: names(tab) == ["0", "1", "2", "3"] and seed(tab) == "175")
    assert undo_title(tab) == "Nothing to undo"
    assert kept(tab) == ["tutorial, edited"]
    tab.reload()
    tab.get_by_role("button", name="tutorial, edited").click()
    check_changed(tab)


def test_a_new_server_gets_all_of_it_and_what_was_drawn_without_one(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    open_app(page, server.url)
    change(page)
    server.stop()
    page.locator("svg.graph").focus()
    for _ in range(2):
        page.keyboard.press("n")
    server.start()
    eventually(lambda: names(page) == ["0", "1", "2", "3", "4", "5", "6"], 60)
    eventually(lambda: seed(page) == "3")
    page.wait_for_timeout(1500)
    assert len(kept(page)) == 1
    for _ in range(3):
        page.keyboard.press("Control+z")
    eventually(lambda: seed(page) == "175" and len(names(page)) == 5)


def test_two_tabs_do_not_mix_also_where_one_is_a_copy(context: BrowserContext, tab: Page, app_url: str) -> None:
    change(tab)
    second = context.new_page()
    open_app(second, app_url)
    eventually(lambda: said(second).startswith("Work is kept on this computer"))
    new_node(second)
    new_node(second)
    eventually(lambda: len(kept(second)) == 2)
    with context.expect_page() as opened:
        tab.evaluate("window.open(location.href)")  # takes the tab's own storage along
    third = opened.value
    third.wait_for_selector(".gatviz-stage .node")
    check_changed(third)
    new_node(third)
    eventually(lambda: is_kept(third, seed=3, nodes=6))
    for page, count in ((tab, 5), (second, 6), (third, 6)):
        page.reload()
        page.wait_for_selector(".gatviz-stage .node")
        eventually(partial(has_nodes, page, count))
    assert (seed(tab), seed(second), seed(third)) == ("3", "175", "3")


def test_a_link_opens_beside_what_was_kept(context: BrowserContext, tab: Page, app_url: str) -> None:
    change(tab)
    tab.get_by_test_id("stPopoverButton").filter(has_text="Save").first.click()
    code = tab.get_by_test_id("stPopoverBody").locator("code").first
    expect(code).to_contain_text("#g=")
    link = (code.text_content() or "").strip()
    assert link.startswith(f"{app_url}/#g=") or link.startswith(f"{app_url}#g=")
    tab.keyboard.press("Escape")
    other = context.new_page()
    open_app(other, link)
    eventually(lambda: len(names(other)) == 5 and seed(other) == "3")
    assert said(other).startswith("Opened from the link.")
    assert undo_title(other) == "Nothing to undo"
    assert "#" not in other.url
    eventually(lambda: kept(other) == ["tutorial, edited"] * 2)
    other.reload()
    other.wait_for_selector(".gatviz-stage .node")
    eventually(lambda: len(names(other)) == 5 and seed(other) == "3")
    new_node(other)
    eventually(lambda: is_kept(other, seed=3, nodes=6))
    tab.reload()
    tab.wait_for_selector(".gatviz-stage .node")
    check_changed(tab)
    tab.evaluate("link => { location.href = link; }", link)
    eventually(lambda: said(tab).startswith("Opened from the link."))
    eventually(lambda: kept(tab) == ["tutorial, edited"] * 3)
    broken = context.new_page()
    open_app(broken, f"{link[:-9]}")
    eventually(lambda: "the link: expected a whole link" in said(broken))
    assert names(broken) == ["0", "1", "2", "3"]


def test_all_that_is_kept_is_forgotten(tab: Page) -> None:
    change(tab)
    tab.get_by_test_id("stPopoverButton").filter(has_text="Save").first.click()
    tab.get_by_role("button", name="Forget on this computer").click()
    eventually(lambda: kept(tab) == [])
    eventually(lambda: "Nothing of your work is kept" in said(tab))
    tab.keyboard.press("Escape")
    new_node(tab)
    tab.wait_for_timeout(1500)
    assert kept(tab) == []
    tab.reload()
    tab.wait_for_selector(".gatviz-stage .node")
    tab.wait_for_timeout(1000)
    assert names(tab) == ["0", "1", "2", "3"]


def test_a_browser_that_keeps_nothing_says_so_and_goes_on(context: BrowserContext, app_url: str) -> None:
    context.add_init_script("Object.defineProperty(window, 'indexedDB', { get() { throw new Error('not here'); } })")
    page = context.new_page()
    open_app(page, app_url)
    new_node(page)
    eventually(lambda: "keeps nothing for this page" in said(page))
    new_node(page)
    assert names(page) == ["0", "1", "2", "3", "4", "5"]


def test_a_session_too_large_for_the_browser_says_so(tab: Page) -> None:
    change(tab)
    content = io.BytesIO()
    x = np.random.default_rng(0).random((keeping.MAX_KEPT // 8 // 100 + 2000, 100))
    np.savez(content, x=x, edge_index=np.zeros((2, 1), dtype=np.int64))
    tab.get_by_test_id("stBaseButton-tertiary").filter(has_text="Open").first.click()
    large: FilePayload = {"name": "large.npz", "mimeType": "application/octet-stream", "buffer": content.getvalue()}
    tab.locator("input[type=file]").first.set_input_files([large])
    tab.get_by_role("button", name="Show this graph").click(timeout=60_000)
    eventually(lambda: "this session: expected at most 8 MB to keep it in the browser" in said(tab), 60)
    tab.get_by_test_id("stPopoverButton").filter(has_text="Save").first.click()
    expect(tab.get_by_test_id("stPopoverBody")).to_contain_text("this session as a link: expected at most 16,000")


# ---- Ctrl+Z ----------------------------------------------------------------------------------------------------------


def test_ctrl_z_takes_a_step_back_wherever_no_text_is_being_edited(page: Page) -> None:
    field = page.get_by_role("spinbutton", name="Seed", exact=True)
    set_number(page, "Seed", 3)
    eventually(lambda: "seed 175" in undo_title(page))
    field.press("Control+z")
    eventually(lambda: undo_title(page) == "Nothing to undo")
    expect(field).to_have_count(1)  # the one of before goes once the run has ended
    expect(field).to_have_value("175")
    page.get_by_test_id("stPopoverButton").filter(has_text="Save").first.click()
    page.get_by_test_id("stPopoverBody").wait_for()
    page.keyboard.press("Control+Shift+z")  # what unfolds is no text either
    eventually(lambda: "seed 175" in undo_title(page))
    page.keyboard.press("Escape")
    expect(field).to_have_count(1)
    expect(field).to_have_value("3")
    field.press_sequentially("4")
    field.press("Control+z")  # of what is being typed, which is the browser's own
    page.wait_for_timeout(700)
    assert "seed 175" in undo_title(page)
    page.get_by_text("Compare", exact=True).click()
    expect(page.locator(".gatviz-stage .chain-panel")).to_have_count(0)
    page.locator("body").press("Control+z")
    page.get_by_text("Explore", exact=True).click()
    eventually(lambda: undo_title(page) == "Nothing to undo" and seed(page) == "175")


def test_a_dialog_that_is_closed_by_a_click_beside_it_keeps_the_text(page: Page) -> None:
    page.get_by_test_id("stBaseButton-tertiary").filter(has_text="Open").first.click()
    page.get_by_text("Paste text", exact=True).click()
    page.get_by_role("textbox", name="Edges, matrix").fill("source,target\nA,B")
    page.mouse.click(3, 450)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_test_id("stBaseButton-tertiary").filter(has_text="Open").first.click()
    expect(page.get_by_role("textbox", name="Edges, matrix")).to_have_value("source,target\nA,B")


@pytest.mark.parametrize("pause", [0, 40, 80])
def test_numbers_typed_fast_into_the_table_are_whole_cell_after_cell(page: Page, pause: int) -> None:
    open_table(page)
    grid = page.get_by_test_id("stDataFrame").locator("canvas").first
    box = grid.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 30, box["y"] + 52)
    typed = ["5678", "912", "34"]
    for text in typed:
        for key in (*text, "Enter"):
            page.keyboard.press(key)
            page.wait_for_timeout(pause)
    for row, text in enumerate(typed):
        cell = page.get_by_test_id("stDataFrame").locator("[role=gridcell]").nth(4 * row + 3)
        expect(cell).to_have_text(text)
