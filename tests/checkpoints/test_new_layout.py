"""A new layout is one module and one row: no other room knows any layout by name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

import gatviz
from gatviz import GatvizError
from gatviz.checkpoints import LAYOUTS, inspect_weights, save_weights
from gatviz.checkpoints.choices import Reasoned
from gatviz.checkpoints.layer_forms import (
    Default,
    LayerForm,
    Layers,
    LayerTensors,
    OwnChoice,
    StoredLayer,
    WeightsLayout,
    two_halves,
)
from tests.checkpoints.cases import FEATURES, drawn, graph, torch_file

ROOM = Path(gatviz.__file__).parent / "checkpoints"
AROUND = sorted(path for path in ROOM.glob("*.py"))
HOOKS = [field.name for field in fields(WeightsLayout) if field.default is None]


# ---- a layout that only this test knows ------------------------------------------------------------------------------


def read(tensors: LayerTensors) -> StoredLayer:
    arrays, told = two_halves(tensors, tensors.matrix("proj"), "reads", "is_read")
    answers = {"score_sign": Reasoned("plus", "assumed", "A file of acme's says nothing of it")}
    layer = StoredLayer(tensors.name, tensors.form, "GAT", arrays, heads_from=told, answers=answers)
    return replace(layer, residual=tensors.skip("more", layer.in_features, layer.joined))


def as_run(layer: StoredLayer, slope: float, own: Mapping[str, object]) -> tuple[StoredLayer, float]:
    return layer, 3 * slope if own["score_sign"] == "minus" else slope


def check(layers: Layers, around: Mapping[str, object], where: str) -> None:
    if around.get("acme_layers", len(layers)) != len(layers):
        raise GatvizError(where, f"{len(layers)} layers", str(around["acme_layers"]), "count again")


def tensors_of(model: gatviz.GAT) -> dict[str, Tensor]:
    (layer,) = model.weights().layers
    own = {name: torch.tensor(values) for name, values in layer.items()}
    return {"proj": own["W"].flatten(0, 1), "reads": own["a_target"][None], "is_read": own["a_source"][None]}


ACME = WeightsLayout(
    name="acme",
    title="Acme",
    forms=(LayerForm("Acme's layer", ("proj", "reads", "is_read"), ("more",), read),),
    attention=("reads", "is_read"),
    other_edges=("of_edges",),
    self_loops=Default("remove", "Acme has no loops"),
    bias_tells=False,
    residual_tells=False,
    hidden=Default("tanh", "Acme squashes"),
    last=Default(None, "Acme ends plainly"),
    only=Default("relu", "Acme alone clips"),
    notes=("Acme is made up.",),
    own_choices=(OwnChoice("score_sign", ("minus", "plus"), "layers of Acme", {"minus": "Acme turns round."}),),
    activation=lambda k, layers: Default("elu", "Acme says so") if layers[k].name.endswith("loud") else None,
    concat=lambda _: Default(False, "Acme averages"),
    identity_widths=lambda layer, _: (layer.joined,),
    as_run=as_run,
    norm_mode=lambda _: Default("graph", "Acme norms over all"),
    check=check,
    tensors_of=tensors_of,
)


@pytest.fixture(autouse=True)
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(LAYOUTS, dict)
    monkeypatch.setitem(LAYOUTS, "acme", ACME)


def state(at: str = "", wide: int = FEATURES, heads: int = 2) -> dict[str, Tensor]:
    made = drawn(1, proj=(heads * 3, wide), reads=(1, heads, 3), is_read=(1, heads, 3))
    return {f"{at}{name}": values for name, values in made.items()}


def told(opened: gatviz.checkpoints.Checkpoint, name: str) -> list[object]:
    return [one.value for one in opened.decisions if one.name == name]


def test_its_files_open_under_its_title_with_its_own_defaults() -> None:
    opened = inspect_weights(torch_file({"epoch": 3, "net": state("one.")}))
    assert (opened.layout, opened.title, opened.names) == ("acme", "Acme", ("one",))
    assert opened.self_loops == "remove"
    assert "Acme is made up." in opened.notes
    assert told(opened, "activation") == ["relu"]
    assert told(opened, "concat") == [False]
    assert "Acme has no loops." in [one.reason for one in opened.decisions]
    opened.model(graph())


def test_its_hooks_are_asked() -> None:
    stack = state("0.loud") | state("1.", 6)
    stack = {name.replace("loud", "loud."): values for name, values in stack.items()}
    opened = inspect_weights(torch_file(stack))
    assert told(opened, "activation") == ["elu", "none"]
    assert inspect_weights(torch_file(stack), residual=[None, "identity"]).layers[1].residual
    assert told(inspect_weights(torch_file(stack), residual="identity"), "residual") == ["none", "identity"]
    normed = inspect_weights(
        torch_file(
            state("one.") | drawn(2, norm__weight=(6,), norm__bias=(6,)),
        ),
        concat=True,
    )
    assert told(normed, "norm") == ["graph"]
    with pytest.raises(GatvizError, match="expected 1 layers, found 5; count again"):
        inspect_weights(torch_file({"acme_layers": 5, "net": state()}))
    with pytest.raises(GatvizError, match=r"'one\.of_edges\.w', which embeds kinds of edges"):
        inspect_weights(torch_file(state("one.") | {"one.of_edges.w": torch.ones(2)}))


def test_what_it_alone_leaves_open_can_be_chosen() -> None:
    data = torch_file(state())
    opened = inspect_weights(data)
    assert told(opened, "score_sign") == ["plus"]
    turned = inspect_weights(data, score_sign="minus")
    assert turned.layers[0].negative_slope == pytest.approx(0.6)
    assert "Acme turns round." in turned.notes
    assert "Acme turns round." not in opened.notes


def test_its_models_are_saved_in_its_names_and_open_again() -> None:
    model = inspect_weights(torch_file(state())).model
    again = inspect_weights(save_weights(model, layout="acme"))
    assert again.layout == "acme"
    assert torch.equal(again.model(graph()), model(graph()))


def test_it_is_named_where_no_layout_fits_and_where_one_is_chosen() -> None:
    with pytest.raises(GatvizError, match=r"Acme: proj, reads, is_read.*scoring_fn_source or reads"):
        inspect_weights(torch_file({"weight": torch.ones(2, 2)}))
    with pytest.raises(GatvizError, match="'proj', 'reads' and 'is_read' as in Acme's layer"):
        inspect_weights(torch_file({"W.weight": torch.ones(2, 2), "a": torch.ones(4)}), layout="acme")
    with pytest.raises(GatvizError, match=r"layout: expected one of .*, acme"):
        inspect_weights(torch_file(state()), layout="other")


# ---- what holds of every layout --------------------------------------------------------------------------------------


def test_every_form_needs_a_name_that_tells_that_a_layer_is_there() -> None:
    for layout in LAYOUTS.values():
        for form in layout.forms:
            assert set(form.required) & set(layout.attention), form.title
        assert set(layout.attention) <= {tail for form in layout.forms for tail in form.required}


def test_every_hook_is_used_by_some_layout() -> None:
    real = [layout for layout in LAYOUTS.values() if layout is not ACME]
    assert all(any(getattr(layout, hook) is not None for layout in real) for hook in HOOKS)


def said(tree: ast.Module) -> set[int]:
    """Which nodes are docstrings."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


@pytest.mark.parametrize("path", AROUND, ids=lambda path: path.name)
def test_no_room_around_the_layouts_knows_one_by_name(path: Path) -> None:
    """Neither by its module, nor by its short name or title, nor by its tensors (but for formulas' letters)."""
    real = [layout for layout in LAYOUTS.values() if layout is not ACME and layout.name != "gatviz"]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = said(tree)
    tails = {tail for layout in real for form in layout.forms for tail in form.required if "_" in tail}
    names = {layout.name for layout in real}
    titles = ("PyG", "DGL", *(layout.title for layout in real))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("gatviz.checkpoints.layouts."), node.module
            assert {"layouts"}.isdisjoint(alias.name for alias in node.names), node.module
        if isinstance(node, ast.Name | ast.Attribute):
            assert (node.id if isinstance(node, ast.Name) else node.attr) not in names
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            assert node.value not in names | tails, node.value
            assert not any(title in node.value for title in titles), node.value
