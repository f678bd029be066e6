"""What is slow to load is loaded when it is needed, not by `import gatviz`, nor by what has no use for it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gatviz
from tests.house.test_architecture import FILES, place

ROOT = Path(__file__).parents[2]
SLOW = ("networkx", "pandas", "scipy", "torch_geometric", "babel", "streamlit", "plotly", "pyvis")


def loaded(statements: str, asked: tuple[str, ...]) -> list[str]:
    """Which of the modules asked for are loaded by these statements in a fresh Python."""
    told = f"print(*[name for name in {asked!r} if name in sys.modules], file=sys.__stdout__)"
    script = f"import sys\n{statements}\n{told}"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


ALL_NAMES = "for name in gatviz.__all__: getattr(gatviz, name)"
FIRST_PICTURE = f"""from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=60).run()
assert app.selectbox and not app.exception"""
ASKED_FOR = (
    "gatviz.checkpoints",
    "gatviz.reporting",
    "gatviz.export",
    "gatviz.ui.compare",
    "gatviz.ui.take_away",
    "gatviz.ui.graph_files.open_dialog",
    "gatviz.ui.weights.open_dialog",
)
"""What a person has to ask for."""
SLOW_OF_PAGE = tuple(name for name in SLOW if name not in ("streamlit", "plotly"))  # Streamlit's tests load plotly
RUN = "gatviz.MultiHeadGATLayer(2, 3).trace(gatviz.sample_graph('tutorial')).alpha"


@pytest.mark.parametrize(
    ("statements", "slow"),
    [
        ("import gatviz", (*SLOW, "torch", "numpy")),
        ("import gatviz.files", (*SLOW, "torch")),
        (f"import gatviz\n{ALL_NAMES}", SLOW),
        (f"import gatviz\n{RUN}", SLOW),
        (FIRST_PICTURE, (*SLOW_OF_PAGE, *ASKED_FOR)),
    ],
    ids=["gatviz", "files", "public names", "a run", "the first picture"],
)
def test_nothing_slow_is_loaded_by(statements: str, slow: tuple[str, ...]) -> None:
    assert loaded(statements, slow) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_slow_libraries_are_imported_where_they_are_used(path: Path) -> None:
    """Also those that ruff's rule does not know."""
    allowed = {"streamlit"} if place(path)[0] == "ui" else set()
    allowed |= {"plotly", "pyvis"} if place(path)[0] == "charts" else set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.split(".")[0] for name in names} & set(SLOW) - allowed, node.lineno


def test_each_public_name_is_one_thing_for_python_and_for_who_checks_types() -> None:
    """What is written for type checkers is what Python finds."""
    tree = ast.parse((ROOT / "gatviz" / "__init__.py").read_text(encoding="utf-8"))
    told = next(node for node in tree.body if isinstance(node, ast.If))
    homes = {
        alias.name: f"gatviz.{alias.name}" if node.module == "gatviz" else node.module
        for node in told.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert homes == gatviz._HOMES
    assert set(gatviz.__all__) == set(homes) <= set(dir(gatviz))
    for name in gatviz.__all__:
        assert getattr(gatviz, name) is not None


def test_what_is_no_public_name_is_told_as_python_tells_it() -> None:
    assert not hasattr(gatviz, "Grpah")
    with pytest.raises(AttributeError, match="module 'gatviz' has no attribute 'Grpah'"):
        gatviz.Grpah  # type: ignore[attr-defined] # noqa: B018


def test_what_is_loaded_later_is_there_and_costs_no_run_anything() -> None:
    """Each of its names can be imported, and Python's collector passes by what came of it."""
    statements = """import gc
from gatviz.ui import loading
loading.load_first()
first = gc.get_freeze_count()
loading._load(loading._LATER)
assert gc.isenabled() and gc.get_freeze_count() > first > 100_000
assert len(gc.get_objects()) < 10_000, len(gc.get_objects())"""
    assert loaded(statements, ("gatviz.ui.take_away",)) == ["gatviz.ui.take_away"]


def test_who_comes_while_the_rest_is_loaded_does_not_wait() -> None:
    from gatviz.ui import loading

    loading.load_first()
    with loading._one_at_a_time:
        loading.load_first()
