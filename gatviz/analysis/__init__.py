"""What a trace says: each question in a module of its own, answered from a Trace or a LayerTrace alone.

`explanation` also asks the model, run without some of its edges or trained anew, what a node's answer rests on.

Answers are frozen values with labelled tables (pandas) and the verdict in sentences. `graph=` gives names
and labels to the nodes of a LayerTrace; a Trace brings its own.
"""

from gatviz.analysis.across import AcrossLayers, attention_across_layers
from gatviz.analysis.answer import Answer, answer
from gatviz.analysis.baselines import WeightingKey, gcn_weights, mean_of_heads, name_of, uniform_weights, weighting_of
from gatviz.analysis.difference import Difference, difference
from gatviz.analysis.edge_story import EdgeStory, FeatureShare, GATStory, GATv2Story, Term, edge_story
from gatviz.analysis.explanation.contribution import Contribution, attention_contribution, seed_places
from gatviz.analysis.explanation.edge_paths import EdgePath, EdgePaths, edge_paths
from gatviz.analysis.explanation.explain import Explanation, explain_node, typical_agreement
from gatviz.analysis.explanation.fidelity import Fidelity, fidelity
from gatviz.analysis.explanation.paths import path_attribution
from gatviz.analysis.explanation.removal import edge_removal
from gatviz.analysis.explanation.stability import Stability, stability
from gatviz.analysis.explanation.verdict import Verdict
from gatviz.analysis.flow import InAndOut, edge_table, in_and_out, top_edges
from gatviz.analysis.input_changes import input_changes
from gatviz.analysis.predictions import Accuracy, Predictions, predictions
from gatviz.analysis.reasons import Reasons, reasons
from gatviz.analysis.scales import dropped_limit, score_span, share_limit, story_limit
from gatviz.analysis.sentence import Node, Number, Sentence, joined, said, text_of
from gatviz.analysis.similarity import HeadSimilarity, head_similarity
from gatviz.analysis.static import Disagreement, StaticAttention, common_order, rankings, static_attention
from gatviz.analysis.terms import ScoreTerms, SoftmaxTerms, messages, score_terms, softmax_terms, strongest_into
from gatviz.analysis.uniformity import Rule, Uniformity, uniformity
from gatviz.analysis.what_if import WhatIf, what_if

__all__ = [
    "Accuracy",
    "AcrossLayers",
    "Answer",
    "Contribution",
    "Difference",
    "Disagreement",
    "EdgePath",
    "EdgePaths",
    "EdgeStory",
    "Explanation",
    "FeatureShare",
    "Fidelity",
    "GATStory",
    "GATv2Story",
    "HeadSimilarity",
    "InAndOut",
    "Node",
    "Number",
    "Predictions",
    "Reasons",
    "Rule",
    "ScoreTerms",
    "Sentence",
    "SoftmaxTerms",
    "Stability",
    "StaticAttention",
    "Term",
    "Uniformity",
    "Verdict",
    "WeightingKey",
    "WhatIf",
    "answer",
    "attention_across_layers",
    "attention_contribution",
    "common_order",
    "difference",
    "dropped_limit",
    "edge_paths",
    "edge_removal",
    "edge_story",
    "edge_table",
    "explain_node",
    "fidelity",
    "gcn_weights",
    "head_similarity",
    "in_and_out",
    "input_changes",
    "joined",
    "mean_of_heads",
    "messages",
    "name_of",
    "path_attribution",
    "predictions",
    "rankings",
    "reasons",
    "said",
    "score_span",
    "score_terms",
    "seed_places",
    "share_limit",
    "softmax_terms",
    "stability",
    "static_attention",
    "story_limit",
    "strongest_into",
    "text_of",
    "top_edges",
    "typical_agreement",
    "uniform_weights",
    "uniformity",
    "weighting_of",
    "what_if",
]
