"""Reading a graph from a file, bytes or several of them: which format it is, and what is understood."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.graph import Graph
from gatviz.io import limits
from gatviz.io.delimited import read_table
from gatviz.io.draft import Draft
from gatviz.io.edge_list import read_edge_list
from gatviz.io.json_file import read_json
from gatviz.io.reading import MissingFeatures, Reading, ReadOptions, finish

Source = str | os.PathLike[str] | bytes


def read_graph(
    source: Source,
    nodes: Source | None = None,
    *,
    name: str | None = None,
    features: MissingFeatures | None = None,
    options: ReadOptions | None = None,
) -> Graph:
    """The graph in a file; `graph.notes` says what was decided on the way.

    Arguments:
        source: a path, or the file's bytes.
        nodes: the node table beside a CSV edge list; a path or bytes.
        name: what the file is called, if `source` is bytes: its ending helps to tell the format.
        features: what nodes without features get: "one_hot", "degree" or "constant".
            Left out: one-hot up to 200 nodes, the in-degree above.
        options: everything else that can be decided by hand.

    Raises:
        GatvizError: the file cannot be read as a graph; where, what was expected, what was found, how to mend it.
    """
    options = options or ReadOptions()
    if features is not None:
        options = replace(options, missing_features=features)
    return inspect_graph(source, name, options, nodes=nodes).graph


def inspect_graph(
    source: Source,
    name: str | None = None,
    options: ReadOptions | None = None,
    *,
    nodes: Source | None = None,
) -> Reading:
    """What gatviz understands of a file: the graph, and beside it which column is what and what was decided.

    Arguments and errors as `read_graph`.
    """
    options = options or ReadOptions()
    data, where = load(source, name, "the file")
    beside = None if nodes is None else load(nodes, None, "the node table")
    return finish(_draft(data, where, beside, options), options)


def _draft(data: bytes, where: str, nodes: tuple[bytes, str] | None, options: ReadOptions) -> Draft:
    if _is_json(data, where):
        return read_json(data, where)
    table = read_table(data, where)
    return read_edge_list(table, None if nodes is None else read_table(*nodes), options)


def _is_json(data: bytes, where: str) -> bool:
    start = data[:64].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return where.lower().endswith(".json") or start[:1] in (b"{", b"[")


def load(source: Source, name: str | None, otherwise: str) -> tuple[bytes, str]:
    """The bytes of a source and what to call it; its size is checked before it is read.

    Raises:
        GatvizError: no such file, or more than `limits.MAX_BYTES`.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        where = name or otherwise
        limits.check_bytes(len(source), where)
        return bytes(source), where
    try:
        path = Path(source)
        where = name or path.name
        if path.is_dir():
            raise GatvizError(where, "a file", "a folder", "choose a file in it")
        limits.check_bytes(path.stat().st_size, where)
        return path.read_bytes(), where
    except (OSError, ValueError) as error:
        if isinstance(error, GatvizError):
            raise
        reason = error.strerror or "" if isinstance(error, OSError) else str(error)
        raise GatvizError(
            quote(str(source)), "a file that can be read", reason.lower(), "check the path, or pass bytes"
        ) from None
    except TypeError:
        raise GatvizError("read_graph", "a path or bytes", type(source).__name__, "pass one of these") from None
