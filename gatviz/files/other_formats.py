"""Formats that gatviz does not read, known by how they begin: a refusal names the one it saw and the way that fits."""

from __future__ import annotations

import re

from gatviz.errors import GatvizError
from gatviz.files.graph_file import GraphFile
from gatviz.words import N_, _

_AS_TEXT = N_("write it as GraphML, GEXF or an edge list (CSV)")
_AS_CSV = N_("save the sheet of edges as CSV (UTF-8)")
_THE_FILE = N_("download the file itself")

_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", N_("an Excel workbook (.xls)"), _AS_CSV),
    (
        b"\x89HDF\r\n\x1a\n",
        N_("an HDF5 file (.h5, .h5ad, .mat)"),
        N_("save its arrays as .npz: A or edge_index, and X"),
    ),
    (b"MATLAB 5.0 MAT", N_("a MATLAB file (.mat)"), N_("save its arrays as .npz: A or edge_index, and X")),
    (b"PAR1", N_("a Parquet file"), N_("save the table of edges as CSV")),
    (b"ARROW1", N_("an Arrow file"), N_("save the table of edges as CSV")),
    (b"SQLite format 3\x00", N_("a SQLite database"), N_("export the table of edges as CSV")),
    (b"%PDF", N_("a PDF"), N_("choose the file of the graph itself")),
    (b"\x89PNG", N_("a picture"), N_("choose the file of the graph itself")),
    (b"\xff\xd8\xff", N_("a picture"), N_("choose the file of the graph itself")),
    (b"GIF8", N_("a picture"), N_("choose the file of the graph itself")),
    (b"7z\xbc\xaf\x27\x1c", N_("a 7z archive"), N_("unpack it, and open what is in it")),
    (b"Rar!", N_("a RAR archive"), N_("unpack it, and open what is in it")),
    (b">>graph6<<", N_("graph6"), _AS_TEXT),
    (b">>sparse6<<", N_("sparse6"), _AS_TEXT),
    (
        b"\x3f\xa1\xb4\x46\xf0\x4f\x2e\xdd",
        N_("a DGL file (dgl.save_graphs)"),
        N_(
            "load it by g = dgl.load_graphs(path)[0][0], and save torch.stack(g.edges()) as edge_index and "
            "g.ndata['feat'] as x, in one dict, by torch.save"
        ),
    ),
    (b"version https://git-lfs", N_("a Git LFS pointer, which stands for a file that was not downloaded"), _THE_FILE),
)
_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"dl\b[\s\S]*?\bn\s*=", re.IGNORECASE), N_("UCINET DL"), N_("export it from UCINET as Pajek (.net)")),
    (
        re.compile(r"(?:(?:/\*[\s\S]*?\*/|//[^\n]*)\s*)*(?:strict\s+)?(?:di)?graph\b[^\[\n]*\{"),
        N_("Graphviz DOT"),
        _AS_TEXT,
    ),
    (re.compile(r"nodedef\s*>", re.IGNORECASE), N_("GDF (GUESS)"), _AS_TEXT),
    (re.compile(r"\(tlp\b"), N_("Tulip (.tlp)"), _AS_TEXT),
    (re.compile(r"\*node (?:data|properties)", re.IGNORECASE), N_("VNA (NetDraw)"), _AS_TEXT),
    (re.compile(r"LEDA\.GRAPH"), N_("LEDA"), _AS_TEXT),
    (re.compile(r"(?:c[^\n]*\n)*p\s+(?:edge|col|sp|max|min)\b"), N_("DIMACS"), _AS_TEXT),
    (re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE), N_("a web page"), _THE_FILE),
    (re.compile(r"@prefix\b|<\w+://[^>\s]*>\s+<"), N_("RDF"), _AS_TEXT),
)
_ROOTS: dict[str, tuple[str, str]] = {
    "graph": (N_("XGMML"), N_("export it from Cytoscape as GraphML or .cyjs")),
    "svg": (N_("a picture (SVG)"), N_("choose the file of the graph itself")),
    "directedgraph": (N_("DGML"), _AS_TEXT),
    "rdf": (N_("RDF"), _AS_TEXT),
}
_TAR = (257, b"ustar")


def refuse_others(file: GraphFile) -> None:
    """Refuse what is plainly of a format that gatviz does not read.

    Raises:
        GatvizError: naming the format.
    """
    found = _known(file)
    if found is not None:
        name, mend = found
        raise GatvizError(file.where, _("a graph file that gatviz reads"), _(name), _(mend))


def _known(file: GraphFile) -> tuple[str, str] | None:
    data = file.data
    tables = {"xl/workbook.xml": N_("an Excel workbook (.xlsx)"), "content.xml": N_("an OpenDocument file")}
    found = [(name, mend) for magic, name, mend in _BEGINNINGS if data.startswith(magic)]
    if data[_TAR[0] :].startswith(_TAR[1]):
        found.append((N_("a tar archive"), N_("unpack it, and open what is in it")))
    found += [(name, _AS_CSV) for member, name in tables.items() if member in file.members]
    if not found and not data.startswith(b"\x00") and data.strip():
        found += [(name, mend) for pattern, name, mend in _TEXTS if pattern.match(file.start)]
        found += [told] if (told := _ROOTS.get(file.xml_root or "")) else []
    return found[0] if found else None
