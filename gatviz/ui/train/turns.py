"""Who may use the processor next: sessions that train take turns, each for a moment, in the order in which they ask."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """So many at once; who waits is served in order, so that nobody who trains keeps another from it."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One's own turn, waited for."""
        mine: threading.Event | None = None
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
            else:
                mine = threading.Event()
                self._waiting.append(mine)
        if mine is not None:
            mine.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._free += 1


TURNS = Turns(max(1, (os.cpu_count() or 2) - 1))
"""One processor is left to the answers that the screen waits for, where there are several."""
