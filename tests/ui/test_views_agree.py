"""What is said twice is said alike: every two views that speak of the same thing are asked the same question.

Random graphs, both kinds of layer, features and weights of few values, so that there are ties.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatviz import GAT, Graph, LayerSettings, LayerTrace, Trace
from gatviz.analysis import (
    GATStory,
    GATv2Story,
    common_order,
    edge_story,
    gcn_weights,
    score_terms,
    share_limit,
    static,
    static_attention,
    story_limit,
    uniform_weights,
    uniformity,
    what_if,
)
from gatviz.analysis.uniformity import AVERAGES, CHOOSES, LEANS
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.layers import new_generator
from gatviz.charts.compare import change_chart, top_changes_chart
from gatviz.charts.heads import effective_chart, evenness_chart, ranking_chart, shares_chart
from gatviz.colours import ACCENT
from gatviz.graph.subgraph import Part
from gatviz.model.layer_settings import Kind
from gatviz.stage.change import change_stage, pack_change
from gatviz.stage.column_names import input_names
from gatviz.stage.details import pack_story
from gatviz.stage.drawn import Drawn
from gatviz.stage.pack import pack_scene
from gatviz.stage.panels import OfNodes, multiples
from gatviz.stage.weightings import weightings
from tests.attention.hand_traces import graph_of, uniform, with_alpha
from tests.stage.arrived import PALETTES, as_sent

SEEDS = st.integers(0, 10_000)


def random_graph(seed: int, without: bool = False) -> Graph:
    """Two to eight nodes, any density, few different features; `without` takes some edges and the last node away."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 9))
    adj = rng.random((count, count)) < rng.random()
    x = rng.integers(-1, 2, size=(count, 2)).astype(float)
    names = [f"n{n}" for n in range(count)]
    if without:
        adj &= rng.random((count, count)) < 0.7
        adj, x, names = adj[:-1, :-1], x[:-1], names[:-1]
    return Graph(tuple(names), x, np.stack(np.nonzero(adj)[::-1]))


def run_of(seed: int, kind: Kind, without: bool = False) -> Trace:
    heads = 1 + seed % 3
    model = GAT(2, [LayerSettings(kind=kind, out_features=2, num_heads=heads)], generator=new_generator(seed))
    return model.eval().trace(random_graph(seed, without))


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(packed["f32"], "<f4").reshape(packed["shape"])


def scene_of(trace: Trace) -> dict[str, Any]:
    layer = trace.layers[0]
    sent: dict[str, Any] = as_sent(
        pack_scene(trace.graph, layer, weightings(layer), PALETTES, {}, input_names(trace, 0))
    )
    return sent


both_kinds = pytest.mark.parametrize("kind", ["GAT", "GATv2"])


# ---- who ranks otherwise -------------------------------------------------------------------------------------


def contradicting(layer: LayerTrace, head: int, tolerance: float) -> tuple[set[int], set[int]]:
    """By brute force: the targets that can be compared with another, and those that contradict another."""
    e = layer.dense("e", head).astype(np.float64)
    compared, otherwise = set(), set()
    for i, k in combinations(range(layer.num_nodes), 2):
        shared = np.flatnonzero(layer.adjacency[i] & layer.adjacency[k])
        for j, m in combinations(shared.tolist(), 2):
            compared |= {i, k}
            here, there = e[i, j] - e[i, m], e[k, j] - e[k, m]
            if min(abs(here), abs(there)) > tolerance and here * there < 0:
                otherwise |= {i, k}
    return compared, otherwise


@both_kinds
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_verdict_table_and_chart_count_the_same_targets(kind: Kind, seed: int) -> None:
    trace = run_of(seed, kind)
    layer = trace.layers[0]
    found = static_attention(layer, trace.graph)
    for head in range(layer.num_heads):
        compared, otherwise = contradicting(layer, head, found.tolerance)
        assert set(np.flatnonzero(found.compared)) == compared
        assert set(np.flatnonzero(found.otherwise[:, head])) == otherwise
        row = found.table.iloc[head]
        assert (found.static[head] is None) == (not compared)
        if compared:
            assert found.static[head] == bool(row["static"]) == (not otherwise)
            assert (row["agreeing_pairs"] == row["target_pairs"]) == (not otherwise)
            assert found.verdict(head).startswith("Dynamic" if otherwise else "Static")
        else:
            assert "no order to compare" in found.verdict(head)
        chart = ranking_chart(layer, found, head, graph=trace.graph)
        if chart is None:
            assert not compared
            continue
        marked = [line for line in chart.figure.data if line.line.color == ACCENT["light"]]
        assert len(marked) == len(otherwise)
        assert not compared or f"{len(otherwise)} of the {len(compared)} target" in chart.caption
        told = chart.table.loc[chart.table["target_ranks_otherwise"], "target"]
        assert set(told) == {trace.graph.names[n] for n in otherwise}


def test_a_source_that_nobody_shares_is_no_contradiction() -> None:
    """A reads B and C, B reads C and D, C reads D and B: each pair of sources is read once, in a circle of orders."""
    adj = np.zeros((4, 4))
    adj[0, [1, 2]] = adj[1, [2, 3]] = adj[2, [3, 1]] = 1
    e = np.zeros((1, 4, 4))
    e[0, 0, 1] = e[0, 1, 2] = e[0, 2, 3] = 1
    layer = with_alpha(adj, uniform(adj), e=e)
    found = static_attention(layer)
    chart = ranking_chart(layer, found, 0)
    assert chart is not None
    assert found.static == (None,)
    assert not [line for line in chart.figure.data if line.line.color == ACCENT["light"]]
    assert found.verdict(0) in chart.caption


@both_kinds
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_no_line_rises_where_one_order_suits_all(kind: Kind, seed: int) -> None:
    """The scores of every target are made to follow one order: then the chart's order contradicts none."""
    layer = run_of(seed, kind).layers[0]
    rng = np.random.default_rng(seed)
    worth = rng.permutation(layer.num_nodes)
    e = np.zeros((1, layer.num_nodes, layer.num_nodes))
    e[0] = worth[None, :] * rng.random(layer.num_nodes)[:, None] + rng.normal(size=layer.num_nodes)[:, None] * 50
    hand = with_alpha(layer.adjacency, uniform(layer.adjacency), e=e)
    order = common_order(hand, 0).tolist()
    assert sorted(order) == list(range(layer.num_nodes))
    for target in range(layer.num_nodes):
        sources = [j for j in order if layer.adjacency[target, j]]
        assert (np.diff(e[0, target, sources]) <= 0).all()


def test_a_test_that_was_not_run_is_not_called_vacuous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "MAX_SOURCE_PAIRS", 0)
    adj = np.ones((3, 3))
    layer = with_alpha(adj, uniform(adj))
    found = static_attention(layer)
    chart = ranking_chart(layer, found, 0)
    assert chart is not None
    assert found.verdict(0) == found.sentences[0] == static.TOO_MANY
    assert static.TOO_MANY in chart.caption


# ---- who is the strongest ------------------------------------------------------------------------------------


@both_kinds
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_the_strongest_into_a_node_is_the_same_everywhere(kind: Kind, seed: int) -> None:
    """Ties too: the table, the stage and the panels name the first of equals."""
    trace = run_of(seed, kind)
    layer, graph = trace.layers[0], trace.graph
    even, scene = uniformity(layer, graph), scene_of(trace)
    drawn = Drawn.of(graph, layer, np.random.default_rng(0).random((graph.num_nodes, 2)))
    for head in range(layer.num_heads):
        expected = [
            -1 if not layer.adjacency[n].any() else int(np.argmax(np.where(layer.adjacency[n], dense, -1)))
            for n, dense in enumerate(layer.dense("alpha", head))
        ]
        assert even.strongest_source[:, head].tolist() == expected
        edges = scene["weightings"][head]["strongest"]
        assert [-1 if k < 0 else scene["edges"]["source"][k] for k in edges] == expected
        found = multiples(drawn, layer.alpha[:, [head]], ["head"], "α", graph="graph")
        assert found is not None
        source, edges = found.panels.edges.source, found.panels.panels[0].strongest
        assert [-1 if k < 0 else source[k] for k in edges] == expected


# ---- how evenly ----------------------------------------------------------------------------------------------


@both_kinds
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_evenness_is_told_alike(kind: Kind, seed: int) -> None:
    trace = run_of(seed, kind)
    layer, graph = trace.layers[0], trace.graph
    found = uniformity(layer, graph)
    judged = np.flatnonzero(found.neighbours >= 2)
    assert found.judged == judged.size
    assert found.judged + found.one + found.none == graph.num_nodes
    by_head = found.by_head
    for head in range(layer.num_heads):
        row = by_head.iloc[head]
        counts = [row["averaging_nodes"], row["leaning_nodes"], row["choosing_nodes"]]
        assert sum(counts) == row["judged_nodes"] == judged.size
        words = found.table.query(f"head == {head}")["acts"]
        assert counts == [(words == word).sum() for word in (AVERAGES, LEANS, CHOOSES)]
        assert (words != "").sum() == judged.size
        if judged.size:
            effective = found.effective[judged, head]
            assert row["mean_effective_neighbours"] == pytest.approx(effective.mean())
            assert (
                f"reads like {effective.mean():.2f} of {round(found.neighbours[judged].mean(), 1):g}"
                in (found.verdicts[head])
            )
    charts = [evenness_chart(found), effective_chart(found), shares_chart(found)]
    if not judged.size:
        assert charts == [None] * 3
        return
    boxes, points, _ = (chart.figure.data for chart in charts if chart is not None)
    for head in range(layer.num_heads):
        np.testing.assert_allclose(boxes[head].y * found.neighbours[judged], points[1 + head].y)
        told = [f"{graph.names[n]}, head {head}: {found.reads_like(int(n), head)}" for n in judged]
        assert list(boxes[head].customdata) == told


@both_kinds
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_uniform_and_gcn_shares_are_told_alike(kind: Kind, seed: int) -> None:
    trace = run_of(seed, kind)
    layer, scene = trace.layers[0], scene_of(trace)
    even, gcn, on_stage = uniform_weights(layer), gcn_weights(layer), unpacked(scene["uniform"])
    for k, (j, i) in enumerate(layer.edge_index.T.tolist()):
        story = edge_story(layer, i, j, 0)
        assert on_stage[i] == pytest.approx(even[k])
        assert story.uniform == pytest.approx(even[k])
        assert story.gcn == pytest.approx(gcn[k])
        assert max(even[k], gcn[k]) <= share_limit(layer) * (1 + 1e-6), "the scale holds every weighting"


# ---- what changed --------------------------------------------------------------------------------------------


@both_kinds
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
@example(seed=0)
def test_a_change_is_told_alike_and_nothing_that_is_gone_is_forgotten(kind: Kind, seed: int) -> None:
    before, after = run_of(seed, kind), run_of(seed, kind, without=True)
    then, now = before.layers[0], after.layers[0]
    found = what_if(before, after)
    names = found.names
    old = {(before.graph.names[j], before.graph.names[i]): then.alpha[k] for k, (j, i) in enumerate(then.edge_index.T)}
    new = {(after.graph.names[j], after.graph.names[i]): now.alpha[k] for k, (j, i) in enumerate(now.edge_index.T)}
    zero = np.zeros(now.num_heads)
    truth = {pair: new.get(pair, zero) - old.get(pair, zero) for pair in {*old, *new}}
    told = {(names[j], names[i]): d for j, i, d in zip(found.source, found.target, found.delta, strict=True)}
    assert told.keys() == truth.keys()
    for pair, delta in truth.items():
        np.testing.assert_allclose(told[pair], delta, atol=1e-5)
    assert len(found.table) == len(truth) * now.num_heads
    if not truth:
        return
    sizes = np.abs(found.delta)
    part = Part.whole(now.num_nodes, now.num_edges)
    packed = as_sent(pack_change(found, part, baseline="A"))
    stage = as_sent(change_stage(found, now, part))
    assert found.largest == sizes.max()
    assert packed["limit"] == stage["limit"] == (found.largest or 1.0)
    values, gone = unpacked(packed["values"]), unpacked(packed["goneValues"])
    for head in range(now.num_heads):
        column = found.delta[:, head]
        assert list(stage["ranges"][head]) == [column.min(), column.max()]
        for node, name in enumerate(names):
            into = found.target == node
            reads = [any(pair[1] == name for pair in pairs) for pairs in (old, new)]
            if into.any():
                assert column[into].sum() == pytest.approx(reads[1] - reads[0], abs=1e-5)
            if node >= after.graph.num_nodes:
                continue
            largest = np.abs(column[into]).max(initial=0.0)
            drawn, lost = packed["strongest"][head][node], packed["strongestGone"][head][node]
            beside = [one for one in packed["beside"][head] if one["node"] == node]
            said = [values[head, k] for k in [drawn] if k >= 0] + [gone[head, k] for k in [lost] if k >= 0]
            said += [one["value"] for one in beside]
            assert len(said) == (largest > 0)
            assert not said or abs(said[0]) == pytest.approx(largest)
        top = found.top_changes(1, head)
        assert (len(top) == 1) == bool(column.any())
        assert not len(top) or abs(top["delta"].item()) == np.abs(column).max()
        matrix = change_chart(found, head)
        assert matrix is not None
        drawn_cells = np.array(matrix.figure.data[0].z, dtype=float)
        assert np.nanmin(drawn_cells) == column.min()
        assert np.nanmax(drawn_cells) == column.max()
        bars = top_changes_chart(found, head=head)
        assert (bars is None) == (not column.any())
    listed = {(tuple(one["names"])) for one in packed["gone"]}
    assert listed == {pair for pair in old if pair not in new}


# ---- one scale for what is compared --------------------------------------------------------------------------


@both_kinds
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_all_bars_of_a_story_have_one_limit_and_it_holds_them(kind: Kind, seed: int) -> None:
    trace = run_of(seed, kind)
    layer = trace.layers[0]
    part = Part.whole(layer.num_nodes, layer.num_edges)
    for k, (j, i) in enumerate(layer.edge_index.T.tolist()):
        head = k % layer.num_heads
        story = edge_story(layer, i, j, head)
        assert isinstance(story, GATStory | GATv2Story)
        sizes = [abs(share.value) for share in (*story.target_features, *story.source_features)]
        if isinstance(layer, GATTrace):
            terms = score_terms(layer)
            sizes += np.abs([terms.target[i, head], terms.source[j, head]]).ravel().tolist()
        else:
            assert isinstance(story, GATv2Story)
            sizes += np.abs(story.hidden_terms).tolist()
        packed = as_sent(pack_story(trace.graph, layer, part, (i, j, head), input_names(trace, 0)))
        assert packed is not None
        assert packed["limit"] == story_limit(story) == pytest.approx(max(sizes) or 1.0)
        told = [bar["value"] for half in packed["halves"] for bar in (*half["byDimension"], *half["byFeature"])]
        assert packed["limit"] >= max(np.abs(told)) * (1 - 1e-6)
        if isinstance(layer, GATTrace):
            assert packed["pair"]["limit"] >= np.abs([*packed["pair"]["Wh"], *packed["pair"]["a"]]).max() * (1 - 1e-6)


def test_nodes_are_coloured_from_0_to_1_whatever_the_graph() -> None:
    """In the panels as on the stage."""
    adj = np.ones((3, 3))
    layer = with_alpha(adj, uniform(adj, 2))
    found = uniformity(layer)
    told = [[found.reads_like(n, h) for h in range(2)] for n in range(3)]
    drawn = multiples(
        Drawn.of(graph_of(adj), layer, np.eye(3, 2)),
        layer.alpha,
        ["head 0", "head 1"],
        "How evenly",
        graph="graph",
        nodes=OfNodes(found.evenness, told, found.table),
    )
    assert drawn is not None
    assert (drawn.panels.signed, drawn.panels.largest) == (False, 1)
