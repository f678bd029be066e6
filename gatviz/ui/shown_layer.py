"""Which call of a captured run is on the screen, and which layer of a stack: the choices in the bar."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gatviz.attention.layer_trace import LayerTrace
from gatviz.capturing.run import CapturedCall
from gatviz.ui.escape import escape
from gatviz.ui.session import run_cache, session
from gatviz.ui.session.captured import choose_call
from gatviz.ui.session.control_values import key_of, set_value, value_of
from gatviz.words import _

_CALL = "captured_call"
_MAX_CALL = 40
_MAX_SIDE_BY_SIDE = 5


def call_choice(now: session.Session) -> None:
    """Which call of a captured run is on the screen."""
    run = now.work.captured
    if run is None or len(run.calls) < 2:
        return
    set_value(_CALL, now.work.call)
    names = [_call_name(place, call) for place, call in enumerate(run.calls)]
    given: Any = {"label": _("Call"), "options": range(len(names)), "key": key_of(_CALL), "on_change": _take_call}
    given["label_visibility"] = "collapsed"
    if len(names) <= _MAX_SIDE_BY_SIDE:
        st.segmented_control(**given, format_func=lambda place: escape(names[place]), required=True)
    else:
        st.selectbox(**given, format_func=names.__getitem__, width=220)


def _layer_name(place: int, layer: LayerTrace) -> str:
    if layer.alpha_alone:
        return _("Layer {layer}, α alone").format(layer=place)
    return _("Layer {layer} · {kind} {heads} × {features}").format(
        layer=place, kind=layer.kind, heads=layer.num_heads, features=layer.head_features
    )


def _call_name(place: int, call: CapturedCall) -> str:
    name = call.called[:_MAX_CALL]
    if call.layer is None:
        return _("{place} · {name}, α alone").format(place=place, name=name)
    settings = call.layer.settings
    return _("{place} · {name} {heads} × {features}").format(
        place=place, name=name, heads=settings.num_heads, features=settings.out_features
    )


def _take_call() -> None:
    choose_call(int(value_of(_CALL) or 0))


def layer_choice(run: run_cache.Run) -> int:
    """Which layer of a stack the views show."""
    layers = run.whole.layers
    if len(layers) == 1:
        return 0
    if value_of("layer", 0) not in range(len(layers)):
        set_value("layer", len(layers) - 1)
    chosen = st.segmented_control(
        _("Layer"),
        range(len(layers)),
        format_func=lambda k: _layer_name(k, layers[k]),
        key=key_of("layer"),
        default=0,
        required=True,
        label_visibility="collapsed",
    )
    return chosen or 0
