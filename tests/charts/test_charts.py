"""The charts: each says what it shows, draws the numbers of its analysis, and no name becomes markup."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gatviz import GAT, Graph, LayerSettings, Trace
from gatviz.analysis import (
    attention_across_layers,
    difference,
    head_similarity,
    in_and_out,
    predictions,
    static_attention,
    what_if,
)
from gatviz.charts import compare, heads
from gatviz.charts.common import Chart, plain
from gatviz.charts.predictions import confusion_chart
from gatviz.colours import ACCENT, PALE, PAPER, Theme, colour_at, contrast, text_on
from gatviz.model.layer_settings import Kind
from tests.attention.hand_traces import graph_of, uniform, with_alpha
from tests.charts.cases import all_charts, run_of


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("nodes", "num_heads", "kind"), [(6, 2, "GAT"), (5, 1, "GATv2"), (12, 16, "GATv2")])
def test_every_chart_says_what_it_shows(nodes: int, num_heads: int, kind: Kind, theme: Theme) -> None:
    charts = all_charts(run_of(nodes, num_heads, kind), theme)
    missing = {name for name, chart in charts.items() if chart is None}
    assert missing == ({"divergence", "correlation"} if num_heads == 1 else set())
    for name, chart in charts.items():
        if chart is None:
            continue
        layout = chart.figure.layout
        assert len(chart.title) > 8, name
        assert chart.caption.endswith("."), name
        assert layout.paper_bgcolor == PAPER[theme]
        assert any(axis.title.text for axis in chart.figure.select_xaxes()), name
        assert any(axis.title.text for axis in chart.figure.select_yaxes()), name
        read_back = pd.read_csv(io.StringIO(chart.csv()))
        assert list(read_back) == list(chart.table)
        assert len(read_back) == len(chart.table) > 0, name
        json.loads(chart.figure.to_json())  # NaN would break the page
        assert "NaN" not in chart.figure.to_json()
        assert "←" not in chart.figure.to_json() + chart.caption, "an arrow runs from the source to the target"
        beside = [axis.title.font.size for axis in (*chart.figure.select_xaxes(), *chart.figure.select_yaxes())]
        assert {size for size in beside} == {13}, name


def test_two_hundred_nodes() -> None:
    charts = all_charts(run_of(200, 2, "GATv2", density=0.05))
    assert all(charts.values())
    across = charts["across"]
    assert across is not None
    ticks = across.figure.layout.xaxis.ticktext
    assert 10 <= len(ticks) <= 25
    large = all_charts(run_of(201, 2, density=0.02, layers=1))
    assert {name for name, chart in large.items() if chart is None} == {"alpha", "difference", "change", "across"}


@pytest.mark.parametrize("adj", [np.zeros((0, 0)), np.zeros((3, 3)), np.eye(2)])
def test_nothing_to_draw_is_none_and_the_rest_still_draws(adj: NDArray[np.float64]) -> None:
    trace = Trace(graph_of(adj), (with_alpha(adj, uniform(adj, 2)),))
    charts = all_charts(trace)
    for name in ("divergence", "correlation", "evenness", "effective", "shares", "ranking"):
        assert charts[name] is None, name
    no_edges = not adj.any()
    for name in ("top edges", "difference", "top changes"):
        assert (charts[name] is None) == no_edges, name
    for name in ("in and out", "across", "hops", "alpha"):
        assert (charts[name] is None) == (len(adj) == 0), name


# ---- the numbers that are drawn -------------------------------------------------------------------------------

ADJ = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]])
ALPHA = np.array([[[0.5, 0.2, 0.3], [0.9, 0.1, 0], [0, 0, 0]], [[0.2, 0.2, 0.6], [0.1, 0.9, 0], [0, 0, 0]]])


def hand_trace() -> Trace:
    return Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA),))


def cells(chart: Chart | None, place: int = 0) -> np.ndarray:
    assert chart is not None
    return np.array(chart.figure.data[place].z, dtype=float)


def test_alpha_matrices_hold_alpha_and_leave_the_rest_empty() -> None:
    chart = heads.alpha_chart(hand_trace().layers[0], graph_of(ADJ))
    for head in range(2):
        np.testing.assert_array_equal(cells(chart, head), np.where(ADJ, ALPHA[head], np.nan))
    assert chart is not None
    assert (chart.figure.layout.coloraxis.cmin, chart.figure.layout.coloraxis.cmax) == (0, 1)
    own = heads.alpha_chart(hand_trace().layers[0], graph_of(ADJ), to_largest=True)
    assert own is not None
    assert own.figure.layout.coloraxis.cmax == 0.9
    assert "largest shown" in own.figure.layout.coloraxis.colorbar.title.text


def test_long_names_that_differ_only_in_the_middle_stay_apart_in_the_matrices() -> None:
    names = ["x" * 90 + middle + "y" * 90 for middle in "ABC"]
    chart = heads.alpha_chart(hand_trace().layers[0], graph_of(ADJ, names=names))
    assert chart is not None
    assert len(set(chart.figure.data[0].x)) == 3
    assert len(set(chart.figure.data[0].y)) == 3


def test_difference_is_centred_on_0() -> None:
    chart = compare.difference_chart(difference(hand_trace(), 0, 1))
    np.testing.assert_allclose(cells(chart), np.where(ADJ, ALPHA[0] - ALPHA[1], np.nan))
    assert chart is not None
    assert (chart.figure.data[0].zmin, chart.figure.data[0].zmax) == (-0.8, 0.8)


def test_changes_mark_new_and_gone_edges() -> None:
    now_adj = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 0]])
    now = np.array([[[0.5, 0.5, 0], [0.9, 0.05, 0.05], [0, 0, 0]]])
    after = Trace(graph_of(now_adj), (with_alpha(now_adj, now),))
    found = what_if(Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA[:1]),)), after)
    chart = compare.change_chart(found, 0)
    expected = [[0, 0.3, -0.3], [0, -0.05, 0.05], [np.nan] * 3]
    np.testing.assert_allclose(cells(chart), expected, atol=1e-12)
    assert chart is not None
    over = chart.figure.data[1:]
    numbers = next(trace for trace in over if trace.mode == "text")
    texts = [(0, 0, "0"), (0, 1, "+0.300"), (0, 2, "−0.300"), (1, 0, "0"), (1, 1, "−0.050"), (1, 2, "+0.050")]
    assert list(zip(numbers.y, numbers.x, numbers.text, strict=True)) == texts
    marks = [trace for trace in over if trace.mode == "markers"]
    places = {(trace.name, row, column) for trace in marks for row, column in zip(trace.y, trace.x, strict=True)}
    told_in_the_legend = {("new arrow", None, None), ("gone arrow", None, None)}
    assert places == {("new arrow", 1, 2), ("gone arrow", 0, 2), *told_in_the_legend}
    bars = compare.top_changes_chart(found, count=1)
    assert bars is not None
    assert [list(trace.x) for trace in bars.figure.data] == [[0.2], [0.5]]
    assert bars.figure.data[0].customdata[0] == "A reads B: 0.20 → 0.50"
    assert compare.top_changes_chart(what_if(after, after)) is None


def test_similarity_is_in_clustered_order() -> None:
    one, other = np.zeros((3, 3)), np.zeros((3, 3))
    one[:, 0], other[:, 2] = 1, 1
    found = head_similarity(with_alpha(np.ones((3, 3)), [one, other, 0.9 * one + 0.1 / 3]))
    chart = heads.divergence_chart(found)
    assert chart is not None
    assert [int(text) for text in chart.figure.layout.xaxis.ticktext] == list(found.order)
    np.testing.assert_allclose(cells(chart), found.divergence[np.ix_(found.order, found.order)])


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
def test_lines_that_contradict_another_stand_out(kind: Kind) -> None:
    """Under static attention none does, and all fall; under GATv2 just those that the test finds."""
    trace = run_of(12, 2, kind)
    layer = trace.layers[0]
    found = static_attention(layer, trace.graph)
    chart = heads.ranking_chart(layer, found, 1)
    assert chart is not None
    marked = [line for line in chart.figure.data if line.line.color == ACCENT["light"]]
    pale = [line for line in chart.figure.data if line.line.color == PALE["light"]]
    assert len(marked) + len(pale) == int((np.diff(layer.ptr) >= 2).sum())
    assert len(marked) == found.otherwise[:, 1].sum()
    assert bool(marked) == (kind == "GATv2") == (found.static[1] is False)
    if kind == "GAT":
        for line in pale:
            assert (np.diff(line.y) <= found.tolerance).all()
    assert chart.caption.count(f"{len(marked)} of the {found.compared.sum()} targets") == 1


def test_in_and_out_and_hops_hold_the_sums() -> None:
    trace = hand_trace()
    chart = compare.in_and_out_chart(in_and_out(trace), 0)
    assert chart is not None
    np.testing.assert_allclose(chart.figure.data[0].y, [1.4, 0.3, 0.3])
    hops = compare.hops_chart(attention_across_layers(trace), [0])
    assert hops is not None
    np.testing.assert_allclose([bar.y[0] for bar in hops.figure.data], [0.35, 0.65])


def test_names_are_text_and_told_apart() -> None:
    assert plain("<b>") == "&lt;b&gt;"
    assert plain("node number 123", 10) == "node … 123"
    assert len(plain("x" * 99, 20)) == 20
    assert plain("exactly ten", 11) == "exactly ten"


def test_images_are_saved_in_the_browser_as_svg_or_png() -> None:
    chart = compare.difference_chart(difference(hand_trace(), 0, "gcn"))
    assert chart is not None
    options = chart.config()["toImageButtonOptions"]
    assert (options["format"], options["filename"]) == ("svg", "gatviz-head-0-minus-gcn-weight")
    assert chart.config("png")["toImageButtonOptions"]["format"] == "png"
    assert chart.config()["showSendToCloud"] is False


def test_the_confusion_matrix_counts_labelled_nodes() -> None:
    graph = Graph(("A", "B", "C"), np.eye(3), np.zeros((2, 0), int), labels=("x", "y", None))
    model = GAT(3, (LayerSettings(out_features=2, num_heads=1, concat=False),)).eval()
    found = predictions(model.trace(graph))
    chart = confusion_chart(found, "all")
    assert chart is not None
    assert chart.figure.data[0].z.sum() == 2
    assert list(chart.table.columns) == ["label", "x", "y"]
    unlabelled = replace(graph, labels=("x", None, "y"), split=("test", "train", None))
    assert confusion_chart(predictions(model.trace(unlabelled)), "train") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
def test_numbers_and_marks_in_cells_are_written_in_the_ink_for_the_cell(theme: Theme, kind: Kind) -> None:
    written = 0
    for name, chart in all_charts(run_of(9, 3, kind), theme).items():
        if chart is None or chart.figure.data[0].type != "heatmap":
            continue
        shown = chart.figure.data[0]
        assert all(trace.texttemplate is None for trace in chart.figure.data), f"{name}: plotly would choose the ink"
        for over in chart.figure.data[1:]:
            if over.type != "scatter" or list(over.x)[:1] == [None]:
                continue
            inks = over.textfont.color if over.mode == "text" else over.marker.color
            for row, column, ink in zip(over.y, over.x, inks, strict=True):
                t = (shown.z[row][column] - shown.zmin) / (shown.zmax - shown.zmin)
                fill = colour_at([colour for _, colour in shown.colorscale], t)
                assert ink == text_on(fill)
                assert contrast(ink, fill) >= 4.5, name
                written += 1
    assert written > 100
