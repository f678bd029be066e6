"""The sidebar's card of the graph: which one, what it is, and the ways to bring one in and out."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from gatviz.files import sample_graph, sample_graph_names
from gatviz.graph.graph import Graph
from gatviz.ui.card import line, title
from gatviz.ui.dialog_door import dialog_door
from gatviz.ui.graph_files.save import save
from gatviz.ui.session import session
from gatviz.ui.session.control_values import key_of, set_value, value_of
from gatviz.ui.session.steps import show_graph
from gatviz.words import _, ngettext

_OWN = "own_file"
_MAX_SENTENCE = 110
_MAX_TITLE = 40
_NEW_FEATURES = 2


def graph_card() -> None:
    """Draw the card."""
    now = session.current()
    with st.container(key="card-graph"):
        title(_("Graph"))
        options = [*sample_graph_names(), *([_OWN] if now.own else [])]
        set_value("graph_choice", _OWN if now.own else now.origin)
        st.selectbox(
            _("Graph"),
            options,
            key=key_of("graph_choice"),
            format_func=lambda name: _("Yours: {name}").format(name=now.origin) if name == _OWN else _title(name),
            on_change=_choose_sample,
            label_visibility="collapsed",
        )
        line(_counts(now.graph), quiet=True)
        line(_first_sentence(now.graph.description), quiet=True)
        with st.container(key="ways-graph", horizontal=True):
            dialog_door(
                _("Open"),
                "open_graph",
                "gatviz.ui.graph_files.open_dialog",
                about=_(
                    "From files, pasted text or a generator; nothing is replaced before you have seen what was "
                    "understood."
                ),
            )
            st.button(
                _("Draw new"),
                key="draw_new",
                type="tertiary",
                help=_("An empty canvas; undo brings this graph back."),
                on_click=_draw_new,
            )
            save()


def graph_title(now: session.Session) -> str:
    """What the graph on show is called."""
    return now.origin[:_MAX_TITLE] if now.own else _title(now.origin)


def _counts(graph: Graph) -> str:
    parts = [
        ngettext("{n:,} node", "{n:,} nodes", graph.num_nodes).format(n=graph.num_nodes),
        ngettext("{n:,} arrow", "{n:,} arrows", graph.num_edges).format(n=graph.num_edges),
    ]
    if graph.num_edge_features:
        told = ngettext("{n:,} edge feature", "{n:,} edge features", graph.num_edge_features)
        parts.append(told.format(n=graph.num_edge_features))
    return " · ".join(parts)


_END = re.compile(r"(?<=[^\W\d_]{2})\. |\.$")
"""Where a sentence ends: not after an initial."""


def _first_sentence(text: str) -> str:
    """The first sentence of a description, as far as it fits a card."""
    first = _END.split(text.strip(), maxsplit=1)[0].rstrip(".")
    if not first:
        return ""
    return f"{first}." if len(first) <= _MAX_SENTENCE else f"{first[: _MAX_SENTENCE - 1]}…"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _choose_sample() -> None:
    name = value_of("graph_choice")
    if name in sample_graph_names():  # not what an own graph was called before: the browser tells it once more
        show_graph(sample_graph(name), name, own=False)


def _draw_new() -> None:
    nothing = np.zeros((0, _NEW_FEATURES)), np.zeros((2, 0), dtype=np.int64)
    show_graph(Graph(names=(), x=nothing[0], edge_index=nothing[1]), _("drawing"), own=True)
