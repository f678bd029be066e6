"""Which format a file has: by its content, its name helping only where content says nothing."""

from __future__ import annotations

from gatviz.errors import GatvizError
from gatviz.files.file_start import FileStart
from gatviz.files.formats import FORMATS, TABLES

_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_NPY = b"\x93NUMPY"


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
        found = "a Python pickle, which is never opened"
        raise GatvizError(start.where, "a graph file", found, "save plain tensors with a newer torch, or .npz")
    if start.data.startswith(_NPY):
        found, mend = "a single NumPy array", "save .npz with x, edge_index and y"
        raise GatvizError(start.where, "a graph file", found, mend)
    start.decoded()
    if start.xml_root is not None:
        found = f"<{start.xml_root[:40]}>" if start.xml_root else "no element"
        raise GatvizError(start.where, "<graphml> or <gexf>", found, "choose a graph file")
