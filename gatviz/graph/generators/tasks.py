"""Graphs with labels to learn, each made to show when attention is needed and when it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.graph.generators.shapes import check_size, made_graph
from gatviz.graph.graph import Graph

MAX_NODES = 2_000
"""All pairs of nodes are drawn at once."""


def two_sides(
    nodes: int, within: float, between: float, width: int, separation: float, labelled: float, seed: int
) -> Graph:
    """Two sides of equal size with normal features, their means `separation` apart, half of it on either side of 0."""
    check_size(nodes * nodes / 2 * (within + between), "two_sides")
    draw = np.random.default_rng(seed)
    side = np.arange(nodes) % 2
    direction = draw.normal(size=width)
    direction /= np.linalg.norm(direction)
    x = draw.normal(size=(nodes, width)) + np.outer((side - 0.5) * separation, direction)
    i, j = np.triu_indices(nodes, 1)
    joined = draw.random(len(i)) < np.where(side[i] == side[j], within, between)
    pairs = np.stack([i, j], axis=1)[joined]
    names = tuple(f"{'left' if one == 0 else 'right'} {k // 2}" for k, one in enumerate(side))
    return _made(pairs, x, names, tuple("left" if one == 0 else "right" for one in side), labelled, draw)


def own_feature(nodes: int, neighbours: float, width: int, labelled: float, seed: int) -> Graph:
    """Random edges, normal features; the label is the sign of a node's own first feature."""
    probability = min(1.0, neighbours / max(nodes - 1, 1))
    check_size(nodes * nodes * probability, "own_feature")
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(nodes, width))
    i, j = np.triu_indices(nodes, 1)
    pairs = np.stack([i, j], axis=1)[draw.random(len(i)) < probability]
    labels = tuple("above 0" if value > 0 else "below 0" for value in x[:, 0])
    return _made(pairs, x, tuple(map(str, range(nodes))), labels, labelled, draw)


def _made(
    pairs: NDArray[Any],
    x: NDArray[np.float64],
    names: tuple[str, ...],
    labels: tuple[str, ...],
    labelled: float,
    draw: np.random.Generator,
) -> Graph:
    """The graph with so much of each class to train on, and the rest to test."""
    split = np.full(len(names), "test", dtype=object)
    of = np.array(labels)
    for label in sorted(set(labels)):
        members = draw.permutation(np.flatnonzero(of == label))
        split[members[: max(1, round(labelled * len(members)))]] = "train"
    return made_graph(len(names), pairs, names=names, x=x, labels=labels, split=tuple(split.tolist()))
