"""Graph files ↔ Graph: `formats/` has one module a format, and what they share stands beside it.

bytes → a format's reader → ParsedGraph → what is decided, and said (`inspection`) → Graph.
"""

from gatviz.files.encoding import ENCODINGS
from gatviz.files.formats import FORMATS, GraphFormat, readable_formats, writable_formats
from gatviz.files.inspection import Inspection, inspection_of
from gatviz.files.options import Orientation, ReadOptions
from gatviz.files.parsed import ColumnUse
from gatviz.files.reading import inspect_graph, read_graph, table_headers
from gatviz.files.samples import sample_graph, sample_graph_names, template
from gatviz.files.writing import write_graph

__all__ = [
    "ENCODINGS",
    "FORMATS",
    "ColumnUse",
    "GraphFormat",
    "Inspection",
    "Orientation",
    "ReadOptions",
    "inspect_graph",
    "inspection_of",
    "read_graph",
    "readable_formats",
    "sample_graph",
    "sample_graph_names",
    "table_headers",
    "template",
    "writable_formats",
    "write_graph",
]
