"""The sidebar's part about the graph: which one, and the ways to bring one in and out."""

from __future__ import annotations

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.graph import Graph
from gatviz.io import read_graph, sample_graph, sample_graph_names
from gatviz.ui import state, texts

_OWN = "own file"
_UPLOADS = "uploads_taken"


def graph_choice() -> None:
    """Draw the choice of samples and the ways to open a graph."""
    now = state.current()
    options = [*sample_graph_names(), *([_OWN] if now.own else [])]
    shown = _OWN if now.own else now.origin
    st.session_state["graph_choice"] = shown
    st.selectbox(
        texts.GRAPH,
        options,
        key="graph_choice",
        format_func=lambda name: texts.OWN_GRAPH.format(name=now.origin) if name == _OWN else _title(name),
        on_change=_choose_sample,
    )
    with st.expander(texts.UPLOAD):
        st.file_uploader(
            texts.UPLOAD,
            accept_multiple_files=True,
            key=_upload_key(),
            on_change=_take_upload,
            label_visibility="collapsed",
            help=texts.UPLOAD_HELP,
        )


def _upload_key() -> str:
    """A new key after each upload empties the uploader: files of before don't come along with the next."""
    return f"upload-{st.session_state.get(_UPLOADS, 0)}"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _choose_sample() -> None:
    name = st.session_state["graph_choice"]
    if name != _OWN:
        state.show_graph(sample_graph(name), name, own=False)


def _take_upload() -> None:
    files = st.session_state[_upload_key()]
    if not files:
        return
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
    try:
        graph, name = _read_files([(file.name, file.getvalue()) for file in files])
    except GatvizError as error:
        state.update(problem=str(error))
        return
    state.show_graph(graph, name, own=True)


def _read_files(files: list[tuple[str, bytes]]) -> tuple[Graph, str]:
    """One file, or an edge list and a node table in either order."""
    if len(files) == 1:
        (name, content), nodes = files[0], None
    elif len(files) == 2:
        tables = [file for file in files if _header_has_id(file[1])]
        edges = [file for file in files if file not in tables]
        if len(tables) != 1:
            raise GatvizError(
                " and ".join(name for name, _ in files),
                "an edge list and one node table (header id, …)",
                f"{len(tables)} node tables",
                "give the node table a first column named id",
            )
        (name, content), nodes = edges[0], tables[0][1]
    else:
        raise GatvizError(
            "upload", "one file, or an edge list and a node table", f"{len(files)} files", "drop the others"
        )
    return read_graph(content, nodes=nodes, name=name), name


def _header_has_id(content: bytes) -> bool:
    header = content[:500].decode("utf-8", errors="replace").lstrip("\ufeff").splitlines()[:1]
    return bool(header) and header[0].replace(";", ",").split(",")[0].strip().strip('"').lower() == "id"
