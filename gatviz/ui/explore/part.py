"""Which part of a large graph the stage shows: the strongest arrows, or what is around one node."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import MOST_EDGES, MOST_NODES, Direction, Part, neighbourhood, strongest
from gatviz.ui.escape import escape
from gatviz.ui.session.control_values import key_of
from gatviz.words import _

_MOST_HOPS = 4
_MOST_MATCHES = 50


@dataclass(frozen=True)
class Around:
    """The neighbourhood of one node: how many hops, along which arrows."""

    node: int
    hops: int
    direction: Direction


def is_large(trace: LayerTrace) -> bool:
    """Whether only a part can be shown."""
    return trace.num_nodes > MOST_NODES or trace.num_edges > MOST_EDGES


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
    steps = hops.number_input(_("Hops"), 0, _MOST_HOPS, 1, key="part_hops")
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
    return [*exact, *begins, *holds][:_MOST_MATCHES]


def shown_part(trace: LayerTrace, around: Around | None) -> Part:
    """The nodes and arrows to show; α is the full run's either way."""
    if not is_large(trace):
        return Part.whole(trace.num_nodes, trace.num_edges)
    if around is None:
        return strongest(trace.alpha, trace.edge_index, trace.num_nodes)
    return neighbourhood(
        trace.edge_index,
        trace.num_nodes,
        around.node,
        around.hops,
        alpha=trace.alpha,
        direction=around.direction,
        max_edges=MOST_EDGES,
    )
