"""Features of edges: numbers on each edge that a model may read, checked once. E edges, D edge features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.numbers import as_floats, finite, first_beyond
from gatviz.words import N_, _, and_list, commas

NEW_EDGES = N_("Edges that were drawn since have edge features of 0.")
"""What a graph with edge features says of itself once an edge is drawn in it."""


def checked_edge_features(
    given: Any, edge_index: NDArray[np.int64], names: Sequence[str], width: int
) -> NDArray[np.float64]:
    """[E, D] as read-only float64; without edges a list of rows does not tell D, so it is `width`.

    Raises:
        GatvizError: another shape, or a number that float32 cannot hold.
    """
    count = edge_index.shape[1]
    expected = _("numbers of shape [{n}, D], a row for each edge").format(n=count)
    try:
        values = np.array(as_floats(given))
    except (TypeError, ValueError) as error:
        mend = _("give every edge as many numbers")
        raise GatvizError("edge_features", expected, quote(str(error)), mend) from error
    if values.ndim != 2 and not count and not values.size:
        values = values.reshape(0, width)
    if values.ndim != 2 or values.shape[0] != count:
        found = _("shape {shape}").format(shape=list(values.shape))
        raise GatvizError("edge_features", expected, found, _("give one row for each edge"))
    if (place := first_beyond(values)) is not None:
        source, target = (quote(names[node]) for node in edge_index[:, place[0]])
        where = _("edge feature {k} of {source} → {target}").format(k=place[1], source=source, target=target)
        mend = _("replace it by a smaller number, or rescale")
        raise GatvizError(where, finite(), quote(float(values[place])), mend)
    values.setflags(write=False)
    return values


def numbers_on_edges(
    attributes: Mapping[str, tuple[Any, ...]], features: NDArray[np.float64] | None, names: Sequence[str]
) -> dict[str, tuple[float | None, ...]]:
    """By name the features [E, D], and the attributes that are numbers wherever they are there."""
    found = {name: values for name, values in attributes.items() if _are_numbers(values)}
    columns = () if features is None else features.T.tolist()
    return found | {name: tuple(column) for name, column in zip(names, columns, strict=True)}


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether an attribute is a number on every edge that has it, and there is such an edge."""
    there = [value for value in values if value is not None]
    return bool(there) and all(_is_number(value) for value in there)


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.integer | np.floating | np.bool_)


def unlike(columns: Mapping[str, Sequence[Any]], kept: Sequence[int]) -> tuple[str, ...]:
    """The columns of which merging parallel edges drops a value that the one that is kept does not have.

    Arguments:
        columns: by name a value for each edge as given. kept: for each of them the edge that stands for it.
    """
    gone = [(k, first) for k, first in enumerate(kept) if k != first]
    return tuple(name for name, values in columns.items() if any(not _same(values[k], values[n]) for k, n in gone))


def _same(one: Any, other: Any) -> bool:
    plain = isinstance(one, str | int | None) and isinstance(other, str | int | None)
    return one == other if plain else repr(one) == repr(other)  # so that NaN is like itself


def dropped_values(names: Sequence[str]) -> str:
    """A sentence on the columns that are `unlike`."""
    note = _("parallel edges had other values of {names}, which are dropped: they cannot become edge features")
    return note.format(names=and_list(map(quote, names)))


def numbers_of(attributes: Mapping[str, tuple[Any, ...]], chosen: Sequence[str], count: int) -> NDArray[np.float64]:
    """[E, len(chosen)]: these edge attributes as numbers; true counts as 1, false as 0.

    Raises:
        GatvizError: an attribute that is not there, or a value that is no number.
    """
    columns = []
    for name in chosen:
        if name not in attributes:
            expected = _("an edge attribute, of which this graph has none")
            if attributes:
                expected = _("one of {names}").format(names=commas(map(quote, attributes)))
            raise GatvizError("edge_features", expected, quote(name), _("choose edge attributes that are there"))
        for k, value in enumerate(attributes[name]):
            if not _is_number(value):
                where = _("edge attribute {name}, edge {k}").format(name=quote(name), k=k)
                found = _("none") if value is None else quote(value)
                raise GatvizError(where, _("a number"), found, _("choose attributes that are numbers on every edge"))
        columns.append(as_floats(attributes[name]))
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))
