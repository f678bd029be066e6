"""What is saved: all of the work as a session or a link, or the graph alone in any format that holds all of it."""

from __future__ import annotations

import hashlib

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.files import FORMATS, writable_formats, write_graph
from gatviz.files.container import ENDING
from gatviz.ui.escape import escape
from gatviz.ui.session import keeping, kept, session
from gatviz.words import _

_MADE = "save_made"
_LINK_HEIGHT = 68
_LINK_STYLE = "<style>.st-key-link pre, .st-key-link pre * { overflow: hidden !important; }</style>"
_LARGE = 20_000
"""Above so many edges a file of arrays is offered first: text takes seconds to write and check."""


def save() -> None:
    """The session and the graph as files, made once somebody opens this, and what this browser keeps."""
    opened = st.popover(_("Save"), type="tertiary", key="save_open", on_change="rerun")
    if not opened.open:
        st.session_state.pop(_MADE, None)
        return
    with opened:
        _session()
        _link()
        st.button(
            _("Forget on this computer"),
            icon=":material/delete_history:",
            key="forget_kept",
            type="tertiary",
            help=_("This browser keeps your work as you go, to bring it back after a reload. Forget all of that."),
            on_click=keeping.forget,
        )
        st.divider()
        st.markdown("**" + _("The graph alone") + "**")
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
        )
        st.caption(_("Opens here again as the same graph."))


def _session() -> None:
    now = session.current()
    st.markdown("**" + _("All of this work") + "**")
    st.download_button(
        _("Download {name}").format(name=f"work{ENDING}"),
        lambda: kept.to_file(now),
        f"work{ENDING}",
        mime="application/octet-stream",
        on_click="ignore",
        key="save_session",
        type="primary",
    )
    st.caption(
        _("Graph, positions, model and weights, settings, pins and the last steps. Open brings it back as it is now.")
    )


def _link() -> None:
    st.markdown("**" + _("A link to it") + "**")
    try:
        text = keeping.link()
    except GatvizError as error:
        st.caption(escape(str(error)))
        return
    st.html(_LINK_STYLE)
    with st.container(key="link"):
        st.code(f"{_address()}{text}", language=None, height=_LINK_HEIGHT, wrap_lines=True)
    st.caption(
        _(
            "Only its beginning is in view; the button in its corner copies all of it. Whoever opens it sees this "
            "work, but not its steps. The link holds all of it: nothing is stored."
        )
    )


def _address() -> str:
    """The page's, without what was asked of it."""
    return (st.context.url or "").partition("#")[0].partition("?")[0]


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
