"""Single NumPy arrays (.npy): an adjacency matrix or edges alone, or A.npy, X.npy, y.npy together. Read only."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.files.arrays import array_key, parsed_arrays
from gatviz.files.graph_file import GraphFile
from gatviz.files.npy_array import array_of
from gatviz.files.parsed import ParsedGraph

_MAGIC = b"\x93NUMPY"


def is_npy(file: GraphFile) -> bool:
    """Whether a file is one array."""
    return file.data.startswith(_MAGIC)


def read_npy(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from one array: [N, N] numbers are a matrix, [2, E] integers are edges."""
    return read_npys([file])


def read_npys(files: Sequence[GraphFile]) -> ParsedGraph:
    """A ParsedGraph from arrays that are called as those of an .npz file are; one alone may be called anything.

    Raises:
        GatvizError: no arrays, or none that holds edges.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for file in files:
        array = array_of(file.data, file.where)
        stem = re.sub(r"\.npy$", "", file.where.rpartition(", ")[2], flags=re.IGNORECASE)
        if len(files) == 1:
            edges = array.ndim == 2 and array.shape[0] != array.shape[1] and 2 in array.shape
            arrays["edge_index" if edges else "A"] = array
        else:
            arrays[array_key(stem) or stem] = array
    return parsed_arrays(arrays, files[0].where, "npy")


def template() -> bytes:
    """The matrix of three nodes in a ring."""
    stream = io.BytesIO()
    np.save(stream, np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]))
    return stream.getvalue()
