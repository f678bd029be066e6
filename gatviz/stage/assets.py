"""What the browser gets once, not with the data: the stage's ES modules and its CSS, as they stand in `js/`."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "js"
ENTRIES = {
    "stage": ("mount.js", "stage.css"),
    "train": ("train.js", "train.css"),
    "panels": ("panels.js", "panels.css"),
    "keeper": ("keeper.js", "keeper.css"),
}
"""Of each component the module that imports all others of it, and its style sheet."""
PAGE = ("report.js", ("stage.css", "report.css"))
"""The same of a page that stands alone."""
_IMPORT = re.compile(r'^(import .*from )"\./(.+)";$', re.MULTILINE)
_ALONE = "gatviz/"


@cache
def version() -> str:
    """A key that changes with any of the files, for their address: caches and open pages never mix old and new."""
    content = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        content.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()[:12]


def modules(entry: str) -> dict[str, str]:
    """A module and all that it imports, by name, for a page without a server: each is imported as "gatviz/name.js".

    An import map says where that is. "./name.js", as it stands in the files, would mean nothing there: a module that
    has no address has no neighbours.
    """
    found: dict[str, str] = {}
    wanted = [entry]
    while wanted:
        name = wanted.pop()
        if name not in found:
            text = (FOLDER / name).read_text(encoding="utf-8")
            found[name] = _IMPORT.sub(rf'\1"{_ALONE}\2";', text)
            wanted += [needed for _before, needed in _IMPORT.findall(text)]
    return {_ALONE + name: text for name, text in found.items()}


def styles() -> str:
    """The style sheets of a page that stands alone."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in PAGE[1])
