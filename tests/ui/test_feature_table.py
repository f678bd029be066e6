"""The table beside the canvas: what is typed reaches the graph, whole, and nothing half-typed does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gatviz.ui import grid
from gatviz.ui.explore import edge_table, feature_table
from gatviz.ui.session import from_browser, session
from gatviz.ui.session.model import present_weights
from tests.ui.drawn import message

GRID = feature_table._GRID


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    shared = SimpleNamespace(session_state={})
    monkeypatch.setattr(session, "st", shared)
    monkeypatch.setattr(grid, "st", shared)
    monkeypatch.setattr(edge_table, "st", shared)
    state: dict[str, Any] = shared.session_state
    return state


def type_cells(kept: dict[str, Any], cells: dict[int, dict[str, object]]) -> session.Session:
    """As Streamlit's grid tells it: all cells typed since it was filled."""
    filling = GRID.filling or GRID.fill_anew(session.current().graph)
    kept[filling.key] = {"edited_rows": cells, "added_rows": [], "deleted_rows": []}
    GRID.take_cells(filling.key)
    return session.current()


def test_typed_cells_reach_the_graph(kept: dict[str, Any]) -> None:
    now = type_cells(kept, {0: {"0": "A", "1": "red", "2": 5}, 3: {"3": -1.5}})
    assert now.graph.names == ("A", "1", "2", "3")
    assert now.graph.labels == ("red", None, None, None)
    assert now.graph.x.tolist() == [[5, 0], [0, 1], [1, 1], [0, -1.5]]
    assert now.history.undo_name == "edit the table"


def test_cells_typed_one_after_the_other_add_up(kept: dict[str, Any]) -> None:
    type_cells(kept, {0: {"2": 5}})
    now = type_cells(kept, {0: {"2": 5, "3": 6}})
    assert now.graph.x[0].tolist() == [5, 6]
    session.undo()
    assert session.current().graph.x[0].tolist() == [5, 0]


def test_nodes_that_were_moved_meanwhile_stay_there(kept: dict[str, Any]) -> None:
    type_cells(kept, {0: {"2": 5}})
    from_browser.take_edits(message(session.current(), {"kind": "move", "names": ["0"], "points": [[9, 9]]}))
    now = type_cells(kept, {0: {"2": 5}, 1: {"2": 7}})
    assert now.positions[0].tolist() == [9, 9]
    assert now.graph.x[1, 0] == 7


@pytest.mark.parametrize("cells", [{0: {"0": "1"}}, {0: {"0": None}}, {0: {"2": None}}, {0: {"2": float("inf")}}])
def test_what_cannot_be_is_refused_and_the_grid_is_filled_anew(
    kept: dict[str, Any], cells: dict[int, dict[str, object]]
) -> None:
    before = session.current().graph
    number = GRID.fill_anew(before).number
    now = type_cells(kept, cells)
    assert now.graph is before
    assert "expected" in now.refused
    assert GRID.filling is not None
    assert GRID.filling.number == number + 1


def test_whole_columns() -> None:
    feature_table._fill("degree")
    now = session.current()
    assert now.graph.feature_names == ("in_degree",)
    weights = present_weights(now)
    assert weights is not None
    assert weights.in_features == 1
    feature_table._rename("in_degree", "degree")
    renamed = present_weights(session.current())
    assert renamed is not None
    np.testing.assert_array_equal(renamed.layers[0]["W"], weights.layers[0]["W"])
    feature_table._delete("degree")
    assert "at least one column" in session.current().refused
    session.undo()
    session.undo()
    assert session.current().graph.feature_names == ("f0", "f1")


def test_a_grid_of_before_and_cells_as_they_were_are_no_step(kept: dict[str, Any]) -> None:
    type_cells(kept, {0: {"2": 5}})
    GRID.take_cells("table-of-before")
    steps = len(session.current().history.past)
    type_cells(kept, {0: {"2": 5}})
    assert len(session.current().history.past) == steps


# ---- the arrows -------------------------------------------------------------------------------------------------


def type_arrows(kept: dict[str, Any], cells: dict[int, dict[str, object]]) -> session.Session:
    filling = edge_table._GRID.fill_anew(session.current().graph)
    kept[filling.key] = {"edited_rows": cells, "added_rows": [], "deleted_rows": []}
    edge_table._GRID.take_cells(filling.key)
    return session.current()


def test_typed_numbers_reach_their_arrows_and_undo_takes_them_back(kept: dict[str, Any]) -> None:
    edge_table._add("distance")
    edge_table._add("distance")
    assert "expected" in session.current().refused
    before = session.current().graph
    now = type_arrows(kept, {0: {"1": 2.5}, 3: {"1": -1}})
    assert now.graph.edge_features is not None
    assert now.graph.edge_features[:, 0].tolist() == [2.5, 0, 0, -1, *[0] * (before.num_edges - 4)]
    session.undo()
    assert session.current().graph == before


@pytest.mark.parametrize("value", [None, float("inf"), 1e300, "many"])
def test_what_is_no_number_of_an_arrow_is_refused_and_the_grid_is_filled_anew(
    kept: dict[str, Any], value: object
) -> None:
    edge_table._add("distance")
    before = session.current().graph
    now = type_arrows(kept, {0: {"1": value}})
    assert now.graph == before
    assert "distance" in now.refused
    assert edge_table._GRID.filling is not None
    assert edge_table._GRID.filling.number == 1


def test_which_numbers_are_edge_features_is_chosen(kept: dict[str, Any]) -> None:
    for name in ("a", "b"):
        edge_table._add(name)
    kept["chosen"] = ["b"]
    edge_table._choose("chosen")
    assert session.current().graph.edge_feature_names == ("b",)
    assert session.current().history.undo_name == "choose edge features"
