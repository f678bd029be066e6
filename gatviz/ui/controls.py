"""What the sidebar's controls hold under some settings: to put a state of before back on the screen."""

from __future__ import annotations

from gatviz.ui import texts
from gatviz.ui.history import Work
from gatviz.ui.settings import Settings

ALWAYS = ("self_loops", "dropout", "device")
"""What is set in the sidebar for an opened model too."""


def controls(settings: Settings, work: Work) -> dict[str, object]:
    """The value of each control, by its key; for the session's state, before the sidebar is drawn."""
    always = {name: getattr(settings, name) for name in ALWAYS}
    if work.opened is not None:
        return {**always, f"self_loops of opening {work.opened.opening}": always.pop("self_loops")}
    own: tuple[str, ...] = ("kind", "num_layers", "num_heads", "head_features", "negative_slope", "seed")
    own += ("bias", "residual", "share_weights")
    values = {**always, **{name: getattr(settings, name) for name in own}}
    if settings.num_layers == 1:
        return {**values, "combine": texts.CONCATENATED if settings.concat else texts.AVERAGED}
    # The sidebar asks for the last layer's features under a key of its own for each number of classes.
    usual = {settings.output_features, len(work.graph.class_names), Settings().output_features}
    return {**values, **{f"output_features_{number}": settings.output_features for number in usual}}
