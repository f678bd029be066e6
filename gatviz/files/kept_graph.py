"""A graph within a `.gatviz` container, and back: its numbers as arrays of the container, all else in the content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gatviz.files.container import Container
from gatviz.graph.graph import Graph

Put = Callable[[str, NDArray[Any]], str]
"""Keeps an array, under this name if it is free; gives the name that it has."""


class KeptGraph(msgspec.Struct):
    """A `Graph` without positions, its arrays by name."""

    names: list[str]
    x: str
    edge_index: str
    edge_features: str | None
    feature_names: list[str]
    edge_feature_names: list[str]
    edge_attributes: list[tuple[str, list[Any]]]
    directed: bool
    labels: list[str | None] | None
    split: list[str | None] | None
    description: str
    notes: list[str]
    class_order: list[str] = msgspec.field(default_factory=list)
    unlike: list[str] = msgspec.field(default_factory=list)


@dataclass
class ArrayStore:
    """Arrays for a container: those that are the same stand once.

    Attributes:
        held: by name. bytes: what they take together.
    """

    held: dict[str, NDArray[Any]] = field(default_factory=dict)
    bytes: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, array: NDArray[Any]) -> str:
        """See `Put`."""
        digest = hashlib.sha256(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
        key = digest.hexdigest()
        if key not in self._names:
            self._names[key] = name = self._free(name)
            self.held[name] = array
            self.bytes += array.nbytes
        return self._names[key]

    def _free(self, name: str) -> str:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in name)[:100]
        if plain not in self.held:
            return plain
        return next(found for k in range(2, 10**9) if (found := f"{plain}.{k}") not in self.held)


def graph_content(graph: Graph, put: Put) -> dict[str, Any]:
    """A graph as JSON has it, its arrays kept by `put`."""
    features = graph.edge_features
    return {
        "names": list(graph.names),
        "x": put("x", graph.x),
        "edge_index": put("edge_index", graph.edge_index),
        "edge_features": None if features is None else put("edge_features", features),
        "feature_names": list(graph.feature_names),
        "edge_feature_names": list(graph.edge_feature_names),
        "edge_attributes": [[name, list(values)] for name, values in graph.edge_attributes.items()],
        "directed": graph.directed,
        "labels": None if graph.labels is None else list(graph.labels),
        "split": None if graph.split is None else list(graph.split),
        "description": graph.description,
        "notes": list(graph.notes),
        "class_order": list(graph.class_order),
        "unlike": list(graph.unlike),
    }


def graph_from_content(kept: KeptGraph, container: Container) -> Graph:
    """The graph that `graph_content` made this of.

    Raises:
        GatvizError: arrays that are not there, or that make no graph.
    """
    features = None if kept.edge_features is None else container.array(kept.edge_features, (None, None))
    return Graph(
        names=tuple(kept.names),
        x=container.array(kept.x, (None, None)).astype(np.float64),
        edge_index=container.array(kept.edge_index, (2, None), "iu").astype(np.int64),
        feature_names=tuple(kept.feature_names),
        edge_attributes={name: tuple(values) for name, values in kept.edge_attributes},
        edge_features=None if features is None else features.astype(np.float64),
        edge_feature_names=tuple(kept.edge_feature_names),
        directed=kept.directed,
        labels=None if kept.labels is None else tuple(kept.labels),
        split=None if kept.split is None else tuple(kept.split),
        description=kept.description,
        notes=tuple(kept.notes),
        class_order=tuple(kept.class_order),
        unlike=tuple(kept.unlike),
    )
