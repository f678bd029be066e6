"""In how many seeds the sentence of each experiment's card is true.

    python -m benchmarks.experiments [--seeds 20] [--only karate]

A seed draws graph (where it is drawn), weights and dropout. Each sentence is tested as it is written below; a line a
seed, and at the end what stands on the card.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from gatviz import Training
from gatviz.analysis.over_epochs import AVERAGES_ABOVE, heads_at, mean_right, spells
from gatviz.analysis.uniformity import EVEN_LEAD
from gatviz.training.beside import Beside, beside, with_dropout
from gatviz.training.experiments import EXPERIMENTS, Experiment, lookup, one_layer
from gatviz.training.task import Task
from gatviz.training.training import Moment

Tested = tuple[bool, str]


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", choices=list(EXPERIMENTS), default=None)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for key, experiment in EXPERIMENTS.items():
        if asked.only not in (None, key):
            continue
        found = []
        for seed in range(asked.seeds):
            true, told = TESTS[key](experiment, seed)
            found.append(true)
            print(f"{key} seed {seed}: {'true' if true else 'FALSE'}  {told}", flush=True)
        print(f"== {key}: true in {sum(found)} of {len(found)} seeds", flush=True)


def trained(experiment: Experiment, seed: int, kind: Beside | None = None) -> Training:
    """The experiment's training, or that of what is trained beside it."""
    graph = experiment.graph(seed)
    task = Task.of(graph, experiment.labelled)
    model = experiment.model(graph, seed)
    model = with_dropout(model, alpha=experiment.dropout, features=experiment.feature_dropout)
    net = model if kind is None else beside(kind, model, task.num_classes, seed)
    training = Training(net, task, replace(experiment.schedule, seed=seed))
    while training.advance():
        pass
    return training


def right(training: Training) -> float:
    """Right others on average over the later half."""
    return mean_right(range(training.trained + 1), [row["right_others"] for row in training.rows])


def share(training: Training) -> float:
    """The same as a part of the others."""
    return right(training) / len(training.task_at(0).others)


def stopped(training: Training) -> list[int]:
    """The heads of layer 0 that stop averaging and stay so."""
    kept = training.kept()
    even = np.stack([heads_at(alphas[0], edges.edge_index, edges.ptr).evenness for _epoch, alphas, edges in kept])
    epochs = [epoch for epoch, _alphas, _edges in kept]
    return [
        head
        for head in range(even.shape[1])
        if any(spell.stands for spell in spells(epochs, (even[:, head] < AVERAGES_ABOVE).tolist()))
    ]


def karate(experiment: Experiment, seed: int) -> Tested:
    """A head stops averaging, and equal shares are right at no fewer nodes but one."""
    own, equal = trained(experiment, seed), trained(experiment, seed, "equal")
    heads = stopped(own)
    true = bool(heads) and right(equal) >= right(own) - 1
    return true, f"heads {heads}, right {right(own):.1f}, equal shares {right(equal):.1f}"


def sides(moment: Moment) -> np.ndarray:
    """[side, head]: by how much nodes of a side prefer their own over even shares, on average."""
    source, target = moment.edges.edge_index
    side = moment.task.graph.class_index
    counts = np.diff(moment.edges.ptr)
    gain = np.where((side[source] == side[target])[:, None], moment.alpha[0] - 1 / counts[target][:, None], 0.0)
    sums = np.zeros((len(side), gain.shape[1]))
    np.add.at(sums, target, gain)
    return np.stack([sums[side == k].mean(axis=0) for k in (0, 1)])


def two_sides(experiment: Experiment, seed: int) -> Tested:
    """No GAT head prefers own on both sides, or other on both; one GATv2 head alone does."""
    own = sides(trained(experiment, seed).at(experiment.schedule.epochs))
    single = replace(experiment, model=lambda graph, s: one_layer(graph, s, "GATv2"))
    second = sides(trained(single, seed).at(experiment.schedule.epochs))

    def turns(gains: np.ndarray) -> bool:
        return bool(((gains > 0.02).all(axis=0) | (gains < -0.02).all(axis=0)).any())

    true = not turns(own) and turns(second)
    return true, f"GAT {np.round(own, 2).tolist()}, GATv2 {np.round(second, 2).tolist()}"


def dictionary(experiment: Experiment, seed: int) -> Tested:
    """GATv2 is right at all queries of the held-out tables with most of α on the right key; GAT fails in training."""
    second = trained(experiment, seed)
    first = trained(replace(experiment, model=lambda graph, s: lookup(graph, s, "GAT")), seed)
    last = second.trained
    moment = second.at(last)
    source, target = moment.edges.edge_index
    keys = 5
    own = (source % (2 * keys)) + keys == target % (2 * keys)
    on_key = float(moment.alpha[0][own].mean())
    test = second.rows[-1]["right_others"] / len(moment.task.others)
    train = first.rows[-1]["right_labelled"] / len(moment.task.labelled)
    return (
        test >= 0.99 and on_key > 0.5 and train < 0.75,
        f"GATv2 test {test:.2f} α {on_key:.2f}, GAT train {train:.2f}",
    )


def averaging(experiment: Experiment, seed: int) -> Tested:
    """Heads of layer 0 average by the rule of `uniformity` on average, and a GCN is right at no fewer nodes but one."""
    own, gcn = trained(experiment, seed), trained(experiment, seed, "GCN")
    moment = own.at(own.trained)
    even = heads_at(moment.alpha[0], moment.edges.edge_index, moment.edges.ptr).evenness
    true = float(even.mean()) >= 1 / EVEN_LEAD and right(gcn) >= right(own) - 1
    return true, f"evenness {even.mean():.3f}, least {even.min():.3f}, GAT {share(own):.3f}, GCN {share(gcn):.3f}"


def own_feature(experiment: Experiment, seed: int) -> Tested:
    """α on oneself stays below a half in every head, on average over the nodes that read others."""
    own = trained(experiment, seed)
    moment = own.at(own.trained)
    source, target = moment.edges.edge_index
    counts = np.diff(moment.edges.ptr)
    loops = (source == target) & (counts[target] > 1)
    alpha = moment.alpha[0][loops].mean(axis=0)
    bare = replace(
        experiment, graph=lambda s: replace(experiment.graph(s), edge_index=np.zeros((2, 0), dtype=np.int64))
    )
    without = trained(bare, seed)
    told = f"α on oneself {np.round(alpha, 2).tolist()}, test {share(own):.3f}, without arrows {share(without):.3f}"
    return bool((alpha < 0.5).all()), told


TESTS: dict[str, Callable[[Experiment, int], Tested]] = {
    "karate": karate,
    "two_sides": two_sides,
    "dictionary": dictionary,
    "averaging": averaging,
    "own_feature": own_feature,
}

if __name__ == "__main__":
    main()
