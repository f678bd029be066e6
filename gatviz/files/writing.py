"""Writing a graph, so that what is written reads back equal or is not written at all."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.disk import write_file
from gatviz.files.formats import FORMATS, GraphFormat, format_named, writable_formats
from gatviz.files.options import ReadOptions
from gatviz.files.reading import inspect_graph
from gatviz.graph.graph import Graph
from gatviz.words import _, commas


def write_graph(graph: Graph, path: str | os.PathLike[str] | None = None, format: str | None = None) -> bytes:
    """A graph as the bytes of a file, written to `path` if one is given.

    The file is read again before it is handed out: it holds the graph, every number of it.

    Arguments:
        graph: any graph. One without features is written without them, and gets made-up ones when read.
        path: where to write, or None.
        format: one of `writable_formats()`; left out, the path's ending tells.

    Raises:
        GatvizError: an unknown format, a graph without nodes or with something in it that this format cannot hold, or
            a path that cannot be written.
    """
    form = form_to_write(path, format)
    assert form.write is not None
    limits.check_nodes(graph.num_nodes, _("the graph as {title}").format(title=form.title))
    content = form.write(graph)
    lost = _lost(graph, content, form.name, form.endings[0])
    if lost:
        raise GatvizError(
            _("the graph as {title}").format(title=form.title),
            _("what this format can hold"),
            _("{lost} that would be lost").format(lost=lost),
            _("write it as json") if form.name != "json" else _("change it or leave it out"),
        )
    if path is not None:
        write_file(path, content)
    return content


def form_to_write(path: str | os.PathLike[str] | None, format: str | None = None) -> GraphFormat:
    """In which format `write_graph` writes: the one that is named, or the one that the path's ending tells.

    Raises:
        GatvizError: none, or one that cannot hold a whole graph.
    """
    choices = commas(writable_formats())
    if format is None:
        name = "" if path is None else os.fspath(path)
        for form in FORMATS.values():
            if form.write is not None and name.lower().endswith(form.endings):
                return form
        found = _("neither") if path is None else quote(name)
        mend = _("choose one of {choices}").format(choices=choices)
        raise GatvizError(_("the file to write"), _("a format, or a path whose ending names one"), found, mend)
    form = format_named(format)
    if form.write is None:
        where = _("the graph as {title}").format(title=form.title)
        mend = _("write one of {choices}").format(choices=choices)
        raise GatvizError(where, _("a format that holds a whole graph"), quote(form.name), mend)
    return form


def _lost(graph: Graph, content: bytes, form: str, ending: str) -> str:
    """What reading does not give back, in words; nothing if it gives back everything."""
    try:
        again = inspect_graph(content, f"graph{ending}", ReadOptions(format=form)).graph
    except GatvizError as error:
        return _("something ({where}: {found})").format(where=error.where, found=error.found)
    if graph.num_features == 0:
        again = replace(again, x=graph.x, feature_names=())
    if again == graph:
        return ""
    same = {
        _("names"): again.names == graph.names,
        _("features"): again.feature_names == graph.feature_names and np.array_equal(again.x, graph.x),
        _("arrows"): np.array_equal(again.edge_index, graph.edge_index) and again.directed == graph.directed,
        _("edge attributes"): repr(again.edge_attributes) == repr(graph.edge_attributes),
        _("edge features"): again.edge_feature_names == graph.edge_feature_names
        and np.array_equal(_edge_numbers(again), _edge_numbers(graph)),
        _("labels"): again.labels == graph.labels,
        _("split"): again.split == graph.split,
        _("a description"): again.description == graph.description,
    }
    return commas(name for name, kept in same.items() if not kept) or _("positions")


def _edge_numbers(graph: Graph) -> NDArray[np.float64]:
    return np.zeros(0) if graph.edge_features is None else graph.edge_features
