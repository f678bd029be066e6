"""What the browser gets once, not with the data: the stage's ES modules and its CSS, as they stand in `js/`."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "js"
ENTRIES = {
    "stage": ("mount.js", "stage.css"),
    "train": ("train.js", "train.css"),
    "keeper": ("keeper.js", "keeper.css"),
}
"""Of each component the module that imports all others of it, and its style sheet."""


@cache
def version() -> str:
    """A key that changes with any of the files, for their address: caches and open pages never mix old and new."""
    content = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        content.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()[:12]
