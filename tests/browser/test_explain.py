"""Explain in a real browser: the journey from trained weights to one node's answer, and back to the graph."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from gatviz import GAT, analysis, sample_graph, save_weights
from gatviz.analysis.explanation import explanation_story, figures
from gatviz.analysis.sentence import text_of
from tests.browser.driver import choose_graph, eventually
from tests.browser.test_weights import use
from tests.ui.walk import trained_on_karate

NODE = 8


def opened_in_explain(page: Page, model: GAT) -> None:
    """Karate and the model's weights, as a person opens them; then Explain."""
    choose_graph(page, "Karate club", 34)
    page.get_by_role("button", name="Open weights", exact=True).click()
    dialog = page.get_by_role("dialog")
    file: FilePayload = {"name": "karate.pt", "mimeType": "application/octet-stream", "buffer": save_weights(model)}
    dialog.locator("input[type=file]").set_input_files(file)
    use(dialog)
    page.get_by_role("radio", name="Explain", exact=True).click()


def cells(page: Page) -> list[list[str]]:
    """The table of arrows as it stands in the page."""
    rows: list[list[str]] = page.locator("table.arrows tbody tr").evaluate_all(
        "all => all.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return rows


def test_one_nodes_answer_from_trained_weights_and_back_to_the_graph(page: Page) -> None:
    """Every number of the table is the core's for the very weights that were opened."""
    model = trained_on_karate(epochs=60)
    graph = sample_graph("karate_club")
    opened_in_explain(page, model)
    node = page.get_by_role("combobox", name="Node", exact=True)
    node.fill(str(NODE))
    node.press("Enter")
    found = analysis.explain_node(model, graph, NODE)
    expect(page.get_by_role("heading", name=f"comes out as {found.predicted} ({found.answer.p:.3f})")).to_be_visible()
    expect(page.get_by_text(text_of(explanation_story.strongest(found)), exact=True)).to_be_visible()
    expected = [
        [
            figures.arrow(row),
            f"{row['attention']:.3f}",
            f"{row['equal']:.3f}",
            figures.signed(row["message_change"]),
            figures.signed(row["removal"]),
            f"{row['p_without']:.3f}",
        ]
        for _place, row in found.strongest.head(8).iterrows()
    ]
    eventually(
        lambda: (
            [[r[0].removesuffix("itself").strip(), *(r[k] for k in (2, 3, 5, 7, 8))] for r in cells(page)] == expected
        )
    )
    agreed = found.overall.of("attention", 0)
    assert agreed is not None
    expect(page.locator(".gx table").first).to_contain_text(figures.agreement_number(agreed["spearman"]))
    for check in found.proofs:
        expect(page.get_by_test_id("stSidebar")).to_contain_text(re.sub(r"\d\.\de.*", "", check.sentence))
    page.get_by_role("radio", name="messages", exact=True).click()
    expect(page.get_by_text("how far messages say it moves")).to_be_visible()
    page.get_by_role("button", name="Show in Explore").click()
    expect(page.locator(".gatviz-stage .node")).to_have_count(graph.num_nodes)
    page.get_by_role("button", name=f"Explain node {NODE}").click()
    expect(page.get_by_role("heading", name=f"comes out as {found.predicted}")).to_be_visible()


def test_trainings_of_other_seeds_stop_and_go_on(page: Page) -> None:
    opened_in_explain(page, trained_on_karate(epochs=60))
    page.get_by_role("button", name="Train 10 seeds").click()
    page.locator(".st-key-explain_seeds_stop button").click()
    expect(page.locator(".st-key-explain_seeds_go_on button")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Stopped: \d+ of 10 seeds trained"))).to_be_visible()
