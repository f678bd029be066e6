"""The house: imports run backwards along the flow of data, and each library stays in its rooms."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDER = (
    "words",
    "errors",
    "numbers",
    "graph",
    "files",
    "attention",
    "model",
    "checkpoints",
    "analysis",
    "charts",
    "stage",
    "ui",
)
"""The rooms, along the flow of data."""

WITHIN = {
    "graph": ("graph", "features", "layout", "subgraph", "editing", "generators"),
    "attention": (
        "defaults",
        "stage_row",
        "chain",
        "blocks",
        "edges",
        "layer_trace",
        "inputs",
        "arithmetic",
        "fast",
        "layers",
        "tutorial",
        "gatv2",
        "textbook",
    ),
    "model": ("steps", "trace", "weights", "gat", "proof"),
    "files": (
        "limits",
        "headers",
        "options",
        "encoding",
        "zip_members",
        "file_start",
        "values",
        "parsed",
        "conventions",
        "merging",
        "table",
        "table_kind",
        "json_text",
        "json_schema",
        "xml_text",
        "own_attributes",
        "arrays",
        "formats",
        "node_columns",
        "inspection",
        "reading",
        "writing",
        "samples",
    ),
}
"""The order within a room that is itself a flow."""

ONLY_IN = {"streamlit": ("ui",), "pyvis": ("charts",), "plotly": ("charts",)}
NO_TORCH = (
    "errors",
    "numbers",
    "graph",
    "analysis",
    "charts",
    "stage",
    "ui",
    "attention.layer_trace",
    "attention.chain",
    "attention.stage_row",
    "attention.textbook",
    "model.proof",
    "model.trace",
    "model.weights",
)
FILES = sorted((ROOT / "gatviz").rglob("*.py"))
LONGEST_FILE = 480


def place(path: Path) -> tuple[str, ...]:
    """Where a module stands: its room, and its name there."""
    return path.relative_to(ROOT / "gatviz").with_suffix("").parts


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
    room, *rest = place(path)
    if room == "__init__":
        assert not any(name.split(".")[0] == "streamlit" or name.startswith("gatviz.ui") for name in imports(path))
        return
    assert room in ORDER, f"{room} has no place in the order"
    for name in imports(path):
        top, *inside = name.split(".")
        if top == "gatviz":
            assert inside, f"{path} imports the package itself"
            assert inside[0] in ORDER, f"{name} has no place in the order"
            assert ORDER.index(inside[0]) <= ORDER.index(room), f"{room} must not import {inside[0]}"
            if inside[0] == room in WITHIN and len(inside) > 1 and rest != ["__init__"]:
                order = WITHIN[room]
                assert order.index(inside[1]) <= order.index(rest[0]), f"{rest[0]} must not import {inside[1]}"
        if top in ONLY_IN:
            assert room in ONLY_IN[top], f"{top} does not belong in {room}"
        if top == "torch":
            assert not {room, ".".join([room, *rest])} & set(NO_TORCH), f"torch does not belong in {path}"


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
