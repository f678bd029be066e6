"""What the tests in a browser share: one running app, and a Chromium that tells of every error and request outside."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.browser.again import Again
from tests.browser.driver import open_app

ROOT = Path(__file__).parents[2]
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_LIMIT = 90

expect.set_options(timeout=20_000)


Opens = Callable[[str], Page]
"""Opens a report from disk."""


class Server:
    """The app at an address of its own, which can be stopped and started again."""

    def __init__(self, log: IO[str], script: str = "app.py") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self.log, self.script = f"http://127.0.0.1:{self.port}", log, script
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", self.script, "--server.headless", "true"]
        command += ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        command += ["--server.fileWatcherType", "none"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self.log, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"{self.url}/_stcore/health", self.process, self.log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, running for the whole session."""
    with (tmp_path_factory.mktemp("server") / "log.txt").open("w+") as log:
        server = Server(log)
        yield server.url
        server.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An app for one test alone, which may stop it."""
    with (tmp_path / "log.txt").open("w+") as log:
        server = Server(log)
        yield server
        server.stop()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: IO[str]) -> None:
    for _ in range(START_LIMIT * 5):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    log.seek(0)
    pytest.fail(f"the app did not start:\n{log.read()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium named by CHROMIUM, else Debian's, else Playwright's own (fetched if it is not there yet)."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        except Error:
            if path:
                raise
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
            browser = playwright.chromium.launch(args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, app_url: str) -> Iterator[tuple[Page, list[str]]]:
    """A page of a browser that knows nothing of before, and what it logs as an error or asks for outside."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    inside = (app_url, app_url.replace("http", "ws"), "data:", "blob:", "about:")
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(inside) else None)
    try:
        yield page, wrong
    finally:
        context.close()


@pytest.fixture
def page(new_page: Page) -> Page:
    """See `new_page`; a file whose tests get on with `same_page` says so in its place."""
    return new_page


@pytest.fixture
def new_page(browser: Browser, app_url: str) -> Iterator[Page]:
    """The app's first picture. Fails at the end if the page logged an error or asked for anything outside."""
    with watched(browser, app_url) as (page, wrong):
        open_app(page, app_url)
        yield page
    assert wrong == []


@pytest.fixture(scope="session")
def again(browser: Browser, app_url: str) -> Iterator[Again]:
    """See `Again`."""
    again = Again(lambda: watched(browser, app_url), app_url)
    yield again
    again.leave()


@pytest.fixture
def same_page(again: Again) -> Iterator[Page]:
    """As `new_page`, but one that a test before may have used, put back to the first picture: for what one click,
    or an undo, takes back. A page that does not become what it was at first is left, and a new one opened."""
    yield again.as_at_first()
    assert again.wrong == []


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """See `Opens`. Fails at the end if the page logged an error or asked for anything but itself."""
    path = tmp_path / "report.html"
    context = browser.new_context(viewport={"width": 1440, "height": 1100}, offline=True)
    page = context.new_page()
    wrong: list[str] = []
    own = (path.as_uri(), "data:")
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(own) else None)

    def opened(text: str) -> Page:
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_selector(".gatviz-stage .node")
        page.wait_for_selector(".gatviz-stage .why-table")
        return page

    yield opened
    context.close()
    assert wrong == []
