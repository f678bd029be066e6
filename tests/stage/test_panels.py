"""Small multiples: every panel has every arrow's own number on one scale, nothing is left out unsaid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatviz import Trace, sample_graph
from gatviz.analysis import uniformity, what_if
from gatviz.attention.layers import new_generator
from gatviz.attention.tutorial_layers import MultiHeadGATLayer
from gatviz.graph.positions import default_positions
from gatviz.graph.subgraph import MAX_EDGES, MAX_NODES
from gatviz.stage.drawn import Drawn
from gatviz.stage.panels import Multiples, OfNodes, columns_for, multiples
from gatviz.stage.panels_protocol import Panel
from gatviz.stage.protocol import EdgeFocus, NodeFocus
from tests.attention.hand_traces import graph_of, uniform, with_alpha
from tests.charts.cases import run_of

# A reads itself, B and C; B reads A; C reads nothing.
ADJ = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]])
ALPHA = np.array([[[0.5, 0.2, 0.3], [1, 0, 0], [0, 0, 0]], [[0, 0, 1], [1, 0, 0], [0, 0, 0]]])
CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])


def hand_drawn() -> tuple[Drawn, np.ndarray]:
    trace = with_alpha(ADJ, ALPHA, added=[0])
    return Drawn.of(graph_of(ADJ), trace, CORNERS), trace.alpha


def drawn_of(trace: Trace) -> Drawn:
    return Drawn.of(trace.graph, trace.layers[0], default_positions(trace.graph))


def panels_of(drawn: Drawn, values: np.ndarray, **more: Any) -> Multiples:
    titles = [f"head {k}" for k in range(values.shape[1])]
    found = multiples(drawn, values, titles, "α of every head", graph="graph", **more)
    assert found is not None
    return found


def shown(found: Multiples, panel: Panel) -> dict[tuple[str, str], float]:
    """{(target, source): value} of a panel's arrows."""
    names, edges = found.panels.names, found.panels.edges
    values = np.frombuffer(panel.values.f32, dtype="<f4")
    ends = zip(edges.target, edges.source, strict=True)
    return {(names[i], names[j]): float(value) for (i, j), value in zip(ends, values, strict=True)}


def test_every_arrow_has_its_own_number() -> None:
    drawn, alpha = hand_drawn()
    found = panels_of(drawn, alpha)
    first, second = found.panels.panels
    assert shown(found, first) == pytest.approx({("A", "A"): 0.5, ("A", "B"): 0.2, ("A", "C"): 0.3, ("B", "A"): 1})
    assert shown(found, second) == pytest.approx({("A", "A"): 0, ("A", "B"): 0, ("A", "C"): 1, ("B", "A"): 1})
    assert found.table.to_dict("list") == {
        "source": ["A", "B", "C", "A"],
        "target": ["A", "A", "A", "B"],
        "head 0": [0.5, 0.2, 0.3, 1],
        "head 1": [0, 0, 1, 1],
    }
    assert (found.panels.largest, found.panels.signed) == (1, False)
    assert found.panels.edges.added == [1, 0, 0, 0]
    assert "dashed: self-loop added" in found.panels.legend
    assert (found.panels.reads, found.panels.read_by) == ([3, 1, 0], [2, 1, 1])
    assert found.caption == ""


def test_the_strongest_arrow_into_each_node_is_told() -> None:
    drawn, alpha = hand_drawn()
    assert [panel.strongest for panel in panels_of(drawn, alpha).panels.panels] == [[0, 3, -1], [2, 3, -1]]


def test_differences_are_on_one_scale_on_both_sides_of_0() -> None:
    drawn, alpha = hand_drawn()
    found = panels_of(drawn, alpha[:, :1] - alpha[:, 1:], signed=True, symbol="Δ")
    assert found.panels.largest == pytest.approx(0.7)
    assert shown(found, found.panels.panels[0])[("A", "C")] == pytest.approx(-0.7)


def test_what_is_locked_on_the_stage_is_locked_here_by_name() -> None:
    """Also where the drawn graph has other nodes than the one on the screen, as a change since a baseline has."""
    drawn, alpha = hand_drawn()
    found = panels_of(drawn, alpha)
    assert found.shown("CBA", (2, 1), "head-0").locked == EdgeFocus(target=0, source=1)
    assert found.shown("CBA", (0, None), "").locked == NodeFocus(node=2)
    assert found.shown("ABCD", (3, 0), "").locked is None
    assert found.shown("ABCD", None, "").locked is None
    assert found.shown("BA", None, "").numbers == [1, 0, -1]


@pytest.mark.parametrize("heads", range(1, 17))
@pytest.mark.parametrize("nodes", [4, 30])
def test_panels_stand_in_rows_of_four_at_most(heads: int, nodes: int) -> None:
    assert 1 <= columns_for(heads, nodes) <= min(4, heads)


def test_a_large_graph_is_drawn_in_part_and_says_so() -> None:
    trace = run_of(300, 2, density=0.03, layers=1)
    layer = trace.layers[0]
    found = panels_of(drawn_of(trace), layer.alpha)
    assert found.panels.edges.drawn <= MAX_EDGES
    assert len(found.table) == layer.num_edges
    part, chosen = drawn_of(trace).part(layer.alpha)
    edges = chosen.edges
    drawn = f"Drawn are {edges.size} of {layer.num_edges:,} arrows, and {len(part.names)} of 300 nodes"
    assert drawn in found.caption
    assert "their largest α over the 2 heads or panels" in found.caption
    undrawn = np.setdiff1d(np.arange(layer.num_edges), edges)
    assert layer.alpha[undrawn].max() <= layer.alpha[edges].max(axis=1).min()
    assert len(part.names) <= MAX_NODES
    names = np.array(trace.graph.names, dtype=object)
    source, target = layer.edge_index
    for head, panel in enumerate(found.panels.panels):
        expected = {(names[target[k]], names[source[k]]): float(layer.alpha[k, head]) for k in edges}
        assert shown(found, panel) == pytest.approx(expected)
        for node, place in enumerate(panel.strongest):
            number = trace.graph.names.index(found.panels.names[node])
            into = np.flatnonzero(target == number)
            if place >= 0:
                best = shown(found, panel)[(names[number], found.panels.names[found.panels.edges.source[place]])]
                assert best == pytest.approx(layer.alpha[into, head].max())
    reads = dict(zip(found.panels.names, found.panels.reads, strict=True))
    assert reads == {name: int((target == trace.graph.names.index(name)).sum()) for name in part.names}
    undrawn_into = np.bincount(target[undrawn], minlength=300)
    assert found.panels.undrawn_reads == [undrawn_into[trace.graph.names.index(n)] for n in found.panels.names]


def test_many_panels_have_fewer_arrows_each() -> None:
    """What the browser draws has a bound, whatever the number of heads."""
    trace = run_of(60, 16, density=0.3, layers=1)
    layer = trace.layers[0]
    most = panels_of(drawn_of(trace), layer.alpha).panels.edges.drawn
    assert most * 16 <= 4_000
    assert panels_of(drawn_of(trace), layer.alpha[:, :1]).panels.edges.drawn > most


def test_nothing_to_draw() -> None:
    nothing = Drawn.of(graph_of(np.zeros((0, 0))), with_alpha(np.zeros((0, 0)), np.zeros((1, 0, 0))), np.zeros((0, 2)))
    assert multiples(nothing, np.zeros((0, 1)), ["head 0"], "x", graph="g") is None
    alone = np.zeros((2, 2))
    drawn = Drawn.of(graph_of(alone), with_alpha(alone, uniform(alone)), np.zeros((2, 2)))
    found = panels_of(drawn, np.zeros((0, 1)))
    assert shown(found, found.panels.panels[0]) == {}


def test_nodes_without_a_verdict_stay_empty() -> None:
    trace = with_alpha(ADJ, ALPHA)
    even = uniformity(trace, graph_of(ADJ))
    told = [[even.reads_like(node, head) for head in range(2)] for node in range(3)]
    drawn = Drawn.of(graph_of(ADJ), trace, CORNERS)
    found = panels_of(drawn, trace.alpha, nodes=OfNodes(even.evenness, told, even.table))
    first = found.panels.panels[0]
    assert first.nodes is not None
    assert np.isnan(np.frombuffer(first.nodes.f32, dtype="<f4")).tolist() == [False, True, True]
    like = f"reads like {even.effective[0, 0]:.2f} of 3"
    assert first.told == [like, "reads one, so α can only be 1", "reads nothing"]
    assert found.table is even.table


# ---- changes -------------------------------------------------------------------------------------------------


def test_new_and_gone_arrows_are_marked_and_gone_nodes_stand_where_they_stood() -> None:
    before = Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA[:1]),))
    now_adj = np.array([[1, 1], [1, 1]])
    after = Trace(graph_of(now_adj, names=["A", "B"]), (with_alpha(now_adj, uniform(now_adj)),))
    found = what_if(before, after)
    drawn = Drawn.of_change(found, (before.graph, CORNERS), (after.graph, CORNERS[:2] + 10))
    assert drawn.names == ("A", "B", "C")
    np.testing.assert_array_equal(drawn.positions, [*(CORNERS[:2] + 10), CORNERS[2]])
    shown_change = panels_of(drawn, found.delta, signed=True, symbol="Δα")
    panel = shown_change.panels.panels[0]
    assert shown(shown_change, panel) == pytest.approx(
        {("A", "A"): 0, ("A", "B"): 0.3, ("A", "C"): -0.3, ("B", "A"): -0.5, ("B", "B"): 0.5}
    )
    edges, names = shown_change.panels.edges, shown_change.panels.names
    ends = [(names[i], names[j]) for i, j in zip(edges.target, edges.source, strict=True)]
    assert shown_change.panels.gone == 1
    assert ends[-1] == ("A", "C")  # those that are gone come last
    assert [end for end, new in zip(ends, shown_change.panels.new, strict=True) if new] == [("B", "B")]
    assert {"dotted: gone", "dotted rim: new"} <= set(shown_change.panels.legend.split(" · "))
    assert (shown_change.panels.reads, shown_change.panels.read_by) == ([2, 2, 0], [2, 2, 0])


def test_the_labels_of_gone_nodes_are_those_that_they_had() -> None:
    before = Trace(graph_of(ADJ, labels=["x", "y", "z"]), (with_alpha(ADJ, ALPHA[:1]),))
    now_adj = np.array([[1, 1], [1, 1]])
    after = Trace(graph_of(now_adj, names=["A", "B"], labels=["y", None]), (with_alpha(now_adj, uniform(now_adj)),))
    drawn = Drawn.of_change(what_if(before, after), (before.graph, CORNERS), (after.graph, CORNERS[:2]))
    assert [drawn.class_names[k] if k >= 0 else None for k in drawn.classes] == ["y", None, "z"]


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
