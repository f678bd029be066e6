"""The report as Chromium opens it from disk: the linked stage without a server, and without one request."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gatviz import GAT, GATAttentionLayer, Graph, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.reporting.page import report
from tests.browser import test_heads_and_change as heads
from tests.browser import test_stage as stage
from tests.browser.conftest import Opens
from tests.browser.driver import card, choose_head, edge_point, lock_text, shown, trace_of, unfold
from tests.charts.cases import NAMES


@pytest.fixture
def taken(opens: Opens) -> Page:
    """The report of what the app shows at its start."""
    return opens(report(sample_graph("tutorial"), trace_of(), title="tutorial"))


CHECKS: tuple[Callable[[Page], None], ...] = (
    stage.test_hover_on_an_arrow_lights_exactly_its_cells,
    stage.test_hover_on_a_cell_lights_its_arrow,
    stage.test_a_node_shows_what_it_reads_and_who_reads_it,
    stage.test_the_keyboard_does_the_same,
    stage.test_every_number_of_a_locked_arrow_is_the_trace,
    stage.test_the_headline_answers_and_follows_the_lock,
    stage.test_a_masked_pair_is_a_row_without_a_share,
    stage.test_a_locked_node_has_the_table_without_a_mark,
    stage.test_bars_of_one_story_are_as_long_as_their_numbers,
    stage.test_bars_of_a_row_stand_on_one_scale,
    stage.test_a_term_becomes_the_numerator,
    stage.test_a_hovered_arrow_lights_its_row_and_its_term,
    stage.test_baselines_tell_what_they_are_made_of,
    stage.test_the_chain_unfolds_to_its_roots,
    stage.test_more_digits_on_request,
    stage.test_scale_to_the_largest_says_so,
    stage.test_all_arrows_are_listed_on_request,
    heads.test_each_arrow_is_split_by_head_as_wide_as_its_share,
)
"""What holds of the stage in the app holds of it here: the same checks."""


WAYS = ("click again", "×", "Escape", "empty canvas")


def test_the_stage_is_linked_as_in_the_app(taken: Page) -> None:
    releases: list[Callable[[Page], None]] = [partial(stage.test_lock_and_release, way=way) for way in WAYS]
    for check in (*CHECKS, *releases):
        check(taken)
        taken.reload()
        taken.wait_for_selector(".gatviz-stage .why-table")


def test_nothing_is_offered_that_needs_a_run(taken: Page) -> None:
    expect(taken.locator(".tools, .icon.undo, .icon.redo")).to_have_count(0)
    nodes = taken.locator(".node")
    taken.locator("svg.graph").dblclick(position={"x": 12, "y": 140})
    taken.locator(".node[data-node='0']").dblclick()
    taken.locator(".node[data-node='0']").focus()
    for key in ("n", "Delete", "F2", "Control+d", "Control+z"):
        taken.keyboard.press(key)
    expect(taken.locator(".node-editor")).to_be_hidden()
    expect(taken.locator(".new-node, .new-edge, .gone")).to_have_count(0)
    assert nodes.count() == 4
    unfold(taken, "more")
    for key in ("table", "weights", "layout", "pin"):
        expect(taken.locator(f".menu-panel [data-key='{key}']")).to_have_count(0)
    taken.keyboard.press("Escape")
    taken.get_by_role("button", name="All steps").click()
    taken.get_by_role("button", name="unfold all").click()
    card(taken, "W").locator(".matrix").focus()
    taken.keyboard.press("ArrowRight")
    taken.keyboard.press("Enter")
    expect(taken.locator(".cell-editor")).to_have_count(0)


def test_on_paper_it_is_as_wide_as_it_was_drawn_and_bars_have_their_colour(taken: Page) -> None:
    """Chromium draws nothing anew when it prints, and leaves out backgrounds unless it is told."""
    width = "report => report.getBoundingClientRect().width - 36"  # its padding
    drawn = taken.locator(".report").evaluate(width)
    taken.emulate_media(media="print")
    assert taken.locator(".report").evaluate(width) == drawn == 1240
    of = "all => all.map(one => getComputedStyle(one).printColorAdjust)"
    assert set(taken.locator(".gatviz-stage *").evaluate_all(of)) == {"exact"}


def test_a_dragged_node_stays_where_it_was_put(taken: Page) -> None:
    node = taken.locator(".node[data-node='0'] circle")
    box = node.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    taken.mouse.move(x, y)
    taken.mouse.down()
    taken.mouse.move(x + 40, y + 30, steps=3)
    taken.mouse.up()
    taken.wait_for_timeout(1700)  # longer than an edit waits before it is sent again
    after = node.bounding_box()
    assert after
    assert after["x"] - box["x"] == pytest.approx(40, abs=2)
    assert after["y"] - box["y"] == pytest.approx(30, abs=2)
    assert taken.locator(".gatviz-stage[data-waiting]").count() == 0


def test_each_layer_can_be_shown_and_answers_for_what_is_locked(opens: Opens) -> None:
    graph = sample_graph("tutorial")
    model = GAT.of_paper(2, 2, num_heads=2, head_features=3, generator=new_generator(3)).eval()
    trace = model.trace(graph)
    page = opens(report(graph, trace))
    page.mouse.click(*edge_point(page, 2, 1))
    choose_head(page, "0")
    for layer in (1, 0):
        page.locator(".report-layers button").nth(layer).click()
        expect(page.locator(".why-table .alpha")).to_have_text(shown(trace.layers[layer].dense("alpha", 0)[2, 1]))
        expect(page.locator("[data-stale]")).to_have_count(0)
        assert lock_text(page).startswith("locked 1 → 2")


def test_what_there_was_no_room_for_is_said(opens: Opens) -> None:
    graph = sample_graph("karate_club")
    layer = GATAttentionLayer(graph.num_features, 3, 2, generator=new_generator(1)).eval()
    page = opens(report(graph, layer, max_bytes=60_000))
    expect(page.locator(".report-head")).to_contain_text("of 34 nodes that read")
    untold = page.evaluate("JSON.parse(document.getElementById('packed').textContent).told[0].indexOf('')")
    page.locator(f".node[data-node='{untold}']").click()
    expect(page.locator(".headline")).to_have_text("This file does not tell of that.")
    expect(page.locator("[data-stale]")).to_have_count(0)


def test_names_that_are_markup_stay_text(opens: Opens) -> None:
    names = tuple(f"{name}</script><img src=x onerror=window.attacked=1><!--" for name in NAMES)
    count = len(names)
    ring = np.stack([np.arange(count), (np.arange(count) + 1) % count])
    both = np.concatenate([ring, ring[::-1]], axis=1)
    graph = Graph(names, np.eye(count), both, feature_names=names, labels=names, description=names[0])
    page = opens(report(graph, GATAttentionLayer(count, 2, 2, generator=new_generator(1)).eval(), title=names[0]))
    page.mouse.click(*edge_point(page, 1, 0))
    page.locator(".why [data-key='further']").click()
    assert page.locator(".report-head h1").inner_text() == names[0][:120]
    nodes = page.locator(".node")
    assert [nodes.nth(k).get_attribute("data-name") for k in range(count)] == list(names)
    assert page.locator("img, iframe").count() == 0
    assert page.evaluate("window.attacked") is None
