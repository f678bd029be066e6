"""The button that opens the dialog for graphs; the dialog itself is loaded when it is first asked for."""

from __future__ import annotations

import streamlit as st

from gatviz.words import _

OPEN = "open_dialog"
"""Whether the dialog is open, in the session's state."""


def open_graph() -> None:
    """The button, and the dialog while it is open."""
    st.button(
        _("Open"),
        key="open_graph",
        type="tertiary",
        help=_("From files, pasted text or a generator; nothing is replaced before you have seen what was understood."),
        on_click=_begin,
    )
    if st.session_state.get(OPEN):
        from gatviz.ui.graph_files.open_dialog import graph_dialog

        graph_dialog()


def _begin() -> None:
    from gatviz.ui.graph_files.open_dialog import begin

    begin()
