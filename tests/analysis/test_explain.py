"""One node's answer explained: hand cases with their derivation, and what holds for every model and graph.

Hand cases: x = (0, ln 2, ln 3), so that exp(x) = (1, 2, 3) weigh the sources; one head everywhere, no bias, no σ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp, log
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gatviz import (
    GAT,
    BatchNorm,
    GatvizError,
    Graph,
    GraphNorm,
    JumpingKnowledge,
    LayerNorm,
    LayerSettings,
    Linear,
    LoopFeatures,
    Readout,
    Sum,
    analysis,
    sample_graph,
)
from gatviz.analysis.explanation.explain import Inquiry
from gatviz.analysis.sentence import text_of
from gatviz.model import without
from gatviz.model.without import Without, in_double

PATH = [(0, 1), (1, 0), (1, 2), (2, 1)]
X = np.array([[0.0], [log(2)], [log(3)]])
Table = dict[tuple[str, str], float]


def hand_graph(edges: Sequence[tuple[int, int]]) -> Graph:
    """Three nodes; edges as (source, target)."""
    return Graph(names=("0", "1", "2"), x=X, edge_index=np.array(edges).T)


def hand_model(W: Sequence[Sequence[float]], a_source: Sequence[float], **more: Any) -> GAT:
    """Layer 1: W = 1, e_ij = x_j. Layer 2: this W [2, 1] and a_source, a_target = 0."""
    common: dict[str, Any] = {"num_heads": 1, "concat": False, "bias": False, "activation": None}
    model = GAT(1, [LayerSettings(out_features=1, **common), LayerSettings(out_features=2, **common)], **more).double()
    first, second = model.attention_layers
    first.set_weights(W=[[[1.0]]], a_source=[[1.0]], a_target=[[0.0]])
    second.set_weights(W=[W], a_source=[a_source], a_target=[[0.0, 0.0]])
    return model


def by_edge(table: pd.DataFrame, column: str) -> Table:
    """(source, target) -> value."""
    return {(s, t): v for s, t, v in zip(table["source"], table["target"], table[column], strict=True)}


def test_case_a_a_path_without_loops() -> None:
    """Node 1 reads 0 and 2 with weights exp(x) = 1 and 3: α = ¼, ¾. Layer 2 has a = 0, so equal shares.

    v = 0 reads 1 alone: φ(1→0) = 1 in layer 2; in layer 1 node 1's shares: φ(0→1) = ¼, φ(2→1) = ¾; sum 2 = L.
    h¹₁ = ¾ ln 3; layer 2 hands on (h¹₁, 0): p = σ(¾ ln 3) = 0.695076. Without 1→0: nothing, ½. Without 0→1: ln 3, ¾.
    Without 2→1: node 1 reads 0 alone, h¹₁ = 0: ½.
    """
    found = analysis.explain_node(hand_model([[1.0], [0.0]], [0.0, 0.0]), hand_graph(PATH), 0)
    keys = [("1", "0"), ("0", "1"), ("2", "1")]
    assert by_edge(found.edges, "attention") == pytest.approx(dict(zip(keys, (1, 0.25, 0.75), strict=True)))
    assert by_edge(found.edges, "equal") == pytest.approx(dict(zip(keys, (1, 0.5, 0.5), strict=True)))
    assert by_edge(found.edges, "p_without") == pytest.approx(dict(zip(keys, (0.5, 0.75, 0.5), strict=True)))
    assert found.answer.p == pytest.approx(0.695076, abs=1e-6)
    assert list(found.edges["hop"]) == [0, 1, 1]
    assert list(found.edges["speaks_for"]) == ["0", "1", "0"]
    assert list(found.edges["attention_l1"]) == [1, 0, 0]
    for check in found.proofs:
        assert check.passed, check
    middle = analysis.path_attribution(hand_model([[1.0], [0.0]], [0.0, 0.0]).trace(hand_graph(PATH)), 1)
    assert list(middle["attention"]) == pytest.approx([0.5] * 4)


def test_case_b_the_same_with_loops() -> None:
    """Node 0 reads 0 and 1 with weights 1 and 2: ⅓, ⅔; node 1 reads 0, 1, 2 with 1, 2, 3: ⅙, ⅓, ½. Layer 2: all equal.

    φ(0→0) = ½ + ½·⅓ = ⅔, φ(1→0) = ½ + ½·⅔ = ⅚; φ(j→1) = ½·(⅙, ⅓, ½). Equal: ½ + ½·½ = ¾ twice, ½·⅓ = ⅙ thrice.
    """
    found = analysis.explain_node(hand_model([[1.0], [0.0]], [0.0, 0.0], self_loops="add_missing"), hand_graph(PATH), 0)
    keys = [("0", "0"), ("1", "0"), ("0", "1"), ("1", "1"), ("2", "1")]
    expected = {
        "attention": (2 / 3, 5 / 6, 1 / 12, 1 / 6, 1 / 4),
        "equal": (3 / 4, 3 / 4, 1 / 6, 1 / 6, 1 / 6),
        "removal": (0.035259, -0.150497, 0.017527, 0.004940, -0.036986),
    }
    for column, values in expected.items():
        assert by_edge(found.edges, column) == pytest.approx(dict(zip(keys, values, strict=True)), abs=1e-6), column
    assert found.answer.p == pytest.approx(0.650497, abs=1e-6)
    assert list(found.edges["added_loop"]) == [True, False, False, True, False]


def test_the_mass_that_is_lost_where_a_node_reads_nothing() -> None:
    """Only 1 → 0: all of v's attention arrives over it in layer 2, and node 1 reads nothing in layer 1: 1 + 0."""
    found = analysis.explain_node(hand_model([[1.0], [0.0]], [0.0, 0.0]), hand_graph([(1, 0)]), 0)
    assert found.edges["attention"].sum() == pytest.approx(1.0)
    assert all(check.passed for check in found.proofs)


def test_case_c_messages_follow_the_gradient_through_later_attention() -> None:
    """0 reads 0, 1; 1 reads 1, 2; 2 reads 2. h¹ = (⅔ ln 2, ⅖ ln 2 + ⅗ ln 3, ln 3) = (0.462098, 0.936426, 1.098612).

    Layer 2: e = h_j, so α = softmax(h¹₀, h¹₁), and the margin is 2·(α₀ h¹₀ + α₁ h¹₁) = 1.508955. Its gradient at h¹_k
    is 2 α_k (1 + h¹_k − Σ α h¹) = (0.542876, 1.457124). 2→2 does not reach 0 in time.
    """
    model = hand_model([[1.0], [-1.0]], [1.0, 0.0])
    found = analysis.explain_node(model, hand_graph([(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]), 0)
    h = (2 / 3 * log(2), 0.4 * log(2) + 0.6 * log(3))
    shares = np.exp(h) / np.exp(h).sum()
    assert found.answer.margin == pytest.approx(2 * shares @ h)
    keys = [("0", "0"), ("1", "0"), ("1", "1"), ("2", "1")]
    messages = (-0.489328, 0.835621, -0.236325, 0.354488)
    falls = (-0.363897, 1.508955, -0.247757, 0.327136)
    assert by_edge(found.edges, "message") == pytest.approx(dict(zip(keys, messages, strict=True)), abs=1e-6)
    assert by_edge(found.edges, "log_odds") == pytest.approx(
        {k: -f for k, f in zip(keys, falls, strict=True)}, abs=1e-6
    )
    said = [1 / (1 + exp(-(found.answer.margin - value))) - found.answer.p for value in messages]
    assert by_edge(found.edges, "message_change") == pytest.approx(dict(zip(keys, said, strict=True)), abs=1e-6)


# ---- any model, any graph -------------------------------------------------------------------------------------------


def layers(kind: str = "GAT", **more: Any) -> list[LayerSettings]:
    return [
        LayerSettings(kind=kind, out_features=3, num_heads=2, **more),  # type: ignore[arg-type]
        LayerSettings(kind=kind, out_features=3, num_heads=2, concat=False, activation=None, **more),  # type: ignore[arg-type]
    ]


def model_of(build: Callable[..., Any], seed: int = 0, **more: Any) -> GAT:
    made: GAT = build(generator=torch.Generator().manual_seed(seed), **more)
    for parameter in made.parameters():
        parameter.data *= 2  # so that something moves
    return made.double().eval()


def stack(kind: str = "GAT", **more: Any) -> Callable[..., GAT]:
    own = {key: more.pop(key) for key in ("loop_features",) if key in more}
    return lambda generator: GAT(2, layers(kind, **more), self_loops="add_missing", generator=generator, **own)


def steps(*given: Any) -> Callable[..., GAT]:
    return lambda generator: GAT.of_steps(2, given, self_loops="add_missing", generator=generator)


FIRST, LAST = layers()
WIDE = replace(FIRST, out_features=3, num_heads=2)
MODELS: dict[str, Callable[..., GAT]] = {
    "GAT": stack(),
    "GATv2": stack("GATv2"),
    "equal": stack(attention="equal"),
    "residual": stack(residual=True),
    "edges": stack(edge_features=2),
    "edges, as PyG": stack(edge_features=2, loop_features=LoopFeatures("mean", "all")),
    "edges in the message": stack(edge_features=2, edge_in_message=True),
    "batch norm": steps(FIRST, BatchNorm(), LAST),
    "node norm": steps(FIRST, LayerNorm(mode="node"), LAST),
    "sum, then linear": steps(Linear(6), Sum((WIDE,)), LAST, Linear(3)),
    "jumping knowledge": steps(FIRST, WIDE, JumpingKnowledge("cat"), Linear(3)),
}
COUPLED = {"graph norm": steps(FIRST, GraphNorm(), LAST), "layer norm": steps(FIRST, LayerNorm(), LAST)}


def random_graph(seed: int, count: int = 7, share: float = 0.3) -> Graph:
    generator = np.random.default_rng(seed)
    target, source = np.nonzero(generator.random((count, count)) < share)
    if not source.size:
        source, target = np.array([0]), np.array([1])
    return Graph(
        names=tuple(map(str, range(count))),
        x=generator.normal(size=(count, 2)),
        edge_index=np.stack([source, target]),
        edge_features=generator.normal(size=(source.size, 2)),
    )


def for_model(graph: Graph, name: str) -> Graph:
    return graph if name.startswith("edges") else replace(graph, edge_features=None, edge_feature_names=())


def outputs_without(model: GAT, graph: Graph, edge: int) -> np.ndarray[Any, Any]:
    """The whole graph run without one settled edge, by a model that takes the loops as they come.

    Loops that the model fills are filled again: an own few lines, the mean over a node's edges that are no loops.
    """
    x, edges = model.inputs(graph)
    kept = np.delete(np.arange(edges.num_edges), edge)
    index, features = edges.edge_index.numpy()[:, kept], None
    if edges.features is not None:
        features = edges.features.numpy()[kept]
        for k, (source, target) in enumerate(index.T):
            if source == target and (model.loop_features.filled == "all" or edges.input_edge.numpy()[kept][k] < 0):
                proper = (index[1] == target) & (index[0] != target)
                features[k] = features[proper].mean(0) if proper.any() else 0.0
    other = in_double(model)
    other.self_loops = "as_given"
    out = other.forward(x, edge_index=torch.tensor(index), edge_features=features)
    return out.detach().numpy()


@pytest.mark.parametrize("name", [*MODELS, *COUPLED])
def test_removing_is_a_full_run_without_the_edge(name: str) -> None:
    """Every settled edge, also those out of reach: these change nothing at all, and the table has all the others."""
    model = model_of({**MODELS, **COUPLED}[name])
    for seed in range(2):
        graph = for_model(random_graph(seed), name)
        edge_index = model.inputs(graph)[1].edge_index.numpy()
        for node in (0, 1, 5):
            found = analysis.explain_node(model, graph, node)
            said = by_edge(found.edges, "removal")
            column = found.answer.column
            everything = model.forward(graph).detach()[node].softmax(0).numpy()
            for edge, (source, target) in enumerate(edge_index.T):
                without = torch.tensor(outputs_without(model, graph, edge))[node].softmax(0).numpy()
                change = without[column] - everything[column]
                assert said.pop((str(source), str(target)), 0.0) == pytest.approx(change, abs=1e-12)
            assert not said
            assert all(check.passed for check in found.proofs), found.proofs
            assert found.coupled == (name in COUPLED)


@pytest.mark.parametrize("name", [*MODELS, *COUPLED])
def test_what_is_removed_together_changes_no_digit(name: str) -> None:
    """Many removals in one run, one after the other, in another order: the same to the last bit."""
    model, graph = model_of({**MODELS, **COUPLED}[name], seed=1), for_model(random_graph(11, 9), name)
    table = analysis.edge_removal(model, graph, 2)
    one_by_one = [
        analysis.edge_removal(model, graph, 2, edges=[(target, source)])
        for target, source in zip(table["target"], table["source"], strict=True)
    ]
    pd.testing.assert_frame_equal(pd.concat(one_by_one, ignore_index=True), table, check_exact=True)
    backwards = analysis.edge_removal(model, graph, 2, edges=table[["target", "source"]][::-1])
    pd.testing.assert_frame_equal(backwards[::-1].reset_index(drop=True), table, check_exact=True)


@pytest.mark.parametrize("name", MODELS)
def test_edges_out_of_reach_change_exactly_nothing(name: str) -> None:
    model, graph = model_of(MODELS[name], seed=2), for_model(random_graph(5, 9, 0.15), name)
    for node in (0, 4):
        run = Without(in_double(model), graph, node)
        outside = np.setdiff1d(np.arange(run.input_edge.size), run.reach.edges)
        names = [(graph.names[t], graph.names[s]) for s, t in run.edge_index[:, outside].T]
        assert (analysis.edge_removal(model, graph, node, edges=names)["removal"] == 0).all()


@pytest.mark.parametrize("name", ["GAT", "GATv2", "edges in the message"])
def test_messages_of_one_layer_are_what_removing_does(name: str) -> None:
    """One layer, nothing bent behind it: the value is the fall of the margin, for two classes exactly."""
    model = model_of(lambda generator: GAT(2, [replace(last_of(name), out_features=2)], generator=generator))
    found = analysis.explain_node(model, for_model(random_graph(3, 8, 0.5), name), 1)
    assert len(found.edges) > 2
    assert found.edges["message"].to_numpy() == pytest.approx(-found.edges["log_odds"].to_numpy(), abs=1e-9)
    assert found.edges["message_change"].to_numpy() == pytest.approx(found.edges["removal"].to_numpy(), abs=1e-9)


def last_of(name: str) -> LayerSettings:
    return MODELS[name](generator=torch.Generator().manual_seed(0)).settings[-1]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_all_paths_of_attention_are_counted_once(seed: int, depth: int) -> None:
    """φ against the definition: matrices multiplied out, of every node, and the sum of what is held."""
    graph = for_model(random_graph(seed, 6), "")
    generator = torch.Generator().manual_seed(seed)
    model = GAT.of_paper(2, 3, num_layers=depth, num_heads=2 if depth > 1 else None, generator=generator).double()
    trace = model.trace(graph)
    matrices = [np.mean([layer.dense("alpha", h) for h in range(layer.num_heads)], axis=0) for layer in trace.layers]
    for node in range(graph.num_nodes):
        held, total = np.eye(graph.num_nodes), 0.0
        for matrix in reversed(matrices):
            total = total + held[node][:, None] * matrix
            held = held @ matrix
        table = analysis.path_attribution(trace, node)
        for target, source, value in zip(table["target"], table["source"], table["attention"], strict=True):
            assert value == pytest.approx(np.asarray(total)[int(target), int(source)], abs=1e-12)
        assert table["attention"].sum() == pytest.approx(depth)  # with loops every node reads something


def test_large_parts_are_first_those_of_strongest_attention_then_random() -> None:
    model, graph = model_of(stack()), for_model(random_graph(1, 30, 0.5), "")
    whole = analysis.explain_node(model, graph, 3)
    asked = Inquiry(model, graph, 3)
    calls: list[tuple[int, int]] = []
    asked.measure(lambda *done: calls.append(done), stop=lambda: len(calls) == 2)
    part = asked.explanation()
    done = part.edges["removal"].notna()
    assert calls == [(asked.run.copies, part.total), (2 * asked.run.copies, part.total)]
    assert part.done == done.sum() == 2 * asked.run.copies < part.total
    assert not part.complete
    strongest = whole.edges["attention"].sort_values(ascending=False, kind="stable").index[:50]
    assert done[strongest].all()
    assert part.ranked == part.done - 50
    pd.testing.assert_series_equal(part.edges["removal"][done], whole.edges["removal"][done], check_exact=True)
    assert part.together.tried == 0 < whole.together.tried
    asked.measure()
    asked.pair_up()
    pd.testing.assert_frame_equal(asked.explanation().edges, whole.edges, check_exact=True)


def test_sparse_features_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = for_model(random_graph(4, 60, 0.1), "")
    graph = replace(graph, x=np.eye(60), feature_names=())
    model = GAT.of_paper(60, 3, generator=torch.Generator().manual_seed(0)).double().eval()
    dense = analysis.edge_removal(model, graph, 7)
    monkeypatch.setattr(without, "_VALUES", 1 << 8)
    assert Without(in_double(model), graph, 7)._sparse
    sparse = analysis.edge_removal(model, graph, 7)
    pd.testing.assert_frame_equal(sparse, dense, check_exact=False, rtol=0, atol=1e-12)


def test_stopped_at_once_there_is_still_an_answer() -> None:
    found = analysis.explain_node(model_of(stack()), for_model(random_graph(1), ""), 0, stop=lambda: True)
    assert found.done == 0
    assert found.edges["removal"].isna().all()
    assert found.edges["attention"].notna().all()


def test_a_node_that_reads_nothing_has_the_bias_for_an_answer() -> None:
    graph = replace(hand_graph([(1, 2)]), x=np.array([[1.0, 2.0]] * 3), feature_names=())
    model = model_of(lambda generator: GAT(2, layers(), generator=generator))
    found = analysis.explain_node(model, graph, 0)
    assert found.total == 0
    assert found.verdict.kind == "none_moves"
    assert found.answer.probabilities == pytest.approx([1 / 3] * 3)


def test_what_has_no_answer_of_a_node_is_refused_in_a_sentence() -> None:
    graph = for_model(random_graph(0), "")
    pooled = steps(FIRST, LAST, Readout("mean"))(generator=torch.Generator().manual_seed(0))
    with pytest.raises(GatvizError, match="readout"):
        analysis.explain_node(pooled, graph, 0)
    with pytest.raises(GatvizError, match="readout"):
        analysis.path_attribution(pooled.trace(graph), 0)
    narrow = GAT(2, [replace(LAST, out_features=1)], generator=torch.Generator().manual_seed(0))
    with pytest.raises(GatvizError, match="two outputs"):
        analysis.explain_node(narrow, graph, 0)
    model = model_of(stack())
    for node in (-1, 7, "seven"):
        with pytest.raises(GatvizError, match="node"):
            analysis.explain_node(model, graph, node)
    with pytest.raises(GatvizError, match="heads count from 0"):
        analysis.path_attribution(model.trace(graph), 0, heads=(0, 2))
    with pytest.raises(GatvizError, match="edge that the model reads"):
        analysis.edge_removal(model, graph, 0, edges=[(0, 6), (6, 0), (5, 0), (0, 5), (1, 6), (6, 1), (2, 6), (6, 2)])


def test_a_model_is_left_as_it_was() -> None:
    """In training, in float32, with loops to be added: the explanation runs a copy."""
    graph = sample_graph("karate_club")
    model = GAT.of_paper(graph.num_features, 2, dropout=0.6, generator=torch.Generator().manual_seed(0))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = analysis.explain_node(model, graph, 8)
    assert model.training
    assert model.self_loops == "add_missing"
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert found.answer.p == pytest.approx(float(model.eval().double()(graph)[8].detach().softmax(0).max()))
    assert found.edges["attention"].sum() == pytest.approx(2)


@pytest.mark.parametrize("name", ["GAT", "GATv2", "edges", "edges, as PyG"])
def test_stability_is_alpha_of_the_changed_graph(name: str) -> None:
    """Every removal of an edge as given is a graph of its own, run by the model itself: loops come and fill as ever."""
    model, graph = model_of(MODELS[name], seed=3), for_model(random_graph(6, 8, 0.4), name)
    node = 2
    found = analysis.stability(model, graph, node, additions=0)
    columns = np.flatnonzero((graph.edge_index[1] == node) & (graph.edge_index[0] != node))
    whole = model.trace(graph).layers
    seen: dict[tuple[str, int], list[float]] = {}
    for column in (-1, *columns):
        left = np.arange(graph.num_edges) != column
        features = None if graph.edge_features is None else graph.edge_features[left]
        names = () if features is None else graph.edge_feature_names
        smaller = replace(graph, edge_index=graph.edge_index[:, left], edge_features=features, edge_feature_names=names)
        for number, layer in enumerate(model.trace(smaller).layers):
            into = layer.edges_into(node)
            for source, alpha in zip(layer.edge_index[0, into], layer.alpha[into].mean(1), strict=True):
                seen.setdefault((graph.names[source], number), []).append(float(alpha))
    assert found.removals == len(whole[0].edge_index[0, whole[0].edges_into(node)])
    for row in found.table.itertuples():
        values = seen[str(row.source), int(str(row.layer))]
        assert float(str(row.low)) <= min(values) + 1e-12
        assert float(str(row.high)) >= max(values) - 1e-12
        assert float(str(row.alpha)) == pytest.approx(values[0])
    for number, layer in enumerate(whole):
        into = layer.edges_into(node)
        for head in range(layer.num_heads):
            spreads = found.spreads(number, head)
            assert [one.source for one in spreads] == layer.edge_index[0, into].tolist()
            assert [one.alpha for one in spreads] == pytest.approx(layer.alpha[into, head])
            for one in spreads:
                moved = [change.alpha[one.source] for change in found.changes if one.source in change.alpha]
                values = [float(each[number][head]) for each in moved]
                assert (one.low, one.high) == (min([one.alpha, *values]), max([one.alpha, *values]))
                assert one.worst == pytest.approx(max((abs(each - one.alpha) for each in values), default=0))
            told = text_of(found.told(number, head), graph.names)
            assert told.startswith(f"{len(found.changes)} change")
            largest = max(spreads, key=lambda one: one.worst)
            assert f"{largest.worst:.3g}" in told or "stays as it is" in told
    more = analysis.stability(model, graph, node, additions=3)
    assert more.additions == min(3, graph.num_nodes - more.removals)
    assert (more.table["low"] <= found.table["low"] + 1e-12).all()
