"""What comes along: sample graphs, small files in `sample_graphs/` that teach one thing each, and templates."""

from __future__ import annotations

import numpy as np

from gatviz.errors import GatvizError, quote
from gatviz.files.formats import format_named, node_table
from gatviz.files.reading import read_graph
from gatviz.graph.graph import Graph
from gatviz.top_files import top_file
from gatviz.words import _, one_of

FOLDER = top_file("sample_graphs")
_FIRST = "tutorial"
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


def sample_graph_names() -> tuple[str, ...]:
    """The names of the sample graphs: the tutorial's first, the others in order of the alphabet.

    Raises:
        GatvizError: the folder is not there, or empty.
    """
    names = sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda name: (name != _FIRST, name))
    if not names:
        raise GatvizError(
            _("sample graphs"),
            _("JSON files in the folder sample_graphs"),
            _("none in {folder}").format(folder=FOLDER),
            _("install gatviz anew"),
        )
    return tuple(names)


def sample_graph(name: str) -> Graph:
    """One of the sample graphs.

    Raises:
        GatvizError: no sample has this name.
    """
    names = sample_graph_names()
    if name not in names:
        raise GatvizError("sample_graph", one_of(names), quote(name), _("choose one of these"))
    return read_graph(FOLDER / f"{name}.json")


def template(format: str) -> bytes:
    """A small file in a format, to fill in; "nodes" is the node table beside an edge list.

    Raises:
        GatvizError: no such format.
    """
    if format == "nodes":
        return node_table.TEMPLATE
    form = format_named(format)
    if form.example is not None:
        return form.example()
    if form.write is None:
        raise GatvizError(_("template"), _("a format with a template"), quote(format), _("choose another"))
    return form.write(_EXAMPLE)
