"""The graph as a chart: arrows run from source to target, one scale, nothing overlaps, nothing is left out unsaid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gatviz import Trace, sample_graph
from gatviz.analysis import uniformity, what_if
from gatviz.attention.layers import new_generator
from gatviz.attention.tutorial_layers import MultiHeadGATLayer
from gatviz.charts.colours import LINE, PAPER
from gatviz.charts.network import columns_for, network_chart, node_values_chart
from gatviz.charts.network_drawn import Drawn
from gatviz.charts.network_geometry import circles, joined_paths, place
from gatviz.charts.network_marks import WeightColours
from gatviz.graph.subgraph import MOST_EDGES, MOST_NODES
from tests.attention.hand_traces import graph_of, uniform, with_alpha
from tests.charts.cases import all_heads, drawn_of, hovers, run_of

# A reads itself, B and C; B reads A; C reads nothing.
ADJ = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]])
ALPHA = np.array([[[0.5, 0.2, 0.3], [1, 0, 0], [0, 0, 0]], [[0, 0, 1], [1, 0, 0], [0, 0, 0]]])
CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])


def hand_drawn() -> tuple[Drawn, np.ndarray]:
    trace = with_alpha(ADJ, ALPHA, added=[0])
    return Drawn.of(graph_of(ADJ), trace, CORNERS), trace.alpha


# ---- geometry ------------------------------------------------------------------------------------------------


def test_an_arrow_runs_from_rim_to_rim_and_points_at_its_target() -> None:
    source, target = np.array([1, 0, 2]), np.array([0, 1, 0])
    placed = place(CORNERS, source, target, 400, 300)
    for k, (j, i) in enumerate(zip(source, target, strict=True)):
        assert np.hypot(*(placed.lines[k, 0] - placed.nodes[j])) == pytest.approx(placed.radius)
        assert np.hypot(*(placed.tips[k] - placed.nodes[i])) == pytest.approx(placed.radius + 1)
        angle = np.radians(placed.angles[k])
        heading = np.array([np.sin(angle), np.cos(angle)])
        assert heading @ (placed.nodes[i] - placed.tips[k]) > 0
    assert not np.allclose(placed.middles[0], placed.middles[1], atol=2)  # opposite arrows bend apart


def test_a_loop_stands_where_there_is_room() -> None:
    """A's neighbours are to the right and above: its loop is below and to the left."""
    placed = place(CORNERS, np.array([1, 2, 0]), np.array([0, 0, 0]), 400, 300)
    away = placed.middles[2] - placed.nodes[0]
    assert (away < 0).all()
    assert np.hypot(*away) > 1.5 * placed.radius


@pytest.mark.parametrize("positions", [np.zeros((3, 2)), np.array([[1e9, 0], [1e9, 0], [1e9, 1e-9]]), CORNERS * 1e-12])
def test_any_positions_fit_the_panel(positions: NDArray[np.float64]) -> None:
    placed = place(positions, np.array([0, 1, 2]), np.array([1, 1, 0]), 300, 200)
    for points in (placed.nodes, placed.lines, placed.tips, placed.middles, placed.angles):
        assert np.isfinite(points).all()
    assert (placed.nodes >= 0).all()
    assert (placed.nodes <= [300, 200]).all()


def test_lines_are_joined_with_gaps() -> None:
    x, y = joined_paths(np.arange(8.0).reshape(2, 2, 2))
    np.testing.assert_array_equal(x, [0, 2, np.nan, 4, 6, np.nan])
    np.testing.assert_array_equal(y, [1, 3, np.nan, 5, 7, np.nan])
    ring = circles(np.array([[5.0, 5.0]]), 2)[0]
    np.testing.assert_allclose(np.hypot(*(ring - 5).T), 2)


# ---- what is drawn -------------------------------------------------------------------------------------------


def test_every_arrow_says_its_own_number() -> None:
    drawn, alpha = hand_drawn()
    chart = all_heads(drawn, alpha)
    assert hovers(chart) == [
        "A ← A (added loop), head 0: α = 0.5000",
        "A ← B, head 0: α = 0.2000",
        "A ← C, head 0: α = 0.3000",
        "B ← A, head 0: α = 1.0000",
    ]
    assert hovers(chart, 1)[2] == "A ← C, head 1: α = 1.0000"
    assert chart.table.to_dict("list") == {
        "source": ["A", "B", "C", "A"],
        "target": ["A", "A", "A", "B"],
        "head 0": [0.5, 0.2, 0.3, 1],
        "head 1": [0, 0, 1, 1],
    }
    assert (chart.figure.layout.coloraxis.cmin, chart.figure.layout.coloraxis.cmax) == (0, 1)
    assert "Dotted loops were added" in chart.caption


def test_the_strongest_arrow_into_each_node_carries_its_number_when_one_head_is_large() -> None:
    drawn, alpha = hand_drawn()
    chart = all_heads(drawn, alpha[:, :1])
    texts = [note.text for note in chart.figure.layout.annotations if note.text]
    assert texts == ["0.50", "1.00"]


def test_width_grows_with_the_weight_and_zero_is_still_seen() -> None:
    colours = WeightColours("share", 1.0, "light")
    levels = colours.level(np.array([0, 1e-9, 0.5, 1.0, 7.0]))
    assert levels.tolist() == [0, 1, 6, 12, 12]
    widths = [colours.width(int(level)) for level in levels]
    assert widths == sorted(widths)
    assert colours.of(0.0) != PAPER["light"]


def test_only_exactly_zero_has_the_colour_of_no_change() -> None:
    colours = WeightColours("signed", 0.5, "light")
    assert colours.level(np.array([0.0, 1e-12, -1e-12])).tolist() == [0, 1, -1]
    assert colours.of(0.0) == LINE["light"]
    assert len({colours.of(0.0), colours.of(1e-12), colours.of(-1e-12)}) == 3
    drawn, alpha = hand_drawn()
    chart = network_chart(drawn, (alpha[:, :1] - alpha[:, 1:]), ["0 − 1"], "Difference", scale="signed", unit="Δ")
    assert chart is not None
    assert (chart.figure.layout.coloraxis.cmin, chart.figure.layout.coloraxis.cmax) == (-0.7, 0.7)
    assert hovers(chart)[2:] == ["A ← C, 0 − 1: Δ = -0.7000", "B ← A, 0 − 1: Δ = +0.0000"]


@pytest.mark.parametrize("heads", range(1, 17))
@pytest.mark.parametrize("nodes", [4, 30])
def test_panels_never_overlap(heads: int, nodes: int) -> None:
    trace = run_of(nodes, heads, layers=1)
    chart = all_heads(drawn_of(trace), trace.layers[0].alpha)
    layout = chart.figure.layout
    boxes = [
        (*layout[f"xaxis{k + 1 if k else ''}"].domain, *layout[f"yaxis{k + 1 if k else ''}"].domain)
        for k in range(heads)
    ]
    for k, (left, right, low, high) in enumerate(boxes):
        assert 0 <= left < right <= 1
        assert 0 <= low < high <= 1
        for other in boxes[:k]:
            apart = right <= other[0] or other[1] <= left or high <= other[2] or other[3] <= low
            assert apart, (boxes[k], other)
    assert columns_for(heads, nodes) <= 4


def test_a_large_graph_is_drawn_in_part_and_says_so() -> None:
    trace = run_of(300, 2, density=0.03, layers=1)
    layer = trace.layers[0]
    chart = all_heads(drawn_of(trace), layer.alpha)
    assert len(hovers(chart)) <= MOST_EDGES
    assert len(chart.table) == layer.num_edges
    part, chosen = drawn_of(trace).part(layer.alpha)
    edges = chosen.edges
    assert f"Drawn are {edges.size} of {layer.num_edges:,} arrows, and {len(part.names)} of 300 nodes" in chart.caption
    assert "their largest α over the 2 heads or panels" in chart.caption
    undrawn = np.setdiff1d(np.arange(layer.num_edges), edges)
    assert layer.alpha[undrawn].max() <= layer.alpha[edges].max(axis=1).min()
    assert len(part.names) <= MOST_NODES
    names = np.array(trace.graph.names, dtype=object)
    for k in (0, edges.size - 1):  # edges of the part are the same edges of the whole
        assert part.names[part.source[k]] == names[layer.edge_index[0, edges[k]]]
        assert part.names[part.target[k]] == names[layer.edge_index[1, edges[k]]]
    assert layer.alpha[edges].max() == layer.alpha.max()


def test_nothing_to_draw() -> None:
    nothing = Drawn.of(graph_of(np.zeros((0, 0))), with_alpha(np.zeros((0, 0)), np.zeros((1, 0, 0))), np.zeros((0, 2)))
    assert network_chart(nothing, np.zeros((0, 1)), ["head 0"], "x") is None
    alone = np.zeros((2, 2))
    drawn = Drawn.of(graph_of(alone), with_alpha(alone, uniform(alone)), np.zeros((2, 2)))
    assert hovers(all_heads(drawn, np.zeros((0, 1)))) == []


def test_nodes_without_a_verdict_stay_empty() -> None:
    trace = with_alpha(ADJ, ALPHA)
    found = uniformity(trace, graph_of(ADJ))
    chart = node_values_chart(
        Drawn.of(graph_of(ADJ), trace, CORNERS),
        found.evenness,
        [[found.reads_like(node, head) for head in range(2)] for node in range(3)],
        ["head 0", "head 1"],
        "How evenly",
        unit="effective ÷ read",
        caption="Read it.",
        table=found.table,
        weights=trace.alpha,
    )
    assert chart is not None
    filled = [t for t in chart.figure.data if t.fill == "toself" and t.xaxis == "x"]
    assert [t.fillcolor == PAPER["light"] for t in filled] == [False, True]
    hover = [t for t in chart.figure.data if t.xaxis == "x" and t.text is not None and t.mode == "markers"]
    assert list(hover[-1].text) == [
        f"A, head 0: reads like {found.effective[0, 0]:.2f} of 3",
        "B, head 0: reads one, so α can only be 1",
        "C, head 0: reads nothing",
    ]


# ---- changes -------------------------------------------------------------------------------------------------


def test_new_and_gone_arrows_are_marked_and_gone_nodes_stand_where_they_stood() -> None:
    before = Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA[:1]),))
    now_adj = np.array([[1, 1], [1, 1]])
    after = Trace(graph_of(now_adj, names=["A", "B"]), (with_alpha(now_adj, uniform(now_adj)),))
    found = what_if(before, after)
    drawn = Drawn.of_change(found, (before.graph, CORNERS), (after.graph, CORNERS[:2] + 10))
    assert drawn.names == ("A", "B", "C")
    np.testing.assert_array_equal(drawn.positions, [*(CORNERS[:2] + 10), CORNERS[2]])
    chart = network_chart(drawn, found.delta, ["head 0"], "Change", scale="signed", unit="Δα")
    assert chart is not None
    assert hovers(chart) == [
        "A ← A, head 0: Δα = +0.0000",
        "A ← B, head 0: Δα = +0.3000",
        "A ← C (gone), head 0: Δα = -0.3000",
        "B ← A, head 0: Δα = -0.5000",
        "B ← B (new), head 0: Δα = +0.5000",
    ]
    dashes = {t.line.dash for t in chart.figure.data if t.mode == "lines" and t.line.dash}
    assert {"dash", "longdash"} <= dashes


def test_changes_are_aligned_with_the_edges_there_are_now() -> None:
    graph = sample_graph("tutorial")
    layer = MultiHeadGATLayer(2, 3, num_heads=2, self_loops="add_missing", generator=new_generator(1)).eval()
    fewer = replace(graph, edge_index=graph.edge_index[:, [0, 2, 3, 4, 6, 7]])
    before, after = Trace(graph, (layer.trace(graph),)), Trace(fewer, (layer.trace(fewer),))
    found = what_if(before, after)
    now = after.layers[0]
    assert found.on_present.shape == now.alpha.shape
    then = before.layers[0]
    for k, (source, target) in enumerate(now.edge_index.T):
        place_before = then.edge_of(int(target), int(source))
        assert place_before is not None
        np.testing.assert_allclose(found.on_present[k], now.alpha[k] - then.alpha[place_before], atol=1e-6)
