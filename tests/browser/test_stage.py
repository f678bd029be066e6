"""The linked stage: hover, lock, release, the fraction, the chain, and no number left over from before."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gatviz.analysis import edge_story, softmax_terms
from tests.browser.driver import (
    alpha_rows,
    card,
    cell_point,
    cells,
    choose_graph,
    choose_head,
    edge_point,
    eventually,
    lock_text,
    marked,
    number_of,
    set_number,
    shown,
    trace_of,
)


def release(page: Page) -> None:
    page.locator(".chip.locked").click()
    assert lock_text(page) == ""


def test_hover_on_an_arrow_lights_exactly_its_cells(page: Page):
    release(page)
    page.mouse.move(*edge_point(page, 1, 0))
    assert marked(page, "alpha", "hover") == {(1, 0)}
    assert marked(page, "e", "hover") == {(1, 0)}
    rows = card(page, "Wh").locator(".marks rect.hover.row").evaluate_all("all => all.map(r => Number(r.dataset.row))")
    assert sorted(rows) == [0, 1]
    page.mouse.move(5, 5)
    assert marked(page, "alpha", "hover") == set()


def test_hover_on_a_cell_lights_its_arrow(page: Page):
    page.mouse.move(*cell_point(page, "alpha", 3, 2))
    expect(page.locator(".edge.hover")).to_have_count(1)
    expect(page.locator(".edge.hover")).to_have_attribute("data-target", "3")
    expect(page.locator(".edge.hover")).to_have_attribute("data-source", "2")


def test_a_node_shows_what_it_reads_and_who_reads_it(page: Page):
    trace = trace_of()
    page.locator(".node[data-node='0']").hover()
    expect(page.locator(".readout")).to_have_text("node 0 reads 3 nodes and is read by 3 nodes")
    assert marked(page, "alpha", "hover") == {(0, int(j)) for j in np.flatnonzero(trace.adjacency[0])}
    page.get_by_role("radio", name="is attended by").click()
    page.locator(".node[data-node='0']").hover()
    assert marked(page, "alpha", "hover") == {(int(i), 0) for i in np.flatnonzero(trace.adjacency[:, 0])}


@pytest.mark.parametrize("way", ["click again", "×", "Escape", "empty canvas"])
def test_lock_and_release(page: Page, way: str):
    release(page)
    page.mouse.click(*edge_point(page, 1, 0))
    assert lock_text(page).startswith("locked: node 0 → node 1, head 0")
    assert marked(page, "alpha", "locked") == {(1, 0)}
    if way == "click again":
        page.mouse.click(*edge_point(page, 1, 0))
    elif way == "×":
        page.locator(".chip.locked").click()
    elif way == "Escape":
        page.locator(".node[data-node='0']").focus()
        page.keyboard.press("Escape")
    else:
        page.locator("svg.graph").click(position={"x": 10, "y": 200})
    assert lock_text(page) == ""
    assert marked(page, "alpha", "locked") == set()


def test_the_keyboard_does_the_same(page: Page):
    release(page)
    page.locator(".node[data-node='2']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert lock_text(page).startswith("locked: node 1 → node 2, head 0")
    page.keyboard.press("Escape")
    card(page, "alpha").locator(".matrix").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert lock_text(page).startswith("locked: node 0 → node 1, head 0")


def test_letters_in_the_stage_do_not_reach_the_page(page: Page):
    page.locator(".node[data-node='2']").focus()
    page.keyboard.press("c")
    page.keyboard.press("r")
    page.wait_for_timeout(400)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_every_number_of_a_locked_arrow_is_the_trace(page: Page):
    choose_head(page, "2")
    page.mouse.click(*edge_point(page, 3, 0))
    trace = trace_of()
    story = edge_story(trace, 3, 0, 2)
    assert story.alpha is not None
    expect(page.locator(".fraction-line .alpha")).to_have_text(shown(story.alpha))
    expect(page.locator(".fraction-line .sum")).to_have_text(shown(story.denominator))
    expect(page.locator(".inspector h4").first).to_have_text(f"score: raw = {shown(story.raw)} → e = {shown(story.e)}")
    terms = page.locator(".denominator .term").evaluate_all(
        "all => all.map(t => [t.dataset.source, t.firstChild.data])"
    )
    assert terms == [[str(term.source), shown(term.term)] for term in story.terms]
    bars = page.locator(".cell-panel").first.locator(".bar-value").all_inner_texts()
    values = [*story.target_terms, *story.source_terms]
    assert [number_of(text) for text in bars] == [number_of(shown(value)) for value in values]
    share_line = page.locator(".share-line").inner_text()
    assert f"α = {shown(story.alpha)} · uniform would be {shown(story.uniform)}" in share_line
    assert story.reverse_alpha is not None
    assert f"node 0 reads node 3 with {shown(story.reverse_alpha)}" in share_line
    page.locator(".further summary").click()
    pair = page.locator("table.pair td").all_inner_texts()
    assert pair == [shown(value) for value in (*story.pair, *story.a)]
    features = page.locator(".further .bar-value").all_inner_texts()
    shares = [*story.source_features, *story.target_features]
    assert [number_of(text) for text in features] == [number_of(shown(share.value)) for share in shares]


def test_bars_of_one_story_are_as_long_as_their_numbers(page: Page):
    """Both halves, by dimension and by feature: twice as long is twice as much."""
    page.mouse.click(*edge_point(page, 1, 2))
    page.locator(".further summary").click()
    found = page.locator(".inspector .bar-row").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.bar-value').textContent,"
        " parseFloat(row.querySelector('.bar-fill').style.width)])"
    )
    bars = [(abs(number_of(text)), width) for text, width in found]
    limit = max(value for value, _ in bars)
    assert len(bars) == 3 + 3 + 2 + 2
    for value, width in bars:
        assert width == pytest.approx(50 * value / limit, abs=0.3)


def test_the_terms_add_up_to_the_denominator(page: Page):
    choose_graph(page, "Karate club", 34)
    terms = page.locator(".denominator .term").evaluate_all("all => all.map(t => Number(t.dataset.value))")
    trace = trace_of("karate_club")
    total = number_of(page.locator(".fraction-line .sum").inner_text())
    assert sum(terms) == pytest.approx(total, rel=5e-3)
    assert any(np.isclose(sum(terms), value, rtol=1e-5) for value in softmax_terms(trace).denominators[:, 0])


def test_a_term_becomes_the_numerator(page: Page):
    page.locator(".denominator .term:not(.chosen)").first.click()
    source = page.locator(".denominator .term.chosen").get_attribute("data-source")
    value = trace_of().dense("alpha", 0)[2, int(source or 0)]
    expect(page.locator(".fraction-line .alpha")).to_have_text(shown(value))


def test_a_hovered_arrow_lights_its_term(page: Page):
    page.mouse.move(*edge_point(page, 2, 1))
    expect(page.locator(".denominator .term.hover")).to_have_attribute("data-source", "1")


def test_the_chain_unfolds_to_its_roots(page: Page):
    page.get_by_role("button", name="unfold all").click()
    trace = trace_of()
    assert cells(page, "x") == {(i, f): shown(trace.x[i, f]) for i in range(4) for f in range(2)}
    W = trace.weights["W"]
    assert cells(page, "W") == {(c, f): shown(W[0, c, f]) for c in range(3) for f in range(2)}
    for name in ("score_target", "score_source"):
        assert cells(page, name) == {(i, 0): shown(getattr(trace, name)[i, 0]) for i in range(4)}
    masked = trace.dense("masked_e", 0)
    expected = {(i, j): shown(masked[i, j]) if np.isfinite(masked[i, j]) else "−∞" for i in range(4) for j in range(4)}
    assert cells(page, "masked_e") == expected
    assert cells(page, "h_prime") == {(i, c): shown(trace.h_prime[i, 0, c]) for i in range(4) for c in range(3)}
    edges = trace.edges_into(2)
    messages = trace.alpha[edges, 0, None] * trace.Wh[trace.edge_index[0, edges], 0]
    assert cells(page, "message") == {(k, c): shown(messages[k, c]) for k in range(len(messages)) for c in range(3)}
    assert cells(page, "out") == {(i, c): shown(trace.out[i, c]) for i in range(4) for c in range(12)}
    expect(card(page, "Wh").locator(".shape")).to_have_text("[4, 4, 3]")
    assert card(page, "alpha").locator("math").count() == 2
    page.get_by_role("button", name="fold", exact=True).click()
    expect(page.locator(".card")).to_have_count(3)


@pytest.mark.parametrize(("label", "changes"), [("Seed", {"seed": 11}), ("Heads", {"num_heads": 2})])
def test_no_old_number_is_left_after_an_edit(page: Page, label: str, changes: dict[str, int]):
    page.get_by_role("button", name="unfold all").click()
    set_number(page, label, next(iter(changes.values())))
    trace = trace_of(**changes)
    eventually(lambda: cells(page, "alpha") == alpha_rows(trace, 0))
    dense = trace.dense("raw", 0)
    assert cells(page, "raw") == {(i, j): shown(dense[i, j]) for i in range(4) for j in range(4)}
    story = edge_story(trace, 2, 3, 0)
    assert story.alpha is not None
    expect(page.locator(".fraction-line .alpha")).to_have_text(shown(story.alpha))
    in_numbers = re.compile(re.escape(f"= {shown(story.alpha)}") + "$")
    expect(page.locator(".formula button").last).to_have_attribute("title", in_numbers)


def test_more_digits_on_request(page: Page):
    page.get_by_role("radio", name="6", exact=True).click()
    dense = trace_of().dense("alpha", 0)
    assert cells(page, "alpha")[(2, 3)] == shown(dense[2, 3], 6)


def test_scale_to_the_largest_says_so(page: Page):
    page.get_by_role("radio", name="0…max").click()
    largest = trace_of().alpha[:, 0].max()
    expect(page.locator(".legend .bar")).to_contain_text(shown(largest))


def test_proof_compares_with_pyg_on_request(page: Page):
    expect(page.locator(".check.passed")).to_have_count(2)
    page.get_by_role("button", name="compare with PyG").click()
    expect(page.locator(".check[data-check='PyG']")).to_have_class("check passed", timeout=30_000)


def test_the_strongest_arrows_are_listed_while_nothing_is_locked(page: Page):
    release(page)
    trace = trace_of()
    order = np.argsort(-trace.alpha[:, 0], kind="stable")
    rows = page.locator(".top-edges tbody tr")
    assert rows.count() == trace.num_edges
    told = [row.split("\t")[:3] for row in rows.all_inner_texts()]
    edges = trace.edge_index.T
    assert told[:3] == [[str(edges[k, 0]), str(edges[k, 1]), shown(trace.alpha[k, 0])] for k in order[:3]]
    rows.nth(1).hover()
    source, target = edges[order[1]]
    expect(page.locator(f".edge.hover[data-source='{source}'][data-target='{target}']")).to_have_count(1)
    assert marked(page, "alpha", "hover") == {(int(target), int(source))}
    page.locator(".top-edges th button").nth(1).click()
    assert [row.split("\t")[1] for row in rows.all_inner_texts()] == sorted(str(i) for i in edges[:, 1])
    rows.nth(0).click()
    assert lock_text(page).startswith("locked:")


def test_heads_changed_faster_than_python_answers_leave_the_page_alive(page: Page):
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
    head = int(page.locator(".swatch.head[aria-checked='true']").inner_text())
    source, target = (int(name) for name in re.findall(r"\d+", lock_text(page))[:2])
    alpha = shown(trace.dense("alpha", head)[target, source])
    expect(page.locator(".fraction-line .alpha")).to_have_text(alpha, timeout=20_000)


def test_a_number_stepped_to_and_fro_faster_than_python_answers_leaves_the_page_alive(page: Page):
    """What comes back after a few runs must not be sent as a reference to what the browser has let go of."""
    page.get_by_role("spinbutton", name="Seed", exact=True).evaluate(
        """async field => {
            const box = field.closest('[data-testid=stNumberInput]');
            const button = (way) => box.querySelector(`[data-testid=stNumberInputStep${way}]`);
            for (let k = 0; k < 240; k++) {
                button(k % 4 < 2 ? 'Up' : 'Down').click();
                await new Promise((go) => setTimeout(go, 20 + (k * 97) % 130));
            }
        }"""
    )
    set_number(page, "Seed", 11)
    trace = trace_of(seed=11)
    source, target = (int(name) for name in re.findall(r"\d+", lock_text(page))[:2])
    expect(page.locator(".fraction-line .alpha")).to_have_text(shown(trace.dense("alpha", 0)[target, source]))
