"""Text of users in Streamlit's own elements, which read Markdown: made to stand for itself."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")
_JOINER = "\u2060"
# What Streamlit looks for once more in the text that Markdown has left over, escaped or not: addresses and mail, which
# become links, :names: of icons, and signs such as -> that become others. An unseen joiner takes their shape.
_SHAPES = re.compile(r"(?<=\w)(?=://)|(?<=www)(?=\.)|(?=@)|(?<=:)(?=[\w+-])|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE)


def escape(text: str) -> str:
    """The text with every mark of Markdown escaped: no link, picture, colour, sign or line of its own comes of it.

    For labels, captions, sentences and titles of Streamlit's. Options of a list, cells and heads of tables show text as
    it is and must not be escaped; `chart_card.say` writes whole sentences without Markdown.
    """
    return _MARKS.sub(r"\\\1", _SHAPES.sub(_JOINER, _SPACE.sub(" ", text)))


_CODE = re.compile(r"(?<!\w)'[^'\n]*'(?!\w)|`(?P<code>[^`\n]+)`")


def sentence(text: str) -> str:
    """A sentence of gatviz's own as `escape` makes it, but for code between backticks, which is shown as code.

    What a sentence quotes is of users, and its backticks stand for themselves.
    """
    parts: list[str] = []
    place = 0
    for found in _CODE.finditer(text):
        if found["code"] is not None:
            parts += [escape(text[place : found.start()]), f"`{found['code']}`"]
            place = found.end()
    return "".join([*parts, escape(text[place:])])
