"""The tutorial's three layers: its shapes, its draws, its parameter names, and code written for them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz import GATLayer, GatvizError, MultiHeadGATLayer, SingleHeadGATLayer
from gatviz.attention.layers import new_generator
from tests.attention.cases import error, gat, there

X = torch.tensor([[1.0, 0], [0, 1], [1, 1], [0, 0]])
ADJ = torch.tensor([[1, 1, 0, 1], [1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1]], dtype=torch.float)


class DenseHead(nn.Module):
    """A head in plain torch with the tutorial's parameters, drawn in its order: first W, then a."""

    def __init__(self, in_features: int, out_features: int, slope: float = 0.2) -> None:
        super().__init__()
        self.slope = slope
        self.W = nn.Linear(in_features, out_features, bias=False)
        self.a = nn.Parameter(torch.empty(2 * out_features, 1))
        nn.init.xavier_uniform_(self.a, gain=1.414)

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        Wh = self.W(X)
        N = X.shape[0]
        pairs = torch.cat([Wh.unsqueeze(1).expand(N, N, -1), Wh.unsqueeze(0).expand(N, N, -1)], dim=2)
        e = F.leaky_relu((pairs @ self.a).squeeze(2), self.slope)
        out: Tensor = torch.softmax(e.masked_fill(adj == 0, -torch.inf), dim=1) @ Wh
        return out


class DenseHeads(nn.Module):
    def __init__(self, in_features: int, out_features: int, num_heads: int, concat: bool) -> None:
        super().__init__()
        self.concat = concat
        self.heads = nn.ModuleList(DenseHead(in_features, out_features) for _ in range(num_heads))

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        results = [head(X, adj) for head in self.heads]
        return F.elu(torch.cat(results, 1) if self.concat else torch.stack(results).mean(0))


class Stack(nn.Module):
    """Layers inside a module, as user code nests them."""

    def __init__(self, first: nn.Module, last: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({"first": first, "last": last})
        self.readout = nn.Linear(3, 2)

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        out: Tensor = self.readout(self.layers["last"](self.layers["first"](X, adj), adj))
        return out


def our_stack() -> Stack:
    return Stack(MultiHeadGATLayer(2, 3, 4), GATLayer(12, 3))


# ---- shapes and draws -----------------------------------------------------------------------------------------


def test_shapes_of_the_tutorial() -> None:
    assert SingleHeadGATLayer(2, 4)(X, ADJ).shape == (4, 4)
    assert GATLayer(2, 4)(X, ADJ).shape == (4, 4)
    assert MultiHeadGATLayer(2, 3, num_heads=4)(X, ADJ).shape == (4, 12)
    assert MultiHeadGATLayer(2, 3, num_heads=4, concat=False)(X, ADJ).shape == (4, 3)


@pytest.mark.parametrize("seed", [0, 1, 42, 175])
def test_a_fresh_layer_under_a_global_seed_gives_the_tutorials_numbers(seed: int) -> None:
    torch.manual_seed(seed)
    ours = SingleHeadGATLayer(2, 4)
    torch.manual_seed(seed)
    theirs = DenseHead(2, 4)
    assert torch.equal(ours.W.weight, theirs.W.weight)
    assert torch.equal(ours.a, theirs.a)
    assert error(ours(X, ADJ), theirs(X, ADJ)) <= 1e-6
    torch.manual_seed(seed)
    assert error(GATLayer(2, 4)(X, ADJ), F.elu(theirs(X, ADJ))) <= 1e-6
    for concat in (True, False):
        torch.manual_seed(seed)
        heads = MultiHeadGATLayer(2, 3, 4, concat=concat)
        after = torch.rand(1)
        torch.manual_seed(seed)
        dense = DenseHeads(2, 3, 4, concat)
        assert torch.equal(after, torch.rand(1))
        assert all(torch.equal(value, dense.state_dict()[name]) for name, value in heads.state_dict().items())
        assert error(heads(X, ADJ), dense(X, ADJ)) <= 1e-6


def test_golden_numbers_of_seed_175() -> None:
    """Head 0 of four heads 2 → 3, to two digits as they were worked out apart from this code."""
    torch.manual_seed(175)
    trace = gat(MultiHeadGATLayer(2, 3, 4).eval().trace(X, ADJ))
    Wh: Any = [[-0.23, -0.57, 0.39], [0.64, -0.54, 0.30], [0.40, -1.11, 0.69], [0, 0, 0]]
    e = [[-0.10, -0.22, -0.39, 0.37], [0.24, -0.07, -0.24, 1.12], [0.60, 0.03, -0.17, 1.48], [-0.18, -0.29, -0.47, 0]]
    alpha = [[0.29, 0.26, 0, 0.46], [0.42, 0.31, 0.26, 0], [0, 0.16, 0.13, 0.70], [0.34, 0, 0.25, 0.41]]
    np.testing.assert_allclose(trace.Wh[:, 0], Wh, atol=0.0051)
    np.testing.assert_allclose(trace.dense("e", 0), e, atol=0.0051)
    np.testing.assert_allclose(trace.dense("alpha", 0), alpha, atol=0.0051)


def test_a_generator_draws_what_the_global_seed_would() -> None:
    torch.manual_seed(9)
    expected = MultiHeadGATLayer(2, 3, 4).state_dict()
    state = torch.get_rng_state()
    found = MultiHeadGATLayer(2, 3, 4, generator=new_generator(9)).state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_slope_under_both_names() -> None:
    torch.manual_seed(0)
    by_alpha = SingleHeadGATLayer(2, 4, alpha=0.5)
    torch.manual_seed(0)
    dense = DenseHead(2, 4, slope=0.5)
    assert by_alpha.negative_slope == 0.5
    assert error(by_alpha(X, ADJ), dense(X, ADJ)) <= 1e-6
    assert SingleHeadGATLayer(2, 4, 0.0, 0.5).negative_slope == 0.5
    assert MultiHeadGATLayer(2, 4, negative_slope=0.3, alpha=0.3).negative_slope == 0.3
    with pytest.raises(GatvizError, match=r"alpha: expected the slope under one name, found alpha=0\.5"):
        GATLayer(2, 4, negative_slope=0.3, alpha=0.5)


def test_dropout_and_slope_by_position_as_the_tutorial_passes_them() -> None:
    layer = MultiHeadGATLayer(2, 3, 4, 0.6, 0.1, False)
    assert (layer.num_heads, layer.dropout, layer.negative_slope, layer.concat) == (4, 0.6, 0.1, False)
    single = SingleHeadGATLayer(2, 4, 0.6, 0.1)
    assert (single.dropout, single.negative_slope) == (0.6, 0.1)


# ---- state dicts ------------------------------------------------------------------------------------------------


def test_state_dict_speaks_the_tutorials_names_in_its_order() -> None:
    assert [(name, tuple(v.shape)) for name, v in SingleHeadGATLayer(2, 4).state_dict().items()] == [
        ("a", (8, 1)),
        ("W.weight", (4, 2)),
    ]
    shapes = {name: tuple(value.shape) for name, value in MultiHeadGATLayer(2, 3, 2).state_dict().items()}
    assert shapes == {
        "heads.0.W.weight": (3, 2),
        "heads.0.a": (6, 1),
        "heads.1.W.weight": (3, 2),
        "heads.1.a": (6, 1),
    }


def test_weights_written_by_the_tutorials_classes_load_and_the_other_way_round() -> None:
    dense = Stack(DenseHeads(2, 3, 4, concat=True), DenseHead(12, 3))
    ours = Stack(MultiHeadGATLayer(2, 3, 4), SingleHeadGATLayer(12, 3))
    assert ours.state_dict().keys() == dense.state_dict().keys()
    result = ours.load_state_dict(dense.state_dict())
    assert (result.missing_keys, result.unexpected_keys) == ([], [])
    assert error(ours(X, ADJ), dense(X, ADJ)) <= 1e-6
    dense_again = Stack(DenseHeads(2, 3, 4, concat=True), DenseHead(12, 3))
    dense_again.load_state_dict(ours.state_dict())
    assert torch.equal(dense_again(X, ADJ), dense(X, ADJ))


def test_saved_state_survives_a_file(tmp_path: Path) -> None:
    stack, other = our_stack(), our_stack()
    torch.save(stack.state_dict(), tmp_path / "w.pt")
    other.load_state_dict(torch.load(tmp_path / "w.pt", weights_only=True))
    assert torch.equal(other(X, ADJ), stack(X, ADJ))


def test_a_state_dict_shares_memory_and_a_loaded_one_does_not() -> None:
    layer, other = MultiHeadGATLayer(2, 3, 2), MultiHeadGATLayer(2, 3, 2)
    state = layer.state_dict()
    other.load_state_dict(state)
    state["heads.1.a"].zero_()
    assert (layer.heads[1].a == 0).all()
    assert not (other.heads[1].a == 0).any()


def test_strict_loading_names_what_is_missing_unexpected_or_misshapen() -> None:
    stack = our_stack()
    state = stack.state_dict()
    del state["layers.first.heads.2.a"]
    state["layers.first.heads.9.a"] = torch.zeros(6, 1)
    state["layers.last.weight"] = torch.zeros(3, 12)
    with pytest.raises(RuntimeError) as caught:
        our_stack().load_state_dict(state)
    message = str(caught.value)
    assert 'Missing key(s) in state_dict: "layers.first.heads.2.a"' in message
    assert '"layers.first.heads.9.a"' in message
    assert '"layers.last.weight"' in message
    result = our_stack().load_state_dict(state, strict=False)
    assert result.missing_keys == ["layers.first.heads.2.a"]
    assert sorted(result.unexpected_keys) == ["layers.first.heads.9.a", "layers.last.weight"]
    wrong = {**stack.state_dict(), "layers.last.W.weight": torch.zeros(12, 3)}
    with pytest.raises(RuntimeError, match=r"layers\.last\.W\.weight.*\[3, 12\].*\[12, 3\]"):
        our_stack().load_state_dict(wrong)


def test_loading_without_strict_keeps_what_is_not_given() -> None:
    layer = MultiHeadGATLayer(2, 3, 2)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    layer.load_state_dict({"heads.1.a": torch.ones(6, 1)}, strict=False)
    after = layer.state_dict()
    assert (after["heads.1.a"] == 1).all()
    assert all(torch.equal(after[name], before[name]) for name in before if name != "heads.1.a")


def test_loading_another_precision_converts() -> None:
    single, double = SingleHeadGATLayer(2, 3), SingleHeadGATLayer(2, 3).double()
    single.load_state_dict(double.state_dict())
    assert single.W.weight.dtype == torch.float32
    assert torch.equal(single.W.weight, double.W.weight.float())


def test_loading_keeps_the_parameters_an_optimizer_holds() -> None:
    layer = MultiHeadGATLayer(2, 3, 2)
    held = list(layer.parameters())
    layer.load_state_dict(MultiHeadGATLayer(2, 3, 2).state_dict())
    assert all(a is b for a, b in zip(held, layer.parameters(), strict=True))


def test_a_subclass_with_modules_of_its_own_loads_strictly() -> None:
    class Own(SingleHeadGATLayer):
        def __init__(self) -> None:
            super().__init__(2, 3)
            self.extra = nn.Linear(3, 1)

    one, other = Own(), Own()
    assert set(one.state_dict()) == {"W.weight", "a", "extra.weight", "extra.bias"}
    other.load_state_dict(one.state_dict())
    assert torch.equal(other.extra(other(X, ADJ)), one.extra(one(X, ADJ)))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_stand_alone(copied: Callable[..., Any]) -> None:
    stack = our_stack()
    twin = copied(stack)
    expected = stack(X, ADJ)
    assert torch.equal(twin(X, ADJ), expected)
    with torch.no_grad():
        twin.layers["last"].W.weight.zero_()
        twin.layers["first"].heads[0].a.zero_()
    assert torch.equal(stack(X, ADJ), expected)
    assert (twin.layers["last"](torch.ones(4, 12), ADJ) == 0).all()


# ---- code that reaches for the parameters -------------------------------------------------------------------


def test_writing_through_the_tutorials_names_changes_the_layer() -> None:
    layer = SingleHeadGATLayer(2, 3)
    before = layer(X, ADJ).detach()
    with torch.no_grad():
        layer.W.weight.fill_(0.5)
        layer.a[3:] = 0
    layer.a.data[:3] = 0
    assert (layer.state_dict()["W.weight"] == 0.5).all()
    trace = layer.trace(X, ADJ)
    np.testing.assert_allclose(trace.alpha, 1 / 3)
    assert not np.allclose(trace.out, before)
    nn.init.xavier_uniform_(layer.a)
    assert not (layer.trace(X, ADJ).alpha == 1 / 3).all()


def test_assigning_to_the_tutorials_names_changes_the_layer() -> None:
    dense = DenseHead(2, 3)
    layer = SingleHeadGATLayer(2, 3)
    layer.W.weight = dense.W.weight
    setattr(layer, "a", dense.a)  # noqa: B010 - as a person's own code assigns it; mypy knows it as read-only
    assert error(layer(X, ADJ), dense(X, ADJ)) <= 1e-6
    layer = SingleHeadGATLayer(2, 3)
    for name in ("W", "a"):
        setattr(layer, name, getattr(dense, name))
    assert error(layer(X, ADJ), dense(X, ADJ)) <= 1e-6
    assert error(layer.W(X), dense.W(X)) <= 1e-6
    with pytest.raises(GatvizError, match=r"a: expected a tensor of shape \[6, 1\], found shape \[4, 1\]"):
        setattr(layer, "a", torch.zeros(4, 1))  # noqa: B010 - as above


def test_heads_are_layers_on_the_same_memory() -> None:
    layer = MultiHeadGATLayer(2, 3, 4).eval()
    with torch.no_grad():
        layer.heads[2].W.weight.zero_()
    layer.heads[1].a.data.zero_()
    trace = gat(layer.trace(X, ADJ))
    assert (trace.Wh[:, 2] == 0).all()
    np.testing.assert_allclose(trace.alpha[:, 1], 1 / 3, rtol=1e-6)
    assert (trace.Wh[:3, 3] != 0).all()
    joined = F.elu(torch.cat([head(X, ADJ) for head in layer.heads], dim=1))
    assert error(joined, layer(X, ADJ)) <= 1e-6
    assert len(layer.heads) == 4


def test_gradients_under_the_tutorials_names() -> None:
    torch.manual_seed(4)
    ours = MultiHeadGATLayer(2, 3, 4)
    torch.manual_seed(4)
    dense = DenseHeads(2, 3, 4, concat=True)
    assert ours.heads[0].W.weight.grad is None
    for module in (ours, dense):
        module(X, ADJ).square().sum().backward()
    for our_head, head in zip(ours.heads, dense.heads, strict=True):
        assert error(there(our_head.W.weight.grad), there(head.get_parameter("W.weight").grad)) <= 1e-5
        assert error(there(our_head.a.grad), there(head.get_parameter("a").grad)) <= 1e-5


def test_training_goes_the_same_way_as_the_tutorials() -> None:
    torch.manual_seed(4)
    ours = our_stack()
    torch.manual_seed(4)
    dense = Stack(DenseHeads(2, 3, 4, concat=True), DenseHead(12, 3))
    dense.readout.load_state_dict(ours.readout.state_dict())
    setattr(ours.layers["last"], "activation", None)  # noqa: B010 - a module of any kind to mypy
    courses = []
    for module in (ours, dense):
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss: Tensor = F.cross_entropy(module(X, ADJ), torch.tensor([0, 1, 1, 0]))
            loss.backward()  # type: ignore[no-untyped-call] # torch has no type for it
            optimizer.step()
            losses.append(loss.item())
        courses.append(losses)
    assert courses[0] == pytest.approx(courses[1], abs=1e-5)
    assert courses[0][-1] < courses[0][0] - 0.01
