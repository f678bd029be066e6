"""The kinds of graph that can be made, each with the positions that its shape gives it."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError
from gatviz.graph.features import FeatureKind, made_up_features, usual_kind
from gatviz.graph.graph import Graph
from gatviz.words import _, ngettext

MAX_NODES = 20_000
MAX_EDGES = 500_000


def with_features(graph: Graph, features: FeatureKind | None, seed: int) -> Graph:
    """The graph with made-up features, and a note that says which."""
    chosen = features or usual_kind(graph.num_nodes)
    x, names = made_up_features(chosen, graph.names, graph.edge_index, seed=seed)
    said = {
        "one_hot": _("each node got a feature of its own (one-hot)"),
        "degree": _("each node's feature is the number of its incoming arrows"),
        "constant": _("each node's feature is the constant 1"),
        "random": ngettext(
            "each node got {n} random feature (seed {seed})",
            "each node got {n} random features (seed {seed})",
            x.shape[1],
        ).format(n=x.shape[1], seed=seed),
    }
    result: Graph = replace(graph, x=x, feature_names=names, notes=(said[chosen],))
    return result


def made_graph(
    num_nodes: int,
    pairs: Any,
    *,
    both_ways: bool = True,
    positions: NDArray[np.float64] | None = None,
    names: tuple[str, ...] | None = None,
    x: NDArray[np.float64] | None = None,
    **fields: Any,
) -> Graph:
    """A Graph from pairs (u, v): both arrows of each edge, side by side, or the arrow u → v alone."""
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    if both_ways:
        edges = np.stack([edges, edges[:, ::-1]], axis=1).reshape(-1, 2)
    return Graph(
        names=names or tuple(str(n) for n in range(num_nodes)),
        x=np.zeros((num_nodes, 0)) if x is None else x,
        edge_index=edges.T,
        directed=not both_ways,
        positions=positions,
        **fields,
    )


def check_size(edges: float, where: str) -> None:
    """Raise GatvizError if a graph would have more edges than are made."""
    if edges > MAX_EDGES:
        raise GatvizError(
            _("generate '{where}'").format(where=where),
            _("at most {most:,} arrows").format(most=MAX_EDGES),
            _("about {edges:,.0f}").format(edges=edges),
            _("choose smaller numbers"),
        )


def erdos_renyi(nodes: int, probability: float, seed: int) -> Graph:
    """Each pair joined with the same probability (Gilbert 1959; Erdős, Rényi 1959)."""

    import networkx as nx

    check_size(nodes * (nodes - 1) * probability, "erdos_renyi")
    return made_graph(nodes, list(nx.fast_gnp_random_graph(nodes, probability, seed=seed).edges))


def barabasi_albert(nodes: int, links: int, seed: int) -> Graph:
    """Nodes that come one by one and link to busy ones (Barabási, Albert 1999)."""

    import networkx as nx

    if links >= nodes:
        raise GatvizError(
            _("generate 'barabasi_albert'"),
            _("fewer links than nodes"),
            _("{links} links, {nodes} nodes").format(links=links, nodes=nodes),
            _("add nodes"),
        )
    check_size(2 * nodes * links, "barabasi_albert")
    return made_graph(nodes, list(nx.barabasi_albert_graph(nodes, links, seed=seed).edges))


def stochastic_blocks(blocks: int, nodes: int, within: float, between: float, noise: float, seed: int) -> Graph:
    """Blocks joined densely within and thinly between (Holland, Laskey, Leinhardt 1983)."""

    import networkx as nx

    total = blocks * nodes
    if total > MAX_NODES:
        raise GatvizError(
            _("generate 'stochastic_blocks'"),
            _("at most {most:,} nodes").format(most=MAX_NODES),
            f"{total:,}",
            _("choose smaller blocks"),
        )
    check_size(total * nodes * within + total * (total - nodes) * between, "stochastic_blocks")
    chance = np.full((blocks, blocks), between)
    np.fill_diagonal(chance, within)
    drawn = nx.stochastic_block_model([nodes] * blocks, chance.tolist(), seed=seed)
    block = np.repeat(np.arange(blocks), nodes)
    signal = np.eye(blocks)[block] + noise * np.random.default_rng(seed).standard_normal((total, blocks))
    return made_graph(
        total,
        list(drawn.edges),
        x=signal.round(2) + 0.0,
        feature_names=tuple(f"signal {k}" for k in range(blocks)),
        labels=tuple(f"block {k}" for k in block),
    )


def grid(rows: int, columns: int) -> Graph:
    """Rows and columns, neighbours joined."""
    place = np.arange(rows * columns).reshape(rows, columns)
    right = np.stack([place[:, :-1].ravel(), place[:, 1:].ravel()], axis=1)
    down = np.stack([place[:-1].ravel(), place[1:].ravel()], axis=1)
    row, column = np.divmod(np.arange(rows * columns), columns)
    at = np.stack([column - (columns - 1) / 2, (rows - 1) / 2 - row], axis=1)
    names = tuple(f"{r},{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True))
    return made_graph(rows * columns, np.concatenate([right, down]), positions=at, names=names)


def _circle(count: int) -> NDArray[np.float64]:
    """On a circle from the top clockwise, neighbours one unit apart."""
    angle = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    radius = 0.5 / np.sin(np.pi / max(count, 3))
    at: NDArray[np.float64] = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return at


def ring(nodes: int) -> Graph:
    """A circle."""
    here = np.arange(nodes)
    return made_graph(nodes, np.stack([here, (here + 1) % nodes], axis=1), positions=_circle(nodes))


def star(leaves: int) -> Graph:
    """A hub and its leaves."""
    at = np.concatenate([np.zeros((1, 2)), _circle(leaves) * max(1.0, 2 * np.sin(np.pi / max(leaves, 3)))])
    names = ("hub", *(f"leaf {n}" for n in range(leaves)))
    return made_graph(leaves + 1, [(leaf, 0) for leaf in range(1, leaves + 1)], positions=at, names=names)


def tree(branches: int, levels: int) -> Graph:
    """A root, and the same number of branches at each node."""
    sizes = [1]
    while len(sizes) <= levels and sum(sizes) <= MAX_NODES:
        sizes.append(sizes[-1] * branches)
    total = sum(sizes)
    if total > MAX_NODES:
        raise GatvizError(
            _("generate 'tree'"),
            _("at most {most:,} nodes").format(most=MAX_NODES),
            _("more"),
            _("choose fewer levels"),
        )
    child = np.arange(1, total)
    widest = sizes[-1]
    x = np.concatenate([(np.arange(size) + 0.5) * widest / size for size in sizes]) - widest / 2
    y = np.repeat(np.arange(levels + 1), sizes) * -max(1.0, widest / (2.0 * max(levels, 1)))
    pairs = np.stack([(child - 1) // branches, child], axis=1)
    return made_graph(total, pairs, positions=np.stack([x, y - y.mean()], axis=1))


def _two_rows(top: int, bottom: int) -> NDArray[np.float64]:
    widest = max(top, bottom, 2)
    rows = [
        np.stack([(np.arange(n) + 0.5) * widest / n - widest / 2, np.full(n, y)], axis=1)
        for n, y in ((top, widest / 3), (bottom, -widest / 3))
    ]
    return np.concatenate(rows)


def complete_bipartite(sources: int, targets: int) -> Graph:
    """Every target reads every source."""
    check_size(sources * targets, "complete_bipartite")
    j, i = np.divmod(np.arange(sources * targets), targets)
    names = (*(f"source {n}" for n in range(sources)), *(f"target {n}" for n in range(targets)))
    return made_graph(
        sources + targets,
        np.stack([j, sources + i], axis=1),
        both_ways=False,
        positions=_two_rows(sources, targets),
        names=names,
    )


def dictionary(keys: int, tables: int, seed: int) -> Graph:
    """Keys and queries of the lookup problem (Brody et al. 2022): labels are what to find.

    One table has every value once. In several, each key's value is drawn on its own, so that no value can be told from
    the others; a tenth of the tables, two at least, is the test part.
    """
    check_size(tables * keys * keys, "dictionary")
    draw = np.random.default_rng(seed)
    values = draw.permutation(keys)[None] if tables == 1 else draw.integers(0, keys, (tables, keys))
    held = min(max(2, round(tables / 10)), tables - 1)
    parts: list[Graph] = [_table(value) for value in values]
    if tables == 1:
        return parts[0]
    across = ceil(sqrt(tables))
    one = _two_rows(keys, keys) * (1.0, 0.6)  # flatter, so that tables below each other fit a picture
    width, height = np.ptp(one, axis=0) + 1.4  # of a table, and what lies between it and the next
    places = [np.array([k % across * width, -(k // across) * height]) for k in range(tables)]
    rows = np.concatenate([one + place for place in places])
    split = np.repeat(["train"] * (tables - held) + ["test"] * held, 2 * keys)
    labels = tuple(label for part in parts for label in part.labels or ())
    return replace(
        parts[0],
        names=tuple(f"{name} of {k}" for k, part in enumerate(parts) for name in part.names),
        x=np.concatenate([part.x for part in parts]),
        edge_index=np.concatenate([part.edge_index + 2 * keys * k for k, part in enumerate(parts)], axis=1),
        labels=labels,
        split=tuple(None if label is None else str(one) for one, label in zip(split, labels, strict=True)),
        positions=rows,
    )


def _table(value: NDArray[np.int64]) -> Graph:
    keys = len(value)
    x = np.zeros((2 * keys, 2 * keys))
    number = np.arange(keys)
    x[number, number] = x[keys + number, number] = x[number, keys + value] = 1.0
    j, i = np.divmod(np.arange(keys * keys), keys)
    return made_graph(
        2 * keys,
        np.stack([j, keys + i], axis=1),
        both_ways=False,
        positions=_two_rows(keys, keys),
        names=(*(f"key {n}" for n in range(keys)), *(f"query {n}" for n in range(keys))),
        x=x,
        feature_names=(*(f"is {n}" for n in range(keys)), *(f"value {n}" for n in range(keys))),
        labels=(*((None,) * keys), *(f"value {n}" for n in value)),
    )
