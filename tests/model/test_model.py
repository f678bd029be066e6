"""`GAT`, the stack: against PyG's layers one after the other, its traces, its settings, its refusals."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.nn import GATConv, GATv2Conv

from gatviz import GAT, Edges, GATTrace, GATv2Trace, GatvizError, Graph, LayerSettings
from gatviz.attention import inputs
from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import AttentionLayer, new_generator
from gatviz.model.layer_settings import LAYERS, Kind

made = Edges.from_graph
GIN: Any = "GIN"
WRONG: Any = "all"
MIXED = (
    LayerSettings(out_features=3, num_heads=4, residual=True, activation="relu"),
    LayerSettings(kind="GATv2", out_features=2, num_heads=3, projection_bias=True, negative_slope=0.1),
    LayerSettings(out_features=5, num_heads=2, concat=False, activation=None),
)


def random_graph(seed: int, nodes: int = 9, features: int = 4) -> Graph:
    draw = np.random.default_rng(seed)
    keys = draw.permutation(nodes * nodes)[: draw.integers(0, nodes * nodes)]
    return Graph(
        names=tuple(f"n{k}" for k in range(nodes)),
        x=draw.normal(size=(nodes, features)),
        edge_index=np.stack([keys % nodes, keys // nodes]),
    )


def pyg_stack(model: GAT) -> list[torch.nn.Module]:
    """PyG's layers with the model's weights."""
    stack = []
    for layer in model.attention_layers:
        settings, weights = LayerSettings.of(layer), {k: torch.tensor(v) for k, v in layer.weights().items()}
        H, C = settings.num_heads, settings.out_features
        conv_class = GATConv if settings.kind == "GAT" else GATv2Conv
        conv = conv_class(
            layer.in_features,
            C,
            heads=H,
            concat=settings.concat,
            negative_slope=settings.negative_slope,
            add_self_loops=False,
            residual=settings.residual,
        ).to(layer.weight.dtype)
        values = {"bias": weights["bias"]}
        if settings.residual:
            values["res.weight"] = weights["W_res"]
        if settings.kind == "GAT":
            values |= {"att_src": weights["a_source"][None], "att_dst": weights["a_target"][None]}
            values["lin.weight"] = weights["W"].reshape(H * C, -1)
        else:
            values |= {"att": weights["a"][None], "lin_l.bias": weights["b_source"].flatten()}
            values |= {"lin_l.weight": weights["W_source"].reshape(H * C, -1)}
            values |= {"lin_r.weight": weights["W_target"].reshape(H * C, -1)}
            values |= {"lin_r.bias": weights["b_target"].flatten()}
        conv.load_state_dict(values)
        stack.append(conv)
    return stack


@pytest.mark.parametrize("self_loops", ["as_given", "add_missing", "remove"])
def test_equals_pyg_layer_after_layer(self_loops: SelfLoops) -> None:
    for seed in range(30):
        graph = random_graph(seed)
        model = GAT(4, MIXED, self_loops=self_loops, generator=new_generator(seed)).double()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_(generator=new_generator(seed))
        edges = Edges.from_graph(graph, self_loops)
        x, trace = torch.tensor(graph.x), model.trace(graph)
        for conv, layer, layer_trace in zip(pyg_stack(model), model.attention_layers, trace.layers, strict=True):
            np.testing.assert_allclose(layer_trace.x, x.detach().numpy(), atol=1e-9)
            x, (_, alpha) = conv(x, edges.edge_index, return_attention_weights=True)
            x = F.relu(x) if layer.activation == "relu" else F.elu(x) if layer.activation == "elu" else x
            np.testing.assert_allclose(layer_trace.alpha, alpha.detach().numpy(), atol=1e-10)
            np.testing.assert_allclose(layer_trace.out, x.detach().numpy(), atol=1e-9)
        np.testing.assert_array_equal(trace.out, model(graph).detach().numpy())


def test_the_stack_of_the_paper() -> None:
    model = GAT.of_paper(1433, 7, dropout=0.6)
    hidden, last = model.settings
    assert (hidden.num_heads, hidden.out_features, hidden.concat, hidden.activation) == (8, 8, True, "elu")
    assert (last.num_heads, last.out_features, last.concat, last.activation) == (1, 7, False, None)
    assert hidden.dropout == hidden.feature_dropout == last.dropout == last.feature_dropout == 0.6
    assert model.self_loops == "add_missing"
    assert sum(parameter.numel() for parameter in model.parameters()) == 92_373  # 64·1433 + 128 + 64 + 7·64 + 14 + 7


def test_trace_tells_graph_device_and_kinds() -> None:
    graph = random_graph(1)
    model = GAT(4, MIXED, self_loops="add_missing", generator=new_generator(0))
    trace = model.trace(graph)
    assert trace.graph is graph
    assert trace.device == "cpu"
    assert [type(layer) for layer in trace.layers] == [GATTrace, GATv2Trace, GATTrace]
    assert trace.out.shape == (9, 5)
    for layer in trace.layers:
        np.testing.assert_array_equal(layer.input_edge, trace.layers[0].input_edge)
        given = layer.input_edge >= 0
        np.testing.assert_array_equal(layer.edge_index[:, given], graph.edge_index[:, layer.input_edge[given]])
        assert (layer.edge_index[0, ~given] == layer.edge_index[1, ~given]).all()


def test_input_forms_agree() -> None:
    graph = random_graph(2)
    model = GAT(4, MIXED, generator=new_generator(0))
    x, edge_index = torch.tensor(graph.x), torch.tensor(graph.edge_index)
    adj = torch.zeros(9, 9)
    adj[edge_index[1], edge_index[0]] = 2.5
    expected = model(graph)
    for found in (
        model(x, adj),
        model(graph.x, graph.edge_index),
        model(x.float(), edge_index=edge_index),
        model(x, Edges.from_graph(graph)),
        model(x.float().to_sparse_csr(), adj),
    ):
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


def test_a_seed_gives_the_same_model_whatever_was_drawn_elsewhere() -> None:
    torch.manual_seed(1)
    one = GAT(4, MIXED, generator=new_generator(5))
    torch.manual_seed(2)
    before = torch.get_rng_state()
    two = GAT(4, MIXED, generator=new_generator(5))
    assert torch.equal(before, torch.get_rng_state())
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)


def test_dropout_in_training_only_and_from_the_generator() -> None:
    graph = random_graph(3)
    model = GAT.of_paper(4, 3, dropout=0.5, generator=new_generator(0))
    state = torch.get_rng_state()
    one, again = (model.train().trace(graph, generator=new_generator(9)) for _ in range(2))
    other = model.trace(graph, generator=new_generator(10))
    assert torch.equal(state, torch.get_rng_state())
    np.testing.assert_array_equal(one.out, again.out)
    assert not np.array_equal(one.out, other.out)
    assert one.layers[0].dropout_mask is not None
    quiet = model.eval().trace(graph)
    assert quiet.layers[0].dropout_mask is None
    assert quiet.layers[0].dropout == 0.0
    np.testing.assert_array_equal(quiet.layers[0].x, graph.x.astype(np.float32))


def test_it_learns() -> None:
    """Two classes that differ in one feature: a few steps of Adam tell them apart."""
    graph = random_graph(4, nodes=30)
    labels = torch.tensor(graph.x[:, 0] > 0).long()
    model = GAT.of_paper(4, 2, num_heads=2, generator=new_generator(0))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    x, edges = torch.tensor(graph.x, dtype=torch.float32), Edges.from_edge_index(torch.arange(30).repeat(2, 1), 30)
    for _ in range(60):
        optimiser.zero_grad()
        loss: Tensor = F.cross_entropy(model(x, edges), labels)
        loss.backward()  # type: ignore[no-untyped-call] # torch has no type for it
        optimiser.step()
    assert (model(x, edges).argmax(1) == labels).float().mean() > 0.95


def test_settings_follow_the_layers() -> None:
    model = GAT(4, MIXED)
    assert model.settings == MIXED
    assert GAT(4, model.settings).load_state_dict(model.state_dict())
    model.attention_layers[0].negative_slope = 0.5
    assert model.settings[0].negative_slope == 0.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GAT(4, []), "layers: expected at least one, found none"),
        (lambda: GAT(0, MIXED), "layer 0, in_features: expected a whole number from 1, found 0"),
        (lambda: GAT(4, MIXED, self_loops=WRONG), "self_loops: expected 'as_given', 'add_missing' or 'remove'"),
        (lambda: LayerSettings(kind=GIN), "kind: expected 'GAT' or 'GATv2', found 'GIN'"),
        (lambda: LayerSettings(share_weights=True), "share_weights: expected a GATv2 layer"),
        (lambda: GAT(4, [*MIXED, LayerSettings(num_heads=0)]), "layer 3, num_heads: expected a whole number from 1"),
        (lambda: GAT(4, [LayerSettings(dropout=1.0)]), "layer 0, dropout: expected a rate from 0 to below 1"),
        (lambda: GAT(4, [LayerSettings(activation="selu")]), "layer 0, activation: expected None or one of"),
        (lambda: GAT(5, MIXED)(random_graph(0)), "layer 0, X: expected 5 features per node, as the layer has, found 4"),
        (lambda: GAT(4, MIXED).trace(random_graph(0, features=0)), "layer 0, X: expected 4 features per node"),
    ],
)
def test_refusals(make: Callable[..., Any], message: str) -> None:
    with pytest.raises(GatvizError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_runs_on_meta() -> None:
    with torch.device("meta"):
        model = GAT(4, MIXED)
        out = model(torch.empty(6, 4), edge_index=torch.zeros(2, 5, dtype=torch.long))
    assert out.is_meta
    assert out.shape == (6, 5)


def test_a_graph_is_prepared_once_and_forgotten_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def noted(graph: Graph) -> Edges:
        calls.append(graph.fingerprint)
        return made(graph)

    monkeypatch.setattr(Edges, "from_graph", noted)
    graph, model = random_graph(6), GAT(4, MIXED, generator=new_generator(0))
    first = model(graph)
    model.attention_layers[0].set_weights(bias=np.ones(12))
    assert not torch.equal(model(graph), first)
    assert len(calls) == 1
    torch.testing.assert_close(model.double()(graph), model(torch.tensor(graph.x), graph.edge_index))
    assert len(calls) == 2
    before = len(inputs._prepared)
    del graph
    assert len(inputs._prepared) == before - 1


def test_many_features_that_are_mostly_0_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = random_graph(7, features=40)
    x = np.where(np.random.default_rng(0).random(dense.x.shape) < 0.04, dense.x, 0.0)
    graph, twin = (
        Graph(names=dense.names, x=x, edge_index=dense.edge_index, labels=label) for label in (None, tuple("abcabcabc"))
    )
    model = GAT.of_paper(40, 3, residual=True, generator=new_generator(0)).double()
    expected = model(graph)
    expected.square().sum().backward()
    gradients = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
    monkeypatch.setattr(inputs, "_SPARSE_FROM", 1)
    model.zero_grad()
    found = model(twin)
    found.square().sum().backward()
    assert inputs._prepare(twin, model.attention_layers[0].weight, "X")[0].layout == torch.sparse_csr
    torch.testing.assert_close(found, expected)
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient)
    np.testing.assert_array_equal(model.trace(twin).layers[0].x, x)
    model.attention_layers[0].feature_dropout = 0.5
    assert model.train().trace(twin, generator=new_generator(0)).layers[0].x.shape == (9, 40)


@pytest.mark.parametrize("nodes", [3, 60])
def test_what_was_only_looked_at_can_still_be_trained(nodes: int) -> None:
    """Inference mode makes tensors that no gradient may meet; none of them may stay in what is kept."""
    graph = random_graph(8, nodes=nodes)
    edges = Edges.from_graph(graph)
    model = GAT(4, MIXED, self_loops="add_missing", generator=new_generator(0))
    x = torch.tensor(graph.x)
    with torch.inference_mode():
        made_here = Edges.from_edge_index(graph.edge_index, nodes)
        for given in (edges, made_here):
            model(x, given)
        model.trace(graph)
    for out in (model(graph), model(x, edges), model(x, made_here)):
        out.sum().backward()


def test_a_kind_of_layer_stands_in_one_place() -> None:
    """`LAYERS` holds every kind; the settings that a kind alone has are its own arguments and off unless given."""
    assert tuple(LAYERS) == get_args(Kind)
    shared = set(inspect.signature(AttentionLayer).parameters)
    for kind, layer in LAYERS.items():
        assert set(inspect.signature(layer).parameters) - shared - {"settings"} == set(layer.own_settings)
        for name in layer.own_settings:
            assert not getattr(LayerSettings(kind=kind), name)
        own: dict[str, Any] = dict.fromkeys(layer.own_settings, True)
        made = LayerSettings(kind=kind, out_features=2, num_heads=3, edge_features=2, **own)
        assert LayerSettings.of(made.build(4)) == made
