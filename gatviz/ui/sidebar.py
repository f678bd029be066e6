"""The sidebar: which graph, which model. Every control changes what is computed; nothing else is here."""

from __future__ import annotations

import secrets
from typing import get_args

import streamlit as st

from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import available_devices
from gatviz.model.steps import Kind
from gatviz.ui import state, texts
from gatviz.ui.graph_choice import graph_choice
from gatviz.ui.history import OpenedModel
from gatviz.ui.open_weights import open_weights
from gatviz.ui.plain import plain
from gatviz.ui.save_weights import save_the_weights
from gatviz.ui.settings import Settings

_FIRST = Settings()
_MOST_LAYERS = 4
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
        opened = state.current().work.opened
        return workspace or texts.EXPLORE, _model_choice() if opened is None else _opened_model(opened)


def _model_choice() -> Settings:
    _model_title()
    left, right = st.columns(2)
    kind = left.selectbox(texts.KIND, get_args(Kind), key="kind", help=texts.KIND_HELP)
    num_layers = right.number_input(texts.LAYERS, 1, _MOST_LAYERS, _FIRST.num_layers, key="num_layers")
    left, right = st.columns(2)
    num_heads = left.number_input(texts.HEADS, 1, _MOST_HEADS, _FIRST.num_heads, key="num_heads")
    features = right.number_input(texts.HEAD_FEATURES, 1, _MOST_FEATURES, _FIRST.head_features, key="head_features")
    if num_layers == 1:
        combine = st.segmented_control(
            texts.COMBINE,
            [texts.CONCATENATED, texts.AVERAGED],
            default=texts.CONCATENATED,
            key="combine",
            required=True,
            width="stretch",
        )
    else:
        combine = texts.CONCATENATED
    slope = st.slider(texts.SLOPE, 0.0, 1.0, _FIRST.negative_slope, 0.05, key="negative_slope")
    self_loops = _self_loops_choice(_FIRST.self_loops)
    seed = _seed_choice()
    with st.expander(texts.MORE):
        output_features = _output_choice(num_layers)
        bias = st.checkbox(texts.BIAS, key="bias")
        residual = st.checkbox(texts.RESIDUAL, key="residual", help=texts.RESIDUAL_HELP)
        shared = kind == "GATv2" and st.checkbox(texts.SHARE_WEIGHTS, key="share_weights")
        dropout = _dropout_choice()
        device = _device_choice()
    return Settings(
        kind=kind,
        num_layers=int(num_layers),
        num_heads=int(num_heads),
        head_features=int(features),
        output_features=output_features,
        concat=combine != texts.AVERAGED,
        bias=bias,
        residual=residual,
        share_weights=shared,
        negative_slope=float(slope),
        dropout=dropout,
        self_loops=self_loops,
        seed=seed,
        device=device,
    )


def _model_title() -> None:
    st.html(f"<b>{texts.MODEL}</b>")
    left, right = st.columns([3, 1])
    with left:
        open_weights()
    with right:
        save_the_weights()


def _opened_model(opened: OpenedModel) -> Settings:
    _model_title()
    with st.container(border=True):
        lines = [texts.OPENED.format(name=plain(opened.name[:60]))]
        for k, layer in enumerate(opened.layers):
            line = texts.LAYER_OPTION.format(
                layer=k, kind=layer.kind, heads=layer.num_heads, features=layer.out_features
            )
            lines.append(f"{line}, {texts.CONCATENATED if layer.concat else texts.AVERAGED}")
        st.caption("  \n".join(lines))
        st.button(texts.CLOSE_MODEL, on_click=state.close_model, width="stretch", key="close_model")
    self_loops = _self_loops_choice(opened.self_loops, key=f"self_loops of opening {opened.opening}")
    with st.expander(texts.MORE):
        dropout = _dropout_choice()
        device = _device_choice()
    return Settings(opened=opened.layers, self_loops=self_loops, dropout=dropout, device=device)


def _self_loops_choice(usual: SelfLoops, key: str = "self_loops") -> SelfLoops:
    choices = list(texts.SELF_LOOP_CHOICES)
    chosen: SelfLoops = st.selectbox(
        texts.SELF_LOOPS,
        choices,
        index=choices.index(usual),
        format_func=texts.SELF_LOOP_CHOICES.__getitem__,
        key=key,
    )
    return chosen


def _seed_choice() -> int:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    right.button("", icon=":material/casino:", help=texts.REROLL, on_click=_reroll, key="reroll", width="stretch")
    return int(left.number_input(texts.SEED, 0, _LARGEST_SEED, _FIRST.seed, key="seed", step=1))


def _output_choice(num_layers: float) -> int:
    """C of the last layer of a stack: one for each class if the graph has classes."""
    if num_layers == 1:
        return _FIRST.output_features
    classes = len(state.current().graph.class_names)
    usual = classes if 0 < classes <= _MOST_FEATURES else _FIRST.output_features
    return int(st.number_input(texts.OUTPUT_FEATURES, 1, _MOST_FEATURES, usual, key=f"output_features_{usual}"))


def _dropout_choice() -> float:
    return float(st.slider(texts.DROPOUT, 0.0, 0.9, _FIRST.dropout, 0.05, key="dropout", help=texts.DROPOUT_HELP))


def _device_choice() -> str:
    devices = available_devices()
    only = len(devices) == 1
    chosen: str = st.selectbox(
        texts.DEVICE,
        devices,
        format_func=lambda device: texts.NO_OTHER_DEVICE.format(device=device) if only else device,
        help=texts.ONLY_CPU if only else texts.DEVICE_HELP,
        key="device",
    )
    return chosen


def _reroll() -> None:
    st.session_state["seed"] = secrets.randbelow(10_000)
