"""Writing a graph, so that what is written reads back equal or is not written at all; and template files."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files.formats import FORMATS, format_named, writable_formats
from gatviz.files.read import inspect_graph
from gatviz.files.reading import ReadOptions
from gatviz.graph.graph import Graph


def write_graph(graph: Graph, path: str | os.PathLike[str] | None = None, format: str | None = None) -> bytes:
    """A graph as the bytes of a file, written to `path` if one is given.

    The file is read again before it is handed out: it holds the graph, every number of it.

    Arguments:
        graph: any graph. One without features is written without them, and gets made-up ones when read.
        path: where to write, or None.
        format: one of `writable_formats()`; left out, the path's ending tells.

    Raises:
        GatvizError: an unknown format, a graph with something in it that this format cannot hold, or a path
            that cannot be written.
    """
    form = format_named(format or _by_ending(path))
    if form.write is None:
        raise GatvizError(
            f"write_graph as {form.title}",
            "a format that holds a whole graph",
            quote(form.name),
            "write one of " + ", ".join(writable_formats()),
        )
    content = form.write(graph)
    lost = _lost(graph, content, form.name, form.endings[0])
    if lost:
        raise GatvizError(
            f"the graph as {form.title}",
            "what this format can hold",
            f"{lost} that would be lost",
            "write it as json",
        )
    if path is not None:
        try:
            Path(path).write_bytes(content)
        except OSError as error:
            reason = (error.strerror or "an error").lower()
            raise GatvizError(quote(str(path)), "a path to write to", reason, "choose another") from None
    return content


def _by_ending(path: str | os.PathLike[str] | None) -> str:
    name = "" if path is None else os.fspath(path).lower()
    for form in FORMATS.values():
        if form.write is not None and name.endswith(form.endings):
            return form.name
    raise GatvizError(
        "write_graph",
        "a format, or a path whose ending names one",
        quote(name) if path is not None else "neither",
        "choose one of " + ", ".join(writable_formats()),
    )


def _lost(graph: Graph, content: bytes, form: str, ending: str) -> str:
    """What reading does not give back, in words; nothing if it gives back everything."""
    try:
        again = inspect_graph(content, f"graph{ending}", ReadOptions(format=form)).graph
    except GatvizError as error:
        return f"something ({error.where}: {error.found})"
    if graph.num_features == 0:
        again = replace(again, x=graph.x, feature_names=())
    if again == graph:
        return ""
    same = {
        "names": again.names == graph.names,
        "features": again.feature_names == graph.feature_names and np.array_equal(again.x, graph.x),
        "arcs": np.array_equal(again.edge_index, graph.edge_index) and again.directed == graph.directed,
        "edge attributes": repr(again.edge_attributes) == repr(graph.edge_attributes),
        "labels": again.labels == graph.labels,
        "split": again.split == graph.split,
        "a description": again.description == graph.description,
    }
    return ", ".join(name for name, kept in same.items() if not kept) or "positions"


_EXAMPLE = Graph(
    names=("Ada", "Bo", "Cy"),
    x=np.array([[1.0, 0.5], [0.0, 2.0], [1.0, -1.0]]),
    edge_index=np.array([[0, 1, 2], [1, 2, 0]]),
    feature_names=("f0", "f1"),
    edge_attributes={"weight": (1, 2, 0.5)},
    labels=("x", "y", "x"),
    split=("train", "val", "test"),
    positions=np.array([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]]),
    description="Three nodes in a ring: Bo reads Ada, Cy reads Bo, Ada reads Cy.",
)
_TEMPLATES = {
    "edge_list": b"source,target,weight\nAda,Bo,1\nBo,Cy,2\nCy,Ada,0.5\n",
    "nodes": (b"id,label,split,pos_x,pos_y,f0,f1\nAda,x,train,0,1,1,0.5\nBo,y,val,1,0,0,2\nCy,x,test,-1,0,1,-1\n"),
    "matrix": b"reads,Ada,Bo,Cy\nAda,0,0,1\nBo,1,0,0\nCy,0,1,0\n",
    "pajek": (b'*Vertices 3\n1 "Ada" 0.5 0.0\n2 "Bo" 1.0 1.0\n3 "Cy" 0.0 1.0\n*Arcs\n1 2 1\n2 3 2\n3 1 0.5\n'),
}


def template(format: str) -> bytes:
    """A small file in a format, to fill in; "nodes" is the node table beside an edge list.

    Raises:
        GatvizError: no such format.
    """
    if format in _TEMPLATES:
        return _TEMPLATES[format]
    if format == "sparse_npz":
        return _sparse_template()
    form = format_named(format)
    if form.write is None:
        raise GatvizError("template", "a format with a template", quote(format), "choose another")
    return form.write(_EXAMPLE)


def _sparse_template() -> bytes:
    stream = io.BytesIO()
    np.savez(
        stream,
        adj_data=np.ones(3),
        adj_indices=np.array([2, 0, 1]),
        adj_indptr=np.array([0, 1, 2, 3]),
        adj_shape=np.array([3, 3]),
        attr_data=np.array([1.0, 0.5, 2.0, 1.0, -1.0]),
        attr_indices=np.array([0, 1, 1, 0, 1]),
        attr_indptr=np.array([0, 2, 3, 5]),
        attr_shape=np.array([3, 2]),
        labels=np.array([0, 1, 0]),
        train_idx=np.array([0]),
        val_idx=np.array([1]),
        test_idx=np.array([2]),
    )
    return stream.getvalue()
