"""The sidebar: which graph, which model. Every control changes what is computed; nothing else is here."""

from __future__ import annotations

import secrets

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.graph import Graph
from gatviz.io import read_graph, sample_graph, sample_graph_names
from gatviz.layers import available_devices
from gatviz.ui import state, texts
from gatviz.ui.settings import Settings

_FIRST = Settings()
_MOST_HEADS = 16
_MOST_FEATURES = 64
_LARGEST_SEED = 2**31 - 1
_OWN = "own file"
_UPLOADS = "uploads_taken"


def sidebar() -> Settings:
    """Draw the sidebar; the settings that it now shows."""
    with st.sidebar:
        st.html(f'<h1 class="gatviz">{texts.TITLE}</h1><p class="gatviz">{texts.TAGLINE}</p>')
        _graph_choice()
        return _model_choice()


def _graph_choice() -> None:
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


def _model_choice() -> Settings:
    st.html(f"<b>{texts.MODEL}</b>")
    left, right = st.columns(2)
    num_heads = left.number_input(texts.HEADS, 1, _MOST_HEADS, _FIRST.num_heads, key="num_heads")
    features = right.number_input(texts.HEAD_FEATURES, 1, _MOST_FEATURES, _FIRST.head_features, key="head_features")
    combine = st.segmented_control(
        texts.COMBINE,
        [texts.CONCATENATED, texts.AVERAGED],
        default=texts.CONCATENATED,
        key="combine",
        required=True,
        width="stretch",
    )
    slope = st.slider(texts.SLOPE, 0.0, 1.0, _FIRST.negative_slope, 0.05, key="negative_slope")
    dropout = st.slider(texts.DROPOUT, 0.0, 0.9, _FIRST.dropout, 0.05, key="dropout", help=texts.DROPOUT_HELP)
    self_loops = st.selectbox(
        texts.SELF_LOOPS,
        list(texts.SELF_LOOP_CHOICES),
        format_func=texts.SELF_LOOP_CHOICES.__getitem__,
        key="self_loops",
    )
    left, middle, right = st.columns([6, 3, 6], vertical_alignment="bottom")
    middle.button("", icon=":material/casino:", help=texts.REROLL, on_click=_reroll, key="reroll", width="stretch")
    seed = left.number_input(texts.SEED, 0, _LARGEST_SEED, _FIRST.seed, key="seed", step=1)
    device = right.selectbox(texts.DEVICE, available_devices(), key="device")
    return Settings(
        num_heads=int(num_heads),
        head_features=int(features),
        concat=combine != texts.AVERAGED,
        negative_slope=float(slope),
        dropout=float(dropout),
        self_loops=self_loops,
        seed=int(seed),
        device=device,
    )


def _reroll() -> None:
    st.session_state["seed"] = secrets.randbelow(10_000)
