"""What takes seconds to load: what the first picture needs, and, once that is there, what a person may ask for next."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from threading import Lock, Thread

from streamlit.runtime import Runtime

_FIRST = ("torch", "gatviz.ui.page", "streamlit.emojis")
_LATER = (
    "pandas",
    "scipy.sparse.csgraph",
    "gatviz.ui.graph_files.open_dialog",
    "gatviz.ui.weights.open_dialog",
    "gatviz.ui.weights.table",
    "gatviz.ui.explore.feature_table",
    "gatviz.ui.take_away",
    "gatviz.ui.compare.compare",
    "gatviz.ui.explain.explain",
    "gatviz.ui.train.train",
    "gatviz.charts.network_html",
)
_FIRST_PICTURE = 4.0
"""Seconds that a page has for its first picture before anything else is loaded."""
_one_at_a_time = Lock()


def load_first() -> None:
    """Load what the first picture needs; who comes meanwhile waits."""
    if not is_loaded():  # else nobody waits, also not for what is loaded later
        _load(_FIRST)


def is_loaded() -> bool:
    """Whether the first picture needs to wait for nothing."""
    page = sys.modules.get("gatviz.ui.page")
    return page is not None and not getattr(page.__spec__, "_initializing", False)


@cache
def load_later() -> None:
    """Load the rest once the first picture is there, in a server's process."""
    if Runtime.exists() and type(Runtime.instance()) is Runtime:
        Thread(target=_load_later, daemon=True).start()


def _load_later() -> None:
    time.sleep(_FIRST_PICTURE)
    _load(_LATER)


def _load(names: Sequence[str]) -> None:
    """Import modules, and leave them to no garbage collection, neither now nor later.

    Streamlit forces one after every run. Walking through the 300,000 objects of torch takes 120 ms, through those of
    pandas and the charts 40, during which nothing reaches the browser; while they are loaded, Python would walk ten
    times through what is there already. What little of them is garbage stays.
    """
    with _one_at_a_time:
        gc.disable()
        try:
            for name in names:
                import_module(name)
        finally:
            gc.freeze()
            gc.enable()
