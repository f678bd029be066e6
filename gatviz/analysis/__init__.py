"""What a trace says: small labelled results from a Trace, each question in a module of its own."""

from gatviz.analysis.baselines import gcn_weights, mean_of_heads, mean_weights, weights_of
from gatviz.analysis.story import EdgeStory, FeatureShare, GATStory, GATv2Story, Term, edge_story
from gatviz.analysis.terms import ScoreTerms, SoftmaxTerms, messages, score_terms, softmax_terms

__all__ = [
    "EdgeStory",
    "FeatureShare",
    "GATStory",
    "GATv2Story",
    "ScoreTerms",
    "SoftmaxTerms",
    "Term",
    "edge_story",
    "gcn_weights",
    "mean_of_heads",
    "mean_weights",
    "messages",
    "score_terms",
    "softmax_terms",
    "weights_of",
]
