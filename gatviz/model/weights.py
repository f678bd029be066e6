"""`Weights`: the parameters of a model as a value, and what becomes of them when features change.

F input features, H heads, C features per head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.numbers import as_floats, finite, first_beyond
from gatviz.words import _, or_list

_BY_INPUT = ("W", "W_target", "W_source", "W_res")
"""The parameters whose last axis is F."""

_WITHOUT_HEADS = ("bias", "W_res", "prelu")
_SHARED = {"W_target": ("W_source",), "W_source": ("W_target",), "b_target": ("b_source",), "b_source": ("b_target",)}

Fill = Literal["zeros", "ones", "identity", "random"]
ParameterArrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Weights:
    """Every parameter of every step, by the names of the formulas.

    Attributes:
        layers: for each attention layer name -> array, as `AttentionLayer.weights` gives them.
        around: for each other step with parameters the same, by the step's name.
        reads_x: which step reads the features: the name of one of `around`, "" for the first attention layer, or,
            where the step has no weights of its own, the place where it stands.
        width: F, where the arrays of that step do not tell it.
    """

    layers: tuple[ParameterArrays, ...]
    around: Mapping[str, ParameterArrays] = field(default_factory=dict)
    reads_x: str = ""
    width: int | None = None

    @property
    def all(self) -> tuple[tuple[str, ParameterArrays], ...]:
        """Every step's arrays, with the name of those that are no attention layers."""
        return (*(("", arrays) for arrays in self.layers), *self.around.items())

    def of(self, step: int | str) -> ParameterArrays:
        """The arrays of an attention layer by its number, or of another step by its name."""
        return self.layers[step] if isinstance(step, int) else self.around[step]

    def replaced(self, step: int | str, arrays: ParameterArrays) -> Weights:
        """The same with other arrays in one step."""
        if isinstance(step, str):
            return replace(self, around={**self.around, step: arrays})
        return replace(self, layers=(*self.layers[:step], arrays, *self.layers[step + 1 :]))

    def __post_init__(self) -> None:
        for _name, arrays in self.all:
            for values in arrays.values():
                values.setflags(write=False)

    @property
    def in_features(self) -> int:
        """F, as the step that reads the features has it."""
        if self.reads_x:
            arrays = self.around.get(self.reads_x, {})
            if "weight" not in arrays:
                if self.width is None:
                    raise _unread(self.reads_x)
                return self.width
            return int(arrays["weight"].shape[-1])
        return next(int(self.layers[0][name].shape[-1]) for name in _BY_INPUT if name in self.layers[0])

    @property
    def edge_features(self) -> int:
        """D, as the layers that read edges have it; 0 where none does."""
        return max((int(arrays["W_edge"].shape[-1]) for arrays in self.layers if "W_edge" in arrays), default=0)

    @property
    def is_double(self) -> bool:
        """Whether the numbers are float64."""
        return any(values.dtype == np.float64 for _name, arrays in self.all for values in arrays.values())

    @cached_property
    def fingerprint(self) -> str:
        """A digest of every number: equal where all are equal."""
        digest = hashlib.sha256()
        for step, arrays in self.all:
            for name in sorted(arrays):
                values = arrays[name]
                digest.update(f"{step} {name} {values.dtype} {values.shape}".encode())
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def with_columns(weights: Weights, columns: Sequence[int | None], names: Sequence[str], seed: int) -> Weights:
    """The weights for other feature columns: kept ones keep their values, new ones are drawn.

    Arguments:
        columns: for each new column its place among the old ones, or None where it is new.
        names: the new columns' names. A new column is drawn from the seed and its name alone, uniformly
            within ±1/√F as a linear layer draws, so that the same edit always gives the same numbers.

    Raises:
        GatvizError: a model whose first step takes its features one by one, so that a column is not just a column.
    """
    if weights.reads_x:
        first = dict(weights.around.get(weights.reads_x, {}))
        if "weight" not in first or first["weight"].ndim != 2:
            raise _unread(weights.reads_x)
        if tuple(columns) == tuple(range(first["weight"].shape[1])):
            return weights
        first["weight"] = _recolumned(first["weight"], columns, [f"W {column}" for column in names], seed)
        return weights.replaced(weights.reads_x, first)
    if tuple(columns) == tuple(range(weights.in_features)):
        return weights
    first = dict(weights.layers[0])
    shared = "W_target" in first and np.array_equal(first["W_target"], first["W_source"])
    for name in _BY_INPUT:
        if name in first:
            role = "W" if shared and name != "W_res" else name
            first[name] = _recolumned(first[name], columns, [f"{role} {column}" for column in names], seed)
    return weights.replaced(0, first)


def with_edge_columns(weights: Weights, columns: Sequence[int | None], names: Sequence[str], seed: int) -> Weights:
    """The weights for other edge features, as `with_columns` for those of nodes; layers that read none stay."""
    for number, arrays in enumerate(weights.layers):
        if "W_edge" in arrays:
            words = [f"W_edge {name}" for name in names]
            changed = {**arrays, "W_edge": _recolumned(arrays["W_edge"], columns, words, seed)}
            weights = weights.replaced(number, changed)
    return weights


def carried(weights: Weights, held: Weights) -> Weights:
    """The first with the numbers of the second, wherever both have a parameter of one shape in one step."""

    def of_step(own: ParameterArrays, other: ParameterArrays) -> ParameterArrays:
        same = {name for name in own if name in other and other[name].shape == own[name].shape}
        return {name: other[name] if name in same else own[name] for name in own}

    layers = [of_step(own, other) for own, other in zip(weights.layers, held.layers, strict=False)]
    around = {name: of_step(own, held.around.get(name, {})) for name, own in weights.around.items()}
    return replace(weights, layers=(*layers, *weights.layers[len(layers) :]), around=around)


def with_values(
    weights: Weights, layer: int | str, name: str, values: Any, *, head: int | None = None, shared: bool = False
) -> Weights:
    """The weights with other numbers in one parameter, or in one head of it; all else stays.

    Arguments:
        layer: an attention layer by its number, or another step by its name.
        shared: whether the layer reads both roles through one W, as GATv2 may: then both get the numbers.
            Numbers that happen to be equal do not tell that.

    Raises:
        GatvizError: a parameter that the layer does not have, another shape, or a number that float32 cannot hold.
    """
    arrays = dict(weights.of(layer))
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
    return weights.replaced(layer, arrays)


def filled(
    weights: Weights,
    layer: int | str,
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
    shape = weights.of(layer)[name].shape[0 if head is None else 1 :]
    if kind == "random":
        bound = 1 / np.sqrt(shape[-1])
        values = np.random.default_rng(seed).uniform(-bound, bound, shape)
    elif kind == "identity":
        values = np.broadcast_to(np.eye(*shape[-2:]) if len(shape) > 1 else np.eye(1, shape[0])[0], shape)
    else:
        values = np.full(shape, float(kind == "ones"))
    return with_values(weights, layer, name, values, head=head, shared=shared)


def has_heads(weights: Weights, layer: int | str, name: str) -> bool:
    """Whether a parameter's first axis is H: in attention layers all but bias, W_res and PReLU's slope."""
    return isinstance(layer, int) and name in weights.layers[layer] and name not in _WITHOUT_HEADS


def _unread(step: str) -> GatvizError:
    expected = _("a first step that maps all features at once")
    return GatvizError(step, expected, _("one that takes them one by one"), _("open a model for these features"))


def _recolumned(values: NDArray[Any], columns: Sequence[int | None], names: Sequence[str], seed: int) -> NDArray[Any]:
    bound = 1 / np.sqrt(max(len(columns), 1))
    result = np.empty((*values.shape[:-1], len(columns)), dtype=values.dtype)
    for k, (old, name) in enumerate(zip(columns, names, strict=True)):
        if old is None:
            words = hashlib.sha256(f"{seed} {name}".encode()).digest()
            drawn = np.random.default_rng(list(words)).uniform(-bound, bound, values.shape[:-1])
            result[..., k] = drawn.astype(values.dtype)
        else:
            result[..., k] = values[..., old]
    return result
