"""How long an epoch takes, a training step and an evaluating forward, against PyG's GATConv.

    python -m benchmarks.training [--cora cora.npz] [--rounds 7]

Same graph, same sizes, dropout 0.6, Adam; one thread. They take turns; a round's time is that of its fastest epoch,
which other programs disturb least, and a ratio is the median over the rounds. "Kept" is a whole epoch of a Training,
which besides counts who is right and keeps parameters, Adam's moments and α: what PyG's loop does not do.
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
        runs = (own_epoch(graph), kept_epoch(graph), pyg_epoch(graph))
        times = [[fastest(run, epochs) for run in runs] for _round in range(asked.rounds + 1)][1:]
        bare, kept, theirs = (statistics.median(column) for column in zip(*times, strict=True))
        ratio, whole = (statistics.median(row[k] / row[2] for row in times) for k in (0, 1))
        print(f"{name}: gatviz {bare:.2f} ms, PyG {theirs:.2f} ms an epoch, ratio {ratio:.2f}", end="; ")
        print(f"kept {kept:.2f} ms, ratio {whole:.2f}", flush=True)


def fastest(epoch: Callable[[], object], count: int) -> float:
    """Milliseconds of the fastest of so many epochs."""
    found = []
    for _ in range(count):
        started = time.perf_counter()
        epoch()
        found.append(time.perf_counter() - started)
    return 1000 * min(found)


def trained(graph: Graph) -> Training:
    """The paper's model, to be trained for as long as it is asked."""
    model = GAT.of_paper(graph.num_features, len(graph.class_names), dropout=0.6, generator=new_generator(0))
    return Training(model, Task.of(graph), Schedule(100_000))


def own_epoch(graph: Graph) -> Callable[[], object]:
    """A training step and a look at the model."""
    stepper = trained(graph).at_work(0)

    def epoch() -> None:
        stepper.step()
        stepper.look()

    return epoch


def kept_epoch(graph: Graph) -> Callable[[], object]:
    """One epoch more of a gatviz training."""
    return trained(graph).advance


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
