"""No keyword is accepted and ignored: it changes what comes out, the file has said so already, or it is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import pytest
import torch
from torch import Tensor
from torch_geometric.nn import GATConv

import gatviz
from gatviz import GatvizError
from gatviz.attention.layers import AttentionLayer
from gatviz.checkpoints import LAYOUTS, Checkpoint, inspect_weights, save_weights
from gatviz.checkpoints.choices import ChoiceWords
from gatviz.files import FORMATS, Inspection, ReadOptions, inspect_graph, readable_formats, template, writable_formats
from gatviz.graph.generators import generate, real_graph
from gatviz.model.layer_settings import Kind
from tests.checkpoints.cases import FEATURES, drawn, graph, torch_file
from tests.checkpoints.test_layouts import (
    around,
    dgl_state,
    dgl_v2_state,
    pygat_state,
    pytorch_gat_state,
    tutorial_heads,
)

Value = TypeVar("Value")


def outcome(make: Callable[[], Value]) -> tuple[Value | None, str]:
    """What is made, or the sentence that refuses it."""
    try:
        return make(), ""
    except GatvizError as error:
        return None, str(error)


def stack_of(kind: Kind, output_heads: int = 1) -> gatviz.GAT:
    draw = torch.Generator().manual_seed(1)
    return gatviz.GAT.of_paper(
        FEATURES, 3, kind=kind, head_features=2, num_heads=3, output_heads=output_heads, generator=draw
    ).eval()


def flat() -> dict[str, Tensor]:
    return drawn(1, lin__weight=(6, FEATURES), att_src=(6,), att_dst=(6,))


PYTORCH_GAT = pytorch_gat_state([FEATURES, 2, 3], [3, 1], skip=True)
DGL_WIDE = dgl_state(1, "l.0.", FEATURES, 3, 2) | dgl_state(2, "l.1.", 6, 3, 2) | dgl_state(3, "l.2.", 6, 2, 3)
FILES: Mapping[str, bytes] = {
    "gatviz": torch_file(stack_of("GAT").state_dict()),
    "gatviz, two heads at the end": torch_file(stack_of("GATv2", 2).state_dict()),
    "gatviz with its settings": save_weights(stack_of("GAT", 2)),
    "the tutorial": torch_file(tutorial_heads("0.", 3, 4, FEATURES, 2) | tutorial_heads("1.", 4, 1, 8, 3)),
    "the tutorial, one head": torch_file(drawn(1, W__weight=(4, FEATURES), a=(8, 1))),
    "pyg": torch_file(GATConv(FEATURES, 3, heads=2).state_dict()),
    "pyg with a residual": torch_file(GATConv(FEATURES, 3, heads=2, residual=True).state_dict()),
    "pyg, flat": torch_file(flat()),
    "pyg with edge features": torch_file(GATConv(FEATURES, 3, heads=2, edge_dim=2).state_dict()),
    "dgl": torch_file(dgl_state(1, "l.0.", FEATURES, 3, 2) | dgl_state(2, "l.1.", 6, 1, 3)),
    "dgl, as wide as its input": torch_file(DGL_WIDE),
    "dgl, one projection": torch_file(DGL_WIDE | {"l.2.res_fc.weight": drawn(3, r=(6, 6))["r"]}),
    "dgl, GATv2": torch_file(dgl_v2_state([(FEATURES, 3, 2), (6, 3, 2), (6, 1, 3)])),
    "pygat": torch_file(pygat_state(1, 3, flat=False)),
    "pygat, sparse": torch_file(pygat_state(1, 3, flat=True)),
    "pytorch_gat": torch_file(PYTORCH_GAT),
    "pytorch_gat with its settings": torch_file(around([FEATURES, 2, 3], [3, 1], PYTORCH_GAT, layer_type="IMP2")),
}
VALUES: Mapping[str, tuple[object, ...]] = {
    "heads": (1, 2, 4),
    "concat": (True, False),
    "activation": ("none", "elu"),
    "residual": ("none", "identity"),
    "self_loops": ("as_given", "add_missing", "remove"),
    "negative_slope": (0.2, 0.05),
    "score_sign": ("minus", "plus"),
    "implementation": ("IMP1", "IMP2", "IMP3"),
    "layout": tuple(LAYOUTS),
    "edge_in_message": (True, False),
    "loop_features": ("mean", "max", 1.0),
    "filled_loops": ("added", "all"),
    "norm": ("node", "graph"),
    "recipe": ("nothing > elu",),
}
BY_LAYER = ("heads", "concat", "activation", "residual")


def test_all_keywords_are_walked() -> None:
    assert set(VALUES) == set(ChoiceWords.__annotations__)


def result(opened: Checkpoint) -> tuple[object, ...]:
    """Whatever a choice can change: settings, numbers, and what comes out on a graph with loops and without."""
    numbers = [array.tobytes() for layer in opened.model.weights().layers for array in layer.values()]
    given = graph()
    width = opened.model.edge_features
    edges = torch.arange(float(given.num_edges * width)).view(-1, width) if width else None
    out = opened.model(given.x, edge_index=given.edge_index, edge_features=edges)
    return opened.layers, opened.self_loops, numbers, out.detach().numpy().tobytes()


def told(opened: Checkpoint, name: str, layer: int | None) -> list[object]:
    """The values of a keyword as the account of the file has them."""
    if name == "layout":
        return [opened.layout]
    return [one.value for one in opened.decisions if one.name == name and layer in (None, one.layer)]


def check(data: bytes, name: str, value: Any, layer: int | None, before: Checkpoint) -> None:
    given = value if layer is None else [value if k == layer else None for k in range(len(before.layers))]
    keyword: dict[str, Any] = {name: given}
    chosen, refusal = outcome(lambda: inspect_weights(data, **keyword))
    if chosen is None:
        assert name in refusal or name == "layout", f"{name}={given} is not named: {refusal}"
        return
    by_hand = {(one.name, one.layer) for one in chosen.decisions if one.origin == "given"}
    assert all(of == name and layer in (None, place) for of, place in by_hand), f"{name}={given}: {by_hand}"
    said = told(chosen, name, layer)
    assert value in said, f"{name}={given} is accepted, but the account has {said}"
    if value not in told(before, name, layer):
        assert result(chosen) != result(before), f"{name}={given} changes nothing"


@pytest.mark.parametrize("file", FILES)
def test_every_keyword_of_load_weights_has_an_effect_or_is_refused(file: str) -> None:
    data = FILES[file]
    before = inspect_weights(data)
    for name, values in VALUES.items():
        for value in values:
            check(data, name, value, None, before)
            for layer in range(len(before.layers)) if name in BY_LAYER else ():
                check(data, name, value, layer, before)


def test_slopes_that_differ_are_told_layer_by_layer() -> None:
    layers = [gatviz.LayerSettings(negative_slope=slope) for slope in (0.2, 0.05)]
    data = save_weights(gatviz.GAT(FEATURES, layers, generator=torch.Generator().manual_seed(1)))
    slopes = [(one.layer, one.value) for one in inspect_weights(data).decisions if one.name == "negative_slope"]
    assert slopes == [(0, 0.2), (1, 0.05)]


# ---- layers and models --------------------------------------------------------------------------------------------

X = torch.tensor([[1.0, 2.0], [-0.5, 1.0], [2.0, -1.0]])
EDGES = torch.tensor([[0, 1, 2, 0, 1], [1, 0, 0, 0, 2]])
LAYERS = (
    gatviz.GATAttentionLayer,
    gatviz.GATv2AttentionLayer,
    gatviz.SingleHeadGATLayer,
    gatviz.GATLayer,
    gatviz.MultiHeadGATLayer,
)
OTHERWISE: Mapping[str, object] = {
    "num_heads": 3,
    "concat": False,
    "bias": True,
    "residual": True,
    "negative_slope": -1.5,
    "alpha": -1.5,
    "dropout": 0.5,
    "feature_dropout": 0.5,
    "activation": "tanh",
    "attention": "equal",
    "self_loops": "add_missing",
    "share_weights": True,
    "projection_bias": True,
    "score_bias": True,
    "in_features": 2,
    "out_features": 5,
    "edge_features": 2,
    "edge_in_message": True,
    "loop_features": 9.0,
}


NEEDS: Mapping[str, Mapping[str, object]] = {
    "edge_in_message": {"edge_features": 2},
    "loop_features": {"edge_features": 2, "self_loops": "add_missing"},
}
"""Keywords that mean something only beside others."""


def run(make: type, **given: object) -> tuple[object, ...]:
    """What a layer in training gives, and the parameters that it has."""
    settings = {"in_features": 2, "out_features": 4, "num_heads": 2, **given}
    if "num_heads" not in inspect.signature(make).parameters:
        settings.pop("num_heads")
    layer = make(**settings, generator=torch.Generator().manual_seed(1))
    of_edges = {"edge_features": torch.arange(10.0).view(5, 2)} if "edge_features" in given else {}
    out = layer(X, edge_index=EDGES, generator=torch.Generator().manual_seed(2), **of_edges)
    return out.tolist(), {name: tuple(value.shape) for name, value in layer.state_dict().items()}


def keywords(make: type) -> list[str]:
    own = [*inspect.signature(make).parameters]
    if "settings" in own:
        own += [*inspect.signature(AttentionLayer).parameters]
    return [name for name in dict.fromkeys(own) if name not in ("settings", "generator", "in_features")]


@pytest.mark.parametrize("make", LAYERS)
def test_every_keyword_of_a_layer_has_an_effect(make: type) -> None:
    for name in keywords(make):
        beside = NEEDS.get(name, {})
        assert run(make, **beside, **{name: OTHERWISE[name]}) != run(make, **beside), name


@pytest.mark.parametrize("make", LAYERS)
def test_a_word_in_place_of_yes_or_no_is_refused(make: type) -> None:
    for name in set(keywords(make)) & {"concat", "bias", "residual", "share_weights", "projection_bias", "score_bias"}:
        with pytest.raises(GatvizError, match=rf"^{name}: expected True or False, found 'no'"):
            run(make, **{name: "no"})


def test_hidden_layers_that_are_not_there_have_no_sizes() -> None:
    sizes: list[dict[str, Any]] = [{"head_features": 4}, {"num_heads": 4}]
    for given in sizes:
        name = next(iter(given))
        with pytest.raises(GatvizError, match=rf"^{name}: expected hidden layers"):
            gatviz.GAT.of_paper(2, 3, num_layers=1, **given)
    with pytest.raises(GatvizError, match="num_layers: expected at least 1"):
        gatviz.GAT.of_paper(2, 3, num_layers=0)


# ---- reading graphs -----------------------------------------------------------------------------------------------

TABLE = b"source,target,weight\nA,B,1\nB,C,2\nC,C,3\n"
NODES = b"id,label,age,height,club,who\nA,p,1,5,x,A\nB,q,2,6,y,B\nC,p,3,8,x,C\n"
GRAPHS: Mapping[str, Mapping[str, bytes]] = {
    "edges": {"e.csv": TABLE},
    "edges and nodes": {"e.csv": TABLE, "n.csv": NODES},
    "matrix": {"m.csv": template("matrix")},
    **{form: {f"g{FORMATS[form].endings[0]}": template(form)} for form in writable_formats()},
    "pajek": {"g.net": template("pajek")},
    "sparse_npz": {"g.npz": template("sparse_npz")},
}
READ: Mapping[str, tuple[object, ...]] = {
    "format": (*readable_formats(),),
    "directed": (True, False),
    "source": ("source", "target"),
    "target": ("source", "target"),
    "node_id": ("id", "who"),
    "label": ("", "club", "age"),
    "features": (("age",), ("f0",), ()),
    "ignored": (("age",), ("f0",)),
    "edge_features": (("weight",), ("length",)),
    "missing_features": ("one_hot", "degree", "constant"),
    "categorical": ("ignore",),
    "scaling": ("row", "standard"),
    "matrix": ("row_points_to_column",),
    "encoding": ("utf-8", "gb18030"),
    "two_mode": (True, False),
    "name": ("who", "height"),
}


NAMED_BY_VALUE = ("format", "name", "features", "ignored", "label", "source", "target", "node_id", "edge_features")
"""A column that is not there is named itself; so is a format."""


def test_all_options_are_walked() -> None:
    assert set(READ) == {field.name for field in fields(ReadOptions)}


def account(found: Inspection) -> tuple[object, ...]:
    return found.graph, found.columns, found.format, found.graph.notes


ONE_READER = ({"json", "node_link"}, {"npz", "sparse_npz"})
"""Formats that are told apart by what stands in them, also where one of them is asked for; the account says which."""


def is_told(form: object, name: str, found: str) -> bool:
    return form in (name, found) or any({form, found} == pair for pair in ONE_READER)


@pytest.mark.parametrize("name", GRAPHS)
def test_every_option_of_reading_has_an_effect_or_is_refused(name: str) -> None:
    files = GRAPHS[name]
    before = inspect_graph(files)
    for option, values in READ.items():
        for value in values:
            given: dict[str, Any] = {option: value}
            after, refusal = outcome(lambda: inspect_graph(files, options=ReadOptions(**given)))  # noqa: B023
            if after is None:
                assert option in refusal or option in NAMED_BY_VALUE
                continue
            said = {
                "format": value if is_told(value, name, before.format) else before.format,
                "directed": before.graph.directed,
                "missing_features": before.made_up,
                "encoding": after.encoding,
                "two_mode": after.two_mode,
                **{use.use: use.name for use in before.columns if use.use in ("source", "target", "label")},
                "node_id": next((use.name for use in before.columns if use.use == "id"), None),
            }
            same = account(after) == account(before)
            assert not same or said.get(option) == value or option == "features", f"{option}={value}"


def test_a_name_or_nodes_beside_several_files_are_refused() -> None:
    both: list[dict[str, Any]] = [{"name": "x.csv"}, {"nodes": NODES}]
    for beside in both:
        with pytest.raises(GatvizError, match=f"^{next(iter(beside))}: expected a single file"):
            inspect_graph({"e.csv": TABLE}, **beside)
    with pytest.raises(GatvizError, match=r"^features: expected one word"):
        gatviz.read_graph(TABLE, features="degree", options=ReadOptions(missing_features="constant"))


def test_a_seed_that_draws_nothing_is_refused() -> None:
    with pytest.raises(GatvizError, match="seed: expected something to draw"):
        generate("ring", seed=1)
    with pytest.raises(GatvizError, match="seed: expected features='random'"):
        real_graph("karate_club", seed=1)
