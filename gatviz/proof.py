"""Proof on demand: the numbers on the screen checked against what they promise, and against others' code."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import numpy as np

from gatviz.textbook import dense_head
from gatviz.trace import MAX_DENSE_NODES, GATTrace, LayerTrace

_BOUND = {"float32": 2e-5, "float64": 1e-10}


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


def proofs(trace: LayerTrace, *, pyg: bool = False) -> tuple[Check, ...]:
    """Rows sum to 1; the same α and h′ from the textbook's dense form; on request the same α from PyG.

    PyG takes seconds to import, so it is only asked when somebody wants to know.
    """
    checks = [_row_sums(trace)]
    if isinstance(trace, GATTrace):
        checks.append(_textbook(trace))
        if pyg:
            checks.append(_pyg(trace))
    return tuple(checks)


def _check(name: str, figure: float, scale: float, trace: LayerTrace, sentence: str) -> Check:
    bound = _BOUND[str(trace.alpha.dtype)] * max(1.0, scale)
    return Check(name, figure, bound, bool(figure <= bound), sentence.format(figure=f"{figure:.1e}"))


def _not_run(name: str, sentence: str) -> Check:
    return Check(name, None, 0.0, None, sentence)


def _row_sums(trace: LayerTrace) -> Check:
    reads = np.diff(trace.ptr) > 0
    sums = np.zeros((trace.num_nodes, trace.num_heads))
    np.add.at(sums, trace.edge_index[1], trace.alpha)
    worst = float(np.abs(sums[reads] - 1).max()) if reads.any() else 0.0
    without = int((~reads).sum())
    more = f"; {without} node{'s' if without > 1 else ''} without arrows left out" if without else ""
    return _check("row sums", worst, 1.0, trace, f"rows of α sum to 1 within {{figure}}{more}")


def _textbook(trace: GATTrace) -> Check:
    name = "textbook"
    if trace.num_nodes > MAX_DENSE_NODES:
        return _not_run(name, f"textbook form not run: its pair tensor is only built up to {MAX_DENSE_NODES} nodes")
    worst = 0.0
    used = trace.alpha if trace.alpha_dropped is None else None
    for head in range(trace.num_heads):
        a = np.concatenate([trace.weights["a_target"][head], trace.weights["a_source"][head]])
        dense = dense_head(trace.x, trace.adjacency, trace.weights["W"][head], a, trace.negative_slope)
        worst = max(worst, _largest(dense.alpha - trace.dense("alpha", head)))
        if used is not None:
            worst = max(worst, _largest(dense.h_prime - trace.h_prime[:, head]))
    return _check(name, worst, _largest(trace.h_prime), trace, "equals the textbook's dense form within {figure}")


def _pyg(trace: GATTrace) -> Check:
    name = "PyG"
    try:
        torch = importlib.import_module("torch")
        conv_class = importlib.import_module("torch_geometric.nn").GATConv
    except ImportError:
        return _not_run(name, "PyG is not installed, so it was not compared")
    heads, width = trace.num_heads, trace.head_features
    conv = conv_class(
        trace.x.shape[1],
        width,
        heads=heads,
        add_self_loops=False,
        bias=False,
        negative_slope=trace.negative_slope,
    ).eval()
    with torch.no_grad():
        conv.to(torch.from_numpy(trace.alpha[:0].copy()).dtype)
        conv.lin.weight.copy_(torch.tensor(trace.weights["W"].reshape(heads * width, -1)))
        conv.att_dst[0].copy_(torch.tensor(trace.weights["a_target"]))
        conv.att_src[0].copy_(torch.tensor(trace.weights["a_source"]))
        _, (_, alpha) = conv(torch.tensor(trace.x), torch.tensor(trace.edge_index), return_attention_weights=True)
    return _check(name, _largest(alpha.numpy() - trace.alpha), 1.0, trace, "α equals PyG's GATConv within {figure}")


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max()) if values.size else 0.0
