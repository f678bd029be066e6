"""What browser tests do with the page, in words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, SupportsFloat

import numpy as np
from playwright.sync_api import Locator, Page, expect

from gatviz import Graph, LayerTrace, MultiHeadGATLayer, sample_graph
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.layers import new_generator
from gatviz.ui.session.settings import Settings

MINUS = "−"


def trace_of(sample: str | Graph = "tutorial", **changes: Any) -> GATTrace:
    """The trace that the app must show for a graph (or a sample's name) under its first settings, with changes."""
    settings = {**vars(Settings()), **changes}
    graph = sample if isinstance(sample, Graph) else sample_graph(sample)
    generator = new_generator(settings["seed"])
    layer = MultiHeadGATLayer(
        graph.num_features,
        settings["head_features"],
        num_heads=settings["num_heads"],
        negative_slope=settings["negative_slope"],
        concat=settings["concat"],
        self_loops=settings["self_loops"],
        generator=generator,
    )
    trace = layer.eval().trace(graph)
    assert isinstance(trace, GATTrace)
    return trace


def shown(value: SupportsFloat, digits: int = 3) -> str:
    """A number as the stage writes it (an independent telling of stage/js/format.js)."""
    value = float(value)
    if value == 0:
        return "0"
    if not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
    text = f"{value:#.{digits}g}".rstrip(".")
    return (str(round(value)) if "e" in text else text).replace("-", MINUS)


def number_of(text: str) -> float:
    return float(text.replace(MINUS, "-").replace("+", ""))


def eventually(check: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds; fail if it does not in time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


QUIET = 250
"""So many milliseconds nothing must happen: a press of a moment ago may not have made the page busy yet."""


def settled(page: Page) -> None:
    """Wait until the server has said all it had to say, and nothing on the page moves any more."""
    page.wait_for_function(
        """quiet => {
            const busy = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning"
                || document.getAnimations().some(
                    (a) => a.playState === "running" && a.effect.getTiming().iterations !== Infinity);
            const now = performance.now();
            if (busy || window.quietSince === undefined) window.quietSince = now;
            const done = now - window.quietSince >= quiet;
            if (done) window.quietSince = undefined;
            return done;
        }""",
        arg=QUIET,
    )
    expect(page.locator(".gatviz-stage[data-waiting], [data-stale].answer, [data-stale].why")).to_have_count(0)


def open_app(page: Page, url: str) -> None:
    """Go to the app and wait until the stage stands."""
    page.goto(url)
    page.wait_for_selector(".gatviz-stage .node", timeout=60_000)
    page.wait_for_selector(".gatviz-stage .why-table", timeout=10_000)


def choose_graph(page: Page, title: str, nodes: int) -> None:
    page.get_by_test_id("stSelectbox").first.click()
    page.get_by_role("option", name=title, exact=True).click()
    eventually(lambda: page.locator(".gatviz-stage .node").count() == nodes)


def choose_head(page: Page, label: str) -> None:
    """A head by its tile, or what is no head from the list of baselines."""
    called = re.compile(rf"^{re.escape(label)}( |$)")
    tile = page.locator(".swatches").get_by_role("radio", name=called)
    if tile.count():
        tile.click()
        return
    unfold(page, "baselines")
    page.locator(".menu-panel").get_by_role("radio", name=called).click()
    page.keyboard.press("Escape")


def head_on_show(page: Page) -> int:
    key = page.locator(".swatch.head[aria-checked='true']").get_attribute("data-key")
    return int(str(key).removeprefix("w:head-"))


def several_heads(page: Page, *, on: bool) -> None:
    unfold(page, "baselines")
    entry = page.locator("[data-key='several']")
    if (entry.get_attribute("aria-checked") == "true") != on:
        entry.click()
    page.keyboard.press("Escape")


def unfold(page: Page, key: str) -> None:
    """Open the menu behind this button: "baselines", or "more" for what is rare about the picture."""
    button = page.locator(f".menu-button[data-key='{key}']")
    if button.get_attribute("aria-expanded") != "true":
        button.click()


def fold(page: Page, key: str) -> None:
    """Close the menu behind this button, which may lie over the picture."""
    button = page.locator(f".menu-button[data-key='{key}']")
    if button.get_attribute("aria-expanded") == "true":
        button.click()


def rest_of_the_model(page: Page) -> None:
    """Unfold what else can be set about the model; it is told in one line."""
    page.locator(".st-key-model_rest summary").click()


def unfold_all(page: Page) -> None:
    """Every stage of the chain."""
    steps = page.locator("[data-key='all-steps']")
    if steps.get_attribute("aria-expanded") != "true":
        steps.click()
    page.get_by_role("button", name="unfold all").click()


def toggle_further(page: Page) -> None:
    """Where the locked arrow's score comes from."""
    page.locator(".why [data-key='further']").click()


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def card(page: Page, stage: str) -> Locator:
    return page.locator(f".card[data-stage='{stage}']")


def cells(page: Page, stage: str) -> dict[tuple[int, int], str]:
    """The numbers of a matrix as they stand in the page."""
    found = (
        card(page, stage)
        .locator(".numbers text")
        .evaluate_all("all => all.map(t => [Number(t.dataset.row), Number(t.dataset.column), t.textContent])")
    )
    return {(row, column): text for row, column, text in found}


def middle_of(element: Locator) -> tuple[float, float]:
    """The middle of an element on the page; one that is just being drawn anew is waited for."""
    boxes: list[Any] = [None]

    def stands() -> bool:
        boxes.append(element.bounding_box())
        return boxes[-1] is not None

    eventually(stands)
    box = boxes[-1]
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def cell_point(page: Page, stage: str, row: int, column: int) -> tuple[float, float]:
    """Where on the page the middle of a cell is, as far as its number stands there."""
    return middle_of(card(page, stage).locator(f".numbers text[data-row='{row}'][data-column='{column}']"))


def edge_point(page: Page, target: int, source: int) -> tuple[float, float]:
    """A point on an arrow that no other element covers."""
    return tuple(
        page.locator(f".edge[data-target='{target}'][data-source='{source}'] .hit").evaluate(
            """path => {
                const length = path.getTotalLength(), root = path.getRootNode();
                for (const part of [0.5, 0.35, 0.65, 0.25, 0.75]) {
                    const p = path.getPointAtLength(part * length).matrixTransform(path.getScreenCTM());
                    if (root.elementFromPoint(p.x, p.y) === path) return [p.x, p.y];
                }
                throw new Error("arrow is covered");
            }"""
        )
    )


def marked(page: Page, stage: str, kind: str) -> set[tuple[int, int]]:
    """The cells of a matrix that are marked as "hover" or "locked"."""
    found = (
        card(page, stage)
        .locator(f".marks rect.{kind}.cell")
        .evaluate_all("all => all.map(r => [Number(r.dataset.row), Number(r.dataset.column)])")
    )
    return {(row, column) for row, column in found}


def lock_text(page: Page) -> str:
    chip = page.locator(".chip.locked")
    return chip.inner_text() if chip.count() else ""


def alpha_rows(trace: LayerTrace, head: int) -> dict[tuple[int, int], str]:
    """α as it must stand in the matrix."""
    dense = trace.dense("alpha", head)
    return {(int(i), int(j)): shown(dense[i, j]) for i, j in np.argwhere(trace.adjacency)}


def shows_alpha(page: Page, trace: LayerTrace) -> bool:
    """Whether the matrix of α is that of this trace, in the head on show."""
    head = head_on_show(page)
    return head < trace.num_heads and cells(page, "alpha") == alpha_rows(trace, head)
