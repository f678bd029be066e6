"""Named arrays and the matrices among them: dense ones, the four parts of a sparse one, what scipy stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.words import _

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CSR = ("data", "indices", "indptr", "shape")
"""The parts of a sparse matrix, after `adj_` or `attr_`."""
SCIPY = ("format", "data", "indices", "indptr", "row", "col", "shape")
"""What `scipy.sparse.save_npz` calls the parts of a matrix."""

AnyArray = NDArray[Any]


def type_and_shape(array: AnyArray) -> str:
    """The type and shape of an array, in words."""
    return _("{dtype} of shape {shape}").format(dtype=array.dtype, shape=list(array.shape))


def beside_edges() -> str:
    """The mend for an array that is no matrix of arrows: most hold features or labels."""
    return _("if it holds features or labels, open it together with the edges, or save both in one .npz as x, y and A")


class NamedArrays:
    """One file's arrays, with a sentence for each thing that is wrong with them."""

    def __init__(self, arrays: Mapping[str, AnyArray], where: str, left_out: Sequence[str] = ()) -> None:
        self.arrays, self.where, self.left_out = arrays, where, left_out

    def get(self, *names: str) -> tuple[str, AnyArray] | None:
        """The first array of these names that is there, with its name."""
        return next(((name, self.arrays[name]) for name in names if name in self.arrays), None)

    def wrong(self, name: str, expected: str, found: str, mend: str | None = None) -> GatvizError:
        """The sentence about one of them."""
        return GatvizError(f"{self.where}, {quote(name)}", expected, found, mend or _("correct the array"))

    def whole(self, name: str, array: AnyArray, shape: str) -> NDArray[np.int64]:
        """An array as whole numbers.

        Raises:
            GatvizError: it holds others.
        """
        if array.dtype.kind not in "iu" or (array.size and array.dtype == np.uint64 and int(array.max()) >= 2**63):
            raise self.wrong(
                name,
                _("integers of shape {shape}").format(shape=shape),
                f"{array.dtype}",
                _("store integers of 64 bits"),
            )
        return array.astype(np.int64)

    def csr(self, prefix: str) -> csr_array | None:
        """The sparse matrix whose four parts have names that begin so, or None.

        Raises:
            GatvizError: a part that is missing, or does not fit the others.
        """

        from scipy.sparse import csr_array

        names = [prefix + part for part in CSR]
        there = [name for name in names if name in self.arrays]
        if not there:
            return None
        if len(there) < len(names):
            missing = next(name for name in names if name not in there)
            raise GatvizError(
                self.where, _("an array {missing}").format(missing=quote(missing)), _("none"), _("store all four parts")
            )
        data, indices, indptr, shape = (self.arrays[name] for name in names)
        if data.dtype.kind not in "iufb" or data.ndim != 1:
            raise self.wrong(
                names[0],
                _("a row of numbers"),
                type_and_shape(data),
            )
        columns = self.whole(names[1], indices, "[nnz]")
        starts = self.whole(names[2], indptr, "[N + 1]")
        size = self.whole(names[3], shape, "[2]")
        if size.shape != (2,) or (size < 0).any():
            raise self.wrong(names[3], _("two sizes"), quote(str(shape.tolist())[:50]))
        rows, width = (int(length) for length in size)
        if starts.shape != (rows + 1,) or starts[0] != 0 or (np.diff(starts) < 0).any():
            raise self.wrong(
                names[2],
                _("{rows:,} rising offsets from 0").format(rows=rows + 1),
                _("{size:,} others").format(size=starts.size),
            )
        if columns.ndim != 1 or columns.shape != data.shape or starts[-1] != columns.size:
            raise self.wrong(names[1], _("{starts:,} columns").format(starts=int(starts[-1])), f"{columns.size:,}")
        if columns.size and (columns.min() < 0 or columns.max() >= width):
            outside = int(columns.min()) if columns.min() < 0 else int(columns.max())
            raise self.wrong(names[1], _("column numbers from 0 to {width}").format(width=width - 1), str(outside))
        if data.dtype.kind == "f" and not np.isfinite(data).all():
            raise self.wrong(names[0], _("finite numbers"), _("NaN or infinity"))
        return csr_array((data, columns, starts), shape=(rows, width))

    def scipy(self) -> csr_array | None:
        """The matrix that `scipy.sparse.save_npz` stored, by rows, columns or triples; None for others."""

        from scipy.sparse import csr_array

        told = self.arrays.get("format")
        if told is None or told.ndim != 0 or "data" not in self.arrays:
            return None
        form = told.item().decode("ascii", "replace") if told.dtype.kind == "S" else str(told.item())
        if form == "csr":
            return self.csr("")
        if form == "csc":
            shape = self.arrays.get("shape")
            if shape is None or shape.shape != (2,):
                raise self.wrong("shape", _("two sizes"), _("none"))
            turned = NamedArrays({**self.arrays, "shape": shape[::-1]}, self.where).csr("")
            return None if turned is None else csr_array(turned.T)
        if form == "coo" and {"row", "col", "shape"} <= self.arrays.keys():
            return self._triples()
        raise self.wrong(
            "format", _("'csr', 'csc' or 'coo'"), quote(form), _("save matrix.tocsr() with scipy.sparse.save_npz")
        )

    def _triples(self) -> csr_array:
        from scipy.sparse import coo_array, csr_array

        data = self.arrays["data"]
        size = self.whole("shape", self.arrays["shape"], "[2]")
        if size.shape != (2,) or (size < 0).any():
            raise self.wrong("shape", _("two sizes"), quote(str(self.arrays["shape"].tolist())[:50]))
        ends = [self.whole(name, self.arrays[name], "[nnz]") for name in ("row", "col")]
        if data.ndim != 1 or data.dtype.kind not in "iufb" or any(one.shape != data.shape for one in ends):
            raise self.wrong("data", _("as many numbers as 'row' and 'col' have"), type_and_shape(data))
        limits.check_edges(data.size, self.where)
        for name, places, length in zip(("row", "col"), ends, size.tolist(), strict=True):
            if places.size and (places.min() < 0 or places.max() >= length):
                outside = int(places.min()) if places.min() < 0 else int(places.max())
                raise self.wrong(name, _("numbers from 0 to {last}").format(last=length - 1), str(outside))
        if data.dtype.kind == "f" and not np.isfinite(data).all():
            raise self.wrong("data", _("finite numbers"), _("NaN or infinity"))
        rows, width = size.tolist()
        limits.check_nodes(max(rows, width), self.where)
        return csr_array(coo_array((data, (ends[0], ends[1])), shape=(rows, width)))


def canonical(arrays: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    """The arrays, edges given as [E, 2] turned into [2, E]."""
    result = dict(arrays)
    for name in headers.ARRAYS["edge_index"]:
        array = result.get(name)
        if array is not None and array.ndim == 2 and array.shape[1] == 2 != array.shape[0]:
            result[name] = array.T
    return result


def dense_matrix(found: NamedArrays) -> csr_array | None:
    """A matrix of numbers, row = target, as `A` or under one of its other names."""

    from scipy.sparse import csr_array

    given = found.get(*headers.ARRAYS["adjacency"])
    if given is None:
        return None
    name, array = given
    if array.dtype.kind not in "iufb" or array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise found.wrong(name, _("numbers of shape [N, N]"), type_and_shape(array), beside_edges())
    limits.check_features(array.shape[0], array.shape[1], found.where)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise found.wrong(name, _("finite numbers"), _("NaN or infinity"))
    return csr_array(array)
