"""From a reader's rows to a Graph: merging what stands twice, making up features that are missing, and saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.graph import Graph
from gatviz.io import limits

MOST_FOR_ONE_HOT = 200


@dataclass
class Draft:
    """What a reader has understood so far. `arcs` holds (source, target, attributes) by node name."""

    where: str
    names: list[str] = field(default_factory=list)
    arcs: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    x: NDArray[np.float64] | None = None
    feature_names: Sequence[str] = ()
    directed: bool = True
    labels: list[str | None] | None = None
    split: list[str | None] | None = None
    positions: list[Any] | None = None
    description: str = ""
    notes: list[str] = field(default_factory=list)


def build(draft: Draft) -> Graph:
    """A Graph from a draft.

    Raises:
        GatvizError: no nodes, too much of something, an edge to an unknown node, or what Graph refuses.
    """
    limits.check_nodes(draft.where, len(draft.names))
    place: dict[str, int] = {}
    for name in draft.names:
        if name in place:
            raise GatvizError(draft.where, "each node once", f"{quote(name)} twice", "rename one of the two")
        place[name] = len(place)
    index, attributes = _arcs(draft, place)
    x, feature_names = _features(draft, index)
    try:
        return Graph(
            names=tuple(draft.names),
            x=x,
            edge_index=index,
            feature_names=tuple(feature_names),
            edge_attributes=attributes,
            directed=draft.directed,
            labels=None if draft.labels is None else tuple(draft.labels),
            split=None if draft.split is None else tuple(draft.split),
            positions=None if draft.positions is None else np.array(draft.positions, dtype=np.float64),
            description=draft.description,
            notes=tuple(draft.notes),
        )
    except GatvizError as error:
        raise GatvizError(f"{draft.where}, {error.where}", error.expected, error.found, error.mend) from error


def _arcs(draft: Draft, place: dict[str, int]) -> tuple[NDArray[np.int64], dict[str, tuple[Any, ...]]]:
    limits.check_arcs(draft.where, len(draft.arcs) * (1 if draft.directed else 2))
    merged: dict[tuple[int, int], dict[str, Any]] = {}
    twice = 0
    for number, (source, target, values) in enumerate(draft.arcs):
        for name in (source, target):
            if name not in place:
                raise GatvizError(
                    f"{draft.where}, edge {number + 1}",
                    "nodes that exist",
                    f"{quote(name)}",
                    "add the node or remove the edge",
                )
        ends = (place[source], place[target])
        both = [ends] if draft.directed or ends[0] == ends[1] else [ends, ends[::-1]]
        twice += ends in merged
        for pair in both:
            merged.setdefault(pair, values)
    if twice:
        draft.notes.append(
            f"{twice} duplicate edge{'s' if twice > 1 else ''} merged; the first one's attributes are kept."
        )
    keys = sorted({key for values in merged.values() for key in values})
    if keys:
        draft.notes.append(
            f"Edge attributes kept but not used by GAT, which reads only whether an edge is there: {', '.join(keys)}."
        )
    index = np.array(list(merged), dtype=np.int64).reshape(-1, 2).T
    return index, {key: tuple(values.get(key) for values in merged.values()) for key in keys}


def _features(draft: Draft, index: NDArray[np.int64]) -> tuple[NDArray[np.float64], Sequence[str]]:
    count = len(draft.names)
    if draft.x is not None and draft.x.shape[1] > 0:
        return draft.x, draft.feature_names
    if count <= MOST_FOR_ONE_HOT:
        draft.notes.append("No features in the file: each node got a one-hot feature of its own.")
        return np.eye(count), [f"is {name}"[:200] for name in draft.names]
    draft.notes.append("No features in the file: each node got its number of incoming edges as a feature.")
    return np.bincount(index[1], minlength=count).astype(np.float64)[:, None], ["in-degree"]
