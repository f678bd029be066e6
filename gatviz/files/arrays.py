"""Graphs as named arrays: what .npz, safetensors and torch files hold.

`x` [N, F], `edge_index` [2, E], `y` [N], `train_mask` …, `pos` [N, 2]; or the sparse parts of published
attributed graphs (`adj_data`, `adj_indices`, `adj_indptr`, `adj_shape`, likewise `attr_…`, `labels`,
`train_idx` …). What numbers cannot say (names, words, descriptions) is one JSON text under `gatviz`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import headers, limits
from gatviz.files.array_matrices import (
    CSR,
    SCIPY,
    NamedArrays,
    beside_edges,
    canonical,
    dense_matrix,
    type_and_shape,
)
from gatviz.files.json_text import decode_json
from gatviz.files.merging import all_have_reverse
from gatviz.files.parsed import ColumnUse, ParsedGraph, check_names
from gatviz.files.values import decimal
from gatviz.graph.graph import Graph
from gatviz.words import _, commas, ngettext

if TYPE_CHECKING:
    from scipy.sparse import csr_array

META = "gatviz"
KNOWN: frozenset[str] = frozenset(
    [name for names in headers.ARRAYS.values() for name in names]
    + [f"{matrix}_{part}" for matrix in ("adj", "attr") for part in CSR]
    + list(SCIPY)
    + [META, headers.EDGE_WEIGHT, "num_nodes", *headers.MASKS, *headers.INDICES]
)
"""The names that are read; others are left out and said."""
OPTIONAL: frozenset[str] = frozenset(
    name for key in ("names", "class_names", "feature_names") for name in headers.ARRAYS[key]
)
"""Names without which a graph can be read too."""
_EDGE = "edge."
_PARAMETER = re.compile(r"(?:^|[._])(?:weight|bias|att\w*|state_dict|model|optimizer|lin\w*|W|a)$")
"""How the parameters of models are called, and what checkpoints keep them under."""

AnyArray = NDArray[Any]


def array_key(name: str) -> str | None:
    """The first of the names that arrays of this name's kind have, capitals and signs between words aside; or None."""
    bare = headers.plain(name)
    return next(
        (names[0] for names in headers.ARRAYS.values() if any(headers.plain(known) == bare for known in names)), None
    )


def is_known(name: str) -> bool:
    """Whether an array of this name is read."""
    return name in KNOWN or name.startswith(_EDGE)


def refuse_weights(names: Iterable[str], where: str) -> None:
    """Refuse a file whose arrays are called as a model's parameters are, and none as a graph's.

    Raises:
        GatvizError: naming the way that opens it.
    """
    listed = list(names)
    if any(map(_PARAMETER.search, listed)) and not any(map(is_known, listed)):
        raise GatvizError(
            where, _("a graph file"), _("the weights of a model"), _("open it by the button 'Open weights'")
        )


def parsed_arrays(
    arrays: Mapping[str, AnyArray], where: str, form: str, meta: str | None = None, left_out: Sequence[str] = ()
) -> ParsedGraph:
    """A ParsedGraph from named arrays and the JSON text beside them; `left_out` are the names of the file's others.

    Raises:
        GatvizError: no edges among the arrays, or one of a wrong type, shape or range.
    """
    found = NamedArrays(canonical(arrays), where, left_out)
    told = _meta(meta, where)
    sparse = found.csr("adj_")
    sparse = found.scipy() if sparse is None else sparse
    adjacency = sparse if sparse is not None or found.get(*headers.ARRAYS["edge_index"]) else dense_matrix(found)
    edges = _edges(found, adjacency)
    x = _features(found)
    count = _count_nodes(found, x, adjacency, edges, told)
    limits.check_nodes(count, where)
    if edges.size and (edges.min() < 0 or edges.max() >= count):
        outside = int(edges.min()) if edges.min() < 0 else int(edges.max())
        raise found.wrong(
            "edge_index",
            _("node numbers from 0 to {last}").format(last=count - 1),
            str(outside),
            _("correct the edge"),
        )
    directed = told.get("directed")
    notes: list[str] = []
    symmetric = None
    if found.get(*headers.ARRAYS["edge_index"]) is None and adjacency is not None:
        symmetric = bool(abs(adjacency - adjacency.T).nnz == 0)
        directed = not symmetric
    if not isinstance(directed, bool):
        directed = not all_have_reverse(edges, count)
        if not directed:
            notes.append(_("every arrow has its reverse: the graph was taken as undirected"))
    parsed = ParsedGraph(
        where=where,
        format=form,
        names=_texts(found, told, "names", count) or [str(n) for n in range(count)],
        edges=edges,
        directed=directed,
        edge_columns=_edge_columns(found, told, adjacency, edges.shape[1]),
        x=x,
        feature_names=_feature_names(found, told, x),
        positions=_positions(found, count),
        description=told.get("description", "") if isinstance(told.get("description"), str) else "",
        notes=notes,
    )
    if symmetric is not None:
        parsed.symmetric, parsed.orientation = symmetric, "row_reads_column"
    if "weight" in parsed.edge_columns and symmetric is not None:
        parsed.notes.append(_("entries of the matrix are kept as weights of arrows; they are no α"))
    check_names(parsed.names, where)
    parsed.labels = _labels(found, told, count)
    parsed.class_order = _texts(found, told, "class_names", None) or ()
    parsed.split = _split(found, count)
    parsed.columns = [ColumnUse("nodes", name, "label") for name in headers.ARRAYS["y"] if name in arrays]
    parsed.columns += [ColumnUse("nodes", name, "position") for name in headers.ARRAYS["pos"] if name in arrays]
    return parsed


def _meta(text: str | None, where: str) -> dict[str, Any]:
    told = {} if text is None else decode_json(text, f"{where}, {quote(META)}")
    if not isinstance(told, dict):
        raise GatvizError(f"{where}, {quote(META)}", _("a JSON object"), type(told).__name__, _("leave it out"))
    return told


def _edges(found: NamedArrays, adjacency: csr_array | None) -> NDArray[np.int64]:
    given = found.get(*headers.ARRAYS["edge_index"])
    if given is not None:
        name, array = given
        if array.dtype.kind == "f":
            raise found.wrong(name, _("integers of shape [2, E]"), str(array.dtype), _("store whole node numbers"))
        edges = found.whole(name, array, "[2, E]")
        if edges.ndim != 2 or edges.shape[0] != 2:
            raise found.wrong(
                name,
                _("integers of shape [2, E]"),
                _("shape {shape}").format(shape=list(edges.shape)),
                _("transpose it"),
            )
        limits.check_edges(edges.shape[1], found.where)
        return edges
    if adjacency is None:
        listed = commas(quote(name) for name in [*found.arrays, *found.left_out][:8]) or _("none")
        raise GatvizError(
            found.where,
            _("'edge_index', a matrix 'A', or the four parts of 'adj'"),
            _("the arrays {listed}").format(listed=listed),
            _("add the edges"),
        )
    if adjacency.shape[0] != adjacency.shape[1]:
        raise found.wrong("adj_shape", _("a square matrix"), str(list(adjacency.shape)), beside_edges())
    limits.check_edges(adjacency.nnz, found.where)
    target, source = adjacency.nonzero()  # row = target, column = source; stored zeros are no edges
    return np.stack([source, target]).astype(np.int64)


def _features(found: NamedArrays) -> NDArray[np.float64] | None:
    sparse = found.csr("attr_")
    if sparse is not None:
        limits.check_features(sparse.shape[0], sparse.shape[1], found.where)
        dense: NDArray[np.float64] = sparse.astype(np.float64).toarray()
        return dense
    given = found.get(*headers.ARRAYS["x"])
    if given is None:
        return None
    name, array = given
    if array.dtype.kind not in "iufb" or array.ndim != 2:
        raise found.wrong(
            name,
            _("numbers of shape [N, F]"),
            type_and_shape(array),
        )
    limits.check_features(array.shape[0], array.shape[1], found.where)
    x = array.astype(np.float64)
    if not np.isfinite(x).all():
        n, k = (int(place) for place in np.argwhere(~np.isfinite(x))[0])
        raise found.wrong(f"{name}[{n}, {k}]", _("a finite number"), str(x[n, k]), _("replace it by a number"))
    return x


def _count_nodes(
    found: NamedArrays,
    x: AnyArray | None,
    adjacency: csr_array | None,
    edges: NDArray[np.int64],
    told: Mapping[str, Any],
) -> int:
    given = found.get("num_nodes")
    sizes = {
        "x": None if x is None else x.shape[0],
        "adj_shape": None if adjacency is None else int(adjacency.shape[0]),
        "num_nodes": None if given is None or given[1].size != 1 else int(found.whole(*given, "[]").ravel()[0]),
        "names": len(told["names"]) if isinstance(told.get("names"), list) else None,
    }
    for key in ("y", "pos", "names"):
        if (array := found.get(*headers.ARRAYS[key])) is not None and array[1].ndim > 0:
            sizes[array[0]] = int(array[1].shape[0])
    there = {name: size for name, size in sizes.items() if size is not None}
    first = next(iter(there.items()), ("", 0))
    other = next((item for item in there.items() if item[1] != first[1]), None)
    if other is not None:
        raise GatvizError(
            found.where,
            _("one row for each node in every array"),
            _("{rows:,} in {array}, {others:,} in {other}").format(
                rows=first[1], array=quote(first[0]), others=other[1], other=quote(other[0])
            ),
            _("give them the same length"),
        )
    if there:
        return first[1]
    return int(edges.max()) + 1 if edges.size else 0


def _texts(found: NamedArrays, told: Mapping[str, Any], key: str, count: int | None) -> list[str] | None:
    given = found.get(*headers.ARRAYS[key])
    listed = told.get(key)
    if given is not None and given[1].ndim == 1 and given[1].dtype.kind in "USiu":
        array = np.char.decode(given[1], "utf-8", "replace") if given[1].dtype.kind == "S" else given[1]
        listed = [str(word) for word in array.tolist()]
    if not isinstance(listed, list) or (count is not None and len(listed) != count):
        return None
    return [word if isinstance(word, str) else str(word) for word in listed]


def _feature_names(found: NamedArrays, told: Mapping[str, Any], x: AnyArray | None) -> tuple[str, ...]:
    if x is None:
        return ()
    return tuple(_texts(found, told, "feature_names", x.shape[1]) or (f"f{k}" for k in range(x.shape[1])))


def _labels(found: NamedArrays, told: Mapping[str, Any], count: int) -> list[str | None] | None:
    given = found.get(*headers.ARRAYS["y"])
    if given is None:
        return None
    name, array = given
    classes = _texts(found, told, "class_names", None)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (count,) or array.dtype.kind not in "iufUb":
        raise found.wrong(
            name,
            ngettext("{n:,} class", "{n:,} classes", count).format(n=count),
            type_and_shape(array),
        )
    if array.dtype.kind == "U":
        return [str(word) or None for word in array.tolist()]
    if array.dtype.kind == "f" and not np.array_equal(array, np.floor(array)):
        raise found.wrong(name, _("whole class numbers"), _("fractions or NaN"))
    numbers = [int(value) for value in array.tolist()]
    if classes is not None and max(numbers, default=0) < len(classes):
        return [None if value < 0 else classes[value] for value in numbers]
    return [None if value < 0 else decimal(value) for value in numbers]


def _split(found: NamedArrays, count: int) -> list[str | None] | None:
    split: list[str | None] = [None] * count
    there = False
    for name, part in {**headers.MASKS, **headers.INDICES}.items():
        array = found.arrays.get(name)
        if array is None:
            continue
        there = True
        if name in headers.MASKS:
            if array.shape != (count,) or array.dtype.kind not in "bu":
                raise found.wrong(
                    name,
                    ngettext("{n:,} truth value", "{n:,} truth values", count).format(n=count),
                    type_and_shape(array),
                )
            places = np.flatnonzero(array)
        else:
            places = found.whole(name, array, "[…]").ravel()
            if places.size and (places.min() < 0 or places.max() >= count):
                outside = int(places.min()) if places.min() < 0 else int(places.max())
                raise found.wrong(name, _("node numbers from 0 to {last}").format(last=count - 1), str(outside))
        for n in places.tolist():
            if split[n] not in (None, part):
                raise found.wrong(
                    name,
                    _("each node in one part of the split"),
                    _("node {n} in {split} and {part}").format(n=n, split=split[n], part=part),
                )
            split[n] = part
    return split if there else None


def _positions(found: NamedArrays, count: int) -> NDArray[np.float64] | None:
    given = found.get(*headers.ARRAYS["pos"])
    if given is None:
        return None
    name, array = given
    if array.shape != (count, 2) or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        expected = _("finite numbers of shape [{count}, 2]").format(count=count)
        raise found.wrong(
            name,
            expected,
            type_and_shape(array),
            _("leave it out"),
        )
    return array.astype(np.float64)


def _edge_columns(
    found: NamedArrays, told: Mapping[str, Any], adjacency: csr_array | None, count: int
) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {}
    texts = told.get("edge_attributes", {})
    order = [name for name in told.get("edge_order", []) if isinstance(name, str)] if told else []
    for name, array in found.arrays.items():
        if name.startswith(_EDGE) or name == headers.EDGE_WEIGHT:
            flat = array.reshape(-1) if array.shape == (count, 1) else array
            if flat.shape != (count,) or flat.dtype.kind not in "iufb":
                raise found.wrong(
                    name,
                    ngettext("{n:,} number", "{n:,} numbers", count).format(n=count),
                    type_and_shape(array),
                )
            columns["weight" if name == headers.EDGE_WEIGHT else name.removeprefix(_EDGE)] = flat.tolist()
    for name, values in texts.items() if isinstance(texts, dict) else ():
        if not isinstance(values, list) or len(values) != count:
            raise GatvizError(
                f"{found.where}, {quote(name)}",
                ngettext("{n:,} value", "{n:,} values", count).format(n=count),
                _("another count"),
                _("correct it"),
            )
        columns[str(name)] = [None if isinstance(value, dict | list) else value for value in values]
    if adjacency is not None and found.get("edge_index") is None:
        data = adjacency.data[adjacency.data != 0]
        if data.size and not (data == 1).all():
            columns["weight"] = data.tolist()
    return {name: columns[name] for name in [*order, *columns] if name in columns}


def arrays_of(graph: Graph) -> tuple[dict[str, AnyArray], str]:
    """A graph as arrays of numbers and the JSON text of what numbers cannot say."""
    arrays: dict[str, AnyArray] = {"x": graph.x, "edge_index": graph.edge_index}
    told: dict[str, Any] = {
        "names": graph.names,
        "feature_names": graph.feature_names,
        "directed": graph.directed,
        "description": graph.description,
    }
    if graph.labels is not None:
        classes = (*graph.class_order, *(name for name in graph.class_names if name not in graph.class_order))
        number = {name: k for k, name in enumerate(classes)}
        arrays["y"] = np.array([-1 if name is None else number[name] for name in graph.labels], dtype=np.int64)
        told["class_names"] = classes
    if graph.split is not None:
        for name, part in headers.MASKS.items():
            arrays[name] = np.array([one == part for one in graph.split], dtype=bool)
    if graph.positions is not None:
        arrays["pos"] = graph.positions
    texts: dict[str, Any] = {}
    for name, values in graph.edge_attributes.items():
        array = _plain_array(values)
        if array is None:
            texts[name] = values
        else:
            arrays[_EDGE + name] = array
    if graph.edge_attributes:
        told["edge_attributes"], told["edge_order"] = texts, list(graph.edge_attributes)
    return arrays, json.dumps(told, ensure_ascii=True, allow_nan=False)


def _plain_array(values: Sequence[Any]) -> AnyArray | None:
    """Values of one plain type as an array; None if they need JSON."""
    types = {type(value) for value in values}
    if types not in ({int}, {float}, {bool}):
        return None
    try:
        array: AnyArray = np.array(values)
    except OverflowError:
        return None
    return array if array.dtype in (np.int64, np.float64, np.bool_) else None
