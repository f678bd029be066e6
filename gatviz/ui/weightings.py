"""The choices of the head switch: every head, what is derived from them, and the baselines."""

from __future__ import annotations

from gatviz.analysis import gcn_weights, mean_of_heads, uniform_weights
from gatviz.attention.layer_trace import LayerTrace
from gatviz.stage.pack import Weighting
from gatviz.ui import texts


def weightings(trace: LayerTrace) -> list[Weighting]:
    """Heads 0 … H − 1, their mean where there is more than one, GCN weights and the plain mean."""
    choices = [
        Weighting(f"head-{head}", str(head), texts.HEAD_TITLE.format(head=head), "head", trace.alpha[:, head], head)
        for head in range(trace.num_heads)
    ]
    if trace.num_heads > 1:
        explanation = texts.MEAN_EXPLANATION.format(heads=trace.num_heads)
        choices.append(
            Weighting(
                "mean",
                texts.MEAN_LABEL,
                texts.MEAN_LABEL,
                "derived",
                mean_of_heads(trace),
                symbol="mean α",
                explanation=explanation,
                formula=r"\bar\alpha_{ij} = \frac{1}{H}\sum_{k=1}^{H} \alpha^{k}_{ij}",
            )
        )
    choices.append(
        Weighting(
            "gcn",
            texts.GCN_LABEL,
            texts.GCN_LABEL,
            "baseline",
            gcn_weights(trace),
            symbol="weight",
            explanation=texts.GCN_EXPLANATION,
            formula=r"\frac{1}{\sqrt{d_i\, d_j}}",
            rows_sum_to_one=False,
        )
    )
    choices.append(
        Weighting(
            "uniform",
            texts.UNIFORM_LABEL,
            texts.UNIFORM_LABEL,
            "baseline",
            uniform_weights(trace),
            symbol="weight",
            explanation=texts.UNIFORM_EXPLANATION,
            formula=r"\frac{1}{|N(i)|}",
        )
    )
    return choices
