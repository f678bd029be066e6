"""The table of names, labels and features beside the canvas: typed or pasted cells, and whole columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from gatviz.errors import quote
from gatviz.graph import editing
from gatviz.graph.features import FEATURE_KINDS, FeatureKind
from gatviz.graph.graph import Graph
from gatviz.ui.explore.edge_table import edge_table
from gatviz.ui.explore.graph_grid import graph_grid, try_step, typed_number
from gatviz.ui.grid import Cells
from gatviz.ui.session import session
from gatviz.ui.session.control_values import forget_value, key_of
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

_MAX_ROWS = 2_000
_MAX_COLUMNS = 60
_NAME, _LABEL = "name", "label"


def feature_table(now: session.Session) -> None:
    """Draw the tables of the present graph: of its nodes, and of its arrows."""
    titles = {"nodes": _("Nodes"), "arrows": _("Arrows")}
    shown = st.segmented_control(
        _("Table of"),
        list(titles),
        default="nodes",
        format_func=titles.__getitem__,
        key="table_of",
        required=True,
        label_visibility="collapsed",
    )
    if shown == "arrows":
        edge_table(now)
    else:
        _node_table(now)


def _node_table(now: session.Session) -> None:
    filled = _GRID.filled(now.graph).shown
    _columns(now.graph)
    rows, columns = min(filled.num_nodes, _MAX_ROWS), min(filled.num_features, _MAX_COLUMNS)
    shown = {
        "0": st.column_config.TextColumn(_("node"), required=True, pinned=True, width="small"),
        "1": st.column_config.TextColumn(_("label"), width="small"),
    }
    for k, name in enumerate(filled.feature_names[:columns]):
        shown[str(k + 2)] = st.column_config.NumberColumn(name, format="%.6g", required=True, width="small")
    _GRID.draw(_frame(filled, rows, columns), shown)
    if rows < filled.num_nodes or columns < filled.num_features:
        st.caption(
            _(
                "The first {rows:,} of {nodes:,} nodes and {columns:,} of {features:,} feature columns can be "
                "edited here."
            ).format(rows=rows, nodes=filled.num_nodes, columns=columns, features=filled.num_features)
        )
    st.caption(
        _(
            "Type, or paste cells from a spreadsheet. New nodes get features drawn from the seed. A new column adds "
            "one column to W, drawn from the seed; a deleted one takes only its own; all other weights keep their "
            "values."
        )
    )


def _frame(graph: Graph, rows: int, columns: int) -> pd.DataFrame:
    """The cells; columns go by number, since a feature may be called anything."""
    import pandas as pd

    labels = graph.labels or (None,) * graph.num_nodes
    cells: dict[str, Any] = {"0": graph.names[:rows], "1": [label or "" for label in labels[:rows]]}
    cells.update({str(k + 2): graph.x[:rows, k] for k in range(columns)})
    return pd.DataFrame(cells)


def _with_cells(graph: Graph, typed: Cells) -> Graph:
    """The graph with the cells as they were typed, columns by their numbers."""
    names, labels = list(graph.names), list(graph.labels or (None,) * graph.num_nodes)
    x = graph.x.copy()
    for row, cells in typed.items():
        for column, value in cells.items():
            if column == "0":
                names[int(row)] = str(value or "").strip()
            elif column == "1":
                labels[int(row)] = str(value or "").strip() or None
            else:
                feature = quote(graph.feature_names[int(column) - 2])
                where = _("feature {name} of {node}").format(name=feature, node=quote(names[int(row)]))
                x[int(row), int(column) - 2] = typed_number(where, value)
    return replace(graph, names=tuple(names), labels=tuple(labels) if any(labels) else None, x=x)


_GRID = graph_grid("table", _with_cells, lambda: _("edit the table"))


# ---- whole columns ----------------------------------------------------------------------------------------


def _columns(graph: Graph) -> None:
    with st.popover(_("Columns"), icon=":material/view_column:", width="stretch"):
        name = st.text_input(_("New column"), key=key_of("column_new"), placeholder=_("name"))
        st.button(
            _("Add, all zero"),
            on_click=_add,
            args=(name,),
            disabled=not name.strip(),
            width="stretch",
            key="column_add",
        )
        chosen = st.selectbox(_("Column"), graph.feature_names, key="column_chosen")
        new_name = st.text_input(_("its new name"), key=key_of("column_name"))
        left, right = st.columns(2)
        left.button(
            _("Rename"), on_click=_rename, args=(chosen, new_name), disabled=not new_name.strip(), width="stretch"
        )
        right.button(_("Delete"), on_click=_delete, args=(chosen,), disabled=graph.num_features < 2, width="stretch")
        kind = st.selectbox(
            _("Replace all columns by"), FEATURE_KINDS, format_func=_kinds().__getitem__, key="column_fill"
        )
        st.button(_("Replace"), on_click=_fill, args=(kind,), width="stretch", key="column_fill_now")


def _kinds() -> dict[FeatureKind, str]:
    return {
        "one_hot": _("one-hot: each node its own"),
        "degree": _("the number of arrows into the node"),
        "constant": _("a constant 1"),
        "random": _("random numbers from the seed"),
    }


def _add(name: str) -> None:
    try_step(lambda graph: editing.add_feature(graph, name), _("new column {name}").format(name=name))
    forget_value("column_new")


def _rename(name: str, new_name: str) -> None:
    count = session.current().graph.num_features
    try_step(
        lambda graph: editing.rename_feature(graph, name, new_name),
        _("rename column {name}").format(name=name),
        tuple(range(count)),
    )
    forget_value("column_name")


def _delete(name: str) -> None:
    try_step(lambda graph: editing.remove_feature(graph, name), _("delete column {name}").format(name=name))


def _fill(kind: Any) -> None:
    seed = session.current().settings.seed
    step = _("features {kind}").format(kind=_kinds()[kind])
    try_step(lambda graph: editing.fill_features(graph, kind, seed=seed), step)
