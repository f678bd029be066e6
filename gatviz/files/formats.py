"""The formats: their names, how each is known by its content, and who reads and writes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from gatviz.errors import GatvizError, quote
from gatviz.files.archive import write_zip
from gatviz.files.delimited import read_table
from gatviz.files.draft import Draft
from gatviz.files.edge_list import read_edge_list
from gatviz.files.gexf import read_gexf, write_gexf
from gatviz.files.gml import read_gml, write_gml
from gatviz.files.graphml import read_graphml, write_graphml
from gatviz.files.json_file import read_json, write_json, write_node_link
from gatviz.files.matrix import read_matrix
from gatviz.files.members import MAGIC, Members
from gatviz.files.npz import read_npz, write_npz
from gatviz.files.pajek import read_pajek
from gatviz.files.reading import ReadOptions
from gatviz.files.text import decode
from gatviz.files.torch_file import read_safetensors, read_torch, write_safetensors, write_torch
from gatviz.graph.graph import Graph

Reader = Callable[[bytes, str, ReadOptions], Draft]
Writer = Callable[[Graph], bytes]


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        name: what `ReadOptions.format` and `write_graph` call it.
        title: what people call it.
        endings: usual endings of file names, the first being the one that gatviz gives.
        read: bytes, name and options to a Draft; None for zip, whose files are read one by one.
        write: a graph to bytes, or None where the format cannot hold a whole graph.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    read: Reader | None
    write: Writer | None = None


def _read_edges(data: bytes, where: str, options: ReadOptions) -> Draft:
    return read_edge_list(read_table(data, where), None, options)


def _read_matrix(data: bytes, where: str, options: ReadOptions) -> Draft:
    return read_matrix(read_table(data, where), options)


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("json", "gatviz JSON", (".json",), lambda d, w, _: read_json(d, w), write_json),
        Format("node_link", "node-link JSON", (".json",), lambda d, w, _: read_json(d, w), write_node_link),
        Format("edge_list", "edge list (CSV, TSV)", (".csv", ".tsv", ".txt", ".edges"), _read_edges),
        Format("zip", "zip of edges.csv and nodes.csv", (".zip",), None, write_zip),
        Format("matrix", "adjacency matrix (CSV)", (".csv",), _read_matrix),
        Format("graphml", "GraphML", (".graphml", ".xml"), read_graphml, write_graphml),
        Format("gexf", "GEXF", (".gexf",), read_gexf, write_gexf),
        Format("gml", "GML", (".gml",), read_gml, write_gml),
        Format("pajek", "Pajek", (".net", ".paj"), lambda d, w, _: read_pajek(d, w)),
        Format("npz", "NumPy .npz (x, edge_index, y)", (".npz",), lambda d, w, _: read_npz(d, w), write_npz),
        Format("sparse_npz", "sparse .npz of attributed graphs", (".npz",), lambda d, w, _: read_npz(d, w)),
        Format("torch", "torch file of plain tensors", (".pt", ".pth"), lambda d, w, _: read_torch(d, w), write_torch),
        Format(
            "safetensors",
            "safetensors",
            (".safetensors",),
            lambda d, w, _: read_safetensors(d, w),
            write_safetensors,
        ),
    )
}
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_GML = re.compile(r"(?:\s*(?:\#[^\n]*|[A-Za-z]\w*\s+(?:\"[^\"]*\"|[\d.]+)))*?\s*graph\s*\[", re.IGNORECASE)
_PAJEK = re.compile(r"(?:\s*%[^\n]*\n)*\s*\*(?:vertices|network)", re.IGNORECASE)
_SAVED_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_HEAD = 20_000


def readable_formats() -> tuple[str, ...]:
    """The names of the formats that can be read."""
    return tuple(FORMATS)


def writable_formats() -> tuple[str, ...]:
    """The names of the formats that can be written; what is written reads back equal."""
    return tuple(name for name, form in FORMATS.items() if form.write is not None)


def format_named(name: str) -> Format:
    """A format by its name.

    Raises:
        GatvizError: no format has it.
    """
    if name not in FORMATS:
        raise GatvizError("format", "one of " + ", ".join(FORMATS), quote(name), "choose one of these")
    return FORMATS[name]


def recognise(data: bytes, where: str) -> str | None:
    """The format of a file by its content, its name helping only where content says nothing.

    None for a text table, which is an edge list, a node table or a matrix: `table_kind` tells.

    Raises:
        GatvizError: a known kind of file that holds no graph, or pickled objects.
    """
    name = where.lower()
    if data[:4] == MAGIC:
        return _kind_of_zip(data, where)
    if data[8:9] == b"{" and (name.endswith(".safetensors") or data[5:8] == bytes(3)):
        return "safetensors"
    if data[:2] in _SAVED_PICKLE:
        raise GatvizError(
            where,
            "a graph file",
            "a Python pickle, which is never opened",
            "save plain tensors with a newer torch, or .npz",
        )
    if data[:6] == b"\x93NUMPY":
        raise GatvizError(where, "a graph file", "a single NumPy array", "save .npz with x, edge_index and y")
    return _kind_of_text(data, where) or _by_ending(name)


def _kind_of_zip(data: bytes, where: str) -> str:
    names = [info.filename for info in Members(data, where).infos]
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    return "torch" if any(name.endswith("/data.pkl") for name in names) else "zip"


def _kind_of_text(data: bytes, where: str) -> str | None:
    text = decode(_cut(data), where)[0].lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        root = _ROOT.search(text)
        tag = root[1].lower() if root else ""
        if tag in ("graphml", "gexf"):
            return tag
        found = f"<{tag[:40]}>" if tag else "no element"
        raise GatvizError(where, "<graphml> or <gexf>", found, "choose a graph file")
    if text[:1] in ("{", "["):
        return "json"
    if _PAJEK.match(text):
        return "pajek"
    return "gml" if _GML.match(text) else None


def _cut(data: bytes) -> bytes:
    """The beginning of a text, not within a character."""
    head = data[:_HEAD]
    if len(data) > _HEAD and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        while head and head[-1] & 0xC0 == 0x80:
            head = head[:-1]
        head = head[:-1] if head and head[-1] >= 0xC0 else head
    return head


def _by_ending(name: str) -> str | None:
    for form in ("json", "graphml", "gexf", "gml", "pajek", "npz", "torch", "safetensors", "zip"):
        if name.endswith(FORMATS[form].endings):
            return form
    return None
