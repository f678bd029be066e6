"""Where the present weights come from, in a sentence: whatever is concluded from attention depends on it."""

from __future__ import annotations

from gatviz.ui import state, texts
from gatviz.ui.weight_edits import present_weights


def whose_weights(now: state.State) -> str:
    """Whether the weights are untrained (and of which seed), set by hand, or a file's."""
    opened, held = now.work.opened, now.work.weights
    if opened is not None:
        return texts.OPENED_WEIGHTS.format(name=opened.name[:60])
    if held is not None and held.by_hand and present_weights(now) is not None:
        return texts.BY_HAND.format(seed=now.settings.seed)
    return texts.UNTRAINED.format(seed=now.settings.seed)
