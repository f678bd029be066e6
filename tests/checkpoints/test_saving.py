"""Saved weights open equal, and load into the libraries whose names they take."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch_geometric.nn import GAT as PygGAT
from torch_geometric.nn import GATConv, GATv2Conv

import gatviz
from gatviz import (
    GAT,
    Activation,
    BatchNorm,
    GatvizError,
    GraphNorm,
    JumpingKnowledge,
    LayerNorm,
    LayerSettings,
    Linear,
    LogSoftmax,
    Readout,
    Sum,
)
from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import new_generator
from gatviz.checkpoints import inspect_weights
from gatviz.checkpoints.saving import WeightsFormat
from gatviz.model.layer_settings import Kind
from tests.checkpoints.cases import FEATURES, features_of, graph, torch_file

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
    models += [
        model_of(LayerSettings(out_features=2, num_heads=3, projection_bias=a, score_bias=b), last)
        for a, b in ((True, False), (False, True), (True, True))
    ]
    tanh = LayerSettings(out_features=2, num_heads=1, activation="tanh", negative_slope=0.05, dropout=0.6)
    return [*models, model_of(tanh, loops="remove"), model_of(last, loops="as_given", dtype=torch.float64)]


@pytest.mark.parametrize("layout", ["gatviz", "pyg"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("model", all_kinds())
def test_what_is_saved_opens_equal(model: gatviz.GAT, layout: str, format: WeightsFormat) -> None:
    biased = [one for one in model.settings if one.kind == "GAT" and (one.projection_bias or one.score_bias)]
    if layout == "pyg" and biased:
        with pytest.raises(
            GatvizError, match=r"^layer 0: .* found a bias of the (projection|scores); save in gatviz's"
        ):
            gatviz.save_weights(model, layout=layout, format=format)
        return
    opened = inspect_weights(gatviz.save_weights(model, layout=layout, format=format))
    assert opened.layout == layout
    assert opened.model.settings == model.settings
    assert opened.model.self_loops == model.self_loops
    assert opened.model.weights().fingerprint == model.weights().fingerprint
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
        ("a bias of W", {"projection_bias": True, "bias": False}),
        ("a bias of a", {"score_bias": True, "bias": False}),
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
    theirs = PygGAT(FEATURES, 6, 2, 4, v2=kind == "GATv2", heads=3, act="elu").eval()
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
    with pytest.raises(GatvizError, match="no such folder"):
        gatviz.save_weights(model, tmp_path / "missing" / "weights.pt")
    with pytest.raises(GatvizError, match="one of gatviz, tutorial, pyg"):
        gatviz.save_weights(model, layout="dgl")
    with pytest.raises(GatvizError, match="a GAT or one of gatviz's layers"):
        gatviz.save_weights(torch.nn.Linear(2, 2))  # type: ignore[arg-type] # which is refused


# ---- models with steps around their layers ---------------------------------------------------------------------------

WIDTH = 4
one_layer = st.builds(
    LayerSettings,
    kind=st.sampled_from(["GAT", "GATv2"]),
    out_features=st.just(2),
    num_heads=st.just(2),
    bias=st.booleans(),
    residual=st.booleans(),
    activation=st.sampled_from([None, "elu", "relu", "tanh"]),
    negative_slope=st.sampled_from([0.2, 0.05]),
)
named_steps = st.one_of(
    st.builds(Linear, st.just(WIDTH), st.booleans()),
    st.builds(BatchNorm, eps=st.sampled_from([1e-5, 0.1]), affine=st.booleans()),
    st.builds(
        LayerNorm, eps=st.sampled_from([1e-5, 0.1]), affine=st.booleans(), mode=st.sampled_from(["graph", "node"])
    ),
    st.builds(GraphNorm, eps=st.sampled_from([1e-5, 0.1])),
    st.just(Activation("prelu")),
)
plain_steps = st.sampled_from([Activation("gelu"), Activation("leaky_relu", 0.3), Activation("none")])
within_sums = st.lists(named_steps | plain_steps | one_layer, min_size=1, max_size=3)
around = st.lists(
    st.one_of(
        named_steps,
        plain_steps,
        one_layer,
        st.builds(Sum, within_sums),
        st.builds(Sum, within_sums, st.builds(Linear, st.just(WIDTH))),
    ),
    max_size=5,
)
ends = st.sampled_from([[], [JumpingKnowledge("cat")], [Readout("mean")], [Linear(3), LogSoftmax()]])


@given(around, around, ends, st.sampled_from(["gatviz", "pyg"]), st.sampled_from(FORMATS), st.booleans())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_model_of_any_steps_opens_equal(
    before: list[Any], after: list[Any], end: list[Any], layout: str, format: WeightsFormat, double: bool
) -> None:
    generator = torch.Generator().manual_seed(5)
    first = ("first.conv", LayerSettings(out_features=2, num_heads=2))
    model = GAT.of_steps(FEATURES, [Linear(WIDTH), *before, first, *after, *end], generator=generator)
    model = model.to(torch.float64 if double else torch.float32).eval()
    for value in [*model.parameters(), *model.buffers()]:
        value.data = torch.rand(value.shape, generator=generator, dtype=value.dtype) + 0.1
    data = gatviz.save_weights(model, layout=layout, format=format)
    opened = inspect_weights(data)
    assert str(opened.recipe) == str(model.recipe)
    assert opened.model.weights().fingerprint == model.weights().fingerprint
    assert torch.equal(opened.model(graph()), model(graph()))
    assert not any(decision.open for decision in opened.decisions)
    again = inspect_weights(gatviz.save_weights(opened.model, layout=layout, format=format))
    assert again.model.steps == opened.model.steps


def test_a_net_of_pyg_and_torch_loads_what_is_saved_in_their_names() -> None:
    net = nn.ModuleDict({"conv1": GATConv(FEATURES, 3, heads=2), "bn": nn.BatchNorm1d(6), "lin": nn.Linear(6, 2)})
    model = gatviz.load_weights(torch_file(net.state_dict()))
    state = torch.load(io.BytesIO(gatviz.save_weights(model, layout="pyg")), weights_only=True)
    fresh = nn.ModuleDict({"conv1": GATConv(FEATURES, 3, heads=2), "bn": nn.BatchNorm1d(6), "lin": nn.Linear(6, 2)})
    fresh.load_state_dict(state)
    for name, value in net.state_dict().items():
        assert torch.equal(fresh.state_dict()[name], value), name


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("layout", ["gatviz", "pyg", "tutorial"])
def test_the_labels_of_the_columns_come_back_unless_others_are_given(layout: str, format: WeightsFormat) -> None:
    model = GAT(FEATURES, [LayerSettings(num_heads=1, out_features=2, bias=False)])
    assert gatviz.load_weights(gatviz.save_weights(model, layout=layout, format=format)).classes == ()
    model.classes = ("zebra", "ape")
    data = gatviz.save_weights(model, layout=layout, format=format)
    assert gatviz.load_weights(data).classes == ("zebra", "ape")
    assert gatviz.load_weights(data, classes=["a", "b"]).classes == ("a", "b")
    assert gatviz.load_weights(data, classes=()).classes == ()


def test_a_trained_model_knows_which_column_is_which_label_and_so_does_its_file() -> None:
    graph = gatviz.sample_graph("karate_club")
    model = GAT.of_paper(graph.num_features, len(graph.class_names), generator=new_generator(0))
    trained = gatviz.fit(graph, model, epochs=2).model
    assert trained.classes == graph.class_names
    assert gatviz.load_weights(gatviz.save_weights(trained)).classes == graph.class_names


def test_the_tutorials_names_hold_no_steps_around() -> None:
    model = GAT.of_steps(FEATURES, [("conv", LayerSettings(bias=False)), ("lin", Linear(2))])
    with pytest.raises(GatvizError, match="recipe: expected attention layers alone, found 'conv > elu > lin'"):
        gatviz.save_weights(model, layout="tutorial")


@pytest.mark.parametrize(
    "told",
    [
        {"recipe": "conv > > lin"},
        {"recipe": 3},
        {"recipe": "conv > other"},
        {"recipe": "lin"},
        {"steps": 3},
        {"steps": {"lin": 3}},
        {"steps": {"lin": {"kind": "Keras"}}},
        {"steps": {"lin": {"kind": "BatchNorm"}}},
        {"steps": {"lin": {"kind": "Linear", "out_features": "3"}}},
        {"steps": {"lin": {"kind": "Linear", "out_features": True}}},
        {"steps": {"lin": {"kind": "Linear", "out_features": 10**9}}},
        {"steps": {"lin": {"kind": "Linear", "more": 3}}},
        {"steps": {"none": {"kind": "Linear", "out_features": 10**9}}},
        {"layers": []},
        {"classes": "red"},
        {"classes": [1, 2]},
        {"classes": ["red", "red"]},
    ],
    ids=str,
)
def test_what_is_told_of_steps_is_checked_like_everything_else(told: dict[str, Any]) -> None:
    model = GAT.of_steps(FEATURES, [("conv", LayerSettings(num_heads=2)), ("bn", BatchNorm()), ("lin", Linear(2))])
    data = gatviz.save_weights(model, format="safetensors")
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    own = json.loads(header["__metadata__"]["gatviz"])
    header["__metadata__"]["gatviz"] = json.dumps(own | told)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    changed = len(text).to_bytes(8, "little") + text + data[8 + length :]
    with pytest.raises(GatvizError):
        gatviz.load_weights(changed)
