"""What was worked out of a trace, kept exactly as long as the trace itself: nothing here can be out of date."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from gatviz import words
from gatviz.attention.layer_trace import LayerTrace
from gatviz.ui.session import session

T = TypeVar("T")

_MAX_KEPT = 48
_lock = threading.Lock()
_kept: WeakKeyDictionary[LayerTrace, OrderedDict[Hashable, Any]] = WeakKeyDictionary()


def drawn_at(now: session.Session) -> Hashable:
    """What a drawing of the graph on show depends on, beside the trace."""
    return now.graph.fingerprint, now.positions.tobytes()


def cached(trace: LayerTrace, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made once for this trace and key (what else it depends on: names, theme, thresholds).

    Each language has its own, since there are words in it.
    What is made must not hold the trace, else neither would ever be let go.
    """
    key = (words.language(), key)
    with _lock:
        found = _kept.setdefault(trace, OrderedDict())
        if key in found:
            found.move_to_end(key)
            result: T = found[key]
            return result
    made = make()
    with _lock:
        found[key] = made
        while len(found) > _MAX_KEPT:
            found.popitem(last=False)
    return made
