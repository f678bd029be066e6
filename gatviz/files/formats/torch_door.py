"""Torch files and pickles are known without torch; what reads and writes them loads it when it is needed."""

from __future__ import annotations

from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ParsedGraph
from gatviz.graph.graph import Graph
from gatviz.pickles.beginnings import is_pickled

_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def is_torch(file: GraphFile) -> bool:
    """Whether a file is a pickle, a zip around one, as torch writes it, or torch's older form."""
    if file.data.startswith(_PICKLE):
        return is_pickled(file.data)
    return any(name.endswith("/data.pkl") for name in file.members)


def read_torch(file: GraphFile) -> ParsedGraph:
    """See `torch_file.read_torch`."""
    from gatviz.files.formats import torch_file

    return torch_file.read_torch(file)


def write_torch(graph: Graph) -> bytes:
    """See `torch_file.write_torch`."""
    from gatviz.files.formats import torch_file

    return torch_file.write_torch(graph)
