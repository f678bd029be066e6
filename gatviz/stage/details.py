"""What the stage tells beyond the fields of a trace: fractions, sums, formulas, proof, and one edge's story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

import numpy as np

from gatviz.analysis import (
    FeatureShare,
    GATStory,
    GATv2Story,
    edge_story,
    story_limit,
)
from gatviz.attention.layer_trace import GATTrace, LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.model.proof import Check
from gatviz.stage import formulas
from gatviz.stage.protocol import (
    Bar,
    Bend,
    EdgeFocus,
    EdgeShares,
    Focus,
    Half,
    JointPart,
    JointScore,
    NodeFocus,
    Pair,
    Proof,
    Story,
)
from gatviz.words import _, ngettext

_MAX_FEATURES = 8


def first_edge(trace: LayerTrace, part: Part) -> tuple[int, int, int] | None:
    """(target, source, head) of an edge that shows what attention does: a first thing to look at.

    A large share over all heads of a node with a choice, between two nodes that bring something along, and of a GAT one
    whose score is the source's doing: a source half of 0 beside a large target half would teach the opposite of what
    decides. Never a loop.
    """
    source, target = trace.edge_index[:, part.edges]
    if not (source != target).any():
        return None
    brings = (np.abs(trace.x).max(axis=1, initial=0.0) > 0) | trace.alpha_alone
    telling = brings[source] & brings[target] & (np.diff(trace.ptr)[target] > 1)
    merit = trace.alpha[part.edges].astype(np.float64)
    if isinstance(trace, GATTrace):
        of_source, of_target = np.abs(trace.score_source[source]), np.abs(trace.score_target[target])
        both = of_source + of_target
        merit *= np.divide(of_source, both, out=np.zeros_like(both), where=both > 0)
    merit += 2.0 * telling[:, None]
    merit[source == target] = -1.0
    place, head = np.unravel_index(int(np.argmax(merit)), merit.shape)
    return int(target[place]), int(source[place]), int(head)


def local_focus(target: int, source: int | None, part: Part) -> Focus | None:
    """An edge or (without a source) a node as the browser counts nodes; None where it is not shown."""
    nodes = [target] if source is None else [target, source]
    if not np.isin(nodes, part.nodes).all():
        return None
    places = [int(place) for place in np.searchsorted(part.nodes, nodes)]
    return NodeFocus(node=places[0]) if source is None else EdgeFocus(target=places[0], source=places[1])


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
    if locked is None or trace.alpha_alone:
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
        halves=[_half(trace, story, half, local, input_names) for half in ("source", "target")],
        of_edge=_of_edge(story.edge_features, graph.edge_feature_names),
        pair=_pair(story) if isinstance(story, GATStory) else None,
        bend=_bend(story, trace.negative_slope) if isinstance(story, GATStory) else None,
        score=_score(story) if isinstance(story, GATv2Story) else None,
    )


def _half(
    trace: LayerTrace,
    story: GATStory | GATv2Story,
    half: Literal["target", "source"],
    local: Mapping[int, int],
    names: Sequence[str],
) -> Half:
    shares: tuple[FeatureShare, ...] = getattr(story, f"{half}_features")
    by_feature = _largest(shares, names)
    value, by_dimension = None, []
    if isinstance(story, GATStory):
        value = story.score_target if half == "target" else story.score_source
        terms = (story.target_terms if half == "target" else story.source_terms).tolist()
        by_dimension = [Bar(name=f"c{c}", value=term) for c, term in enumerate(terms)]
        if half == "target" and trace.form.score_bias:
            by_dimension.append(Bar(name="b_a", value=trace.weights["b_a"][story.head].item()))
    node = story.target if half == "target" else story.source
    return Half(
        half=half,
        node=local[node],
        symbol=formulas.mathml(r"t_i" if half == "target" else "s_j"),
        value=value,
        by_dimension=by_dimension,
        by_feature=by_feature,
        more=len(shares) - len(by_feature),
        added=" + b_a" if half == "target" and trace.form.score_bias else "",
        rest=_rest(trace, half),
    )


def _rest(trace: LayerTrace, half: Literal["target", "source"]) -> str:
    """What a half of a score has beside what the features add to it."""
    of_score = half == "target" and trace.form.score_bias
    name = next((name for name in (f"b_{half}", "b_W") if name in trace.weights), None)
    if name is None:
        return _("The bias of the score, b_a, adds the rest.") if of_score else ""
    if of_score:
        return _("The biases of projection and score, {name} and b_a, add the rest.").format(name=name)
    return _("The projection's bias, {name}, adds the rest.").format(name=name)


def _of_edge(shares: tuple[FeatureShare, ...], names: Sequence[str]) -> EdgeShares | None:
    parts = _largest(shares, names)
    return EdgeShares(parts=parts, more=len(shares) - len(parts)) if shares else None


def _largest(shares: tuple[FeatureShare, ...], names: Sequence[str]) -> list[Bar]:
    return [Bar(name=names[share.feature], value=share.value) for share in shares[:_MAX_FEATURES]]


def _pair(story: GATStory) -> Pair:
    """The textbook's [Wh_i ‖ Wh_j] over a, and what all pairs would take."""
    return Pair(
        Wh=story.pair.tolist(),
        a=story.a.tolist(),
        limit=float(max(np.abs(story.pair).max(), np.abs(story.a).max())) or 1.0,
        textbook=_bytes(story.pair_tensor_bytes),
        kept=_bytes(story.kept_bytes),
    )


def _bend(story: GATStory, slope: float) -> Bend:
    """What LeakyReLU makes of the scores of the arrows that are read."""
    points = [[(float(raw), float(e)) for raw, e in rows] for rows in (story.curve, story.bent)]
    return Bend(raw=story.raw, e=story.e, slope=slope, curve=points[0], read=points[1])


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
