"""The charts in a real browser: drawn, pointed at, saved, without a request, an error, or anything made of a name."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import plotly.offline
from playwright.sync_api import Browser

from gatviz.charts.common import Chart, plain
from tests.charts.cases import HOSTILE, all_charts, run_of


def test_all_charts_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """Drawn, saved as SVG, without a request, an error, or anything made of a name."""
    charts = [chart for chart in all_charts(run_of(8, 3, "GATv2")).values() if chart is not None]
    divs: Callable[[Chart], str] = lambda chart: chart.figure.to_html(  # noqa: E731
        full_html=False, include_plotlyjs=False, config=chart.config()
    )
    script = plotly.offline.get_plotlyjs()
    path = tmp_path / "charts.html"
    page_text = f"<meta charset='utf-8'><script>{script}</script>{''.join(map(divs, charts))}"
    path.write_text(page_text, encoding="utf-8")
    page = browser.new_page()
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function(f"document.querySelectorAll('.main-svg .gtitle').length === {len(charts)}")
    texts = page.evaluate("Array.from(document.querySelectorAll('.xtick text')).map(t => t.textContent)")
    assert html.unescape(plain(HOSTILE, 14)) in texts
    page.evaluate(
        "for (const plot of document.querySelectorAll('.js-plotly-plot')) Plotly.Fx.hover(plot, [{curveNumber: 0,"
        " pointNumber: plot.data[0].type === 'heatmap' ? [0, 0] : 0}])"
    )
    assert page.locator(".hoverlayer .hovertext").count() > 5
    saved = page.evaluate(
        "Promise.all(Array.from(document.querySelectorAll('.js-plotly-plot')).map("
        "plot => Plotly.toImage(plot, {format: 'svg'})))"
    )
    assert all(image.startswith("data:image/svg+xml") for image in saved)
    assert page.locator("a[href^='http'], img[src='x'], .js-plotly-plot a[*|href]").count() == 0
    assert page.evaluate("window.attacked") is None
    assert wrong == []
    page.close()
