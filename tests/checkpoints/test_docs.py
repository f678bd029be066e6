"""The page on weights files says what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import gatviz
from gatviz.checkpoints import LAYOUTS, SAVE_LINES, Choices
from gatviz.checkpoints.choices import ChoiceWords
from gatviz.checkpoints.recognition import MAX_LAYERS
from gatviz.checkpoints.state_dict import MAX_VALUES
from gatviz.pickles.containers import MAX_BYTES

PAGE = (Path(__file__).parents[2] / "docs" / "weights.md").read_text(encoding="utf-8")


def test_every_layout_and_each_of_its_tensors_is_named() -> None:
    for layout in LAYOUTS.values():
        assert f"`{layout.name}`" in PAGE
        for tail in (tail for form in layout.forms for tail in form.required):
            name = tail.removesuffix(".weight")
            named = rf"`(\w+\.)?{re.escape(name)}(\.weight)?`"
            assert re.search(named, PAGE), f"{layout.name}: {tail}"


def test_every_keyword_is_told() -> None:
    names = {field.name for field in fields(Choices)}
    assert names == set(ChoiceWords.__annotations__)
    assert all(name in str(gatviz.load_weights.__doc__) for name in names)
    for name in names:
        assert f"`{name}" in PAGE, name


def test_the_two_lines_and_the_caps_stand_there() -> None:
    assert "\n".join(SAVE_LINES) in PAGE
    caps = f"{MAX_BYTES // 10**6} MB, {MAX_VALUES // 10**6} million\nnumbers and {MAX_LAYERS} layers"
    assert caps in PAGE


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "docs/weights.md", "exec"), {})
    assert "PyTorch Geometric ('convs.0', 'convs.1')" in capsys.readouterr().out
