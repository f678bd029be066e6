"""What the stage tells beyond the fields of a trace: fractions, sums, formulas, proof, and one edge's story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

import numpy as np

from gatviz.analysis import (
    FeatureShare,
    GATStory,
    GATv2Story,
    edge_story,
    score_terms,
    softmax_terms,
    story_limit,
    story_limits,
)
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.model.proof import Check
from gatviz.stage import formulas
from gatviz.stage.part import packed, sent_edges
from gatviz.stage.protocol import (
    Bar,
    EdgeFocus,
    EdgeShares,
    Features,
    JointPart,
    JointScore,
    Pair,
    Proof,
    Scores,
    Softmax,
    Story,
)
from gatviz.words import ngettext

_MOST_FEATURES = 8


def pack_softmax(trace: LayerTrace, part: Part) -> Softmax:
    """What the fraction of any edge needs."""
    softmax = softmax_terms(trace)
    return Softmax(
        terms=packed(softmax.terms[sent_edges(trace, part, trace.num_heads)]),
        maxima=packed(softmax.maxima[part.nodes]),
        denominators=packed(softmax.denominators[part.nodes]),
    )


def pack_scores(trace: GATTrace, part: Part) -> Scores:
    """What the bars of any edge's score need."""
    terms = score_terms(trace)
    sent = sent_edges(trace, part, trace.num_heads)
    return Scores(
        target=packed(terms.target[part.nodes]),
        source=packed(terms.source[part.nodes]),
        edge=None if terms.edge is None else packed(terms.edge[sent]),
        limits=packed(story_limits(trace, sent)),
    )


def first_edge(trace: LayerTrace, part: Part) -> tuple[int, int] | None:
    """(target, source) of head 0's strongest edge that is no loop: a first thing to look at."""
    edges = [k for k in part.edges if trace.edge_index[0, k] != trace.edge_index[1, k]]
    if not edges:
        return None
    source, target = trace.edge_index[:, max(edges, key=lambda k: trace.alpha[k, 0])]
    return int(target), int(source)


def local_edge(edge: tuple[int, int] | None, part: Part) -> EdgeFocus | None:
    """The same edge (target, source) as the browser counts nodes; None where it is not shown."""
    if edge is None or not np.isin(edge, part.nodes).all():
        return None
    target, source = (int(np.searchsorted(part.nodes, node)) for node in edge)
    return EdgeFocus(target=target, source=source)


def pack_proofs(checks: tuple[Check, ...]) -> list[Proof]:
    """The proof panel's lines."""
    return [Proof(**asdict(check)) for check in checks]


def pack_story(
    graph: Graph,
    trace: LayerTrace,
    part: Part,
    locked: tuple[int, int, int] | None,
    input_names: Sequence[str],
) -> Story | None:
    """What is told of one edge and head only: `locked` is (target, source, head) as the whole graph counts."""
    if locked is None:
        return None
    story = edge_story(trace, *locked)
    local = {int(node): n for n, node in enumerate(part.nodes)}
    if not isinstance(story, GATStory | GATv2Story) or story.target not in local or story.source not in local:
        return None
    lines = formulas.with_numbers(story, graph.names, trace.negative_slope)
    return Story(
        target=local[story.target],
        source=local[story.source],
        head=story.head,
        limit=story_limit(story),
        formulas=[formulas.pack_formula(latex) for latex in lines],
        features=[
            _features("source", local[story.source], story.source_features, input_names),
            _features("target", local[story.target], story.target_features, input_names),
        ],
        of_edge=_of_edge(story.edge_features, graph.edge_feature_names),
        biased="b_source" in trace.weights,
        pair=_pair(story) if isinstance(story, GATStory) else None,
        score=_score(story) if isinstance(story, GATv2Story) else None,
    )


def _features(
    half: Literal["target", "source"], node: int, shares: tuple[FeatureShare, ...], names: Sequence[str]
) -> Features:
    parts = _largest(shares, names)
    return Features(half=half, node=node, parts=parts, more=len(shares) - len(parts))


def _of_edge(shares: tuple[FeatureShare, ...], names: Sequence[str]) -> EdgeShares | None:
    parts = _largest(shares, names)
    return EdgeShares(parts=parts, more=len(shares) - len(parts)) if shares else None


def _largest(shares: tuple[FeatureShare, ...], names: Sequence[str]) -> list[Bar]:
    return [Bar(name=names[share.feature], value=share.value) for share in shares[:_MOST_FEATURES]]


def _pair(story: GATStory) -> Pair:
    """The textbook's [Wh_i ‖ Wh_j] over a, and what all pairs would take."""
    return Pair(
        Wh=story.pair.tolist(),
        a=story.a.tolist(),
        limit=float(max(np.abs(story.pair).max(), np.abs(story.a).max())) or 1.0,
        textbook=_bytes(story.pair_tensor_bytes),
        kept=_bytes(story.kept_bytes),
    )


def _score(story: GATv2Story) -> JointScore:
    """GATv2's score by dimension: what met, what LeakyReLU left of it, and what a made of that."""
    arrays = (story.Wh_target, story.Wh_source, story.hidden, story.a, story.hidden_terms)
    rows = zip(*(values.tolist() for values in arrays), strict=True)
    edge = [None] * len(story.a) if story.Wf_edge is None else story.Wf_edge.tolist()
    parts = [
        JointPart(name=f"c{c}", target=i, source=j, edge=edge[c], hidden=hidden, a=a, value=term)
        for c, (i, j, hidden, a, term) in enumerate(rows)
    ]
    return JointScore(e=story.e, parts=parts)


def _bytes(count: int) -> str:
    size = float(count)
    if size < 1000:
        return ngettext("{n} byte", "{n} bytes", count).format(n=count)
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 1000:
            return f"{size:.3g} {unit}"
    return f"{size / 1000:.3g} GB"
