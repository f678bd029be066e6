"""The eight files `ind.NAME.x`, …, `ind.NAME.graph` by which Cora, Citeseer and Pubmed are passed on since Planetoid.

`allx` and `tx` have features, the nodes of `tx` in the order of `test.index`; `ally` and `ty` a column a class; `graph`
the neighbours of each node. Training nodes are the rows of `y`, the next 500 are for validation. Read only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ColumnUse, ParsedGraph
from gatviz.files.pickled_sparse import is_sparse, sparse_csr
from gatviz.pickles.containers import pickled
from gatviz.words import _, commas

_NEEDED = ("allx", "ally", "tx", "ty", "graph", "test.index")
_VALIDATED = 500


def read_planetoid(parts: Mapping[str, GraphFile]) -> ParsedGraph:
    """A ParsedGraph from the parts.

    Raises:
        GatvizError: a part is missing, or does not fit the others.
    """
    where = parts.get("graph", next(iter(parts.values()))).where
    missing = [f"ind.….{part}" for part in _NEEDED if part not in parts]
    if missing:
        found = _("none called {names}").format(names=commas(map(quote, missing)))
        raise GatvizError(where, _("all files of the collection"), found, _("open them together"))
    test = _numbers(parts["test.index"])
    allx, tx, ally, ty = (_rows(parts[part]) for part in ("allx", "tx", "ally", "ty"))
    count = max(int(test.max()) + 1, len(allx))
    limits.check_nodes(count, where)
    limits.check_features(count, allx.shape[1], where)
    rows = len(tx) == len(ty) == len(test) and len(ally) == len(allx) <= test.min()
    if not rows or (tx.shape[1], ty.shape[1]) != (allx.shape[1], ally.shape[1]):
        expected, found = _("files of one collection"), _("numbers of rows or columns that do not fit")
        raise GatvizError(where, expected, found, _("download them anew"))
    x, y = np.zeros((count, allx.shape[1])), np.zeros((count, ally.shape[1]))
    x[: len(allx)], y[: len(ally)], x[test], y[test] = allx, ally, tx, ty
    names = [str(n) for n in range(count)]
    parsed = ParsedGraph(where=where, format="torch", names=names, edges=_edges(parts["graph"], count), directed=False)
    parsed.x, parsed.feature_names = x, tuple(f"f{k}" for k in range(x.shape[1]))
    parsed.labels = [str(int(row.argmax())) if row.any() else None for row in y]
    parsed.columns.append(ColumnUse("nodes", "y", "label"))
    split: list[str | None] = [None] * count
    if "y" in parts:
        trained = min(len(_rows(parts["y"])), len(allx))
        validated = min(trained + _VALIDATED, len(allx))
        split[:trained], split[trained:validated] = ["train"] * trained, ["val"] * (validated - trained)
    for n in test.tolist():
        split[n] = "test"
    parsed.split = split
    return parsed


def _rows(file: GraphFile) -> NDArray[np.float64]:
    """[rows, columns] of a part."""
    tree, reader = pickled(file.data, file.where, limits.MAX_PICKLE)
    if is_sparse(tree):
        matrix = sparse_csr(tree, reader, file.where)
        limits.check_features(*matrix.shape, file.where)
        dense: NDArray[np.float64] = matrix.toarray().astype(np.float64)
        return dense
    value = reader.value(tree)
    array = value.numpy().astype(np.float64) if hasattr(value, "numpy") else np.zeros(0)
    if array.ndim != 2 or not array.size or not np.isfinite(array).all():
        raise GatvizError(file.where, _("rows of numbers"), _("something else"), _("download it anew"))
    return array


def _numbers(file: GraphFile) -> NDArray[np.int64]:
    words = file.decoded.text.split()
    if not words or not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
        raise GatvizError(file.where, _("a number of a node in each line"), _("something else"), _("download it anew"))
    return np.array(words, dtype=np.int64)


def _edges(file: GraphFile, count: int) -> NDArray[np.int64]:
    """[2, E] of the neighbours of each node, which stand at both ends."""
    tree, reader = pickled(file.data, file.where, limits.MAX_PICKLE)
    lists = reader.value(tree)
    pairs: list[tuple[int, int]] = []
    for node, others in lists.items() if isinstance(lists, dict) else ():
        if not isinstance(others, list):
            break
        pairs += [(other, node) for other in others]
        limits.check_edges(len(pairs), file.where)
    ends = [end for pair in pairs for end in pair]
    if not ends or not all(isinstance(end, int) and 0 <= end < count for end in ends):
        expected = _("lists of neighbours, numbers below {count:,}").format(count=count)
        raise GatvizError(file.where, expected, _("something else"), _("download it anew"))
    return np.array(pairs, dtype=np.int64).T
