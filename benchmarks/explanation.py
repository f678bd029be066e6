"""Is the verdict on attention right where the truth is known? Models with planted explanations.

    python -m benchmarks.explanation [--seeds 20]

"equal": attention is equal by construction, so it cannot know more than the drawing. "nearly equal": equal but for a
little noise in the scores that has nothing to do with what is sent. "one source": an infection reaches the node along
one path. "twins": either of two infected neighbours suffices.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import numpy as np
import torch

from gatviz import GAT, Graph, LayerSettings
from gatviz.analysis.explanation.explain import Inquiry
from gatviz.attention.layers import use_one_thread
from gatviz.model.without import in_double

COUNT, NEIGHBOURS = 40, 6
SHARP = 6.0
"""Scores of what carries the infection: its share is then about exp(6)/(exp(6) + 6), 0.985."""
SURE = 8.0
"""Log-odds of being infected where the whole share carries the infection, 4, and where none does, −4."""


@dataclass(frozen=True)
class Planted:
    """A model whose truth is known, a graph, and the nodes at which it is asked about."""

    model: GAT
    graph: Graph
    nodes: tuple[int, ...]


def equal(seed: int) -> Planted:
    """Equal shares in both layers, random weights, all nodes."""
    graph = _graph(_drawn(seed), np.random.default_rng(seed).normal(size=(COUNT, 4)))
    generator = torch.Generator().manual_seed(seed)
    model = GAT.of_paper(4, 2, num_heads=2, head_features=4, attention="equal", generator=generator)
    return Planted(_louder(model), graph, tuple(range(COUNT)))


def nearly_equal(seed: int) -> Planted:
    """The scores read a feature that the messages leave out, and it is noise."""
    x = np.random.default_rng(seed).normal(size=(COUNT, 4))
    generator = torch.Generator().manual_seed(seed)
    model = _louder(GAT.of_paper(4, 2, num_heads=1, head_features=4, generator=generator))
    for layer in model.attention_layers:
        weights = layer.weights()
        aside = np.linalg.svd(weights["W"][0])[0][:, -1] if layer is model.attention_layers[0] else None
        small = np.zeros_like(weights["a_source"]) if aside is None else 1e-3 * aside[None].astype(np.float32)
        layer.set_weights(a_source=small, a_target=np.zeros_like(weights["a_target"]))
    return Planted(model, _graph(_drawn(seed), x), tuple(range(COUNT)))


def one_source(seed: int) -> Planted:
    """One node is infected; the node asked about is two steps away, along one path."""
    drawn, generator = _drawn(seed), np.random.default_rng(seed)
    far = [
        (v, s)
        for v in drawn
        for s in drawn
        if s != v and not drawn.has_edge(v, s) and len(list(nx.common_neighbors(drawn, v, s))) == 1
    ]
    node, source = far[generator.integers(len(far))]
    return Planted(_infection(), _graph(drawn, _infected(generator, [source])), (node,))


def twins(seed: int) -> Planted:
    """Two neighbours are infected; either suffices."""
    drawn, generator = _drawn(seed), np.random.default_rng(seed)
    node = next(v for v in generator.permutation(COUNT) if drawn.degree(v) >= 3)
    pair = generator.choice(list(drawn.neighbors(node)), size=2, replace=False)
    return Planted(_infection(num_layers=1), _graph(drawn, _infected(generator, pair.tolist())), (int(node),))


PLANTED: dict[str, Callable[[int], Planted]] = {
    "equal": equal,
    "nearly equal": nearly_equal,
    "one source": one_source,
    "twins": twins,
}


def kinds(name: str, seeds: int, *, every: int = 1) -> Counter[str]:
    """How often each kind of verdict was found, at every so many-th node that is asked about."""
    found: Counter[str] = Counter()
    for seed in range(seeds):
        planted = PLANTED[name](seed)
        double = in_double(planted.model)
        for node in planted.nodes[::every]:
            asked = Inquiry(planted.model, planted.graph, node, double=double)
            asked.measure()
            asked.pair_up()
            found[asked.explanation().verdict.kind] += 1
    return found


def _drawn(seed: int) -> nx.Graph[int]:
    drawn: nx.Graph[int] = nx.gnm_random_graph(COUNT, COUNT * NEIGHBOURS // 2, seed=seed)
    return drawn


def _graph(drawn: nx.Graph[int], x: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Graph:
    edges = np.array([*drawn.edges, *((b, a) for a, b in drawn.edges)]).T
    return Graph(names=tuple(map(str, drawn)), x=x, edge_index=edges)


def _infected(generator: np.random.Generator, nodes: list[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Feature 0 is the infection, feature 1 noise."""
    x = np.stack([np.zeros(COUNT), generator.normal(size=COUNT)], axis=1)
    x[nodes, 0] = 1.0
    return x


def _infection(num_layers: int = 2) -> GAT:
    """Attention looks for the infection, a little disturbed by noise; the last layer says infected or not."""
    settings = [LayerSettings(out_features=2, num_heads=1, bias=False, activation=None)] * (num_layers - 1)
    last = LayerSettings(out_features=2, num_heads=1, bias=True, activation=None)
    model = GAT(2, [*settings, last], self_loops="add_missing", generator=torch.Generator().manual_seed(0))
    for layer in model.attention_layers[:-1]:
        layer.set_weights(W=[[[1.0, 0.0], [0.0, 1.0]]], a_source=[[SHARP, 0.5]], a_target=[[0.0, 0.0]])
    W = np.array([[SURE / 2, 0.1], [-SURE / 2, 0.0]])
    looks = np.array([SHARP, 0.0]) @ np.linalg.inv(W)
    model.attention_layers[-1].set_weights(
        W=[W], a_source=[looks], a_target=[[0.0, 0.0]], bias=np.array([-SURE / 4, SURE / 4])
    )
    return model


def _louder(model: GAT) -> GAT:
    """Larger weights, so that single edges move the answer."""
    for layer in model.attention_layers:
        layer.set_weights(**{name: 2 * values for name, values in layer.weights().items()})
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    use_one_thread()
    for name in PLANTED:
        found = kinds(name, seeds)
        shares = ", ".join(f"{kind} {count / found.total():.1%}" for kind, count in found.most_common())
        print(f"{name:13} {found.total():4} nodes: {shares}")


if __name__ == "__main__":
    main()
