"""Graph files ↔ Graph, one module a format."""

from gatviz.io.draft import ColumnUse
from gatviz.io.read import inspect_graph, read_graph
from gatviz.io.reading import Reading, ReadOptions
from gatviz.io.samples import sample_graph, sample_graph_names

__all__ = [
    "ColumnUse",
    "ReadOptions",
    "Reading",
    "inspect_graph",
    "read_graph",
    "sample_graph",
    "sample_graph_names",
]
