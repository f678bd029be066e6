"""Several heads on the same arrows, and what changed since a pinned baseline, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gatviz import LayerTrace
from gatviz.ui.session.settings import Settings
from tests.browser.driver import (
    cells,
    choose_head,
    eventually,
    set_number,
    several_heads,
    shown,
    trace_of,
    unfold,
)


@pytest.fixture
def page(same_page: Page) -> Page:
    return same_page


def checked(page: Page) -> list[str]:
    """Labels of the swatches that are on."""
    return page.locator(".swatches button[aria-checked='true'] .tile-name").all_inner_texts()


def strokes(page: Page, target: int, source: int) -> list[tuple[str, float]]:
    """Colour and width of the strokes that an arrow is split into."""
    found: list[tuple[str, float]] = page.locator(
        f".edge[data-target='{target}'][data-source='{source}'] .split"
    ).evaluate_all("all => all.map(p => [p.getAttribute('stroke'), Number(p.getAttribute('stroke-width'))])")
    return found


def pin(page: Page) -> None:
    unfold(page, "more")
    page.get_by_role("button", name="Pin as baseline").click()
    page.keyboard.press("Escape")


def swatch(page: Page, head: int) -> Locator:
    return page.locator(f".swatches [data-key='w:head-{head}']")


def test_swatches_toggle_solo_and_restore(page: Page) -> None:
    several_heads(page, on=True)
    assert checked(page) == ["0", "1", "2", "3"]
    swatch(page, 1).click()
    assert checked(page) == ["0", "2", "3"]
    swatch(page, 1).click()
    assert checked(page) == ["0", "1", "2", "3"]
    page.wait_for_timeout(700)  # two clicks are no double click
    swatch(page, 2).dblclick()
    assert checked(page) == ["2"]
    page.wait_for_timeout(700)
    swatch(page, 2).dblclick()
    assert checked(page) == ["0", "1", "2", "3"]
    several_heads(page, on=False)
    assert page.locator(".split").count() == 0


def test_each_arrow_is_split_by_head_as_wide_as_its_share(page: Page) -> None:
    several_heads(page, on=True)
    trace = trace_of()
    for target, source in ((2, 3), (0, 1)):
        shares = [trace.dense("alpha", head)[target, source] for head in range(4)]
        drawn = strokes(page, target, source)
        assert len({colour for colour, _ in drawn}) == 4
        assert np.argsort([width for _, width in drawn]).tolist() == np.argsort(shares).tolist()
    page.locator(".node[data-node='2']").hover()
    rows = page.locator(".shares-table tr").all_inner_texts()
    dense = [trace.dense("alpha", head) for head in range(4)]
    told = {row.split()[0]: row.split()[1:] for row in rows[1:]}
    assert told == {str(j): [shown(alpha[2, j]) for alpha in dense] for j in (1, 2, 3)}


def test_change_since_a_baseline_is_the_difference_and_zero_where_nothing_changed(page: Page) -> None:
    pin(page)
    expect(page.locator(".notice")).to_contain_text("nothing has changed")
    eventually(lambda: set(cells(page, "change").values()) == {"0"})
    page.locator(".node[data-name='2']").dblclick()
    field = page.locator(".node-editor input[name='f:0']")
    field.fill("3")
    field.press("Enter")
    page.locator(".node-editor").get_by_role("button", name="Done").click()
    expect(page.locator(".notice")).to_contain_text("Largest changes since the baseline")
    before = trace_of()
    after = changed_trace()
    for head in (0, 3):
        choose_head(page, str(head))
        delta = after.dense("alpha", head).astype(float) - before.dense("alpha", head)
        told = cells(page, "change")
        for i in range(4):
            untouched = not before.adjacency[i, 2]
            for j in np.flatnonzero(before.adjacency[i]):
                assert told[i, int(j)] == ("0" if untouched else shown(np.float32(delta[i, j])))
    unfold(page, "more")
    page.get_by_role("button", name="Forget baseline").click()
    expect(page.get_by_role("button", name="Pin as baseline")).to_be_visible()
    assert page.locator(".card[data-stage='change']").count() == 0


def changed_trace() -> LayerTrace:
    """The trace of the tutorial's graph with 3 as the first feature of node 2."""
    from dataclasses import replace

    from gatviz import GAT, sample_graph
    from gatviz.attention.layers import new_generator

    graph, settings = sample_graph("tutorial"), Settings()
    x = graph.x.copy()
    x[2, 0] = 3
    model = GAT(2, settings.layers, self_loops=settings.self_loops, generator=new_generator(settings.seed))
    return model.eval().trace(replace(graph, x=x)).layers[0]


def test_another_seed_changes_what_the_arrows_show(page: Page) -> None:
    pin(page)
    expect(page.get_by_role("radio", name="Δα", exact=True)).to_be_checked()
    set_number(page, "Seed", 3)
    delta = trace_of(seed=3).dense("alpha", 2) - trace_of().dense("alpha", 2)
    eventually(lambda: cells(page, "change").get((2, 3)) == shown(delta[2, 3]))
    label = page.locator(".edge-label text").first.text_content() or ""
    assert label[0] in "+−"
    page.get_by_role("radio", name="α", exact=True).click()
    assert (page.locator(".edge-label text").first.text_content() or "")[0].isdigit()


def test_nodes_are_coloured_by_how_evenly_they_share_out(page: Page) -> None:
    unfold(page, "more")
    page.locator("select[data-key='nodes']").select_option("evenness")
    page.keyboard.press("Escape")
    page.locator(".node[data-node='2']").hover()
    alpha = trace_of().dense("alpha", 2)[2]
    alpha = alpha[alpha > 0].astype(float)
    effective = float(np.exp(-(alpha * np.log(alpha)).sum()))
    expect(page.locator(".readout")).to_contain_text(f"reads like {effective:.2f} of {alpha.size}")
    assert page.locator(".node.told").count() == 4
    choose_head(page, "GCN")
    assert page.locator(".node.told").count() == 0


def test_an_arrow_that_is_gone_is_told_with_what_it_lost(page: Page) -> None:
    """1 → 0 is deleted: its loss is a number on the stage, a row of the table and an end of the range."""
    pin(page)
    expect(page.locator(".notice")).to_contain_text("nothing has changed")
    lost = {head: trace_of().dense("alpha", head)[0, 1] for head in range(4)}
    expect(page.locator(".chip.locked")).to_contain_text("locked 1 → 0")  # as it is at first
    page.locator("svg.graph").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".notice")).to_contain_text("no longer reads")
    page.keyboard.press("Escape")
    page.locator(".why [data-key='listed']").click()
    largest = max(lost, key=lambda head: lost[head])
    for head in {0, largest}:
        choose_head(page, str(head))
        loss = f"−{shown(lost[head])}"
        expect(page.locator(".was-edge")).to_have_count(1)
        expect(page.locator(".edge-label text").get_by_text(loss, exact=True)).to_have_count(1)
        row = page.locator(".top-edges tr.lost")
        expect(row).to_have_count(1)
        assert row.locator("td").all_inner_texts() == ["1", "0", f"{loss}, gone", "–"]
        expect(page.locator(".top-edges h4")).to_have_text("The 12 largest changes of 12 arrows, gone ones included")
        expect(page.locator(".card[data-stage='change'] footer")).to_contain_text(f"{loss} … ")


def test_several_heads_at_once_share_the_scale_of_the_largest(page: Page) -> None:
    """Scaled to the largest α, the widest stroke is that of the largest α of all heads, whichever was shown before."""
    choose_head(page, "2")
    unfold(page, "more")
    page.get_by_role("radio", name="0…max").click()
    page.keyboard.press("Escape")
    several_heads(page, on=True)
    trace = trace_of()
    best = int(np.argmax(trace.alpha.max(axis=1)))
    source, target = trace.edge_index[:, best].tolist()
    widths = [width for _, width in strokes(page, target, source)]
    assert int(np.argmax(widths)) == int(np.argmax(trace.alpha[best]))
    end = page.locator(".legend .bar").inner_text().split("…")[-1].strip()
    assert end == shown(trace.alpha.max())
