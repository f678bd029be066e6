"""`Weights`: the parameters of a stack of layers as a value, and what becomes of them when features change.

F input features, H heads, C features per head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BY_INPUT = ("W", "W_target", "W_source", "W_res")
"""The parameters whose last axis is F."""

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
