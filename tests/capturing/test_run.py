"""A captured run as a file: what was captured comes back with the same numbers, and a hostile file is one sentence."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import GATConv, GATv2Conv, TransformerConv

import gatviz
from gatviz import GatvizError
from gatviz.capturing.run import FORM, CapturedRun, read_capture, run_content
from gatviz.files.container import pack, unpack
from gatviz.files.kept_graph import ArrayStore
from tests.files.fuzz import check_sentence, mutated, repacked

N, F_IN, D = 6, 3, 2


class Net(nn.Module):
    """Every kind that differs in what must be kept: loops, edge features, float64 beside it, α alone, and nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.first = GATConv(F_IN, 2, heads=2, edge_dim=D, fill_value="max", negative_slope=0.1)
        self.mixed = TransformerConv(4, 2, heads=3)
        self.second = GATv2Conv(6, 4, heads=2, concat=False, add_self_loops=False, residual=True, share_weights=True)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        h = self.first(x, edge_index, edge_attr)
        out: Tensor = self.second(self.mixed(h, edge_index), edge_index)
        return out


def captured(double: bool = False) -> gatviz.Capture:
    torch.manual_seed(0)
    x, features = torch.randn(N, F_IN), torch.randn(8, D)
    edges = torch.tensor([[0, 1, 2, 3, 4, 5, 0, 2], [1, 2, 3, 4, 5, 0, 3, 5]])
    model = Net()
    if double:
        model, x, features = model.double(), x.double(), features.double()
    return gatviz.capture(model, x, edges, features, names=list("abcdef"))


def check_same(one: CapturedRun, other: CapturedRun) -> None:
    assert (one.title, one.lost, one.unproved) == (other.title, other.lost, other.unproved)
    for mine, theirs in zip(one.calls, other.calls, strict=True):
        assert (mine.name, mine.kind, mine.reason) == (theirs.name, theirs.kind, theirs.reason)
        assert mine.graph == theirs.graph
        for layer, as_it_was in zip(mine.trace.layers, theirs.trace.layers, strict=True):
            np.testing.assert_array_equal(layer.edge_index, as_it_was.edge_index)
            np.testing.assert_array_equal(layer.alpha, as_it_was.alpha)
            assert layer.alpha.dtype == as_it_was.alpha.dtype
        np.testing.assert_array_equal(mine.trace.out, theirs.trace.out)


@pytest.mark.parametrize("double", [False, True])
def test_what_was_captured_comes_back(tmp_path: Path, double: bool) -> None:
    found = captured(double)
    found.save(tmp_path / "run.gatviz")
    again = gatviz.load_capture(tmp_path / "run.gatviz")
    check_same(again, found.run)
    assert [call.called for call in again.calls] == ["first", "mixed", "second"]
    proved = [call for call in again.calls if call.layer is not None]
    for call, as_it_ran in zip(proved, found.calls, strict=True):
        assert call.layer is not None
        assert call.layer.settings == as_it_ran.model.settings[0]
        np.testing.assert_array_equal(call.layer.out, as_it_ran.out)
        assert call.difference == as_it_ran.difference
        np.testing.assert_array_equal(call.trace.out, as_it_ran.trace.out)
    (alone,) = [call for call in again.calls if call.layer is None]
    (unproved,) = found.unproved
    assert unproved.alpha is not None
    assert unproved.edge_index is not None
    on_edge = {(int(j), int(i)): alpha for (j, i), alpha in zip(unproved.edge_index.T, unproved.alpha, strict=True)}
    (layer,) = alone.trace.layers
    for (j, i), alpha in zip(layer.edge_index.T.tolist(), layer.alpha, strict=True):
        np.testing.assert_array_equal(alpha, on_edge[j, i])
    assert "mixed (α alone: gatviz has no TransformerConv)" in again.unproved


def test_a_run_with_nothing_to_show_is_refused(tmp_path: Path) -> None:
    found = gatviz.Capture((), (), None)
    with pytest.raises(GatvizError, match="a call to show"):
        found.save(tmp_path / "run.gatviz")
    with pytest.raises(GatvizError, match="a path to write to"):
        captured().save(tmp_path / "nowhere" / "run.gatviz")
    with pytest.raises(GatvizError, match="a file that can be read"):
        gatviz.load_capture(tmp_path / "none.gatviz")


def packed(**changes: Any) -> bytes:
    arrays = ArrayStore()
    content = run_content(captured().run, arrays.put)
    return pack(FORM, {**content, **changes}, arrays.held)


def changed(value: Any, where: list[Any], new: Any) -> Any:
    """A value of JSON with another one at a place in it."""
    if not where:
        return new
    copy = json.loads(json.dumps(value))
    at = copy
    for key in where[:-1]:
        at = at[key]
    at[where[-1]] = new
    return copy


@pytest.mark.parametrize(
    ("where", "new"),
    [
        (["calls"], []),
        (["calls", 0, "layer"], None),
        (["calls", 0, "layer", "settings", "layer", "num_heads"], 10**6),
        (["calls", 0, "layer", "settings", "layer", "out_features"], 3),
        (["calls", 0, "layer", "settings", "kind"], "Linear"),
        (["calls", 0, "layer", "shapes", "W"], [2, 2, 10**9]),
        (["calls", 0, "layer", "shapes", "W"], [-2, -2, 3]),
        (["calls", 0, "layer", "shapes"], {}),
        (["calls", 0, "layer", "values"], "call1.alpha0"),
        (["calls", 0, "layer", "out"], "call0.x"),
        (["calls", 0, "layer", "self_loops"], "perhaps"),
        (["calls", 0, "layer", "loop_features"], "median"),
        (["calls", 1, "alphas"], []),
        (["calls", 1, "alphas"], ["call0.x"]),
        (["calls", 1, "alphas"], ["none"]),
        (["calls", 2, "graph", "x"], "call0.x"),
        (["title"], 5),
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_one_sentence(where: list[Any], new: Any) -> None:
    arrays = ArrayStore()
    content = run_content(captured().run, arrays.put)
    with pytest.raises(GatvizError) as told:
        read_capture(unpack(pack(FORM, changed(content, where, new), arrays.held), "run.gatviz", FORM))
    check_sentence(str(told.value))


def test_no_bytes_break_it() -> None:
    data, draw = packed(), random.Random(0)
    for k in range(150):
        broken = (mutated if k % 2 else repacked)(data, draw)
        try:
            read_capture(unpack(broken, "run.gatviz", FORM))
        except GatvizError as refused:
            check_sentence(str(refused))
