"""The sidebar: which graph, which model. Every control changes what is computed; nothing else is here."""

from __future__ import annotations

import html
import secrets
from dataclasses import replace
from typing import get_args

import streamlit as st

from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import available_devices
from gatviz.model.steps import Kind
from gatviz.ui.escape import escape
from gatviz.ui.graph_files.choice import graph_choice
from gatviz.ui.session import session
from gatviz.ui.session.settings import Settings, opened_key
from gatviz.ui.session.steps import close_model
from gatviz.ui.session.work import OpenedModel
from gatviz.ui.weights.open_dialog import open_weights
from gatviz.ui.weights.save import save_the_weights
from gatviz.words import _

NAME = "gatviz"

_DEFAULTS = Settings()
_MOST_LAYERS = 4
_MOST_HEADS = 16
_MOST_FEATURES = 64
_LARGEST_SEED = 2**31 - 1


def sidebar() -> Settings:
    """Draw the sidebar; the settings that it now shows."""
    with st.sidebar:
        tagline = html.escape(_("see what attention attends to"))
        st.html(f'<h1 class="gatviz">{NAME}</h1><p class="gatviz">{tagline}</p>')
        graph_choice()
        opened = session.current().work.opened
        return _model_choice() if opened is None else _opened_model(opened)


def _model_choice() -> Settings:
    _model_title()
    left, right = st.columns(2)
    kind = left.selectbox(
        _("Layer"),
        get_args(Kind),
        key="kind",
        help=_(
            "GAT (Veličković et al. 2018) scores a pair by two separate sums; GATv2 (Brody et al. 2022) puts "
            "LeakyReLU between "
            "W and a, so that the ranking of sources can differ from target to target."
        ),
    )
    num_layers = right.number_input(_("Layers"), 1, _MOST_LAYERS, _DEFAULTS.num_layers, key="num_layers")
    left, right = st.columns(2)
    num_heads = left.number_input(_("Heads"), 1, _MOST_HEADS, _DEFAULTS.num_heads, key="num_heads")
    features = right.number_input(
        _("Features per head"), 1, _MOST_FEATURES, _DEFAULTS.head_features, key="head_features"
    )
    if num_layers == 1:
        concat = st.segmented_control(
            _("Heads are"),
            [True, False],
            default=True,
            format_func=_joined,
            key="concat",
            required=True,
            width="stretch",
        )
    else:
        concat = True
    slope = st.slider(_("LeakyReLU slope"), 0.0, 1.0, _DEFAULTS.negative_slope, 0.05, key="negative_slope")
    self_loops = _self_loops_choice(_DEFAULTS.self_loops)
    seed = _seed_choice()
    with st.expander(_("More about the model")):
        output_features = _output_choice(num_layers)
        bias = st.checkbox(_("Bias"), key="bias")
        residual = st.checkbox(
            _("Residual connection"),
            key="residual",
            help=_("A learnt projection of the layer's input is added to its output."),
        )
        shared = kind == "GATv2" and st.checkbox(_("One W for both roles (GATv2)"), key="share_weights")
        dropout = _dropout_choice()
        device = _device_choice()
    return Settings(
        kind=kind,
        num_layers=int(num_layers),
        num_heads=int(num_heads),
        head_features=int(features),
        output_features=output_features,
        concat=concat is not False,
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
    title = html.escape(_("Model"))
    st.html(f"<b>{title}</b>")
    left, right = st.columns([3, 1])
    with left:
        open_weights()
    with right:
        save_the_weights()


def _opened_model(opened: OpenedModel) -> Settings:
    _model_title()
    with st.container(border=True):
        lines = [_("Opened: **{name}**").format(name=escape(opened.name[:60]))]
        for k, layer in enumerate(Settings(opened=opened.steps).layers):
            line = _("Layer {layer} · {kind} {heads} × {features}").format(
                layer=k, kind=layer.kind, heads=layer.num_heads, features=layer.out_features
            )
            lines.append(f"{line}, {_joined(layer.concat)}")
        st.caption("  \n".join(lines))
        st.button(_("Close the model"), on_click=close_model, width="stretch", key="close_model")
    self_loops = _self_loops_choice(opened.self_loops, key=opened_key("self_loops", opened))
    with st.expander(_("More about the model")):
        dropout = _dropout_choice()
        device = _device_choice()
    now = session.current().settings
    return replace(now, self_loops=self_loops, dropout=dropout, device=device)


def _joined(concat: bool) -> str:
    return _("concatenated") if concat else _("averaged")


def _self_loops_choice(usual: SelfLoops, key: str = "self_loops") -> SelfLoops:
    choices: dict[SelfLoops, str] = {
        "add_missing": _("add the missing"),
        "as_given": _("as given"),
        "remove": _("remove"),
    }
    chosen: SelfLoops = st.selectbox(
        _("Self-loops"),
        list(choices),
        index=list(choices).index(usual),
        format_func=choices.__getitem__,
        key=key,
    )
    return chosen


def _seed_choice() -> int:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    right.button(
        "", icon=":material/casino:", help=_("New random weights"), on_click=_reroll, key="reroll", width="stretch"
    )
    return int(left.number_input(_("Seed"), 0, _LARGEST_SEED, _DEFAULTS.seed, key="seed", step=1))


def _output_choice(num_layers: float) -> int:
    """C of the last layer of a stack: one for each class if the graph has classes."""
    if num_layers == 1:
        return _DEFAULTS.output_features
    classes = len(session.current().graph.class_names)
    usual = classes if 0 < classes <= _MOST_FEATURES else _DEFAULTS.output_features
    return int(
        st.number_input(
            _("Features per head of the last layer"), 1, _MOST_FEATURES, usual, key=f"output_features_{usual}"
        )
    )


def _dropout_choice() -> float:
    return float(
        st.slider(
            _("Dropout on α"),
            0.0,
            0.9,
            _DEFAULTS.dropout,
            0.05,
            key="dropout",
            help=_(
                "Above 0 the layer runs as in training: a random part of the shares is dropped, the rest scaled up. "
                "The stages 'mask' and 'α dropped' show it."
            ),
        )
    )


def _device_choice() -> str:
    devices = available_devices()
    only = len(devices) == 1
    chosen: str = st.selectbox(
        _("Device"),
        devices,
        format_func=lambda device: _("{device} (no other found)").format(device=device) if only else device,
        help=_("torch finds no CUDA or Apple device on this machine, so there is only the CPU.")
        if only
        else _(
            "On another device than the CPU the model runs on both; the proof tells their largest difference and times."
        ),
        key="device",
    )
    return chosen


def _reroll() -> None:
    st.session_state["seed"] = secrets.randbelow(10_000)
