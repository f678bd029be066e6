"""How values stand in a program that is taken away: arrays, names, and the line that says what the program is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.model.trace import Trace
from gatviz.words import _

MAX_NUMBERS = 200_000
"""About 2 MB of text: what is longer is no program to read."""

_WIDTH = 110


def head_line(packages: str, trace: Trace) -> str:
    """What the program does and needs, its imports, and the precision of the run."""
    dtype = trace.layers[0].alpha.dtype
    said = _("Rebuilds the graph and the model that gatviz ran, and prints the attention of every arrow, head by head.")
    needs = _("Needs: pip install {packages}").format(packages=packages)
    lines = [f'"""{said}', "", needs, '"""', "", "import torch", "import torch.nn.functional as F"]
    return "\n".join([*lines, *(["", f"torch.set_default_dtype(torch.{dtype})"] if dtype != np.float32 else [])])


def strings(name: str, values: Sequence[str]) -> Iterator[str]:
    """A list of strings; whatever they hold, they stay strings."""
    yield from _wrapped(f"{name} = [", [ascii(value) for value in values], "]")


def array(name: str, values: NDArray[Any]) -> Iterator[str]:
    """A tensor with these numbers, row by row."""
    whole = values.dtype.kind in "iu"
    kind = ", dtype=torch.long" if whole else ""
    shape = tuple(values.shape)
    text = [str(value) for value in values.ravel()] if not whole else list(map(str, values.ravel().tolist()))
    if len(shape) == 1:
        yield from _wrapped(f"{name} = torch.tensor([", text, f"]{kind})")
        return
    row = shape[-1]
    if not values.size:
        yield f"{name} = torch.zeros({shape}{kind})"
        return
    yield f"{name} = torch.tensor(["
    for start in range(0, len(text), row):
        yield from _wrapped("    [", text[start : start + row], "],")
    yield f"]{kind})" if len(shape) == 2 else f"]{kind}).reshape({', '.join(map(str, shape))})"


def _wrapped(before: str, values: Sequence[str], after: str) -> Iterator[str]:
    """Values in lines that can be read."""
    line = before
    for place, value in enumerate(values):
        part = value + (", " if place + 1 < len(values) else "")
        if len(line) + len(part) > _WIDTH and place:
            yield line.rstrip()
            line = " " * 8
        line += part
    yield line + after
