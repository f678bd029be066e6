"""Torch files and pickles are known without torch; what reads and writes them loads it when it is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ParsedGraph
from gatviz.graph.graph import Graph
from gatviz.pickles.beginnings import is_old_pickle, is_pickled

_OF_PLANETOID = re.compile(r"(?:^|[^a-z])ind\.(?P<name>[\w-]+)\.(?P<part>x|y|tx|ty|allx|ally|graph|test\.index)$")
_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def is_torch(file: GraphFile) -> bool:
    """Whether a file is a pickle, a zip around one, as torch writes it, or torch's older form."""
    if file.data.startswith(_PICKLE) or is_old_pickle(file.data):
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


def planetoid_parts(files: Sequence[GraphFile]) -> dict[str, GraphFile] | None:
    """Several files by what they are, if all are parts of one collection as Planetoid has it; else None."""
    found = [_OF_PLANETOID.search(file.name) for file in files]
    if len(files) < 2 or len({one["name"] if one else None for one in found}) > 1:
        return None
    return {one["part"]: file for one, file in zip(found, files, strict=True) if one} or None


def read_planetoid(parts: Mapping[str, GraphFile]) -> ParsedGraph:
    """See `planetoid.read_planetoid`."""
    from gatviz.files.formats import planetoid

    return planetoid.read_planetoid(parts)
