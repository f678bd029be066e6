"""How long an epoch takes, a training step and an evaluating forward, against PyG's GATConv.

    python -m benchmarks.training [--cora cora.npz] [--rounds 7]

Same graph, same sizes, dropout 0.6, Adam; one thread. The two take turns epoch by epoch; a round's time is that of
its fastest epoch, which other programs disturb least, and the ratio is the median over the rounds. gatviz's epoch
keeps parameters and α besides.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch_geometric.nn import GATConv

from gatviz import GAT, Edges, Graph, Training, read_graph
from gatviz.attention.layers import new_generator
from gatviz.graph.generators.real import real_graph
from gatviz.training.schedule import Schedule
from gatviz.training.task import Task


def main() -> None:
    """Measure, and print a line for each graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cora", default=None)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    graphs = [("karate", real_graph("karate_club"), 100)]
    if asked.cora:
        graphs.append(("cora", read_graph(asked.cora), 5))
    for name, graph, epochs in graphs:
        own, theirs = own_epoch(graph), pyg_epoch(graph)
        times = [by_turns(own, theirs, epochs) for _round in range(asked.rounds + 1)]
        ratio = statistics.median(a / b for a, b in times[1:])
        first, second = (statistics.median(column) for column in zip(*times[1:], strict=True))
        print(f"{name}: gatviz {first:.2f} ms, PyG {second:.2f} ms an epoch, ratio {ratio:.2f}", flush=True)


def by_turns(first: Callable[[], object], second: Callable[[], object], count: int) -> tuple[float, float]:
    """Milliseconds an epoch of each, the fastest of so many."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        for epoch, seconds in zip((first, second), found, strict=True):
            started = time.perf_counter()
            epoch()
            seconds.append(time.perf_counter() - started)
    return 1000 * min(found[0]), 1000 * min(found[1])


def own_epoch(graph: Graph) -> Callable[[], object]:
    """One epoch more of a gatviz training."""
    model = GAT.of_paper(graph.num_features, len(graph.class_names), dropout=0.6, generator=new_generator(0))
    return Training(model, Task.of(graph), Schedule(100_000)).advance


def pyg_epoch(graph: Graph) -> Callable[[], object]:
    """The same by PyG's layers."""
    K = len(graph.class_names)
    layers = torch.nn.ModuleList(
        [
            GATConv(graph.num_features, 8, heads=8, dropout=0.6, add_self_loops=False),
            GATConv(64, K, heads=1, concat=False, dropout=0.6, add_self_loops=False),
        ]
    )
    edges = Edges.from_graph(graph, "add_missing").edge_index
    x, task = torch.tensor(graph.x, dtype=torch.float32), Task.of(graph)
    labelled, classes = torch.tensor(task.labelled), torch.tensor(graph.class_index)[task.labelled]
    adam = torch.optim.Adam(layers.parameters(), lr=0.005, weight_decay=5e-4, fused=True)

    def run() -> torch.Tensor:
        hidden = F.elu(layers[0](F.dropout(x, 0.6, layers.training), edges))
        out: torch.Tensor = layers[1](F.dropout(hidden, 0.6, layers.training), edges)
        return out

    def epoch() -> None:
        layers.train()
        adam.zero_grad()
        F.cross_entropy(run()[labelled], classes).backward()  # type: ignore[no-untyped-call]
        adam.step()
        layers.eval()
        with torch.no_grad():
            run()

    return epoch


if __name__ == "__main__":
    main()
