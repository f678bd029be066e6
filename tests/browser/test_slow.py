"""A run that takes its time: it is said, and meanwhile nothing is taken away from the person who goes on."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server
from tests.browser.driver import open_app, settled

RUNNING = "Running the model …"


def test_the_stage_stays_and_what_is_typed_on_it_while_a_run_takes_long(browser: Browser, tmp_path: Path) -> None:
    """The canvas is the same one before and after; each number typed one after the other arrives."""
    with (tmp_path / "log.txt").open("w+") as log:
        server = Server(log, "tests/browser/slow_app.py")
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        try:
            page = context.new_page()
            open_app(page, server.url)
            canvas = page.locator("svg.graph").element_handle()
            page.locator(".node[data-name='2']").dblclick()
            for feature, value in ((0, "2"), (1, "0.1"), (0, "-0.5")):
                field = page.locator(f".node-editor input[name='f:{feature}']")
                field.fill(value)
                field.press("Enter")
                expect(page.get_by_text(RUNNING)).to_be_visible()
                assert canvas.evaluate("one => one.isConnected")
            fields = page.locator(".node-editor input[name^='f:']")
            settled(page)
            assert canvas.evaluate("one => one.isConnected")
            assert [fields.nth(n).input_value() for n in range(2)] == ["-0.5", "0.1"]
        finally:
            context.close()
            server.stop()
