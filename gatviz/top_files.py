"""Files that stand at the top of the clone, and in `gatviz/top` of an installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def top_file(name: str) -> Path:
    """Where such a file or folder is: "sample_graphs", or "app.py" with Streamlit's settings beside it."""
    installed = _PACKAGE / "top" / name
    return installed if installed.exists() else _PACKAGE.parent / name
