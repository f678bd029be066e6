"""How quick the stage is in a real browser: hover, head switch, a change in the sidebar, a drag, and the bytes.

The drag is also told as a ratio to the least that Streamlit can do: an app with one component that sends a number
and is handed the same number back. Both are measured in turn, in the same browser.

    .venv/bin/python -m benchmarks.stage [--repeats 60]

Hover and head switch are timed inside the page, from the event to the finished layout; the sidebar change from
the key press to the new numbers on the screen, so it holds the whole way through Python and back. Bytes are those
of all WebSocket frames that reach the browser from the press to two quiet seconds later.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
# Playwright's selectors see through shadow roots; scripts in the page have to look for themselves.
FIND = """
const find = (node, selector) => {
    for (const child of node.querySelectorAll('*')) {
        if (child.matches(selector)) return child;
        const found = child.shadowRoot && find(child.shadowRoot, selector);
        if (found) return found;
    }
    return null;
};
"""
TIMED = (
    "async repeats => {"
    + FIND
    + """
    const stage = find(document, '.gatviz-stage');
    const times = [];
    for (let k = 0; k < repeats; k++) {
        await new Promise(requestAnimationFrame);
        const elements = stage.querySelectorAll('SELECTOR');
        const element = elements[(k * 7) % elements.length];
        const start = performance.now();
        element.dispatchEvent(new PointerEvent('EVENT', {bubbles: true, composed: true}));
        stage.getBoundingClientRect();
        times.push(performance.now() - start);
    }
    return times;
}"""
)
HOVER = TIMED.replace("SELECTOR", ".edge .hit").replace("EVENT", "pointermove")
SWITCH = TIMED.replace("SELECTOR", ".swatch.head").replace("EVENT", "click")
DRAG = (
    "async repeats => {"
    + FIND
    + """
    const slider = find(document, '.node-feature .number-slider'), body = find(document, '.why-body');
    const [low, high] = [Number(slider.min), Number(slider.max)], times = [];
    slider.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}));
    for (let k = 0; k < repeats; k++) {
        const told = new Promise((done) => {
            const watch = new MutationObserver(() => {
                watch.disconnect();
                body.getBoundingClientRect();
                done(performance.now());
            });
            watch.observe(body, {childList: true});
        });
        slider.value = String(low + (high - low) * ((k * 37) % 100) / 100);
        const start = performance.now();
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        times.push(await told - start);
        await new Promise((done) => setTimeout(done, 100));
    }
    return times;
}"""
)
WATCH = (
    "() => {"
    + FIND
    + """
    const body = find(document, '.why-body');
    let pressed = null;
    window.changes = [];
    document.addEventListener('keydown', (event) => { if (event.key === 'Enter') pressed = performance.now(); }, true);
    new MutationObserver(() => {
        if (pressed === null) return;
        body.getBoundingClientRect();
        window.changes.push(performance.now() - pressed);
        pressed = null;
    }).observe(body, {childList: true});
}"""
)

TRIVIAL_APP = """
import streamlit as st

def take():
    st.session_state.number = st.session_state.echo["sent"]

st.components.v2.component("echo", js='''
    export default ({ data, setStateValue }) => {
        window.send = (number) => setStateValue("sent", number);
        window.came?.(data.number);
    };
''')(key="echo", data={"number": st.session_state.get("number", 0)}, default={"sent": 0}, on_sent_change=take)
"""
ECHO = """
async repeats => {
    const times = [];
    for (let k = 1; k <= repeats; k++) {
        const number = performance.now();
        await new Promise((done) => {
            window.came = (came) => { if (came === number) done(); };
            window.send(number);
        });
        times.push(performance.now() - number);
        await new Promise((done) => setTimeout(done, 100));
    }
    return times;
}"""


def start_app(app: Path = ROOT / "app.py") -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
            return server, url
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the app did not start")


def large_graph(nodes: int = 200, edges: int = 700) -> bytes:
    draw = random.Random(3)
    pairs = {(draw.randrange(nodes), draw.randrange(nodes)) for _ in range(edges)}
    return json.dumps(
        {
            "nodes": [{"id": str(n), "features": [draw.gauss(0, 1) for _ in range(8)]} for n in range(nodes)],
            "edges": [[str(a), str(b)] for a, b in sorted(pairs)],
        }
    ).encode()


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def sidebar_changes(page: Page, repeats: int) -> list[float]:
    """Milliseconds from Enter in the seed's field to the laid-out new numbers, seen from inside the page."""
    page.evaluate(WATCH)
    for count in range(1, repeats + 1):
        field = page.get_by_role("spinbutton", name="Seed", exact=True)
        field.fill(str(1000 + count))
        field.press("Enter")
        page.wait_for_function("count => window.changes.length === count", arg=count, timeout=20_000)
        page.wait_for_timeout(150)
    times: list[float] = page.evaluate("window.changes")
    return times


class Traffic:
    """Counts the bytes that reach a page through its WebSockets; made before the page opens."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", lambda socket: socket.on("framereceived", self.take))

    def take(self, payload: str | bytes) -> None:
        self.bytes += len(payload if isinstance(payload, bytes) else payload.encode())


def bytes_of_changes(page: Page, traffic: Traffic, repeats: int) -> list[float]:
    """kB that one new seed takes, several times over."""
    sizes = []
    for count in range(1, repeats + 1):
        before = traffic.bytes
        set_number(page, "Seed", 2000 + count)
        page.wait_for_timeout(2000)
        sizes.append((traffic.bytes - before) / 1000)
    return sizes


def drag_and_trivial(browser: Browser, page: Page, repeats: int) -> None:
    """Rows for a drag of a feature, for the round trip of a trivial app, and for their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "trivial.py"
        app.write_text(TRIVIAL_APP, encoding="utf-8")
        server, url = start_app(app)
        try:
            trivial = browser.new_page()
            trivial.goto(url)
            trivial.wait_for_function("() => Boolean(window.send)", timeout=60_000)
            trivial.wait_for_timeout(1000)
            drags: list[float] = []
            echoes: list[float] = []
            for _ in range(4):
                page.bring_to_front()
                drags += page.evaluate(DRAG, repeats // 4)
                trivial.bring_to_front()
                echoes += trivial.evaluate(ECHO, repeats // 4)
            trivial.close()
            page.bring_to_front()
        finally:
            server.terminate()
    row("drag of a feature to new numbers, N = 4", drags, "p50 ≤ 150, p95 ≤ 300")
    row("the same in a trivial app", echoes, "–")
    ratios = [quantile(drags, share) / quantile(echoes, share) for share in (0.5, 0.95)]
    print(f"| drag / trivial | {ratios[0]:.2f} | {ratios[1]:.2f} | – |", flush=True)


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def row(what: str, times: list[float], goal: str) -> None:
    print(f"| {what} | {statistics.median(times):.1f} | {quantile(times, 0.95):.1f} | {goal} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--bytes-only", action="store_true", help="no timings")
    options = parser.parse_args()
    repeats = options.repeats
    server, url = start_app()
    try:
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            traffic = Traffic(page)
            page.goto(url)
            page.wait_for_selector(".gatviz-stage .why-table", timeout=60_000)
            page.wait_for_timeout(2000)
            print("| what | p50 ms or kB | p95 ms or kB | goal |\n|---|---|---|---|")
            row("kB of a change, N = 4, H = 4", bytes_of_changes(page, traffic, 3), "≤ 60")
            if not options.bytes_only:
                page.locator(".node[data-node='0']").dblclick()
                page.wait_for_timeout(500)
                drag_and_trivial(browser, page, repeats)
                page.keyboard.press("Escape")
            page.get_by_test_id("stSelectbox").first.click()
            page.get_by_role("option", name="Karate club", exact=True).click()
            page.wait_for_timeout(2500)
            row("kB of a change, N = 34, H = 4", bytes_of_changes(page, traffic, 3), "≤ 100")
            if options.bytes_only:
                return
            set_number(page, "Heads", 8)
            set_number(page, "Features per head", 8)
            page.wait_for_timeout(2500)
            row("hover to highlight, N = 34", page.evaluate(HOVER, repeats), "≤ 16")
            row("head switch, N = 34, H = 8", page.evaluate(SWITCH, repeats), "≤ 50")
            row("sidebar change to new numbers, N = 34, H = 8", sidebar_changes(page, repeats), "p50 ≤ 150, p95 ≤ 300")
            page.locator(".st-key-open_graph").get_by_role("button").click()
            dialog = page.get_by_role("dialog")
            dialog.locator("input[type=file]").set_input_files(
                {"name": "large.json", "mimeType": "application/json", "buffer": large_graph()}
            )
            dialog.locator("button:enabled", has_text="Show this graph").click(timeout=60_000)
            page.wait_for_timeout(5000)
            row("hover to highlight, N = 200", page.evaluate(HOVER, repeats), "≤ 33")
            row("head switch, N = 200, H = 8", page.evaluate(SWITCH, repeats), "≤ 50")
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
