"""Layers that read features of edges: equal to PyG's, to DGL's by its documentation, and to the textbook's form.

N nodes, E edges, F input features, H heads, C features per head, D edge features.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch_geometric.nn import GATConv, GATv2Conv

from gatviz import GAT, Edges, GATAttentionLayer, GATv2AttentionLayer, GatvizError, Graph, LayerSettings
from gatviz.attention.layers import AttentionLayer
from gatviz.attention.loop_features import AS_PYG, LoopFeatures
from gatviz.model.layer_settings import Kind
from gatviz.model.proof import proofs
from tests.attention.cases import there

KINDS: dict[str, tuple[type[AttentionLayer], dict[str, Any]]] = {
    "GAT": (GATAttentionLayer, {}),
    "GAT, in the message": (GATAttentionLayer, {"edge_in_message": True}),
    "GATv2": (GATv2AttentionLayer, {"projection_bias": True}),
}
kinds = st.sampled_from(sorted(KINDS))


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def made(kind: str, seed: int = 0, heads: int = 2, **more: Any) -> AttentionLayer:
    layer, own = KINDS[kind]
    return layer(3, 4, heads, edge_features=2, generator=seeded(seed), **own, **more).eval()


@st.composite
def inputs(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """x [N, 3], edge_index [2, E] without duplicates, in any order, loops or not; features [E, 2]."""
    count = draw(st.integers(1, 7))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, count - 1)] * 2), unique=True, max_size=20))
    generator = seeded(draw(st.integers(0, 1000)))
    x = torch.randn(count, 3, generator=generator)
    return x, torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).t(), torch.randn(len(pairs), 2, generator=generator)


def pyg_like(layer: AttentionLayer, **more: Any) -> torch.nn.Module:
    """PyG's layer with the same numbers."""
    weights = {name: torch.tensor(values) for name, values in layer.weights().items()}
    joined = {"heads": layer.num_heads, "edge_dim": layer.edge_features, "concat": layer.concat, **more}
    if isinstance(layer, GATAttentionLayer):
        conv: torch.nn.Module = GATConv(3, 4, bias=False, **joined)
        given = {"lin.weight": "W", "att_src": "a_source", "att_dst": "a_target", "att_edge": "a_edge"}
    else:
        conv = GATv2Conv(3, 4, bias=True, **joined)
        given = {"lin_l.weight": "W_source", "lin_r.weight": "W_target", "att": "a"}
        given |= {"lin_l.bias": "b_source", "lin_r.bias": "b_target"}
    state = conv.state_dict()
    for theirs, ours in {**given, "lin_edge.weight": "W_edge"}.items():
        state[theirs] = weights[ours].reshape(state[theirs].shape)
    conv.load_state_dict(state)
    return conv.eval()


@torch.no_grad()
def check_pyg(layer: AttentionLayer, conv: torch.nn.Module, x: Tensor, edge_index: Tensor, f: Tensor) -> None:
    out, (their_edges, their_alpha) = conv(x, edge_index, f, return_attention_weights=True)
    trace = layer.trace(x, edge_index=edge_index, edge_features=f)
    np.testing.assert_allclose(trace.out, out.numpy(), atol=1e-5)
    order = np.lexsort(their_edges.numpy())
    np.testing.assert_array_equal(trace.edge_index, their_edges[:, order].numpy())
    np.testing.assert_allclose(trace.alpha, their_alpha[order].numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@pytest.mark.parametrize("concat", [True, False])
@settings(max_examples=25, deadline=None)
@given(data=inputs(), seed=st.integers(0, 100))
def test_the_numbers_are_pygs_on_the_edges_as_given(
    kind: str, concat: bool, data: tuple[Tensor, Tensor, Tensor], seed: int
) -> None:
    layer = made(kind, seed, concat=concat)
    check_pyg(layer, pyg_like(layer, add_self_loops=False), *data)


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@settings(max_examples=40, deadline=None)
@given(data=inputs(), fill=st.sampled_from(["mean", "add", "mul", "min", "max", 0.0, 1.5]))
def test_the_numbers_are_pygs_with_every_loop_filled(kind: str, data: tuple[Tensor, Tensor, Tensor], fill: Any) -> None:
    layer = made(kind, self_loops="add_missing", loop_features=LoopFeatures(fill, "all"))
    check_pyg(layer, pyg_like(layer, fill_value=fill), *data)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=25, deadline=None)
@given(data=inputs())
def test_given_loops_keep_their_features_and_added_ones_get_the_mean(
    kind: str, data: tuple[Tensor, Tensor, Tensor]
) -> None:
    x, edge_index, f = data
    trace = made(kind, self_loops="add_missing").trace(x, edge_index=edge_index, edge_features=f)
    for k, (source, target) in enumerate(trace.edge_index.T):
        column = trace.input_edge[k]
        if column >= 0:
            assert edge_index[:, column].tolist() == [source, target]
            expected = f[column]
        else:
            into = (edge_index[1] == target) & (edge_index[0] != target)
            expected = f[into].mean(0) if into.any() else torch.zeros(2)
        np.testing.assert_allclose(there(trace.edge_features)[k], expected.numpy(), atol=1e-6)
    for settled in ("add_missing", "remove"):  # in two steps as in one
        twice = Edges.from_edge_index(edge_index, len(x), features=f).with_self_loops(settled, AS_PYG)
        once = Edges.from_edge_index(edge_index, len(x), settled, f, AS_PYG)
        assert torch.equal(there(twice.features), there(once.features))
        assert torch.equal(twice.input_edge, once.input_edge)


@settings(max_examples=40, deadline=None)
@given(data=inputs(), seed=st.integers(0, 100))
def test_with_the_edge_in_the_message_the_numbers_are_those_of_dgls_documentation(
    data: tuple[Tensor, Tensor, Tensor], seed: int
) -> None:
    """v′_i = Θ_s v_i + Σ_j α_ji (Θ_n v_j + Θ_e e_ji), α the softmax over i's edges of LeakyReLU(aᵀ[…])."""
    x, edge_index, f = data
    layer = made("GAT, in the message", seed, residual=True, bias=True)
    w = {name: torch.tensor(values) for name, values in layer.weights().items()}
    trace = layer.trace(x, edge_index=edge_index, edge_features=f)
    source, target = edge_index
    Wx, Wf = torch.einsum("nf,hcf->nhc", x, w["W"]), torch.einsum("ed,hcd->ehc", f, w["W_edge"])
    a = torch.cat([w["a_target"], w["a_source"], w["a_edge"]], dim=1)
    e = torch.nn.functional.leaky_relu((torch.cat([Wx[target], Wx[source], Wf], dim=2) * a).sum(2), 0.2)
    out = torch.zeros(len(x), 2, 4)
    for i in range(len(x)):
        into = target == i
        alpha = torch.softmax(e[into], dim=0)
        out[i] = (alpha[:, :, None] * (Wx[source[into]] + Wf[into])).sum(0)
        ours = trace.alpha[trace.ptr[i] : trace.ptr[i + 1]]
        np.testing.assert_allclose(ours, alpha[source[into].argsort()].numpy(), atol=1e-5)
    expected = out.flatten(1) + x @ w["W_res"].t() + w["bias"]
    np.testing.assert_allclose(trace.out, expected.numpy(), atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(kind=kinds, data=inputs(), loops=st.sampled_from(["as_given", "add_missing", "remove"]))
def test_the_textbooks_form_gives_the_same_and_pyg_too(
    kind: str, data: tuple[Tensor, Tensor, Tensor], loops: str
) -> None:
    x, edge_index, f = data
    trace = made(kind, self_loops=loops).trace(x, edge_index=edge_index, edge_features=f)
    checks = proofs(trace, pyg=True)
    assert [check.passed for check in checks] == [True] * 3, checks


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(["GAT", "GATv2"]), data=inputs(), zeros=st.sampled_from(["features", "W_edge", "a_edge"]))
def test_edges_that_say_nothing_change_nothing(kind: str, data: tuple[Tensor, Tensor, Tensor], zeros: str) -> None:
    x, edge_index, f = data
    layer = made(kind, 3)
    without = KINDS[kind][0](3, 4, 2, generator=seeded(3), **KINDS[kind][1]).eval()
    weights = layer.weights()
    without.set_weights(**{name: values for name, values in weights.items() if "edge" not in name})
    if zeros in weights:
        layer.set_weights(**{zeros: np.zeros_like(weights[zeros])})
    else:
        f = torch.zeros_like(f)
    ours = layer.trace(x, edge_index=edge_index, edge_features=f)
    plain = without.trace(x, edge_index=edge_index)
    np.testing.assert_allclose(ours.alpha, plain.alpha, atol=1e-6)
    np.testing.assert_allclose(ours.out, plain.out, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(kind=kinds, data=inputs(), seed=st.integers(0, 100), loops=st.sampled_from(["as_given", "add_missing"]))
def test_other_numbers_for_the_nodes_and_another_order_of_edges_give_the_same(
    kind: str, data: tuple[Tensor, Tensor, Tensor], seed: int, loops: str
) -> None:
    x, edge_index, f = data
    layer = made(kind, self_loops=loops)
    number, order = torch.randperm(len(x), generator=seeded(seed)), torch.randperm(len(f), generator=seeded(seed))
    moved = torch.empty_like(x)
    moved[number] = x
    with torch.no_grad():
        out = layer(x, edge_index=edge_index, edge_features=f)
        again = layer(moved, edge_index=number[edge_index][:, order], edge_features=f[order])
    np.testing.assert_allclose(again[number].numpy(), out.numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_gradients_reach_the_weights_and_the_features_of_edges(kind: str) -> None:
    layer = made(kind, self_loops="add_missing").double()
    edge_index = torch.tensor([[0, 1, 2, 2, 0], [1, 2, 0, 2, 2]])
    x = torch.randn(3, 3, generator=seeded(1), dtype=torch.float64)
    f = torch.randn(5, 2, generator=seeded(2), dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in layer.named_parameters()]

    def run(f: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        given = (x,), {"edge_index": edge_index, "edge_features": f}
        out: Tensor = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), *given)
        return out

    values = [value.detach().clone().requires_grad_() for value in layer.parameters()]
    assert torch.autograd.gradcheck(run, (f, *values))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_layer_without_edge_features_is_drawn_as_before(kind: str) -> None:
    layer, own = KINDS[kind]
    own = {name: value for name, value in own.items() if name != "edge_in_message"}
    with_edges = layer(3, 4, 2, edge_features=5, generator=seeded(0), **own).weights()
    for name, values in layer(3, 4, 2, generator=seeded(0), **own).weights().items():
        np.testing.assert_array_equal(values, with_edges[name])


def graph_of(data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> Graph:
    x, edge_index, f = (each.numpy() for each in data)
    names = tuple(f"n{k}" for k in range(len(x)))
    return Graph(names, x, edge_index.reshape(2, -1), edge_features=f.astype(np.float64))


@settings(max_examples=20, deadline=None)
@given(data=inputs(), kind=st.sampled_from(["GAT", "GATv2"]))
def test_a_model_runs_on_a_graphs_own_edge_features(data: tuple[Tensor, Tensor, Tensor], kind: Kind) -> None:
    layers = [LayerSettings(kind=kind, out_features=2, num_heads=2, edge_features=2) for _ in range(2)]
    model = GAT(3, layers, self_loops="add_missing", loop_features=AS_PYG, generator=seeded(0)).eval()
    x, edge_index, f = data
    trace = model.trace(graph_of(data))
    with torch.no_grad():
        out = model(x, edge_index=edge_index, edge_features=f)
    np.testing.assert_array_equal(trace.out, out.numpy())
    again = GAT(3, layers, self_loops="add_missing", loop_features=AS_PYG)
    again.set_weights(model.weights())
    assert torch.equal(again.eval()(x, edge_index=edge_index, edge_features=f), out)
    assert model.settings == again.settings == tuple(layers)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda graph: made("GAT").trace(graph), "expected 2 features per edge, as the layer has, found 1"),
        (lambda graph: made("GATv2").trace(graph), "expected 2 features per edge, as the layer has, found 1"),
        (lambda graph: made("GAT")(graph.x, edge_index=graph.edge_index), "found none"),
        (
            lambda graph: GAT(3, [LayerSettings(edge_features=2)]).trace(graph),
            "edge_features: expected 2 features per edge, as the layer has, found 1",
        ),
        (
            lambda graph: GATAttentionLayer(3, 1)(graph.x, np.eye(2), edge_features=np.ones((2, 1))),
            "expected none, as the layer reads nodes alone, found 1",
        ),
        (lambda graph: made("GAT")(graph, edge_features=graph.edge_features), "none beside a Graph"),
        (lambda _: GATAttentionLayer(1, 1, edge_in_message=True), "edge_in_message: expected edge features"),
        (lambda _: GATAttentionLayer(1, 1, edge_features=-1), "edge_features: expected a whole number from 0"),
        (lambda _: made("GAT", loop_features="mean"), "loop_features: expected self_loops='add_missing'"),
        (lambda _: GATAttentionLayer(1, 1, self_loops="add_missing", loop_features=0.0), "found edge_features=0"),
        (
            lambda _: GAT(3, [LayerSettings(edge_features=1), LayerSettings(), LayerSettings(edge_features=2)]),
            "edge_features: expected one number for all layers that read edges, found 1, 2",
        ),
        (lambda _: LoopFeatures("median"), "loop_features: expected a number or one of mean, add"),  # type: ignore[arg-type]
        (
            lambda _: LayerSettings(kind="GATv2", edge_features=1, edge_in_message=True),
            "edge_in_message: expected a GAT",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(run: Callable[..., Any], words: str) -> None:
    graph = Graph(("a", "b"), np.ones((2, 3)), np.array([[0], [1]]), edge_features=np.ones((1, 1)))
    with pytest.raises(GatvizError) as caught:
        run(graph)
    assert words in str(caught.value)
