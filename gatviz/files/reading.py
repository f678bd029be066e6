"""Reading a graph from a file, bytes or several of them: which format it is, and what is understood."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.encoding import decode, shown_name
from gatviz.files.formats import TABLES, format_named, recognise
from gatviz.files.formats.edge_list import read_edge_list
from gatviz.files.formats.matrix import read_matrix
from gatviz.files.formats.node_table import add_nodes
from gatviz.files.formats.zip_of_tables import DESCRIPTION, unzip
from gatviz.files.inspection import Inspection, inspected
from gatviz.files.options import MissingFeatures, ReadOptions
from gatviz.files.parsed import ParsedGraph
from gatviz.files.table import Table, read_table
from gatviz.files.table_kind import table_kind
from gatviz.graph.graph import Graph
from gatviz.words import _, commas, ngettext

PathOrBytes = str | os.PathLike[str] | bytes


def read_graph(
    source: PathOrBytes | Mapping[str, bytes],
    nodes: PathOrBytes | None = None,
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
            found = _("features={features} and options.missing_features={missing_features}").format(
                features=features, missing_features=options.missing_features
            )
            raise GatvizError(_("features"), _("one word for what is missing"), found, _("keep one of the two"))
        options = replace(options, missing_features=features)
    return inspect_graph(source, name, options, nodes=nodes).graph


def inspect_graph(
    source: PathOrBytes | Mapping[str, bytes],
    name: str | None = None,
    options: ReadOptions | None = None,
    *,
    nodes: PathOrBytes | None = None,
) -> Inspection:
    """What gatviz understands of a file: the graph, and beside it which column is what and what was decided.

    Arguments and errors as `read_graph`.
    """
    options = options or ReadOptions()
    if isinstance(source, Mapping):
        for keyword, value in (("name", name), ("nodes", nodes)):
            if value is not None:
                found = _("several files, each with its own name")
                raise GatvizError(
                    keyword,
                    _("a single file"),
                    found,
                    _("leave {keyword} out: put all files into source").format(keyword=keyword),
                )
        files = {shown_name(str(key)): load(content, str(key), _("a file"))[0] for key, content in source.items()}
        limits.check_bytes(sum(map(len, files.values())), _("the files"))
        if len(files) == 1:
            ((where, data),) = files.items()
            return inspected(_single(data, where, None, options), options)
        return inspected(_several(files, options), options)
    data, where = load(source, name, _("the file"))
    beside = None if nodes is None else load(nodes, None, _("the node table"))
    return inspected(_single(data, where, beside, options), options)


def _single(data: bytes, where: str, nodes: tuple[bytes, str] | None, options: ReadOptions) -> ParsedGraph:
    name = options.format or recognise(data, where)
    if name is None or name in TABLES:
        table = read_table(data, where)
        beside = None if nodes is None else read_table(*nodes)
        matrix = name == "matrix" or (name is None and table_kind(table, options, alone=True) == "matrix")
        return _of_table(table, matrix, beside, options)
    if name == "zip":
        files = unzip(data, where)
        inside = replace(options, format=None)
        return _several({f"{where}, {shown_name(member)}": content for member, content in files.items()}, inside)
    if nodes is not None:
        raise GatvizError(where, _("an edge list beside a node table"), format_named(name).title, _("give it alone"))
    return _whole(name, data, where)


def _whole(name: str, data: bytes, where: str) -> ParsedGraph:
    read = format_named(name).read
    assert read is not None  # tables and zips are read with what lies beside them
    return read(data, where)


def _of_table(table: Table, matrix: bool, nodes: Table | None, options: ReadOptions) -> ParsedGraph:
    if not matrix:
        return read_edge_list(table, nodes, options)
    parsed = read_matrix(table, options)
    if nodes is not None:
        add_nodes(parsed, nodes, options)
    return parsed


def _several(files: Mapping[str, bytes], options: ReadOptions) -> ParsedGraph:
    """The one graph in several files: alone, or as edges (or a matrix), nodes and a description."""
    if options.format not in (None, *TABLES):
        found = ngettext("{n} file", "{n} files", len(files)).format(n=len(files))
        raise GatvizError(
            _("option format"), _("a single file, or tables of edges and nodes"), found, _("leave format out")
        )
    description = ""
    tables: dict[str, Table] = {}
    whole: dict[str, str] = {}
    for name, data in files.items():
        if name.endswith(DESCRIPTION):
            description = decode(data, name)[0] if data.strip() else ""
            continue
        form = recognise(data, name)
        if form == "zip":
            raise GatvizError(name, _("a graph file"), _("a zip within others"), _("unpack it first"))
        if form is None:
            tables[name] = read_table(data, name)
        else:
            whole[name] = form
    if len(whole) == 1 and not tables:
        ((name, form),) = whole.items()
        return _whole(form, files[name], name)
    kinds = {name: table_kind(table, options, alone=False) for name, table in tables.items()}
    node_tables = [name for name, kind in kinds.items() if kind == "nodes"]
    others = [name for name in kinds if name not in node_tables]
    if whole or len(others) != 1 or len(node_tables) > 1:
        listed = commas(quote(name) for name in files)
        raise GatvizError(
            _("several files"),
            _("one graph file, or one edge list and at most one node table (header id, …)"),
            listed,
            _("choose the files of one graph"),
        )
    nodes = tables[node_tables[0]] if node_tables else None
    kind = options.format or kinds[others[0]]
    parsed = _of_table(tables[others[0]], kind == "matrix", nodes, options)
    parsed.description = description
    return parsed


def table_headers(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """File name -> the cells of its first row, for each text table among the files or in their zip.

    For choosing columns by hand where tables could not be read as they are.
    """
    headers: dict[str, tuple[str, ...]] = {}
    for name, data in files.items():
        try:
            form = recognise(data, name)
            if form == "zip":
                headers |= table_headers(unzip(data, name)) if len(files) == 1 else {}
            elif form is None:
                headers[name] = tuple(read_table(data, name).header[: limits.MAX_HEADERS])
        except GatvizError:
            continue
    return headers


def load(source: PathOrBytes, name: str | None, otherwise: str) -> tuple[bytes, str]:
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
            raise GatvizError(where, _("a file"), _("a folder"), _("choose a file in it"))
        limits.check_bytes(path.stat().st_size, where)
        return path.read_bytes(), where
    except (OSError, ValueError) as error:
        if isinstance(error, GatvizError):
            raise
        reason = error.strerror or "" if isinstance(error, OSError) else str(error)
        raise GatvizError(
            quote(str(source)), _("a file that can be read"), reason.lower(), _("check the path, or pass bytes")
        ) from None
    except TypeError:
        raise GatvizError("read_graph", _("a path or bytes"), type(source).__name__, _("pass one of these")) from None
