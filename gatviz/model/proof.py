"""Proof on demand: the numbers on the screen checked against what they promise, and against others' code."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gatviz.attention.alpha_trace import SUMS_TO_ONE, row_sums
from gatviz.attention.layer_trace import MAX_DENSE_NODES, Array, GATTrace, GATv2Trace, LayerTrace
from gatviz.attention.textbook import DenseEdges, DenseHead, dense_head, dense_head_v2
from gatviz.model.step import Step
from gatviz.model.trace import StepTrace, Trace
from gatviz.numbers import small_figure
from gatviz.words import _, ngettext

_BOUND = {"float32": 2e-5, "float64": 1e-10}
_SCORE_PER_SHARE = 10.0
"""Rounding of a score of 1 moves a share by at most a quarter of it; a tenth leaves room for sums of scores."""

_OWN_BOUND = {"float32": 1e-4, "float64": 1e-9}
"""Two orders of the same sums differ by so much of their largest number at most; float32 holds about seven digits."""

_WITHOUT_HEADS = ("bias", "W_res", "prelu")
_ATTENTION_VECTORS = ("a_target", "a_source", "a_edge", "a", "b_a")


@dataclass(frozen=True)
class Check:
    """One check: the figure that was measured, the bound it must keep, and the sentence that says so.

    `passed` is None where the check was not run; the sentence then says why.
    """

    name: str
    figure: float | None
    bound: float
    passed: bool | None
    sentence: str


class _Difference(NamedTuple):
    """The largest difference of one kind of number, and the bound for that kind."""

    figure: float
    bound: float

    @property
    def passed(self) -> bool:
        """Whether it keeps the bound; a NaN does not."""
        return self.figure <= self.bound


def proofs(trace: LayerTrace, *, pyg: bool = False) -> tuple[Check, ...]:
    """Rows sum to 1; the same Wh, e, α and h′ from the textbook's dense form; on request the same α from PyG.

    PyG takes seconds to import, so it is only asked when somebody wants to know. With dropout on, α is
    compared as it is before the mask, and h′, which is made after it, is not.
    """
    if trace.alpha_alone:
        return _of_given(trace)
    checks = [_row_sums(trace), _textbook(trace)]
    if pyg:
        checks.append(_pyg(trace))
    return tuple(checks)


def step_proofs(trace: Trace) -> tuple[Check, ...]:
    """Each step that is no attention layer, computed again by PyG's or PyTorch's module; those inside sums too.

    PyG takes seconds to import, so this is only asked when somebody wants to know.
    """
    try:
        torch = importlib.import_module("torch")
        pyg = importlib.import_module("torch_geometric.nn")
    except ImportError:
        return (_not_run("steps", _("PyG is not installed, so the steps around the layers were not compared")),)
    return tuple(_step(step, torch, pyg) for step in _around(trace.steps))


def _around(steps: Iterable[StepTrace]) -> Iterator[StepTrace]:
    for step in steps:
        yield from _around(step.inside if step.skip is None else (step.skip, *step.inside))
        if step.layer is None:
            yield step


def _step(step: StepTrace, torch: Any, pyg: Any) -> Check:
    if isinstance(step.step, Step):
        with torch.no_grad():
            theirs, called = step.step.peer(pyg, step.input.shape[1])
            if step.weights:
                state = {name: torch.tensor(values) for name, values in step.weights.items()}
                module: Any = theirs
                module.to(torch.tensor(step.input[:0]).dtype).load_state_dict(state, strict=False)
                lacking = [name for name in state if name not in module.state_dict()]
                assert not lacking, f"{called} has no {lacking}"
            given: Any = [torch.tensor(values) for values in step.joined] or torch.tensor(step.input)
            expected = theirs(given).numpy()
    else:  # a sum: what came, and what the last step in it gave
        added = step.input if step.skip is None else step.skip.output
        expected, called = added + step.inside[-1].output, _("the sum of both")
    bound = _BOUND[str(step.output.dtype)]
    scale = max(1.0, _largest(expected), *(_largest(values) for values in (step.input, *step.weights.values())))
    sentence = _("{step}: equal to {other} within {figure}")
    difference = _Difference(_largest(step.output - expected), bound * scale)
    return _check(step.name or step.kind, [difference], sentence, step=step.name or step.kind, other=called)


def against_cpu(trace: LayerTrace, on_cpu: LayerTrace, *, device: str, seconds: float, cpu_seconds: float) -> Check:
    """The numbers of a run on another device against those of the same model on the CPU, and both times."""
    scores = _largest(on_cpu.e)
    differences = [
        _compared(trace, trace.source_features, on_cpu.source_features, _largest(on_cpu.source_features)),
        _compared(trace, trace.e, on_cpu.e, scores),
        _compared(trace, trace.alpha, on_cpu.alpha, scores / _SCORE_PER_SHARE),
        _compared(trace, trace.out, on_cpu.out, max(1.0, scores / _SCORE_PER_SHARE) * _largest(on_cpu.out)),
    ]
    sentence = _(
        "Wh, e, α and out: equal to the CPU's within {figure} ({time:.2f} ms on {device}, {cpu_time:.2f} ms on the CPU)"
    )
    return _check("device", differences, sentence, time=seconds * 1000, device=device, cpu_time=cpu_seconds * 1000)


def _check(name: str, differences: Iterable[_Difference], sentence: str, **parts: Any) -> Check:
    """The check of several kinds of numbers: of those, the one that comes closest to its bound or passes it."""
    worst = max(differences, key=lambda d: np.inf if np.isnan(d.figure) else d.figure / d.bound)
    said = sentence.format(figure=small_figure(worst.figure), **parts)
    return Check(name, worst.figure, worst.bound, bool(worst.passed), said)


def _not_run(name: str, sentence: str) -> Check:
    return Check(name, None, 0.0, None, sentence)


def _row_sums(trace: LayerTrace) -> Check:
    reads = np.diff(trace.ptr) > 0
    sums = row_sums(trace)
    without = int((~reads).sum())
    sentence = _("rows of α sum to 1 within {figure}")
    if without:
        sentence = ngettext(
            "rows of α sum to 1 within {figure}; {n} node without arrows left out",
            "rows of α sum to 1 within {figure}; {n} nodes without arrows left out",
            without,
        )
    return _check("row sums", [_compared(trace, sums[reads], 1.0)], sentence, n=without)


def _of_given(trace: LayerTrace) -> tuple[Check, ...]:
    """α alone: whether rows sum to 1 is told, and no fault of any computation."""
    sums = row_sums(trace)[np.diff(trace.ptr) > 0]
    off = np.abs(sums - 1).max(initial=0.0)
    told = _("rows of α sum to 1 within {figure}").format(figure=small_figure(float(off)))
    if off > SUMS_TO_ONE:
        words = _("rows of α add up to {low:.3g} … {high:.3g}, as they were given")
        told = words.format(low=sums.min(), high=sums.max())
    passed = True if off <= SUMS_TO_ONE else None
    alone = _not_run("textbook", _("α was given: there is no Wh and no e to compute it from"))
    return Check("row sums", float(off), SUMS_TO_ONE, passed, told), alone


def against_own(out: Array, own: Array, kind: str) -> Check:
    """What a layer of somebody's own program gave against what gatviz computes now."""
    sentence = _("equal to the layer's own output ({kind}) within {figure}")
    bound = _OWN_BOUND[str(own.dtype)] * max(1.0, _largest(own))
    return _check("captured", [_Difference(_largest(out - own), bound)], sentence, kind=kind)


def _textbook(trace: LayerTrace) -> Check:
    name = "textbook"
    if trace.num_nodes > MAX_DENSE_NODES:
        sentence = _("textbook form not run: its pair tensor is only built up to {most} nodes")
        return _not_run(name, sentence.format(most=MAX_DENSE_NODES))
    source, target = trace.edge_index
    differences = [_Difference(0.0, _BOUND[str(trace.alpha.dtype)])]
    for head in range(trace.num_heads):
        dense = _dense(trace, head)
        if dense is None:
            sentence = _("there is no textbook form of a {kind} layer to compare with")
            return _not_run(name, sentence.format(kind=trace.kind))
        scores = _largest(dense.e)
        shared = _dense(trace, head, without_scores=True) if trace.form.equal_shares else dense
        assert shared is not None
        differences += [
            _compared(trace, trace.source_features[:, head], dense.Wh, _largest(dense.Wh)),
            _compared(trace, trace.dense("e", head), dense.e, scores),
            _compared(trace, trace.e[:, head], dense.e[target, source], scores),
            _compared(trace, trace.dense("alpha", head), shared.alpha, scores / _SCORE_PER_SHARE),
        ]
        if trace.alpha_dropped is None:
            scale = max(1.0, scores / _SCORE_PER_SHARE) * _largest(dense.Wh)
            differences.append(_compared(trace, trace.h_prime[:, head], shared.h_prime, scale))
    if trace.alpha_dropped is None:
        sentence = _("Wh, e, α and h′: equal to the textbook's dense form within {figure}")
    else:
        sentence = _("Wh, e and α (before dropout): equal to the textbook's dense form within {figure}")
    return _check(name, differences, sentence)


def _dense(trace: LayerTrace, head: int, *, without_scores: bool = False) -> DenseHead | None:
    """The textbook's form of one head; without scores a is 0, so that all that a node reads gets the same share."""
    weights = {key: value[head] for key, value in trace.weights.items() if key not in _WITHOUT_HEADS}
    if without_scores:
        weights |= {key: np.zeros_like(value) for key, value in weights.items() if key in _ATTENTION_VECTORS}
    edges = None
    if trace.edge_features is not None:
        source, target = trace.edge_index
        features = np.zeros((trace.num_nodes, trace.num_nodes, trace.edge_features.shape[1]))
        features[target, source] = trace.edge_features
        a = weights.pop("a_edge", np.zeros(0))
        edges = DenseEdges(features, weights.pop("W_edge"), a, trace.form.edge_in_message)
    if isinstance(trace, GATTrace):
        a = np.concatenate([weights.pop("a_target"), weights.pop("a_source")])
        return dense_head(trace.x_read, trace.adjacency, a=a, slope=trace.negative_slope, edges=edges, **weights)
    if isinstance(trace, GATv2Trace):
        return dense_head_v2(trace.x_read, trace.adjacency, slope=trace.negative_slope, edges=edges, **weights)
    return None


def _pyg(trace: LayerTrace) -> Check:
    name = "PyG"
    try:
        torch = importlib.import_module("torch")
        layers = importlib.import_module("torch_geometric.nn")
    except ImportError:
        return _not_run(name, _("PyG is not installed, so it was not compared"))
    conv: Any
    shape = (trace.x.shape[1], trace.head_features)
    settings = {"heads": trace.num_heads, "add_self_loops": False, "negative_slope": trace.negative_slope}
    features = trace.edge_features
    if features is not None:
        settings["edge_dim"] = features.shape[1]
    if isinstance(trace, GATTrace):
        if trace.form.score_bias:
            return _not_run(name, _("PyG's GATConv has no bias in its scores, so it was not compared"))
        conv = layers.GATConv(*shape, bias=False, **settings)
        given = {"lin.weight": "W", "att_dst": "a_target", "att_src": "a_source"}
        if trace.form.projection_bias:
            conv.lin = layers.Linear(shape[0], trace.num_heads * shape[1])
            given["lin.bias"] = "b_W"
        given |= {} if features is None else {"att_edge": "a_edge"}
    elif isinstance(trace, GATv2Trace):
        biased = "b_source" in trace.weights
        conv = layers.GATv2Conv(*shape, bias=biased, **settings)
        given = {"lin_l.weight": "W_source", "lin_r.weight": "W_target", "att": "a"}
        given |= {"lin_l.bias": "b_source", "lin_r.bias": "b_target"} if biased else {}
    else:
        return _not_run(name, _("PyG has no {kind} layer to compare with").format(kind=trace.kind))
    given |= {} if features is None else {"lin_edge.weight": "W_edge"}
    conv.to(torch.tensor(trace.x[:0]).dtype).eval()
    state = conv.state_dict()
    for theirs, ours in given.items():
        given_by = trace.weights[ours]
        if trace.form.equal_shares and ours in _ATTENTION_VECTORS:  # scores of 0 make equal shares
            given_by = np.zeros_like(given_by)
        state[theirs] = torch.tensor(given_by).reshape(state[theirs].shape)
    conv.load_state_dict(state)
    x, edge_index = torch.tensor(trace.x_read), torch.tensor(trace.edge_index)
    read = None if features is None else torch.tensor(features)
    with torch.no_grad():
        _out, (_edges, alpha) = conv(x, edge_index, read, return_attention_weights=True)
    difference = _compared(trace, trace.alpha, alpha.numpy(), _largest(trace.e) / _SCORE_PER_SHARE)
    if trace.alpha_dropped is None:
        sentence = _("α equals PyG's {layer} within {figure}")
    else:
        sentence = _("α (before dropout) equals PyG's {layer} within {figure}")
    return _check(name, [difference], sentence, layer=type(conv).__name__)


def _compared(trace: LayerTrace, values: Array, expected: Array | float, scale: float = 1.0) -> _Difference:
    """The largest difference, with a bound that grows with the size of what was rounded on the way."""
    return _Difference(_largest(values - expected), _BOUND[str(trace.alpha.dtype)] * max(1.0, scale))


def _largest(values: Array) -> float:
    return float(np.abs(values).max()) if values.size else 0.0
