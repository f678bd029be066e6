"""The preview of a graph: what was understood, what was decided, and its first nodes and edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from gatviz.files import Inspection
from gatviz.graph.graph import Graph
from gatviz.ui.escape import escape, sentence
from gatviz.words import _, ngettext

if TYPE_CHECKING:
    pass

_NOTES = 10
_NODES = 6
_EDGES = 6
_FEATURES = 6
_ATTRIBUTES = 4
_MAX_LENGTH = 60
_ROW = 30


def account(inspection: Inspection) -> None:
    """What was understood, and each decision."""
    summary = "\n".join(f"- {escape(line)}" for line in inspection.summary)
    title = _("Understood")
    st.markdown(f"**{title}**\n\n{summary}")
    rounding = [inspection.graph.rounding] if inspection.graph.rounding else []
    notes = [f"- {sentence(note)}" for note in (*inspection.graph.notes, *rounding)]
    title = _("Decided on the way")
    st.markdown(f"**{title}**\n\n" + ("\n".join(notes[:_NOTES]) or _("Nothing had to be decided.")))
    if len(notes) > _NOTES:
        more = len(notes) - _NOTES
        with st.expander(ngettext("{n:,} more decision", "{n:,} more decisions", more).format(n=more)):
            st.markdown("\n".join(notes[_NOTES:]))


def first_rows(graph: Graph) -> None:
    """The first nodes and edges, as they will be."""
    left, right = st.columns([3, 2])
    with left:
        st.caption(_("First nodes of {count:,}").format(count=graph.num_nodes))
        _table(_nodes(graph))
        if graph.num_features > _FEATURES:
            st.caption(_("{count:,} more features").format(count=graph.num_features - _FEATURES))
    with right:
        st.caption(_("First arrows of {count:,}").format(count=graph.num_edges))
        _table(_edges(graph))


def _table(columns: list[tuple[str, Sequence[Any]]]) -> None:
    import pandas as pd

    names = [_cut(name) for name, _values in columns]
    unique = [name + "\u200b" * names[:k].count(name) for k, name in enumerate(names)]
    frame = pd.DataFrame({name: list(values) for name, (_name, values) in zip(unique, columns, strict=True)})
    st.dataframe(frame, hide_index=True, row_height=_ROW)


def _nodes(graph: Graph) -> list[tuple[str, Sequence[Any]]]:
    columns: list[tuple[str, Sequence[Any]]] = [(_("node"), [_cut(name) for name in graph.names[:_NODES]])]
    for title, values in ((_("label"), graph.labels), (_("split"), graph.split)):
        if values is not None:
            columns.append((title, [_cut(value or "") for value in values[:_NODES]]))
    return columns + [(name, graph.x[:_NODES, k].tolist()) for k, name in enumerate(graph.feature_names[:_FEATURES])]


def _edges(graph: Graph) -> list[tuple[str, Sequence[Any]]]:
    source, target = ([_cut(graph.names[n]) for n in row[:_EDGES].tolist()] for row in graph.edge_index)
    shown = [" → ".join(edge) for edge in zip(source, target, strict=True)]
    attributes = list(graph.edge_attributes.items())[:_ATTRIBUTES]
    return [
        (_("source → target"), shown),
        *((name, ["" if v is None else _cut(str(v)) for v in values[:_EDGES]]) for name, values in attributes),
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…"
