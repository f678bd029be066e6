"""A developer's day: CI's layers hold every test once, markers follow from places, hooks run what the tests run."""

from __future__ import annotations

import ast
import itertools
import re
import tomllib
from pathlib import Path

import pytest

from tests.conftest import MARKED_BY_PLACE
from tests.house.test_style import COMMANDS

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LAYERS = re.findall(
    r'^layer ".+" "(.+)" (\S+)(?: -.*)?$', (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE
)
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
BY_HAND = sorted({line.split(":")[0] for line in SETTINGS["markers"]} - set(MARKED_BY_PLACE))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_is_in_exactly_one_layer(path: Path) -> None:
    """Whatever is marked by hand in a file, and whatever its place adds."""
    by_place = {marker: path.is_relative_to(place) for marker, place in MARKED_BY_PLACE.items()}
    for chosen in itertools.product((True, False), repeat=len(BY_HAND)):
        marked = by_place | dict(zip(BY_HAND, chosen, strict=True))
        layers = [
            expression
            for expression, place in LAYERS
            if path.is_relative_to(ROOT / place) and eval(expression, {}, marked)  # pytest's words are Python's
        ]
        assert len(layers) == 1, (marked, layers)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_markers_of_a_place_are_written_nowhere_and_browsers_start_in_their_folder(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    written = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not written & {f"pytest.mark.{marker}" for marker in MARKED_BY_PLACE}, "the marker follows from the place"
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    if any(module.split(".")[0] == "playwright" for module in modules):
        assert path.is_relative_to(MARKED_BY_PLACE["browser"]), "what drives a browser stands in tests/browser"


def test_hooks_run_what_the_tests_run() -> None:
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (.+)", config) == ["local"]
    assert re.findall(r"entry: (.+)", config) == [f".venv/bin/python -m {' '.join(command)}" for command in COMMANDS]
