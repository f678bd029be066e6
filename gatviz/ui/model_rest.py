"""What can be set about the model beside its kind, heads, features and seed: folded, and told in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, get_args

import streamlit as st

from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.edges import SelfLoops
from gatviz.attention.layers import Attention, available_devices
from gatviz.attention.loop_features import Filled, Reduction
from gatviz.model.around import JumpingKnowledge
from gatviz.model.layer_settings import Kind
from gatviz.ui.card import line
from gatviz.ui.escape import escape
from gatviz.ui.session import session
from gatviz.ui.session.control_values import key_of, value_of
from gatviz.ui.session.settings import (
    MAX_FEATURES,
    MAX_LAYERS,
    NO_ACTIVATION,
    OF_OPENED,
    Jumping,
    Settings,
    opened_key,
    output_key,
)
from gatviz.ui.session.work import OpenedModel
from gatviz.words import _, commas

_DEFAULTS = Settings()
_MAX_NAMES = 60


def rest_told(opened: OpenedModel | None) -> str:
    """The settings that are folded, in one line: always those of the heads, of the others what is not usual.

    Told of the controls as they are about to be drawn, since the line stands above them.
    """
    settings = _about_to_be(opened)
    layers, usual = settings.layers, _DEFAULTS
    told: list[str] = []
    if not settings.opened:
        told.append(_("slope {value:.2f}").format(value=settings.negative_slope))
        if settings.num_layers > 1:
            told.append(_("{count} layers").format(count=settings.num_layers))
        else:
            told.append(how_joined(settings.concat))
        sigmas = [layer.activation or NO_ACTIVATION for layer in layers]
        if sigmas != [layer.activation or NO_ACTIVATION for layer in _usual_sigmas(settings)]:
            told.append("σ " + commas(dict.fromkeys(sigmas)))
        flags = {"bias": _("bias"), "residual": _("residual"), "readout": _("linear readout")}
        told += [word for name, word in flags.items() if getattr(settings, name)]
        if settings.jumping:
            told.append(JumpingKnowledge(settings.jumping).word)
    if any(layer.edge_features for layer in layers):
        told.append(_("reads edge features"))
    if settings.self_loops != usual.self_loops or settings.opened:
        told.append(_("self-loops: {choice}").format(choice=_self_loops()[settings.self_loops]))
    if settings.dropout:
        told.append(_("dropout {rate:.2f}").format(rate=settings.dropout))
    if settings.feature_dropout:
        told.append(_("dropout on features {rate:.2f}").format(rate=settings.feature_dropout))
    if settings.device != usual.device:
        told.append(settings.device)
    return " · ".join(told)


def _about_to_be(opened: OpenedModel | None) -> Settings:
    """The present settings, with what the controls say since they were touched."""
    before = session.current().settings
    keys = {field.name: field.name for field in fields(Settings)}
    if opened is not None:
        keys |= {name: opened_key(name, opened) for name in OF_OPENED}
    told: dict[str, Any] = {name: said for name, key in keys.items() if (said := value_of(key)) is not None}
    if opened is None:
        told["edge_features"] = session.current().graph.num_edge_features if value_of("reads_edges", True) else 0
    sigmas = [value_of(f"activation_{k}") or word for k, word in enumerate(before.activations)]
    return replace(before, **told, activations=tuple(sigmas), opened=opened.steps if opened else ())


def _usual_sigmas(settings: Settings) -> Sequence[Any]:
    return Settings(num_layers=settings.num_layers, readout=settings.readout).layers


def how_joined(concat: bool) -> str:
    """How heads become one."""
    return _("concatenated") if concat else _("averaged")


def rest_of_own(kind: Kind, num_heads: int, head_features: int, seed: int) -> Settings:
    """Draw the controls for a model of one's own; its settings."""
    attention = _attention_choice()
    num_layers = int(st.number_input(_("Layers"), 1, MAX_LAYERS, _DEFAULTS.num_layers, key=key_of("num_layers")))
    readout = st.checkbox(
        _("Linear readout after the last layer"),
        key=key_of("readout"),
        help=_("One more matrix maps each node's features to one number a class; no node reads another there."),
    )
    jumping = _jumping_choice() if readout and num_layers > 1 else ""
    output_features = _output_choice(readout) if readout or num_layers > 1 else _DEFAULTS.output_features
    concat = _concat_choice() if num_layers == 1 else True
    activations, last_activation = _activation_choices(num_layers, readout)
    slope = st.slider(_("LeakyReLU slope"), 0.0, 1.0, _DEFAULTS.negative_slope, 0.05, key=key_of("negative_slope"))
    bias = st.checkbox(_("Bias"), key=key_of("bias"))
    residual = st.checkbox(
        _("Residual connection"),
        key=key_of("residual"),
        help=_("A learnt projection of the layer's input is added to its output."),
    )
    shared = kind == "GATv2" and st.checkbox(_("One W for both roles (GATv2)"), key=key_of("share_weights"))
    edge_features = _edge_choice()
    self_loops = _self_loops_choice("self_loops", _DEFAULTS.self_loops)
    loop_features, filled_loops = _loop_choices(
        self_loops, edge_features, "loop_features", "filled_loops", _DEFAULTS.loop_features, _DEFAULTS.filled_loops
    )
    dropout, feature_dropout = _dropout_choices()
    return Settings(
        kind=kind,
        num_layers=num_layers,
        num_heads=num_heads,
        head_features=head_features,
        output_features=output_features,
        concat=concat,
        bias=bias,
        residual=residual,
        share_weights=shared,
        negative_slope=float(slope),
        attention=attention,
        activations=activations,
        last_activation=last_activation,
        readout=readout,
        jumping=jumping,
        edge_features=edge_features,
        loop_features=loop_features,
        filled_loops=filled_loops,
        dropout=dropout,
        feature_dropout=feature_dropout,
        self_loops=self_loops,
        seed=seed,
        device=_device_choice(),
    )


def rest_of_opened(opened: OpenedModel) -> Settings:
    """Draw the controls for an opened model; its settings."""
    loops = opened.loop_features
    reads = max(layer.edge_features for layer in Settings(opened=opened.steps).layers)
    self_loops = _self_loops_choice(opened_key("self_loops", opened), opened.self_loops)
    keys = opened_key("loop_features", opened), opened_key("filled_loops", opened)
    loop_features, filled_loops = _loop_choices(self_loops, reads, *keys, loops.value, loops.filled)
    dropout, feature_dropout = _dropout_choices()
    return replace(
        session.current().settings,  # those of one's own model wait until this one is closed
        opened=opened.steps,
        classes=session.current().settings.classes,
        self_loops=self_loops,
        loop_features=loop_features,
        filled_loops=filled_loops,
        dropout=dropout,
        feature_dropout=feature_dropout,
        device=_device_choice(),
    )


# ---- one control each -----------------------------------------------------------------------------------------


def _attention_choice() -> Attention:
    titles: dict[Attention, str] = {"learnt": _("learnt"), "equal": _("equal shares")}
    chosen: Attention | None = st.segmented_control(
        _("Attention"),
        list(titles),
        default=_DEFAULTS.attention,
        format_func=titles.__getitem__,
        key=key_of("attention"),
        required=True,
        width="stretch",
    )
    if chosen == "equal":
        told = _("Every node reads all its neighbours alike, 1/|N(i)| each, whatever the scores: the fair control.")
        line(told, quiet=True)
    return chosen or "learnt"


def _concat_choice() -> bool:
    chosen = st.segmented_control(
        _("Heads are"),
        [True, False],
        default=_DEFAULTS.concat,
        format_func=how_joined,
        key=key_of("concat"),
        required=True,
        width="stretch",
    )
    return chosen is not False


def _activation_choices(num_layers: int, readout: bool) -> tuple[tuple[str, ...], str]:
    """σ of each hidden layer, or of the only one, and of the last of several."""
    words = [*ACTIVATIONS, NO_ACTIVATION]
    chosen = list(_DEFAULTS.activations)
    last = num_layers > 1 and not readout
    for k in range(num_layers - last):
        name = _("σ after layer {layer}").format(layer=k) if num_layers > 1 else _("σ after the layer")
        chosen[k] = _sigma(name, words, chosen[k], f"activation_{k}")
    if not last:
        return tuple(chosen), _DEFAULTS.last_activation
    name = _("σ after layer {layer}").format(layer=num_layers - 1)
    return tuple(chosen), _sigma(name, words, _DEFAULTS.last_activation, "last_activation")


def _sigma(name: str, words: list[str], usual: str, key: str) -> str:
    def called(word: str) -> str:
        return _("none") if word == NO_ACTIVATION else word

    return st.selectbox(name, words, words.index(usual), key=key_of(key), format_func=called)


def _output_choice(readout: bool) -> int:
    """Features of the last step: one for each class if the graph has classes."""
    classes = len(session.current().graph.class_names)
    usual = classes if 0 < classes <= MAX_FEATURES else _DEFAULTS.output_features
    name = _("Features of the readout") if readout else _("Features per head of the last layer")
    return int(st.number_input(name, 1, MAX_FEATURES, usual, key=key_of(output_key(usual))))


def _jumping_choice() -> Jumping:
    titles: dict[Jumping, str] = {
        "": _("the last layer"),
        "cat": _("all layers side by side"),
        "max": _("the largest of all layers"),
    }
    chosen: Jumping = st.selectbox(
        _("The readout reads"),
        list(titles),
        format_func=titles.__getitem__,
        key=key_of("jumping"),
        help=_("Jumping knowledge (Xu et al. 2018): what every layer gave goes on to the readout."),
    )
    return chosen


def _edge_choice() -> int:
    """D: all of the graph's edge features, or none; nothing is asked where it has none."""
    graph = session.current().graph
    if not graph.num_edge_features:
        return 0
    names = commas(graph.edge_feature_names)
    short = names if len(names) <= _MAX_NAMES else names[: _MAX_NAMES - 1] + "…"
    title = _("Reads edge features: {names}").format(names=escape(short))
    reads = st.checkbox(title, value=True, key=key_of("reads_edges"))
    return graph.num_edge_features if reads else 0


def _self_loops() -> dict[SelfLoops, str]:
    return {"add_missing": _("add the missing"), "as_given": _("as given"), "remove": _("remove")}


def _self_loops_choice(key: str, usual: SelfLoops) -> SelfLoops:
    choices = _self_loops()
    chosen: SelfLoops = st.selectbox(
        _("Self-loops"),
        list(choices),
        index=list(choices).index(usual),
        format_func=choices.__getitem__,
        key=key_of(key),
    )
    return chosen


def _loop_choices(
    self_loops: SelfLoops, edge_features: int, value_key: str, filled_key: str, value: Reduction | float, filled: Filled
) -> tuple[Reduction | float, Filled]:
    """What features the self-loops that are added get; nothing is asked where no loop gets any."""
    if not edge_features or self_loops != "add_missing":
        return value, filled
    words: dict[Reduction | float, str] = {
        "mean": _("mean of the edges into the node"),
        "add": _("sum of the edges into the node"),
        "mul": _("product of the edges into the node"),
        "min": _("smallest of the edges into the node"),
        "max": _("largest of the edges into the node"),
        **{number: f"{number:g}" for number in dict.fromkeys((0.0, 1.0, *([] if isinstance(value, str) else [value])))},
    }
    value = st.selectbox(
        _("Edge features of self-loops"),
        list(words),
        index=list(words).index(value),
        format_func=words.__getitem__,
        key=key_of(value_key),
    )
    titles: dict[Filled, str] = {"added": _("those that are added"), "all": _("all")}
    filled = st.selectbox(
        _("Self-loops that get them"),
        get_args(Filled),
        index=get_args(Filled).index(filled),
        format_func=titles.__getitem__,
        key=key_of(filled_key),
        help=_("PyG replaces the features of self-loops that were given, too."),
    )
    return value, filled


def _dropout_choices() -> tuple[float, float]:
    hint = _(
        "Above 0 the model runs as in training: a random part of the shares is dropped, the rest scaled up. "
        "The stages 'mask' and 'α dropped' show it."
    )
    on_shares = st.slider(_("Dropout on α"), 0.0, 0.9, _DEFAULTS.dropout, 0.05, key=key_of("dropout"), help=hint)
    hint = _("As before, for the features that each layer reads.")
    on_features = st.slider(
        _("Dropout on features"), 0.0, 0.9, _DEFAULTS.feature_dropout, 0.05, key=key_of("feature_dropout"), help=hint
    )
    return float(on_shares), float(on_features)


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
        key=key_of("device"),
    )
    return chosen
