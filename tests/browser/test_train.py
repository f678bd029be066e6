"""A training as a person meets it: play, look back, stop, paint, open an epoch, load the page anew; two at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import gatviz
from tests.browser.driver import eventually, open_app
from tests.browser.test_pictures import drawing, taken, texts
from tests.training.cases import karate, paper_model

LIMIT = 90


def to_train(page: Page) -> None:
    page.get_by_text("Train", exact=True).first.click()
    card(page, "Karate club, two labels").wait_for()


def card(page: Page, title: str) -> Locator:
    """Not what the folded sidebar says, which may be called the same."""
    return page.get_by_test_id("stMain").get_by_text(title).first


def load_card(page: Page, title: str) -> None:
    card(page, title).click()
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


def test_the_karate_club_is_trained_looked_back_on_stopped_and_resumed(training: Page, tmp_path: Path) -> None:
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
    eventually(lambda: alphas(page) == late)
    for key, told in (
        ("graph", {"33", "predicted Mr. Hi"}),
        ("side", {"Loss", "How evenly each head attends", "0.75"}),
    ):
        shown = texts(drawing(taken(page, key, f"svg:{key}", tmp_path / "picture.svg")))
        assert told <= set(shown)
        assert all(part in " ".join(shown[-3:]) for part in ("Karate club", "seed 6", "layer 0", "epoch", "α 0 … 1"))


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


def test_labels_are_painted_from_nothing_until_it_can_be_trained(page: Page) -> None:
    to_train(page)
    canvas = page.locator(".gatviz-train .graph")
    expect(page.get_by_text("No node of this graph has a label")).to_be_visible()
    canvas.locator(".node[data-node='0']").press("Enter")
    expect(canvas.locator(".node[data-node='0']")).to_have_attribute("aria-label", "node 0: labelled A")
    page.get_by_label("New label").fill("other")
    page.get_by_role("button", name="Add", exact=True).click()
    canvas.locator(".node[data-node='2']").press("Enter")
    page.get_by_role("button", name="Add a linear readout to 2 classes").click()
    eventually(lambda: page.locator(".epoch-count").count() == 1 and epoch(page) == 0)
    page.get_by_role("button", name="Step", exact=True).click()
    eventually(lambda: epoch(page) == 1)
    expect(canvas.locator(".labelled-ring")).to_have_count(2)
    page.get_by_role("button", name="Paint labels").click()
    page.get_by_role("radio", name="A click gives the node the label other").click()
    canvas.locator(".node[data-node='3']").press("Enter")
    expect(page.locator(".gatviz-train .notice").first).to_contain_text("node 3 is labelled 'other'")
    expect(canvas.locator(".labelled-ring")).to_have_count(3)
    assert epoch(page) == 1


def test_an_embedding_and_a_slow_step_stand_beside_the_graph_and_follow_the_playhead(training: Page) -> None:
    page = training
    page.get_by_role("tab", name="Embedding").click()
    points = page.locator(".train-embedding .point")
    expect(points).to_have_count(34)
    places = "all => all.map(one => one.style.transform)"
    before = points.evaluate_all(places)
    page.get_by_role("button", name="Step", exact=True).click()
    eventually(lambda: epoch(page) == 1)
    eventually(lambda: points.evaluate_all(places) != before)
    page.locator(".gatviz-train .graph .node[data-node='8']").focus()
    expect(page.locator(".train-embedding .point.linked")).to_have_attribute("data-node", "8")
    points.nth(5).hover(force=True)
    expect(page.locator(".gatviz-train .graph .node.linked")).to_have_count(1)
    page.get_by_role("tab", name="One step").click()
    expect(page.locator(".train-step li")).to_have_count(4)
    page.get_by_role("combobox", name="Node that reads").focus()
    page.get_by_role("combobox", name="Node that reads").select_option("16")
    expect(page.locator(".train-side-head h3")).to_have_text(re.compile("The step from epoch 1 to 2, at .* → node 16"))
    expect(page.get_by_role("combobox", name="Node that reads")).to_be_focused()
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator(".train-side-head h3")).to_contain_text("from epoch 2 to 3")


def test_a_recorded_run_is_replayed_and_cannot_be_edited(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "run.gatviz"
    with gatviz.watch(paper_model(karate()), karate(), file, labelled=[0, 33]) as watched:
        for _ in range(3):
            watched.step()
    page.locator(".st-key-open_graph button").first.click()
    page.locator("[role=dialog] input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Replay in Train").click()
    expect(page.locator(".epoch-count")).to_have_text("0")
    expect(page.get_by_text("recorded by a script")).to_be_visible()
    page.get_by_role("button", name="Step", exact=True).click()
    eventually(lambda: epoch(page) == 1)
    expect(page.locator(".gatviz-train .fixed")).to_contain_text("without its weights")
    for gone in ("Open in Explore", "Paint labels", "Train 10 seeds", "Change"):
        expect(page.get_by_role("button", name=gone, exact=True)).to_have_count(0)
    expect(page.get_by_role("tab", name="One step")).to_have_count(0)


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
