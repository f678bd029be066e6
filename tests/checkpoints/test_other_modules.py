"""Tensors beside attention layers, as the modules they come from."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch_geometric.nn import BatchNorm, GraphNorm, LayerNorm

from gatviz.checkpoints.other_modules import other_modules

MADE = {
    "a linear layer": (nn.Linear(5, 3), "linear", (5, 3)),
    "a linear layer without bias": (nn.Linear(5, 3, bias=False), "linear", (5, 3)),
    "a square one": (nn.Linear(4, 4), "linear", (4, 4)),
    "one to a single number": (nn.Linear(5, 1), "linear", (5, 1)),
    "a table of embeddings": (nn.Embedding(7, 4), "linear", (4, 7)),
    "torch's BatchNorm": (nn.BatchNorm1d(6), "batch_norm", (6, 6)),
    "of a single feature": (nn.BatchNorm1d(1), "batch_norm", (1, 1)),
    "without affine": (nn.BatchNorm1d(6, affine=False), "batch_norm", (6, 6)),
    "without statistics": (nn.BatchNorm1d(6, track_running_stats=False), "norm", (6, 6)),
    "PyG's BatchNorm": (BatchNorm(6), "batch_norm", (6, 6)),
    "PyG's GraphNorm": (GraphNorm(6), "graph_norm", (6, 6)),
    "PyG's LayerNorm": (LayerNorm(6), "norm", (6, 6)),
    "torch's LayerNorm": (nn.LayerNorm(6), "norm", (6, 6)),
    "a slope": (nn.PReLU(), "prelu", (None, None)),
    "slopes of features": (nn.PReLU(4), "other", (None, None)),
    "an LSTM": (nn.LSTM(3, 4), "other", (None, None)),
    "a convolution": (nn.Conv1d(2, 3, 4), "other", (None, None)),
    "one over every feature of a square": (nn.LayerNorm((2, 2)), "other", (None, None)),
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("at", ["one", "net.layers.3"])
def test_a_module_is_known_by_its_tensors(name: str, at: str) -> None:
    module, kind, widths = MADE[name]
    (found,) = other_modules({f"{at}.{tail}": values for tail, values in module.state_dict().items()})
    assert (found.name, found.kind) == (at, kind)
    assert (found.in_features, found.out_features) == widths


def test_a_network_gives_its_modules_in_order() -> None:
    net = nn.Sequential(OrderedDict(first=nn.Linear(5, 4), bn=BatchNorm(4), act=nn.PReLU(), out=nn.Linear(4, 2)))
    assert [(one.name, one.kind) for one in other_modules(net.state_dict())] == [
        ("first", "linear"),
        ("bn", "batch_norm"),
        ("act", "prelu"),
        ("out", "linear"),
    ]


def test_a_wrapper_keeps_its_name_where_something_stands_beside_it() -> None:
    """A model saved from DataParallel calls all of itself `module`."""
    parallel = nn.DataParallel(nn.Sequential(nn.Linear(5, 4), nn.LayerNorm(4)))
    assert [one.name for one in other_modules(parallel.state_dict())] == ["module.0", "module.1"]
    beside = {"norm.module.weight": torch.ones(2), "norm.module.bias": torch.ones(2), "norm.scale": torch.ones(2)}
    assert [one.name for one in other_modules(beside)] == ["norm.module", "norm"]


@pytest.mark.parametrize(
    "shapes",
    [
        {"weight": (3, 5), "bias": (4,)},
        {"weight": (3, 5), "bias": (3, 1)},
        {"weight": (3, 5), "other": (3,)},
        {"weight": (0, 5)},
        {"weight": (6,), "bias": (5,)},
        {"weight": (6,), "bias": (6,), "running_mean": (6,)},
        {"running_mean": (6,), "running_var": (5,)},
        {"weight": (3, 5), "bias": (3,), "num_batches_tracked": ()},
        {"bias": (3,)},
        {"weight": ()},
    ],
    ids=str,
)
def test_tensors_that_do_not_fit_each_other_are_no_known_module(shapes: dict[str, tuple[int, ...]]) -> None:
    (found,) = other_modules({f"at.{name}": torch.ones(shape) for name, shape in shapes.items()})
    assert found.kind == "other"
    assert found.in_features is found.out_features is None


TAILS = st.sampled_from(["weight", "bias", "running_mean", "running_var", "num_batches_tracked", "module", "x"])
NAMES = st.lists(st.one_of(TAILS, st.sampled_from(["", "lin", "0"])), min_size=1, max_size=4).map(".".join)
SHAPES = st.lists(st.integers(0, 3), max_size=3)


@given(st.dictionaries(NAMES, SHAPES, max_size=8))
def test_every_tensor_is_in_one_module_of_a_name_of_its_own(shapes: dict[str, list[int]]) -> None:
    tensors = {name: torch.ones(shape) for name, shape in shapes.items()}
    modules = other_modules(tensors)
    held = [id(values) for module in modules for values in module.tensors.values()]
    assert sorted(held) == sorted(map(id, tensors.values()))
    assert len({module.name for module in modules}) == len(modules)
