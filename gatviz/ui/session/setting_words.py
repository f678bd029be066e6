"""The model's settings in words: what each is called, and what became of it."""

from __future__ import annotations

from dataclasses import fields

from gatviz.ui.session.settings import Settings
from gatviz.words import _, commas

_MAX_TOLD = 2


def setting_name(name: str) -> str:
    """What a setting is called."""
    names = {
        "opened": _("model"),
        "kind": _("kind"),
        "num_layers": _("layers"),
        "num_heads": _("heads"),
        "head_features": _("features per head"),
        "output_features": _("features of the output"),
        "concat": _("concatenated"),
        "bias": _("bias"),
        "residual": _("residual"),
        "share_weights": _("shared weights"),
        "negative_slope": _("LeakyReLU slope"),
        "attention": _("attention"),
        "activations": _("activations"),
        "last_activation": _("activation of the last layer"),
        "readout": _("readout"),
        "jumping": _("jumping knowledge"),
        "edge_features": _("edge features"),
        "loop_features": _("features of added self-loops"),
        "filled_loops": _("self-loops whose features are filled in"),
        "dropout": _("dropout"),
        "feature_dropout": _("dropout on features"),
        "self_loops": _("self-loops"),
        "seed": _("seed"),
        "device": _("device"),
        "classes": _("labels of the output's columns"),
    }
    return names[name]


def setting_value(value: object) -> str:
    """A setting's value."""
    words = {None: _("the sidebar's"), True: _("yes"), False: _("no"), "": _("none")}
    if value is None or isinstance(value, bool) or value == "":
        return words[value]
    return commas(map(str, value)) if isinstance(value, tuple) else str(value)


def told_change(before: Settings, after: Settings) -> str:
    """What changed between two settings, for the name of a step: "heads 4 → 2"."""
    names = [field.name for field in fields(Settings) if field.name != "opened"]
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    differ = [(name, old, new) for name, old, new in pairs if old != new]
    if len(differ) > _MAX_TOLD or not differ:
        return _("change the model")
    return commas(f"{setting_name(name)} {setting_value(old)} → {setting_value(new)}" for name, old, new in differ)
