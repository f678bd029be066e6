"""The screen's way with weights: what was chosen in the dialog counts, and the table shows what the model has."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch_geometric.nn import GATConv

from gatviz.ui.session.session import Session
from gatviz.ui.weights import table as weights_table

APP = str(Path(__file__).parents[2] / "app.py")


def run_app() -> AppTest:
    return checked(AppTest.from_file(APP, default_timeout=60).run())


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def state_of(app: AppTest) -> Session:
    session: Session = app.session_state["gatviz_session"]
    return session


def saved(tensors: dict[str, torch.Tensor]) -> bytes:
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
    before: weights_table._Base = app.session_state[weights_table._BASE]
    held: dict[str, Any] = {weights_table._BASE: before, "gatviz_session": state_of(app)}
    held[before.key] = {"edited_rows": {0: {"0": 1e300}}}
    monkeypatch.setattr("streamlit.session_state", held)
    weights_table._take_cells(before.key)
    after = held[weights_table._BASE]
    assert "finite" in held["gatviz_session"].refused
    assert after.key != before.key
    assert after.weights.fingerprint == before.weights.fingerprint
    held[after.key] = {"edited_rows": {0: {"0": 0.5}}}
    weights_table._take_cells(after.key)
    weights = held["gatviz_session"].work.weights
    assert weights is not None
    assert np.isclose(weights.weights.layers[0]["W"][0, 0, 0], 0.5)
