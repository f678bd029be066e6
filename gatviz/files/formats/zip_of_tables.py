"""Several files at once, as a zip or as they are: an edge list or matrix, its node table, a description."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.formats.npz import is_npz
from gatviz.files.formats.torch_door import is_torch
from gatviz.files.graph_file import GraphFile
from gatviz.files.merging import listed_edges
from gatviz.files.zip_members import MAGIC, Members
from gatviz.graph.graph import Graph
from gatviz.words import _

DESCRIPTION = "description.txt"
_OWN = b"gatviz"
"""The comment of a zip that gatviz wrote: its columns are what they were, whatever they are called."""
_HIDDEN = ("__MACOSX/", ".")
_SEPARATING = re.compile(r"[,;|\"\s]")


def is_zip(file: GraphFile) -> bool:
    """Whether a file is a zip; npz and torch files are too, and more than that."""
    return file.data.startswith(MAGIC) and not is_npz(file) and not is_torch(file)


def is_gatviz_zip(data: bytes) -> bool:
    """Whether gatviz wrote this zip."""
    return data.endswith(_OWN) and data[-22 - len(_OWN) :].startswith(b"PK\x05\x06")


def unzip(data: bytes, where: str) -> dict[str, bytes]:
    """The files in a zip, hidden ones aside, each within the caps.

    Raises:
        GatvizError: broken, too large, a path out of the zip, or another zip in it.
    """
    members = Members(data, where)
    files: dict[str, bytes] = {}
    for info in members.infos:
        base = info.filename.rsplit("/", 1)[-1]
        if info.filename.startswith(_HIDDEN) or base.startswith(".") or not base:
            continue
        if base in files:
            raise GatvizError(
                f"{where}, {quote(base)}", _("each file once"), _("two of one name"), _("rename one of them")
            )
        files[base] = members.read(info, limits.MAX_BYTES)
    if not files:
        raise GatvizError(where, _("graph files in the zip"), _("none"), _("pack an edge list and a node table"))
    return files


def write_zip(graph: Graph) -> bytes:
    """A graph as a zip of edges.csv, nodes.csv and, if it has one, description.txt."""
    edges = _edge_rows(graph)
    nodes = _node_rows(graph)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = _OWN
        for name, content in (("edges.csv", edges), ("nodes.csv", nodes), (DESCRIPTION, graph.description)):
            if content:
                packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _edge_rows(graph: Graph) -> str:
    columns: Mapping[str, Sequence[Any]] = graph.edge_attributes
    kind = [] if graph.directed else ["undirected"]
    rows: list[list[str]] = [["source", "target", *(["type"] if kind else []), *columns]]
    source, target = graph.edge_index.tolist()
    for k in listed_edges(graph):
        cells = [_cell(values[k]) for values in columns.values()]
        rows.append([graph.names[source[k]], graph.names[target[k]], *kind, *cells])
    return _text(rows)


def _node_rows(graph: Graph) -> str:
    header = ["id"]
    columns: list[list[str]] = [list(graph.names)]
    for key, words in (("label", graph.labels), ("split", graph.split)):
        if words is not None:
            header.append(key)
            columns.append([word or "" for word in words])
    if graph.positions is not None:
        header += ["pos_x", "pos_y"]
        columns += [[repr(value) for value in axis.tolist()] for axis in graph.positions.T]
    header += graph.feature_names
    columns += [[repr(value) for value in graph.x[:, k].tolist()] for k in range(graph.num_features)]
    return _text([header, *map(list, zip(*columns, strict=True))])


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _text(rows: Sequence[Sequence[str]]) -> str:
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows)


def _quoted(cell: str) -> str:
    """A cell in quotes if it holds anything that could pass for a separator, and readers guess those."""
    return '"' + cell.replace('"', '""') + '"' if _SEPARATING.search(cell) else cell
