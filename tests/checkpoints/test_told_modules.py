"""Whole models: every module of PyTorch's and PyG's is run as they run it, or refused by its name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torch_geometric.nn as pyg
from torch import Tensor, nn
from torch_geometric.nn import norm as pygs_norms

import gatviz
from gatviz import GatvizError, load_weights
from gatviz.checkpoints import inspect_weights
from gatviz.graph.graph import Graph
from tests.checkpoints.cases import FEATURES, features_of, graph, torch_file
from tests.checkpoints.test_recipes import equal, run, stirred

WIDTH = 8
GIVEN: dict[str, Any] = {
    **{"num_features": WIDTH, "in_channels": WIDTH, "normalized_shape": WIDTH, "num_channels": WIDTH},
    **{"in_features": WIDTH, "out_features": WIDTH, "input_size": WIDTH, "hidden_size": WIDTH},
    **{"num_groups": 2, "groups": 2, "threshold": 0.1, "value": 0.2, "embed_dim": WIDTH, "num_heads": 2, "dim": 1},
    **{"num_embeddings": WIDTH, "embedding_dim": WIDTH, "out_channels": WIDTH, "kernel_size": 1, "affine": True},
    **{"heads": 1, "ratio": 0.5, "p": 0.5},
}


def made(kind: type[nn.Module]) -> nn.Module:
    asked = inspect.signature(kind).parameters.values()
    return kind(**{one.name: GIVEN[one.name] for one in asked if one.default is one.empty and one.name in GIVEN})


class Net(nn.Module):
    """One module between two attention layers."""

    def __init__(self, between: nn.Module) -> None:
        super().__init__()
        self.conv1 = pyg.GATConv(FEATURES, 4, heads=2)
        self.between = between
        self.conv2 = pyg.GATConv(WIDTH, 3)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        out: Tensor = self.conv2(self.between(self.conv1(x, edge_index)), edge_index)
        return out


def _of(module: Any, names: Iterator[str] | list[str]) -> list[type[nn.Module]]:
    found = [getattr(module, name) for name in names]
    return [one for one in found if inspect.isclass(one) and issubclass(one, nn.Module)]


BETWEEN = {
    kind.__name__: kind
    for kind in (
        *(kind for kind in _of(nn.modules.activation, nn.modules.activation.__all__) if kind is not nn.LogSoftmax),
        *(nn.Dropout, nn.Dropout1d, nn.AlphaDropout, nn.FeatureAlphaDropout),
        *_of(pygs_norms, pygs_norms.__all__),
        *(nn.BatchNorm1d, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.InstanceNorm1d, nn.LocalResponseNorm),
        *(nn.Linear, nn.Bilinear, nn.Identity, nn.Embedding, nn.Conv1d, nn.GRUCell, nn.RNNCell),
        *(nn.AvgPool1d, nn.MaxPool1d, nn.AdaptiveAvgPool1d, nn.Flatten, nn.CosineSimilarity),
        *(pyg.GCNConv, pyg.SAGEConv, pyg.GINConv, pyg.TransformerConv, pyg.TopKPooling, pyg.SAGPooling),
        *(pyg.MeanAggregation, pyg.SumAggregation, pyg.MaxAggregation, pyg.Set2Set, pyg.HeteroLinear, pyg.MemPooling),
    )
}
"""By name: activations and norms, all that there are, dropouts, and layers of many kinds."""
GIVEN |= {"nn": nn.Linear(WIDTH, WIDTH), "output_size": WIDTH, "processing_steps": 2, "num_types": 2, "size": 2}
GIVEN |= {"in1_features": WIDTH, "in2_features": WIDTH, "num_clusters": 2}
RUN = {
    *("ELU", "ReLU", "Tanh", "GELU", "LeakyReLU", "PReLU", "Identity", "Linear"),
    *("BatchNorm", "BatchNorm1d", "LayerNorm", "GraphNorm"),
    *("Dropout", "Dropout1d", "AlphaDropout", "FeatureAlphaDropout"),
}


@pytest.mark.parametrize("name", BETWEEN)
@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_a_module_is_run_or_refused_by_its_name(name: str, file: bool) -> None:
    net = stirred(Net(made(BETWEEN[name])))
    given: Any = torch_file(net) if file else net
    if name in RUN:
        bends = name.endswith(("LU", "Tanh"))
        assert equal(load_weights(given, activation=None if bends else "none"), run(net))
        return
    with pytest.raises(GatvizError, match=rf"'between': .*found '{name}', ") as caught:
        load_weights(given)
    line = re.search(r"recipe='([^']*)'", str(caught.value))
    told = inspect_weights(given, recipe=line[1] if line else "conv1 > conv2")
    if name != "MultiheadAttention" and not (net.between.state_dict() and line is None):
        assert any(f"'between' ({name})" in note for note in told.notes)


def test_the_walk_meets_what_is_refused_and_what_is_run() -> None:
    assert {"SiLU", "Sigmoid", "Softmax", "InstanceNorm", "PairNorm", "Embedding", "Conv1d"} <= BETWEEN.keys() - RUN
    assert BETWEEN.keys() >= RUN


class Mlp(nn.Module):
    """A Sequential before an attention layer, and one after it."""

    def __init__(self, *before: nn.Module) -> None:
        super().__init__()
        self.encoder = nn.Sequential(*before)
        self.conv = pyg.GATConv(WIDTH, 4, heads=2)
        self.decoder = nn.Sequential(nn.Linear(WIDTH, 6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 2))

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        out: Tensor = self.decoder(self.conv(self.encoder(x), edge_index))
        return out


SEQUENTIALS: dict[str, Callable[[], list[nn.Module]]] = {
    "a linear layer and its activation": lambda: [nn.Linear(FEATURES, WIDTH), nn.ELU()],
    "none between": lambda: [nn.Linear(FEATURES, 6), nn.Linear(6, WIDTH)],
    "a norm, then the activation": lambda: [nn.Linear(FEATURES, WIDTH), nn.BatchNorm1d(WIDTH), nn.ReLU()],
    "the activation, then a norm": lambda: [nn.Linear(FEATURES, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH)],
    "a slope": lambda: [nn.Linear(FEATURES, WIDTH), nn.LeakyReLU(0.3), nn.Linear(WIDTH, WIDTH)],
    "identities": lambda: [nn.Linear(FEATURES, 6), nn.Identity(), nn.Tanh(), nn.Linear(6, WIDTH), nn.ReLU()],
}


@pytest.mark.parametrize("name", SEQUENTIALS)
@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_a_sequential_tells_its_order(name: str, file: bool) -> None:
    net = stirred(Mlp(*SEQUENTIALS[name]()))
    opened = inspect_weights(torch_file(net) if file else net, activation=["none"])
    assert equal(opened.model, run(net))
    assert any("Sequential" in one.reason for one in opened.guesses)


SETTINGS: dict[str, Callable[[], nn.Module]] = {
    "the activation before the norm": lambda: pyg.GAT(FEATURES, 8, 3, 2, heads=2, norm="BatchNorm", act_first=True),
    "no activation": lambda: pyg.GAT(FEATURES, 8, 3, 2, heads=2, act=None),
    "another activation": lambda: pyg.GAT(FEATURES, 8, 3, 2, heads=2, act="tanh", jk="cat"),
    "a function": lambda: pyg.GAT(FEATURES, 8, 3, 2, heads=2, act=F.gelu),
    "a slope of the scores": lambda: pyg.GAT(FEATURES, 8, 3, 2, heads=2, negative_slope=0.4),
    "no loops": lambda: pyg.GAT(FEATURES, 8, 3, 2, heads=2, add_self_loops=False),
    "a norm's own size": lambda: pyg.GAT(FEATURES, 8, 2, 2, norm="BatchNorm", norm_kwargs={"eps": 0.3}),
    "a layer norm's own size": lambda: pyg.GAT(FEATURES, 8, 2, 2, norm="LayerNorm", norm_kwargs={"eps": 0.3}),
    "a norm of each node": lambda: pyg.GAT(FEATURES, 8, 2, 2, norm="LayerNorm", norm_kwargs={"mode": "node"}),
    "a norm without memory": lambda: pyg.GAT(
        FEATURES, 8, 2, 2, norm="BatchNorm", norm_kwargs={"track_running_stats": False}
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_a_models_settings_are_its_own(name: str, file: bool) -> None:
    net = stirred(SETTINGS[name]())
    opened = inspect_weights(torch_file(net) if file else net)
    assert equal(opened.model, run(net))


class Two(nn.Module):
    """Two attention layers of any settings."""

    def __init__(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        super().__init__()
        self.conv1, self.conv2 = pyg.GATConv(FEATURES, WIDTH, **first), pyg.GATConv(WIDTH, 3, **second)
        self.act = nn.ReLU()

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor | None = None) -> Tensor:
        out: Tensor = self.conv2(self.act(self.conv1(x, edge_index, edge_attr)), edge_index, edge_attr)
        return out


@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_every_layer_has_its_own_slope(file: bool) -> None:
    net = stirred(Two({"negative_slope": 0.5}, {}))
    opened = inspect_weights(torch_file(net) if file else net)
    assert [one.negative_slope for one in opened.layers] == [0.5, 0.2]
    assert equal(opened.model, run(net))


@pytest.mark.parametrize("fill", ["mean", "add", "max", 0.5])
@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_the_edge_features_of_loops_are_filled_as_the_layers_say(fill: str | float, file: bool) -> None:
    net = stirred(Two({"edge_dim": 2, "fill_value": fill}, {"edge_dim": 2, "fill_value": fill}))
    bare = graph()
    numbers = torch.rand(bare.num_edges, 2, generator=torch.Generator().manual_seed(1))
    given = Graph(
        bare.names, bare.x, bare.edge_index, edge_features=numbers.double().numpy(), edge_feature_names=("a", "b")
    )
    with torch.no_grad():
        expected = net(features_of(given), torch.tensor(given.edge_index), numbers)
    opened = load_weights(torch_file(net) if file else net)
    assert opened(given).detach().numpy() == pytest.approx(expected.numpy(), abs=1e-5)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"flow": "target_to_source"}, {}, r"'conv1': expected flow='source_to_target', found flow='target_to_source'"),
        ({}, {"aggr": "mean"}, r"'conv2': expected aggr='add', found aggr='mean'"),
        ({"add_self_loops": False}, {}, r"one way for all layers, found add_self_loops=False \('conv1'\), "),
    ],
)
@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_layers_that_run_otherwise_are_refused(
    first: dict[str, Any], second: dict[str, Any], message: str, file: bool
) -> None:
    net = stirred(Two(first, second))
    with pytest.raises(GatvizError, match=message):
        load_weights(torch_file(net) if file else net)


@pytest.mark.parametrize("function", [F.silu, F.relu, torch.tanh, nn.functional.softmax], ids=lambda one: one.__name__)
@pytest.mark.parametrize("file", [False, True], ids=["in hand", "pickled"])
def test_a_function_that_a_model_keeps_is_its_activation(function: Callable[[Tensor], Tensor], file: bool) -> None:
    net = stirred(Two({}, {}))
    del net.act
    net.act = function  # type: ignore[assignment]
    given = torch_file(net) if file else net
    if function in (F.relu, torch.tanh):
        assert equal(load_weights(given), run(net))
        return
    with pytest.raises(GatvizError, match=rf"'act': .*found '{function.__name__}', which gatviz does not have"):
        load_weights(given)


def test_several_kinds_of_activations_are_told_where_their_places_are_not() -> None:
    net = stirred(Two({}, {}))
    net.last = nn.Tanh()
    (note,) = inspect_weights(net).notes
    assert note == "The model has 'act' (relu) and 'last' (tanh); where each of them stands cannot be seen."


def test_a_log_softmax_stands_at_the_end() -> None:
    net = stirred(Two({}, {}))
    net.end = nn.LogSoftmax(dim=1)
    opened = inspect_weights(net)
    assert str(opened.recipe) == "conv1 > relu > conv2 > log_softmax"
    assert equal(opened.model, torch.log_softmax(run(net), 1))
    assert "log_softmax" in [one.step for one in opened.guesses]


def test_what_a_forward_pass_does_is_said_to_be_unseen() -> None:
    told = {True: inspect_weights(stirred(pyg.GAT(FEATURES, 8, 2, 2))), False: inspect_weights(stirred(Two({}, {})))}
    for whole, opened in told.items():
        (recipe,) = [one for one in opened.decisions if one.name == "recipe"]
        assert ("cannot be seen" in recipe.reason) != whole


def test_a_recipe_cannot_name_what_only_looks_like_something_else() -> None:
    net = stirred(Net(nn.GroupNorm(2, WIDTH)))
    with pytest.raises(GatvizError, match=r"'between': .* found 'GroupNorm', which gatviz does not have"):
        load_weights(net, recipe="conv1 > between > conv2")
    assert isinstance(load_weights(net, recipe="conv1 > conv2"), gatviz.GAT)
