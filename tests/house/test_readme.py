"""What README, CONTRIBUTING and CHANGELOG say is true: commands are CI's, snippets run, files exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import gatviz

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for kind, body in BLOCKS if kind == language]


def test_ci_calls_the_test_command() -> None:
    set_up, test = blocks("sh")[1].strip().rsplit(" && ", 1)
    assert test.endswith("-m pytest")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set_up.replace("pip install -r", "pip install -q -r") in script
    assert test in script


def test_python_snippets_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile("\n".join(blocks("python")), "README.md", "exec"), names)
    assert names["out"].shape == (34, 32)


def test_json_snippet_is_a_graph() -> None:
    (snippet,) = blocks("json")
    graph = gatviz.read_graph(snippet.encode())
    assert graph.names == ("A", "B")
    assert graph.edge_index.tolist() == [[0], [1]]


@pytest.mark.parametrize("path", re.findall(r"\]\(([\w/.]+)\)", TEXT))
def test_linked_files_exist(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_room_of_the_house_is_named() -> None:
    tree = blocks("text")[0]
    rooms = CONTRIBUTING.split("## The rooms")[1].split("\n## ")[0]
    for path in (ROOT / "gatviz").iterdir():
        if path.name not in ("__init__.py", "py.typed", "__pycache__"):
            assert path.name in tree, f"{path.name} is missing in the README's tree"
            assert f"`gatviz/{path.name}" in rooms, f"{path.name} is missing in CONTRIBUTING's rooms"


@pytest.mark.parametrize("path", re.findall(r"`((?:gatviz|tests|docs|sample_graphs|\.ci)/[\w./]*)`", CONTRIBUTING))
def test_what_contributors_are_sent_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_what_changed_is_told_up_to_this_version() -> None:
    headings = re.findall(r"^## (.+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert gatviz.__version__ in headings
    assert headings[0] in (gatviz.__version__, f"Since {gatviz.__version__}")
