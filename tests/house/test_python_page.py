"""docs/python.md is true: its snippets run, and what it lists is what is public."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import gatviz

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def test_the_snippets_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile("\n".join(snippets), "python.md", "exec"), names)
    assert names["again"].epoch(10).trace(names["graph"]).layers[0].alpha.shape == names["layer"].alpha.shape
    assert len(names["table"]) == sum(layer.alpha.size for layer in names["trace"].layers)
    assert names["explained"].complete


def test_what_is_listed_as_public_is_all_there_is() -> None:
    listed = PAGE.split("## What is public")[1].split("\nUntil ")[0]
    assert set(re.findall(r"`(\w+)`", listed)) - {"__all__"} == set(gatviz.__all__)
    assert {name for name in dir(gatviz) if name[0] != "_"} >= set(gatviz.__all__)
