"""NumPy's .npz, never with pickled objects: each member's header is checked before its numbers are loaded."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.arrays import META, OPTIONAL, arrays_of, is_known, parsed_arrays
from gatviz.files.file_start import FileStart
from gatviz.files.parsed import ParsedGraph
from gatviz.files.zip_members import Members
from gatviz.graph.graph import Graph
from gatviz.words import _, commas

_HEADER_BYTES = 12_000
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def is_npz(start: FileStart) -> bool:
    """Whether a file is a zip of arrays."""
    return bool(start.members) and all(name.endswith(".npy") for name in start.members)


def read_npz(data: bytes, where: str) -> ParsedGraph:
    """A ParsedGraph from an .npz file.

    Raises:
        GatvizError: broken, too large, or an object array, which could run code when unpacked.
    """
    members = Members(data, where)
    arrays: dict[str, NDArray[Any]] = {}
    notes: list[str] = []
    left_out: list[str] = []
    for info in members.infos:
        name = info.filename.removesuffix(".npy")
        if not info.filename.endswith(".npy") or not is_known(name):
            left_out.append(name)
            continue
        at = f"{where}, {quote(name)}"
        shape, dtype = _header(members.head(info, _HEADER_BYTES), at)
        if dtype.hasobject:
            if name in OPTIONAL:
                notes.append(
                    _("{name} was left out: it holds pickled objects, which are never opened").format(name=quote(name))
                )
                continue
            raise GatvizError(
                at,
                _("plain numbers"),
                _("pickled objects, which are never opened"),
                _("save it with allow_pickle=False"),
            )
        if dtype.kind not in "biufUS":
            raise GatvizError(at, _("numbers or texts"), str(dtype), _("store another type"))
        count = math.prod(shape)
        if count * max(dtype.itemsize, 1) > limits.MAX_ARRAY_BYTES:
            raise GatvizError(
                at,
                _("at most {most:,} numbers").format(most=limits.MAX_FEATURE_VALUES),
                _("{count:,} of {size} bytes each").format(count=count, size=dtype.itemsize),
                _("keep a part of the graph"),
            )
        size = count * dtype.itemsize
        if size > info.file_size:
            raise GatvizError(
                at,
                _("{size:,} bytes, as its entry says").format(size=info.file_size),
                _("a header for {size:,}").format(size=size),
                _("save it again"),
            )
        try:
            arrays[name] = npy.read_array(io.BytesIO(members.read(info)), allow_pickle=False)
        except (ValueError, EOFError, OverflowError, MemoryError) as error:
            raise GatvizError(at, _("a whole array"), quote(str(error)), _("save it again")) from None
    meta = arrays.pop(META, None)
    text = _text(meta, where)
    form = "npz" if "edge_index" in arrays else "sparse_npz"
    parsed = parsed_arrays(arrays, where, form, text)
    parsed.notes += notes
    if left_out:
        listed = commas(quote(name) for name in left_out[:5])
        parsed.notes.append(_("arrays that gatviz does not know were left out: {listed}").format(listed=listed))
    return parsed


def _header(head: bytes, where: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    stream = io.BytesIO(head)
    try:
        version = npy.read_magic(stream)
        reader = _HEADERS.get(version, npy.read_array_header_2_0)
        shape, _order, dtype = reader(stream)
    except Exception as error:  # a header is Python text: parsing it raises what tokenize, ast and struct raise
        raise GatvizError(where, _("an array in NumPy's format"), quote(str(error)), _("save it again")) from None
    if any(not isinstance(length, int) or length < 0 for length in shape):
        raise GatvizError(where, _("sizes of 0 or more"), quote(str(shape)), _("save it again"))
    return shape, dtype


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
