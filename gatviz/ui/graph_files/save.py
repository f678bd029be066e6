"""The download of the present graph, as it stands on the screen, in any format that holds all of it."""

from __future__ import annotations

import hashlib

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.files import FORMATS, writable_formats, write_graph
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.words import _

_MADE = "save_made"
_LARGE = 20_000
"""Above so many edges a file of arrays is offered first: text takes seconds to write and check."""


def save_graph() -> None:
    """A choice of formats and the file, made once somebody opens this."""
    opened = st.popover(_("Save"), type="tertiary", key="save_open", on_change="rerun")
    if not opened.open:
        st.session_state.pop(_MADE, None)
        return
    with opened:
        graph = session.current().graph
        formats = sorted(writable_formats(), key=lambda name: graph.num_edges > _LARGE and name != "npz")
        chosen = st.selectbox(_("Format"), formats, format_func=lambda name: FORMATS[name].title, key="save_format")
        try:
            with st.spinner(_("Writing …")):
                content = _content(chosen)
        except GatvizError as error:
            st.error(escape(str(error)), icon="⚠️")
            return
        name = f"graph{FORMATS[chosen].endings[0]}"
        st.download_button(
            _("Download {name}").format(name=name),
            content,
            name,
            mime="application/octet-stream",
            on_click="ignore",
            key="save_get",
            type="primary",
        )
        st.caption(_("Opens here again as the same graph."))


def _content(form: str) -> bytes:
    """The file; made once for each graph, its positions and format."""
    now = session.current()
    graph = now.graph.with_positions(now.positions)
    places = hashlib.sha256(now.positions.tobytes()).hexdigest()
    asked = (graph.fingerprint, places, form)
    made: tuple[tuple[str, str, str], bytes] | None = st.session_state.get(_MADE)
    if made is None or made[0] != asked:
        made = st.session_state[_MADE] = (asked, write_graph(graph, format=form))
    return made[1]
