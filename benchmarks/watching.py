"""What watching a training costs: the app's picture of it while it plays, and `gatviz.watch` in a script of one's own.

    python -m benchmarks.watching [--cora cora.npz] [--rounds 5]

No browser, one thread, the same core for both. A page that plays asks for pictures at a pace that leaves most of the
time to training: "picture" is how long one takes, made and encoded in the middle of a training, and what part of the
time that is. "watch" is the time of an epoch of a PyG script's own training that is watched, over one that is not.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch_geometric.data import Data
from torch_geometric.nn import GATConv

import gatviz
from gatviz import GAT, Graph, read_graph
from gatviz.attention.layers import new_generator
from gatviz.graph.generators.real import real_graph
from gatviz.graph.positions import default_positions
from gatviz.stage.wire import encode
from gatviz.training.schedule import Schedule
from gatviz.training.task import Task
from gatviz.ui.session import session
from gatviz.ui.train.player import Player, Source
from gatviz.ui.train.screen import TrainView, train_screen
from gatviz.ui.train.setup import Setup


def main() -> None:
    """Measure, and print a line for each graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cora", default=None)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    graphs = [("karate", real_graph("karate_club"), 100, 100)]
    if asked.cora:
        graphs.append(("cora", read_graph(asked.cora), 10, 10))
    for name, graph, trained, epochs in graphs:
        picture, pace = seconds_a_picture(graph, trained, asked.rounds)
        ratio = watched_over_bare(graph, epochs, asked.rounds)
        print(f"{name}: picture {1000 * picture:.1f} ms, {100 * picture / pace:.0f} % of the time", end="; ")
        print(f"watch {ratio:.2f} times an epoch", flush=True)


def seconds_a_picture(graph: Graph, trained: int, rounds: int) -> tuple[float, float]:
    """The fastest of so many, each one epoch further; and from one to the next."""
    model = GAT.of_paper(graph.num_features, len(graph.class_names), generator=new_generator(0))
    placed = graph if graph.positions is not None else graph.with_positions(default_positions(graph))
    player = Player("")
    player.load(placed, model, Setup(schedule=Schedule(1_000)), Source("graph", "model"))
    for _ in range(trained):
        player.step()
    now = session.new()
    found = []
    for _ in range(rounds):
        player.step()
        started = time.perf_counter()
        encode(train_screen(now, player, TrainView(), 0))
        found.append(time.perf_counter() - started)
    player.picture_seconds = min(found)
    return min(found), player.pace


def watched_over_bare(graph: Graph, epochs: int, rounds: int) -> float:
    """The median over rounds in which the two take turns."""
    ratios = []
    for _ in range(rounds):
        bare = seconds_an_epoch(graph, epochs, None)
        with tempfile.TemporaryDirectory() as folder:
            ratios.append(seconds_an_epoch(graph, epochs, Path(folder) / "run.gatviz") / bare)
    return statistics.median(ratios)


def seconds_an_epoch(graph: Graph, epochs: int, path: Path | None) -> float:
    """The fastest of so many epochs of a script, watched if there is a path."""
    net, data, epoch = script(graph)
    if path is None:
        return fastest(epoch, epochs)
    with gatviz.watch(net, data, path) as watched:
        return fastest(lambda: watched.step(epoch()), epochs)


def fastest(run: Callable[[], object], count: int) -> float:
    """Seconds."""
    found = []
    for _ in range(count):
        started = time.perf_counter()
        run()
        found.append(time.perf_counter() - started)
    return min(found)


class Net(torch.nn.Module):
    """The paper's two layers, as a script has them."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.first = GATConv(features, 8, heads=8, dropout=0.6)
        self.second = GATConv(64, classes, heads=1, concat=False, dropout=0.6)

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        """[N, K]"""
        hidden = F.elu(self.first(F.dropout(x, 0.6, self.training), edge_index))
        out: torch.Tensor = self.second(F.dropout(hidden, 0.6, self.training), edge_index)
        return out


def script(graph: Graph) -> tuple[Net, Data, Callable[[], torch.Tensor]]:
    """A net, its data, and what trains it by an epoch: a step, and a look at the validation nodes."""
    task = Task.of(graph)
    mask = torch.zeros(graph.num_nodes, dtype=torch.bool)
    mask[torch.tensor(task.labelled)] = True
    x, edges = torch.tensor(graph.x, dtype=torch.float32), torch.tensor(np.array(graph.edge_index))
    data = Data(x=x, edge_index=edges, y=torch.tensor(np.array(graph.class_index)), train_mask=mask)
    net = Net(graph.num_features, len(graph.class_names))
    adam = torch.optim.Adam(net.parameters(), lr=0.005, weight_decay=5e-4, fused=True)

    def epoch() -> torch.Tensor:
        net.train()
        adam.zero_grad()
        loss = F.cross_entropy(net(x, edges)[mask], data.y[mask])
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        net.eval()
        with torch.no_grad():
            net(x, edges)
        return loss

    return net, data, epoch


if __name__ == "__main__":
    main()
