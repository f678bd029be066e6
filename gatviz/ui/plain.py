"""Text of users in Streamlit's own elements, which read Markdown: made to stand for itself."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text with every mark of Markdown escaped: no link, picture, colour or line of its own comes of it."""
    return _MARKS.sub(r"\\\1", _SPACE.sub(" ", text))
