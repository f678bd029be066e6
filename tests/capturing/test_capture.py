"""One run of anybody's model: every attention layer recomputed, equal to its own output, its α on the right edges."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from torch_geometric.nn import GAT as PyGGAT
from torch_geometric.nn import GATConv, GATv2Conv, TransformerConv

import gatviz
from gatviz import GatvizError
from gatviz.capturing.capture import Call, capture

F_IN, D = 3, 2


def graphs(seed: int, nodes: int, share: float) -> tuple[Tensor, Tensor, Tensor]:
    """Features, edges in no order, their features."""
    draw = torch.Generator().manual_seed(seed)
    adj = torch.rand(nodes, nodes, generator=draw) < share
    edges = torch.stack(torch.nonzero(adj, as_tuple=True))
    edges = edges[:, torch.randperm(edges.shape[1], generator=draw)]
    return torch.randn(nodes, F_IN, generator=draw), edges, torch.randn(edges.shape[1], D, generator=draw)


def on_edges(call: Call) -> dict[tuple[int, int], NDArray[Any]]:
    (layer,) = call.trace.layers
    return {(int(j), int(i)): share for (j, i), share in zip(layer.edge_index.T, layer.alpha, strict=True)}


@settings(max_examples=60, deadline=None)
@given(
    made=st.sampled_from([GATConv, GATv2Conv]),
    given_graph=st.tuples(st.integers(0, 10**6), st.integers(1, 7), st.floats(0.1, 0.9)),
    own=st.fixed_dictionaries(
        {
            "heads": st.integers(1, 3),
            "concat": st.booleans(),
            "negative_slope": st.sampled_from([0.2, 0.05, 0.0]),
            "add_self_loops": st.booleans(),
            "edge_dim": st.sampled_from([None, D]),
            "fill_value": st.sampled_from(["mean", "add", "max", 0.5]),
            "bias": st.booleans(),
            "residual": st.booleans(),
            "dropout": st.sampled_from([0.0, 0.6]),
            "flow": st.sampled_from(["source_to_target", "target_to_source"]),
        }
    ),
    double=st.booleans(),
)
def test_a_layer_of_pyg_is_recomputed_with_its_alpha_on_the_same_edges(
    made: type[nn.Module],
    given_graph: tuple[int, int, float],
    own: dict[str, Any],
    double: bool,
) -> None:
    torch.manual_seed(0)
    layer = made(F_IN, 2, **own)
    x, edges, features = graphs(*given_graph)
    if double:
        layer, x, features = layer.double(), x.double(), features.double()
    more = (features,) if own["edge_dim"] else ()
    if own["flow"] == "target_to_source" and own["edge_dim"] and own["fill_value"] != 0.5 and own["add_self_loops"]:
        return  # PyG fills loops from the edges that end in a node, also where nodes read along the other way
    found = capture(layer, x, edges, *more)
    assert not found.unproved, found.unproved
    (call,) = found.calls
    assert (call.name, call.kind) == ("", made.__name__)
    (used, alpha) = layer.eval()(x, edges, *more, return_attention_weights=True)[1]
    if own["flow"] == "target_to_source":
        used = used.flip(0)
    ours = on_edges(call)
    assert set(ours) == {(int(j), int(i)) for j, i in used.T}
    for (j, i), share in zip(used.T.tolist(), alpha.detach().numpy(), strict=True):
        np.testing.assert_allclose(ours[j, i], share, atol=1e-5)


class Net(nn.Module):
    """A model as people write them: things around the layers, one of them called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Linear(F_IN, 4), nn.ReLU(), nn.Dropout(0.5))
        self.conv1 = GATConv(4, 2, heads=2, dropout=0.6)
        self.norm = nn.BatchNorm1d(4)
        self.conv2 = GATv2Conv(4, 4, heads=3, concat=False)
        self.norm.train(False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        h = self.norm(F.elu(self.conv1(self.first(x), edge_index)))
        h = self.conv2(h, edge_index=edge_index)
        h.relu_()  # what a layer gave is changed in its place
        out: Tensor = self.conv2(h, edge_index=edge_index)
        return out


def test_calls_stand_in_order_each_with_what_it_was_given() -> None:
    torch.manual_seed(0)
    model = Net()
    x, edges, _features = graphs(1, 6, 0.4)
    found = capture(model, x, edges, names=[f"n{k}" for k in range(6)])
    assert [call.name for call in found.calls] == ["conv1", "conv2", "conv2"]
    assert found.traces == tuple(call.trace for call in found.calls)
    with torch.no_grad():
        torch.testing.assert_close(found.output, model.eval()(x, edges))
    first, second, third = found.traces
    given = model.first(x).detach().numpy()
    np.testing.assert_allclose(first.graph.x, given, atol=1e-6)
    np.testing.assert_allclose(third.graph.x, np.maximum(second.out, 0), atol=1e-6)
    assert found.graph.names[0] == "n0"
    assert found.graph.edge_index.tolist() == edges.tolist()


def test_modes_and_random_numbers_are_as_before_also_after_a_failure() -> None:
    torch.manual_seed(0)
    model = Net().train()
    model.norm.eval()
    x, edges, _features = graphs(1, 6, 0.4)
    modes = [part.training for part in model.modules()]
    random = torch.get_rng_state()
    capture(model, x, edges)
    with pytest.raises(RuntimeError):
        capture(model, x[:, :1], edges)
    assert [part.training for part in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), random)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())


def test_parameters_are_as_they_were() -> None:
    layer = GATConv(F_IN, 2)
    x, edges, _features = graphs(2, 5, 0.5)
    (call,) = capture(layer, x, edges).calls
    before = call.trace.out.copy()
    with torch.no_grad():
        layer.lin.weight.zero_()
        x.zero_()
    np.testing.assert_array_equal(call.trace.out, before)
    np.testing.assert_array_equal(call.model.trace(call.trace.graph).out, before)


# ---- the tutorial's layers, as somebody typed them ------------------------------------------------------------------


class SingleHead(nn.Module):
    def __init__(self, in_features: int, out_features: int, alpha: float = 0.2) -> None:
        super().__init__()
        self.W = nn.Linear(in_features, out_features, bias=False)
        self.a = nn.Parameter(torch.randn(2 * out_features, 1))
        self.leakyrelu = nn.LeakyReLU(alpha)

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        Wh = self.W(X)
        N = len(Wh)
        pairs = torch.cat([Wh.repeat_interleave(N, 0), Wh.repeat(N, 1)], 1).view(N, N, -1)
        e = self.leakyrelu(pairs @ self.a).squeeze(-1)
        out: Tensor = torch.softmax(e.masked_fill(adj == 0, -9e15), dim=1) @ Wh
        return out


class Typed(nn.Module):
    def __init__(self, concat: bool, end: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(SingleHead(F_IN, 2, alpha=0.1) for _ in range(3))
        self.joined, self.end = concat, end

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        outs = [head(X, adj) for head in self.heads]
        return self.end(torch.cat(outs, 1) if self.joined else torch.stack(outs).mean(0))


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("end", [F.elu, torch.relu, lambda x: x], ids=["elu", "relu", "none"])
def test_layers_typed_after_the_tutorial_are_known(concat: bool, end: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(3)
    x, edges, _features = graphs(3, 5, 0.5)
    adj = torch.eye(5)
    adj[edges[1], edges[0]] = 1
    (call,) = capture(Typed(concat, end), x, adj).calls
    (layer,) = call.model.settings
    assert (layer.num_heads, layer.concat, layer.negative_slope) == (3, concat, 0.1)
    assert call.difference < 1e-6


def test_layers_of_gatviz_are_known_alone_and_in_a_model() -> None:
    x, edges, _features = graphs(4, 5, 0.6)
    graph = gatviz.Graph(tuple("abcde"), x.numpy(), edges.numpy())
    for layer in (
        gatviz.SingleHeadGATLayer(F_IN, 2),
        gatviz.MultiHeadGATLayer(F_IN, 2, 3, concat=False, dropout=0.5),
        gatviz.GATv2AttentionLayer(F_IN, 2, 2, residual=True, self_loops="add_missing"),
        gatviz.GATAttentionLayer(F_IN, 2, 2, attention="equal"),
    ):
        (call,) = capture(layer, graph).calls
        assert call.difference == 0
    model = gatviz.GAT.of_paper(F_IN, 2, num_layers=3)
    found = capture(model, graph)
    assert len(found.calls) == 3
    for mine, theirs in zip(found.traces, model.eval().trace(graph).layers, strict=True):
        np.testing.assert_array_equal(mine.layers[0].alpha, theirs.alpha)


# ---- DGL, by a class of its name that computes as its own does -------------------------------------------------------


@pytest.fixture
def dgl_layer(monkeypatch: pytest.MonkeyPatch) -> type[nn.Module]:
    monkeypatch.setitem(sys.modules, "dgl", ModuleType("dgl"))

    class GATLike(nn.Module):
        def __init__(self, wide: int, out: int, heads: int, activation: Any = None, residual: bool = False) -> None:
            super().__init__()
            self._num_heads, self.activation = heads, activation
            self.fc = nn.Linear(wide, heads * out, bias=False)
            self.attn_l, self.attn_r = (nn.Parameter(torch.randn(1, heads, out)) for _ in range(2))
            self.bias = nn.Parameter(torch.randn(heads * out))
            self.leaky_relu = nn.LeakyReLU(0.15)
            self.res_fc = (nn.Identity() if wide == heads * out else nn.Linear(wide, heads * out)) if residual else None

        def forward(self, graph: Any, feat: Tensor, edge_weight: Any = None, get_attention: bool = False) -> Any:
            source, target = graph.edges()
            z = self.fc(feat).view(len(feat), self._num_heads, -1)
            e = self.leaky_relu((z * self.attn_l).sum(-1)[source] + (z * self.attn_r).sum(-1)[target])
            e = e.exp()
            sums = torch.zeros(len(feat), self._num_heads).index_add(0, target, e)
            alpha = (e / sums[target]).unsqueeze(-1)
            if edge_weight is not None:
                alpha = alpha * edge_weight.view(-1, 1, 1)
            out = torch.zeros_like(z).index_add(0, target, alpha * z[source])
            if self.res_fc is not None:
                out = out + self.res_fc(feat).view(z.shape)
            out = out + self.bias.view(1, self._num_heads, -1)
            out = out if self.activation is None else self.activation(out)
            return (out, alpha) if get_attention else out

    GATLike.__name__, GATLike.__module__ = "GATConv", "dgl.nn.pytorch.conv.gatconv"
    return GATLike


class DGLGraph:
    def __init__(self, edges: Tensor) -> None:
        self._edges = edges

    def edges(self) -> tuple[Tensor, Tensor]:
        return self._edges[0], self._edges[1]


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("out", [1, 2])
@pytest.mark.parametrize("activation", [None, F.elu, nn.ReLU()])
def test_layers_of_dgl_are_known(dgl_layer: type[nn.Module], residual: bool, out: int, activation: Any) -> None:
    torch.manual_seed(5)
    x, edges, _features = graphs(5, 6, 0.5)
    layer = dgl_layer(F_IN, out, 3, activation, residual)
    found = capture(layer, DGLGraph(edges), x)
    assert not found.unproved, found.unproved
    weighted = capture(layer, DGLGraph(edges), x, torch.rand(edges.shape[1]))
    (told,) = weighted.unproved
    assert told.reason.startswith("edge_weight: expected α as it is")
    assert told.alpha is not None
    assert told.alpha.shape == (edges.shape[1], 3)


# ---- what cannot be proved ------------------------------------------------------------------------------------------


class Louder(GATConv):  # type: ignore[misc]
    """A layer by the name of one that is known, which computes something else."""

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:
        return 2 * alpha.unsqueeze(-1) * x_j


def test_what_is_computed_otherwise_is_unproved_with_its_own_alpha() -> None:
    x, edges, _features = graphs(6, 6, 0.5)
    twice = torch.cat([edges, edges[:, :1]], 1)
    for layer, given_edges, words in (
        (Louder(F_IN, 2), edges, "differs from its output"),
        (TransformerConv(F_IN, 2, heads=2), edges, "gatviz has no TransformerConv"),
        (GATConv(F_IN, 2, add_self_loops=False), twice, "expected each edge once"),
        (GATConv(F_IN, 2).to(torch.bfloat16), edges, ""),
    ):
        wanted = next(layer.parameters()).dtype
        found = capture(layer, x.to(wanted), given_edges)
        (told,) = found.unproved
        assert not found.calls
        assert words in told.reason, told.reason
        if wanted == torch.float32:
            assert told.alpha is not None
            assert told.edge_index is not None
            assert told.alpha.shape[0] == told.edge_index.shape[1]
        with pytest.raises(GatvizError, match="expected a proved call, found none"):
            _ = found.graph


def test_a_bipartite_call_is_unproved() -> None:
    x, edges, _features = graphs(7, 6, 0.5)
    found = capture(GATConv((F_IN, F_IN), 2, add_self_loops=False), (x, x.clone()), edges)
    assert "expected one kind of nodes, found sources and targets apart" in found.unproved[0].reason


def test_the_model_class_of_pyg_is_proved_layer_by_layer() -> None:
    torch.manual_seed(0)
    x, edges, _features = graphs(8, 7, 0.4)
    found = capture(PyGGAT(F_IN, 4, 3, 2, v2=True, heads=2, norm="batch", jk="cat"), x, edges)
    assert [call.name for call in found.calls] == ["convs.0", "convs.1", "convs.2"]


def test_what_has_no_attention_is_refused() -> None:
    x, edges, _features = graphs(9, 4, 0.5)

    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = GATConv(F_IN, 2)

        def forward(self, x: Tensor) -> Tensor:
            return x

    for module, words in (
        (lambda x: x, "expected a torch.nn.Module"),
        (nn.Linear(F_IN, 2), "expected an attention layer"),
        (Idle(), "expected a call of 'conv', found none"),
    ):
        with pytest.raises(GatvizError, match=words):
            capture(module, x)  # type: ignore[arg-type]
    with pytest.raises(GatvizError, match="expected 4 names, one for each node, found 1"):
        _ = capture(GATConv(F_IN, 2), x, edges, names=["a"]).graph
