"""Graphs and models that the tests of training share."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatviz import GAT, Graph
from gatviz.attention.layers import new_generator
from gatviz.graph.generators.real import real_graph


def karate() -> Graph:
    """Zachary's club with one-hot features."""
    return real_graph("karate_club")


def citations(nodes: int = 300, classes: int = 7, words: int = 120, seed: int = 0) -> Graph:
    """A graph like Cora: papers cite papers of their own field mostly; rows of few words, each row summing to 1."""
    draw = np.random.default_rng(seed)
    field = draw.integers(0, classes, nodes)
    pairs = {
        (i, j)
        for i in range(nodes)
        for j in draw.choice(np.flatnonzero((field == field[i]) | (draw.random(nodes) < 0.05)), 3)
        if i != j
    }
    both = sorted(pairs | {(j, i) for i, j in pairs})
    x = (draw.random((nodes, words)) < 0.04 + 0.2 * (np.arange(words) % classes == field[:, None])).astype(float)
    split = np.where(draw.random(nodes) < 0.3, "train", np.where(draw.random(nodes) < 0.4, "val", "test"))
    return Graph(
        names=tuple(map(str, range(nodes))),
        x=x / np.maximum(x.sum(1, keepdims=True), 1),
        edge_index=np.array(both).T,
        labels=tuple(f"field {k}" for k in field),
        split=tuple(split.tolist()),
    )


def paper_model(graph: Graph, seed: int = 0, **settings: Any) -> GAT:
    """The paper's two layers, as wide as the graph has classes."""
    return GAT.of_paper(graph.num_features, len(graph.class_names), generator=new_generator(seed), **settings)
