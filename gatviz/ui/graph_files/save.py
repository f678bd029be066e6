"""What is saved: all of the work as a session or a link, or the graph alone in any format that holds all of it."""

from __future__ import annotations

import hashlib

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.files import FORMATS, writable_formats, write_graph
from gatviz.files.container import ENDING
from gatviz.ui.escape import escape
from gatviz.ui.making import Offer, offer_at_once
from gatviz.ui.session import keeping, kept, session
from gatviz.words import _

_LINK_HEIGHT = 68
_LINK_STYLE = "<style>.st-key-link pre, .st-key-link pre * { overflow: hidden !important; }</style>"
_LARGE = 20_000
"""Above so many edges a file of arrays is offered first: text takes seconds to write and check."""


def save() -> None:
    """The session and the graph as files, made once somebody opens this, and what this browser keeps."""
    opened = st.popover(_("Save"), type="tertiary", key="save_open", on_change="rerun")
    if not opened.open:
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
        if offer_at_once(_offer(chosen)):
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


def _offer(form: str) -> Offer:
    """The graph as it stands, in a format."""
    now = session.current()
    graph = now.graph.with_positions(now.positions)
    places = hashlib.sha256(now.positions.tobytes()).hexdigest()
    name = f"graph{FORMATS[form].endings[0]}"
    asked = (graph.fingerprint, places, form)
    return Offer(name, asked, lambda: lambda _hears: write_graph(graph, format=form), _("Writing …"))
