"""docs/python.md is true: its snippets run, and what it lists is what is public."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import gatviz
from gatviz.capturing import capture, watch
from gatviz.capturing import run as captured

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


ROOMS = ("", ".analysis", ".checkpoints", ".export", ".files")
"""Of gatviz, whose names are public."""
GIVEN = (capture.Call, capture.Capture, capture.Unproved, captured.CapturedCall, watch.Watch)
"""What public functions give, under no public name of its own."""
TELLS_ERRORS = re.compile(r"Raises:|Raise GatvizError|errors as|[Ss]ee `")


def public() -> Iterator[tuple[str, Callable[..., Any], str]]:
    """All that a person calls: its name, itself, and its docstring, which may be the one of what it overrides."""
    found: dict[str, Callable[..., Any]] = {f"{one.__module__}.{one.__qualname__}": one for one in GIVEN}
    for room in (importlib.import_module(f"gatviz{room}") for room in ROOMS):
        for name in room.__all__:
            value = getattr(room, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    for name, value in found.items():
        yield name, value, inspect.getdoc(value) or ""
        for own, given in vars(value).items() if inspect.isclass(value) else ():
            called = given.fget if isinstance(given, property) else getattr(given, "__func__", given)
            if own[0] != "_" and inspect.isfunction(called):
                yield f"{name}.{own}", called, inspect.getdoc(getattr(value, own)) or ""


def test_what_is_public_says_in_a_line_what_it_gives_and_which_errors_it_raises() -> None:
    told = list(public())
    assert len(told) > 300
    for name, value, said in told:
        assert re.match(r"[^\n]+[.;:](\n\n|$)", said), f"{name}: begin with one whole line"
        if not inspect.isclass(value) and "raise GatvizError" in inspect.getsource(value):
            assert TELLS_ERRORS.search(said), f"{name} raises errors that it does not tell of"
