"""The choices of the head switch: every head, what is derived from them, and the baselines."""

from __future__ import annotations

from gatviz.analysis import gcn_weights, mean_of_heads, uniform_weights
from gatviz.attention.alpha_trace import sums_to_one
from gatviz.attention.layer_trace import LayerTrace
from gatviz.stage.pack import Weighting
from gatviz.words import _


def weightings(trace: LayerTrace) -> list[Weighting]:
    """Heads 0 … H − 1, their mean where there is more than one, GCN weights and the plain mean."""
    whole = sums_to_one(trace)
    choices = [
        Weighting(
            f"head-{head}",
            str(head),
            _("head {head}").format(head=head),
            "head",
            trace.alpha[:, head],
            head,
            rows_sum_to_one=whole,
        )
        for head in range(trace.num_heads)
    ]
    if trace.num_heads > 1:
        title = _("mean of heads")
        explanation = _("the average of α over the {heads} heads, derived from them; no head computed it.").format(
            heads=trace.num_heads
        )
        choices.append(
            Weighting(
                "mean",
                title,
                title,
                "derived",
                mean_of_heads(trace),
                symbol=_("mean α"),
                explanation=explanation,
                formula=r"\bar\alpha_{ij} = \frac{1}{H}\sum_{k=1}^{H} \alpha^{k}_{ij}",
                rows_sum_to_one=whole,
            )
        )
    choices.append(
        Weighting(
            "gcn",
            _("GCN"),
            _("GCN"),
            "baseline",
            gcn_weights(trace),
            symbol=_("weight"),
            explanation=_("the fixed weights 1/√(d_i d_j) of a graph convolution; its rows need not sum to 1."),
            formula=r"\frac{1}{\sqrt{d_i\, d_j}}",
            rows_sum_to_one=False,
        )
    )
    choices.append(
        Weighting(
            "uniform",
            _("uniform"),
            _("uniform"),
            "baseline",
            uniform_weights(trace),
            symbol=_("weight"),
            explanation=_("the plain mean 1/|N(i)|: every neighbour counts the same."),
            formula=r"\frac{1}{|N(i)|}",
        )
    )
    return choices
