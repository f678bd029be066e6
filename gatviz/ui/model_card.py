"""The sidebar's card of the model: its kind, heads, features and seed, and folded what else can be set."""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import get_args

import streamlit as st

from gatviz.errors import GatvizError
from gatviz.model.layer_settings import Kind
from gatviz.model.recipe import Recipe
from gatviz.ui.card import field, line, named, title
from gatviz.ui.dialog_door import dialog_door
from gatviz.ui.model_rest import rest_of_opened, rest_of_own, rest_told
from gatviz.ui.session import session
from gatviz.ui.session.control_values import key_of, set_value
from gatviz.ui.session.run_cache import drawn_weights
from gatviz.ui.session.settings import MAX_FEATURES, MAX_HEADS, MAX_SEED, Settings
from gatviz.ui.session.steps import close_model
from gatviz.ui.session.work import OpenedModel
from gatviz.ui.weights.save import save_the_weights
from gatviz.words import _, commas, ngettext

_DEFAULTS = Settings()
_MAX_NAME = 60
_MAX_REASON = 200


def model_card() -> Settings:
    """Draw the card; the settings that it now shows."""
    opened = session.current().work.opened
    with st.container(key="card-model"):
        title(_("Model"))
        if session.current().work.given is not None:
            settings = _alpha_alone()
        else:
            settings = _own_model() if opened is None else _opened_model(opened)
        with st.container(key="ways-model", horizontal=True):
            dialog_door(
                _("Open weights"),
                "open_weights",
                "gatviz.ui.weights.open_dialog",
                about=_(
                    "A state dict of PyG, DGL, pyGAT, pytorch-GAT, the tutorial or gatviz; nothing in the file is run."
                ),
            )
            if session.current().work.given is None:
                save_the_weights()
    return settings


def _alpha_alone() -> Settings:
    """There is no model; the sidebar's own waits behind a button."""
    now = session.current()
    call = now.work.captured_call
    assert call is not None
    named(call.called[:_MAX_NAME])
    line(_("α as it was given. The model that it came of is not here, so there is nothing to set."), quiet=True)
    if call.reason:
        line(call.reason[:_MAX_REASON], quiet=True)
    st.button(_("Put a model in its place"), on_click=close_model, type="tertiary", key="close_model")
    return now.settings


def _own_model() -> Settings:
    kind: Kind = st.selectbox(_("Kind of layer"), get_args(Kind), key=key_of("kind"), label_visibility="collapsed")
    told = st.empty()
    with field(_("Heads"), "heads"):
        heads = st.number_input(
            _("Heads"), 1, MAX_HEADS, _DEFAULTS.num_heads, key=key_of("num_heads"), label_visibility="collapsed"
        )
    with field(_("Features"), "features"):
        features = st.number_input(
            _("Features per head"),
            1,
            MAX_FEATURES,
            _DEFAULTS.head_features,
            key=key_of("head_features"),
            label_visibility="collapsed",
        )
    seed = _seed_choice()
    with st.expander(rest_told(None), key="model_rest"):
        settings = rest_of_own(kind, int(heads), int(features), seed)
        _recipe(settings)
    with told:
        line(_in_short(settings), quiet=True)
    return settings


def _opened_model(opened: OpenedModel) -> Settings:
    named(opened.name[:_MAX_NAME])
    told = st.empty()
    with st.expander(rest_told(opened), key="model_rest"):
        settings = rest_of_opened(opened)
        _recipe(settings)
    with told:
        line(_in_short(settings), quiet=True)
    st.button(_("Close the model"), on_click=close_model, type="tertiary", key="close_model")
    return settings


def _in_short(settings: Settings) -> str:
    layers = settings.layers
    sizes = [
        _("{heads} heads × {features}").format(heads=layer.num_heads, features=layer.out_features)
        if len(layers) == 1
        else f"{layer.num_heads} × {layer.out_features}"
        for layer in layers
    ]
    count = _number_of_weights(settings, session.current().graph.num_features)
    weights = [ngettext("{n:,} weight", "{n:,} weights", count).format(n=count)] if count else []
    parts = [
        *([_("{count} layers").format(count=len(layers))] if len(layers) > 1 else []),
        commas(sizes),
        *([_("equal shares")] if any(layer.attention == "equal" for layer in layers) else []),
        *weights,
    ]
    return " · ".join(parts)


@lru_cache(maxsize=128)
def _number_of_weights(settings: Settings, in_features: int) -> int:
    """0 of a model that cannot be made for so many features; the run says why."""
    try:
        weights = drawn_weights(settings, in_features)
    except GatvizError:
        return 0
    return sum(values.size for _name, arrays in weights.all for values in arrays.values())


def _recipe(settings: Settings) -> None:
    line(_("The model's steps, one after another:"), quiet=True)
    st.code(str(Recipe.of_steps(settings.steps)), language=None, wrap_lines=True)


def _seed_choice() -> int:
    with (
        field(_("Seed"), "seed"),
        st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="row-dice"),
    ):
        seed = st.number_input(
            _("Seed"), 0, MAX_SEED, _DEFAULTS.seed, key=key_of("seed"), step=1, label_visibility="collapsed", width=88
        )
        st.button(
            "", icon=":material/casino:", type="tertiary", help=_("New random weights"), on_click=_reroll, key="reroll"
        )
    return int(seed)


def _reroll() -> None:
    set_value("seed", secrets.randbelow(10_000))
