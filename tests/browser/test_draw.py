"""Drawing in a real browser: by mouse alone, by keys alone, in a hurry, and back again."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page, expect

from gatviz import GAT, Graph
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.layers import new_generator
from gatviz.ui.session.settings import Settings
from tests.browser.driver import (
    alpha_rows,
    cells,
    choose_head,
    edge_point,
    eventually,
    middle_of,
    shows_alpha,
    trace_of,
    unfold,
)


def names(page: Page) -> list[str]:
    found: list[str] = page.locator(".graph .node[data-node]").evaluate_all("all => all.map(n => n.dataset.name)")
    return found


def edges(page: Page) -> set[tuple[str, str]]:
    """The arrows of the graph itself, (source, target), without the loops that the setting adds."""
    all_names = names(page)
    found = page.locator(".edge:not(.added)").evaluate_all(
        "all => all.map(a => [Number(a.dataset.source), Number(a.dataset.target)])"
    )
    return {(all_names[j], all_names[i]) for j, i in found}


def middle(page: Page, name: str) -> tuple[float, float]:
    return middle_of(page.locator(f".node[data-name='{name}'] circle"))


def drag(page: Page, start: tuple[float, float], *stops: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for stop in stops:
        page.mouse.move(*stop, steps=4)
    page.mouse.up()


def tool(page: Page, key: str) -> None:
    page.locator(f".toolbar [data-key='{key}']").click()


def start_empty(page: Page) -> tuple[float, float]:
    """Clear the canvas with the drawing tool; the canvas's corner."""
    tool(page, "tool_connect")
    tool(page, "clear")
    expect(page.locator(".empty-hint")).to_be_visible()
    eventually(lambda: names(page) == [] and cells(page, "alpha") == {})
    box = page.locator("svg.graph").bounding_box()
    assert box
    return box["x"], box["y"]


def features(page: Page, name: str, *values: float) -> None:
    page.locator(f".node[data-name='{name}']").dblclick()
    editor = page.locator(".node-editor")
    expect(editor.locator("input[name='name']")).to_have_value(name)
    for f, value in enumerate(values):
        field = editor.locator(f"input[name='f:{f}']")
        field.fill(str(value))
        field.press("Enter")
    editor.get_by_role("button", name="Done").click()


def trace_of_drawn(node_names: tuple[str, ...], x: list[list[float]], pairs: list[tuple[int, int]]) -> GATTrace:
    """What the app must show for a drawn graph under its first settings."""
    settings = Settings()
    graph = Graph(node_names, np.array(x, dtype=float), np.array(pairs).T)
    model = GAT(2, settings.layers, self_loops=settings.self_loops, generator=new_generator(settings.seed))
    trace = model.eval().trace(graph).layers[0]
    assert isinstance(trace, GATTrace)
    return trace


def test_a_graph_from_nothing_with_the_mouse_alone(page: Page) -> None:
    left, top = start_empty(page)
    places = [(90, 80), (300, 80), (200, 200)]
    for right, down in places:
        page.mouse.dblclick(left + right, top + down)
    eventually(lambda: names(page) == ["0", "1", "2"])
    drag(page, middle(page, "0"), middle(page, "1"))
    drag(page, middle(page, "1"), middle(page, "2"))
    x, y = middle(page, "2")
    drag(page, (x, y), (x + 60, y + 30), (x, y))
    eventually(lambda: edges(page) == {("0", "1"), ("1", "2"), ("2", "2")})
    features(page, "0", 1, -2)
    features(page, "1", 0.5, 1)
    features(page, "2", 0, 0)
    trace = trace_of_drawn(("0", "1", "2"), [[1, -2], [0.5, 1], [0, 0]], [(0, 1), (1, 2), (2, 2)])
    eventually(lambda: shows_alpha(page, trace))
    choose_head(page, "2")
    assert cells(page, "alpha") == alpha_rows(trace, 2)


def test_a_graph_from_nothing_with_keys_alone_and_back(page: Page) -> None:
    page.locator("svg.graph").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    eventually(lambda: names(page) == [])
    for _ in range(3):
        page.keyboard.press("n")
    eventually(lambda: names(page) == ["0", "1", "2"])
    expect(page.locator(".node[data-name='2']")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    eventually(lambda: ("2", "1") in edges(page))
    expect(page.locator(".node[data-name='1']")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    eventually(lambda: ("1", "1") in edges(page))
    expect(page.locator(".node[data-name='1']")).to_be_focused()
    page.keyboard.press("F2")
    expect(page.locator(".node-editor input[name='name']")).to_be_focused()
    page.keyboard.type("hub")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    eventually(lambda: names(page) == ["0", "hub", "2"])
    drawn = edges(page)
    page.locator("svg.graph").focus()
    for _ in range(12):
        page.keyboard.press("Control+z")
    eventually(lambda: names(page) == ["0", "1", "2", "3"] and len(edges(page)) == 12)
    for _ in range(12):
        page.keyboard.press("Control+Shift+z")
    eventually(lambda: names(page) == ["0", "hub", "2"] and edges(page) == drawn)


def test_no_key_is_lost_while_new_nodes_arrive(page: Page) -> None:
    page.locator(".node[data-name='0']").focus()
    count = 4
    for pause in (0, 60, 120, 200, 300):
        for _ in range(6):
            page.keyboard.press("n")
            page.wait_for_timeout(pause)
        count += 6
        eventually(lambda: names(page) == [str(n) for n in range(count)])  # noqa: B023 - called at once
        expect(page.locator(f".node[data-name='{count - 1}']")).to_be_focused()


def test_a_double_click_on_an_arrow_makes_no_node(page: Page) -> None:
    page.mouse.dblclick(*edge_point(page, 0, 1))
    page.mouse.dblclick(*edge_point(page, 2, 2))
    page.wait_for_timeout(500)
    assert names(page) == ["0", "1", "2", "3"]
    expect(page.locator(".node-editor")).to_be_hidden()


def test_ten_quick_edits_lose_none(page: Page) -> None:
    left, top = start_empty(page)
    places = [(70 + 65 * k, 80 + 90 * (k % 2)) for k in range(5)]
    for x, y in places:
        page.mouse.dblclick(left + x, top + y)
    for k in range(4):
        (x, y), (p, q) = places[k], places[k + 1]
        drag(page, (left + x, top + y), (left + p, top + q))
    eventually(lambda: names(page) == ["0", "1", "2", "3", "4"])
    eventually(lambda: edges(page) == {("0", "1"), ("1", "2"), ("2", "3"), ("3", "4")})
    expect(page.locator(".gatviz-stage")).not_to_have_attribute("data-waiting", "")


def test_drawn_edges_go_both_ways_if_wished(page: Page) -> None:
    left, top = start_empty(page)
    tool(page, "bothWays")
    page.mouse.dblclick(left + 90, top + 90)
    page.mouse.dblclick(left + 300, top + 200)
    eventually(lambda: names(page) == ["0", "1"])
    drag(page, middle(page, "0"), middle(page, "1"))
    eventually(lambda: edges(page) == {("0", "1"), ("1", "0")})


def test_several_nodes_at_once(page: Page) -> None:
    tool(page, "tool_select")
    box = page.locator("svg.graph").bounding_box()
    assert box
    top = max(middle(page, "0")[1], middle(page, "1")[1]) + 40
    drag(page, (box["x"] + 5, box["y"] + 5), (box["x"] + box["width"] - 5, top))
    expect(page.locator(".node.selected")).to_have_count(2)
    page.keyboard.press("Control+d")
    eventually(lambda: names(page) == ["0", "1", "2", "3", "0 (2)", "1 (2)"])
    assert ("0 (2)", "1 (2)") in edges(page)
    before = middle(page, "1")
    drag(page, middle(page, "0"), (middle(page, "0")[0] + 50, middle(page, "0")[1] + 20))
    eventually(lambda: abs(middle(page, "1")[0] - before[0] - 50) < 2)
    page.keyboard.press("Delete")
    eventually(lambda: names(page) == ["2", "3", "0 (2)", "1 (2)"])
    tool(page, "undo")
    eventually(lambda: len(names(page)) == 6)


def test_layouts_move_nodes_and_undo_brings_them_back(page: Page) -> None:
    before = middle(page, "1")
    unfold(page, "more")
    page.locator("select[data-key='layout']").select_option("grid")
    eventually(lambda: abs(middle(page, "1")[0] - before[0]) + abs(middle(page, "1")[1] - before[1]) > 5)
    tool(page, "undo")
    eventually(lambda: abs(middle(page, "1")[0] - before[0]) + abs(middle(page, "1")[1] - before[1]) < 2)


def test_what_python_refuses_is_said_on_the_canvas(page: Page) -> None:
    page.locator(".node[data-name='1']").dblclick()
    name = page.locator(".node-editor input[name='name']")
    name.fill("x" * 300)
    name.press("Enter")
    expect(page.locator(".refused")).to_contain_text("at most 200 printable characters")
    assert names(page) == ["0", "1", "2", "3"]
    name.fill("0")
    name.press("Enter")
    expect(name).to_have_class("wrong")


def test_an_added_loop_is_not_the_graphs_own(page: Page) -> None:
    left, top = start_empty(page)
    page.mouse.dblclick(left + 100, top + 150)
    eventually(lambda: page.locator(".edge.added").count() == 1)
    page.locator(".node[data-name='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(page.locator(".readout")).to_contain_text("no arrow of the graph")
    assert names(page) == ["0"]


def test_cells_of_the_table_are_typed_beside_the_canvas(page: Page) -> None:
    unfold(page, "more")
    page.get_by_role("button", name="Table", exact=True).click()
    page.keyboard.press("Escape")
    grid = page.get_by_test_id("stDataFrame").locator("canvas").first
    box = grid.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 30, box["y"] + 52)
    x: list[list[float]] = [[1, 0], [0, 1], [1, 1], [0, 0]]
    pairs = [(j, i) for j, i in trace_of().edge_index.T.tolist()]
    first = trace_of_drawn(("0", "1", "2", "3"), x, pairs)
    for row, text in enumerate(("2", "-3")):
        page.keyboard.type(text)
        expect(page.locator("#portal input, #portal textarea")).to_have_value(text)
        page.wait_for_timeout(300)  # the grid takes keys at a person's pace
        page.keyboard.press("Enter")
        x[row][1] = float(text)
        trace = trace_of_drawn(("0", "1", "2", "3"), x, pairs)
        eventually(lambda: shows_alpha(page, trace))  # noqa: B023 - called at once
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    eventually(lambda: shows_alpha(page, first))


def test_a_stage_that_the_page_puts_elsewhere_is_the_same_one(page: Page) -> None:
    """With a table beside it, the page makes a new place for the stage: what was open there stays open, as it was."""
    page.locator(".node[data-name='2']").dblclick()
    field = page.locator(".node-editor input[name='label']")
    field.fill("half typ")
    canvas = page.locator("svg.graph").element_handle()
    page.evaluate("document.activeElement.shadowRoot.querySelector('[data-key=table]').click()")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(field).to_have_value("half typ")
    assert canvas.evaluate("one => one.isConnected")
    expect(field).to_be_focused()
    field.press_sequentially("ed")
    field.press("Enter")
    eventually(lambda: "half typed" in page.locator(".legend").inner_text())
