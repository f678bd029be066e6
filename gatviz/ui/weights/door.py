"""The button that opens the dialog for trained weights; the dialog itself is loaded when it is first asked for."""

from __future__ import annotations

import streamlit as st

from gatviz.words import _

OPEN = "weights_dialog"
"""Whether the dialog is open, in the session's state."""


def open_weights() -> None:
    """The button, and the dialog while it is open."""
    st.button(
        _("Open weights"),
        key="open_weights",
        type="tertiary",
        help=_("A state dict of PyG, DGL, pyGAT, pytorch-GAT, the tutorial or gatviz; nothing in the file is run."),
        on_click=_begin,
    )
    if st.session_state.get(OPEN):
        from gatviz.ui.weights.open_dialog import weights_dialog

        weights_dialog()


def _begin() -> None:
    from gatviz.ui.weights.open_dialog import begin

    begin()
