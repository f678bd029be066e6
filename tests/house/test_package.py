"""The package: what it needs is declared, the library works without the app's packages, a wheel holds everything."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gatviz
from tests.house.installed import Installed, build_wheel
from tests.house.test_architecture import FILES, ONLY_IN, imports
from tests.house.test_readme import blocks

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
OPTIONAL = {"torch_geometric"}
"""What is used where it happens to be installed."""


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    modules = {name.split(".")[0] for path in FILES for name in imports(path)}
    modules -= set(sys.stdlib_module_names) | OPTIONAL | {"gatviz"}
    of = packages_distributions()
    needed = {module: canonicalize_name(of[module][0]) for module in modules}
    app = {name for module, name in needed.items() if module in ONLY_IN}
    assert names(PROJECT["dependencies"]) == set(needed.values()) - app
    assert names(EXTRAS["app"]) == app


def test_what_is_declared_is_pinned_for_the_readmes_commands() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] not in "#-"]
    pinned = {canonicalize_name(one.name): one.specifier for one in map(Requirement, lines)}
    declared = [*PROJECT["dependencies"], *EXTRAS["app"], *EXTRAS["test"]]
    assert names(declared) - {"gatviz"} == set(pinned)
    for one in map(Requirement, declared):
        if one.name != "gatviz":
            assert all(one.specifier.contains(pin.version) for pin in pinned[canonicalize_name(one.name)])


def test_the_version_stands_in_one_place() -> None:
    assert "version" in PROJECT["dynamic"]
    assert version("gatviz") == gatviz.__version__
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", cited, re.MULTILINE)[1] == gatviz.__version__  # type: ignore[index]


def test_the_library_needs_none_of_the_apps_packages() -> None:
    blocked = f"import sys; sys.modules.update(dict.fromkeys({sorted(ONLY_IN)!r}))\nimport gatviz\n"
    subprocess.run([sys.executable, "-c", blocked], check=True, timeout=120)


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_the_package_and_of_the_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name.startswith("gatviz/")}
    inside = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "gatviz").rglob("*")}
    top = [ROOT / "app.py", *(ROOT / ".streamlit").iterdir(), *(ROOT / "sample_graphs").iterdir()]
    expected = inside | {f"gatviz/top/{path.relative_to(ROOT).as_posix()}": path for path in top}
    expected = {name: path for name, path in expected.items() if path.is_file() and "__pycache__" not in name}
    assert found == {name: path.read_bytes() for name, path in expected.items()}


@pytest.mark.slow
def test_the_library_alone_runs_the_readmes_python(wheel: Path, tmp_path: Path) -> None:
    installed = Installed(tmp_path / "venv", wheel, extras=[])
    snippet = "\n".join(blocks("python"))
    said = installed.python("-c", f"{snippet}\nprint(gatviz.__file__, gatviz.sample_graph_names(), out.shape)")
    assert str(installed.packages / "gatviz") in said
    assert str(gatviz.sample_graph_names()) in said
    assert "[34, 32]" in said
    for module in ONLY_IN:
        assert "No module named" in installed.python("-c", f"import {module}", fails=True)
    tutorial = str(installed.packages / "gatviz" / "top" / "sample_graphs" / "tutorial.json")
    assert "alpha_l0_h3" in installed.python("-m", "gatviz", "export", tutorial, "-", "--to", "json")
    assert "expected Streamlit, found none" in installed.python("-m", "gatviz", tutorial, fails=True)


@pytest.mark.slow
def test_a_wheel_can_be_made_of_the_source_archive(tmp_path: Path) -> None:
    hatch = [sys.executable, "-m", "hatchling", "build", "--target"]
    subprocess.run([*hatch, "sdist", "--directory", str(tmp_path)], cwd=ROOT, check=True, timeout=120)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert not list(source.rglob("node_modules"))
    found = zipfile.ZipFile(build_wheel(source, tmp_path)).namelist()
    expected = zipfile.ZipFile(build_wheel(ROOT, tmp_path / "here")).namelist()
    assert sorted(found) == sorted(expected)
