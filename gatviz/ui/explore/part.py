"""Which part of a large graph the stage shows: the strongest arrows, or what is around one node."""

from __future__ import annotations

import streamlit as st

from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Direction
from gatviz.stage.part import Around
from gatviz.ui.escape import escape
from gatviz.ui.session.control_values import key_of
from gatviz.words import _

_MAX_HOPS = 4
_MAX_MATCHES = 50


def part_choice(graph: Graph) -> Around | None:
    """Draw the choice; None for the strongest arrows."""
    around, hops, direction = st.columns([5, 2, 4], vertical_alignment="bottom")
    wish = around.text_input(
        _("Show the neighbourhood of a node"),
        key=key_of("part_node"),
        placeholder=_("type its name; empty shows the strongest arrows of the whole graph"),
    ).strip()
    if not wish:
        return None
    found = matches(graph, wish)
    if not found:
        st.info(
            _("No node's name holds “{name}”; the strongest arrows of the whole graph are shown.").format(
                name=escape(wish[:60])
            )
        )
        return None
    steps = hops.number_input(_("Hops"), 0, _MAX_HOPS, 1, key="part_hops")
    ways: dict[Direction, str] = {"reads": _("what it reads"), "is_read": _("who reads it"), "both": _("both")}
    way = direction.segmented_control(
        _("Along"), list(ways), format_func=ways.__getitem__, default="reads", key="part_way", required=True
    )
    node = found[0]
    if graph.names[node] != wish and len(found) > 1:
        node = st.selectbox(_("Which of them?"), found, format_func=lambda n: graph.names[n], key="part_match")
    return Around(int(node), int(steps), way or "reads")


def matches(graph: Graph, wish: str) -> list[int]:
    """Node numbers whose names fit what was typed: the very name first, then those that begin so, then any."""
    low = wish.casefold()
    names = [(n, name.casefold()) for n, name in enumerate(graph.names)]
    exact = [n for n, name in names if name == low]
    begins = [n for n, name in names if name.startswith(low) and name != low]
    holds = [n for n, name in names if low in name and not name.startswith(low)]
    return [*exact, *begins, *holds][:_MAX_MATCHES]
