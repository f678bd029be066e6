"""`Worker`: the thread that trains ahead of a session's playhead. It ends with its work, or with the page.

Sessions that train take turns at the processor, each for a moment, in the order in which they ask.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit.runtime import exists, get_instance

from gatviz.attention.layers import use_one_thread

_SLICE = 0.03
"""So many seconds at a turn: a person who presses Stop, and another who trains, wait no longer than a breath."""
_ASKED_EVERY = 0.5


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


def is_there(session_id: str) -> bool:
    """Whether somebody still has this session's page open."""
    return not exists() or bool(get_instance().is_active_session(session_id))


class Worker:
    """Runs `work` until it returns False, in a thread of its own; one at a time.

    Arguments:
        work: does a little, a few milliseconds of it, and says whether there is more.
        session_id: of the page that it works for; when that is closed, it ends.
    """

    def __init__(self, work: Callable[[], bool], session_id: str) -> None:
        self.work, self.session_id = work, session_id
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._wanted = threading.Event()

    @property
    def is_busy(self) -> bool:
        """Whether the thread is at work."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Go on, unless it does already."""
        with self._lock:
            self._wanted.set()
            if not self.is_busy:
                self._thread = threading.Thread(target=self._run, name="gatviz-training", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End soon: after the epoch that is being trained."""
        self._wanted.clear()

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; whether it has."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.is_busy

    def _run(self) -> None:
        use_one_thread()
        asked = 0.0
        while self._wanted.is_set():
            if time.monotonic() - asked > _ASKED_EVERY:
                if not is_there(self.session_id):
                    return
                asked = time.monotonic()
            with TURNS.turn():
                end = time.monotonic() + _SLICE
                more = True
                while more and self._wanted.is_set() and time.monotonic() < end:
                    more = self.work()
            if not more:
                return
            time.sleep(0.001)  # the lock of the interpreter goes to whoever waits for it
