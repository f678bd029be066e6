"""Weights as a value: they fit, they follow the feature columns, and nothing else moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gatviz import GAT, GatvizError, Graph, LayerSettings, sample_graph
from gatviz.attention.layers import new_generator
from gatviz.model.layer_settings import Kind
from gatviz.model.weights import Fill, Weights, filled, has_heads, with_columns, with_values

TWO_LAYERS = (LayerSettings(out_features=3, num_heads=2, residual=True), LayerSettings(out_features=2, num_heads=1))


def drawn(kind: Kind = "GAT", seed: int = 0, **settings: Any) -> GAT:
    first = LayerSettings(kind=kind, out_features=3, num_heads=2, **settings)
    return GAT(3, (first, TWO_LAYERS[1]), generator=new_generator(seed))


def test_weights_go_out_and_come_back() -> None:
    weights = drawn().weights()
    other = drawn(seed=1)
    assert other.weights().fingerprint != weights.fingerprint
    other.set_weights(weights)
    assert other.weights().fingerprint == weights.fingerprint


def test_weights_that_do_not_fit_name_the_layer() -> None:
    weights = drawn().weights()
    with pytest.raises(GatvizError, match="expected 2 layers, found 1"):
        drawn().set_weights(Weights(weights.layers[:1]))
    wrong = Weights((weights.layers[0], {**weights.layers[1], "bias": np.zeros(9, np.float32)}))
    with pytest.raises(GatvizError, match="layer 1"):
        drawn().set_weights(wrong)


def test_nobody_writes_into_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        drawn().weights().layers[0]["W"][0] = 1


@pytest.mark.parametrize(
    ("kind", "settings", "by_input"),
    [
        ("GAT", {}, {"W"}),
        ("GAT", {"residual": True}, {"W", "W_res"}),
        ("GATv2", {}, {"W_target", "W_source"}),
        ("GATv2", {"share_weights": True}, {"W_target", "W_source"}),
    ],
)
def test_kept_columns_keep_their_values_and_new_ones_are_drawn(
    kind: Kind, settings: dict[str, Any], by_input: set[str]
) -> None:
    before = drawn(kind, **settings).weights()
    after = with_columns(before, (2, None, 0), ("c", "new", "a"), seed=5)
    for name, values in before.layers[0].items():
        changed = after.layers[0][name]
        if name in by_input:
            np.testing.assert_array_equal(changed[..., 0], values[..., 2])
            np.testing.assert_array_equal(changed[..., 2], values[..., 0])
            assert np.ptp(changed[..., 1]) > 0
            assert np.abs(changed[..., 1]).max() <= 1 / np.sqrt(3)
        else:
            np.testing.assert_array_equal(changed, values)
    assert after.layers[1] is before.layers[1]
    GAT(3, (LayerSettings(kind=kind, out_features=3, num_heads=2, **settings), TWO_LAYERS[1])).set_weights(after)


def test_the_same_edit_draws_the_same_column_whatever_came_before() -> None:
    weights = drawn().weights()
    one = with_columns(weights, (0, 1, 2, None), ("a", "b", "c", "new"), seed=5).layers[0]["W"][..., 3]
    other = with_columns(weights, (None, 0, 1, 2), ("new", "a", "b", "c"), seed=5).layers[0]["W"][..., 0]
    np.testing.assert_array_equal(one, other)
    third = with_columns(weights, (0, 1, 2, None), ("a", "b", "c", "new"), seed=6).layers[0]["W"][..., 3]
    assert (one != third).any()


def test_nothing_changes_where_no_column_does() -> None:
    weights = drawn().weights()
    assert with_columns(weights, (0, 1, 2), ("a", "b", "c"), seed=5) is weights


@pytest.mark.parametrize(
    ("kind", "expected"), [("zeros", np.zeros((3, 3))), ("ones", np.ones((3, 3))), ("identity", np.eye(3))]
)
def test_one_head_of_a_parameter_is_filled(kind: Fill, expected: NDArray[np.float64]) -> None:
    before = drawn().weights()
    after = filled(before, 0, "W", kind, head=1)
    np.testing.assert_array_equal(after.layers[0]["W"][1], expected)
    np.testing.assert_array_equal(after.layers[0]["W"][0], before.layers[0]["W"][0])
    assert after.layers[0]["a_source"] is before.layers[0]["a_source"]


def test_random_numbers_come_from_the_seed() -> None:
    before = drawn().weights()
    one, again, other = (filled(before, 0, "W", "random", head=0, seed=seed).layers[0]["W"][0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert np.abs(one).max() <= 1 / np.sqrt(3)


def test_a_source_of_zero_is_uniform_attention() -> None:
    model = drawn()
    weights = model.weights()
    for head in range(2):
        weights = filled(weights, 0, "a_source", "zeros", head=head)
    model.set_weights(weights)
    graph = sample_graph("tutorial")
    x = np.hstack([graph.x, np.ones((4, 1))])
    trace = model.eval().trace(Graph(graph.names, x, graph.edge_index)).layers[0]
    counts = np.diff(trace.ptr)[trace.edge_index[1]]
    np.testing.assert_allclose(trace.alpha, np.repeat(1 / counts[:, None], 2, axis=1), rtol=1e-6)


def test_a_shared_W_stays_shared() -> None:
    weights = drawn("GATv2", share_weights=True).weights()
    after = with_values(weights, 0, "W_source", np.ones((3, 3)), head=0, shared=True)
    np.testing.assert_array_equal(after.layers[0]["W_target"], after.layers[0]["W_source"])
    apart = drawn("GATv2").weights()
    after = with_values(apart, 0, "W_source", np.ones((3, 3)), head=0)
    np.testing.assert_array_equal(after.layers[0]["W_target"], apart.layers[0]["W_target"])


def test_separate_W_that_are_equal_by_chance_stay_separate() -> None:
    weights = drawn("GATv2").weights()
    for name in ("W_target", "W_source"):
        weights = filled(weights, 0, name, "zeros")
    after = filled(weights, 0, "W_target", "ones")
    assert after.layers[0]["W_target"].all()
    assert not after.layers[0]["W_source"].any()


@pytest.mark.parametrize("values", [np.ones((2, 2)), np.full((3, 3), np.nan), "x", [["a"] * 3] * 3])
def test_values_that_cannot_be_weights_are_refused(values: NDArray[np.float64] | str | list[list[str]]) -> None:
    with pytest.raises(GatvizError, match="W of head 0"):
        with_values(drawn().weights(), 0, "W", values, head=0)
    with pytest.raises(GatvizError, match="found 'V'"):
        with_values(drawn().weights(), 0, "V", values)


def test_which_parameters_have_heads() -> None:
    weights = drawn(residual=True).weights()
    assert [has_heads(weights, 0, name) for name in ("W", "a_target", "bias", "W_res")] == [True, True, False, False]
