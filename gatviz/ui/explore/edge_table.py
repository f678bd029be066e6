"""The table of numbers on arrows beside the canvas: typed or pasted cells, and which of them are edge features."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.errors import quote
from gatviz.graph import editing
from gatviz.graph.graph import Graph
from gatviz.ui.escape import escape
from gatviz.ui.explore.graph_grid import graph_grid, try_step, typed_number
from gatviz.ui.grid import Cells
from gatviz.ui.session import session
from gatviz.ui.session.control_values import forget_value, key_of
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

_MAX_ROWS = 2_000
_MAX_COLUMNS = 40
_MAX_LENGTH = 40


def edge_table(now: session.Session) -> None:
    """Draw the table of the present graph's arrows."""
    filling = _GRID.filled(now.graph)
    graph = filling.shown
    _choice(graph, f"{filling.key}-chosen")
    names, edges = _columns(graph), _rows(graph)
    if names and edges.size:
        numbers = {
            str(k + 1): st.column_config.NumberColumn(name, format="%.6g", width="small")
            for k, name in enumerate(names)
        }
        arrow = st.column_config.TextColumn(_("arrow"), pinned=True)
        _GRID.draw(_frame(graph, names, edges), {"0": arrow, **numbers}, fixed=("0",))
    if edges.size == _MAX_ROWS:
        st.caption(_("The first {rows:,} arrows can be edited here.").format(rows=_MAX_ROWS))
    _new_column()


def _choice(graph: Graph, key: str) -> None:
    """Which numbers are edge features; changed at once."""
    names = list(graph.edge_numbers)
    if names:
        st.pills(
            _("Edge features, which a model can read"),
            names,
            selection_mode="multi",
            default=list(graph.edge_feature_names),
            format_func=lambda name: escape(name if len(name) <= _MAX_LENGTH else name[: _MAX_LENGTH - 1] + "…"),
            key=key,
            on_change=_choose,
            args=(key,),
        )
        st.caption(
            _(
                "Without any, GAT reads only whether an arrow is there. A number that is no attribute of the file goes "
                "with its choice; undo brings it back."
            )
        )
    else:
        st.caption(_("These arrows carry no numbers. A new column is an edge feature, which a model can read."))


def _new_column() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input(_("New edge feature"), key=key_of("edge_feature_new"), placeholder=_("name"))
        st.button(_("Add, all zero"), key="edge_feature_add", on_click=_add, args=(name,), disabled=not name.strip())


def _columns(graph: Graph) -> list[str]:
    return list(graph.edge_numbers)[:_MAX_COLUMNS]


def _rows(graph: Graph) -> NDArray[np.int64]:
    """The edges that have a row, by place; of an undirected graph one of each pair."""
    source, target = graph.edge_index
    edges = np.arange(graph.num_edges) if graph.directed else np.flatnonzero(source <= target)
    return edges[:_MAX_ROWS]


def _frame(graph: Graph, names: list[str], edges: NDArray[np.int64]) -> pd.DataFrame:
    """The cells; columns go by number, since a feature may be called anything."""
    import pandas as pd

    sign = "→" if graph.directed else "–"
    numbers = graph.edge_numbers
    ends = graph.edge_index[:, edges].T.tolist()
    cells: dict[str, Any] = {"0": [f"{graph.names[source]} {sign} {graph.names[target]}" for source, target in ends]}
    for k, name in enumerate(names):
        cells[str(k + 1)] = pd.array([numbers[name][edge] for edge in edges.tolist()], dtype="Float64")
    return pd.DataFrame(cells)


def _with_cells(graph: Graph, typed: Cells) -> Graph:
    """The graph with the cells as they were typed, columns by their numbers."""
    names, edges = _columns(graph), _rows(graph)
    values: dict[int, dict[str, float]] = {}
    for row, cells in typed.items():
        edge = int(edges[int(row)])
        source, target = (quote(graph.names[node]) for node in graph.edge_index[:, edge])
        for column, value in cells.items():
            name = names[int(column) - 1]
            where = _("{name} of {source} → {target}").format(name=quote(name), source=source, target=target)
            values.setdefault(edge, {})[name] = typed_number(where, value)
    return editing.set_edge_numbers(graph, values)


_GRID = graph_grid("edge-table", _with_cells, lambda: _("edit the table of arrows"))


def _choose(key: str) -> None:
    chosen = st.session_state[key] or []
    _try(lambda graph: graph.with_edge_features(chosen), _("choose edge features"))


def _add(name: str) -> None:
    _try(lambda graph: editing.add_edge_feature(graph, name), _("new edge feature {name}").format(name=name))
    forget_value("edge_feature_new")


def _try(edit: Callable[[Graph], Graph], what: str) -> None:
    if not try_step(edit, what):
        _GRID.fill_anew(session.current().graph)
