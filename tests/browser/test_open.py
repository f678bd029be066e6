"""Opening and saving a graph in a real browser: every format, a refused file, text, a generator, and back again."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from gatviz.files import FORMATS, read_graph, readable_formats, template, writable_formats
from tests.browser.driver import edge_point, eventually, settled

EDGES = b"source,target,weight\nA,B,2\nB,C,1\nA,B,3\n"


def open_dialog(page: Page) -> Locator:
    page.locator(".st-key-open_graph").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    settled(page)
    return dialog


def put(dialog: Locator, *files: tuple[str, bytes]) -> None:
    given: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    dialog.locator("input[type=file]").set_input_files(given)


def show(dialog: Locator) -> None:
    button = dialog.get_by_role("button", name="Show this graph")
    expect(button).to_be_enabled()
    settled(dialog.page)
    button.click()
    expect(dialog).to_have_count(0)
    settled(dialog.page)


def expect_graph(page: Page, name: str) -> None:
    expect(page.get_by_role("combobox", name="Graph", exact=True)).to_have_value(f"Yours: {name}")


def nodes(page: Page) -> int:
    return page.locator(".gatviz-stage .node").count()


def choose(page: Page, dialog: Locator, label: str, option: str) -> None:
    dialog.get_by_label(label).click()
    page.get_by_role("option", name=option).first.click()


def test_every_format_opens(page: Page) -> None:
    dialog = open_dialog(page)
    names = [f"{form}{FORMATS[form].endings[0]}" for form in readable_formats()]
    for name, form in zip(names, readable_formats(), strict=True):
        put(dialog, (name, template(form)))
        arrows = (
            "6 arrows (undirected" if form == "adjacency_list" else "3 arrows (directed)"
        )  # it cannot say which way
        expect(dialog).to_contain_text(f"3 nodes, {arrows}")
        if name != names[-1]:
            dialog.get_by_role("button", name=f"Remove {name}").click()
            expect(dialog.get_by_text("One file, an edge list and a table of nodes together")).to_be_visible()
    assert dialog.get_by_test_id("stAlert").count() == 0
    show(dialog)
    expect_graph(page, names[-1])
    eventually(lambda: nodes(page) == 3)


def test_a_refused_file_says_why_the_former_graph_stays_and_a_generated_one_comes(page: Page) -> None:
    dialog = open_dialog(page)
    put(dialog, ("broken.json", b'{"nodes": [{"id": "A", "features": [1]}, {"id": "B", "features": []}], "edges": []}'))
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("broken.json")
    expect(dialog.get_by_test_id("stAlert")).to_contain_text("'B'")
    expect(dialog.get_by_role("button", name="Show this graph")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert nodes(page) == 4
    dialog = open_dialog(page)
    dialog.get_by_role("radio", name="Generate").click()
    choose(page, dialog, "Kind of graph", "Star")
    leaves = dialog.get_by_role("spinbutton", name="Leaves")
    leaves.fill("4")
    leaves.press("Enter")
    expect(dialog).to_contain_text("5 nodes, 8 arrows")
    show(dialog)
    eventually(lambda: nodes(page) == 5)


def test_a_choice_shows_in_the_preview_and_then_on_the_stage(page: Page) -> None:
    dialog = open_dialog(page)
    put(dialog, ("edges.csv", EDGES), ("nodes.csv", b"id,club,age\nA,x,3\nB,y,4\nC,x,5\n"))
    expect(dialog).to_contain_text("1 duplicate edge was merged")
    expect(dialog).to_contain_text("2 arrows (directed)")
    choose(page, dialog, "Label column", "club")
    expect(dialog).to_contain_text("labels: 2 classes")
    dialog.get_by_role("radio", name="undirected").click()
    expect(dialog).to_contain_text("4 arrows (undirected")
    assert nodes(page) == 4, "nothing is replaced by looking"
    show(dialog)
    eventually(lambda: nodes(page) == 3)
    assert page.locator(".edge:not(.added)").count() == 4


def test_pasted_text_by_keyboard_alone(page: Page) -> None:
    page.locator(".st-key-open_graph").get_by_role("button").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("radio", name="From files").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    field = dialog.get_by_role("textbox").first
    expect(field).to_be_visible()
    field.focus()
    page.keyboard.type("A B\nB C\nC D\nD E\n")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text("5 nodes, 4 arrows")
    expect(dialog.get_by_role("button", name="Show this graph")).to_be_enabled()
    dialog.get_by_role("button", name="Show this graph").focus()
    page.keyboard.press("Enter")
    eventually(lambda: nodes(page) == 5)


def test_a_saved_graph_opens_as_the_same(page: Page, tmp_path: Path) -> None:
    page.locator(".st-key-save_open").get_by_role("button").click()
    page.get_by_test_id("stPopoverBody").get_by_test_id("stSelectbox").click()
    expect(page.get_by_role("option")).to_have_count(len(writable_formats()))
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download graph.json").click()
    path = tmp_path / "graph.json"
    waiting.value.save_as(path)
    saved = read_graph(path)
    page.keyboard.press("Escape")
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="No file at hand? Templates").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download graph.json").click()
    assert waiting.value.suggested_filename == "graph.json"
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    put(dialog, ("again.json", path.read_bytes()))
    expect(dialog).to_contain_text(f"{saved.num_nodes} nodes, {saved.num_edges} arrows")
    show(dialog)
    expect_graph(page, "again.json")
    assert nodes(page) == saved.num_nodes == 4
    assert saved.positions is not None


def test_hostile_names_are_only_text(page: Page) -> None:
    name = "<img src=x onerror=window.attacked=1>"
    other = "</script><script>window.attacked=1</script>"
    picture = "![x](http://elsewhere.example/x.png)"
    graph = {
        "nodes": [{"id": one, "features": [k], "label": picture} for k, one in enumerate((name, other, picture))],
        "edges": [{"source": name, "target": other, picture: picture}],
        "feature_names": [picture],
    }
    dialog = open_dialog(page)
    put(dialog, ("<b>![evil](http://elsewhere.example/y.png)</b>.json", json.dumps(graph).encode()))
    expect(dialog).to_contain_text("3 nodes")
    assert dialog.locator("img").count() == 0
    show(dialog)
    eventually(lambda: nodes(page) == 3)
    page.mouse.move(*edge_point(page, 1, 0))
    expect(page.locator(".readout")).to_contain_text("<img src=x onerror")
    assert page.locator("img[src*='elsewhere']").count() == page.locator(".gatviz-stage img").count() == 0
    assert page.evaluate("window.attacked") is None
