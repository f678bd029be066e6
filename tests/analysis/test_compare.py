"""In and out, top edges, differences and what if, against values worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatviz import GAT, Graph, LayerSettings, Trace
from gatviz.analysis import difference, edge_table, in_and_out, input_changes, top_edges, what_if
from gatviz.attention.layer_trace import GATTrace
from gatviz.attention.layers import new_generator
from gatviz.errors import GatvizError
from tests.attention.hand_traces import graph_of, uniform, with_alpha

# A reads itself, B and C; B reads C; C reads itself (a loop that was added); D is alone.
ADJ = np.array([[1, 1, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
ALPHA = np.array(
    [
        [[0.5, 0.2, 0.3, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0] * 4],
        [[0.1, 0.8, 0.1, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0] * 4],
    ]
)


def hand_trace() -> GATTrace:
    return with_alpha(ADJ, ALPHA, added=[2])


# ---- in and out ---------------------------------------------------------------------------------------------


def test_in_and_out() -> None:
    found = in_and_out(hand_trace(), graph_of(ADJ))
    np.testing.assert_allclose(found.received, [[0.5, 0.1], [0.2, 0.8], [2.3, 2.1], [0.0, 0]])
    np.testing.assert_allclose(found.received_from_others, [[0.0, 0], [0.2, 0.8], [1.3, 1.1], [0.0, 0]])
    np.testing.assert_allclose(found.uniform, [1 / 3, 1 / 3, 7 / 3, 0])
    np.testing.assert_allclose(found.given, [[1, 1], [1, 1], [1, 1], [0, 0]])
    np.testing.assert_allclose(found.given_to_others, [[0.5, 0.9], [1.0, 1], [0.0, 0], [0.0, 0]])
    assert found.read_by.tolist() == [1, 1, 3, 0]
    assert found.reads.tolist() == [3, 1, 1, 0]
    assert found.sentences[0] == (
        "Head 0: C receives the most attention, 2.30 in all; uniform attention would give it 2.33."
    )
    assert found.table.query("node == 'C' and head == 1")["received"].item() == pytest.approx(2.1)


def test_nobody_reads() -> None:
    assert in_and_out(with_alpha(np.zeros((2, 2)), np.zeros((1, 2, 2)))).sentences == ("No node reads any.",)


def test_the_edge_table() -> None:
    table = edge_table(hand_trace(), graph_of(ADJ))
    assert list(table) == [
        *("edge", "source", "target", "self_loop", "added"),
        *("head 0", "head 1", "mean of heads", "GCN weight", "uniform"),
    ]
    row = table.query("source == 'B' and target == 'A'").iloc[0]
    assert row[["head 0", "head 1", "mean of heads"]].tolist() == pytest.approx([0.2, 0.8, 0.5])
    assert row["GCN weight"] == pytest.approx(1 / math.sqrt(3 * 1))
    assert table["added"].tolist() == [False, False, False, False, True]
    assert table["self_loop"].tolist() == [True, False, False, False, True]
    assert "mean of heads" not in edge_table(with_alpha(ADJ, ALPHA[:1]))


def test_top_edges() -> None:
    table = top_edges(hand_trace(), 1, count=3, graph=graph_of(ADJ))
    assert table[["source", "target"]].to_numpy().tolist() == [["C", "B"], ["C", "C"], ["B", "A"]]
    assert table["weight"].tolist() == [1, 1, 0.8]
    assert table["times_uniform"].tolist() == pytest.approx([1, 1, 2.4])
    assert table["edge"].tolist() == [3, 4, 1]
    assert len(top_edges(hand_trace(), "gcn", count=99)) == 5


# ---- the difference of two weightings ------------------------------------------------------------------------


def test_difference_of_two_heads() -> None:
    found = difference(hand_trace(), 0, 1, graph_of(ADJ))
    np.testing.assert_allclose(found.values, [0.4, -0.6, 0.2, 0, 0])
    assert found.largest == pytest.approx(0.6)
    assert list(found.table) == ["edge", "source", "target", "head 0", "head 1", "difference"]
    assert found.table["source"].tolist()[:2] == ["B", "A"]
    assert found.sentences == (
        "The largest difference is at A reading B: 0.20 in head 0, 0.80 in head 1.",
        "On average an arrow differs by 0.240; 2 arrows of 5 are exactly the same.",
    )


def test_difference_from_the_baselines() -> None:
    np.testing.assert_allclose(difference(hand_trace(), 0, "uniform").values[:3], [1 / 6, 0.2 - 1 / 3, 0.3 - 1 / 3])
    np.testing.assert_allclose(difference(hand_trace(), 0, "mean").values[:3], [0.2, -0.3, 0.1])
    found = difference(hand_trace(), 0, "gcn")
    assert found.values[1] == pytest.approx(0.2 - 1 / math.sqrt(3))
    assert "need not sum to 1" in found.sentences[-1]


def test_no_difference() -> None:
    found = difference(hand_trace(), 1, 1)
    assert found.sentences == ("Head 1 and head 1 give every arrow the same weight.",)
    assert list(found.table)[3:5] == ["head 1", "head 1 (again)"]
    assert difference(with_alpha(ADJ, uniform(ADJ)), 0, "uniform").largest == 0
    assert (
        difference(with_alpha(np.zeros((1, 1)), np.zeros((1, 1, 1))), 0, "gcn").sentences[0].startswith("There are no")
    )


# ---- what if -------------------------------------------------------------------------------------------------


def run_of(graph: Graph, seed: int = 0, heads: int = 3, layers: int = 1, **settings: Any) -> Trace:
    stack = [LayerSettings(out_features=2, num_heads=heads, **settings)] * layers
    return GAT(graph.num_features, stack, generator=new_generator(seed)).trace(graph)


def random_graph(nodes: int = 12) -> Graph:
    rng = np.random.default_rng(5)
    adj = rng.random((nodes, nodes)) < 0.3
    return Graph(
        names=tuple(f"n{k}" for k in range(nodes)),
        x=rng.normal(size=(nodes, 3)),
        edge_index=np.stack(np.nonzero(adj)[::-1]),
    )


def test_nothing_changed() -> None:
    trace = run_of(random_graph())
    found = what_if(trace, trace)
    assert not found.delta.any()
    assert (found.status == "kept").all()
    assert found.out is not None
    assert not found.out[["largest_change", "distance"]].to_numpy().any()
    assert found.sentences == (
        "Nothing changed: every α is as before.",
        "The output changed at 0 of the 12 nodes in both.",
    )
    assert len(found.top_changes()) == 0


def test_changes_by_hand() -> None:
    """A read B with 0.2 and C with 0.3; now B is not read any more, D is, and C gets 0.6."""
    now_adj = ADJ.copy()
    now_adj[0] = [1, 0, 1, 1]
    now = ALPHA[:1].copy()
    now[0, 0] = [0.25, 0, 0.6, 0.15]
    before = Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA[:1]),))
    after = Trace(graph_of(now_adj), (with_alpha(now_adj, now),))
    found = what_if(before, after)
    told = {(found.names[i], found.names[j]): (s, d) for i, j, s, d in zip(
        found.target, found.source, found.status, found.delta[:, 0], strict=True)}  # fmt: skip
    assert told == {
        ("A", "A"): ("kept", pytest.approx(-0.25)),
        ("A", "B"): ("gone", pytest.approx(-0.2)),
        ("A", "C"): ("kept", pytest.approx(0.3)),
        ("A", "D"): ("new", pytest.approx(0.15)),
        ("B", "C"): ("kept", 0),
        ("C", "C"): ("kept", 0),
    }
    assert found.top_changes()["sentence"].tolist() == [
        "A reads C: 0.30 → 0.60",
        "A reads A: 0.50 → 0.25",
        "A no longer reads B: was 0.20",
        "A now reads D: 0.15",
    ]
    assert found.top_changes(count=1)["delta"].tolist() == pytest.approx([0.3])
    assert found.largest == pytest.approx(0.3)
    assert np.isnan(found.before[found.status == "new"]).all()
    assert np.isnan(found.after[found.status == "gone"]).all()
    np.testing.assert_array_equal(found.before_edge, [0, 1, 2, -1, 3, 4])
    np.testing.assert_array_equal(found.after_edge, [0, -1, 1, 2, 3, 4])
    assert found.sentences[:3] == (
        "α changed on 2 of the 4 arrows that stayed; the others are exactly as before.",
        "1 arrow new, 1 arrow gone.",
        "Largest change of all: 0.30.",
    )


def test_heads_are_named_where_there_are_several() -> None:
    before = Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA),))
    after = Trace(graph_of(ADJ), (with_alpha(ADJ, ALPHA[::-1]),))
    found = what_if(before, after)
    assert found.top_changes(count=1)["sentence"].item() == "A reads B: 0.20 → 0.80 (head 0)"
    assert found.top_changes(count=1, head=1)["sentence"].item() == "A reads B: 0.80 → 0.20"


@pytest.mark.parametrize("layer", [0, 1])
def test_only_what_reads_a_change_changes(layer: int) -> None:
    """One node's features change: in layer 0 α may change at that node and its readers, in layer 1 one hop on."""
    graph = random_graph()
    x = graph.x.copy()
    x[4, 0] += 1
    before, after = run_of(graph, layers=2), run_of(replace(graph, x=x), layers=2)
    reach = np.arange(12) == 4
    for _ in range(layer + 1):
        reads = np.zeros((12, 12), dtype=bool)
        reads[graph.edge_index[1], graph.edge_index[0]] = True
        reach |= reads @ reach
    found = what_if(before, after, layer)
    changed = np.zeros(12, dtype=bool)
    changed[found.target[(found.delta != 0).any(axis=1)]] = True
    assert changed.any()
    assert not changed[~reach].any()
    raw = after.layers[layer].alpha - before.layers[layer].alpha
    np.testing.assert_allclose(found.delta, raw, atol=1e-5)


def test_rounding_of_another_graph_size_is_no_change() -> None:
    """A run of a larger graph may differ in last digits where nothing changed; these are put there by hand here."""
    graph = random_graph()
    before = run_of(graph)
    x, names = np.vstack([graph.x, [[1, 1, 1]]]), (*graph.names, "new")
    edges = np.hstack([graph.edge_index, [[12, 0], [0, 12]]])  # n0 reads the new node, and it reads n0
    after = run_of(Graph(names=names, x=x, edge_index=edges))
    rough = replace(after.layers[0], alpha=after.layers[0].alpha * np.float32(1 + 2e-7))
    found = what_if(before, Trace(after.graph, (rough,)))
    touched = found.target[(found.delta != 0).any(axis=1)]
    assert {found.names[i] for i in touched} == {"n0", "new"}
    assert found.new_nodes == ("new",)
    assert sorted(found.status[found.status != "kept"]) == ["new", "new"]
    assert found.out is not None
    assert found.out["node"].tolist() == list(graph.names)
    assert set(found.out.query("distance > 0")["node"]) == {"n0"}
    assert "New: new." in found.sentences


def test_nodes_are_matched_by_name() -> None:
    """The same graph with its nodes in another order, and one of them gone."""
    graph = random_graph()
    order = np.array([7, 3, 0, 11, 5, 1, 2, 4, 6, 8, 10])  # without 9
    place = np.full(12, -1)
    place[order] = np.arange(11)
    edges = place[graph.edge_index]
    edges = edges[:, (edges >= 0).all(axis=0)]
    smaller = Graph(names=tuple(graph.names[k] for k in order), x=graph.x[order], edge_index=edges)
    found = what_if(run_of(graph), run_of(smaller))
    assert found.gone_nodes == ("n9",)
    readers = {graph.names[i] for j, i in graph.edge_index.T if j == 9} | {"n9"}
    assert {found.names[i] for i in found.target[(found.delta != 0).any(axis=1)]} <= readers
    assert (found.status == "gone").sum() == (graph.edge_index == 9).any(axis=0).sum()
    assert "Gone: n9. Nodes are matched by name." in found.sentences


def test_a_change_in_one_head_leaves_the_others() -> None:
    graph = random_graph()
    model = GAT(3, [LayerSettings(out_features=2, num_heads=3)], generator=new_generator(0))
    before = model.trace(graph)
    W = before.layers[0].weights["W"].copy()
    W[1, 0, 0] += 1
    model.attention_layers[0].set_weights(W=W)
    found = what_if(before, model.trace(graph))
    assert found.delta[:, 1].any()
    assert not found.delta[:, [0, 2]].any()


def test_another_number_of_heads_or_width() -> None:
    graph = random_graph()
    found = what_if(run_of(graph, heads=3), run_of(graph, heads=4))
    assert found.delta.shape[1] == 3
    assert not found.delta.any(), "heads are drawn one after the other, so the first three are the same"
    assert found.out is None
    assert "There were 3 heads, now there are 4: the first 3 are compared, number by number." in found.sentences
    assert "another width" in found.sentences[-1]


@pytest.mark.parametrize("settings", [{"bias": False}, {"concat": False}, {"activation": None}, {"residual": True}])
def test_settings_after_attention_change_only_the_output(settings: dict[str, Any]) -> None:
    graph = random_graph()
    model = GAT(3, [LayerSettings(out_features=2, num_heads=1)], generator=new_generator(0))
    other = GAT(3, [LayerSettings(out_features=2, num_heads=1, **settings)], generator=new_generator(0))
    before, after = model.trace(graph), other.trace(graph)
    found = what_if(before, after)
    assert not found.delta.any()
    assert found.out is not None
    np.testing.assert_allclose(found.out["largest_change"], np.abs(after.out - before.out).max(axis=1), atol=1e-6)


def test_dropout_changes_the_output_where_it_drops() -> None:
    graph = random_graph()
    model = GAT(3, [LayerSettings(out_features=2, num_heads=1, dropout=0.5)], generator=new_generator(0)).train()
    found = what_if(model.trace(graph, generator=new_generator(1)), model.trace(graph, generator=new_generator(2)))
    assert not found.delta.any()
    assert found.out is not None
    assert (found.out["distance"] > 0).any()


def test_a_layer_of_both_is_needed() -> None:
    graph = random_graph()
    with pytest.raises(GatvizError, match="what_if, after"):
        what_if(run_of(graph, layers=2), run_of(graph), 1)


def test_empty_graphs_compare() -> None:
    empty = Graph(names=(), x=np.zeros((0, 3)), edge_index=np.zeros((2, 0), dtype=int))
    graph = random_graph()
    grown = what_if(run_of(empty), run_of(graph))
    assert (grown.status == "new").all()
    np.testing.assert_array_equal(grown.delta, run_of(graph).layers[0].alpha)
    assert what_if(run_of(empty), run_of(empty)).delta.size == 0
    assert len(what_if(run_of(graph), run_of(empty)).gone_nodes) == 12


# ---- what was done ---------------------------------------------------------------------------------------------


def test_edits_tell_features_and_weights_apart() -> None:
    graph = random_graph(4)
    model = GAT(3, [LayerSettings(out_features=2, num_heads=2)], generator=new_generator(0))
    before = model.trace(graph)
    assert input_changes(before, before) == ()
    x = graph.x.copy()
    x[1, 2] += 1
    after = model.trace(replace(graph, x=x))
    assert input_changes(before, after) == ("Features changed at n1.",)
    weights = {**after.layers[0].weights, "W": after.layers[0].weights["W"] * np.array([[[1, 1, 1]], [[1, 1, 2]]])}
    heavier = Trace(after.graph, (replace(after.layers[0], weights=weights),))
    assert input_changes(before, heavier) == ("Features changed at n1.", "Weights changed: 2 numbers of W.")


def test_edits_of_another_shape_are_told() -> None:
    graph = random_graph(4)
    assert input_changes(run_of(graph), run_of(graph, layers=2)) == ("There was 1 layer, now there are 2.",)
    told = input_changes(run_of(graph), run_of(graph, heads=2))
    assert told[0].startswith("Weights changed: ")
    assert "the shape of W" in told[0]
    assert input_changes(run_of(graph), run_of(graph, kind="GATv2")) == ("The layer was GAT, now it is GATv2.",)
    wider = replace(graph, x=np.ones((4, 4)), feature_names=())
    assert input_changes(run_of(graph), run_of(wider))[0] == "There were 3 features, now there are 4."


def test_a_very_long_name_does_not_fill_the_sentence() -> None:
    found = difference(hand_trace(), 0, 1, graph_of(ADJ, names=["A" * 100, "B" * 200, "C", "D"]))
    assert len(found.sentences[0]) < 200
    assert "A…A" in found.sentences[0]
