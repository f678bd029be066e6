"""NumPy's .npz, never with pickled objects: each member's header is checked before its numbers are loaded."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.arrays import META, OPTIONAL, arrays_of, is_known, parsed_arrays
from gatviz.files.graph_file import GraphFile
from gatviz.files.npy_array import header_of, read_array
from gatviz.files.parsed import ParsedGraph
from gatviz.files.zip_members import Members
from gatviz.graph.graph import Graph
from gatviz.words import _, commas


def is_npz(file: GraphFile) -> bool:
    """Whether a file is a zip of arrays."""
    return bool(file.members) and all(name.endswith(".npy") for name in file.members)


def read_npz(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from an .npz file.

    Raises:
        GatvizError: broken, too large, or an object array, which could run code when unpacked.
    """
    where = file.where
    members = Members(file.data, where)
    arrays: dict[str, NDArray[Any]] = {}
    notes: list[str] = []
    left_out: list[str] = []
    for info in members.infos:
        name = info.filename.removesuffix(".npy")
        if not info.filename.endswith(".npy") or not is_known(name):
            left_out.append(name)
            continue
        at = f"{where}, {quote(name)}"
        header = header_of(members, info, at)
        if header[1].hasobject and name in OPTIONAL:
            notes.append(
                _("{name} was left out: it holds pickled objects, which are never opened").format(name=quote(name))
            )
            continue
        arrays[name] = read_array(members, info, at, "biufUS", header)
    meta = arrays.pop(META, None)
    text = _text(meta, where)
    form = "sparse_npz" if "adj_data" in arrays and "edge_index" not in arrays else "npz"
    parsed = parsed_arrays(arrays, where, form, text, left_out)
    parsed.notes += notes
    if left_out:
        listed = commas(quote(name) for name in left_out[:5])
        parsed.notes.append(_("arrays that gatviz does not know were left out: {listed}").format(listed=listed))
    return parsed


def _text(meta: NDArray[Any] | None, where: str) -> str | None:
    if meta is None:
        return None
    if meta.dtype != np.uint8 or meta.ndim != 1:
        raise GatvizError(f"{where}, {quote(META)}", _("JSON as bytes"), str(meta.dtype), _("leave it out"))
    try:
        return meta.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        raise GatvizError(f"{where}, {quote(META)}", _("JSON in UTF-8"), _("other bytes"), _("leave it out")) from None


def write_npz(graph: Graph) -> bytes:
    """A graph as compressed .npz."""
    arrays, told = arrays_of(graph)
    arrays[META] = np.frombuffer(told.encode("ascii"), dtype=np.uint8)
    _check_keys(arrays)
    stream = io.BytesIO()
    np.savez_compressed(stream, **dict[str, Any](arrays))
    content = stream.getvalue()
    limits.check_bytes(len(content), "npz")
    return content


def _check_keys(arrays: dict[str, NDArray[Any]]) -> None:
    for name in arrays:
        if "/" in name or "\\" in name or not name.isprintable() or name == "file":
            raise GatvizError("npz", _("edge attributes with plain names"), quote(name), _("rename it, or write JSON"))


def sparse_template() -> bytes:
    """Three nodes in a ring, in the layout of published attributed graphs."""
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
