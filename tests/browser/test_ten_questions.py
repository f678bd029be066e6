"""The questions that people come with, answered by pointing alone: each in at most three clicks from the first one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gatviz.analysis import head_similarity, uniformity
from tests.browser.driver import (
    card,
    cells,
    choose_graph,
    edge_point,
    eventually,
    set_number,
    shown,
    shows_alpha,
    trace_of,
)


@pytest.fixture
def page(same_page: Page) -> Page:
    return same_page


MOST = 3


class Pointer:
    """Clicks, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def on(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def at(self, place: tuple[float, float]) -> None:
        self.page.mouse.click(*place)
        self.clicks += 1

    def section(self, name: str) -> Locator:
        """A question of Compare; its answer."""
        self.on(self.page.get_by_role("radio", name="Compare", exact=True))
        self.on(self.page.get_by_role("radio", name=name, exact=True))
        return self.page.locator(".gatviz-answer")


@pytest.fixture
def pointer(page: Page) -> Iterator[Pointer]:
    pointer = Pointer(page)
    yield pointer
    assert pointer.clicks <= MOST


def test_1_which_neighbour_matters_most_to_node_0_in_head_2_and_how_much(page: Page, pointer: Pointer) -> None:
    pointer.on(page.locator(".node[data-node='0']"))
    pointer.on(page.locator(".swatch.head[data-key='w:head-2']"))
    row = trace_of().dense("alpha", 2)[0]
    expect(page.locator(".headline")).to_contain_text(
        f"node 0 listens most to node {int(row.argmax())} with {shown(row.max())}"
    )


def test_2_why_which_half_dimension_and_feature(page: Page, pointer: Pointer) -> None:
    expect(page.locator(".why-table tr.chosen .number.s")).to_have_text(f"+{shown(trace_of().score_source[1, 2])}")
    pointer.on(page.locator(".why [data-key='further']"))
    expect(page.locator(".further .bars-title").first).to_be_visible()
    expect(page.locator(".further")).to_contain_text("by dimension")
    expect(page.locator(".further")).to_contain_text("by feature")


def test_3_which_head_is_closest_to_averaging(pointer: Pointer) -> None:
    best = int(np.argmax(uniformity(trace_of()).mean_evenness))
    expect(pointer.section("Uniform?")).to_contain_text(f"Head {best} comes closest to averaging")


def test_4_does_b_read_a_as_much_as_a_reads_b(page: Page, pointer: Pointer) -> None:
    alpha = trace_of().dense("alpha", 2)
    pointer.at(edge_point(page, 2, 3))
    expect(page.locator(".why-remark")).to_contain_text(f"The other way, 3 reads 2 with {shown(alpha[3, 2])}")
    expect(page.locator(".headline")).to_contain_text(shown(alpha[2, 3]))


def test_5_what_does_removing_that_arrow_do_to_the_row(page: Page, pointer: Pointer) -> None:
    before = trace_of().dense("alpha", 2)[0]
    pointer.on(page.locator(".why [data-key='without']"))
    expect(page.locator(".edge[data-target='0'][data-source='1']")).to_have_count(0)
    left = np.where([True, False, False, True], before, 0)
    after = left / left.sum()
    eventually(lambda: cells(page, "change").get((0, 3)) == shown(after[3] - before[3]))
    assert cells(page, "alpha")[0, 3] == shown(after[3])
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    eventually(lambda: shows_alpha(page, trace_of()))


def test_6_which_two_heads_do_the_same(pointer: Pointer) -> None:
    first, second = head_similarity(trace_of()).most_alike or (-1, -1)
    expect(pointer.section("Alike?")).to_contain_text(f"Heads {first} and {second} are the most alike")


def test_7_is_this_ranking_static(pointer: Pointer) -> None:
    expect(pointer.section("Static?")).to_contain_text("Static: in every head all targets rank")


def test_8_what_is_the_shape_and_range_of_e(page: Page, pointer: Pointer) -> None:
    e = trace_of().e
    expect(card(page, "e").locator(".shape")).to_have_text(str(list(e.shape)))
    expect(card(page, "e").locator("footer")).to_contain_text(f"{shown(e[:, 2].min())} … {shown(e[:, 2].max())}")
    assert pointer.clicks == 0


def test_9_does_it_attend_to_nodes_of_its_own_label(page: Page, pointer: Pointer) -> None:
    choose_graph(page, "Karate club", 34)
    expect(pointer.section("Uniform?")).to_contain_text("closest to averaging")
    expect(page.get_by_text("Most on other nodes of the same label: head")).to_be_visible()
    expect(page.get_by_role("columnheader", name="on its label")).to_be_visible()


def test_10_come_back_tomorrow_and_find_it(page: Page, pointer: Pointer) -> None:
    set_number(page, "Seed", 5)
    eventually(lambda: shows_alpha(page, trace_of(seed=5)))
    page.wait_for_timeout(2000)  # it is kept when the person pauses
    page.reload()
    page.wait_for_selector(".gatviz-stage .node")
    eventually(lambda: shows_alpha(page, trace_of(seed=5)))
    assert pointer.clicks == 0
