"""Compare in a real browser: after every edit each panel agrees with the new trace; pins; downloads; hostile names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from gatviz.analysis import difference, head_similarity, in_and_out, uniformity
from gatviz.attention.layer_trace import GATTrace
from tests.browser.driver import edge_point, eventually, open_app, set_number, settled, trace_of

_CHARTS = """() => Array.from(document.querySelectorAll('.js-plotly-plot'), plot => ({
    title: plot.layout.title.text,
    traces: plot._fullData.map((t, k) => ({
        type: t.type, name: t.name, fill: t.fill, axis: t.xaxis,
        text: Array.isArray(t.text) && t.text.length ? t.text.flat() : null,
        x: t.x && Array.from(t.x), y: t.y && Array.from(t.y),
        z: t.type === 'heatmap' ? Array.from(plot.calcdata[k][0].z, row => Array.from(row)) : null,
    })),
}))"""
_TOLD = """all => all.map(multiples => ({
    title: multiples.querySelector('.panels-title').textContent,
    told: Array.from(multiples.querySelector('.graph-panel')?.querySelectorAll('.edge') ?? [], edge => {
        edge.querySelector('.hit').dispatchEvent(new PointerEvent('pointermove', {bubbles: true}));
        const values = Array.from(multiples.querySelectorAll('.panel-value'), value => value.textContent);
        const [target, source] = [Number(edge.dataset.target), Number(edge.dataset.source)];
        return {target, source, gone: edge.classList.contains('was'), values};
    }),
}))"""
"""Each arrow pointed at in the first panel, and what is told above every panel then."""
Charts = dict[str, list[dict[str, Any]]]


def open_compare(page: Page, section: str = "Heads") -> None:
    page.get_by_role("radio", name="Compare", exact=True).click()
    page.wait_for_selector(".gatviz-panels .edge")
    go_to(page, section)


def go_to(page: Page, section: str) -> None:
    page.get_by_role("radio", name=section, exact=True).click()


def charts(page: Page) -> Charts:
    """The traces of every chart on the page, by its title; of small multiples what they tell of each arrow."""
    drawn = {chart["title"]: chart["traces"] for chart in page.evaluate(_CHARTS)}
    told = page.locator(".gatviz-panels").evaluate_all(_TOLD)
    return {**drawn, **{multiples["title"]: multiples["told"] for multiples in told}}


def cells(trace: dict[str, Any]) -> np.ndarray:
    filled: np.ndarray = np.nan_to_num(np.array(trace["z"], dtype=float))
    return filled


def agrees(page: Page, check: Callable[[Charts], Any]) -> None:
    """Wait until the page shows it: an assertion, or a chart that is not there yet, is tried again."""

    def holds() -> bool:
        try:
            check(charts(page))
        except (AssertionError, KeyError, IndexError, StopIteration):
            return False
        return True

    try:
        eventually(holds)
    except AssertionError:
        check(charts(page))
        raise


# ---- what each section must show of a trace -------------------------------------------------------------------


def numbers(told: list[dict[str, Any]]) -> list[list[float]]:
    """[A, P] of small multiples, as they are read."""
    return [[float(text.replace("−", "-")) for text in arrow["values"]] for arrow in told]


def told_alike(told: list[dict[str, Any]], trace: GATTrace, values: np.ndarray) -> None:
    """The small multiples have the arrows of the run, with these numbers [E, P] to three digits."""
    assert [(arrow["source"], arrow["target"]) for arrow in told] == list(map(tuple, trace.edge_index.T.tolist()))
    np.testing.assert_allclose(numbers(told), values, rtol=6e-3, atol=6e-4)


def heads_shown(found: Charts, trace: GATTrace) -> None:
    told_alike(found["α of every head"], trace, trace.alpha)


def difference_shown(found: Charts, trace: GATTrace) -> None:
    expected = trace.dense("alpha", 0) - trace.dense("alpha", 1)
    np.testing.assert_allclose(cells(found["Head 0 minus head 1"][0]), expected, atol=1e-6)
    values = difference(trace, 0, 1).values
    told_alike(found["Head 0 minus head 1, on the graph"], trace, values[:, None])


def alike_shown(found: Charts, trace: GATTrace) -> None:
    similar = head_similarity(trace)
    order = np.ix_(similar.order, similar.order)
    shown = cells(found["How differently the heads share attention out"][0])
    np.testing.assert_allclose(shown, similar.divergence[order], atol=1e-6)
    shown = cells(found["How alike the heads rank what a node reads"][0])
    np.testing.assert_allclose(shown, np.nan_to_num(similar.correlation[order]), atol=1e-6)


def uniform_shown(found: Charts, trace: GATTrace) -> None:
    even = uniformity(trace)
    boxes = [t for t in found["How evenly each head shares attention out"] if t["type"] == "box"]
    assert len(boxes) == trace.num_heads
    for head, box in enumerate(boxes):
        np.testing.assert_allclose(box["y"], even.evenness[even.neighbours >= 2, head], atol=1e-6)


def static_shown(found: Charts, trace: GATTrace) -> None:
    lines = found["How each target ranks its sources, head 0"]
    expected = [np.sort(trace.e[trace.edges_into(i), 0])[::-1] for i in range(4)]
    for line, scores in zip(lines, expected, strict=True):
        np.testing.assert_allclose(line["y"], scores, atol=1e-6)


def flow_shown(found: Charts, trace: GATTrace) -> None:
    bars = found["Attention received and given, head 0"]
    received = np.sort(in_and_out(trace).received[:, 0])[::-1]
    np.testing.assert_allclose(bars[0]["y"], received, atol=1e-6)
    strongest = np.sort(trace.alpha[:, 0])[::-1]
    np.testing.assert_allclose(found["Strongest arrows, head 0"][0]["x"], strongest, atol=1e-6)


SHOWN = {
    "Heads": heads_shown,
    "Difference": difference_shown,
    "Alike?": alike_shown,
    "Uniform?": uniform_shown,
    "Static?": static_shown,
    "In and out": flow_shown,
}


def test_every_panel_agrees_with_the_new_trace_after_every_edit(page: Page) -> None:
    open_compare(page)
    settings: dict[str, Any] = {}
    for seed, (section, check) in enumerate(SHOWN.items(), start=5):
        go_to(page, section)
        agrees(page, lambda found: check(found, trace_of(**settings)))  # noqa: B023 - called at once
        settings["seed"] = seed
        set_number(page, "Seed", seed)
        agrees(page, lambda found: check(found, trace_of(**settings)))  # noqa: B023
    set_number(page, "Heads", 3)
    for section, check in SHOWN.items():
        go_to(page, section)
        agrees(page, lambda found: check(found, trace_of(seed=settings["seed"], num_heads=3)))  # noqa: B023


def test_what_is_pointed_at_or_locked_in_one_panel_is_so_in_all(page: Page) -> None:
    """Also on the stage, where the lock is found again; and a panel can be had alone."""
    open_compare(page)
    panels = page.locator(".gatviz-panels .graph-panel")
    expect(panels).to_have_count(4)
    arrow = ".edge[data-target='2'][data-source='3']"
    panels.nth(1).locator(f"{arrow} .hit").dispatch_event("pointermove")
    expect(page.locator(f".gatviz-panels {arrow}.hover")).to_have_count(4)
    alpha = trace_of().dense("alpha", 3)[2, 3]
    expect(page.locator(".gatviz-panels .readout")).to_contain_text(f"head 3: {alpha:.3f}")
    panels.nth(2).locator(f"{arrow} .hit").dispatch_event("click")
    expect(page.locator(f".gatviz-panels {arrow}.locked")).to_have_count(4)
    page.get_by_role("button", name="head 2", exact=True).click()
    eventually(lambda: list(charts(page)) == ["α of head 2"])
    expect(page.get_by_role("radio", name="2", exact=True).first).to_be_checked()
    expect(page.locator(f".gatviz-panels {arrow}.locked")).to_have_count(1)
    page.get_by_role("radio", name="Explore", exact=True).click()
    expect(page.locator(".chip.locked")).to_contain_text("locked 3 → 2")


# ---- what if -------------------------------------------------------------------------------------------------


def test_change_since_the_baseline_follows_every_edit(page: Page) -> None:
    open_compare(page)
    go_to(page, "What if")
    page.get_by_role("button", name="Pin the present as baseline A").click()
    expect(page.get_by_text("Nothing changed: every α is as before.")).to_be_visible()
    assert charts(page) == {}
    for seed in (5, 6):
        set_number(page, "Seed", seed)
        expected = trace_of(seed=seed).alpha.astype(float) - trace_of().alpha

        def check(found: Charts, change: np.ndarray = expected) -> None:
            told = numbers(found["Change of α from baseline A to now"])
            np.testing.assert_allclose(told, change, rtol=6e-3, atol=6e-4)

        agrees(page, check)
    page.get_by_role("button", name="Back to baseline A").click()
    expect(page.get_by_text("Nothing changed: every α is as before.")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Seed", exact=True)).to_have_value("175")
    page.get_by_role("button", name="Unpin").click()
    expect(page.get_by_text("Nothing is pinned yet")).to_be_visible()


def test_nothing_changes_where_nothing_changed(page: Page) -> None:
    """An arrow into node 2 is taken away on the canvas: what the others read stays exactly as it was."""
    open_compare(page)
    go_to(page, "What if")
    page.get_by_role("button", name="Pin the present as baseline A").click()
    expect(page.get_by_text("Nothing changed")).to_be_visible()
    page.get_by_role("radio", name="Explore", exact=True).click()
    expect(page.locator(".gatviz-panels")).to_have_count(0)
    arrow = page.locator(".edge[data-target='2'][data-source='3']")
    settled(page)
    page.mouse.click(*edge_point(page, 2, 3))
    expect(page.locator(".chip.locked")).to_contain_text("locked 3 → 2")
    page.locator("svg.graph").focus()
    page.keyboard.press("Delete")
    expect(arrow).to_have_count(0)
    left = {(int(i), int(j)) for j, i in trace_of().edge_index.T} - shown_edges(page)
    assert (2, 3) in left
    touched = {target for target, _ in left}
    page.get_by_role("radio", name="Compare", exact=True).click()

    def check(found: Charts) -> None:
        told = found["Change of α from baseline A to now"]
        for panel in np.array(numbers(told)).T:
            moved = {arrow["target"] for arrow, value in zip(told, panel, strict=True) if value != 0}
            assert moved == touched
        assert sum(arrow["gone"] for arrow in told) == len(left)

    agrees(page, check)
    page.get_by_role("radio", name="0", exact=True).click()
    agrees(page, lambda found: found["Change of α from baseline A to now, head 0"])
    change = np.array(charts(page)["Change of α from baseline A to now, head 0"][0]["z"], dtype=float)
    for target, row in enumerate(change):
        assert bool((row[~np.isnan(row)] == 0).all()) == (target not in touched)


def shown_edges(page: Page) -> set[tuple[int, int]]:
    """(target, source) of the arrows on the canvas."""
    edges = page.locator(".gatviz-stage .edge").evaluate_all(
        "all => all.map(a => [a.dataset.target, a.dataset.source])"
    )
    return {(int(target), int(source)) for target, source in edges}


# ---- taking away ---------------------------------------------------------------------------------------------


def test_a_charts_numbers_are_saved_as_csv(page: Page) -> None:
    open_compare(page)
    page.get_by_role("radio", name="matrix", exact=True).click()
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    trace = trace_of()
    assert len(rows) == trace.num_edges * trace.num_heads
    for row in rows:
        expected = trace.dense("alpha", int(row["head"]))[int(row["target"]), int(row["source"])]
        assert float(row["alpha"]) == pytest.approx(expected, rel=1e-5)


# ---- whatever the graph --------------------------------------------------------------------------------------

HOSTILE = "<img src=x onerror=window.attacked=1> **b** $x$ :red[x] <a href='https://example.org'>y</a> %{y}"


def test_hostile_names_are_only_text_in_every_section(page: Page) -> None:
    other = "</script><script>window.attacked=1</script>"
    nodes = [{"id": HOSTILE, "features": [1]}, {"id": other, "features": [2]}, {"id": "<b>C</b>", "features": [3]}]
    graph = {"nodes": nodes, "edges": [[HOSTILE, other], [other, HOSTILE], ["<b>C</b>", HOSTILE]]}
    page.locator(".st-key-open_graph").get_by_role("button").click()
    content = json.dumps(graph).encode()
    file: FilePayload = {"name": "hostile.json", "mimeType": "application/json", "buffer": content}
    page.locator("[role=dialog] input[type=file]").set_input_files(file)
    page.get_by_role("dialog").get_by_role("button", name="Show this graph", exact=True).click()
    eventually(lambda: page.locator(".gatviz-stage .node").count() == 3)
    open_compare(page)
    for section in (*SHOWN, "What if"):
        go_to(page, section)
        if section == "What if":
            page.get_by_role("button", name="Pin the present as baseline A").click()
            set_number(page, "Seed", 9)
        page.wait_for_selector(".js-plotly-plot .gtitle, .gatviz-panels .edge")
        page.wait_for_timeout(500)
        assert page.locator("[data-testid=stMain] img").count() == 0, section
        assert page.locator("a[href*='example.org'], a[*|href*='example.org']").count() == 0, section
        assert page.evaluate("window.attacked") is None, section
    expect(page.get_by_text("<img src=x onerror=wind…").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_window_has_no_sideways_scroll_in_any_section(browser: Browser, app_url: str, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, color_scheme=scheme)
    page = context.new_page()
    open_app(page, app_url)
    open_compare(page)
    for section in SHOWN:
        go_to(page, section)
        page.wait_for_selector(".js-plotly-plot .gtitle, .gatviz-panels .edge")
        page.wait_for_timeout(300)
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth + 1"), section
        paper = "rgb(20, 21, 31)" if scheme == "dark" else "rgb(255, 255, 255)"
        for ground in page.locator(".js-plotly-plot .main-svg:first-child, .gatviz-panels .graph-panel").all():
            expect(ground).to_have_css("background-color", paper)
    context.close()
