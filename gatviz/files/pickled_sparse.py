"""Sparse matrices out of a pickle's tree: torch's, SciPy's, and the SparseTensor of torch_sparse, which PyG uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError
from gatviz.files.array_matrices import CSR, NamedArrays
from gatviz.pickles.safe_pickle import PickledCall, PickledDict
from gatviz.words import _

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from gatviz.pickles.pickled import Reader

_TORCH, _SCIPY, _TORCH_SPARSE = "torch._utils._rebuild_sparse", "scipy.sparse.", "torch_sparse."
_LAYOUTS = {"torch.sparse_coo": "coo", "torch.sparse_csr": "csr"}
_ROWS = ("indptr", "indices", "data", "shape")
_OF_SCIPY = {"_shape": "shape", **{name: name for name in ("data", "indices", "indptr", "row", "col", "coords")}}
_OF_TORCH_SPARSE = {"_row": "row", "_rowptr": "indptr", "_col": "col", "_value": "data", "_sparse_sizes": "shape"}


def is_sparse(node: Any) -> bool:
    """Whether a node of a tree would be a sparse matrix."""
    return isinstance(node, PickledCall) and node.name.startswith((_TORCH, _SCIPY, _TORCH_SPARSE))


def sparse_arrays(node: PickledCall, prefix: str, reader: Reader, where: str) -> dict[str, NDArray[Any]]:
    """A sparse matrix [rows, columns] as the four arrays of its rows, under names that begin with `prefix`.

    Raises:
        GatvizError: parts that are not there or do not fit, or another form than rows, columns or triples.
    """
    matrix = sparse_csr(node, reader, where)
    parts = (matrix.data, matrix.indices, matrix.indptr, np.array(matrix.shape))
    return {prefix + name: part for name, part in zip(CSR, parts, strict=True)}


def sparse_csr(node: PickledCall, reader: Reader, where: str) -> csr_array:
    """A sparse matrix [rows, columns]. Errors as `sparse_arrays`."""
    form, parts = _of_torch(node) if node.name.startswith(_TORCH) else _of_object(node)
    arrays: dict[str, NDArray[Any]] = {"format": np.array(form)}
    for name, part in parts.items():
        arrays |= _arrays(name, reader.value(part))
    if "data" not in arrays and "col" in arrays:  # edges without weights
        arrays["data"] = np.ones(arrays["col"].shape)
    found = NamedArrays(arrays, where).scipy()
    if found is None:
        mend = _("save it by scipy.sparse.save_npz(path, A)")
        raise GatvizError(where, _("a sparse matrix of rows, columns or triples"), _("another form of one"), mend)
    return found


def _arrays(name: str, value: Any) -> dict[str, NDArray[Any]]:
    """A part as an array; the places of triples as two."""
    if isinstance(value, list) and len(value) == 1:  # torch.Size has its sizes in a tuple
        value = value[0]
    if hasattr(value, "is_floating_point"):
        value = (value.double() if value.is_floating_point() else value).numpy()
    if name == "coords" and isinstance(value, list | np.ndarray) and len(value) == 2:
        return {**_arrays("row", value[0]), **_arrays("col", value[1])}
    if name == "shape" and isinstance(value, list) and all(isinstance(size, int) for size in value):
        value = np.array(value)
    return {name: value} if isinstance(value, np.ndarray) else {}


def _of_torch(node: PickledCall) -> tuple[str, dict[str, Any]]:
    """The layout stands before the parts: places [2, nnz], or where rows begin and columns; numbers, size."""
    layout, parts = (*node.args, None, None)[:2]
    named = layout.args[0] if isinstance(layout, PickledCall) and layout.args else None
    form = _LAYOUTS.get(named, "") if isinstance(named, str) else ""
    names = ("coords", "data", "shape") if form == "coo" else _ROWS
    return form, dict(zip(names, parts, strict=False)) if isinstance(parts, tuple) else {}


def _of_object(node: PickledCall) -> tuple[str, dict[str, Any]]:
    """What SciPy and torch_sparse keep on their objects."""
    state: Any = node.state
    names = _OF_SCIPY
    if node.name.startswith(_TORCH_SPARSE):
        storage = state.get("storage") if isinstance(state, PickledDict) else None
        state, names = storage.state if isinstance(storage, PickledCall) else None, _OF_TORCH_SPARSE
    there = (
        {name: state[key] for key, name in names.items() if state.get(key) is not None}
        if isinstance(state, PickledDict)
        else {}
    )
    last = node.name.rpartition(".")[2].partition("_")[0]
    if names is _OF_SCIPY:
        return last, there
    if "row" in there:
        return "coo", there
    there["indices"] = there.pop("col", None)
    return "csr", there
