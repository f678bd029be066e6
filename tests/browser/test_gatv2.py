"""GATv2 on the stage: its own chain, and every number of it the trace's."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gatviz import GAT, sample_graph
from gatviz.analysis import edge_story
from gatviz.attention.layer_trace import GATv2Trace
from gatviz.attention.layers import new_generator
from gatviz.ui.session.settings import Settings
from tests.browser.driver import (
    alpha_rows,
    card,
    cells,
    choose_head,
    edge_point,
    eventually,
    number_of,
    rest_of_the_model,
    shown,
    shows_alpha,
    toggle_further,
    unfold_all,
)


def trace_of(**changes: object) -> GATv2Trace:
    """What the app must show for the tutorial's graph with GATv2."""
    settings = Settings(kind="GATv2", **changes)  # type: ignore[arg-type]
    graph = sample_graph("tutorial")
    generator = new_generator(settings.seed)
    model = GAT(graph.num_features, settings.layers, self_loops=settings.self_loops, generator=generator)
    trace = model.eval().trace(graph).layers[0]
    assert isinstance(trace, GATv2Trace)
    return trace


@pytest.fixture
def gatv2(page: Page) -> Page:
    page.get_by_test_id("stSelectbox").nth(1).click()
    page.get_by_role("option", name="GATv2", exact=True).click()
    eventually(lambda: shows_alpha(page, trace_of()))
    choose_head(page, "0")
    return page


def test_its_first_picture_is_hidden_e_and_alpha(gatv2: Page) -> None:
    assert [card.get_attribute("data-stage") for card in gatv2.locator(".card").all()] == ["hidden", "e", "alpha"]
    trace = trace_of()
    dense = trace.dense("e", 0)
    assert cells(gatv2, "e") == {(i, j): shown(dense[i, j]) for i in range(4) for j in range(4)}
    gatv2.set_viewport_size({"width": 1024, "height": 768})  # where the column of e gives way, its bars stay
    expect(gatv2.locator(".why-table td.e").first).to_be_hidden()
    expect(gatv2.locator(".why-bar.e").first).to_be_visible()


def test_the_chain_unfolds_to_both_projections(gatv2: Page) -> None:
    unfold_all(gatv2)
    trace = trace_of()
    for name in ("W_target", "W_source"):
        weights = trace.weights[name][0]
        assert cells(gatv2, name) == {(c, f): shown(weights[c, f]) for c in range(3) for f in range(2)}
    for name in ("Wh_target", "Wh_source"):
        values = getattr(trace, name)[:, 0]
        assert cells(gatv2, name) == {(i, c): shown(values[i, c]) for i in range(4) for c in range(3)}
    assert cells(gatv2, "a") == {(0, c): shown(trace.weights["a"][0, c]) for c in range(3)}
    gatv2.mouse.click(*edge_point(gatv2, 1, 0))
    edges = np.arange(trace.num_edges)[trace.edges_into(1)]
    assert cells(gatv2, "hidden") == {
        (k, c): shown(trace.hidden[edge, 0, c]) for k, edge in enumerate(edges) for c in range(3)
    }
    expect(card(gatv2, "hidden").locator(".shape")).to_have_text(f"[{trace.num_edges}, 4, 3]")


def test_a_locked_arrow_adds_up_dimension_by_dimension(gatv2: Page) -> None:
    gatv2.mouse.click(*edge_point(gatv2, 3, 0))
    story = edge_story(trace_of(), 3, 0, 0)
    assert story.alpha is not None
    expect(gatv2.locator(".fraction-alpha")).to_have_text(shown(story.alpha))
    expect(gatv2.locator(".why-table .sum")).to_have_text(shown(story.denominator))
    terms = gatv2.locator(".why-table tr.chosen .terms .vector-cell").all_inner_texts()
    assert [number_of(text) for text in terms] == [number_of(shown(term)) for term in story.hidden_terms]
    toggle_further(gatv2)
    values = gatv2.locator(".further .cell-panel").filter(has_text="score: e").locator(".bar-value")
    expect(values).to_have_count(3)
    bars = values.all_inner_texts()
    assert [number_of(text) for text in bars] == [number_of(shown(term)) for term in story.hidden_terms]
    assert sum(map(number_of, bars)) == pytest.approx(story.e, abs=2e-3)


def test_one_w_for_both_roles_is_shown_once(gatv2: Page) -> None:
    rest_of_the_model(gatv2)
    gatv2.get_by_test_id("stCheckbox").filter(has_text="One W").click()
    trace = trace_of(share_weights=True)
    eventually(lambda: cells(gatv2, "alpha") == alpha_rows(trace, 0))
    unfold_all(gatv2)
    expect(card(gatv2, "W_source")).to_have_count(0)
    expect(card(gatv2, "W_target")).to_contain_text("One W serves both roles here")
