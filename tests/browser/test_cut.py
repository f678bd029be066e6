"""A graph too large to draw, in a real browser: an arrow that is not drawn is there, with its numbers and its story."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from gatviz import Graph
from gatviz.files import write_graph
from gatviz.graph.subgraph import strongest
from tests.browser.driver import card, choose_head, eventually, settled, shown, toggle_further, trace_of
from tests.browser.test_open import open_dialog, put, show


def many_nodes() -> Graph:
    rng = np.random.default_rng(3)
    adjacency = rng.random((260, 260)) < 0.05
    return Graph(
        names=tuple(f"n{n}" for n in range(260)),
        x=rng.normal(size=(260, 4)).astype("f4"),
        edge_index=np.stack(np.nonzero(adjacency)[::-1]),
    )


def test_a_cell_of_an_arrow_that_is_not_drawn_says_that_it_is_there(page: Page) -> None:
    graph = many_nodes()
    trace = trace_of(graph)
    part = strongest(trace.alpha, trace.edge_index, trace.num_nodes)
    dialog = open_dialog(page)
    put(dialog, ("many.json", write_graph(graph, format="json")))
    show(dialog)
    eventually(lambda: page.locator(".gatviz-stage .node").count() == part.nodes.size)
    assert page.locator(".gatviz-stage .edge").count() == part.edges.size
    expect(page.locator(".gatviz-stage")).to_contain_text(part.told("their largest α over the heads"))
    settled(page)
    choose_head(page, "0")

    inside = np.isin(trace.edge_index[0], part.nodes)
    row = next(n for n, node in enumerate(part.nodes) if not inside[trace.edges_into(node)].all())
    target = int(part.nodes[row])
    matrix = card(page, "alpha").locator(".matrix")
    matrix.focus()
    for _ in range(row):
        page.keyboard.press("ArrowDown")
    states = set()
    for column, source in enumerate(part.nodes[:60].tolist()):
        page.keyboard.press("ArrowRight" if column or row == 0 else "ArrowLeft")
        edge = trace.edge_of(target, source)
        state = "none" if edge is None else "drawn" if edge in part.edges else "undrawn"
        states.add(state)
        readout = page.locator(".graph-panel .readout")
        cell = card(page, "alpha").locator(".cell-readout")
        if edge is None:
            expect(readout).to_contain_text(f"n{target} does not read n{source}: no arrow, masked")
            expect(cell).to_contain_text("no arrow")
            continue
        expect(readout).to_contain_text(f"n{source} → n{target}, head 0: α = {shown(trace.alpha[edge, 0])}")
        expect(cell).to_have_text(re.compile(r"· arrow not drawn ·" if state == "undrawn" else r"^\S+ · row"))
        if state == "undrawn":
            expect(readout).to_contain_text("the arrow is there, but not drawn here")
            break
    assert "undrawn" in states

    into = np.arange(trace.num_edges)[trace.edges_into(target)]
    here = shown(trace.alpha[into[inside[into]], 0].astype(float).sum())
    expect(card(page, "alpha").locator(".row-sum")).to_contain_text(f"row n{target}: {here} of 1.00 is here")

    page.keyboard.press("Enter")
    expect(page.locator(".chip.locked")).to_contain_text(f"n{source} → n{target}")
    expect(page.locator(".why-table tr.chosen")).to_contain_text(shown(trace.alpha[edge, 0]))
    expect(page.locator(".why-table tr.chosen .note")).to_contain_text("not drawn here")
    expect(page.locator(".fraction-alpha")).to_have_text(shown(trace.alpha[edge, 0]))
    toggle_further(page)
    expect(page.locator(".further")).to_contain_text("in numbers")
