"""Graph files ↔ Graph, one module a format."""

from gatviz.io.draft import ColumnUse
from gatviz.io.formats import FORMATS, Format, readable_formats, writable_formats
from gatviz.io.read import inspect_graph, read_graph
from gatviz.io.reading import Reading, ReadOptions
from gatviz.io.samples import sample_graph, sample_graph_names
from gatviz.io.write import template, write_graph

__all__ = [
    "FORMATS",
    "ColumnUse",
    "Format",
    "ReadOptions",
    "Reading",
    "inspect_graph",
    "read_graph",
    "readable_formats",
    "sample_graph",
    "sample_graph_names",
    "template",
    "writable_formats",
    "write_graph",
]
