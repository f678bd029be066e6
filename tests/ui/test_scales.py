"""Things that are compared stand on one scale: every view of Compare, on several graphs, with all its panels."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.test_compare import SECTIONS, decoded, figures, multiples, open_section, press, stacked_page

GRAPHS = ["tutorial", "karate_club", "star", "dictionary_lookup"]


def scales(figure: dict[str, Any]) -> dict[str, set[tuple[float, ...]]]:
    """For each thing that is shown by colour or by length, the ends of its scales in this figure."""
    layout = figure["layout"]
    found: dict[str, set[tuple[float, ...]]] = {}
    bars = [axis for name, axis in layout.items() if name.startswith("coloraxis")]
    marks = [(axis["colorbar"]["title"]["text"], axis["cmin"], axis["cmax"]) for axis in bars]
    for trace in figure["data"]:
        if trace["type"] == "heatmap" and "coloraxis" not in trace:
            marks.append((trace["colorbar"]["title"]["text"], trace["zmin"], trace["zmax"]))
    for what, low, high in marks:
        found.setdefault(what, set()).add((low, high))
    for name, axis in layout.items():
        title = axis.get("title", {}).get("text") if name.startswith("yaxis") else None
        if title == "score e (no unit)":
            found.setdefault(title, set()).add(tuple(axis.get("range", ())))
    return found


def one_scale_each(app: AppTest) -> set[str]:
    """What is shown; each thing has one scale over all figures and small multiples of the view."""
    together: dict[str, set[tuple[float, ...]]] = {}
    for one in multiples(app):
        ends_here = (-one["largest"] if one["signed"] else 0.0, one["largest"])
        together.setdefault(one["symbol"], set()).add(ends_here)
    all_figures = figures(app)
    for figure in all_figures:
        panels = [axis for axis in figure["layout"] if axis.startswith("xaxis")]
        assert len(panels) <= 1 or sum(name.startswith("coloraxis") for name in figure["layout"]) == 1
        for what, ends in scales(figure).items():
            together.setdefault(what.partition(" (")[0], set()).update(ends)
    for what, all_ends in together.items():
        assert len(all_ends) == 1, f"{what}: {all_ends}"
        assert all_ends != {()} or len(all_figures) == 1, f"{what}: each chart ends where it likes"
    return set(together)


@pytest.mark.parametrize("section", [name for name in SECTIONS if name != "what_if"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_what_a_view_shows_has_one_scale(section: str, graph: str) -> None:
    app = open_section(section, graph)
    one_scale_each(app)
    for key in ("compare_picture", "compare_kinds_picture"):
        if key in [one.key for one in app.get("button_group")]:
            app.session_state[key] = "matrix"
            app.run()
            assert not app.exception
            one_scale_each(app)


def test_gat_stands_beside_gatv2_on_one_axis() -> None:
    app = open_section("kinds", "dictionary_lookup")
    assert one_scale_each(app) == {"α", "score e"}
    shown = [figure for figure in figures(app) if "range" in figure["layout"].get("yaxis", {})]
    ranges = [tuple(figure["layout"]["yaxis"]["range"]) for figure in shown]
    assert len(ranges) == 2
    for figure, (low, high) in zip(shown, ranges, strict=True):
        for line in figure["data"]:
            assert low <= decoded(line["y"]).min() <= decoded(line["y"]).max() <= high


@pytest.mark.parametrize("graph", GRAPHS[:2])
def test_all_of_a_change_has_one_scale(graph: str) -> None:
    app = press(open_section("what_if", graph), "pin_present")
    app.number_input(key="seed").set_value(3).run()
    assert not app.exception
    assert "Δα" in one_scale_each(app)
    app.session_state["compare_change_head"] = 0
    app.run()
    assert "Δα" in one_scale_each(app)


def test_layers_have_one_scale() -> None:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(stacked_page, default_timeout=60)
    app.session_state["compare_section"] = "layers"
    app.run()
    assert not app.exception
    one_scale_each(app)
