"""The model on the screen: its weights, where they come from, and what it predicts."""

from __future__ import annotations

from dataclasses import replace

from gatviz.analysis import Predictions, predictions
from gatviz.analysis.classes import column_ways
from gatviz.model.weights import Weights
from gatviz.ui.session import run_cache, session
from gatviz.ui.session.run_cache import Run, drawn_weights
from gatviz.ui.session.settings import Settings
from gatviz.words import _

_MAX_NAME = 40


def present_weights(now: session.Session) -> Weights | None:
    """The weights that the model has, or None if they are just those that the seed draws."""
    return now.work.present_weights


def all_weights(now: session.Session) -> Weights:
    """The weights that the model has, those that the seed draws included."""
    return present_weights(now) or drawn_weights(now.settings, now.graph.num_features)


def is_shared(now: session.Session, layer: int) -> bool:
    """Whether a layer reads both roles through one W."""
    return now.settings.layers[layer].share_weights


def whose_weights(now: session.Session) -> str:
    """Whether the weights are untrained (and of which seed), set by hand, or a file's."""
    opened, held = now.work.opened, now.work.weights
    if now.work.given is not None:
        return _("α is shown as it was given; the model that it came of is not here.")
    if opened is not None and now.work.as_captured:
        return _("The weights are those of {name}, as they were when it ran.").format(name=opened.name[:60])
    if opened is not None:
        return _("The weights are those of {name}, as opened or as edited since.").format(name=opened.name[:60])
    if held is not None and held.by_hand and present_weights(now) is not None:
        return _(
            "Weights were set by hand, the others are untrained; those of seed {seed} come back by undo, or in the "
            "Weights table."
        ).format(seed=now.settings.seed)
    return _("Weights untrained, drawn from seed {seed}: what heads prefer is chance.").format(seed=now.settings.seed)


def weights_badge(now: session.Session) -> str:
    """The same in a few words."""
    opened, held = now.work.opened, now.work.weights
    if now.work.given is not None:
        return _("α as given")
    if opened is not None:
        return _("weights of {name}").format(name=opened.name[:_MAX_NAME])
    if held is not None and held.by_hand and present_weights(now) is not None:
        return _("weights partly set by hand")
    return _("untrained weights, seed {seed}").format(seed=now.settings.seed)


def predicted(now: session.Session, settings: Settings, run: Run) -> Predictions | None:
    """The opened model's predictions; None for random weights, without labels, or for another number of classes."""
    if now.work.opened is None or run.whole.reads_out:
        return None
    ways = column_ways(now.graph, run.whole.out.shape[1])
    chosen = settings.classes if set(settings.classes) & set(now.graph.class_names) else ()
    if not chosen and not ways:
        return None
    if settings.trains:  # a model is judged as it is used, not as it is trained
        run = run_cache.run(now.graph, replace(settings, dropout=0.0, feature_dropout=0.0), present_weights(now))
    return predictions(run.whole if chosen else replace(run.whole, classes=()), now.graph)
