"""Charts of what a model predicts."""

from __future__ import annotations

from gatviz.analysis import Predictions
from gatviz.analysis.predictions import ALL
from gatviz.charts.common import Chart, matrix, share_colours
from gatviz.colours import Theme
from gatviz.words import _


def confusion_chart(found: Predictions, part: str, *, theme: Theme = "light") -> Chart | None:
    """How many nodes of each label are predicted as each class; None where no node of the part has a label."""
    counts = found.confusion(part)
    values = counts.to_numpy().astype(float)
    if not values.sum():
        return None
    drawn = matrix(
        _("What is predicted for which label ({part})").format(part=_("all labelled nodes") if part == ALL else part),
        theme,
        values,
        [str(name) for name in found.classes],
        colours=share_colours(theme, float(values.max())),
        unit=_("nodes"),
        digits=0,
        rows=_("label"),
        columns=_("predicted"),
        between=_("predicted as"),
    )
    caption = _(
        "Each row is a label and counts what its nodes are predicted as; the diagonal is right, the rest is not."
    )
    return Chart(drawn, caption, counts.reset_index())
