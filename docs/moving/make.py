"""Makes the README's moving picture of the app itself: `python docs/moving/make.py`.

A pointer finds an arrow and follows its α back through e to the features that it comes of.
Needs what the browser's tests need: playwright, a Chromium, and Pillow.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, ViewportSize, sync_playwright

HERE = Path(__file__).parent
SIZE: ViewportSize = {"width": 1440, "height": 900}
SIDEBAR = 236
DRAWN_WIDTH = 1000
COLOURS = 128
SHORT, LONG = 700, 2200
"""Milliseconds that a picture stands."""


def main(out: Path = HERE.parent / "follow_alpha.png") -> None:
    """The picture, as an APNG."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gatviz", "--no-browser", "--quiet", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=HERE.parents[1])
    try:
        _wait(f"http://localhost:{port}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
            )
            frames = _film(browser.new_page(viewport=SIZE), f"http://localhost:{port}")
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    pictures = _small([picture for picture, _ms in frames])
    pictures[0].save(
        out, save_all=True, append_images=pictures[1:], duration=[ms for _picture, ms in frames], loop=0, optimize=True
    )
    print(f"{out}: {len(frames)} pictures, {out.stat().st_size / 1e6:.2f} MB")


def _film(page: Page, url: str) -> list[tuple[Image.Image, int]]:
    """What a person does, and what they see."""
    page.goto(url)
    page.wait_for_selector(".gatviz-stage .why-table", timeout=60_000)
    page.wait_for_timeout(1500)
    frames: list[tuple[Image.Image, int]] = []

    def see(at: Locator | None, ms: int, *, click: bool = False) -> None:
        box = None if at is None else at.bounding_box()
        if at is not None and box is not None:
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
            if click:
                page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(600)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        if box is not None:
            _pointer(picture, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        frames.append((picture, ms))

    arrow = page.locator(".edge[data-target='3'][data-source='2'] .hit")
    see(None, SHORT)
    see(arrow, SHORT)
    see(arrow, LONG, click=True)
    for row in page.locator(".why-table tbody tr").all()[:3]:
        see(row.locator(".number").first, SHORT)
    back = page.locator(".why [data-key='further']")
    see(back, SHORT)
    back.click()
    page.locator(".why").evaluate("element => element.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(600)
    see(None, 2 * LONG)
    return frames


def _pointer(picture: Image.Image, x: float, y: float) -> None:
    """Where the mouse is: screenshots leave it out."""
    shape = [(0, 0), (0, 21), (5, 16), (9, 25), (13, 23), (9, 15), (16, 15)]
    ImageDraw.Draw(picture).polygon([(x + dx, y + dy) for dx, dy in shape], fill="black", outline="white", width=2)


def _small(pictures: list[Image.Image]) -> list[Image.Image]:
    """Without the sidebar, smaller, and of few colours, the same in all."""
    cut = [picture.crop((SIDEBAR, 0, picture.width, picture.height)) for picture in pictures]
    height = round(cut[0].height * DRAWN_WIDTH / cut[0].width)
    drawn = [picture.resize((DRAWN_WIDTH, height), Image.Resampling.LANCZOS) for picture in cut]
    all_of_them = Image.new("RGB", (DRAWN_WIDTH, height * len(drawn)))
    for k, picture in enumerate(drawn):
        all_of_them.paste(picture, (0, height * k))
    colours = all_of_them.quantize(COLOURS)
    return [picture.quantize(palette=colours, dither=Image.Dither.NONE) for picture in drawn]


def _wait(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
