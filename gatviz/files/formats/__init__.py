"""The formats, one module each, and the table of them: a new format is a module here and a row below.

By that table a file is recognised: by its content, its name helping only where content says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatviz.errors import GatvizError, quote
from gatviz.files.file_start import FileStart
from gatviz.files.formats import edge_list, matrix, pajek
from gatviz.files.formats.gexf import read_gexf, write_gexf
from gatviz.files.formats.gml import is_gml, read_gml, write_gml
from gatviz.files.formats.graphml import read_graphml, write_graphml
from gatviz.files.formats.json_file import is_json, read_json, write_json, write_node_link
from gatviz.files.formats.npz import is_npz, read_npz, sparse_template, write_npz
from gatviz.files.formats.safetensors_file import is_safetensors, read_safetensors, write_safetensors
from gatviz.files.formats.torch_file import is_torch, read_torch, write_torch
from gatviz.files.formats.zip_of_tables import is_zip, write_zip
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
        read: bytes and the file's name to a ParsedGraph. None for text tables and zips of them, which are read
            together with what lies beside them (`reading`).
        write: a graph to bytes; None where the format cannot hold a whole graph.
        knows: whether a file is of this format, by its content; None where another row or `table_kind` tells.
        example: a small file to fill in, where the one that `write` makes of an example will not do.
    """

    name: str
    message: str
    endings: tuple[str, ...]
    read: Callable[[bytes, str], ParsedGraph] | None = None
    write: Callable[[Graph], bytes] | None = None
    knows: Callable[[FileStart], bool] | None = None
    example: Callable[[], bytes] | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return _(self.message)


_ROWS = (
    GraphFormat("json", N_("gatviz JSON"), (".json",), read_json, write_json, is_json),
    GraphFormat("node_link", N_("node-link JSON"), (".json",), read_json, write_node_link),
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
        lambda start: start.xml_root == "graphml",
    ),
    GraphFormat("gexf", N_("GEXF"), (".gexf",), read_gexf, write_gexf, lambda start: start.xml_root == "gexf"),
    GraphFormat("gml", N_("GML"), (".gml",), read_gml, write_gml, is_gml),
    GraphFormat(
        "pajek",
        N_("Pajek"),
        (".net", ".paj"),
        pajek.read_pajek,
        knows=pajek.is_pajek,
        example=lambda: pajek.TEMPLATE,
    ),
    GraphFormat("npz", N_("NumPy .npz (x, edge_index, y)"), (".npz",), read_npz, write_npz, is_npz),
    GraphFormat("sparse_npz", N_("sparse .npz of attributed graphs"), (".npz",), read_npz, example=sparse_template),
    GraphFormat("torch", N_("torch file of plain tensors"), (".pt", ".pth"), read_torch, write_torch, is_torch),
    GraphFormat(
        "safetensors", N_("safetensors"), (".safetensors",), read_safetensors, write_safetensors, is_safetensors
    ),
)
FORMATS: dict[str, GraphFormat] = {row.name: row for row in _ROWS}
TABLES = ("edge_list", "matrix")
"""The formats that are text tables."""
_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_NPY = b"\x93NUMPY"


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


def recognise(data: bytes, where: str) -> str | None:
    """The name of the format; None for a text table, of which `table_kind` tells the kind.

    Raises:
        GatvizError: a known kind of file that holds no graph, pickled objects, or no text where nothing else fits.
    """
    start = FileStart(data, where)
    for name, form in FORMATS.items():
        if form.knows is not None and form.knows(start):
            return name
    _refuse_others(start)
    ending = where.lower()
    by_ending = next((name for name, form in FORMATS.items() if ending.endswith(form.endings)), None)
    return None if by_ending in TABLES else by_ending


def _refuse_others(start: FileStart) -> None:
    """Refuse what is plainly something else."""
    if start.data.startswith(_PICKLE):
        found = _("a Python pickle, which is never opened")
        raise GatvizError(start.where, _("a graph file"), found, _("save plain tensors with a newer torch, or .npz"))
    if start.data.startswith(_NPY):
        found, mend = _("a single NumPy array"), _("save .npz with x, edge_index and y")
        raise GatvizError(start.where, _("a graph file"), found, mend)
    start.decoded()
    if start.xml_root is not None:
        found = f"<{start.xml_root[:40]}>" if start.xml_root else _("no element")
        raise GatvizError(start.where, _("<graphml> or <gexf>"), found, _("choose a graph file"))
