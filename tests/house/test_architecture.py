"""The house: imports run backwards along the flow of data, and each library stays in its rooms."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from gatviz.stage import assets

ROOT = Path(__file__).parents[2]
ORDER = (
    "words",
    "errors",
    "numbers",
    "showing",
    "colours",
    "top_files",
    "graph",
    "pickles",
    "files",
    "attention",
    "model",
    "training",
    "checkpoints",
    "capturing",
    "analysis",
    "export",
    "charts",
    "stage",
    "reporting",
    "cli",
    "ui",
    "__main__",
)
"""The rooms, along the flow of data."""

WITHIN = {
    "graph": (
        "edge_features",
        "foreign",
        "checks",
        "graph",
        "features",
        "positions",
        "subgraph",
        "editing",
        "generators",
    ),
    "attention": (
        "defaults",
        "activations",
        "checks",
        "dropout",
        "stage_row",
        "chain_texts",
        "chain_of_edges",
        "chain",
        "blocks",
        "loop_features",
        "edges",
        "layer_trace",
        "alpha_trace",
        "inputs",
        "arithmetic",
        "fast",
        "layers",
        "gat",
        "tutorial_layers",
        "gatv2",
        "textbook",
    ),
    "model": (
        *("step", "norms", "layer_settings", "around", "plan", "recipe", "trace", "weights", "classes", "gat", "proof"),
        *("reach", "without", "kept_steps"),
    ),
    "training": (
        "task",
        "schedule",
        "stepper",
        "kept_epochs",
        "saving",
        "training",
        "slow_step",
        "recorded",
        "fit",
        "beside",
        "experiments",
    ),
    "pickles": ("beginnings", "safe_pickle", "pickled", "containers"),
    "files": (
        "limits",
        "headers",
        "encoding_guess",
        "encoding",
        "options",
        "zip_members",
        "npy_array",
        "compression",
        "graph_file",
        "disk",
        "values",
        "parsed",
        "conventions",
        "merging",
        "found_graph",
        "table_text",
        "table",
        "table_kind",
        "line_lists",
        "json_text",
        "container",
        "kept_graph",
        "json_schema",
        "json_dialects",
        "pickled_network",
        "xml_text",
        "own_attributes",
        "array_matrices",
        "arrays",
        "pickled_sparse",
        "pickled_graph",
        "other_formats",
        "formats",
        "together",
        "node_columns",
        "inspection",
        "reading",
        "writing",
        "samples",
    ),
    "checkpoints": (
        "choices",
        "told_words",
        "layer_forms",
        "layouts",
        "other_modules",
        "pieces",
        "sequence",
        "proposal",
        "told_modules",
        "state_dict",
        "recognition",
        "saved_settings",
        "edge_defaults",
        "defaults",
        "model_building",
        "told_modules",
        "opening",
        "saving",
    ),
}
"""The order within a room that is itself a flow."""

ONLY_IN = {"streamlit": ("ui",), "pyvis": ("charts",), "plotly": ("charts",), "latex2mathml": ("stage",)}
NO_TORCH = (
    "errors",
    "numbers",
    "top_files",
    "graph",
    "analysis",
    "charts",
    "stage",
    "ui",
    "attention.layer_trace",
    "attention.alpha_trace",
    "attention.activations",
    "attention.chain",
    "attention.chain_texts",
    "attention.stage_row",
    "attention.textbook",
    "model.proof",
    "model.reach",
    "model.trace",
    "model.weights",
)
FILES = sorted((ROOT / "gatviz").rglob("*.py"))
MAX_FILE = 480


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
            module = node.module or ""
            inner = {f"{module}.{alias.name}" for alias in node.names if is_module(f"{module}.{alias.name}")}
            found |= inner if len(inner) == len(node.names) else inner | {module}
    return found


def is_module(name: str) -> bool:
    """Whether gatviz has a module or room of this name, "gatviz.files.limits"."""
    at = ROOT.joinpath(*name.split("."))
    return name.startswith("gatviz.") and (at.is_dir() or at.with_suffix(".py").is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_backwards_along_the_flow_of_data(path: Path) -> None:
    room, *rest = place(path)
    if room == "__init__":
        assert not any(name.split(".")[0] == "streamlit" or name.startswith("gatviz.ui") for name in imports(path))
        return
    assert room in ORDER, f"{room} has no place in the order"
    for name in imports(path):
        top, *inside = name.split(".")
        if top == "gatviz":
            if room == "cli" and not inside:
                continue  # as anybody does who is outside
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
def test_no_file_grows_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE


def test_app_is_set_up_and_navigation_only() -> None:
    assert imports(ROOT / "app.py") == {"gatviz.ui.start"}


def test_the_stages_modules_import_each_other_and_nothing_else() -> None:
    """All of them are reached from the entries, so none is dead; nothing comes from outside."""
    reached: set[str] = set()

    def visit(name: str) -> None:
        if name in reached:
            return
        reached.add(name)
        text = re.sub(r"/\*.*?\*/", "", (assets.FOLDER / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        for needed in re.findall(r"\b(?:from|import)\s*\(?\s*[\"']([^\"']+)", text):
            assert needed.startswith("./"), f"{name} imports {needed}"
            visit(needed.removeprefix("./"))

    for entry, _styles in (*assets.ENTRIES.values(), assets.PAGE):
        visit(entry)
    assert reached == {path.name for path in assets.FOLDER.glob("*.js")}


def test_the_address_of_the_stages_files_changes_with_each_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(assets.FOLDER, tmp_path / "js")
    monkeypatch.setattr(assets, "FOLDER", folder)
    found = {assets.version.__wrapped__()}
    for path in sorted(folder.iterdir()):
        path.write_bytes(path.read_bytes() + b"\n")
        found.add(assets.version.__wrapped__())
    assert len(found) == 1 + len(list(folder.iterdir()))


def test_stage_modules_know_nothing_of_streamlit() -> None:
    for path in (ROOT / "gatviz" / "stage" / "js").glob("*.js"):
        assert "streamlit" not in path.read_text(encoding="utf-8").lower()
