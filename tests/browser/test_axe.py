"""What axe-core finds on every view, light and dark: nothing serious. And what axe cannot see: inks within drawings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gatviz.colours import PAPER, Theme, colour_at, contrast
from tests.browser.driver import (
    choose_graph,
    choose_head,
    eventually,
    fold,
    open_app,
    rest_of_the_model,
    set_number,
    settled,
    several_heads,
    unfold,
    unfold_all,
)

LARGE = "\n".join(f"{k} {(k * k + 1) % 300}\n{k} {(k + 1) % 300}" for k in range(300))
OPTIONS: dict[str, dict[str, Any]] = {
    # Every rule of axe's own choice, and that a name holds the words that are seen.
    "light": {"rules": {"label-content-name-mismatch": {"enabled": True}}},
    "dark": {"runOnly": ["color-contrast"]},  # nothing else depends on the theme
}


View = tuple[str, str]
"""What it is called, and the part of the page that no view before has shown: axe looks at that alone."""
WHOLE = "html"
MAIN, STAGE = "[data-testid=stMain]", ".gatviz-stage"
DIALOG, POPOVER, MENU = "[role=dialog]", "[data-testid=stPopoverBody]", ".menu-panel:not([hidden])"


def findings(page: Page, scheme: Theme, part: str) -> list[str]:
    settled(page)
    options = {"resultTypes": ["violations"], "preload": False, **OPTIONS[scheme]}
    there = page.locator(part)
    expect(there).to_have_count(1)
    run = "(part, options) => axe.run(part === document.documentElement ? document : part, options)"
    found = there.evaluate(run, options)["violations"]
    return [
        f"{rule['id']}: {json.dumps(node['target'])} {node['html'][:200]} {node['failureSummary'][:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


# ---- the walk: every function does something and names the view that is there then, and what is new in it -----------


def explore_views(page: Page) -> Iterator[View]:
    yield "home", WHOLE
    page.locator(".chip.locked").click()
    yield "nothing locked", STAGE
    page.locator(".node").first.click()
    yield "a locked node", STAGE
    page.keyboard.press("Escape")
    page.mouse.move(5, 5)
    choose_head(page, "GCN")
    yield "a baseline", STAGE
    unfold(page, "baselines")
    yield "the list of baselines", MENU
    choose_head(page, "0")
    several_heads(page, on=True)
    page.locator(".node").first.hover()
    yield "several heads", STAGE
    several_heads(page, on=False)
    unfold_all(page)
    unfold(page, "more")
    page.locator("select[data-key='nodes']").select_option("evenness")
    yield "unfolded, nodes by evenness, and the menu of what is rare", STAGE
    fold(page, "more")
    page.locator(".node").nth(1).click()
    page.locator(".why [data-key='listed']").click()
    yield "all arrows", STAGE
    page.locator(".why [data-key='listed']").click()
    page.get_by_role("radio", name="Draw").click()
    unfold(page, "more")
    page.get_by_role("button", name="Pin as baseline").click()
    set_number(page, "Seed", 9)
    yield "drawing, and changed since a baseline", WHOLE
    for panel in ("Table", "Weights"):
        unfold(page, "more")
        page.locator(".toolbar").get_by_role("button", name=panel, exact=True).click()
        fold(page, "more")
        page.get_by_test_id("stDataFrame").first.wait_for()
        yield f"{panel} panel", WHOLE
        unfold(page, "more")
        page.locator(".toolbar").get_by_role("button", name=panel, exact=True).click()
        expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
        expect(page.locator(".gatviz-stage")).to_have_count(1)  # the one of before goes after the new one stands
        fold(page, "more")


def dialogs(page: Page) -> Iterator[View]:
    page.locator(".st-key-open_graph").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    for way in ("From files", "Generate", "Paste text"):
        dialog.get_by_role("radio", name=way).click()
        yield f"Open: {way}", DIALOG
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open weights", exact=True).click()
    yield "Open weights", DIALOG
    page.keyboard.press("Escape")
    for saved, key in (("Save", "save_open"), ("Save weights", "save_weights_open"), ("Take away", "")):
        within = page.locator(f".st-key-{key}") if key else page
        within.get_by_role("button", name="Save" if key else saved, exact=True).click()
        page.get_by_test_id("stPopoverBody").get_by_role("button").first.wait_for()
        yield saved, POPOVER
        page.keyboard.press("Escape")
    rest_of_the_model(page)
    page.get_by_test_id("stSelectbox").nth(1).click()
    page.get_by_role("option", name="GATv2", exact=True).click()
    yield "GATv2, more about the model", WHOLE


def comparisons(page: Page) -> Iterator[View]:
    """What if comes with the pin that was set before."""
    page.get_by_role("radio", name="Compare", exact=True).click()
    page.wait_for_selector(".js-plotly-plot .gtitle, .gatviz-panels .edge")
    tabs = page.get_by_role("radiogroup", name="What to compare").get_by_role("radio")
    for section in tabs.all_inner_texts():
        page.get_by_role("radio", name=section, exact=True).click()
        page.wait_for_selector(".js-plotly-plot .gtitle, .gatviz-panels .edge")
        yield f"Compare: {section}", MAIN
    page.get_by_role("radio", name="Explore", exact=True).click()


def explained(page: Page) -> Iterator[View]:
    page.get_by_role("radio", name="Explain", exact=True).click()
    page.get_by_role("button", name="Show in Explore").wait_for()
    yield "Explain", WHOLE
    page.get_by_role("radio", name="Explore", exact=True).click()


def other_graphs(page: Page) -> Iterator[View]:
    page.locator(".st-key-open_graph").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Paste text").click()
    dialog.get_by_role("textbox").first.fill(LARGE)
    page.keyboard.press("Control+Enter")
    dialog.get_by_role("button", name="Show this graph").click()
    eventually(lambda: 100 < page.locator(".node").count() <= 200)
    yield "part of a large graph", WHOLE
    page.get_by_role("radio", name="Draw").click()
    page.get_by_role("button", name="Clear").click()
    eventually(lambda: page.locator(".node").count() == 0)
    yield "empty graph", WHOLE


def trained(page: Page) -> Iterator[View]:
    page.get_by_role("radio", name="Train", exact=True).click()
    page.locator(".st-key-experiment-karate").get_by_role("button").click()
    expect(page.locator(".epoch-count")).to_have_text("0")
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator(".epoch-count")).to_have_text("1")
    page.get_by_role("button", name="Paint labels").click()
    for panel in ("Over epochs", "Embedding", "One step"):
        page.get_by_role("tab", name=panel).click()
        expect(page.get_by_role("tab", name=panel)).to_have_attribute("aria-selected", "true")
        yield f"Train: {panel}", WHOLE if panel == "Over epochs" else ".train-side"


WALKS: tuple[Callable[[Page], Iterator[View]], ...] = (
    explore_views,
    dialogs,
    comparisons,
    explained,
    other_graphs,
    trained,
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_on_any_view(browser: Browser, app_url: str, scheme: Theme) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    open_app(page, app_url)
    page.evaluate(Axe().axe_script)
    wrong = [
        f"{view}: {finding}" for walk in WALKS for view, part in walk(page) for finding in findings(page, scheme, part)
    ]
    context.close()
    assert wrong == []


# ---- words within drawings: axe looks at neither SVG nor canvas ---------------------------------------------------

_WRITTEN = """stage => {
    const found = [];
    for (const text of stage.querySelectorAll(".node text.inside")) {
        const circle = text.parentNode.querySelector("circle");
        found.push([text.textContent, getComputedStyle(text).fill, getComputedStyle(circle).fill]);
    }
    for (const view of stage.querySelectorAll(".matrix-view")) {
        const canvas = view.querySelector("canvas"), pen = canvas.getContext("2d");
        for (const text of view.querySelectorAll(".numbers text")) {
            const [x, y] = [text.getAttribute("x"), text.getAttribute("y")].map(Number);
            if (x >= canvas.width || y >= canvas.height) continue;
            const [r, g, b, a] = pen.getImageData(x, y, 1, 1).data;
            found.push([text.textContent, getComputedStyle(text).fill, `rgba(${r}, ${g}, ${b}, ${a / 255})`]);
        }
    }
    return found;
}"""


def on_paper(colour: str, scheme: Theme) -> str:
    """A colour as the browser tells it, on the page's paper, as hex."""
    red, green, blue, *rest = map(float, re.findall(r"[\d.]+", colour))
    opaque = "#" + "".join(f"{round(part):02x}" for part in (red, green, blue))
    return colour_at((PAPER[scheme], opaque), *rest or [1.0])


def inks(page: Page, scheme: Theme) -> int:
    """Check every word that is written on a colour now; how many there are."""
    found = page.locator(".gatviz-stage").evaluate(_WRITTEN)
    for text, ink, ground in found:
        assert contrast(on_paper(ink, scheme), on_paper(ground, scheme)) >= 4.5, (text, ink, ground)
    return len(found)


def larger(page: Page) -> None:
    """Zoom into the matrices until their cells hold numbers."""
    numbers = page.locator(".card .numbers text")
    for _ in range(8):
        if numbers.count():
            return
        page.get_by_role("button", name="larger cells").click()
    expect(numbers).not_to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_on_a_colour_can_be_read(browser: Browser, app_url: str, scheme: Theme) -> None:
    context = browser.new_context(viewport={"width": 1800, "height": 1000}, color_scheme=scheme)
    page = context.new_page()
    open_app(page, app_url)
    unfold_all(page)
    unfold(page, "more")
    page.locator("select[data-key='nodes']").select_option("evenness")
    assert inks(page, scheme) > 60
    page.get_by_role("button", name="Pin as baseline").click()
    fold(page, "more")
    set_number(page, "Seed", 9)
    page.locator(".card[data-stage='change'] .numbers text").first.wait_for()
    assert inks(page, scheme) > 60
    choose_graph(page, "Two communities", 20)
    assert inks(page, scheme) == 20  # nodes alone: of so many rows the cells are colour
    larger(page)
    assert inks(page, scheme) > 60
    context.close()


def test_a_nodes_name_begins_with_what_is_written_on_it(page: Page) -> None:
    for title, nodes in (("Tutorial", 4), ("Star", 9)):
        choose_graph(page, title, nodes)
        for node in page.locator(".node").all():
            written = (node.locator("text").text_content() or "").rstrip("…")
            assert (node.get_attribute("aria-label") or "").startswith(written)
