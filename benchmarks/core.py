"""How fast the layers are: ratios against PyG's GATConv and against the textbook's dense form.

    python -m benchmarks.core [--cora cora.npz] [--seconds 3]

Every row runs in one process with 2 threads, in eval mode under no_grad, with the same weights and the same
edges, and checks in the run that the outputs agree. The contestants take turns, so that what else the machine
does meets them alike; a ratio is the median over the rounds. Preparing the edges is timed apart, and the peak
memory of the largest row is measured in a process of its own for each contestant.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import math
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz import Edges, GATAttentionLayer, MultiHeadGATLayer

SLOPE = 0.2
THREADS = 2
TRACE_GOAL = 1.25
TOLERANCE = 1e-5
SPARSE_BELOW = 0.05
"""Where fewer of X's entries are not 0, it is also measured as a sparse matrix."""
DENSE_BYTES = 2 << 30
"""The textbook form is left out where its tensors would take more than this."""

Run = Callable[[], Tensor]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Case:
    """A graph, a layer's size, and the goals as ratios (their time / gatviz's)."""

    name: str
    x: Tensor
    edge_index: Tensor
    heads: int
    width: int
    pyg_goal: float
    textbook_goal: float | None
    tutorial_goal: float = 2
    """Of the trace of the tutorial's layer, which is what people call; it has σ on top, which PyG's lacks."""

    @property
    def num_nodes(self) -> int:
        return self.x.shape[0]


def random_case(
    nodes: int, edges: int, features: int, heads: int, width: int, goals: tuple[float, float | None]
) -> Case:
    generator = torch.Generator().manual_seed(nodes)
    keys: Tensor = torch.randint(nodes * nodes, (edges + edges // 2 + 64,), generator=generator).unique()  # type: ignore[no-untyped-call]
    if nodes * nodes <= 4 * edges:
        keys = torch.arange(nodes * nodes)
    keys = keys[torch.randperm(keys.numel(), generator=generator)[:edges]]
    edge_index = torch.stack([keys % nodes, keys // nodes])
    x = torch.randn(nodes, features, generator=generator)
    name = f"{nodes:,} nodes, {edge_index.shape[1]:,} edges, F = {features}, {heads} × {width}"
    return Case(name, x, edge_index, heads, width, *goals)


def cora_case(path: Path) -> Case:
    """The Cora citation graph from plain CSR parts, with a self-loop on every paper."""
    with np.load(path, allow_pickle=False) as parts:
        nodes, features = (int(size) for size in parts["attr_shape"])
        rows = np.repeat(np.arange(nodes), np.diff(parts["attr_indptr"]))
        x = np.zeros((nodes, features), dtype=np.float32)
        x[rows, parts["attr_indices"]] = parts["attr_data"]
        targets = np.repeat(np.arange(nodes), np.diff(parts["adj_indptr"]))
        edges = torch.from_numpy(np.stack([parts["adj_indices"], targets]).astype(np.int64))
    edge_index = Edges.from_edge_index(edges, nodes, "add_missing").edge_index
    name = f"Cora, {nodes:,} nodes, {edge_index.shape[1]:,} edges, F = {features:,}, 8 × 8"
    return Case(name, torch.from_numpy(x), edge_index, 8, 8, 1.5, 400)


def cases(cora: Path | None) -> list[Callable[[], Case] | str]:
    """What makes each row's graph when its turn comes; for Cora without its file the row that says so."""
    return [
        lambda: random_case(4, 12, 2, 4, 3, (2.5, 4)),
        lambda: random_case(34, 190, 34, 8, 8, (2, 4)),
        lambda: random_case(500, 4_500, 64, 8, 8, (1.8, 30)),
        (lambda: cora_case(cora)) if cora else "| Cora | not measured (give its file: --cora PATH) | | | | | |",
        large_case,
    ]


def large_case() -> Case:
    return replace(random_case(169_343, 1_300_000, 128, 8, 8, (3, None)), tutorial_goal=3)


def weights_of(case: Case) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    H, C, F_in = case.heads, case.width, case.x.shape[1]
    return {
        "W": torch.randn(H, C, F_in, generator=generator) / math.sqrt(F_in),
        "a_target": torch.randn(H, C, generator=generator) / math.sqrt(C),
        "a_source": torch.randn(H, C, generator=generator) / math.sqrt(C),
    }


def gatviz_layer(case: Case, weights: Mapping[str, Tensor]) -> GATAttentionLayer:
    layer = GATAttentionLayer(case.x.shape[1], case.width, case.heads, negative_slope=SLOPE)
    layer.set_weights(**{name: value.numpy() for name, value in weights.items()})
    layer.eval()
    return layer


def tutorial_layer(case: Case, weights: Mapping[str, Tensor]) -> MultiHeadGATLayer:
    layer = MultiHeadGATLayer(case.x.shape[1], case.width, case.heads, negative_slope=SLOPE)
    layer.set_weights(**{name: value.numpy() for name, value in weights.items()})
    layer.eval()
    return layer


def pyg_layer(case: Case, weights: Mapping[str, Tensor]) -> torch.nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch_geometric.nn import GATConv  # noqa: PLC0415 - seconds to import, and not every process needs it

    layer: Any = GATConv(
        case.x.shape[1], case.width, heads=case.heads, add_self_loops=False, bias=False, negative_slope=SLOPE
    )
    with torch.no_grad():
        layer.lin.weight.copy_(weights["W"].reshape(case.heads * case.width, -1))
        layer.att_dst[0].copy_(weights["a_target"])
        layer.att_src[0].copy_(weights["a_source"])
    layer.eval()
    made: nn.Module = layer
    return made


class TextbookHead(nn.Module):
    """One head in the dense form, as tutorials write it: with the [N, N, 2C] pair tensor, masked by −9·10¹⁵."""

    def __init__(self, W: Tensor, a: Tensor) -> None:
        super().__init__()
        self.W = nn.Linear(W.shape[1], W.shape[0], bias=False)
        self.a = nn.Parameter(a.unsqueeze(1))
        self.leaky_relu = nn.LeakyReLU(SLOPE)
        with torch.no_grad():
            self.W.weight.copy_(W)

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        Wh = self.W(X)
        N = Wh.shape[0]
        pairs = torch.cat([Wh.unsqueeze(1).repeat(1, N, 1), Wh.unsqueeze(0).repeat(N, 1, 1)], dim=-1)
        e = self.leaky_relu(torch.matmul(pairs, self.a).squeeze(-1))
        masked = torch.where(adj > 0, e, -9e15 * torch.ones_like(e))
        return torch.matmul(F.dropout(F.softmax(masked, dim=1), 0.0, self.training), Wh)


class Textbook(nn.Module):
    """The heads one after the other, side by side in the result."""

    def __init__(self, heads: list[TextbookHead]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(heads)

    def forward(self, X: Tensor, adj: Tensor) -> Tensor:
        return torch.cat([head(X, adj) for head in self.heads], dim=-1)


def textbook(case: Case, weights: Mapping[str, Tensor]) -> Run:
    """The dense form on this graph, in the layers' precision. Every target of the graphs here reads something."""
    adj = torch.zeros(case.num_nodes, case.num_nodes)
    adj[case.edge_index[1], case.edge_index[0]] = 1
    heads = [
        TextbookHead(weights["W"][k], torch.cat([weights["a_target"][k], weights["a_source"][k]]))
        for k in range(case.heads)
    ]
    layer = Textbook(heads).eval()
    return lambda: layer(case.x, adj)


def take_turns(runs: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, list[float]]:
    """Seconds per call of each, round by round, for about `seconds` in all; at least 3 rounds.

    Each turn begins with as many calls that aren't timed, so that nobody pays for the caches another one emptied.
    """
    repeats = {}
    for name, run in runs.items():
        run()
        start = time.perf_counter()
        run()
        repeats[name] = max(1, int(0.003 / (time.perf_counter() - start)))
    times: dict[str, list[float]] = {name: [] for name in runs}
    gc.collect()
    gc.disable()
    try:
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline or len(times["gatviz"]) < 3:
            for name, run in runs.items():
                for _ in range(repeats[name]):
                    run()
                start = time.perf_counter()
                for _ in range(repeats[name]):
                    run()
                times[name].append((time.perf_counter() - start) / repeats[name])
    finally:
        gc.enable()
    return times


def ratio(times: Mapping[str, list[float]], above: str, below: str) -> float:
    return statistics.median(a / b for a, b in zip(times[above], times[below], strict=True))


def difference(a: Tensor, b: Tensor) -> float:
    """The largest difference, in units of the largest value."""
    return float((a - b).abs().max() / b.abs().max().clamp(min=1))


def measure(case: Case, seconds: float) -> list[Row]:
    """Every contestant on this graph; a second row where X is sparse enough to be given as CSR."""
    weights = weights_of(case)
    edges, prepared = timed(lambda: Edges.from_edge_index(case.edge_index, case.num_nodes))
    layer, pyg = gatviz_layer(case, weights), pyg_layer(case, weights)
    tutorial = tutorial_layer(case, weights)
    out, first = timed(lambda: layer(case.x, edges))
    trace = layer.trace(case.x, edges)
    assert np.array_equal(out.numpy(), trace.out), f"{case.name}: forward and trace differ"
    pyg_out, (_, pyg_alpha) = pyg(case.x, edges.edge_index, return_attention_weights=True)
    worst = max(difference(out, pyg_out), difference(torch.tensor(trace.alpha), pyg_alpha))
    runs: dict[str, Callable[[], object]] = {
        "gatviz": lambda: layer(case.x, edges),
        "PyG": lambda: pyg(case.x, edges.edge_index, return_attention_weights=True),
        "trace": lambda: layer.trace(case.x, edges),
        "tutorial": lambda: tutorial.trace(case.x, edges),
    }
    pair_bytes = case.num_nodes**2 * 2 * case.width * 4
    if pair_bytes <= DENSE_BYTES:
        dense = runs["textbook"] = textbook(case, weights)
        worst = max(worst, difference(out, dense()))
    note = f"edges prepared in {told(prepared)}, first forward {told(first)}"
    rows = [Row(case, case.name, "gatviz", "trace", note)]
    if float((case.x != 0).float().mean()) < SPARSE_BELOW:
        sparse, made = timed(case.x.to_sparse_csr)
        worst = max(worst, difference(layer(sparse, edges), out))
        runs["gatviz, CSR"] = lambda: layer(sparse, edges)
        runs["trace, CSR"] = lambda: layer.trace(sparse, edges)
        rows.append(Row(case, "… the same, X as CSR", "gatviz, CSR", "trace, CSR", f"CSR made in {told(made)}"))
    assert worst <= TOLERANCE, f"{case.name}: outputs differ by {worst:.1e}"
    times = take_turns(runs, seconds)
    for row in rows:
        row.finish(times)
    rows[0].note += f"; outputs differ by {worst:.0e}"
    return rows


@dataclass
class Row:
    """One line of the table: the ratios of a contestant of ours."""

    case: Case
    name: str
    ours: str
    trace: str
    note: str
    cells: tuple[str, ...] = ()

    def finish(self, times: Mapping[str, list[float]]) -> None:
        goals = (("PyG", self.case.pyg_goal), ("textbook", self.case.textbook_goal))
        ratios = [against(ratio(times, other, self.ours), goal) if other in times else "–" for other, goal in goals]
        ratios.append(against(ratio(times, "PyG", "tutorial"), self.case.tutorial_goal))
        traced = against(ratio(times, self.trace, self.ours), TRACE_GOAL, at_most=True)
        names = ("PyG", "textbook", self.ours, self.trace, "tutorial")
        medians = [told(statistics.median(times[name])) if name in times else "–" for name in names]
        self.cells = (*ratios, traced, " · ".join(medians))

    def __str__(self) -> str:
        return f"| {' | '.join((self.name, *self.cells, self.note))} |"


HEADER = """
| graph | PyG / gatviz | textbook / gatviz | PyG / tutorial's trace | trace / forward \
| PyG · textbook · forward · trace · tutorial's trace | apart |
|---|---|---|---|---|---|---|"""


def against(found: float, goal: float | None, *, at_most: bool = False) -> str:
    shown = f"{found:,.2f}"
    if goal is None:
        return shown
    met = found <= goal if at_most else found >= goal
    return f"{shown} ({'' if met else '**missed** '}{'≤' if at_most else '≥'} {goal:g})"


def told(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def timed(run: Callable[[], Result]) -> tuple[Result, float]:
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


def peak_megabytes(contestant: str) -> float:
    """How far one forward pass of the large row lifts this process's peak memory; run in a fresh process."""
    torch.set_num_threads(THREADS)
    case = large_case()
    weights = weights_of(case)
    edges = Edges.from_edge_index(case.edge_index, case.num_nodes)
    edge_index = edges.edge_index
    layer: Any = pyg_layer(case, weights) if contestant == "PyG" else gatviz_layer(case, weights)
    with torch.no_grad():
        layer(torch.zeros(1, case.x.shape[1]), edge_index=torch.zeros(2, 1, dtype=torch.long))
        gc.collect()
        before = reset_peak()
        if contestant == "PyG":
            result = layer(case.x, edge_index, return_attention_weights=True)
        else:
            result = layer.trace(case.x, edges) if contestant == "trace" else layer(case.x, edges)
        peak = peak_bytes()
    del result
    return (peak - before) / 1e6


def reset_peak() -> int:
    """Set the peak back to what is in use now, where the system can (Linux), and return it in bytes."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()


def peak_bytes() -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def memory_report() -> str:
    megabytes = {}
    for contestant in ("gatviz", "trace", "PyG"):
        command = [sys.executable, "-m", "benchmarks.core", "--peak", contestant]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        megabytes[contestant] = json.loads(done.stdout)
    told_all = ", ".join(f"{name} {value:,.0f} MB" for name, value in megabytes.items())
    compared = against(megabytes["gatviz"] / megabytes["PyG"], 1, at_most=True)
    return f"Peak memory of the first pass over the last graph, above its inputs: {told_all}; gatviz / PyG {compared}."


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the layers are, against PyG and the textbook form.")
    parser.add_argument("--cora", type=Path, help="cora.npz: the citation graph as CSR parts")
    parser.add_argument("--seconds", type=float, default=5, help="about how long to measure each graph")
    parser.add_argument("--peak", choices=("gatviz", "trace", "PyG"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print(json.dumps(peak_megabytes(options.peak)))
        return
    torch.set_num_threads(THREADS)
    print(f"torch {torch.__version__}, {THREADS} threads, float32, eval, no_grad; medians of rounds taken in turn")
    print(HEADER)
    with torch.no_grad():
        for make in cases(options.cora):
            if isinstance(make, str):
                print(make, flush=True)
                continue
            for row in measure(make(), options.seconds):
                print(row, flush=True)
    print("\n" + memory_report())


if __name__ == "__main__":
    main()
