"""How many threads torch may take: small work is done by one, since starting and meeting others costs more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

_SMALL = 1 << 20


@contextmanager
def threads_for(values: int) -> Iterator[None]:
    """Run with one thread where about so many values are computed and they are few.

    On a machine that others use too, waiting for a second thread takes milliseconds, a small layer microseconds.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1 if values < _SMALL else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
