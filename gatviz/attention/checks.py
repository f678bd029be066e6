"""Checks of what a layer is given: sizes, flags, weights."""

from __future__ import annotations

import operator
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from gatviz.errors import GatvizError, quote
from gatviz.numbers import LARGEST, as_floats, first_beyond
from gatviz.words import _, one_of


def whole(name: str, size: int, smallest: int = 1) -> int:
    """The size as an int; raise GatvizError unless it is a whole number from `smallest`."""
    try:
        found = operator.index(size)
    except TypeError:
        found = smallest - 1
    if found < smallest:
        raise GatvizError(
            name, _("a whole number from {n}").format(n=smallest), quote(size), _("give the layer so many")
        )
    return found


def check_flag(name: str, value: object) -> None:
    """Raise GatvizError unless this is True or False; a word would count as True, whatever it says."""
    if not isinstance(value, bool | np.bool_):
        raise GatvizError(name, _("True or False"), quote(value), _("give one of the two"))


def checked_weight(name: str, values: ArrayLike, own: Mapping[str, Tensor]) -> Tensor:
    """Numbers for one of these parameters, in its shape and precision, or a GatvizError."""
    if name not in own:
        raise GatvizError(_("weights"), one_of(own), quote(name), _("use one of these names"))
    expected = _("finite numbers of shape {shape}").format(shape=list(own[name].shape))
    try:
        array = as_floats(values)
    except (TypeError, ValueError) as error:
        raise GatvizError(
            _("weights, {name}").format(name=name), expected, quote(str(error)), _("give one number for each entry")
        ) from error
    if array.shape != tuple(own[name].shape):
        found = _("shape {shape}").format(shape=list(array.shape))
        raise GatvizError(_("weights, {name}").format(name=name), expected, found, _("give one number for each entry"))
    dtype = own[name].dtype
    beyond = first_beyond(array, LARGEST if dtype == torch.float32 else torch.finfo(dtype).max)
    if beyond is not None:
        where, found = (
            _("weights, {name}, entry {place}").format(name=name, place=list(beyond)),
            quote(float(array[beyond])),
        )
        raise GatvizError(where, _("a finite number"), found, _("give a number that the layer can hold"))
    return torch.tensor(array, dtype=dtype)
