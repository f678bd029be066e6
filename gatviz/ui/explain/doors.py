"""The way into Explain for a node, and back to the graph."""

from __future__ import annotations

import streamlit as st

from gatviz.ui.session import session

NODE = "explain_node"
"""The key of the chosen node, by number."""


def open_explain(node: int) -> None:
    """Show Explain for this node; a callback."""
    st.session_state[NODE] = node
    st.session_state["workspace"] = "explain"


def show_on_graph(name: str, target: int, source: int) -> None:
    """Show Explore with this arrow locked; of a large graph what is around the node; a callback."""
    locked = session.current().locked
    weighting = locked.weighting if isinstance(locked, session.Locked) else "0"
    session.update(locked=session.Locked(target, source, weighting))
    st.session_state["part_node"] = name
    st.session_state["workspace"] = "explore"
