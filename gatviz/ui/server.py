"""The server of the command `gatviz`: Streamlit's own, which loads what the first session needs before there is one."""

from __future__ import annotations

import sys
import time
from threading import Thread

from streamlit.runtime import Runtime
from streamlit.runtime.runtime import RuntimeState
from streamlit.web import cli

from gatviz.top_files import top_file
from gatviz.ui.loading import load_first
from gatviz.ui.process import send_at_once

_LOOK_EVERY = 0.02


def main() -> None:
    """Serve the app; the arguments are Streamlit's."""
    Thread(target=_load, daemon=True).start()
    cli.main(["run", str(top_file("app.py")), *sys.argv[1:]])


def _load() -> None:
    """The browser takes a second to load the page; until it asks for the first picture, all is there."""
    while not Runtime.exists() or Runtime.instance().state is RuntimeState.INITIAL:
        time.sleep(_LOOK_EVERY)
    send_at_once()
    load_first()


if __name__ == "__main__":
    main()
