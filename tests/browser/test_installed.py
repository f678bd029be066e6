"""The app as others install it: started from a wheel, in a folder that holds nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.driver import open_app
from tests.house.installed import App, Installed


@pytest.mark.slow
def test_the_app_starts_from_another_folder_with_its_files_and_settings(
    wheel: Path, tmp_path: Path, browser: Browser
) -> None:
    installed = Installed(tmp_path / "venv", wheel, extras=["app"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    script = installed.python("-c", "from gatviz.top_files import top_file; print(top_file('app.py'))").strip()
    with App(installed, script, elsewhere) as url:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        open_app(page, url)
        look = "stage => getComputedStyle(stage).getPropertyValue('--gv-primary').trim()"
        assert page.locator(".gatviz-stage").evaluate(look) == "#312c80"
        assert page.get_by_test_id("stAppDeployButton").count() == 0  # as the toolbar is set to its least
        files = [one.split("/")[-1] for one in asked if "/bidi-components/" in one]
        there = [path.name for path in (installed.packages / "gatviz/stage/js").iterdir()]
        served = [one for one in asked if "/bidi-components/" in one]
        assert len(served) == len(set(served))
        assert set(files) <= {name for name in there if not name.endswith(".d.ts")}  # types are for developing
        (stage,) = (one for one in asked if one.endswith("/mount.js"))
        for name in there:  # also what only another workspace asks for
            assert page.request.get(stage.replace("mount.js", name)).ok, name
        assert all(one.startswith((url, url.replace("http", "ws"), "data:", "blob:")) for one in asked)
        changed = installed.packages / "gatviz/stage/js/format.js"
        changed.write_text(changed.read_text(encoding="utf-8") + "\n// changed\n", encoding="utf-8")
        with page.expect_response("**/format.js") as answer:
            page.reload()
        assert answer.value.text().endswith("// changed\n")  # a page that is opened anew never gets an old file
        page.close()
