"""Graph files ↔ Graph, one module a format."""

from gatviz.files.draft import ColumnUse
from gatviz.files.formats import FORMATS, Format, readable_formats, writable_formats
from gatviz.files.headers import table_headers
from gatviz.files.read import inspect_graph, read_graph
from gatviz.files.reading import Reading, ReadOptions, reading_of
from gatviz.files.samples import sample_graph, sample_graph_names
from gatviz.files.write import template, write_graph

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
