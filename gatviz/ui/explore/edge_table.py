"""The table of numbers on arrows beside the canvas: typed or pasted cells, and which of them are edge features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph import editing
from gatviz.graph.graph import Graph
from gatviz.numbers import check_finite
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.control_values import forget_value, key_of
from gatviz.ui.session.steps import take_graph
from gatviz.words import _

_BASE = "gatviz_edge_table_base"
_MAX_ROWS = 2_000
_MAX_COLUMNS = 40
_MAX_LENGTH = 40
_ROW_HEIGHT, _MAX_HEIGHT = 35, 430


@dataclass(frozen=True)
class _Base:
    """What the grid was filled with; filled anew when somebody else changed the graph."""

    number: int
    graph: Graph
    result: str

    @property
    def key(self) -> str:
        return f"edge-table-{self.number}"


def edge_table(now: session.Session) -> None:
    """Draw the table of the present graph's arrows."""
    base = st.session_state.get(_BASE)
    if base is None or base.result != now.graph.fingerprint:
        base = _filled(now.graph)
    _choice(base)
    names, edges = _columns(base.graph), _rows(base.graph)
    if names and edges.size:
        st.data_editor(
            _frame(base.graph, names, edges),
            key=base.key,
            on_change=_take_cells,
            args=(base.key,),
            hide_index=True,
            width="stretch",
            height=min(_MAX_HEIGHT, _ROW_HEIGHT * (edges.size + 1) + 3),
            disabled=["0"],
            column_config={
                "0": st.column_config.TextColumn(_("arrow"), pinned=True),
                **{
                    str(k + 1): st.column_config.NumberColumn(name, format="%.6g", width="small")
                    for k, name in enumerate(names)
                },
            },
        )
    if edges.size == _MAX_ROWS:
        st.caption(_("The first {rows:,} arrows can be edited here.").format(rows=_MAX_ROWS))
    _new_column()


def _choice(base: _Base) -> None:
    """Which numbers are edge features; changed at once."""
    names = list(base.graph.edge_numbers)
    if names:
        st.pills(
            _("Edge features, which a model can read"),
            names,
            selection_mode="multi",
            default=list(base.graph.edge_feature_names),
            format_func=lambda name: escape(name if len(name) <= _MAX_LENGTH else name[: _MAX_LENGTH - 1] + "…"),
            key=f"{base.key}-chosen",
            on_change=_choose,
            args=(f"{base.key}-chosen",),
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


def _filled(graph: Graph) -> _Base:
    number = st.session_state[_BASE].number + 1 if _BASE in st.session_state else 0
    base: _Base = _Base(number, graph, graph.fingerprint)
    st.session_state[_BASE] = base
    return base


def _columns(graph: Graph) -> list[str]:
    return list(graph.edge_numbers)[:_MAX_COLUMNS]


def _rows(graph: Graph) -> NDArray[np.int64]:
    """The edges that have a row, by place; of an undirected graph one of each pair."""
    source, target = graph.edge_index
    edges = np.arange(graph.num_edges) if graph.directed else np.flatnonzero(source <= target)
    return edges[:_MAX_ROWS]


def _frame(graph: Graph, names: list[str], edges: NDArray[np.int64]) -> pd.DataFrame:
    """The cells; columns go by number, since a feature may be called anything."""
    sign = "→" if graph.directed else "–"
    numbers = graph.edge_numbers
    ends = graph.edge_index[:, edges].T.tolist()
    cells: dict[str, Any] = {"0": [f"{graph.names[source]} {sign} {graph.names[target]}" for source, target in ends]}
    for k, name in enumerate(names):
        cells[str(k + 1)] = pd.array([numbers[name][edge] for edge in edges.tolist()], dtype="Float64")
    return pd.DataFrame(cells)


def _take_cells(key: str) -> None:
    """Take over all that was typed since the grid was filled; a grid of before has nothing more to say."""
    base: _Base = st.session_state[_BASE]
    if key != base.key:
        return
    try:
        graph = _with_cells(base.graph, st.session_state[base.key]["edited_rows"])
        take_graph(graph.with_positions(session.current().positions), _("edit the table of arrows"))
    except GatvizError as error:
        session.update(refused=str(error))
        _filled(session.current().graph)
        return
    st.session_state[_BASE] = replace(base, result=graph.fingerprint)


def _with_cells(graph: Graph, typed: Mapping[int, Mapping[str, Any]]) -> Graph:
    """The graph with the cells {row: {column number: value}} as they were typed."""
    names, edges = _columns(graph), _rows(graph)
    values: dict[int, dict[str, float]] = {}
    for row, cells in typed.items():
        edge = int(edges[int(row)])
        source, target = (quote(graph.names[node]) for node in graph.edge_index[:, edge])
        for column, value in cells.items():
            name = names[int(column) - 1]
            where = _("{name} of {source} → {target}").format(name=quote(name), source=source, target=target)
            if value is None:
                raise GatvizError(where, _("a number"), _("an empty cell"), _("type a number, 0 for none"))
            values.setdefault(edge, {})[name] = check_finite(where, value, _("type a number such as 0.5"))
    return editing.set_edge_numbers(graph, values)


def _choose(key: str) -> None:
    chosen = st.session_state[key] or []
    _try(lambda graph: graph.with_edge_features(chosen), _("choose edge features"))


def _add(name: str) -> None:
    _try(lambda graph: editing.add_edge_feature(graph, name), _("new edge feature {name}").format(name=name))
    forget_value("edge_feature_new")


def _try(edit: Callable[[Graph], Graph], what: str) -> None:
    try:
        take_graph(edit(session.current().graph), what)
    except GatvizError as error:
        session.update(refused=str(error))
        _filled(session.current().graph)
