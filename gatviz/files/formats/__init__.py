"""The formats, one module each, and the table of them: a new format is a module here and a row below.

By that table a file is recognised: by its content, its name helping only where content says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatviz.errors import GatvizError, quote
from gatviz.files.formats import adjacency_list, edge_dictionaries, edge_list, matrix, matrix_market, npy, pajek
from gatviz.files.formats.gexf import read_gexf, write_gexf
from gatviz.files.formats.gml import is_gml, read_gml, write_gml
from gatviz.files.formats.graphml import read_graphml, write_graphml
from gatviz.files.formats.json_file import is_json, read_json, write_json, write_node_link
from gatviz.files.formats.npz import is_npz, read_npz, sparse_template, write_npz
from gatviz.files.formats.safetensors_file import is_safetensors, read_safetensors, write_safetensors
from gatviz.files.formats.torch_door import is_torch, read_torch, write_torch
from gatviz.files.formats.zip_of_tables import is_zip, write_zip
from gatviz.files.graph_file import GraphFile
from gatviz.files.other_formats import refuse_others
from gatviz.files.parsed import ParsedGraph
from gatviz.graph.graph import Graph
from gatviz.words import N_, _, one_of


@dataclass(frozen=True)
class GraphFormat:
    """One format.

    Attributes:
        name: what `ReadOptions.format` and `write_graph` call it.
        message: of `title`, to be said in the reader's language.
        endings: usual endings of file names, the first being the one that gatviz gives.
        read: a file to a ParsedGraph. None for text tables and zips of them, which are read
            together with what lies beside them (`reading`).
        write: a graph to bytes; None where the format cannot hold a whole graph.
        knows: whether a file is of this format, by its content; None where another row or `table_kind` tells.
        text: whether it is text, in one of many encodings.
        example: a small file to fill in, where the one that `write` makes of an example will not do.
    """

    name: str
    message: str
    endings: tuple[str, ...]
    read: Callable[[GraphFile], ParsedGraph] | None = None
    write: Callable[[Graph], bytes] | None = None
    knows: Callable[[GraphFile], bool] | None = None
    text: bool = False
    example: Callable[[], bytes] | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return _(self.message)


_ROWS = (
    GraphFormat("json", N_("gatviz JSON"), (".json",), read_json, write_json, is_json, text=True),
    GraphFormat("node_link", N_("node-link JSON"), (".json",), read_json, write_node_link, text=True),
    GraphFormat(
        "edge_list",
        N_("edge list (CSV, TSV)"),
        (".csv", ".tsv", ".txt", ".edges"),
        example=lambda: edge_list.TEMPLATE,
    ),
    GraphFormat("zip", N_("zip of edges.csv and nodes.csv"), (".zip",), write=write_zip, knows=is_zip),
    GraphFormat("matrix", N_("adjacency matrix (CSV)"), (".csv",), example=lambda: matrix.TEMPLATE),
    GraphFormat(
        "graphml",
        N_("GraphML"),
        (".graphml", ".xml"),
        read_graphml,
        write_graphml,
        lambda file: file.xml_root == "graphml",
        text=True,
    ),
    GraphFormat("gexf", N_("GEXF"), (".gexf",), read_gexf, write_gexf, lambda file: file.xml_root == "gexf", text=True),
    GraphFormat("gml", N_("GML"), (".gml",), read_gml, write_gml, is_gml, text=True),
    GraphFormat(
        "pajek",
        N_("Pajek"),
        (".net", ".paj"),
        pajek.read_pajek,
        knows=pajek.is_pajek,
        text=True,
        example=lambda: pajek.TEMPLATE,
    ),
    GraphFormat(
        "matrix_market",
        N_("Matrix Market"),
        (".mtx", ".mm"),
        matrix_market.read_matrix_market,
        knows=matrix_market.is_matrix_market,
        text=True,
        example=lambda: matrix_market.TEMPLATE,
    ),
    GraphFormat(
        "adjacency_list",
        N_("adjacency list"),
        (".adjlist",),
        adjacency_list.read_adjacency_list,
        knows=adjacency_list.is_adjacency_list,
        text=True,
        example=lambda: adjacency_list.TEMPLATE,
    ),
    GraphFormat(
        "edge_dictionaries",
        N_("edge list with dictionaries, as networkx writes it"),
        (".edgelist",),
        edge_dictionaries.read_edge_dictionaries,
        knows=edge_dictionaries.is_edge_dictionaries,
        text=True,
        example=lambda: edge_dictionaries.TEMPLATE,
    ),
    GraphFormat("npz", N_("NumPy .npz (x, edge_index, y)"), (".npz",), read_npz, write_npz, is_npz),
    GraphFormat("sparse_npz", N_("sparse .npz of attributed graphs"), (".npz",), read_npz, example=sparse_template),
    GraphFormat(
        "npy", N_("NumPy .npy (a matrix, or edges)"), (".npy",), npy.read_npy, knows=npy.is_npy, example=npy.template
    ),
    GraphFormat(
        "torch", N_("torch file or pickle"), (".pt", ".pth", ".pkl", ".gpickle"), read_torch, write_torch, is_torch
    ),
    GraphFormat(
        "safetensors", N_("safetensors"), (".safetensors",), read_safetensors, write_safetensors, is_safetensors
    ),
)
FORMATS: dict[str, GraphFormat] = {row.name: row for row in _ROWS}
TABLES = ("edge_list", "matrix")
"""The formats that are text tables."""
_BY_CONTENT = ("adjacency_list", "edge_dictionaries", "matrix_market")
"""Formats of text that are known by content alone, whatever the file is called."""


def readable_formats() -> tuple[str, ...]:
    """The names of the formats that can be read."""
    return tuple(FORMATS)


def writable_formats() -> tuple[str, ...]:
    """The names of the formats that can be written; what is written reads back equal."""
    return tuple(name for name, form in FORMATS.items() if form.write is not None)


def format_named(name: str) -> GraphFormat:
    """A format by its name.

    Raises:
        GatvizError: no format has it.
    """
    if name not in FORMATS:
        raise GatvizError(_("format"), one_of(FORMATS), quote(name), _("choose one of these"))
    return FORMATS[name]


def recognise(file: GraphFile) -> str | None:
    """The name of the format; None for a text table, of which `table_kind` tells the kind.

    Raises:
        GatvizError: a known kind of file that holds no graph, pickled objects, or no text where nothing else fits.
    """
    refuse_others(file)
    for name, form in FORMATS.items():
        if form.knows is not None and form.knows(file):
            return name
    _refuse_rest(file)
    by_ending = next((name for name, form in FORMATS.items() if file.name.endswith(form.endings)), None)
    # What the name says of text without a mark of its own, its content has just denied: it is a table.
    return by_ending if by_ending is not None and by_ending not in (*TABLES, *_BY_CONTENT) else None


def _refuse_rest(file: GraphFile) -> None:
    """Refuse what is plainly no graph."""
    if file.data.strip():
        file.decoded  # noqa: B018  # raises where it is no text
    if file.xml_root is not None:
        found = f"<{file.xml_root[:40]}>" if file.xml_root else _("no element")
        raise GatvizError(file.where, _("<graphml> or <gexf>"), found, _("choose a graph file"))
