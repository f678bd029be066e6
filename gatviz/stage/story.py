"""What the stage tells beyond the fields of a trace: fractions, sums, formulas, proof, and one arc's story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from gatviz.analysis import (
    EdgeStory,
    FeatureShare,
    GATStory,
    GATv2Story,
    edge_story,
    score_terms,
    softmax_terms,
    story_limit,
    story_limits,
)
from gatviz.attention.chain import stages_of
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.model.proof import Check
from gatviz.stage import formulas
from gatviz.stage.part import packed, sent_arcs

_MOST_FEATURES = 8


def pack_details(trace: LayerTrace, part: Part) -> dict[str, Any]:
    """Extras for `pack_scene`: what the fractions, bars and formulas of any arc need."""
    softmax = softmax_terms(trace)
    sent = sent_arcs(trace, part, trace.num_heads)
    scores = None
    if isinstance(trace, GATTrace):
        terms = score_terms(trace)
        scores = {
            "target": packed(terms.target[part.nodes]),
            "source": packed(terms.source[part.nodes]),
            "limits": packed(story_limits(trace, sent)),
            **({} if terms.edge is None else {"edge": packed(terms.edge[sent])}),
        }
    return {
        "softmax": {
            "terms": packed(softmax.terms[sent]),
            "maxima": packed(softmax.maxima[part.nodes]),
            "denominators": packed(softmax.denominators[part.nodes]),
        },
        "scores": scores,
        "formulas": [_formula(latex) for latex in formulas.symbols(trace)],
        "openAtStart": [stage.name for stage in stages_of(trace.form) if stage.unfolded],
    }


def _formula(latex: str) -> dict[str, str]:
    return {"latex": latex, "mathml": formulas.mathml(latex)}


def first_arc(trace: LayerTrace, part: Part) -> tuple[int, int] | None:
    """(target, source) of head 0's strongest arc that is no loop: a first thing to look at."""
    arcs = [k for k in part.arcs if trace.edge_index[0, k] != trace.edge_index[1, k]]
    if not arcs:
        return None
    source, target = trace.edge_index[:, max(arcs, key=lambda k: trace.alpha[k, 0])]
    return int(target), int(source)


def local_arc(arc: tuple[int, int] | None, part: Part) -> dict[str, Any] | None:
    """The same arc (target, source) as the browser counts nodes; None where it is not shown."""
    if arc is None or not np.isin(arc, part.nodes).all():
        return None
    target, source = (int(np.searchsorted(part.nodes, node)) for node in arc)
    return {"kind": "arc", "target": target, "source": source}


def pack_proofs(checks: tuple[Check, ...]) -> list[dict[str, Any]]:
    """The proof panel's lines."""
    return [asdict(check) for check in checks]


def pack_story(
    graph: Graph,
    trace: LayerTrace,
    part: Part,
    locked: tuple[int, int, int] | None,
    input_names: Sequence[str],
) -> dict[str, Any] | None:
    """What is told of one arc and head only: `locked` is (target, source, head) as the whole graph counts."""
    if locked is None:
        return None
    story = edge_story(trace, *locked)
    local = {int(node): n for n, node in enumerate(part.nodes)}
    if not isinstance(story, GATStory | GATv2Story) or story.target not in local or story.source not in local:
        return None
    edge_names = graph.edge_feature_names
    lines = formulas.with_numbers(story, graph.names, trace.negative_slope)
    halves = (
        ("source", story.source, story.source_features),
        ("target", story.target, story.target_features),
    )
    return {
        "target": local[story.target],
        "source": local[story.source],
        "head": story.head,
        "limit": story_limit(story),
        "formulas": [_formula(latex) for latex in lines],
        "features": [
            {
                "half": half,
                "node": local[node],
                "parts": _named(shares, input_names),
                "more": max(0, len(shares) - _MOST_FEATURES),
            }
            for half, node, shares in halves
        ],
        **({"ofEdge": _of_edge(story, edge_names)} if story.edge_features else {}),
        "biased": "b_source" in trace.weights,
        "pair": _pair(story) if isinstance(story, GATStory) else None,
        "score": _score(story) if isinstance(story, GATv2Story) else None,
    }


def _of_edge(story: EdgeStory, names: Sequence[str]) -> dict[str, Any]:
    """What the arc's own features added to its score."""
    shares = story.edge_features
    return {"parts": _named(shares, names), "more": max(0, len(shares) - _MOST_FEATURES)}


def _pair(story: GATStory) -> dict[str, Any]:
    """The textbook's [Wh_i ‖ Wh_j] over a, and what all pairs would take."""
    return {
        "Wh": story.pair.tolist(),
        "a": story.a.tolist(),
        "limit": float(max(np.abs(story.pair).max(), np.abs(story.a).max())) or 1.0,
        "textbook": _bytes(story.pair_tensor_bytes),
        "kept": _bytes(story.kept_bytes),
    }


def _score(story: GATv2Story) -> dict[str, Any]:
    """GATv2's score by dimension: what met, what LeakyReLU left of it, and what a made of that."""
    arrays = (story.Wh_target, story.Wh_source, story.hidden, story.a, story.hidden_terms)
    rows = zip(*(values.tolist() for values in arrays), strict=True)
    edge = None if story.Wf_edge is None else story.Wf_edge.tolist()
    return {
        "e": story.e,
        "parts": [
            {"name": f"c{c}", "target": i, "source": j, "hidden": hidden, "a": a, "value": term}
            | ({} if edge is None else {"edge": edge[c]})
            for c, (i, j, hidden, a, term) in enumerate(rows)
        ],
    }


def _named(shares: tuple[FeatureShare, ...], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": names[share.feature],
            "value": share.value,
        }
        for share in shares[:_MOST_FEATURES]
    ]


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    raise AssertionError
