"""Reading a graph from a file, bytes or several of them: which format it is, and what is understood."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.archive import DESCRIPTION, unzip
from gatviz.files.delimited import Table, read_table
from gatviz.files.draft import Draft
from gatviz.files.edge_list import looks_like_edges, looks_like_nodes, read_edge_list, set_nodes
from gatviz.files.formats import format_named, recognise
from gatviz.files.matrix import looks_like_matrix, read_matrix
from gatviz.files.reading import MissingFeatures, Reading, ReadOptions, finish
from gatviz.files.text import decode, shown_name
from gatviz.graph.graph import Graph

Source = str | os.PathLike[str] | bytes
_TABLES = (None, "edge_list", "matrix")


def read_graph(
    source: Source | Mapping[str, bytes],
    nodes: Source | None = None,
    *,
    name: str | None = None,
    features: MissingFeatures | None = None,
    options: ReadOptions | None = None,
) -> Graph:
    """The graph in a file; `graph.notes` says what was decided on the way.

    Arguments:
        source: a path, the file's bytes, or the bytes of several files by name (edges and nodes).
        nodes: the node table beside an edge list or a matrix; a path or bytes.
        name: what the file is called, if `source` is bytes: its ending helps to tell the format.
        features: what nodes without features get: "one_hot", "degree" or "constant".
            Left out: one-hot up to 200 nodes, the in-degree above.
        options: everything else that can be decided by hand.

    Raises:
        GatvizError: the file cannot be read as a graph; where, what was expected, what was found, how to mend it.
    """
    options = options or ReadOptions()
    if features is not None:
        if options.missing_features not in (None, features):
            found = f"features={features} and options.missing_features={options.missing_features}"
            raise GatvizError("features", "one word for what is missing", found, "keep one of the two")
        options = replace(options, missing_features=features)
    return inspect_graph(source, name, options, nodes=nodes).graph


def inspect_graph(
    source: Source | Mapping[str, bytes],
    name: str | None = None,
    options: ReadOptions | None = None,
    *,
    nodes: Source | None = None,
) -> Reading:
    """What gatviz understands of a file: the graph, and beside it which column is what and what was decided.

    Arguments and errors as `read_graph`.
    """
    options = options or ReadOptions()
    if isinstance(source, Mapping):
        for keyword, value in (("name", name), ("nodes", nodes)):
            if value is not None:
                found = "several files, each with its own name"
                raise GatvizError(keyword, "a single file", found, f"leave {keyword} out: put all files into source")
        files = {shown_name(str(key)): load(content, str(key), "a file")[0] for key, content in source.items()}
        limits.check_bytes(sum(map(len, files.values())), "the files")
        if len(files) == 1:
            ((where, data),) = files.items()
            return finish(_single(data, where, None, options), options)
        return finish(_several(files, options), options)
    data, where = load(source, name, "the file")
    beside = None if nodes is None else load(nodes, None, "the node table")
    return finish(_single(data, where, beside, options), options)


def _single(data: bytes, where: str, nodes: tuple[bytes, str] | None, options: ReadOptions) -> Draft:
    form = options.format or recognise(data, where)
    if form == "zip":
        files = unzip(data, where)
        inside = replace(options, format=None)
        return _several({f"{where}, {shown_name(name)}": content for name, content in files.items()}, inside)
    if form in _TABLES:
        table = read_table(data, where)
        return _of_table(table, None if nodes is None else read_table(*nodes), form, options)
    if nodes is not None:
        raise GatvizError(where, "an edge list beside a node table", format_named(form).title, "give it alone")
    read = format_named(form).read
    return read(data, where, options) if read is not None else _several({where: data}, options)


def _of_table(table: Table, nodes: Table | None, form: str | None, options: ReadOptions) -> Draft:
    if form == "matrix" or (form is None and not _named_edges(table, options) and looks_like_matrix(table)):
        draft = read_matrix(table, options)
        if nodes is not None:
            set_nodes(draft, nodes, options)
        return draft
    return read_edge_list(table, nodes, options)


def _named_edges(table: Table, options: ReadOptions) -> bool:
    """Whether the header itself names two ends; a bare first row is no header."""
    return looks_like_edges(table, options, bare=False)


def _several(files: Mapping[str, bytes], options: ReadOptions) -> Draft:
    """The one graph in several files: alone, or as edges (or a matrix), nodes and a description."""
    if options.format not in _TABLES:
        found = f"{len(files)} files"
        raise GatvizError("option format", "a single file, or tables of edges and nodes", found, "leave format out")
    description = ""
    tables: dict[str, Table] = {}
    whole: dict[str, str] = {}
    for name, data in files.items():
        if name.endswith(DESCRIPTION):
            description = decode(data, name)[0] if data.strip() else ""
            continue
        form = recognise(data, name)
        if form == "zip":
            raise GatvizError(name, "a graph file", "a zip within others", "unpack it first")
        if form is None:
            tables[name] = read_table(data, name)
        else:
            whole[name] = form
    if len(whole) == 1 and not tables:
        name, form = next(iter(whole.items()))
        read = format_named(form).read
        if read is not None:
            return read(files[name], name, options)
    node_tables = [name for name, table in tables.items() if looks_like_nodes(table, options)]
    others = [name for name in tables if name not in node_tables]
    if whole or len(others) != 1 or len(node_tables) > 1:
        listed = ", ".join(quote(name) for name in files)
        raise GatvizError(
            "several files",
            "one graph file, or one edge list and at most one node table (header id, …)",
            listed,
            "choose the files of one graph",
        )
    nodes = tables[node_tables[0]] if node_tables else None
    draft = _of_table(tables[others[0]], nodes, options.format, options)
    draft.description = description
    return draft


def load(source: Source, name: str | None, otherwise: str) -> tuple[bytes, str]:
    """The bytes of a source and what to call it; its size is checked before it is read.

    Raises:
        GatvizError: no such file, or more than `limits.MAX_BYTES`.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        where = shown_name(name or otherwise)
        limits.check_bytes(len(source), where)
        return bytes(source), where
    try:
        path = Path(source)
        where = shown_name(name or path.name)
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
