"""What the stage tells Python arrives each time, also what equals a message of before it was mounted anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import edge_point, eventually, lock_text, settled, unfold


def mounted_anew(page: Page) -> None:
    """The stage leaves the page and comes back: through the other workspace."""
    page.get_by_role("radio", name="Compare").click()
    expect(page.locator(".gatviz-stage .chain-panel")).to_have_count(0)
    page.get_by_role("radio", name="Explore").click()
    page.wait_for_selector(".gatviz-stage .node")


@pytest.mark.parametrize("panel", ["table", "weights"])
def test_a_panel_opens_and_closes_at_every_press(page: Page, panel: str) -> None:
    button = page.locator(f".toolbar [data-key='{panel}']")
    grid = page.get_by_test_id("stDataFrame")
    for press in range(4):
        if press == 2:
            mounted_anew(page)
        unfold(page, "more")
        button.click()
        expect(grid).to_have_count(1 - press % 2)
        expect(page.locator(".gatviz-stage")).to_have_count(1)  # the one of before goes after the new one stands
        expect(button).to_have_attribute("aria-pressed", "false" if press % 2 else "true")


def test_an_arrow_that_is_locked_again_after_a_remount_has_its_story_again(page: Page) -> None:
    def told() -> bool:
        return page.locator(".why [data-key='further']").count() == 1

    for _ in range(2):
        settled(page)  # an arrow on its way would be missed
        page.mouse.click(*edge_point(page, 1, 0))
        eventually(told)
        locked = lock_text(page)
        mounted_anew(page)
        eventually(lambda locked=locked: lock_text(page) == locked)  # type: ignore[misc]
        page.keyboard.press("Escape")
        page.locator(".gatviz-stage .node").first.focus()
        page.keyboard.press("Escape")
        eventually(lambda: lock_text(page) == "")
