"""The arithmetic against references: a dense form, PyG's GATConv, finite differences, and itself by other kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call
from torch_geometric.nn.conv.gat_conv import GATConv

from gatviz import Edges
from gatviz.analysis.terms import softmax_terms
from gatviz.attention import blocks, fast
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.textbook import dense_head, pair_tensor
from tests.attention.cases import SLOPE, Case, dense_gat, error, gat, random_case, there

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
PLAIN = {"_FEW": 1 << 40}
FAST = {"_FEW": 0}
BLOCKS = {"_FEW": 0, "_ONE_BLOCK": 4, "_BLOCK": 8}
PLAIN_BLOCKS = {"_FEW": 1 << 40, "_ONE_BLOCK": 0, "_BLOCK": 1}
KERNELS = {"auto": {}, "plain": PLAIN, "fast": FAST, "blocks": BLOCKS, "tiny blocks": PLAIN_BLOCKS}


@pytest.fixture(params=[*KERNELS, *(f"{name}, runs of 2" for name in ("plain", "fast", "tiny blocks"))])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, runs = request.param.partition(", ")
    if runs:
        monkeypatch.setattr(blocks, "MAX_RUN", 2)
    for constant, value in KERNELS[name].items():
        assert hasattr(fast, constant)
        monkeypatch.setattr(fast, constant, value)


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Long sums are shared out among threads where there are some."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equals_the_dense_form_on_random_graphs(dtype: torch.dtype) -> None:
    for seed in range(40):
        case = random_case(seed, dtype)
        trace = case.layer().trace(case.x, case.edges)
        e, alpha, h_prime = dense_gat(case.x, case.adj, case.weight, case.a_target, case.a_source)
        for head in range(case.weight.shape[0]):
            assert error(torch.tensor(trace.dense("e", head)), e[head]) <= TOLERANCE[dtype], seed
            assert error(torch.tensor(trace.dense("alpha", head)), alpha[head]) <= TOLERANCE[dtype], seed
        assert error(torch.tensor(trace.h_prime), h_prime) <= TOLERANCE[dtype], seed
        assert error(case.layer()(case.x, case.edges), h_prime.flatten(1)) <= TOLERANCE[dtype], seed


def test_equals_the_textbook_module() -> None:
    for seed in range(100):
        case = random_case(seed)
        trace = gat(case.layer().trace(case.x, case.edges))
        for head, W in enumerate(case.weight.numpy()):
            a = torch.cat([case.a_target[head], case.a_source[head]]).numpy()
            dense = dense_head(case.x.numpy(), case.adj.numpy(), W, a, SLOPE)
            for found, expected in (
                (trace.Wh[:, head], dense.Wh),
                (trace.dense("e", head), dense.e),
                (trace.dense("alpha", head), dense.alpha),
                (trace.h_prime[:, head], dense.h_prime),
            ):
                np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def test_pair_tensor_of_the_tutorial() -> None:
    Wh = np.array([[1.0, 2], [3, 4], [5, 6]])
    pairs = pair_tensor(Wh)
    assert pairs.shape == (3, 3, 4)
    for i in range(3):
        for j in range(3):
            assert pairs[i, j].tolist() == [*Wh[i], *Wh[j]]
    # a = (1, 0, 0, 10) picks Wh_i[0] + 10·Wh_j[1]: 1 + 40 at (0, 1), 3 + 20 at (1, 0)
    raw = pairs @ np.array([1, 0, 0, 10])
    assert raw[0, 1] == 41
    assert raw[1, 0] == 23


def pyg_conv(case: Case) -> GATConv:
    H, C, F = case.weight.shape
    conv = GATConv(F, C, heads=H, add_self_loops=False, bias=False, negative_slope=SLOPE).to(case.x.dtype)
    with torch.no_grad():
        conv.lin.weight.copy_(case.weight.reshape(H * C, F))
        conv.att_dst[0].copy_(case.a_target)
        conv.att_src[0].copy_(case.a_source)
    return conv


def test_equals_pyg_on_hundreds_of_random_graphs() -> None:
    for seed in range(1000, 1250):
        case = random_case(seed, torch.float32, max_nodes=40)
        edges, layer, conv = case.edges, case.layer(), pyg_conv(case)
        with torch.no_grad():
            expected, (_, alpha) = conv(case.x, edges.edge_index, return_attention_weights=True)
            assert error(layer(case.x, edges), expected) <= 1e-5, seed
            assert error(torch.tensor(layer.trace(case.x, edges).alpha), alpha) <= 1e-5, seed


def gradients(run: Callable[..., Any], x: Tensor, parameters: list[Tensor]) -> tuple[Tensor, ...]:
    out = run(x)
    towards = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).view(out.shape)
    return torch.autograd.grad((out * towards).sum(), [x, *parameters], allow_unused=True, materialize_grads=True)


@pytest.mark.usefixtures("kernels")
def test_gradients_equal_pyg() -> None:
    for seed in range(2000, 2040):
        case = random_case(seed)
        edges, layer, conv = case.edges, case.layer(), pyg_conv(case)
        x = case.x.clone().requires_grad_()
        ours = gradients(lambda x, layer=layer, edges=edges: layer(x, edges), x, [layer.weight, layer.att])
        index = edges.edge_index
        theirs = gradients(
            lambda x, conv=conv, index=index: conv(x, index), x, [conv.lin.weight, conv.att_dst, conv.att_src]
        )
        assert error(ours[0], theirs[0]) <= 1e-10, seed
        assert error(ours[1], theirs[1]) <= 1e-10, seed
        assert error(ours[2], torch.stack([theirs[2][0], theirs[3][0]], 1)) <= 1e-10, seed


def test_gradients_equal_the_dense_form() -> None:
    for seed in range(40):
        case = random_case(seed)
        edges, layer = case.edges, case.layer()
        x = case.x.clone().requires_grad_()
        ours = gradients(lambda x, layer=layer, edges=edges: layer(x, edges), x, [layer.weight, layer.att])
        own = [value.clone().requires_grad_() for value in (case.weight, case.a_target, case.a_source)]
        theirs = gradients(lambda x, case=case, own=own: dense_gat(x, case.adj, *own)[2].flatten(1), x, own)
        assert error(ours[0], theirs[0]) <= 1e-10, seed
        assert error(ours[1].view_as(theirs[1]), theirs[1]) <= 1e-10, seed
        assert error(ours[2], torch.stack(theirs[2:], 1)) <= 1e-10, seed


def small_problem(features: int, **settings: bool) -> tuple[GATAttentionLayer, Edges, Tensor, dict[str, Tensor]]:
    adj = torch.tensor([[1, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]], dtype=torch.bool)
    layer = GATAttentionLayer(2, features, 2, activation="elu", **settings).double()
    draw = torch.Generator().manual_seed(1)
    parameters = {
        name: torch.randn(value.shape, generator=draw, dtype=torch.float64).requires_grad_()
        for name, value in layer.named_parameters()
    }
    x = torch.randn(4, 2, generator=draw, dtype=torch.float64).requires_grad_()
    return layer, Edges.from_adjacency(adj), x, parameters


def check_derivatives(features: int, **settings: bool) -> None:
    layer, edges, x, parameters = small_problem(features, **settings)
    names = list(parameters)

    def run(x: Tensor, *values: Tensor) -> Tensor:
        out: Tensor = functional_call(layer, dict(zip(names, values, strict=True)), (x, edges))
        return out

    assert gradcheck(run, (x, *parameters.values()))
    assert gradgradcheck(run, (x, *parameters.values()))


@pytest.mark.usefixtures("kernels")
def test_first_and_second_derivatives_by_finite_differences() -> None:
    check_derivatives(2)


def test_so_with_a_bias_and_a_residual() -> None:
    """What is added after the kernels does not depend on them."""
    check_derivatives(3, bias=True, residual=True)


@pytest.mark.usefixtures("two_threads")
def test_the_ways_to_the_same_sums_agree_on_a_larger_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = torch.Generator().manual_seed(5)
    adj = torch.rand(300, 300, generator=draw) < torch.rand(300, 1, generator=draw) ** 4
    edges = Edges.from_adjacency(adj)
    x = torch.randn(300, 7, generator=draw)
    layer = GATAttentionLayer(7, 5, 3, generator=draw).eval()
    results = []
    for setting in (PLAIN, FAST, {"_ONE_BLOCK": 0, "_BLOCK": 500}):
        with monkeypatch.context() as patch:
            for name, value in setting.items():
                patch.setattr(fast, name, value)
            results.append(layer.trace(x, edges))
    for other in results[1:]:
        for name in ("raw", "e", "alpha", "h_prime", "out"):
            np.testing.assert_allclose(getattr(other, name), getattr(results[0], name), rtol=1e-4, atol=2e-6)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_huge_logits_stay_finite(size: float) -> None:
    case = random_case(3, torch.float32)
    for dtype in (torch.float32, torch.float64):
        edges = Edges.from_adjacency(torch.ones(6, 6))
        layer = GATAttentionLayer(1, 1, 2).to(dtype)
        layer.set_weights(W=np.ones((2, 1, 1)), a_target=np.full((2, 1), size), a_source=np.full((2, 1), size))
        x = torch.linspace(-1, 1, 6, dtype=dtype).view(6, 1).requires_grad_()
        out = layer(x, edges)
        out.sum().backward()
        trace = gat(layer.trace(x.detach(), edges))
        assert np.abs(trace.raw).max() == pytest.approx(2 * abs(size))
        assert np.isfinite(trace.alpha).all()
        assert out.isfinite().all()
        assert there(x.grad).isfinite().all()
        np.testing.assert_allclose(trace.alpha.reshape(6, 6, 2).sum(1), 1, atol=1e-6)
    assert case.layer()(case.x, case.edges).isfinite().all()


def test_a_far_smaller_segment_does_not_underflow() -> None:
    """Each target's own maximum is subtracted: with the graph's maximum, node 1's shares would be 0 / 0."""
    edges = Edges.from_adjacency(torch.tensor([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]))
    layer = GATAttentionLayer(1, 1)
    layer.set_weights(W=np.ones((1, 1, 1)), a_target=np.zeros((1, 1)), a_source=np.ones((1, 1)))
    alpha = layer.trace(torch.tensor([[1e4], [1e4], [-1e4], [-1e4]]), edges).alpha
    np.testing.assert_allclose(alpha, 0.5)


@pytest.mark.usefixtures("kernels")
def test_rows_sum_to_one() -> None:
    for seed in range(50):
        case = random_case(seed, torch.float32, max_nodes=30)
        trace = case.layer().trace(case.x, case.edges)
        sums = np.zeros((trace.num_nodes, trace.num_heads))
        np.add.at(sums, trace.edge_index[1], trace.alpha)
        reads = case.adj.any(1).numpy()
        np.testing.assert_allclose(sums[reads], 1, atol=1e-6)
        assert (sums[~reads] == 0).all()
        assert (trace.h_prime[~reads] == 0).all()
        assert np.isfinite(trace.out).all()


def test_renaming_the_nodes_renames_the_result() -> None:
    for seed in range(50):
        case = random_case(seed)
        order = torch.randperm(case.x.shape[0], generator=torch.Generator().manual_seed(seed))
        moved = Case(case.x[order], case.adj[order][:, order], case.weight, case.a_target, case.a_source)
        before, after = case.layer()(case.x, case.edges), case.layer()(moved.x, moved.edges)
        assert error(after, before[order]) <= 1e-12, seed


def test_without_a_source_half_attention_is_uniform() -> None:
    for seed in range(30):
        case = random_case(seed)
        layer = case.layer()
        layer.set_weights(a_source=np.zeros(case.a_source.shape))
        trace = layer.trace(case.x, case.edges)
        degree = case.adj.sum(1).numpy()
        np.testing.assert_allclose(
            trace.alpha, np.broadcast_to(1 / degree[trace.edge_index[1]][:, None], trace.alpha.shape)
        )


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("form", ["adj", "edge_index", "edges"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_hand_case_tells_the_halves_of_a_apart(form: str, dtype: torch.dtype) -> None:
    """x = (1, 2), W = 1, a_target = 0, a_source = 1; node 0 reads {0, 1}, node 1 reads {1}.

    Node 0: e = (1, 2), α = (1, exp 1) / (1 + exp 1) = (0.2689, 0.7311). Swapped halves would give (0.5, 0.5).
    """
    layer = GATAttentionLayer(1, 1).to(dtype)
    layer.set_weights(W=np.ones((1, 1, 1)), a_target=np.zeros((1, 1)), a_source=np.ones((1, 1)))
    x = torch.tensor([[1.0], [2.0]], dtype=dtype)
    given: dict[str, dict[str, Any]] = {
        "adj": {"adj": torch.tensor([[1.0, 1.0], [0.0, 1.0]])},
        "edge_index": {"edge_index": torch.tensor([[0, 1, 1], [0, 0, 1]])},
        "edges": {"adj": Edges.from_edge_index(torch.tensor([[1, 1, 0], [1, 0, 0]]), 2)},
    }
    trace = layer.trace(x, **given[form])
    np.testing.assert_allclose(trace.dense("alpha", 0), np.array([[0.268941, 0.731059], [0, 1]]), atol=1e-6)
    np.testing.assert_allclose(trace.out[:, 0], [0.268941 + 2 * 0.731059, 2], atol=1e-5)
    assert trace.out.dtype == trace.alpha.dtype == np.dtype(str(dtype).removeprefix("torch."))


# ---- long sums ------------------------------------------------------------------------------------------------


def hub(degree: int, alike: bool, dtype: torch.dtype) -> tuple[Tensor, Edges]:
    """Node 0 reads so many nodes, all alike or all different; each other one reads what is before it."""
    count = degree + 1
    draw = torch.Generator().manual_seed(degree)
    x = torch.full((count, 3), 0.7) if alike else torch.randn(count, 3, generator=draw)
    others = torch.arange(1, count)
    edges = torch.stack([torch.cat([others, others - 1]), torch.cat([torch.zeros_like(others), others])])
    return x.to(dtype), Edges.from_edge_index(edges, count)


@pytest.mark.parametrize("kind", [GATAttentionLayer, GATv2AttentionLayer])
@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("degree", [1, 47, 48, 49, 97, 1_025, 100_000])
def test_single_precision_is_right_to_six_digits_however_many_a_node_reads(
    kind: type[GATAttentionLayer] | type[GATv2AttentionLayer], alike: bool, degree: int
) -> None:
    """Added one after another, 10⁵ equal shares give 1.0006 and not 1."""
    single = kind(3, 4, 2, concat=False, generator=torch.Generator().manual_seed(1)).eval()
    double = kind(3, 4, 2, concat=False, generator=torch.Generator().manual_seed(1)).double().eval()
    double.load_state_dict(single.state_dict())
    x, edges = hub(degree, alike, torch.float32)
    found, exact = single.trace(x, edges), double.trace(x.double(), edges)
    into_hub = slice(0, degree)
    near = 1e-6 * np.abs(exact.source_features).max()
    for name in ("h_prime", "out"):
        np.testing.assert_allclose(getattr(found, name), getattr(exact, name), rtol=0, atol=near)
    shares = found.alpha[into_hub].astype(np.float64)
    np.testing.assert_allclose(shares.sum(0), 1, atol=1e-6)
    np.testing.assert_allclose(shares, exact.alpha[into_hub], rtol=2e-6)
    below, exactly = softmax_terms(found).denominators[0], softmax_terms(exact).denominators[0]
    np.testing.assert_allclose(below, exactly, rtol=2e-6)
    learning = single(x.requires_grad_(), edges)
    np.testing.assert_allclose(learning.detach(), found.out, rtol=0, atol=1e-6 * np.abs(found.out).max())


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("degree", [49, 20_000])
def test_gradients_through_a_hub_are_as_exact(degree: int) -> None:
    grads = []
    for dtype in (torch.float32, torch.float64):
        layer = GATAttentionLayer(3, 4, 2, generator=torch.Generator().manual_seed(1)).to(dtype)
        x, edges = hub(degree, alike=False, dtype=torch.float32)
        out = layer(x.to(dtype), edges)
        out[0].square().sum().backward()
        grads.append((layer.weight.grad, layer.att.grad))
    for single, double in zip(*grads, strict=True):
        assert error(single.double(), double) <= 1e-5 * float(double.abs().max())
