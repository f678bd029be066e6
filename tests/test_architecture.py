"""The house: imports run backwards along the flow of data, and each library stays in its rooms."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = (
    "errors",
    "fields",
    "numbers",
    "graph",
    "features",
    "blocks",
    "edges",
    "trace",
    "inputs",
    "attention",
    "layers",
    "tutorial",
    "gatv2",
    "weights",
    "model",
    "training",
    "generators",
    "layout",
    "editing",
    "subgraph",
    "io",
    "checkpoints",
    "analysis",
    "textbook",
    "proof",
    "views",
    "stage",
    "ui",
)
ROOMS = {
    "streamlit": ("ui",),
    "pyvis": ("views",),
    "plotly": ("views",),
}
NO_TORCH = (
    *("analysis", "textbook", "proof", "views", "stage", "ui"),
    *("graph", "errors", "numbers", "trace", "layout", "subgraph"),
)
FILES = sorted((ROOT / "gatviz").rglob("*.py"))
LONGEST_FILE = 480


def room(path: Path) -> str:
    first = path.relative_to(ROOT / "gatviz").parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            whole = node.module == "gatviz"
            found |= {f"gatviz.{alias.name}" for alias in node.names} if whole else {node.module or ""}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_backwards_along_the_flow_of_data(path: Path):
    here = room(path)
    if here == "__init__":
        assert not any(name.split(".")[0] == "streamlit" or name.startswith("gatviz.ui") for name in imports(path))
        return
    assert here in ORDER, f"{here} has no place in the order"
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "gatviz":
            assert rest, f"{path} imports the package itself"
            assert rest[0] in ORDER, f"{name} has no place in the order"
            assert ORDER.index(rest[0]) <= ORDER.index(here), f"{here} must not import {rest[0]}"
        if top in ROOMS:
            assert here in ROOMS[top], f"{top} does not belong in {here}"
        if top == "torch":
            assert here not in NO_TORCH, f"torch does not belong in {here}"


@pytest.mark.parametrize(
    "path", [*FILES, *sorted((ROOT / "gatviz").rglob("*.js"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_file_grows_too_long(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_app_is_set_up_and_navigation_only():
    assert imports(ROOT / "app.py") == {"gatviz.ui.page"}


def test_stage_modules_share_one_name_space_without_clashes():
    """The bundle joins the modules' scopes, so a top-level name may stand once only."""
    names: dict[str, str] = {}
    for path in sorted((ROOT / "gatviz" / "stage" / "js").glob("*.js")):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.removeprefix("export ").removeprefix("async ").split()
            if line[:1].isalpha() and words[0] in ("function", "const", "let", "class"):
                name = words[1].split("(")[0]
                assert name not in names, f"{name} stands in {names[name]} and {path.name}"
                names[name] = path.name


def test_stage_modules_know_nothing_of_streamlit():
    for path in (ROOT / "gatviz" / "stage" / "js").glob("*.js"):
        assert "streamlit" not in path.read_text(encoding="utf-8").lower()
