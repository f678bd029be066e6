"""Small files to fill in, one of each format."""

from __future__ import annotations

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files.formats import format_named, node_table
from gatviz.graph.graph import Graph

_EXAMPLE = Graph(
    names=("Ada", "Bo", "Cy"),
    x=np.array([[1.0, 0.5], [0.0, 2.0], [1.0, -1.0]]),
    edge_index=np.array([[0, 1, 2], [1, 2, 0]]),
    feature_names=("f0", "f1"),
    edge_attributes={"weight": (1, 2, 0.5)},
    labels=("x", "y", "x"),
    split=("train", "val", "test"),
    positions=np.array([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]]),
    description="Three nodes in a ring: Bo reads Ada, Cy reads Bo, Ada reads Cy.",
)


def template(format: str) -> bytes:
    """A small file in a format, to fill in; "nodes" is the node table beside an edge list.

    Raises:
        GatvizError: no such format.
    """
    if format == "nodes":
        return node_table.TEMPLATE
    form = format_named(format)
    if form.example is not None:
        return form.example()
    if form.write is None:
        raise GatvizError("template", "a format with a template", quote(format), "choose another")
    return form.write(_EXAMPLE)
