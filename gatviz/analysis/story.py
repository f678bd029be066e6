"""One arc's story: from its α back to X, W and a, in the numbers of the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatviz.analysis.terms import messages, softmax_terms
from gatviz.errors import GatvizError
from gatviz.trace import Array, GATTrace, LayerTrace


@dataclass(frozen=True)
class Term:
    """One summand of the softmax's denominator: the arc source → target of the story."""

    source: int
    e: float
    term: float
    alpha: float


@dataclass(frozen=True)
class FeatureShare:
    """How much input feature f added to half of a score: x[f] · (Wᵀ a)[f]."""

    feature: int
    value: float


@dataclass(frozen=True)
class EdgeStory:
    """What lies behind α of target ← source in one head. Where there is no arc, α and message are None.

    Attributes:
        raw, e: of the pair; known without an arc too. maximum, denominator, terms: the target's softmax.
        uniform: 1/|N(i)|. reverse_alpha: α of source ← target, None without that arc.
        score_target, score_source: the two halves of raw. target_terms, source_terms: [C], they add up to them.
        pair: [2C] Wh_i ‖ Wh_j. a: [2C] a_target ‖ a_source.
        target_features, source_features: every feature's part in the halves, largest first.
        message: [C] α·Wh_j. pair_tensor_bytes: of [N, N, 2C] for one head; kept_bytes: of the whole trace.
    """

    target: int
    source: int
    head: int
    alpha: float | None
    raw: float
    e: float
    maximum: float
    denominator: float
    terms: tuple[Term, ...]
    uniform: float
    reverse_alpha: float | None
    score_target: float
    score_source: float
    target_terms: Array
    source_terms: Array
    pair: Array
    a: Array
    target_features: tuple[FeatureShare, ...]
    source_features: tuple[FeatureShare, ...]
    message: Array | None
    pair_tensor_bytes: int
    kept_bytes: int


def edge_story(trace: LayerTrace, target: int, source: int, head: int) -> EdgeStory:
    """The story of target ← source in a head.

    Raises:
        GatvizError: a node or head that is not there, or a trace that is not a GAT layer's.
    """
    _check(trace, target, source, head)
    if not isinstance(trace, GATTrace):
        raise GatvizError("edge_story", "the trace of a GAT layer", trace.kind, "choose a GAT layer")
    arc, back = trace.edge_of(target, source), trace.edge_of(source, target)
    softmax = softmax_terms(trace)
    arcs = trace.arcs_into(target)
    a_target, a_source = (trace.weights[name][head] for name in ("a_target", "a_source"))
    Wh_i, Wh_j = trace.Wh[target, head], trace.Wh[source, head]
    raw = trace.score_target[target, head] + trace.score_source[source, head]
    slope = raw.dtype.type(trace.negative_slope)
    W = trace.weights["W"][head]
    return EdgeStory(
        target=target,
        source=source,
        head=head,
        alpha=None if arc is None else float(trace.alpha[arc, head]),
        raw=float(raw if arc is None else trace.raw[arc, head]),
        e=float((raw if raw > 0 else raw * slope) if arc is None else trace.e[arc, head]),
        maximum=float(softmax.maxima[target, head]),
        denominator=float(softmax.denominators[target, head]),
        terms=tuple(
            Term(
                int(trace.edge_index[0, k]),
                float(trace.e[k, head]),
                float(softmax.terms[k, head]),
                float(trace.alpha[k, head]),
            )
            for k in range(arcs.start, arcs.stop)
        ),
        uniform=1 / (arcs.stop - arcs.start) if arcs.stop > arcs.start else 0.0,
        reverse_alpha=None if back is None else float(trace.alpha[back, head]),
        score_target=float(trace.score_target[target, head]),
        score_source=float(trace.score_source[source, head]),
        target_terms=a_target * Wh_i,
        source_terms=a_source * Wh_j,
        pair=np.concatenate([Wh_i, Wh_j]),
        a=np.concatenate([a_target, a_source]),
        target_features=_feature_shares(trace.x[target], W, a_target),
        source_features=_feature_shares(trace.x[source], W, a_source),
        message=None if arc is None else messages(trace)[arc, head],
        pair_tensor_bytes=trace.num_nodes**2 * 2 * trace.head_features * trace.Wh.itemsize,
        kept_bytes=sum(getattr(trace, info.name).nbytes for info in trace.fields),
    )


def _feature_shares(x: Array, W: Array, a: Array) -> tuple[FeatureShare, ...]:
    shares = x * (a @ W)
    order = np.argsort(-np.abs(shares), kind="stable")
    return tuple(FeatureShare(int(f), float(shares[f])) for f in order)


def _check(trace: LayerTrace, target: int, source: int, head: int) -> None:
    limits = (
        ("target", target, trace.num_nodes),
        ("source", source, trace.num_nodes),
        ("head", head, trace.num_heads),
    )
    for name, value, count in limits:
        if not 0 <= value < count:
            raise GatvizError(
                f"edge_story, {name}",
                f"a number from 0 to {count - 1}",
                str(value),
                "choose one that is there",
            )
