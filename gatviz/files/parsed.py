"""`ParsedGraph`: what a format's reader found in a file, before any decision about it. Every reader ends in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits


@dataclass(kw_only=True)
class ParsedGraph:
    """Nodes, edges and columns as the file has them.

    Attributes:
        where: the file's name, for messages.
        format: the format's name.
        names: N node names.
        edges: [2, M] integers, row 0 = source, row 1 = target: one column for each edge of the file, so an
            undirected edge stands once and a duplicate twice.
        directed: what the file says.
        edge_columns: name -> M values, None where an edge has none; all are edge attributes.
        x, feature_names: features that the file marks as such, or None.
        node_columns: name -> N values (str, number or None) whose use is still to be decided.
        labels, split, positions: what the file marks as such, or None.
        by_convention: whether what `node_columns` are called tells names, labels and positions (`conventions`).
        columns: the columns already used up, with their use, for the preview; without `edge_columns`.
        notes: what the reader itself decided.
        symmetric: for an adjacency matrix, whether it equals its transpose; else None.
    """

    where: str
    format: str
    names: Sequence[str]
    edges: NDArray[np.int64]
    directed: bool = True
    edge_columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    x: NDArray[np.float64] | None = None
    feature_names: tuple[str, ...] = ()
    node_columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    labels: Sequence[str | None] | None = None
    split: Sequence[str | None] | None = None
    positions: NDArray[np.float64] | None = None
    description: str = ""
    by_convention: bool = False
    columns: list[ColumnUse] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    symmetric: bool | None = None


@dataclass(frozen=True)
class ColumnUse:
    """One column of a file and what it is taken for.

    Attributes:
        table: "nodes" or "edges".
        name: its header.
        use: "id", "label", "split", "position", "feature", "category", "source", "target", "attribute" or
            "ignored".
    """

    table: str
    name: str
    use: str


class NodeNumbers:
    """Node names to node numbers, with one sentence for a name that is not there."""

    def __init__(self, names: Sequence[str]) -> None:
        self.place = {name: n for n, name in enumerate(names)}

    def find(self, name: str, where: str) -> int:
        """The number of a node.

        Raises:
            GatvizError: no node has this name.
        """
        place = self.place.get(name)
        if place is None:
            raise GatvizError(where, "the name of a node", quote(name), "add that node or remove the edge")
        return place


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse too many nodes, none, and a name that stands twice.

    Raises:
        GatvizError: naming both places.
    """
    limits.check_nodes(len(names), where)
    first: dict[str, int] = {}
    for n, name in enumerate(names):
        if name in first:
            raise GatvizError(
                f"{where}, nodes[{n}]",
                "a name of its own",
                f"{quote(name)}, which nodes[{first[name]}] has already",
                "rename one of the two",
            )
        first[name] = n
