"""GATv2 against PyG's GATv2Conv and the textbook's pair form, and what sets it apart from GAT."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_geometric.nn import GATv2Conv

from gatviz import Edges, GATAttentionLayer, GATv2AttentionLayer, GATv2Trace, GatvizError
from gatviz.attention import fast
from gatviz.attention.textbook import dense_head_v2
from tests.attention.cases import there


def random_graph(seed: int) -> tuple[Tensor, Tensor]:
    """x [N, F] and edge_index [2, E] in any order, with loops, isolated nodes and all densities."""
    generator = torch.Generator().manual_seed(seed)
    nodes, features = (int(torch.randint(1, 12, (), generator=generator)) for _ in range(2))
    edges = int(torch.randint(0, nodes * nodes + 1, (), generator=generator))
    keys = torch.randperm(nodes * nodes, generator=generator)[:edges]
    return torch.randn(nodes, features, generator=generator), torch.stack([keys % nodes, keys // nodes])


def twins(features: int, seed: int, **settings: Any) -> tuple[GATv2Conv, GATv2AttentionLayer]:
    """PyG's layer and ours with the same random weights, in float64."""
    torch.manual_seed(seed)
    heads, width = 1 + seed % 4, 1 + seed % 5
    concat, share, bias, residual = ((seed >> bit) & 1 == 1 for bit in range(4))
    conv = GATv2Conv(
        features,
        width,
        heads=heads,
        concat=concat,
        share_weights=share,
        bias=bias,
        residual=residual,
        add_self_loops=False,
    ).double()
    layer = GATv2AttentionLayer(
        features,
        width,
        heads,
        concat=concat,
        share_weights=share,
        projection_bias=bias,
        bias=bias,
        residual=residual,
        **settings,
    ).double()
    with torch.no_grad():
        for parameter in conv.parameters():
            parameter.normal_()
    weights = {
        "W_source": conv.lin_l.weight.view(heads, width, features),
        "W_target": conv.lin_r.weight.view(heads, width, features),
        "a": conv.att[0],
    }
    if bias:
        weights |= {
            "b_source": conv.lin_l.bias.view(heads, width),
            "b_target": conv.lin_r.bias.view(heads, width),
            "bias": conv.bias,
        }
    if residual:
        weights["W_res"] = conv.res.weight
    layer.set_weights(**{name: value.detach().numpy() for name, value in weights.items()})
    return conv, layer


@pytest.mark.parametrize("first", range(0, 160, 40))
def test_equals_pyg_on_random_graphs(first: int) -> None:
    for seed in range(first, first + 40):
        x, edge_index = random_graph(seed)
        conv, layer = twins(x.shape[1], seed)
        x = x.double()
        edges = Edges.from_edge_index(edge_index, len(x))
        expected, (_, alpha) = conv(x, edges.edge_index, return_attention_weights=True)
        torch.testing.assert_close(layer(x, edges), expected, rtol=0, atol=1e-10)
        np.testing.assert_allclose(layer.trace(x, edges).alpha, alpha.detach().numpy(), atol=1e-12)


def test_gradients_equal_pyg() -> None:
    for seed in range(32):
        x, edge_index = random_graph(seed)
        conv, layer = twins(x.shape[1], seed)
        ours, theirs = (x.double().requires_grad_() for _ in range(2))
        seen = torch.randn(len(x), layer.output_width, dtype=torch.float64)
        (layer(ours, edge_index=edge_index) * seen).sum().backward()
        (conv(theirs, edge_index) * seen).sum().backward()
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=0, atol=1e-9)
        pairs = [
            (layer.att, conv.att),
            (layer.weight, conv.lin_l.weight),
            (layer.weight_target, conv.lin_r.weight),
            (layer.bias_source, conv.lin_l.bias),
            (layer.bias_target, conv.lin_r.bias),
            (layer.bias, conv.bias),
        ]
        for mine, other in pairs:
            if mine is not None and other.grad is not None:
                torch.testing.assert_close(mine.grad, other.grad.view_as(mine), rtol=0, atol=1e-9)


def test_second_derivatives() -> None:
    x = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    layer = GATv2AttentionLayer(3, 2, 2, generator=torch.Generator().manual_seed(1)).double()
    edges = Edges.from_edge_index(torch.tensor([[0, 1, 2, 0, 3], [0, 0, 1, 2, 2]]), 4)

    def run(x: Tensor, weight: Tensor, weight_target: Tensor, att: Tensor) -> Tensor:
        own = {"weight": weight, "weight_target": weight_target, "att": att}
        out: Tensor = torch.func.functional_call(layer, own, (x, edges))
        return out

    inputs = (x, layer.weight, there(layer.weight_target), layer.att)
    assert torch.autograd.gradcheck(run, inputs)
    assert torch.autograd.gradgradcheck(run, inputs)


def test_equals_the_textbook_form() -> None:
    for seed in range(100):
        x, edge_index = random_graph(seed)
        _, layer = twins(x.shape[1], seed)
        trace = layer.trace(x.double(), edge_index=edge_index)
        weights = trace.weights
        for head in range(trace.num_heads):
            biases: list[Any] = [weights[name][head] if name in weights else 0.0 for name in ("b_target", "b_source")]
            dense = dense_head_v2(
                trace.x,
                trace.adjacency,
                weights["W_target"][head],
                weights["W_source"][head],
                weights["a"][head],
                trace.negative_slope,
                *biases,
            )
            np.testing.assert_allclose(trace.dense("e", head), dense.e, atol=1e-10)
            np.testing.assert_allclose(trace.dense("alpha", head), dense.alpha, atol=1e-12)
            np.testing.assert_allclose(trace.h_prime[:, head], dense.h_prime, atol=1e-10)
            np.testing.assert_allclose(trace.source_features[:, head], dense.Wh, atol=1e-10)


def test_trace_is_the_forward_run_in_its_stages() -> None:
    layer = GATv2AttentionLayer(3, 2, 2, activation="elu", generator=torch.Generator().manual_seed(3)).eval()
    x, edges = torch.randn(4, 3), Edges.from_edge_index(torch.tensor([[0, 1, 3], [1, 1, 2]]), 4)
    trace = layer.trace(x, edges)
    assert isinstance(trace, GATv2Trace)
    names = ["x", "Wh_target", "Wh_source", "hidden", "e", "alpha", "h_prime", "combined", "pre_activation", "out"]
    assert [info.name for info in trace.fields] == names
    assert trace.hidden.shape == (3, 2, 2)
    source, target = trace.edge_index
    met = trace.Wh_target[target] + trace.Wh_source[source]
    np.testing.assert_array_equal(trace.hidden, np.where(met > 0, met, np.float32(0.2) * met))
    np.testing.assert_allclose((trace.hidden * trace.weights["a"]).sum(-1), trace.e, rtol=1e-6)
    np.testing.assert_array_equal(trace.out, layer(x, edges).detach().numpy())
    with pytest.raises(GatvizError, match="raw"):
        trace.dense("raw", 0)


def test_hand_case() -> None:
    """x = (1, 2, 5), W_target = W_source = 1, a = 1, all sums positive, so e_ij = x_i + x_j.

    Node 0 reads 1 and 2: e = 3 and 6, α = (1, e³) / (1 + e³) = (0.0474, 0.9526), h′ = 2·0.0474 + 5·0.9526.
    """
    layer = GATv2AttentionLayer(1, 1)
    layer.set_weights(W_source=[[[1.0]]], W_target=[[[1.0]]], a=[[1.0]])
    trace = layer.trace(torch.tensor([[1.0], [2.0], [5.0]]), edge_index=torch.tensor([[2, 1], [0, 0]]))
    np.testing.assert_allclose(trace.alpha[:, 0], [0.04742587, 0.95257413], rtol=1e-6)
    np.testing.assert_allclose(trace.out[:, 0], [4.85772239, 0.0, 0.0], rtol=1e-6)


def test_targets_can_rank_the_same_sources_differently() -> None:
    """Two queries, two keys: a GATv2 head lets each query prefer its own key, a GAT head cannot."""
    x = torch.tensor([[1.0, -1.0, 0.0, 0.0], [-1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [0.0, 0.0, -1.0, 1.0]])
    edge_index = torch.tensor([[2, 3, 2, 3], [0, 0, 1, 1]])
    v2 = GATv2AttentionLayer(4, 2, negative_slope=0.0)
    v2.set_weights(
        W_target=[[[1.0, 0, 0, 0], [0, 1.0, 0, 0]]], W_source=[[[0, 0, 1.0, 0], [0, 0, 0, 1.0]]], a=[[1.0, 1.0]]
    )
    alpha = v2.trace(x, edge_index=edge_index).alpha[:, 0].reshape(2, 2)
    assert alpha[0].argmax() == 0
    assert alpha[1].argmax() == 1
    for seed in range(50):
        gat = GATAttentionLayer(4, 2, generator=torch.Generator().manual_seed(seed))
        alpha = gat.trace(x, edge_index=edge_index).alpha[:, 0].reshape(2, 2)
        assert alpha[0].argmax() == alpha[1].argmax()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, edge_index = random_graph(5)
    layer = GATv2AttentionLayer(x.shape[1], 3, 2, generator=torch.Generator().manual_seed(0)).eval()
    whole = layer.trace(x, edge_index=edge_index)
    monkeypatch.setattr(fast, "_ONE_BLOCK", 0)
    monkeypatch.setattr(fast, "_BLOCK", 1)
    cut = layer.trace(x, edge_index=edge_index)
    for name in ("hidden", "e", "alpha", "h_prime", "out"):
        np.testing.assert_allclose(getattr(cut, name), getattr(whole, name), rtol=1e-6, atol=1e-7)


def test_a_of_zero_gives_uniform_attention() -> None:
    x, edge_index = random_graph(7)
    layer = GATv2AttentionLayer(x.shape[1], 3, 2)
    layer.set_weights(a=np.zeros((2, 3)))
    trace = layer.trace(x, edge_index=edge_index)
    degree = np.diff(trace.ptr)[trace.edge_index[1]]
    np.testing.assert_allclose(trace.alpha, np.repeat(1 / degree[:, None], 2, axis=1), rtol=1e-6)


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_state_dict_and_weights_round_trip(share: bool, bias: bool) -> None:
    layer = GATv2AttentionLayer(3, 2, 4, share_weights=share, projection_bias=bias, bias=bias, residual=bias)
    other = GATv2AttentionLayer(3, 2, 4, share_weights=share, projection_bias=bias, bias=bias, residual=bias)
    third = copy.deepcopy(other)
    other.load_state_dict(layer.state_dict())
    third.set_weights(**layer.weights())
    x, edges = torch.randn(5, 3), torch.ones(5, 5)
    assert torch.equal(layer(x, edges), other(x, edges))
    assert torch.equal(layer(x, edges), third(x, edges))
    assert set(layer.weights()) >= {"W_target", "W_source", "a"}


def test_runs_on_meta() -> None:
    with torch.device("meta"):
        layer = GATv2AttentionLayer(3, 2, 4)
        out = layer(torch.empty(5, 3), edge_index=torch.zeros(2, 7, dtype=torch.long))
    assert out.is_meta
    assert out.shape == (5, 8)


def test_shared_weights_cannot_be_set_apart() -> None:
    layer = GATv2AttentionLayer(1, 1, share_weights=True)
    before = layer.weights()
    with pytest.raises(GatvizError, match="shares it with W_target"):
        layer.set_weights(W_target=[[[1.0]]], W_source=[[[2.0]]])
    np.testing.assert_array_equal(layer.weights()["W_source"], before["W_source"])
