"""The sidebar: which graph, which model. Every control changes what is computed; nothing else is here."""

from __future__ import annotations

import secrets

import streamlit as st

from gatviz.layers import available_devices
from gatviz.ui import texts
from gatviz.ui.graph_choice import graph_choice
from gatviz.ui.settings import Settings

_FIRST = Settings()
_MOST_HEADS = 16
_MOST_FEATURES = 64
_LARGEST_SEED = 2**31 - 1


def sidebar() -> tuple[str, Settings]:
    """Draw the sidebar; the workspace and the settings that it now shows."""
    with st.sidebar:
        st.html(f'<h1 class="gatviz">{texts.TITLE}</h1><p class="gatviz">{texts.TAGLINE}</p>')
        workspace = st.segmented_control(
            texts.WORKSPACE,
            [texts.EXPLORE, texts.COMPARE],
            default=texts.EXPLORE,
            key="workspace",
            required=True,
            label_visibility="collapsed",
            width="stretch",
        )
        graph_choice()
        return workspace or texts.EXPLORE, _model_choice()


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
