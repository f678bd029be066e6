"""`Weights`: the parameters of a stack of layers as a value, and what becomes of them when features change.

F input features, H heads, C features per head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.numbers import as_floats, finite, first_beyond
from gatviz.words import _, or_list

_BY_INPUT = ("W", "W_target", "W_source", "W_res")
"""The parameters whose last axis is F."""

_WITHOUT_HEADS = ("bias", "W_res")
_SHARED = {"W_target": ("W_source",), "W_source": ("W_target",), "b_target": ("b_source",), "b_source": ("b_target",)}

Fill = Literal["zeros", "ones", "identity", "random"]
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Weights:
    """Every parameter of every layer, by the names of the formulas.

    Attributes:
        layers: for each layer name -> array, as `AttentionLayer.weights` gives them.
    """

    layers: tuple[Arrays, ...]

    def __post_init__(self) -> None:
        for arrays in self.layers:
            for values in arrays.values():
                values.setflags(write=False)

    @property
    def in_features(self) -> int:
        """F of the first layer."""
        return next(int(self.layers[0][name].shape[-1]) for name in _BY_INPUT if name in self.layers[0])

    @property
    def is_double(self) -> bool:
        """Whether the numbers are float64."""
        return any(values.dtype == np.float64 for arrays in self.layers for values in arrays.values())

    @cached_property
    def fingerprint(self) -> str:
        """A digest of every number: equal where all are equal."""
        digest = hashlib.sha256()
        for arrays in self.layers:
            for name in sorted(arrays):
                values = arrays[name]
                digest.update(f"{name} {values.dtype} {values.shape}".encode())
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def with_columns(weights: Weights, columns: Sequence[int | None], names: Sequence[str], seed: int) -> Weights:
    """The weights for other feature columns: kept ones keep their values, new ones are drawn.

    Arguments:
        columns: for each new column its place among the old ones, or None where it is new.
        names: the new columns' names. A new column is drawn from the seed and its name alone, uniformly
            within ±1/√F as a linear layer draws, so that the same edit always gives the same numbers.
    """
    if tuple(columns) == tuple(range(weights.in_features)):
        return weights
    first = dict(weights.layers[0])
    shared = "W_target" in first and np.array_equal(first["W_target"], first["W_source"])
    for name in _BY_INPUT:
        if name in first:
            role = "W" if shared and name != "W_res" else name
            first[name] = _recolumned(first[name], columns, [f"{role} {column}" for column in names], seed)
    return Weights((first, *weights.layers[1:]))


def with_values(
    weights: Weights, layer: int, name: str, values: Any, *, head: int | None = None, shared: bool = False
) -> Weights:
    """The weights with other numbers in one parameter, or in one head of it; all else stays.

    Arguments:
        shared: whether the layer reads both roles through one W, as GATv2 may: then both get the numbers.
            Numbers that happen to be equal do not tell that.

    Raises:
        GatvizError: a parameter that the layer does not have, another shape, or a number that float32 cannot hold.
    """
    arrays = dict(weights.layers[layer])
    if name not in arrays:
        raise GatvizError(_("weights"), or_list(map(quote, arrays)), quote(name), _("choose one of these"))
    changed = np.array(arrays[name])
    place = changed if head is None else changed[head]
    where = name if head is None else _("{name} of head {head}").format(name=name, head=head)
    try:
        given = as_floats(values)
    except (TypeError, ValueError) as error:
        raise GatvizError(where, _("numbers"), quote(str(error)), _("type numbers only")) from error
    if given.shape != place.shape:
        raise GatvizError(
            where,
            _("shape {shape}").format(shape=list(place.shape)),
            str(list(given.shape)),
            _("give one number for each cell"),
        )
    beyond = first_beyond(given)
    if beyond is not None:
        entry = f"{where}, entry {list(beyond)}"
        raise GatvizError(entry, finite(), quote(float(given[beyond])), _("type a number such as 0.5"))
    place[...] = given
    for key in (name, *(_SHARED.get(name, ()) if shared else ())):
        arrays[key] = changed.copy()
    return Weights((*weights.layers[:layer], arrays, *weights.layers[layer + 1 :]))


def filled(
    weights: Weights,
    layer: int,
    name: str,
    kind: Fill,
    *,
    head: int | None = None,
    seed: int = 0,
    shared: bool = False,
) -> Weights:
    """The weights with one parameter, or one head of it, all zero, all one, the identity, or drawn from a seed.

    Drawn numbers are uniform within ±1/√(last axis). The identity has ones on its diagonal, whatever its shape.
    `shared` as in `with_values`.
    """
    shape = weights.layers[layer][name].shape[0 if head is None else 1 :]
    if kind == "random":
        bound = 1 / np.sqrt(shape[-1])
        values = np.random.default_rng(seed).uniform(-bound, bound, shape)
    elif kind == "identity":
        values = np.broadcast_to(np.eye(*shape[-2:]) if len(shape) > 1 else np.eye(1, shape[0])[0], shape)
    else:
        values = np.full(shape, float(kind == "ones"))
    return with_values(weights, layer, name, values, head=head, shared=shared)


def has_heads(weights: Weights, layer: int, name: str) -> bool:
    """Whether a parameter's first axis is H: all but the bias and the residual's projection."""
    return name in weights.layers[layer] and name not in _WITHOUT_HEADS


def _recolumned(values: NDArray[Any], columns: Sequence[int | None], names: Sequence[str], seed: int) -> NDArray[Any]:
    bound = 1 / np.sqrt(len(columns))
    result = np.empty((*values.shape[:-1], len(columns)), dtype=values.dtype)
    for k, (old, name) in enumerate(zip(columns, names, strict=True)):
        if old is None:
            words = hashlib.sha256(f"{seed} {name}".encode()).digest()
            drawn = np.random.default_rng(list(words)).uniform(-bound, bound, values.shape[:-1])
            result[..., k] = drawn.astype(values.dtype)
        else:
            result[..., k] = values[..., old]
    return result
