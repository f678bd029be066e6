"""The server of the command `gatviz`: Streamlit's own, which loads what the first session needs before there is one."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from threading import Thread

from streamlit.runtime import Runtime
from streamlit.runtime.runtime import RuntimeState
from streamlit.web import cli

from gatviz.top_files import top_file
from gatviz.ui.process import send_at_once

_LOOK_EVERY = 0.02
_NEEDED = ("gatviz.ui.start", "torch", "gatviz.ui.page", "scipy.sparse.csgraph", "streamlit.emojis")
"""What takes long to load, up to the first picture."""
_LATER = (
    "gatviz.ui.compare.compare",
    "gatviz.ui.explain.explain",
    "gatviz.ui.train.train",
    "gatviz.charts.network_html",
)
"""What the other workspaces need."""
_FIRST_PICTURE = 4.0
"""Seconds that a page has for its first picture before anything else is loaded."""


def main() -> None:
    """Serve the app; the arguments are Streamlit's."""
    Thread(target=_load, daemon=True).start()
    cli.main(["run", str(top_file("app.py")), *sys.argv[1:]])


def _load() -> None:
    """The browser takes a second to load the page; until it asks for the first picture, all is there."""
    while not Runtime.exists() or Runtime.instance().state is RuntimeState.INITIAL:
        time.sleep(_LOOK_EVERY)
    send_at_once()
    for name in _NEEDED:
        import_module(name)
    while Runtime.instance().state is not RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED:
        time.sleep(1)
    time.sleep(_FIRST_PICTURE)
    for name in _LATER:
        import_module(name)


if __name__ == "__main__":
    main()
