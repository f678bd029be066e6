"""Every benchmark is told in CONTRIBUTING.md, with a short run whose options it takes."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOLD = re.findall(r"^\| `benchmarks\.(\w+)( [^`]*)?` \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)


class Taken(Exception):
    """The options are taken; nothing is measured here."""


def test_none_is_left_out() -> None:
    there = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"__init__"}
    assert {name for name, _options in TOLD} == there


@pytest.mark.parametrize(("name", "options"), TOLD, ids=[name for name, _options in TOLD])
def test_its_short_run_is_taken(name: str, options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = argparse.ArgumentParser.parse_args

    def parsed(parser: argparse.ArgumentParser) -> None:
        parse(parser)
        raise Taken

    monkeypatch.setattr("sys.argv", [name, *options.split()])
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    with pytest.raises(Taken):
        import_module(f"benchmarks.{name}").main()
