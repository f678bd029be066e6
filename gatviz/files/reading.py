"""Reading a graph from a file, bytes or several of them: which format it is, and what is understood."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.disk import read_file
from gatviz.files.encoding import shown_name
from gatviz.files.formats import TABLES, format_named, recognise
from gatviz.files.formats.edge_list import read_edge_list
from gatviz.files.formats.matrix import read_matrix
from gatviz.files.formats.node_table import add_nodes
from gatviz.files.formats.npy import read_npys
from gatviz.files.formats.torch_door import planetoid_parts, read_planetoid
from gatviz.files.formats.zip_of_tables import DESCRIPTION, is_gatviz_zip, unzip
from gatviz.files.graph_file import GraphFile
from gatviz.files.inspection import Inspection, inspected
from gatviz.files.options import MissingFeatures, ReadOptions
from gatviz.files.parsed import ParsedGraph
from gatviz.files.table import Table, read_table
from gatviz.files.table_kind import table_kind
from gatviz.files.together import Roles, roles_of, take_rows
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
        contents = {shown_name(str(key)): load(content, str(key), _("a file"))[0] for key, content in source.items()}
        limits.check_bytes(sum(map(len, contents.values())), _("the files"))
        files = [GraphFile(data, where, options.encoding) for where, data in contents.items()]
        if len(files) == 1:
            return inspected(_single(files[0], None, options), options)
        return inspected(_several(files, options), options)
    data, where = load(source, name, _("the file"))
    beside = None if nodes is None else GraphFile(*load(nodes, None, _("the node table")), options.encoding)
    return inspected(_single(GraphFile(data, where, options.encoding), beside, options), options)


def _single(file: GraphFile, nodes: GraphFile | None, options: ReadOptions) -> ParsedGraph:
    name = options.format or recognise(file)
    if name is None or name in TABLES:
        table = read_table(file)
        beside = None if nodes is None else read_table(nodes)
        matrix = name == "matrix" or (name is None and table_kind(table, options, alone=True) == "matrix")
        return _of_tables(Roles(table, matrix, nodes=beside), options)
    if name == "zip":
        files = [
            GraphFile(content, f"{file.where}, {shown_name(member)}", options.encoding)
            for member, content in unzip(file.data, file.where).items()
        ]
        return _several(files, replace(options, format=None), own=is_gatviz_zip(file.data))
    if nodes is not None:
        raise GatvizError(
            file.where, _("an edge list beside a node table"), format_named(name).title, _("give it alone")
        )
    return _whole(name, file)


def _whole(name: str, file: GraphFile) -> ParsedGraph:
    form = format_named(name)
    assert form.read is not None  # tables and zips are read with what lies beside them
    parsed = form.read(file)
    if form.text:
        parsed.encoding = file.decoded.encoding
    return parsed


def _of_tables(roles: Roles, options: ReadOptions, *, own: bool = False) -> ParsedGraph:
    if not roles.matrix:
        parsed = read_edge_list(roles.edges, roles.nodes, options, own=own)
    else:
        parsed = read_matrix(roles.edges, options)
        if roles.nodes is not None:
            add_nodes(parsed, roles.nodes, options, own=own)
    take_rows(parsed, roles)
    return parsed


def _several(files: Sequence[GraphFile], options: ReadOptions, *, own: bool = False) -> ParsedGraph:
    """The one graph in several files: alone, or as edges (or a matrix), nodes and a description."""
    if options.format not in (None, *TABLES):
        found = ngettext("{n} file", "{n} files", len(files)).format(n=len(files))
        raise GatvizError(
            _("option format"), _("a single file, or tables of edges and nodes"), found, _("leave format out")
        )
    if (parts := planetoid_parts(files)) is not None:
        return read_planetoid(parts)
    description = ""
    tables: dict[str, Table] = {}
    whole: list[tuple[str, GraphFile]] = []
    for file in files:
        if file.where.endswith(DESCRIPTION):
            description = file.decoded.text if file.data.strip() else ""
            continue
        if _is_read_me(file):
            continue
        form = recognise(file)
        if form == "zip":
            raise GatvizError(file.where, _("a graph file"), _("a zip within others"), _("unpack it first"))
        if form is None:
            tables[file.where] = read_table(file)
        else:
            whole.append((form, file))
    if len(whole) == 1 and not tables:
        return _whole(*whole[0])
    if whole and not tables and all(form == "npy" for form, _file in whole):
        return read_npys([file for _form, file in whole])
    if whole:
        listed = commas(quote(file.where) for file in files)
        expected = _("one graph file, or one edge list and at most one node table (header id, …)")
        raise GatvizError(_("several files"), expected, listed, _("choose the files of one graph"))
    parsed = _of_tables(roles_of(tables, options), options, own=own)
    parsed.description = description
    return parsed


def _is_read_me(file: GraphFile) -> bool:
    """A text about the data, as collections pack it beside them."""
    base = file.name.rpartition(", ")[2].rpartition("/")[2]
    return base.startswith(("readme", "license", "licence")) or base.endswith((".md", ".html"))


def table_headers(files: Mapping[str, bytes], encoding: str | None = None) -> dict[str, tuple[str, ...]]:
    """File name -> the cells of its first row, for each text table among the files or in their zip.

    For choosing columns by hand where tables could not be read as they are.
    """
    headers: dict[str, tuple[str, ...]] = {}
    for name, data in files.items():
        try:
            file = GraphFile(data, name, encoding)
            form = recognise(file)
            if form == "zip":
                headers |= table_headers(unzip(file.data, name), encoding) if len(files) == 1 else {}
            elif form is None:
                headers[name] = tuple(read_table(file).header[: limits.MAX_HEADERS])
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
        return read_file(source, name)
    except TypeError:
        raise GatvizError("read_graph", _("a path or bytes"), type(source).__name__, _("pass one of these")) from None
