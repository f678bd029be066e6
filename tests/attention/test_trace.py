"""A LayerTrace: frozen, settled when read, standing alone, and dense on request."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
import torch

from gatviz import Edges, GATAttentionLayer, GATTrace, GatvizError
from gatviz.attention.layer_trace import MAX_DENSE_NODES
from gatviz.attention.layers import new_generator
from tests.attention.cases import gat, random_case

ADJ = torch.tensor([[1, 1, 0], [0, 0, 0], [1, 0, 1]])


def layer_of(**settings: Any) -> GATAttentionLayer:
    return GATAttentionLayer(2, 3, 4, generator=new_generator(1), **settings)


def full_trace() -> GATTrace:
    """Every field present, dropout, bias and residual among them."""
    layer = layer_of(bias=True, residual=True, dropout=0.5, activation="elu").train()
    return gat(layer.trace(torch.ones(3, 2), ADJ, generator=new_generator(2)))


def test_fields_have_the_shapes_they_promise() -> None:
    sizes = {"N": 3, "E": 4, "F": 2, "H": 4, "C": 3, "H·C": 12}
    trace = full_trace()
    names = [info.name for info in trace.fields]
    assert names == [
        *("x", "Wh", "score_target", "score_source", "raw", "e", "alpha", "dropout_mask", "alpha_dropped"),
        *("h_prime", "combined", "residual", "pre_activation", "out"),
    ]
    for info in trace.fields:
        letters = info.shape.split(" or ")[0].strip("[]").split(", ")
        assert getattr(trace, info.name).shape == tuple(sizes[letter] for letter in letters), info.name
        assert info.formula
        assert info.caption.endswith(".")
    assert (trace.num_nodes, trace.num_edges, trace.num_heads, trace.head_features) == (3, 4, 4, 3)
    assert {name: value.shape for name, value in trace.weights.items()} == {
        "W": (4, 3, 2),
        "a_target": (4, 3),
        "a_source": (4, 3),
        "bias": (12,),
        "W_res": (12, 2),
    }


def test_absent_fields_are_not_listed() -> None:
    names = [info.name for info in layer_of().eval().trace(torch.ones(3, 2), ADJ).fields]
    assert "residual" not in names
    assert "dropout_mask" not in names


def test_settings_are_told() -> None:
    trace = full_trace()
    assert (trace.negative_slope, trace.dropout, trace.concat, trace.activation) == (0.2, 0.5, True, "elu")
    assert trace.kind == "GAT"
    assert "N=3, E=4, H=4" in repr(trace)


def test_frozen_and_read_only() -> None:
    trace = full_trace()
    with pytest.raises(FrozenInstanceError):
        trace.alpha = np.zeros((4, 4))  # type: ignore[misc] # which is refused
    with pytest.raises(FrozenInstanceError):
        del trace.alpha
    for field in fields(trace):
        value = getattr(trace, field.name)
        if isinstance(value, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0
    with pytest.raises(TypeError):
        trace.weights["W"] = np.zeros(1)  # type: ignore[index] # which is refused
    with pytest.raises(ValueError, match="read-only"):
        trace.weights["W"][...] = 0
    with pytest.raises(ValueError, match="read-only"):
        trace.adjacency[...] = True


def test_a_field_is_the_same_array_each_time() -> None:
    trace = full_trace()
    assert trace.alpha is trace.alpha
    assert trace.weights is trace.weights


def test_an_unknown_field_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="alphas"):
        _ = full_trace().alphas  # type: ignore[attr-defined] # which is not there


def test_changing_the_layer_afterwards_does_not_reach_the_trace() -> None:
    layer = layer_of(bias=True)
    x = torch.ones(3, 2)
    trace, expected = layer.trace(x, ADJ), layer.weights()
    out = layer.trace(x, ADJ).out.copy()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.fill_(7)
    for name, value in expected.items():
        np.testing.assert_array_equal(trace.weights[name], value)
    np.testing.assert_array_equal(trace.out, out)


def test_x_changed_in_place_before_it_was_read_is_refused_not_shown() -> None:
    x = torch.ones(3, 2)
    trace = layer_of().trace(x, ADJ)
    x[0, 0] = 5
    with pytest.raises(GatvizError, match=r"x of this trace: expected the X that was run.*X\.clone\(\)"):
        _ = trace.x
    np.testing.assert_array_equal(trace.alpha, layer_of().trace(torch.ones(3, 2), ADJ).alpha)


def test_x_changed_in_place_after_it_was_read_changes_nothing() -> None:
    x = torch.ones(3, 2)
    trace = layer_of().trace(x, ADJ)
    assert (trace.x == 1).all()
    x.fill_(5)
    assert (trace.x == 1).all()


@pytest.mark.parametrize("convert", [lambda x: x.numpy(), lambda x: x.double(), lambda x: x.to_sparse_csr()])
def test_x_in_another_form_is_copied(convert: Callable[..., Any]) -> None:
    given = convert(torch.ones(3, 2))
    trace = layer_of().trace(given, ADJ)
    (given.values() if isinstance(given, torch.Tensor) and given.layout == torch.sparse_csr else given)[...] = 5
    assert (trace.x == 1).all()


def test_x_made_in_inference_mode() -> None:
    with torch.inference_mode():
        x = torch.ones(3, 2)
        trace = layer_of().trace(x, ADJ)
        x.fill_(5)
    assert (trace.x == 1).all()


def test_edges_changed_in_place_afterwards_do_not_reach_the_trace() -> None:
    index = torch.tensor([[0, 1], [0, 1]])
    trace = layer_of().trace(torch.ones(3, 2), edge_index=index)
    index.fill_(2)
    assert trace.edge_index.tolist() == [[0, 1], [0, 1]]


def test_a_trace_under_gradients_holds_plain_numbers() -> None:
    x = torch.ones(3, 2, requires_grad=True)
    trace = layer_of().trace(x, ADJ)
    assert isinstance(trace.out, np.ndarray)
    assert isinstance(trace.x, np.ndarray)


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda trace: pickle.loads(pickle.dumps(trace))])
@pytest.mark.parametrize("read_first", [False, True])
def test_copies_stand_alone(copied: Callable[..., Any], read_first: bool) -> None:
    trace = full_trace()
    if read_first:
        _ = trace.alpha, trace.weights
    twin = copied(trace)
    assert type(twin) is GATTrace
    for field in fields(trace):
        a, b = getattr(trace, field.name), getattr(twin, field.name)
        if field.name == "weights":
            assert a.keys() == b.keys()
            assert all(np.array_equal(a[name], b[name]) for name in a)
        else:
            np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="read-only"):
        twin.alpha[...] = 0
    with pytest.raises(FrozenInstanceError):
        twin.alpha = twin.e  # type: ignore[misc] # which is refused


def test_finding_edges() -> None:
    trace = layer_of().trace(torch.ones(3, 2), ADJ)
    assert trace.edge_index.tolist() == [[0, 1, 0, 2], [0, 0, 2, 2]]
    assert trace.edges_into(0) == slice(0, 2)
    assert trace.edges_into(1) == slice(2, 2)
    assert [[trace.edge_of(i, j) for j in range(3)] for i in range(3)] == [
        [0, 1, None],
        [None, None, None],
        [2, None, 3],
    ]


def test_dense_matrices() -> None:
    for seed in range(30):
        case = random_case(seed)
        trace = gat(case.layer().trace(case.x, case.edges))
        adjacency = case.adj.numpy()
        np.testing.assert_array_equal(trace.adjacency, adjacency)
        for head in range(trace.num_heads):
            raw, e, masked, alpha = (trace.dense(name, head) for name in ("raw", "e", "masked_e", "alpha"))
            assert np.isfinite(raw).all()
            np.testing.assert_allclose(raw, trace.score_target[:, head, None] + trace.score_source[None, :, head])
            np.testing.assert_allclose(e, np.where(raw > 0, raw, 0.2 * raw))
            assert (masked[~adjacency] == -np.inf).all()
            assert (alpha[~adjacency] == 0).all()
            source, target = trace.edge_index
            for matrix, values in ((raw, trace.raw), (e, trace.e), (masked, trace.e), (alpha, trace.alpha)):
                np.testing.assert_allclose(matrix[target, source], values[:, head], rtol=1e-12, atol=1e-14)


def test_dense_under_dropout() -> None:
    trace = full_trace()
    for head in range(4):
        mask, dropped = trace.dense("dropout_mask", head), trace.dense("alpha_dropped", head)
        np.testing.assert_allclose(dropped, trace.dense("alpha", head) * mask * 2)


def test_dense_refusals() -> None:
    trace = layer_of().trace(torch.ones(3, 2), ADJ)
    for name in ("alphas", "Wh", "out", "num_nodes", "alpha_dropped"):
        with pytest.raises(GatvizError, match=f"dense: expected .* found '{name}'"):
            trace.dense(name, 0)
    for head in (-1, 4):
        with pytest.raises(GatvizError, match=f"expected a head from 0 to 3, found {head}"):
            trace.dense("alpha", head)


def test_dense_ends_at_two_hundred_nodes() -> None:
    def trace_of(nodes: int) -> GATTrace:
        return gat(layer_of().trace(torch.ones(nodes, 2), Edges.from_edge_index(torch.tensor([[0], [1]]), nodes)))

    assert MAX_DENSE_NODES == 200
    assert trace_of(200).dense("alpha", 0).shape == (200, 200)
    large = trace_of(201)
    for ask in (lambda: large.dense("alpha", 0), lambda: large.adjacency):
        with pytest.raises(GatvizError, match="dense: expected at most 200 nodes, found 201"):
            ask()
    assert large.alpha.shape == (1, 4)


def test_a_trace_may_be_made_from_arrays() -> None:
    trace = full_trace()
    again = GATTrace(**{field.name: getattr(trace, field.name) for field in fields(trace)})
    np.testing.assert_array_equal(again.dense("alpha", 1), trace.dense("alpha", 1))
    with pytest.raises(TypeError, match="alpha"):
        GATTrace(x=np.zeros((1, 1)))  # type: ignore[call-arg] # which is refused
