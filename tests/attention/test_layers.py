"""What the layers take, refuse, draw and hand out; their arithmetic is tested in test_attention."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import gatviz
from gatviz import Edges, GATAttentionLayer, GatvizError, Graph, MultiHeadGATLayer, SingleHeadGATLayer
from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.attention.gat import warm_up
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layers import available_devices, new_generator
from tests.attention.cases import error, gat, random_case, there

ADJ = torch.tensor([[1, 1, 0, 1], [1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1]])
X = torch.tensor([[1.0, 0], [0, 1], [1, 1], [0, 0]])


def layer_of(features: int = 2, width: int = 3, heads: int = 4, **settings: Any) -> GATAttentionLayer:
    return GATAttentionLayer(features, width, heads, generator=new_generator(1), **settings)


# ---- input forms -------------------------------------------------------------------------------------------


def test_every_input_form_gives_the_same() -> None:
    layer = layer_of().eval()
    edges = Edges.from_adjacency(ADJ)
    graph = Graph(tuple("ABCD"), X.numpy(), edges.edge_index.numpy())
    expected = layer(X, edges)
    others = [
        layer(X, ADJ),
        layer(X, ADJ.float()),
        layer(X, ADJ.bool()),
        layer(X, ADJ * -7.5),
        layer(X, adj=ADJ),
        layer(X, ADJ.numpy()),
        layer(X, edges.edge_index),
        layer(X, edges.edge_index.int()),
        layer(X, edge_index=edges.edge_index.flip(1)),
        layer(X, edge_index=edges.edge_index.numpy()),
        layer(X, edge_index=edges),
        layer(X.numpy(), ADJ),
        layer(X.long(), ADJ),
        layer(X.double(), ADJ),
        layer(X.to_sparse_csr(), ADJ),
        layer(graph),
    ]
    for k, other in enumerate(others):
        assert error(other, expected) <= 1e-6, k
    assert expected.shape == (4, 12)


def test_input_forms_agree_on_random_graphs() -> None:
    for seed in range(40):
        case = random_case(seed)
        if case.x.shape[0] == 2 and case.edge_index.shape[1] == 2:
            continue
        layer = case.layer()
        expected = layer(case.x, case.edges)
        for other in (layer(case.x, case.adj), layer(case.x, edge_index=case.edge_index)):
            assert torch.equal(other, expected), seed


def test_two_by_two_integers_for_two_nodes_are_refused() -> None:
    layer, x, both = layer_of(), X[:2], torch.tensor([[0, 1], [1, 0]])
    with pytest.raises(GatvizError, match=r"adj: expected a matrix that can only be read one way.*edge_index="):
        layer(x, both)
    assert layer(x, edge_index=both).shape == (2, 12)
    assert layer(x, both.float()).shape == (2, 12)
    assert layer(x, both.bool()).shape == (2, 12)
    assert layer(x, Edges.from_adjacency(both)).shape == (2, 12)
    assert layer(torch.ones(3, 2), both).shape == (3, 12)  # an edge list: no [2, 2] matrix fits 3 nodes


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda layer: layer(X), "edges: expected adj or edge_index, found neither"),
        (lambda layer: layer(X, ADJ, edge_index=ADJ), "edges: expected adj or edge_index, found both"),
        (lambda layer: layer(X[0], ADJ), r"X: expected a matrix \[N, F\], found shape \[2\]"),
        (lambda layer: layer(torch.ones(4, 3), ADJ), "X: expected 2 features per node, as the layer has, found 3"),
        (lambda layer: layer(X, ADJ[:3]), r"adj: expected a square matrix \[N, N\], found shape \[3, 4\]"),
        (lambda layer: layer(X[:3], ADJ), "edges: expected 3 nodes, as X has rows, found 4"),
        (lambda layer: layer(X, Edges.from_adjacency(ADJ[:3, :3])), "edges: expected 4 nodes, as X has rows, found 3"),
        (lambda layer: layer(X, ADJ * torch.nan), "adj: expected finite numbers, found NaN or infinity"),
        (lambda layer: layer(X, ADJ.float().fill_(-torch.inf)), "adj: expected finite numbers, found NaN or infinity"),
        (lambda layer: layer(X, edge_index=torch.tensor([[0], [4]])), "edge_index: expected .* 0 to 3, found 4"),
        (lambda layer: layer(X, edge_index=torch.tensor([[-1], [0]])), "edge_index: expected .* 0 to 3, found -1"),
        (lambda layer: layer(X, edge_index=torch.ones(2, 3)), "edge_index: expected integers"),
        (lambda layer: layer(X, edge_index=torch.ones(3, 2).long()), "edge_index: expected integers"),
        (lambda layer: layer(X, edge_index=[[0, 0], [1, 1]]), "edge_index: expected each edge once, found 0 → 1"),
        (lambda layer: layer("nodes", ADJ), "X: expected numbers"),
        (lambda layer: layer([[1, 2], [3]], ADJ), "X: expected numbers"),
        (lambda layer: layer(X + 1j, ADJ), "X: expected real numbers"),
        (lambda layer: layer(X, "edges"), "adj: expected a tensor or an array of numbers"),
        (lambda layer: layer(X, ADJ.to_sparse()), "adj: expected a dense tensor"),
        (
            lambda layer: layer(Graph(("A",), np.ones((1, 2)), np.zeros((2, 0), int)), ADJ),
            "edges: expected none beside a Graph",
        ),
        (
            lambda layer: layer(Graph(("A",), np.zeros((1, 0)), np.zeros((2, 0), int))),
            "X: expected 2 features per node, .* found none",
        ),
        (lambda layer: layer(X.to("meta"), ADJ), "X: expected a tensor on cpu, as the layer is, found meta"),
    ],
)
@pytest.mark.parametrize("method", ["forward", "trace"])
def test_refusals_are_one_sentence(call: Callable[..., Any], message: str, method: str) -> None:
    layer = layer_of()
    with pytest.raises(GatvizError, match=message) as caught:
        call(layer if method == "forward" else layer.trace)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"in_features": 0}, "in_features"),
        ({"out_features": -1}, "out_features"),
        ({"num_heads": 0}, "num_heads"),
        ({"num_heads": 1.5}, "num_heads"),
        ({"dropout": 1.0}, "dropout"),
        ({"dropout": -0.1}, "dropout"),
        ({"feature_dropout": float("nan")}, "feature_dropout"),
        ({"negative_slope": float("nan")}, "negative_slope"),
        ({"activation": "selu"}, "activation"),
        ({"attention": "none"}, "attention"),
        ({"self_loops": "maybe"}, "self_loops"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], where: str) -> None:
    with pytest.raises(GatvizError) as caught:
        GATAttentionLayer(**{"in_features": 2, "out_features": 3, **settings})
    assert caught.value.where == where


# ---- small and empty graphs --------------------------------------------------------------------------------


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("nodes", [0, 1, 5])
def test_no_edges(nodes: int, concat: bool) -> None:
    layer = layer_of(concat=concat, bias=True)
    torch.nn.init.ones_(there(layer.bias))
    for edges in (torch.zeros(nodes, nodes), Edges.from_edge_index(torch.zeros(2, 0).long(), nodes)):
        x = torch.ones(nodes, 2, requires_grad=True)
        out = layer(x, edges)
        out.sum().backward()
        assert out.shape == (nodes, 12 if concat else 3)
        assert (out == 1).all()
        assert not there(x.grad).any()
        trace = layer.trace(x.detach(), edges)
        assert trace.alpha.shape == (0, 4)
        assert trace.h_prime.shape == (nodes, 4, 3)
        assert (trace.h_prime == 0).all()


def test_one_node_reading_itself_takes_in_its_own_features() -> None:
    trace = gat(layer_of().trace(torch.tensor([[1.0, 2.0]]), torch.ones(1, 1)))
    assert (trace.alpha == 1).all()
    np.testing.assert_array_equal(trace.h_prime, trace.Wh)


def test_a_node_that_reads_nobody_gets_zeros() -> None:
    adj = torch.tensor([[1, 1, 0], [0, 0, 0], [1, 0, 0]])
    trace = layer_of().trace(X[:3], adj)
    assert (trace.h_prime[1] == 0).all()
    assert np.isfinite(trace.out).all()
    assert trace.edges_into(1) == slice(2, 2)


# ---- joining heads, bias, residual, activation ------------------------------------------------------------------


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("activation", [None, "elu", "relu", "tanh"])
def test_what_follows_h_prime(concat: bool, activation: str | None) -> None:
    layer = layer_of(concat=concat, bias=True, residual=True, activation=activation).eval()
    width = 12 if concat else 3
    torch.nn.init.normal_(there(layer.bias))
    trace = layer.trace(X, ADJ)
    h = torch.tensor(trace.h_prime)
    combined = torch.cat([h[:, k] for k in range(4)], 1) if concat else (h[:, 0] + h[:, 1] + h[:, 2] + h[:, 3]) / 4
    residual = X @ there(layer.W_res).detach().T
    z = combined + residual + there(layer.bias).detach()
    sigma: Callable[[Tensor], Tensor] = {None: lambda v: v, "elu": F.elu, "relu": F.relu, "tanh": torch.tanh}[
        activation
    ]
    for found, expected in ((trace.combined, combined), (trace.residual, residual), (trace.out, sigma(z))):
        assert there(found).shape == (4, width)
        np.testing.assert_allclose(there(found), expected.detach().numpy(), atol=1e-6)
    assert layer.output_width == width
    assert torch.equal(layer(X, ADJ), torch.tensor(trace.out))


def test_without_residual_and_dropout_those_fields_are_none() -> None:
    trace = layer_of().trace(X, ADJ)
    assert trace.residual is None
    assert trace.dropout_mask is None
    assert trace.alpha_dropped is None


def test_forward_and_trace_give_the_same_numbers() -> None:
    for seed in range(30):
        case = random_case(seed, torch.float32)
        layer = case.layer(activation="elu")
        with torch.no_grad():
            assert torch.equal(layer(case.x, case.edges), torch.tensor(layer.trace(case.x, case.edges).out)), seed


def test_forward_writes_nothing_on_the_layer() -> None:
    layer = layer_of()
    before = dict(vars(layer))
    state = {name: value.clone() for name, value in layer.state_dict().items()}
    layer(X, ADJ)
    layer.trace(X, ADJ)
    assert dict(vars(layer)) == before
    assert all(torch.equal(value, state[name]) for name, value in layer.state_dict().items())


def test_self_loop_policies_of_a_layer() -> None:
    adj = torch.tensor([[0, 1, 0], [0, 1, 0], [1, 0, 0]])
    as_given, added, removed = (
        layer_of(self_loops=policy).trace(X[:3], adj) for policy in ("as_given", "add_missing", "remove")
    )
    assert as_given.edge_index.tolist() == [[1, 1, 0], [0, 1, 2]]
    assert added.edge_index.tolist() == [[0, 1, 1, 0, 2], [0, 0, 1, 2, 2]]
    assert added.added_loops.tolist() == [True, False, False, False, True]
    assert added.input_edge.tolist() == [-1, 0, 1, 2, -1]
    assert removed.edge_index.tolist() == [[1, 0], [0, 2]]
    assert removed.input_edge.tolist() == [0, 2]
    full = layer_of().trace(X[:3], adj | torch.eye(3).long())
    np.testing.assert_array_equal(added.out, full.out)


# ---- dropout and seeds ----------------------------------------------------------------------------------------


def test_dropout_keeps_alpha_and_shows_its_mask() -> None:
    layer = layer_of(dropout=0.5).train()
    trace = gat(layer.trace(X, ADJ, generator=new_generator(3)))
    mask, dropped = there(trace.dropout_mask), there(trace.alpha_dropped)
    quiet = layer.eval().trace(X, ADJ)
    np.testing.assert_array_equal(trace.alpha, quiet.alpha)
    assert mask.dtype == bool
    assert 0 < mask.sum() < mask.size
    np.testing.assert_allclose(dropped, trace.alpha * mask / 0.5)
    h_prime = np.zeros_like(trace.h_prime)
    source, target = trace.edge_index
    np.add.at(h_prime, target, dropped[:, :, None] * trace.Wh[source])
    np.testing.assert_allclose(trace.h_prime, h_prime, atol=1e-6)
    assert trace.dropout == 0.5
    assert quiet.dropout == 0
    assert quiet.alpha_dropped is None


def test_dropout_rate_over_many_edges() -> None:
    layer = GATAttentionLayer(1, 1, 8, dropout=0.3, generator=new_generator(0)).train()
    mask = layer.trace(torch.ones(100, 1), torch.ones(100, 100), generator=new_generator(1)).dropout_mask
    assert there(mask).mean() == pytest.approx(0.7, abs=0.01)  # 80,000 draws: a standard deviation is 0.0016


@pytest.mark.parametrize("kind", [GATAttentionLayer, GATv2AttentionLayer])
def test_feature_dropout_keeps_what_came_its_mask_and_what_was_read(
    kind: type[GATAttentionLayer] | type[GATv2AttentionLayer],
) -> None:
    layer = kind(2, 3, 2, feature_dropout=0.5, residual=True, generator=new_generator(0)).train()
    x = torch.arange(1.0, 9.0).view(4, 2)
    trace = layer.trace(x, ADJ, generator=new_generator(0))
    mask, dropped = there(trace.feature_mask), there(trace.x_dropped)
    assert 0 < mask.sum() < 8
    np.testing.assert_array_equal(trace.x, x)
    np.testing.assert_array_equal(dropped, 2 * x.numpy() * mask)
    np.testing.assert_array_equal(trace.x_read, dropped)
    W = trace.weights["W" if kind is GATAttentionLayer else "W_source"]
    np.testing.assert_allclose(trace.source_features, np.einsum("nf,hcf->nhc", dropped, W), atol=1e-5)
    np.testing.assert_allclose(there(trace.residual), dropped @ trace.weights["W_res"].T, atol=1e-5)
    names = [info.name for info in trace.fields]
    assert names[:3] == ["x", "feature_mask", "x_dropped"]
    evaluated = layer.eval().trace(x, ADJ)
    assert evaluated.feature_mask is None
    assert evaluated.x_dropped is None
    np.testing.assert_array_equal(evaluated.x_read, x)


def test_a_generator_decides_alone_and_leaves_the_global_seed_untouched() -> None:
    torch.manual_seed(11)
    state = torch.get_rng_state()
    layer = layer_of(dropout=0.4, feature_dropout=0.2, residual=True).train()
    first = layer(X, ADJ, generator=new_generator(5))
    assert torch.equal(layer(X, ADJ, generator=new_generator(5)), first)
    assert not torch.equal(layer(X, ADJ, generator=new_generator(6)), first)
    assert torch.equal(torch.get_rng_state(), state)
    same = layer_of(dropout=0.4, feature_dropout=0.2, residual=True)
    assert all(torch.equal(a, b) for a, b in zip(layer.parameters(), same.parameters(), strict=True))


def test_dropout_in_forward_and_trace_from_one_seed_is_the_same() -> None:
    layer = layer_of(dropout=0.4, feature_dropout=0.2).train()
    with torch.no_grad():
        out = layer(X, ADJ, generator=new_generator(5))
    np.testing.assert_array_equal(layer.trace(X, ADJ, generator=new_generator(5)).out, out)


# ---- weights ---------------------------------------------------------------------------------------------------


def test_weights_are_copies_by_the_names_of_the_formulas() -> None:
    layer = layer_of(bias=True, residual=True)
    weights = layer.weights()
    shapes = {name: value.shape for name, value in weights.items()}
    assert shapes == {
        "W": (4, 3, 2),
        "a_target": (4, 3),
        "a_source": (4, 3),
        "bias": (12,),
        "W_res": (12, 2),
    }
    weights["W"][:] = 0
    assert layer.weight.abs().min() > 0
    other = GATAttentionLayer(2, 3, 4, bias=True, residual=True)
    other.set_weights(**layer.weights())
    assert torch.equal(other(X, ADJ), layer(X, ADJ))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"w": np.zeros((4, 3, 2))}, "weights: expected one of W, a_target, a_source, found 'w'"),
        ({"W": np.zeros((4, 2, 3))}, r"weights, W: expected finite numbers of shape \[4, 3, 2\], found shape"),
        ({"a_target": np.full((4, 3), np.nan)}, r"weights, a_target, entry \[0, 0\]: .* found nan"),
        ({"a_target": np.full((4, 3), 1e300)}, r"weights, a_target, entry \[0, 0\]: .* found 1e\+300"),
        ({"a_source": [["x"] * 3] * 4}, "weights, a_source: expected finite numbers"),
        ({"bias": np.zeros(12)}, "weights: expected one of W, a_target, a_source, found 'bias'"),
    ],
)
def test_wrong_weights_are_refused_and_change_nothing(weights: dict[str, Any], message: str) -> None:
    layer = layer_of()
    before = layer.weights()
    with pytest.raises(GatvizError, match=message):
        layer.set_weights(**{"a_target": np.zeros((4, 3)), **weights})
    after = layer.weights()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_state_dict_copies_and_pickles_like_any_module(tmp_path: Path) -> None:
    layer = layer_of(bias=True, residual=True)
    torch.save(layer.state_dict(), tmp_path / "weights.pt")
    other = GATAttentionLayer(2, 3, 4, bias=True, residual=True)
    other.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    twin = copy.deepcopy(layer)
    assert torch.equal(other(X, ADJ), layer(X, ADJ))
    assert torch.equal(twin(X, ADJ), layer(X, ADJ))
    with torch.no_grad():
        twin.weight.zero_()
    assert layer.weight.abs().min() > 0


# ---- precision and devices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_everything_has_the_layers_precision(dtype: torch.dtype) -> None:
    layer = layer_of(bias=True, residual=True, dropout=0.5, activation="elu").to(dtype).train()
    trace = layer.trace(X.double(), ADJ)
    for info in trace.fields:
        array = getattr(trace, info.name)
        assert array.dtype == (bool if info.name == "dropout_mask" else np.dtype(str(dtype)[6:])), info.name


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layer_of(bias=True, residual=True, activation="elu", concat=False),
        lambda: SingleHeadGATLayer(2, 3),
        lambda: MultiHeadGATLayer(2, 3),
    ],
)
@pytest.mark.parametrize("train", [True, False])
def test_on_meta_tensors_nothing_is_made_on_the_cpu(layer: Callable[..., Any], train: bool) -> None:
    module = layer().to("meta").train(train)
    index = torch.zeros(2, 7, dtype=torch.long, device="meta")
    edges = Edges.from_edge_index(index, 5)
    for given in (edges, index):
        x = torch.empty(5, 2, device="meta", requires_grad=train)
        out = module(x, edge_index=given)
        assert out.is_meta
        assert out.shape == (5, module.output_width)
        if train:
            out.sum().backward()
            assert there(x.grad).is_meta
            assert all(parameter.grad.is_meta for parameter in module.parameters())


def test_dropout_on_meta_tensors() -> None:
    layer = layer_of(dropout=0.5, feature_dropout=0.5).to("meta").train()
    out = layer(torch.empty(5, 2, device="meta"), edge_index=torch.zeros(2, 7, dtype=torch.long, device="meta"))
    assert out.is_meta


@pytest.mark.parametrize("device", available_devices())
def test_every_device_gives_the_same(device: str) -> None:
    layer = layer_of().eval()
    expected = layer.trace(X, ADJ)
    found = layer.to(device).trace(X.to(device), ADJ)
    for name in ("raw", "e", "alpha", "h_prime", "out"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-5)


def test_devices_and_warm_up() -> None:
    assert available_devices()[0] == "cpu"
    state = torch.get_rng_state()
    warm_up()
    assert torch.equal(torch.get_rng_state(), state)


# ---- sparse X ------------------------------------------------------------------------------------------------


def test_sparse_features_give_the_same_output_trace_and_gradients() -> None:
    draw = new_generator(2)
    x = torch.randn(20, 9, generator=draw) * (torch.rand(20, 9, generator=draw) < 0.2)
    adj = torch.rand(20, 20, generator=draw) < 0.3
    layer = layer_of(9, residual=True, bias=True)
    dense, sparse = layer.trace(x, adj), layer.trace(x.to_sparse_csr(), adj)
    for info in dense.fields:
        np.testing.assert_allclose(getattr(sparse, info.name), getattr(dense, info.name), atol=1e-6)
    assert isinstance(sparse.x, np.ndarray)
    for form in (x, x.to_sparse_csr()):
        layer(form, adj).square().sum().backward()
    grads = [there(parameter.grad).clone() for parameter in layer.parameters()]
    layer.zero_grad()
    layer(x, adj).square().sum().backward()
    for twice, parameter in zip(grads, layer.parameters(), strict=True):
        assert error(twice, 2 * there(parameter.grad)) <= 1e-5


def test_the_slope_that_is_taken_unless_told_stands_in_one_place() -> None:
    """No other line of the house gives LeakyReLU's slope a number."""
    told = re.compile(rf"(?i)slope.*\b{NEGATIVE_SLOPE}\b")
    lines = [
        f"{path.name}: {line}"
        for path in sorted(Path(gatviz.__file__).parent.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if told.search(line)
    ]
    assert lines == [f"defaults.py: NEGATIVE_SLOPE = {NEGATIVE_SLOPE}"]


def test_dropped_features_of_a_sparse_x_are_drawn_alike_and_have_the_same_gradients() -> None:
    draw = new_generator(2)
    x = torch.randn(20, 9, generator=draw) * (torch.rand(20, 9, generator=draw) < 0.3)
    adj = torch.rand(20, 20, generator=draw) < 0.3
    layer = layer_of(9, feature_dropout=0.4).train()
    trace = layer.trace(x.to_sparse_csr(), adj, generator=new_generator(5))
    scaled = x.numpy() / 0.6
    dropped = there(trace.x_dropped)
    kept = np.asarray(dropped != 0)
    np.testing.assert_allclose(dropped, np.where(kept, scaled, 0), rtol=1e-6)
    assert 0.4 < kept.sum() / np.count_nonzero(x) < 0.8
    np.testing.assert_array_equal(trace.feature_mask | (x.numpy() == 0), kept | (x.numpy() == 0))
    out = layer(x.to_sparse_csr(), adj, generator=new_generator(5))
    np.testing.assert_allclose(out.detach().numpy(), trace.out, atol=1e-6)
    out.square().sum().backward()
    found = layer.weight.grad
    layer.weight.grad = None
    layer.eval()(torch.tensor(trace.x_dropped), adj).square().sum().backward()
    torch.testing.assert_close(found, layer.weight.grad)
