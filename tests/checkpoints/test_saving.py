"""Saved weights open equal, and load into the libraries whose names they take."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch_geometric.nn import GAT, GATConv, GATv2Conv

import gatviz
from gatviz import GatvizError, LayerSettings
from gatviz.attention.edges import SelfLoops
from gatviz.checkpoints import inspect_weights
from gatviz.checkpoints.saving import WeightsFormat
from gatviz.model.steps import Kind
from tests.checkpoints.cases import FEATURES, features_of, graph

FORMATS = ("torch", "safetensors")


def model_of(
    *layers: LayerSettings, loops: SelfLoops = "add_missing", dtype: torch.dtype = torch.float32
) -> gatviz.GAT:
    """A stack with every parameter random, the biases too."""
    generator = torch.Generator().manual_seed(2)
    model = gatviz.GAT(FEATURES, layers, self_loops=loops, generator=generator).to(dtype)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=dtype) * 0.4
    return model.eval()


def all_kinds() -> list[gatviz.GAT]:
    """Every setting that a layer has, each value of it in some model."""
    last = LayerSettings(out_features=3, num_heads=2, concat=False, activation=None, bias=False)
    models = [
        model_of(LayerSettings(num_heads=2, out_features=3, bias=bias, residual=residual, concat=concat), last)
        for bias, residual, concat in itertools.product((True, False), repeat=3)
    ]
    models += [
        model_of(
            LayerSettings(kind="GATv2", out_features=2, num_heads=3, bias=a, projection_bias=b, share_weights=c), last
        )
        for a, b, c in itertools.product((True, False), repeat=3)
    ]
    tanh = LayerSettings(out_features=2, num_heads=1, activation="tanh", negative_slope=0.05, dropout=0.6)
    return [*models, model_of(tanh, loops="remove"), model_of(last, loops="as_given", dtype=torch.float64)]


@pytest.mark.parametrize("layout", ["gatviz", "pyg"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("model", all_kinds())
def test_what_is_saved_opens_equal(model: gatviz.GAT, layout: str, format: WeightsFormat) -> None:
    opened = inspect_weights(gatviz.save_weights(model, layout=layout, format=format))
    assert opened.layout == layout
    assert opened.model.settings == model.settings
    assert opened.model.self_loops == model.self_loops
    assert opened.model.state_dict().keys() == model.state_dict().keys()
    for name, value in model.state_dict().items():
        assert torch.equal(opened.model.state_dict()[name], value), name
    assert not any(decision.open for decision in opened.decisions)


PLAIN: dict[str, Any] = {"bias": False, "residual": False}
HELD_BY_TUTORIAL = {
    "heads": (LayerSettings(out_features=3, num_heads=2, **PLAIN),),
    "one head": (LayerSettings(out_features=3, num_heads=1, activation=None, **PLAIN),),
    "a stack": (
        LayerSettings(out_features=3, num_heads=2, **PLAIN),
        LayerSettings(out_features=2, num_heads=1, concat=False, activation=None, **PLAIN),
    ),
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("which", HELD_BY_TUTORIAL)
def test_the_tutorials_names(which: str, format: WeightsFormat) -> None:
    model = model_of(*HELD_BY_TUTORIAL[which])
    opened = inspect_weights(gatviz.save_weights(model, layout="tutorial", format=format))
    assert opened.layout == "tutorial"
    assert opened.model.settings == model.settings
    assert torch.equal(opened.model(graph()), model(graph()))


def test_the_tutorials_own_class_loads_them() -> None:
    model = model_of(*HELD_BY_TUTORIAL["heads"], loops="as_given")
    state = torch.load(io.BytesIO(gatviz.save_weights(model, layout="tutorial")), weights_only=True)
    layer = gatviz.MultiHeadGATLayer(FEATURES, 3, num_heads=2)
    layer.load_state_dict(state)
    assert torch.equal(layer(graph()), model(graph()))


@pytest.mark.parametrize(
    ("lacking", "settings"),
    [
        ("a bias", {"bias": True}),
        ("a residual", {"residual": True, "bias": False}),
        ("GATv2", {"kind": "GATv2", "bias": False}),
        ("activation none", {"activation": None, "bias": False}),
        ("activation relu", {"activation": "relu", "bias": False}),
    ],
)
def test_what_the_tutorials_layers_cannot_hold_is_refused(lacking: str, settings: dict[str, Any]) -> None:
    model = model_of(LayerSettings(out_features=2, num_heads=2, **settings))
    with pytest.raises(GatvizError, match=f"^layer 0: .* found {lacking}; save in gatviz's or PyG's names instead"):
        gatviz.save_weights(model, layout="tutorial")


@pytest.mark.parametrize(("kind", "conv"), [("GAT", GATConv), ("GATv2", GATv2Conv)], ids=["GATConv", "GATv2Conv"])
@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("residual", [True, False])
def test_pyg_loads_a_layer_saved_in_its_names(
    kind: Kind, conv: type[GATConv] | type[GATv2Conv], concat: bool, bias: bool, residual: bool
) -> None:
    settings = LayerSettings(
        kind=kind, out_features=3, num_heads=2, concat=concat, bias=bias, residual=residual, activation=None
    )
    model = model_of(settings)
    theirs = conv(FEATURES, 3, heads=2, concat=concat, bias=bias, residual=residual).eval()
    state = torch.load(io.BytesIO(gatviz.save_weights(model, layout="pyg")), weights_only=True)
    theirs.load_state_dict(state)
    given = graph()
    out = theirs(features_of(given), torch.tensor(given.edge_index))
    assert model(given).detach().numpy() == pytest.approx(out.detach().numpy(), abs=1e-5)


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
def test_pygs_model_class_loads_a_stack(kind: Kind) -> None:
    hidden = LayerSettings(kind=kind, out_features=2, num_heads=3)
    last = LayerSettings(kind=kind, out_features=4, num_heads=3, concat=False, activation=None)
    model = model_of(hidden, last)
    theirs = GAT(FEATURES, 6, 2, 4, v2=kind == "GATv2", heads=3, act="elu").eval()
    state = torch.load(io.BytesIO(gatviz.save_weights(model, layout="pyg")), weights_only=True)
    theirs.load_state_dict(state)
    given = graph()
    out = theirs(features_of(given), torch.tensor(given.edge_index))
    assert model(given).detach().numpy() == pytest.approx(out.detach().numpy(), abs=1e-5)


def test_gatvizs_own_file_loads_into_its_model() -> None:
    model = model_of(LayerSettings(num_heads=2))
    again = gatviz.GAT(FEATURES, model.settings, self_loops="add_missing")
    again.load_state_dict(torch.load(io.BytesIO(gatviz.save_weights(model)), weights_only=True))
    assert torch.equal(again(graph()), model(graph()))


@pytest.mark.parametrize("layout", ["gatviz", "pyg", "tutorial"])
def test_a_single_layer_is_saved_as_a_stack_of_one(layout: str) -> None:
    layer = gatviz.MultiHeadGATLayer(FEATURES, 3, num_heads=2, self_loops="add_missing", negative_slope=0.1)
    opened = gatviz.load_weights(gatviz.save_weights(layer, layout=layout))
    assert torch.equal(opened(graph()), layer(graph()))


def test_a_path_is_written_and_a_bad_one_told(tmp_path: Path) -> None:
    model = model_of(LayerSettings())
    data = gatviz.save_weights(model, tmp_path / "weights.safetensors", format="safetensors")
    assert (tmp_path / "weights.safetensors").read_bytes() == data
    with pytest.raises(GatvizError, match="no such file"):
        gatviz.save_weights(model, tmp_path / "missing" / "weights.pt")
    with pytest.raises(GatvizError, match="one of gatviz, tutorial, pyg"):
        gatviz.save_weights(model, layout="dgl")
    with pytest.raises(GatvizError, match="a GAT or one of gatviz's layers"):
        gatviz.save_weights(torch.nn.Linear(2, 2))  # type: ignore[arg-type] # which is refused
