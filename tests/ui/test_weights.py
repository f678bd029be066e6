"""The screen's way with weights: what was chosen in the dialog counts, and the table shows what the model has."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn
from torch_geometric.nn import GATConv

from gatviz import GAT, Graph, Recipe, load_weights, save_weights
from gatviz.ui.session.run_cache import present_model
from gatviz.ui.session.session import Session
from gatviz.ui.weights import table as weights_table
from tests.ui.walk import checked, run_app, state_of


def saved(tensors: object) -> bytes:
    stream = io.BytesIO()
    torch.save(tensors, stream)
    return stream.getvalue()


def choose_file(app: AppTest, content: bytes) -> None:
    app.button(key="open_weights").click().run()
    uploader = next(one for one in app.file_uploader if one.label == "A torch file (.pt, .pth) or safetensors")
    uploader.set_value(("one.pt", content, "application/octet-stream")).run()
    checked(app)


def control(app: AppTest, label: str) -> Any:
    return next(one for one in app.selectbox if one.label == label)


def test_another_opening_under_the_same_name_has_its_own_self_loops() -> None:
    app, content = run_app(), saved(GATConv(2, 3, heads=2).state_dict())
    for loops in ("as_given", "remove"):
        choose_file(app, content)
        control(app, "self-loops").select(loops).run()
        checked(app.button(key="weights_show").click().run())
        assert state_of(app).settings.self_loops == loops


def test_what_becomes_open_by_a_choice_is_asked() -> None:
    flat = {"lin.weight": torch.ones(6, 2), "att_src": torch.ones(6), "att_dst": torch.ones(6)}
    app = run_app()
    choose_file(app, saved(flat))
    of_layer = {"heads": "Layer 0: heads", "concat": "Layer 0: heads are"}
    assert of_layer["concat"] not in [one.label for one in app.selectbox]
    control(app, of_layer["heads"]).select(2).run()
    control(app, of_layer["concat"]).select(False).run()
    checked(app.button(key="weights_show").click().run())
    layer = state_of(app).settings.layers[0]
    assert (layer.num_heads, layer.out_features, layer.concat) == (2, 3, False)


def with_table() -> AppTest:
    app = run_app()
    app.session_state["gatviz_session"] = Session(state_of(app).work, panel="weights")
    return checked(app.run())


def test_a_refused_cell_leaves_no_grid_that_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_table()
    grid = weights_table._GRID
    held: dict[str, Any] = {grid._slot: app.session_state[grid._slot], "gatviz_session": state_of(app)}
    monkeypatch.setattr("streamlit.session_state", held)
    before = grid.filling
    assert before is not None
    held[before.key] = {"edited_rows": {0: {"0": 1e300}}}
    grid.take_cells(before.key)
    after = grid.filling
    assert after is not None
    assert "finite" in held["gatviz_session"].refused
    assert after.key != before.key
    assert after.shown.fingerprint == before.shown.fingerprint
    held[after.key] = {"edited_rows": {0: {"0": 0.5}}}
    grid.take_cells(after.key)
    weights = held["gatviz_session"].work.weights
    assert weights is not None
    assert np.isclose(weights.weights.layers[0]["W"][0, 0, 0], 0.5)


def net() -> nn.ModuleDict:
    torch.manual_seed(1)
    return nn.ModuleDict({"conv1": GATConv(2, 3, heads=2), "bn": nn.BatchNorm1d(6), "lin": nn.Linear(6, 2)})


def recipe_of(app: AppTest) -> Any:
    return next(one for one in app.text_input if one.label == "Recipe")


def test_the_recipe_is_shown_corrected_and_run() -> None:
    app = run_app()
    choose_file(app, saved(net().state_dict()))
    assert recipe_of(app).value == "conv1 > bn > relu > lin"
    checked(recipe_of(app).set_value("conv1 > elu > lin > bn").run())
    assert any("step 2 (bn)" in plain(one.value) and "found 2" in plain(one.value) for one in app.error)
    assert app.button(key="weights_show").disabled
    checked(recipe_of(app).set_value("conv1 > bn > relu > lin").run())
    assert "Layer 0: activation" in [one.label for one in app.selectbox]
    checked(recipe_of(app).set_value("conv1 > elu > bn > lin").run())
    assert "Layer 0: activation" not in [one.label for one in app.selectbox], (
        "the line says it: it would change nothing"
    )
    assert not app.error
    checked(app.button(key="weights_show").click().run())
    assert str(Recipe.of_steps(state_of(app).settings.steps)) == "conv1 > elu > bn > lin"


def test_one_answer_for_the_whole_graph_is_told_as_such_everywhere() -> None:
    """By a readout there is no row for a node: no label can be compared, explained or learnt."""
    app = run_app()
    app.selectbox(key="graph_choice").set_value("opposites").run()
    graph = state_of(app).graph
    assert len(graph.class_names) == 2
    reads = graph.num_features
    two = nn.ModuleDict({"conv1": GATConv(reads, 3, heads=2), "lin": nn.Linear(6, 2)})
    choose_file(app, saved(two.state_dict()))
    checked(recipe_of(app).set_value("conv1 > relu > mean > lin").run())
    assert any("one row for the whole graph" in plain(one.value) for one in app.caption)
    checked(app.button(key="weights_show").click().run())
    for workspace in ("compare", "explain", "train"):
        checked(app.segmented_control(key="workspace").set_value(workspace).run())
        assert not app.error
        if workspace != "compare":
            assert any("for the whole graph, by a readout" in plain(one.value) for one in app.info)
    assert not any(one.label.startswith("Add a linear readout") for one in app.button)


def test_a_whole_model_with_what_gatviz_lacks_is_refused_in_one_sentence_until_its_recipe_is_written() -> None:
    app = run_app()
    net = nn.ModuleDict({"conv1": GATConv(2, 3, heads=2), "act": nn.SiLU(), "conv2": GATConv(6, 2)})
    choose_file(app, saved(net))
    assert [plain(one.value).partition("found ")[2][:6] for one in app.warning] == ["'SiLU'"]
    assert not app.error
    assert app.button(key="weights_show").disabled
    checked(recipe_of(app).set_value("conv1 > elu > conv2").run())
    assert any("'act' (SiLU), which gatviz cannot run" in plain(one.value) for one in app.caption)
    checked(app.button(key="weights_show").click().run())


def plain(text: str) -> str:
    return text.replace("\\", "")


def test_a_file_that_can_be_read_in_two_ways_is_asked_about() -> None:
    app = run_app()
    more = {f"other.{name}": value for name, value in nn.Linear(6, 3).state_dict().items()}
    choose_file(app, saved({**net().state_dict(), **more}))
    (way,) = [one for one in app.radio if "How is it to be read" in one.label]
    assert recipe_of(app).value == "conv1 > bn > relu > lin"
    checked(way.set_value("conv1 > bn > relu > other").run())
    assert recipe_of(app).value == "conv1 > bn > relu > other"
    checked(app.button(key="weights_show").click().run())
    assert str(Recipe.of_steps(state_of(app).settings.steps)) == "conv1 > bn > relu > other"


def test_weights_of_steps_around_the_layers_are_edited_and_undone() -> None:
    app = run_app()
    choose_file(app, saved(net().state_dict()))
    checked(app.button(key="weights_show").click().run())
    app.session_state["gatviz_session"] = replace(state_of(app), panel="weights")
    checked(app.run())
    checked(control(app, "Step").select("bn").run())
    checked(control(app, "Parameter").select("running_mean").run())
    before = state_of(app).work.weights
    checked(app.button(key="fill_ones").click().run())
    after = state_of(app).work.weights
    assert before is not None
    assert after is not None
    assert after.weights.of("bn")["running_mean"].tolist() == [1.0] * 6
    assert "bn.running_mean" in state_of(app).history.undo_name
    earlier = state_of(app).history.undone(state_of(app).work)[0].weights
    assert earlier is not None
    assert earlier.weights.fingerprint == before.weights.fingerprint


def test_the_columns_of_the_output_are_matched_with_the_labels() -> None:
    """A model that is right everywhere by the order in which labels appear, and wrong everywhere by their names."""
    x = np.eye(2)[[0, 1, 0]]
    loops = np.array([range(3), range(3)])
    graph = Graph(("a", "b", "c"), x, loops, labels=("red", "blue", "red"), positions=np.eye(3, 2))
    conv = GATConv(2, 2, bias=False)
    conv.lin.weight.data = torch.eye(2)
    app = run_app()
    app.session_state["gatviz_session"] = Session(replace(state_of(app).work, graph=graph))
    checked(app.run())
    choose_file(app, saved(conv.state_dict()))
    columns = control(app, "Columns of the output stand for labels")
    assert columns.value.classes == ("red", "blue")
    assert any("100.00 %: 3 of 3" in plain(one.value) for one in app.markdown)
    checked(app.button(key="weights_show").click().run())
    assert state_of(app).settings.classes == ("red", "blue")
    now = state_of(app)
    again = save_weights(present_model(now.graph, now.settings, now.work.weights.weights if now.work.weights else None))
    assert load_weights(again).classes == ("red", "blue")
    choose_file(app, save_weights(classed(load_weights(again), ("blue", "red"))))
    columns = control(app, "Columns of the output stand for labels")
    assert (columns.value.classes, columns.value.way) == (("blue", "red"), "saved")
    assert any("0.00 %: 0 of 3" in plain(one.value) for one in app.markdown)


def classed(model: GAT, classes: tuple[str, ...]) -> GAT:
    model.classes = classes
    return model
