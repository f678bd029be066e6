"""One edge's story: from its α back to X, W and a, in the numbers of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from gatviz.analysis.subject import Analysed, layer_of
from gatviz.analysis.terms import subtracted, used_alpha
from gatviz.attention.layer_trace import Array, GATTrace, GATv2Trace, LayerTrace
from gatviz.errors import GatvizError, quote
from gatviz.words import _


@dataclass(frozen=True)
class Term:
    """One summand of the softmax's denominator, of equal shares 1: the edge from `source` to the story's target.

    `used` is the share that entered h′: α, or α after dropout.
    """

    source: int
    e: float
    term: float
    alpha: float
    used: float


@dataclass(frozen=True)
class FeatureShare:
    """What input feature f of a node added to a score: value = x · weight, the weight as it meets x."""

    feature: int
    x: float
    weight: float
    value: float


@dataclass(frozen=True, eq=False)
class EdgeStory:
    """What lies behind α of target ← source in one head, for any kind of layer.

    Where there is no edge, alpha, gcn and message are None; e is known for any pair.

    Attributes:
        alpha, e: of the pair. denominator: of the target's softmax, where `subtracted` was taken from each e first
            (0 for a node that reads none).
        terms: one for each node that the target reads. They add up to the denominator.
        features_read: [len(terms), C] Wh_j (of GATv2: W_source h_j; with the edge in the message Wh_j + W_edge f_ij),
            row by row as `terms`.
        edge_features: what every feature of the edge itself added to the score, as target_features of the kind's
            story; none where the layer reads none, or where there is no edge.
        contributions: [len(terms), C] share · features read; they add up to h_prime.
        h_prime: [C] of the target. message: [C], this edge's row of contributions.
        uniform: 1/|N(i)| (0 for a node that reads none). gcn: 1/√(d_i d_j).
        reverse_alpha: α of source ← target, None without that edge.
        pair_tensor_bytes: of the textbook's [N, N, 2C] for one head. kept_bytes: of all fields of the trace.
    """

    target: int
    source: int
    head: int
    alpha: float | None
    e: float
    subtracted: float
    denominator: float
    terms: tuple[Term, ...]
    features_read: Array
    contributions: Array
    h_prime: Array
    message: Array | None
    uniform: float
    gcn: float | None
    reverse_alpha: float | None
    pair_tensor_bytes: int
    kept_bytes: int
    edge_features: tuple[FeatureShare, ...]


@dataclass(frozen=True, eq=False)
class GATStory(EdgeStory):
    """The story in a GAT layer.

    Attributes besides EdgeStory's:
        raw: score_target + score_source (+ score_edge), before LeakyReLU; e is after it.
        bent: [len(terms), 2] raw and e of each node that the target reads. curve: [3, 2] the corners of the LeakyReLU
            on which they all lie: as far left of 0 as right of it, and 0 between.
        score_edge: a_edge·W_edge f_ij, and edge_terms: [C] its parts by dimension; None as `edge_features` is none.
        target_terms, source_terms: [C] a·Wh by dimension; they add up to score_target (where there is a b_a,
            that adds the rest) and score_source.
        pair: [2C] Wh_i ‖ Wh_j. a: [2C] a_target ‖ a_source.
        target_features, source_features: what every input feature of i (of j) added to score_target
            (score_source) through W and a, largest size first; biases, where the layer has them, add the rest.
    """

    raw: float
    bent: Array
    curve: Array
    score_target: float
    score_source: float
    target_terms: Array
    source_terms: Array
    pair: Array
    a: Array
    target_features: tuple[FeatureShare, ...]
    source_features: tuple[FeatureShare, ...]
    score_edge: float | None
    edge_terms: Array | None


@dataclass(frozen=True, eq=False)
class GATv2Story(EdgeStory):
    """The story in a GATv2 layer.

    Attributes besides EdgeStory's, [C] each:
        Wh_target: of i. Wh_source: of j. Wf_edge: W_edge f_ij of the edge, or None.
        met: their sum, before LeakyReLU. hidden: after it. a: attention vector.
        hidden_terms: a · hidden by dimension; they add up to e.
        target_features, source_features: what every input feature of i (of j) added to e, largest size first.
            Exact for this pair: LeakyReLU multiplies each dimension by 1 or by the slope, as its sign says;
            projection biases, where the layer has them, add the rest.
    """

    Wh_target: Array
    Wh_source: Array
    met: Array
    hidden: Array
    a: Array
    hidden_terms: Array
    target_features: tuple[FeatureShare, ...]
    source_features: tuple[FeatureShare, ...]
    Wf_edge: Array | None


@overload
def edge_story(trace: GATTrace, target: int, source: int, head: int) -> GATStory: ...
@overload
def edge_story(trace: GATv2Trace, target: int, source: int, head: int) -> GATv2Story: ...
@overload
def edge_story(trace: Analysed, target: int, source: int, head: int) -> EdgeStory: ...
def edge_story(trace: Analysed, target: int, source: int, head: int) -> EdgeStory:
    """The story of target ← source in a head: a GATStory or a GATv2Story, as the layer is.

    Raises:
        GatvizError: a node or head that is not there, or a kind of layer that has no story.
    """
    layer = layer_of(trace)
    target = _checked("target", target, layer.num_nodes)
    source = _checked("source", source, layer.num_nodes)
    head = _checked("head", head, layer.num_heads)
    if isinstance(layer, GATTrace):
        return _gat_story(layer, target, source, head)
    if isinstance(layer, GATv2Trace):
        return _gatv2_story(layer, target, source, head)
    expected = _("the trace of a GAT or GATv2 layer")
    raise GatvizError("edge_story", expected, quote(layer.kind), _("choose such a layer"))


def _gat_story(trace: GATTrace, target: int, source: int, head: int) -> GATStory:
    edge, edges = trace.edge_of(target, source), trace.edges_into(target)
    W, a_target, a_source = (trace.weights[name][head] for name in ("W", "a_target", "a_source"))
    Wh_i, Wh_j = trace.Wh[target, head], trace.Wh[source, head]
    raw = trace.score_target[target, head] + trace.score_source[source, head]
    e = leaky(raw, trace.negative_slope)
    edge_terms: Array | None = None
    edge_features: tuple[FeatureShare, ...] = ()
    if edge is not None and trace.Wf_edge is not None:
        a_edge = trace.weights["a_edge"][head]
        edge_terms = a_edge * trace.Wf_edge[edge, head]
        edge_features = _of_edge(trace, edge, a_edge @ trace.weights["W_edge"][head])
    return GATStory(
        **_common(trace, target, source, head),
        edge_features=edge_features,
        score_edge=None if edge is None or trace.score_edge is None else float(trace.score_edge[edge, head]),
        edge_terms=edge_terms,
        e=float(e if edge is None else trace.e[edge, head]),
        raw=float(raw if edge is None else trace.raw[edge, head]),
        bent=np.stack([trace.raw[edges, head], trace.e[edges, head]], axis=1),
        curve=_curve(np.append(trace.raw[edges, head], raw), trace.negative_slope),
        score_target=float(trace.score_target[target, head]),
        score_source=float(trace.score_source[source, head]),
        target_terms=a_target * Wh_i,
        source_terms=a_source * Wh_j,
        pair=np.concatenate([Wh_i, Wh_j]),
        a=np.concatenate([a_target, a_source]),
        target_features=_feature_shares(trace.x_read[target], a_target @ W),
        source_features=_feature_shares(trace.x_read[source], a_source @ W),
    )


def _curve(raw: Array, slope: float) -> Array:
    """The corners of LeakyReLU, as far out as the largest of these scores."""
    reach = float(np.abs(raw).max()) or 1.0
    ends = np.array([-reach, 0.0, reach], dtype=raw.dtype)
    return np.stack([ends, leaky(ends, slope)], axis=1)


def _gatv2_story(trace: GATv2Trace, target: int, source: int, head: int) -> GATv2Story:
    edge = trace.edge_of(target, source)
    a = trace.weights["a"][head]
    Wh_i, Wh_j = trace.Wh_target[target, head], trace.Wh_source[source, head]
    Wf = None if edge is None or trace.Wf_edge is None else trace.Wf_edge[edge, head]
    met = Wh_i + Wh_j if Wf is None else Wh_i + Wh_j + Wf
    hidden = leaky(met, trace.negative_slope) if edge is None else trace.hidden[edge, head]
    bent = a * np.where(met > 0, 1.0, trace.negative_slope).astype(a.dtype)
    return GATv2Story(
        **_common(trace, target, source, head),
        e=float(a @ hidden if edge is None else trace.e[edge, head]),
        edge_features=() if Wf is None else _of_edge(trace, edge, bent @ trace.weights["W_edge"][head]),
        Wf_edge=Wf,
        Wh_target=Wh_i,
        Wh_source=Wh_j,
        met=met,
        hidden=hidden,
        a=a,
        hidden_terms=a * hidden,
        target_features=_feature_shares(trace.x_read[target], bent @ trace.weights["W_target"][head]),
        source_features=_feature_shares(trace.x_read[source], bent @ trace.weights["W_source"][head]),
    )


def _common(trace: LayerTrace, target: int, source: int, head: int) -> dict[str, Any]:
    edges = trace.edges_into(target)
    edge, back = trace.edge_of(target, source), trace.edge_of(source, target)
    sources, e = trace.edge_index[0, edges], trace.e[edges, head]
    learnt = trace.attention == "learnt"
    taken = subtracted(e) if learnt else 0.0
    powers = np.exp(e - taken) if learnt else np.ones_like(e)
    used = used_alpha(trace)[edges, head]
    features_read = trace.features_read(edges)[:, head]
    contributions = used[:, None] * features_read
    columns = (sources, e, powers, trace.alpha[edges, head], used)
    return {
        "target": target,
        "source": source,
        "head": head,
        "alpha": None if edge is None else float(trace.alpha[edge, head]),
        "subtracted": taken,
        "denominator": float(powers.sum(dtype=np.float64)),
        "terms": tuple(Term(*row) for row in zip(*(column.tolist() for column in columns), strict=True)),
        "features_read": features_read,
        "contributions": contributions,
        "h_prime": trace.h_prime[target, head],
        "message": None if edge is None else contributions[edge - edges.start],
        "uniform": 1 / e.size if e.size else 0.0,
        "gcn": None if edge is None else _gcn(trace, target, source),
        "reverse_alpha": None if back is None else float(trace.alpha[back, head]),
        "pair_tensor_bytes": trace.num_nodes**2 * 2 * trace.head_features * trace.alpha.itemsize,
        "kept_bytes": sum(getattr(trace, info.name).nbytes for info in trace.fields),
    }


def _gcn(trace: LayerTrace, target: int, source: int) -> float:
    """As `gcn_weights` for a single edge; looking at all edges would be slow on a large graph."""
    degrees = np.diff(trace.ptr)[[target, source]]
    return 0.0 if (degrees == 0).any() else float(1 / np.sqrt(degrees.prod()))


def leaky(values: Array, slope: float) -> Array:
    """LeakyReLU, of scores that no layer ran."""
    result: Array = np.where(values > 0, values, values * values.dtype.type(slope))
    return result


def _of_edge(trace: LayerTrace, edge: int | None, weight: Array) -> tuple[FeatureShare, ...]:
    return () if trace.edge_features is None else _feature_shares(trace.edge_features[edge], weight)


def _feature_shares(x: Array, weight: Array) -> tuple[FeatureShare, ...]:
    shares = x * weight
    order = np.argsort(-np.abs(shares), kind="stable")
    return tuple(FeatureShare(int(f), float(x[f]), float(weight[f]), float(shares[f])) for f in order)


def _checked(name: str, value: int, count: int) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or not 0 <= value < count:
        expected = _("a number from 0 to {last}").format(last=count - 1)
        raise GatvizError(f"edge_story, {name}", expected, quote(value), _("choose one that is there"))
    return int(value)
