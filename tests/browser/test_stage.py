"""The linked stage: hover, lock, release, the fraction, the chain, and no number left over from before."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gatviz.analysis import edge_story, reasons
from gatviz.analysis.reasons import MAX_ROWS
from gatviz.ui.session.settings import Settings
from tests.browser.driver import (
    card,
    cell_point,
    cells,
    choose_graph,
    choose_head,
    edge_point,
    eventually,
    head_on_show,
    lock_text,
    marked,
    number_of,
    set_number,
    shown,
    shows_alpha,
    toggle_further,
    trace_of,
    unfold,
    unfold_all,
)


@pytest.fixture
def page(same_page: Page) -> Page:
    return same_page


def release(page: Page) -> None:
    page.locator(".chip.locked").click()
    assert lock_text(page) == ""


def test_hover_on_an_arrow_lights_exactly_its_cells(page: Page) -> None:
    release(page)
    page.mouse.move(*edge_point(page, 1, 0))
    assert marked(page, "alpha", "hover") == {(1, 0)}
    assert marked(page, "e", "hover") == {(1, 0)}
    rows = card(page, "Wh").locator(".marks rect.hover.row").evaluate_all("all => all.map(r => Number(r.dataset.row))")
    assert sorted(rows) == [0, 1]
    page.mouse.move(5, 5)
    assert marked(page, "alpha", "hover") == set()


def test_hover_on_a_cell_lights_its_arrow(page: Page) -> None:
    page.mouse.move(*cell_point(page, "alpha", 3, 2))
    expect(page.locator(".edge.hover")).to_have_count(1)
    expect(page.locator(".edge.hover")).to_have_attribute("data-target", "3")
    expect(page.locator(".edge.hover")).to_have_attribute("data-source", "2")


def test_a_node_shows_what_it_reads_and_who_reads_it(page: Page) -> None:
    trace = trace_of()
    page.locator(".node[data-node='0']").hover()
    expect(page.locator(".readout")).to_have_text("node 0 reads 3 nodes and is read by 3 nodes")
    assert marked(page, "alpha", "hover") == {(0, int(j)) for j in np.flatnonzero(trace.adjacency[0])}
    unfold(page, "more")
    page.get_by_role("radio", name="is attended by").click()
    page.keyboard.press("Escape")
    page.locator(".node[data-node='0']").hover()
    assert marked(page, "alpha", "hover") == {(int(i), 0) for i in np.flatnonzero(trace.adjacency[:, 0])}


@pytest.mark.parametrize("way", ["click again", "×", "Escape", "empty canvas"])
def test_lock_and_release(page: Page, way: str) -> None:
    release(page)
    page.mouse.click(*edge_point(page, 1, 0))
    assert lock_text(page).startswith("locked 0 → 1")
    assert marked(page, "alpha", "locked") == {(1, 0)}
    if way == "click again":
        page.mouse.click(*edge_point(page, 1, 0))
    elif way == "×":
        page.locator(".chip.locked").click()
    elif way == "Escape":
        page.locator(".node[data-node='0']").focus()
        page.keyboard.press("Escape")
    else:
        page.locator("svg.graph").click(position={"x": 10, "y": 120})
    assert lock_text(page) == ""
    assert marked(page, "alpha", "locked") == set()


def test_the_keyboard_does_the_same(page: Page) -> None:
    release(page)
    page.locator(".node[data-node='2']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert lock_text(page).startswith("locked 1 → 2")
    page.keyboard.press("Escape")
    card(page, "alpha").locator(".matrix").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert lock_text(page).startswith("locked 0 → 1")


def test_letters_in_the_stage_do_not_reach_the_page(page: Page) -> None:
    page.locator(".node[data-node='2']").focus()
    page.keyboard.press("c")
    page.keyboard.press("r")
    page.wait_for_timeout(400)
    expect(page.get_by_role("dialog")).to_have_count(0)


def row_of(page: Page, source: int) -> Locator:
    return page.locator(f".why-table tbody tr[data-source='{source}']")


def test_every_number_of_a_locked_arrow_is_the_trace(page: Page) -> None:
    choose_head(page, "2")
    page.mouse.click(*edge_point(page, 3, 0))
    trace = trace_of()
    story = edge_story(trace, 3, 0, 2)
    table = reasons(trace, 3, 2, 0)
    assert story.alpha is not None
    expect(page.locator(".why-table .alpha")).to_have_text(shown(story.alpha))
    expect(page.locator(".fraction-alpha")).to_have_text(shown(story.alpha))
    expect(page.locator(".why-table .sum")).to_have_text(shown(story.denominator))
    for k, source in enumerate(table.sources.tolist()):
        told = row_of(page, source).locator("td.number, td.share b").all_inner_texts()
        numbers = {name: shown(column[k]) for name, column in table.numbers.items()}
        numbers["s"] = f"+{numbers['s']}" if table.numbers["s"][k] > 0 else numbers["s"]
        assert told == [numbers[name] for name in ("s", "raw", "e", "power", "share")]
        cells = row_of(page, source).locator(".vector-cell").all_inner_texts()
        assert cells == [shown(value) for name in ("reads", "brings") for value in table.vectors[name][k]]
    assert table.h_prime is not None
    assert table.out is not None
    assert page.locator(".why-table tfoot .vector-cell").all_inner_texts() == [shown(value) for value in table.h_prime]
    assert page.locator(".out-line .vector-cell").all_inner_texts() == [shown(value) for value in table.out]
    expect(page.locator(".out-line")).to_contain_text("columns 6–8 of [4, 12]")
    terms = page.locator(".denominator .term").evaluate_all("all => all.map(t => [t.dataset.source, t.textContent])")
    assert terms == [[str(term.source), shown(term.term)] for term in story.terms]
    assert story.reverse_alpha is not None
    expect(page.locator(".why-remark")).to_contain_text(f"0 reads 3 with {shown(story.reverse_alpha)}")
    toggle_further(page)
    bars = page.locator(".further .bar-value").all_inner_texts()
    values = [*story.source_terms, *(share.value for share in story.source_features)]
    values += [*story.target_terms, *(share.value for share in story.target_features)]
    assert [number_of(text) for text in bars] == [number_of(shown(value)) for value in values]
    pair = page.locator("table.pair td").all_inner_texts()
    assert pair == [shown(value) for value in (*story.pair, *story.a)]


def test_the_headline_answers_and_follows_the_lock(page: Page) -> None:
    trace = trace_of()
    expect(page.locator(".headline")).to_contain_text("node 0 listens most to node 1 with 0.508 of its attention")
    row_of(page, 3).click()
    share, most = (shown(trace.dense("alpha", 2)[0, source]) for source in (3, 1))
    told = f"In head 2, node 3 gets {share} of node 0's attention; node 1 gets the most, {most}."
    expect(page.locator(".headline")).to_contain_text(told)
    assert lock_text(page).startswith("locked 3 → 0")
    page.locator(".headline .said-number").first.hover()
    assert marked(page, "alpha", "hover") == set()  # it is the locked one already
    page.locator(".headline .said-number").nth(1).hover()
    assert marked(page, "alpha", "hover") == {(0, 1)}
    expect(page.locator(".why-table tr.hover")).to_have_attribute("data-source", "1")
    for head in (0, 1, 3):
        choose_head(page, str(head))
        expect(page.locator(".headline")).to_contain_text(shown(trace.dense("alpha", head)[0, 3]))


def test_a_masked_pair_is_a_row_without_a_share(page: Page) -> None:
    page.mouse.click(*cell_point(page, "e", 0, 2))
    expect(page.locator(".headline")).to_contain_text("Node 0 does not read node 2")
    row = page.locator(".why-table tr.masked")
    expect(row).to_contain_text("masked, no α")
    e = trace_of().dense("e", 2)[0, 2]
    expect(row.locator("td.e")).to_have_text(shown(e))
    expect(page.locator(".answer-line")).to_contain_text(shown(e))


def test_a_locked_node_has_the_table_without_a_mark(page: Page) -> None:
    page.locator(".node[data-node='2']").click()
    expect(page.locator(".why h3")).to_have_text("What 2 reads")
    expect(page.locator(".why-table tbody tr")).to_have_count(3)
    expect(page.locator(".why-table tr.chosen")).to_have_count(0)
    expect(page.locator(".answer-line")).to_contain_text("It reads like")


def test_bars_of_one_story_are_as_long_as_their_numbers(page: Page) -> None:
    """Both halves, by dimension and by feature: twice as long is twice as much."""
    page.mouse.click(*edge_point(page, 1, 2))
    expect(page.locator(".why h3")).to_contain_text("2")
    toggle_further(page)
    found = page.locator(".further .bar-row").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.bar-value').textContent,"
        " parseFloat(row.querySelector('.bar-fill').style.width)])"
    )
    bars = [(abs(number_of(text)), width) for text, width in found]
    limit = max(value for value, _ in bars)
    assert len(bars) == 3 + 3 + 2 + 2
    for value, width in bars:
        assert width == pytest.approx(50 * value / limit, abs=0.3)


def test_bars_of_a_row_stand_on_one_scale(page: Page) -> None:
    """The ends of all bars lie where their raw lies between the smallest and the largest, the circles where e does."""
    table = reasons(trace_of(), 0, 2, 1)
    circles = page.locator(".why-bars .why-e").evaluate_all("all => all.map(c => Number(c.getAttribute('cx')))")
    e = table.numbers["e"]
    slope = (circles[1] - circles[0]) / (e[1] - e[0])
    for x, value in zip(circles, e, strict=True):
        assert x == pytest.approx(circles[0] + slope * (value - e[0]), abs=0.2)
    bars = page.locator(".why-bars .why-bar").evaluate_all("all => all.map(b => Number(b.getAttribute('width')))")
    drawn = [abs(s) * slope for s in table.numbers["s"] if s]
    assert bars == pytest.approx(drawn, abs=0.2)


def test_what_has_no_row_is_told_together_and_all_adds_up(page: Page) -> None:
    choose_graph(page, "Karate club", 34)
    page.locator(".node[data-node='0']").click()
    head = head_on_show(page)
    trace = trace_of("karate_club")
    table = reasons(trace, 0, head)
    assert table.rest is not None
    expect(page.locator(".why-table .rest .name")).to_have_text(f"and {table.rest.count} more, together")
    rows = page.locator(".why-table tbody tr:not(.rest)")
    assert rows.count() == MAX_ROWS
    assert page.locator(".why-table .rest b").inner_text() == shown(table.rest.numbers["share"])
    shares = [number_of(text) for text in page.locator(".why-table tbody td.share b").all_inner_texts()]
    assert sum(shares) == pytest.approx(1, abs=5e-3)
    row_of(page, int(table.sources[1])).click()
    expect(page.locator(".why-table tr.chosen")).to_have_count(1)
    terms = page.locator(".denominator .term").evaluate_all("all => all.map(t => Number(t.dataset.value))")
    assert sum(terms) == pytest.approx(table.sums["power"], rel=1e-4)


def test_a_term_becomes_the_numerator(page: Page) -> None:
    page.locator(".denominator .term:not(.chosen)").first.click()
    expect(page.locator(".denominator .term.chosen")).to_have_attribute("data-source", "0")
    value = trace_of().dense("alpha", 2)[0, 0]
    expect(page.locator(".fraction-alpha")).to_have_text(shown(value))


def test_a_hovered_arrow_lights_its_row_and_its_term(page: Page) -> None:
    page.mouse.move(*edge_point(page, 0, 3))
    expect(page.locator(".denominator .term.hover")).to_have_attribute("data-source", "3")
    expect(page.locator(".why-table tr.hover")).to_have_attribute("data-source", "3")
    row_of(page, 0).hover()
    assert marked(page, "alpha", "hover") == {(0, 0)}
    expect(page.locator(".edge.hover")).to_have_attribute("data-source", "0")


def test_baselines_tell_what_they_are_made_of(page: Page) -> None:
    choose_head(page, "GCN")
    expect(page.locator(".headline")).to_contain_text("A GCN would weigh node 1 with 0.333 at node 0")
    assert page.locator(".why-table tbody td.number.degree").all_inner_texts() == ["3.00"] * 3
    choose_head(page, "uniform")
    expect(page.locator(".headline")).to_contain_text("0.333")
    choose_head(page, "mean of heads")
    heads = page.locator(".why-table tr.chosen .vector-cell").all_inner_texts()
    assert heads == [shown(trace_of().dense("alpha", head)[0, 1]) for head in range(4)]


def test_the_chain_unfolds_to_its_roots(page: Page) -> None:
    unfold_all(page)
    trace = trace_of()
    assert cells(page, "x") == {(i, f): shown(trace.x[i, f]) for i in range(4) for f in range(2)}
    W = trace.weights["W"]
    assert cells(page, "W") == {(c, f): shown(W[2, c, f]) for c in range(3) for f in range(2)}
    for name in ("score_target", "score_source"):
        assert cells(page, name) == {(i, 0): shown(getattr(trace, name)[i, 2]) for i in range(4)}
    masked = trace.dense("masked_e", 2)
    expected = {(i, j): shown(masked[i, j]) if np.isfinite(masked[i, j]) else "−∞" for i in range(4) for j in range(4)}
    assert cells(page, "masked_e") == expected
    assert cells(page, "h_prime") == {(i, c): shown(trace.h_prime[i, 2, c]) for i in range(4) for c in range(3)}
    edges = trace.edges_into(0)
    messages = trace.alpha[edges, 2, None] * trace.Wh[trace.edge_index[0, edges], 2]
    assert cells(page, "message") == {(k, c): shown(messages[k, c]) for k in range(len(messages)) for c in range(3)}
    assert cells(page, "out") == {(i, c): shown(trace.out[i, c]) for i in range(4) for c in range(12)}
    expect(card(page, "Wh").locator(".shape")).to_have_text("[4, 4, 3]")
    assert card(page, "alpha").locator("math").count() == 2
    page.get_by_role("button", name="fold", exact=True).click()
    expect(page.locator(".card")).to_have_count(3)


@pytest.mark.parametrize(("label", "changes"), [("Seed", {"seed": 11}), ("Heads", {"num_heads": 2})])
def test_no_old_number_is_left_after_an_edit(page: Page, label: str, changes: dict[str, Any]) -> None:
    unfold_all(page)
    set_number(page, label, next(iter(changes.values())))
    trace = trace_of(**changes)
    expect(page.locator(".swatch.head")).to_have_count(trace.num_heads)
    eventually(lambda: shows_alpha(page, trace))
    head = head_on_show(page)
    dense = trace.dense("raw", head)
    assert cells(page, "raw") == {(i, j): shown(dense[i, j]) for i in range(4) for j in range(4)}
    story = edge_story(trace, 0, 1, head)
    assert story.alpha is not None
    expect(page.locator(".fraction-alpha")).to_have_text(shown(story.alpha))
    toggle_further(page)
    in_numbers = page.locator(f".formula button[title$='= {shown(story.alpha)}']")
    expect(in_numbers).to_have_count(1)


def test_more_digits_on_request(page: Page) -> None:
    unfold(page, "more")
    page.get_by_role("radio", name="6", exact=True).click()
    dense = trace_of().dense("alpha", 2)
    assert cells(page, "alpha")[(2, 3)] == shown(dense[2, 3], 6)


def test_scale_to_the_largest_says_so(page: Page) -> None:
    unfold(page, "more")
    page.get_by_role("radio", name="0…max").click()
    largest = trace_of().alpha.max()
    expect(page.locator(".legend .bar")).to_contain_text(shown(largest))


def test_proof_compares_with_pyg_on_request(page: Page) -> None:
    toggle_further(page)
    expect(page.locator(".check.passed")).to_have_count(2)
    page.get_by_role("button", name="compare with PyG").click()
    expect(page.locator(".check[data-check='PyG']")).to_have_class("check passed", timeout=30_000)


def test_all_arrows_are_listed_on_request(page: Page) -> None:
    release(page)
    choose_head(page, "0")
    page.locator(".why [data-key='listed']").click()
    trace = trace_of()
    order = np.argsort(-trace.alpha[:, 0], kind="stable")
    rows = page.locator(".top-edges tbody tr")
    assert rows.count() == trace.num_edges
    told = [row.split("\t")[:3] for row in rows.all_inner_texts()]
    ends = trace.edge_index.T
    assert told[:3] == [[str(ends[k, 0]), str(ends[k, 1]), shown(trace.alpha[k, 0])] for k in order[:3]]
    rows.nth(1).hover()
    source, target = ends[order[1]]
    expect(page.locator(f".edge.hover[data-source='{source}'][data-target='{target}']")).to_have_count(1)
    assert marked(page, "alpha", "hover") == {(int(target), int(source))}
    page.locator(".top-edges th button").nth(1).click()
    assert [row.split("\t")[1] for row in rows.all_inner_texts()] == sorted(str(i) for i in ends[:, 1])
    rows.nth(0).click()
    assert lock_text(page).startswith("locked")


def test_heads_changed_faster_than_python_answers_leave_the_page_alive(page: Page) -> None:
    choose_graph(page, "Karate club", 34)
    set_number(page, "Heads", 8)
    expect(page.locator(".swatch.head")).to_have_count(8)
    page.locator(".swatches").evaluate(
        """async swatches => {
            for (let k = 0; k < 120; k++) {
                const heads = swatches.querySelectorAll('.head');
                heads[k % heads.length].click();
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    set_number(page, "Seed", 11)
    trace = trace_of("karate_club", num_heads=8, seed=11)
    source, target = (int(name) for name in re.findall(r"\d+", lock_text(page))[:2])
    alpha = shown(trace.dense("alpha", head_on_show(page))[target, source])
    expect(page.locator(".fraction-alpha")).to_have_text(alpha, timeout=20_000)


def test_a_number_stepped_to_and_fro_faster_than_python_answers_leaves_the_page_alive(page: Page) -> None:
    """What comes back after a few runs must not be sent as a reference to what the browser has let go of."""
    values = page.get_by_role("spinbutton", name="Seed", exact=True).evaluate(
        """async field => {
            const press = (key) => field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            const values = new Set();
            field.focus();
            for (let k = 0; k < 240; k++) {
                press(k % 4 < 2 ? 'ArrowUp' : 'ArrowDown');
                await new Promise((go) => setTimeout(go, 20 + (k * 97) % 130));
                values.add(Number(field.value));
            }
            return [...values];
        }"""
    )
    first = Settings().seed
    assert set(values) == {first, first + 1, first + 2}
    set_number(page, "Seed", 11)
    trace = trace_of(seed=11)
    source, target = (int(name) for name in re.findall(r"\d+", lock_text(page))[:2])
    expect(page.locator(".fraction-alpha")).to_have_text(
        shown(trace.dense("alpha", head_on_show(page))[target, source])
    )


def test_how_stable_alpha_is_stands_on_its_bars_when_it_is_asked(page: Page) -> None:
    assert page.locator(".share-whisker").count() == 0
    page.get_by_role("button", name="How stable?").click()
    told = page.locator(".why-stable")
    told.wait_for(timeout=20_000)
    assert page.locator(".share-whisker").count() == page.locator(".why-table tbody tr:not(.rest)").count() > 0
    assert re.match(r"\d+ changes of one arrow into 0 were tried", told.inner_text())
    page.get_by_role("button", name="How stable?").click()
    expect(page.locator(".share-whisker")).to_have_count(0)
