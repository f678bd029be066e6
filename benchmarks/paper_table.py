"""The GAT paper's set-up on a graph with a split, and beside it the same net trained with equal shares, paired.

    python -m benchmarks.paper_table --data cora.npz [--seeds 10] [--first 0] [--output-heads 1]

Veličković et al. 2018, arXiv 1710.10903, section 3.3: two layers, 8 heads of 8 features, ELU, Glorot weights, dropout
0.6 on features and α, Adam with lr 0.005 and weight decay 5e-4, patience 100 on loss and accuracy of the validation
nodes, row-normalised features. Published on Cora: 83.0 ± 0.7 %. Both nets of a seed start from the same weights and
draw by the same seed. Each run is a line, so that a log that was cut short still says what was measured.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from gatviz import GAT, Graph, Training, read_graph
from gatviz.attention.layers import new_generator
from gatviz.training.beside import with_equal_shares
from gatviz.training.schedule import PAPERS
from gatviz.training.task import Task

PUBLISHED = "83.0 ± 0.7"


def main() -> None:
    """Train, and print a line for each run, then the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="any graph file with labels and a split")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--output-heads", type=int, default=1, help="the paper: 1; 8 on Pubmed")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    graph = row_normalised(read_graph(asked.data))
    task = Task.of(graph)
    counts = ", ".join(f"{len(task.nodes(part))} {part}" for part in ("labelled", "val", "others"))
    print(f"{graph}, {counts}", flush=True)
    found: dict[str, list[float]] = {"learnt": [], "equal": []}
    for seed in range(asked.first, asked.first + asked.seeds):
        model = glorot(graph, asked.output_heads, seed)
        for name, net in (("learnt", model), ("equal", with_equal_shares(model))):
            started = time.perf_counter()
            training = trained(net, task, seed)
            row = training.rows[training.best]
            found[name].append(100 * row["right_others"] / len(task.others))
            seconds = time.perf_counter() - started
            print(
                f"seed {seed} {name:6} {found[name][-1]:.2f} %  best epoch {training.best} of {training.trained}  "
                f"{1000 * seconds / training.trained:.1f} ms an epoch",
                flush=True,
            )
    for name, values in found.items():
        print(f"{name:6} {told(values)}")
    print(f"learnt − equal, paired {told([a - b for a, b in zip(found['learnt'], found['equal'], strict=True)])}")
    print(f"published on Cora {PUBLISHED}")


def trained(model: GAT, task: Task, seed: int) -> Training:
    """To the end of the paper's patience; of what was on the way only the best epoch is kept."""
    paper = PAPERS["GAT, Cora and Citeseer"]
    training = Training(model, task, replace(paper.schedule, seed=seed), max_bytes=1)
    while training.advance():
        pass
    return training


def row_normalised(graph: Graph) -> Graph:
    """Each node's features divided by their sum."""
    sums = graph.x.sum(axis=1, keepdims=True)
    return replace(graph, x=np.divide(graph.x, sums, out=np.zeros_like(graph.x), where=sums != 0))


def glorot(graph: Graph, output_heads: int, seed: int) -> GAT:
    """The paper's model, each head's W and a drawn as the paper drew them."""
    generator = new_generator(seed)
    model = GAT.of_paper(
        graph.num_features, len(graph.class_names), output_heads=output_heads, dropout=0.6, generator=generator
    )
    with torch.no_grad():
        for layer in model.attention_layers:
            C = layer.out_features
            for head in range(layer.num_heads):
                nn.init.xavier_uniform_(layer.weight[head * C : (head + 1) * C], generator=generator)
    return model


def told(values: list[float]) -> str:
    """Mean ± standard deviation."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.2f} ± {spread:.2f} ({len(values)} seeds)"


if __name__ == "__main__":
    main()
