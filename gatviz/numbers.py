"""What numbers the models can hold: they compute in float32, unless their weights are float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.words import _

LARGEST = float(np.nextafter(2.0**128 - 2.0**103, 0))
"""The largest number that float32 does not round to infinity, about 3.4e38; the screen shows float32 too."""
EXACT = 2**24
"""Up to here float32 holds every whole number."""


def finite() -> str:
    """What is expected of a number, in words."""
    return _("a finite number, at most {largest:.2g} in size (float32)").format(largest=LARGEST)


def as_float(value: Any) -> float:
    """A number as a float; a whole number that no float can hold becomes infinite, to be refused as such."""
    try:
        return float(value)
    except OverflowError:
        return float(np.inf if value > 0 else -np.inf)


def is_whole(value: object) -> bool:
    """Whether it is a whole number, Python's or numpy's; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def in_numpy(values: Any) -> Any:
    """A tensor as an array, wherever it is, with a gradient or without; anything else as it is.

    Raises:
        TypeError: a sparse tensor.
    """
    if not hasattr(values, "detach"):
        return values
    if values.is_floating_point() and values.element_size() < np.dtype(np.float32).itemsize:
        values = values.float()  # numpy has no bfloat16, of which float32 holds every number
    return values.numpy(force=True)


def as_floats(values: Any) -> NDArray[np.float64]:
    """Numbers as float64, of any shape; whole numbers that no float can hold become infinite, as in `as_float`.

    Raises:
        TypeError, ValueError: what is not numbers, or rows of different lengths.
    """
    for to_dense in ("to_dense", "toarray"):  # torch's sparse tensors, scipy's matrices
        if hasattr(values, to_dense):
            values = getattr(values, to_dense)()
    given = in_numpy(values)
    if getattr(given, "dtype", np.dtype(float)).kind == "c":
        raise TypeError(_("complex numbers"))
    try:
        return np.asarray(given, dtype=np.float64)
    except RuntimeError as error:  # torch's, of a list of tensors
        raise TypeError(str(error)) from error
    except OverflowError:
        found = np.array(values, dtype=object)
        return np.array([as_float(value) for value in found.ravel()], dtype=np.float64).reshape(found.shape)


def first_beyond(values: NDArray[Any], largest: float = LARGEST) -> tuple[int, ...] | None:
    """The place of the first value that is not finite or larger in size than `largest`; None where all are held."""
    if not values.size or values.dtype.kind not in "fiu":
        return None
    if -largest <= values.min() and values.max() <= largest:  # not so where one is NaN
        return None
    held = (values >= -largest) & (values <= largest)
    return tuple(int(place) for place in np.argwhere(~held)[0])


def check_finite(where: str, value: Any, mend: str) -> float:
    """The value as a float.

    Raises:
        GatvizError: it is no number, or one that float32 cannot hold.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise GatvizError(where, _("a number"), quote(value), mend)
    if not -LARGEST <= (number := as_float(value)) <= LARGEST:
        raise GatvizError(where, finite(), quote(value), mend)
    return number


def small_figure(figure: float) -> str:
    """A difference as it is read, "7.5e−8": a real minus, at which no line is broken; "0" if there is none."""
    if figure == 0 or not math.isfinite(figure):
        return f"{figure + 0.0:g}".replace("-", "−")
    digits, power = f"{figure:.1e}".split("e")
    return f"{digits}e{int(power)}".replace("-", "−")


def three_digits(value: float) -> str:
    """A number as the screen writes it, "0.200", "1.96e−5": three digits, a real minus; 0 is "0"."""
    if value == 0 or not math.isfinite(value):
        return f"{value + 0.0:g}".replace("-", "−")
    digits, power = f"{value:.2e}".split("e")  # rounded first: 999.6 is 1.00e3
    plain = -3 <= int(power) < 3
    text = f"{float(f'{digits}e{power}'):.{2 - int(power)}f}" if plain else f"{digits}e{int(power)}"
    return text.replace("-", "−")
