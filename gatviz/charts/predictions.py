"""Charts of what a model predicts."""

from __future__ import annotations

from gatviz.analysis import Predictions
from gatviz.charts.colours import Theme
from gatviz.charts.common import Chart, matrix, share_colours


def confusion_chart(found: Predictions, part: str, *, theme: Theme = "light") -> Chart | None:
    """How many nodes of each label are predicted as each class; None where no node of the part has a label."""
    counts = found.confusion(part)
    values = counts.to_numpy().astype(float)
    if not values.sum():
        return None
    drawn = matrix(
        f"What is predicted for which label ({'all labelled nodes' if part == 'all' else part})",
        theme,
        values,
        [str(name) for name in found.classes],
        colours=share_colours(theme, float(values.max())),
        unit="nodes",
        digits=0,
        rows="label",
        columns="predicted",
        between="predicted as",
    )
    caption = "Each row is a label and counts what its nodes are predicted as; the diagonal is right, the rest is not."
    return Chart(drawn, caption, counts.reset_index())
