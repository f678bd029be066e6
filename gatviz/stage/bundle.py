"""The stage's JavaScript modules joined into one script, so that it needs no build and no server of its own."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import\s+\{[^}]*\}\s+from\s+"\./([\w]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)


@cache
def script() -> str:
    """All modules that stage.js needs, each after those that it imports, as one script without imports."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        for needed in _IMPORT.findall(_source(name)):
            visit(needed)
        order.append(name)

    visit("stage.js")
    parts = [f"// {name}\n" + _EXPORT.sub("", _IMPORT.sub("", _source(name))) for name in order]
    return "\n".join(parts)


@cache
def styles() -> str:
    """The stage's CSS."""
    return (_HERE / "stage.css").read_text(encoding="utf-8")


def _source(name: str) -> str:
    return (_HERE / "js" / name).read_text(encoding="utf-8")
