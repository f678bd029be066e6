"""docs/ is true: its notebooks run from top to bottom, each cell shows something, and the gallery's pages are whole."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from gatviz.reporting.notebook import View
from tests.reporting.test_report import packed_in, report_in

DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
PAGES = sorted((DOCS / "gallery").glob("*.html"))


def shown_by(source: str, names: dict[str, Any]) -> Any:
    """What a cell ends with, as a notebook takes it."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "cell", "exec"), names)
        return None
    tree.body.pop()
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    frames = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            shown = shown_by("".join(cell["source"]), names)
            html = getattr(shown, "_repr_html_", lambda: "")()
            frames += str(html).startswith("<iframe") or isinstance(shown, View)
    assert frames


def test_there_are_three_notebooks_and_three_pages() -> None:
    assert (len(NOTEBOOKS), len(PAGES)) == (3, 3)
    told = (DOCS / "gallery" / "README.md").read_text(encoding="utf-8")
    assert all(f"[{page.name}]({page.name})" in told for page in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_the_gallery_is_whole_and_light(path: Path) -> None:
    assert path.stat().st_size <= 1_000_000
    page = path.read_text(encoding="utf-8")
    told = report_in(page)
    assert told["title"]
    assert all(screen["fixed"] for screen in (layer["screen"] for layer in told["layers"]))
    assert all(text for layer in packed_in(page)["told"] for text in layer)
