"""Where scales end: one limit for what is compared, so that what is drawn longer or darker is larger.

E edges, H heads.
"""

from __future__ import annotations

import numpy as np

from gatviz.analysis.edge_story import EdgeStory, GATStory, GATv2Story
from gatviz.attention.layer_trace import LayerTrace

_MARGIN = 0.05


def share_limit(*traces: LayerTrace) -> float:
    """The largest α of all heads of these runs; no mean of heads, GCN weight or uniform share is larger. 1 without."""
    return max((float(trace.alpha.max(initial=0.0)) for trace in traces), default=0.0) or 1.0


def dropped_limit(trace: LayerTrace) -> float:
    """The end of a scale for α after dropout, which scales up what it keeps: 1, or its largest if that is more."""
    return 1.0 if trace.alpha_dropped is None else max(1.0, float(trace.alpha_dropped.max(initial=0.0)))


def score_span(head: int, *traces: LayerTrace) -> tuple[float, float]:
    """Lowest and highest e of a head over these runs, with a little room; (−1, 1) without scores."""
    scores = np.concatenate([trace.e[:, head].astype(np.float64) for trace in traces])
    if not scores.size:
        return -1.0, 1.0
    low, high = float(scores.min()), float(scores.max())
    room = _MARGIN * (high - low) or 1.0
    return low - room, high + room


def story_limit(story: EdgeStory) -> float:
    """The largest size among all bars of an edge's story: all parts, by dimension and by feature. 1 if all are 0."""
    if not isinstance(story, GATStory | GATv2Story):
        return 1.0
    by_dimension = [story.target_terms, story.source_terms] if isinstance(story, GATStory) else [story.hidden_terms]
    if isinstance(story, GATStory) and story.edge_terms is not None:
        by_dimension.append(story.edge_terms)
    shares = (*story.target_features, *story.source_features, *story.edge_features)
    by_feature = np.array([share.value for share in shares])
    return max(float(np.abs(values).max(initial=0.0)) for values in (*by_dimension, by_feature)) or 1.0
