"""The way into Explain for a node, and back to the graph."""

from __future__ import annotations

import streamlit as st

from gatviz.analysis.subject import called
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.control_values import set_value
from gatviz.words import _

NODE = "explain_node"
"""The key of the chosen node, by number."""


def explain_door(now: session.Session) -> None:
    """A button that explains the node that is locked on the graph, where one is."""
    if isinstance(now.locked, session.Locked) and now.locked.target < now.graph.num_nodes:
        node = now.locked.target
        st.button(
            _("Explain {node}").format(node=escape(called(now.graph.names[node]))),
            key="explain_locked",
            type="tertiary",
            icon=":material/help_center:",
            help=_("What this node's answer rests on: what attention says, and what happens when arrows are removed."),
            on_click=open_explain,
            args=(node,),
        )


def open_explain(node: int) -> None:
    """Show Explain for this node; a callback."""
    set_value(NODE, node)
    set_value("workspace", "explain")


def show_on_graph(name: str, target: int, source: int) -> None:
    """Show Explore with this arrow locked; of a large graph what is around the node; a callback."""
    locked = session.current().locked
    weighting = locked.weighting if isinstance(locked, session.Locked) else "head-0"
    session.update(locked=session.Locked(target, source, weighting))
    set_value("part_node", name)
    set_value("workspace", "explore")
