"""The app as a server of its own, started on files, with the browser opened on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from gatviz.cli.start import Opening
from gatviz.cli.streams import STANDARD, Say, bytes_of
from gatviz.errors import GatvizError, quote
from gatviz.words import _

HERE = "localhost"
_FIRST_PORT, _PORTS_TRIED = 8501, 20
_LOOK_EVERY = 0.05
_LAST_WORDS = 10.0
"""Seconds that a server gets to end."""


def serve(
    graph: str | None, weights: str | None, *, port: int | None, address: str, browser: bool, say: Say, tell: Say
) -> int:
    """Run the app until it is ended; gives the exit status.

    Raises:
        GatvizError: no such file, a port that is taken, or no Streamlit.
    """
    if find_spec("streamlit") is None:
        raise GatvizError(_("the app"), "Streamlit", _("none"), _('install it: pip install "gatviz[app]"'))
    for path in (graph, weights):
        if path is None or path == STANDARD:
            continue
        if not Path(path).is_file():
            found = _("a folder") if Path(path).is_dir() else _("none")
            raise GatvizError(quote(path), _("a file"), found, _("check the path"))
        if not os.access(path, os.R_OK):
            raise GatvizError(quote(path), _("a file that can be read"), _("permission denied"), _("check the path"))
    chosen = _port(port, address)
    with _kept(graph, weights) as opening:
        with deaf_to_ctrl_c():
            server = subprocess.Popen(
                [sys.executable, "-P", "-m", "gatviz.ui.server", *_settings(chosen, address)],
                env={**os.environ, **opening.as_environment()},
                stdout=subprocess.DEVNULL,  # Streamlit's own greeting
            )
        return _until_ended(server, f"http://{_host(address)}:{chosen}", browser=browser, say=say, tell=tell)


def _settings(port: int, address: str) -> list[str]:
    given = {"server.port": str(port), "server.address": address, "server.headless": "true", "logger.level": "warning"}
    return [f"--{name}={value}" for name, value in given.items()]


def _host(address: str) -> str:
    """Under which name this machine reaches what listens at an address."""
    host = HERE if address in ("0.0.0.0", "::") else address
    return f"[{host}]" if ":" in host else host


def _port(asked: int | None, address: str) -> int:
    """The port that was asked for, if it is free; else the first free one of a few, so that it is mostly the same:
    what a browser keeps, it keeps for one port.

    Raises:
        GatvizError: it is not free, or no machine of this name is here.
    """
    tried = [asked] if asked is not None else [*range(_FIRST_PORT, _FIRST_PORT + _PORTS_TRIED), 0]
    why = ""
    for port in tried:
        try:
            with socket.create_server((address, port), family=_family(address)) as found:
                return int(found.getsockname()[1])
        except OSError as error:
            told = error.strerror if error.errno is None or error.errno < 0 else os.strerror(error.errno)
            why = (told or _("an error")).lower()
    where = f"{address}:{asked}" if asked is not None else address
    raise GatvizError(where, _("a free place to listen"), why, _("choose another port or address"))


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@contextmanager
def _kept(graph: str | None, weights: str | None) -> Iterator[Opening]:
    """What the app opens; what came by standard input lies in a file for as long as it runs."""
    if STANDARD not in (graph, weights):
        absolute = [None if path is None else str(Path(path).resolve()) for path in (graph, weights)]
        yield Opening(absolute[0], None, absolute[1])
        return
    content, name = bytes_of(STANDARD)
    assert isinstance(content, bytes)
    with tempfile.TemporaryDirectory(prefix="gatviz-") as folder:
        file = Path(folder) / "given"
        file.write_bytes(content)
        paths = [str(file) if path == STANDARD else path and str(Path(path).resolve()) for path in (graph, weights)]
        yield Opening(paths[0], name if graph == STANDARD else None, paths[1])


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """What is started meanwhile does not hear it: a terminal tells it to both, and this process ends the other."""
    hears = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, hears)


def _until_ended(server: subprocess.Popen[bytes], url: str, *, browser: bool, say: Say, tell: Say) -> int:
    """Wait for the server, until it ends or is ended by Ctrl+C, or this process is asked to end."""
    previous = signal.signal(signal.SIGTERM, _end)
    try:
        if not _answers(server, url):
            return server.wait() or 1
        tell(_("gatviz: {url}").format(url=url))
        say(_("Ctrl+C ends it."))
        if browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        server.terminate()
        try:
            server.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            server.kill()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until the server answers; False if it ended instead."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(_LOOK_EVERY)
        else:
            return True
    return False
