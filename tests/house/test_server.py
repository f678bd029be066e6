"""The server keeps to itself: it listens on this machine alone, and asks nobody outside, whoever knocks."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import requests
from streamlit import config
from streamlit.testing.v1 import AppTest
from streamlit.web.server import server_util

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
NO_LINKS = "false"


def test_the_settings_that_keep_it_to_itself() -> None:
    assert CONFIG["server"]["address"] in ("localhost", "127.0.0.1")
    assert CONFIG["client"]["showErrorLinks"] == NO_LINKS
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert "enableCORS" not in CONFIG["server"], "a page from elsewhere must stay refused"
    assert "enableXsrfProtection" not in CONFIG["server"]


def test_a_session_is_changed_by_one_run_at_a_time() -> None:
    assert CONFIG["runner"]["fastReruns"] is False


def test_streamlit_knows_each_of_them() -> None:
    """A name that Streamlit does not know would be passed over in silence."""
    options = config.get_config_options()
    for section, values in CONFIG.items():
        for name, value in values.items():
            if not isinstance(value, dict):
                assert f"{section}.{name}" in options


@pytest.mark.parametrize("origin", ["http://evil.invalid", "https://evil.invalid:8501", "null"])
def test_a_refused_origin_makes_nobody_look_for_our_address(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    asked: list[str] = []
    monkeypatch.setattr(requests.Session, "request", lambda *given, **more: asked.append(str(given) + str(more)))
    assert not server_util.is_url_from_allowed_origins(origin)
    assert asked == []


def test_it_listens_on_this_machine_alone() -> None:
    """127.0.0.2 stands for any other address of this machine: only who listens on all of them answers there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 60
        while not answers("127.0.0.1", port):
            assert server.poll() is None
            assert time.monotonic() < end, "the app did not start"
            time.sleep(0.2)
        assert not answers("127.0.0.2", port)
    finally:
        server.terminate()
        server.wait(20)


def answers(address: str, port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((address, port)) == 0
