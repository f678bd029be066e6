"""Work in a thread of its own: others are not held up, and it ends by itself when nobody looks at it."""

from __future__ import annotations

import threading
import time

from gatviz import words
from gatviz.attention.layers import use_one_thread

_UNSEEN = 30.0
"""Seconds after which work stops by itself if nobody looks at it: a closed tab, another workspace."""


class Background:
    """Work in a thread of its own. It can be stopped, stops by itself when nobody looks, and goes on where it was.

    Attributes:
        finished: whether all is done. problem: what it came to grief by, if anything.
        done, total: how much of how much of what is being done now.
    """

    def __init__(self) -> None:
        self.finished = False
        self.done, self.total = 0, 0
        self.problem: Exception | None = None
        self._stop = threading.Event()
        self._seen = time.monotonic()
        self._thread: threading.Thread | None = None

    @property
    def stage(self) -> str:
        """What is being done now; with each other one there is more to show."""
        raise NotImplementedError

    @property
    def running(self) -> bool:
        """Whether it works on."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before it was done."""
        return not self.running and not self.finished

    def resume(self) -> None:
        """Go on where it was."""
        if self.running or self.finished:
            return
        self._stop.clear()
        self.problem = None
        self.seen()
        self._thread = threading.Thread(target=words.kept(self._run), daemon=True, name="background")
        self._thread.start()

    def stop(self) -> None:
        """Let it end as soon as it can."""
        self._stop.set()

    def seen(self) -> None:
        """Somebody looks at it."""
        self._seen = time.monotonic()

    def _run(self) -> None:
        use_one_thread()
        try:
            self._work()
        except Exception as error:  # told where the answer would have been
            self.problem = error

    def _work(self) -> None:
        """All that is to be done, until `_wants_to_stop`; `finished` at the end."""
        raise NotImplementedError

    def _told(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def _wants_to_stop(self) -> bool:
        return self._stop.is_set() or time.monotonic() - self._seen > _UNSEEN
