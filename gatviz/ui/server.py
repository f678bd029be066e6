"""The server of the command `gatviz`: Streamlit's own, which loads what the first session needs before there is one."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from threading import Thread

from streamlit.runtime import Runtime
from streamlit.web import cli

from gatviz.top_files import top_file

_LOOK_EVERY = 0.02
_NEEDED = ("torch", "gatviz.ui.page", "scipy.sparse.csgraph", "streamlit.emojis")
"""What takes long to load, up to the first picture."""


def main() -> None:
    """Serve the app; the arguments are Streamlit's."""
    Thread(target=_load, daemon=True).start()
    cli.main(["run", str(top_file("app.py")), *sys.argv[1:]])


def _load() -> None:
    """The browser takes a second to load the page; until it asks for the first picture, all is there."""
    while not Runtime.exists():
        time.sleep(_LOOK_EVERY)
    for name in _NEEDED:
        import_module(name)


if __name__ == "__main__":
    main()
