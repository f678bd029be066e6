"""Graph files ↔ Graph, one module a format."""

from gatviz.io.draft import ColumnUse
from gatviz.io.formats import FORMATS, Format, readable_formats, writable_formats
from gatviz.io.headers import table_headers
from gatviz.io.read import inspect_graph, read_graph
from gatviz.io.reading import Reading, ReadOptions, reading_of
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
    "reading_of",
    "sample_graph",
    "sample_graph_names",
    "table_headers",
    "template",
    "writable_formats",
    "write_graph",
]
