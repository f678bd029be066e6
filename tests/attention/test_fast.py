"""The fast arithmetic against the plain one: same functions, same signatures, same numbers and gradients."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from gatviz import Edges
from gatviz.attention import arithmetic, blocks, fast, gat, gatv2, layers
from gatviz.attention.blocks import Block
from gatviz.attention.gat import GATAttentionLayer
from gatviz.attention.gatv2 import GATv2AttentionLayer
from gatviz.attention.layers import AttentionLayer
from tests.attention.cases import error

PRECISIONS = {torch.float32: 2e-5, torch.float64: 1e-12}
KINDS: list[tuple[type[AttentionLayer], dict[str, bool]]] = [
    (GATAttentionLayer, {}),
    (GATAttentionLayer, {"edge_in_message": True}),
    (GATv2AttentionLayer, {}),
]
WAYS = {
    "as it is": {},
    "small kernels": {"_FEW": 1 << 40},
    "large kernels": {"_FEW": 0, "_VERY_FEW": 0},
    "blocks": {"_FEW": 0, "_ONE_BLOCK": 4, "_BLOCK": 8},
    "blocks of a target": {"_FEW": 1 << 40, "_ONE_BLOCK": 0, "_BLOCK": 1},
}


def functions(module: object) -> dict[str, Callable[..., object]]:
    """What a module offers."""
    return {name: value for name, value in vars(module).items() if isinstance(value, FunctionType) and name[0] != "_"}


@contextmanager
def going(way: str, longest_run: int) -> Iterator[None]:
    """The fast arithmetic by one of its ways, and with sums cut into runs of so many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "MAX_RUN", longest_run)
        for name, value in WAYS[way].items():
            patch.setattr(fast, name, value)
        yield


graphs = st.builds(
    lambda nodes, density, seed: torch.rand(nodes, nodes, generator=torch.Generator().manual_seed(seed)) < density,
    st.integers(1, 9),
    st.floats(0, 1),
    st.integers(0, 2**31),
)
ways = st.tuples(st.sampled_from(list(WAYS)), st.sampled_from([2, 32]))
sizes = st.tuples(st.integers(1, 4), st.integers(1, 4))


def test_both_offer_the_same_functions_with_the_same_signatures() -> None:
    plain, quick = functions(arithmetic), functions(fast)
    assert plain.keys() == quick.keys()
    for name, function in plain.items():
        assert inspect.signature(function) == inspect.signature(quick[name]), name


@pytest.mark.parametrize("function", functions(arithmetic).values(), ids=lambda function: function.__name__)
def test_each_formula_is_plain(function: FunctionType) -> None:
    """About ten lines, and no words that only speed needs."""
    body = inspect.getsource(function).partition('"""')[2].partition('"""')[2]
    assert len(body.strip().splitlines()) <= 10


def numbers(
    module: ModuleType, edges: Block, draw: torch.Generator, heads: int, width: int, dtype: torch.dtype, gradient: bool
) -> dict[str, tuple[Tensor, Tensor, Tensor] | tuple[Tensor]]:
    """What every formula gives for the same random numbers, and with `gradient` how each depends on them."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw, dtype=torch.float64).to(dtype).requires_grad_(gradient)

    N, E = edges.num_nodes, edges.num_edges
    x, weight, bias = normal(N, 3), normal(heads * width, 3), normal(heads * width)
    Wh, Wh_source, att = normal(N, heads, width), normal(N, heads, width), normal(heads, 2, width)
    scores, e, shares = normal(N, 2, heads), normal(E, heads), normal(E, heads)
    Wf, att_edge = normal(E, heads, width), normal(heads, width)

    def score(part: Block) -> tuple[Tensor, ...]:
        raw = module.raw_scores(scores, part)
        return raw, F.leaky_relu(raw, 0.2)

    given_each = {
        "project": (x, weight, bias),
        "split_scores": (Wh, att),
        "raw_scores": (scores,),
        "edge_scores": (Wf, att_edge),
        "hidden_features": (Wh, Wh_source),
        "softmax_over_sources": (e,),
        "equal_shares": (),
        "attend": (scores,),
        "aggregate": (shares, Wh),
    }
    found = {
        "project": (module.project(x, weight, heads, bias),),
        "split_scores": (module.split_scores(Wh, att),),
        "raw_scores": (module.raw_scores(scores, edges),),
        "edge_scores": (module.edge_scores(Wf, att_edge),),
        "hidden_features": (module.hidden_features(Wh, Wh_source, 0.2, edges),),
        "softmax_over_sources": (module.softmax_over_sources(e, edges),),
        "equal_shares": (module.equal_shares(e, edges),),
        "attend": module.attend(score, edges, keep=2, values_per_edge=heads),
        "aggregate": (module.aggregate(shares, Wh, edges),),
    }
    assert found.keys() == functions(arithmetic).keys()
    if gradient:
        for name, results in list(found.items()):
            towards = sum(
                (result * torch.linspace(-1, 1, result.numel()).view(result.shape)).sum() for result in results
            )
            assert isinstance(towards, Tensor)
            assert towards.requires_grad == bool(given_each[name]), name
            if given_each[name]:
                found[name] += torch.autograd.grad(towards, given_each[name])
    return found


@pytest.mark.parametrize("gradient", [False, True], ids=["without gradient", "with gradient"])
@pytest.mark.parametrize("dtype", PRECISIONS)
@settings(max_examples=60, deadline=None)
@given(graphs, sizes, ways, st.integers(0, 2**31))
def test_every_formula_gives_the_same_numbers_and_gradients(
    dtype: torch.dtype, gradient: bool, adj: Tensor, size: tuple[int, int], way: tuple[str, int], seed: int
) -> None:
    with going(*way), torch.set_grad_enabled(gradient):
        edges = Edges.from_adjacency(adj).whole
        plain, quick = (
            numbers(module, edges, torch.Generator().manual_seed(seed), *size, dtype, gradient)
            for module in (arithmetic, fast)
        )
    for name, expected in plain.items():
        for ours, theirs in zip(quick[name], expected, strict=True):
            assert error(ours, theirs) <= PRECISIONS[dtype], name


@settings(max_examples=40, deadline=None)
@given(graphs, sizes, ways, st.booleans(), st.sampled_from(KINDS), st.sampled_from([0, 3]))
def test_a_layer_runs_on_either(
    adj: Tensor,
    size: tuple[int, int],
    way: tuple[str, int],
    gradient: bool,
    kind: tuple[type[GATAttentionLayer], dict[str, bool]],
    edge_features: int,
) -> None:
    heads, width = size
    made, own = kind
    own = own if edge_features else {}
    settings: dict[str, Any] = {"bias": True, "residual": True, "edge_features": edge_features, **own}
    layer = made(2, width, heads, **settings, generator=torch.Generator().manual_seed(heads)).double()
    x = torch.linspace(-2, 2, 2 * len(adj), dtype=torch.float64).view(-1, 2)
    count = int((torch.as_tensor(adj) != 0).sum())
    f = torch.linspace(-1, 1, count * edge_features, dtype=torch.float64).view(count, edge_features)
    edges = Edges.from_adjacency(adj, features=f)
    with going(*way), torch.set_grad_enabled(gradient):
        quick, of_quick = layer(x, edges), layer.trace(x, edges)
    with pytest.MonkeyPatch.context() as patch:
        for module in (layers, gat, gatv2):
            patch.setattr(module, "formulas", arithmetic)
        plain, of_plain = layer(x, edges), layer.trace(x, edges)
    assert error(quick, plain) <= 1e-12
    for info in of_plain.fields:
        np.testing.assert_allclose(getattr(of_quick, info.name), getattr(of_plain, info.name), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("nodes", [0, 1, 3])
def test_a_graph_without_edges_takes_in_nothing(nodes: int) -> None:
    edges = Edges.from_edge_index(torch.empty(2, 0, dtype=torch.long), nodes).whole
    for module in (arithmetic, fast):
        assert module.softmax_over_sources(torch.empty(0, 2), edges).shape == (0, 2)
        assert module.aggregate(torch.empty(0, 2), torch.ones(nodes, 2, 3), edges).tolist() == [[[0.0] * 3] * 2] * nodes
