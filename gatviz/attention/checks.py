"""Checks of what a layer is given: sizes, flags, weights."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gatviz.errors import GatvizError, quote
from gatviz.numbers import LARGEST, as_floats, first_beyond


def whole(name: str, size: int, smallest: int = 1) -> int:
    """The size as an int; raise GatvizError unless it is a whole number from `smallest`."""
    try:
        found = operator.index(size)
    except TypeError:
        found = smallest - 1
    if found < smallest:
        raise GatvizError(name, f"a whole number from {smallest}", quote(size), "give the layer at least one")
    return found


def check_flag(name: str, value: object) -> None:
    """Raise GatvizError unless this is True or False; a word would count as True, whatever it says."""
    if not isinstance(value, bool | np.bool_):
        raise GatvizError(name, "True or False", quote(value), "give one of the two")


def checked_weight(name: str, values: NDArray[Any], own: Mapping[str, Tensor]) -> Tensor:
    """These values as the parameter of this name holds them; raise GatvizError where they do not fit it."""
    if name not in own:
        raise GatvizError("weights", f"one of {', '.join(own)}", quote(name), "use one of these names")
    expected = f"finite numbers of shape {list(own[name].shape)}"
    try:
        array = as_floats(values)
    except (TypeError, ValueError) as error:
        raise GatvizError(f"weights, {name}", expected, quote(str(error)), "give one number for each entry") from error
    if array.shape != tuple(own[name].shape):
        found = f"shape {list(array.shape)}"
        raise GatvizError(f"weights, {name}", expected, found, "give one number for each entry")
    dtype = own[name].dtype
    beyond = first_beyond(array, LARGEST if dtype == torch.float32 else torch.finfo(dtype).max)
    if beyond is not None:
        where, found = f"weights, {name}, entry {list(beyond)}", quote(float(array[beyond]))
        raise GatvizError(where, "a finite number", found, "give a number that the layer can hold")
    return torch.tensor(array, dtype=dtype)
