"""A training as a person meets it: play, look back, stop, paint, open an epoch, load the page anew; two at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gatviz.training.experiments import EXPERIMENTS
from tests.browser.driver import eventually, open_app

LIMIT = 90


def to_train(page: Page) -> None:
    page.get_by_text("Train", exact=True).first.click()
    page.get_by_text("Karate club, two labels").first.wait_for()


def load_card(page: Page, title: str) -> None:
    page.get_by_text(title).first.click()
    expect(page.locator(".gatviz-train .epoch-count")).to_have_text("0")


def epoch(page: Page) -> int:
    """-1 as long as nothing is told yet."""
    return int(page.locator(".epoch-count").inner_text() or -1)


def right(page: Page) -> int:
    return int(page.locator(".train-chart-box.right .train-name b").first.inner_text())


def alphas(page: Page) -> list[str]:
    """The widths of all arrows: they stand for α."""
    lines = page.locator(".gatviz-train .graph .edge .line")
    found: list[str] = lines.evaluate_all("all => all.map(line => line.getAttribute('stroke-width'))")
    return found


@pytest.fixture
def training(page: Page) -> Page:
    to_train(page)
    load_card(page, "Karate club, two labels")
    return page


def test_the_karate_club_is_trained_looked_back_on_stopped_and_resumed(training: Page) -> None:
    page = training
    before = right(page)
    page.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: epoch(page) > 3, LIMIT)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    stopped = epoch(page)
    page.wait_for_timeout(1200)
    assert epoch(page) == stopped
    page.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: right(page) > before, LIMIT)
    eventually(lambda: epoch(page) > stopped + 3, LIMIT)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    last, late = epoch(page), alphas(page)
    slider = page.get_by_role("slider", name="Epoch")
    slider.focus()
    slider.press("Home")
    eventually(lambda: epoch(page) == 0)
    assert alphas(page) != late
    for _ in range(last):
        slider.press("ArrowRight")
    eventually(lambda: epoch(page) == last)
    assert alphas(page) == late


def test_a_step_is_one_epoch_and_reset_goes_back(training: Page) -> None:
    page = training
    for expected in (1, 2, 3):
        page.get_by_role("button", name="Step", exact=True).click()
        eventually(lambda expected=expected: epoch(page) == expected)  # type: ignore[misc]
    page.get_by_role("button", name="Reset", exact=True).click()
    eventually(lambda: epoch(page) == 0)


def test_a_painted_label_drops_later_epochs_undoably(training: Page) -> None:
    page = training
    for expected in (1, 2, 3):
        page.get_by_role("button", name="Step", exact=True).click()
        eventually(lambda expected=expected: epoch(page) == expected)  # type: ignore[misc]
    page.get_by_role("slider", name="Epoch").press("ArrowLeft")
    eventually(lambda: epoch(page) == 2)
    page.get_by_role("button", name="Paint labels").click()
    page.locator(".gatviz-train .graph .node[data-node='8']").press("Enter")
    expect(page.locator(".gatviz-train .notice")).to_contain_text("the label of node 8 is told")
    expect(page.locator(".gatviz-train .graph .labelled-ring")).to_have_count(3)
    page.get_by_role("button", name="Undo the edit").click()
    expect(page.locator(".gatviz-train .graph .labelled-ring")).to_have_count(2)


def test_an_epoch_opens_in_explore_and_the_training_is_still_there(training: Page) -> None:
    page = training
    page.get_by_role("button", name="Step", exact=True).click()
    eventually(lambda: epoch(page) == 1)
    page.get_by_role("button", name="Open in Explore").click()
    page.wait_for_selector(".gatviz-stage .chain-panel", timeout=30_000)
    expect(page.get_by_text("epoch 1").first).to_be_visible()
    to_train(page)
    eventually(lambda: page.locator(".epoch-count").count() == 1 and epoch(page) == 1)


def test_a_node_is_explained_as_it_is_at_the_epoch_under_the_playhead(training: Page) -> None:
    page = training
    page.get_by_role("button", name="Step", exact=True).click()
    eventually(lambda: epoch(page) == 1)
    page.locator('.gatviz-train .graph [data-node="8"]').click()
    page.get_by_role("button", name="Explain node 8 at epoch 1").click()
    page.locator(".gx h2", has_text="comes out as").first.wait_for(timeout=30_000)
    expect(page.locator(".st-key-explain-headline input").first).to_have_value("8")
    expect(page.get_by_text("epoch 1").first).to_be_visible()


def test_a_page_that_is_loaded_anew_finds_its_training(training: Page) -> None:
    page = training
    page.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: epoch(page) > 5, LIMIT)
    page.reload()
    page.wait_for_selector(".gatviz-stage .node, .gatviz-train", timeout=60_000)
    to_train(page)
    eventually(lambda: page.locator(".epoch-count").count() == 1 and epoch(page) > 5, LIMIT)
    before = epoch(page)
    page.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: epoch(page) > before, LIMIT)


@pytest.fixture
def other(browser: Browser, app_url: str) -> Iterator[Page]:
    """Another person's page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    open_app(page, app_url)
    yield page
    context.close()


def test_two_people_train_at_once_and_each_sees_their_own(training: Page, other: Page) -> None:
    to_train(other)
    load_card(other, "Neighbours are noise")
    for page in (training, other):
        page.get_by_role("button", name="Play", exact=True).click()
    for page in (training, other):
        eventually(lambda page=page: epoch(page) > 10, LIMIT)  # type: ignore[misc]
    expect(training.locator(".gatviz-train .graph .node")).to_have_count(34)
    expect(other.locator(".gatviz-train .graph .node")).to_have_count(60)


@pytest.mark.parametrize("key", list(EXPERIMENTS))
def test_every_card_can_be_trained(page: Page, key: str) -> None:
    to_train(page)
    load_card(page, EXPERIMENTS[key].title)
    page.get_by_role("button", name="Step", exact=True).click()
    eventually(lambda: epoch(page) == 1)
    expect(page.locator(".train-chart")).to_have_count(3)
