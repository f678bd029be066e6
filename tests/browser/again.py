"""A page that serves test after test: what one of them changed is taken back, a tenth of a new page's time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from playwright.sync_api import Error, Page

from tests.browser.driver import choose_head, edge_point, eventually, lock_text, open_app, settled

MAX_STEPS = 4
"""After so many steps of the session a new page is quicker."""
LIMIT = 2
"""Seconds until a page that was put back must show what it showed at first."""

_LOOK = """stage => ({
    said: stage.innerText,
    chosen: [...stage.querySelectorAll("[aria-checked], [aria-pressed], [aria-expanded], select")].map((one) => [
        one.dataset.key ?? one.textContent,
        one.ariaChecked ?? one.ariaPressed ?? one.ariaExpanded ?? one.value,
    ]),
    nodes: [...stage.querySelectorAll(".node")].map((one) => [one.dataset.name, one.getAttribute("transform")]),
    arrows: [...stage.querySelectorAll(".edge")].map((one) => one.getAttribute("class")),
    view: stage.querySelector("svg.graph").getAttribute("viewBox"),
    beside: [...document.querySelectorAll("input, textarea")].map((one) => one.value),
    page: [location.href, document.querySelectorAll("[role=dialog], [data-testid=stDataFrame]").length],
})"""
"""What a person sees of the first picture, and what is chosen behind its menus."""
_CHOOSE = """(stage, first) => {
    const menus = [...stage.querySelectorAll("[data-key=more], [data-key=baselines]")];
    const fold = () => menus.forEach((one) => one.ariaExpanded === "true" && one.click());
    const unfold = () => (fold(), menus.forEach((one) => one.click())); // what is in it is as the state is then
    unfold();
    for (const [key, value] of first) {
        const one = [...stage.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) =>
            one.matches("[aria-checked], [aria-pressed], [aria-expanded], select"));
        if (!one || menus.includes(one) || key === "layout") continue; // to choose a layout is an edit
        if ((one.ariaChecked ?? one.ariaPressed ?? one.ariaExpanded ?? one.value) === value) continue;
        if (one.matches("select")) {
            one.value = value;
            one.dispatchEvent(new Event("change", { bubbles: true }));
        } else if (one.ariaChecked === null || one.role !== "radio" || value === "true") one.click();
    }
    unfold();
    fold();
}"""
"""Choose what was chosen at first; of a group the one that was chosen takes the place of the others."""


class Again:
    """One page for many tests, each of which finds it as it was at first, or a new one."""

    def __init__(self, opened: Callable[[], AbstractContextManager[tuple[Page, list[str]]]], url: str) -> None:
        self.opened, self.url = opened, url
        self.held: AbstractContextManager[tuple[Page, list[str]]] | None = None
        self.page: Page | None = None
        self.wrong: list[str] = []
        self.first: dict[str, Any] = {}

    def as_at_first(self) -> Page:
        if self.page is not None:
            try:
                self._put_back(self.page)
                return self.page
            except (AssertionError, Error):
                self.leave()
        self.held = self.opened()
        self.page, self.wrong = self.held.__enter__()
        open_app(self.page, self.url)
        settled(self.page)
        self.first = look(self.page)
        return self.page

    def leave(self) -> None:
        if self.held is not None:
            self.held.__exit__(None, None, None)
        self.held = self.page = None

    def _put_back(self, page: Page) -> None:
        self.wrong.clear()  # that was told where it happened
        page.keyboard.press("Escape")  # a popover, or a menu
        assert page.locator("[role=dialog]").count() == 0
        explore = page.get_by_role("radio", name="Explore", exact=True)
        if not explore.is_checked():
            explore.click()
            page.wait_for_selector(".gatviz-stage .why")
        page.mouse.move(5, 5)
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        settled(page)
        page.evaluate("document.activeElement?.blur()")
        stage = page.locator(".gatviz-stage")
        stage.evaluate(_CHOOSE, self.first["chosen"])
        if self._undo(page):
            settled(page)
            stage.evaluate(_CHOOSE, self.first["chosen"])
        choose_head(page, "2")
        if not lock_text(page).startswith("locked 1 → 0"):
            page.mouse.click(*edge_point(page, 0, 1))
            page.mouse.move(5, 5)
        settled(page)
        eventually(lambda: look(page) == self.first, LIMIT)

    def _undo(self, page: Page) -> int:
        """Take every step of the session back; how many there were."""
        undo = page.locator(".toolbar [data-key='undo']")
        for step in range(MAX_STEPS):
            if not undo.is_enabled():
                return step
            before = undo.get_attribute("title")
            undo.click()
            eventually(lambda before=before: undo.get_attribute("title") != before, LIMIT)  # type: ignore[misc]
        raise AssertionError("too many steps")


def look(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.locator(".gatviz-stage").evaluate(_LOOK)
    return found
