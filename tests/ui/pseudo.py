"""A language in which every message stands between ⟦ and ⟧: what has none has not been through gatviz.words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

from gatviz import words
from gatviz.ui import page

ROOT = Path(__file__).parents[2]
LANGUAGE = "la"
"""Latin has two forms of a noun, like English; nobody offers it."""

_SAID = re.compile(r"⟦[^⟦⟧]*⟧")


def extracted() -> Catalog:
    """All messages of gatviz, as Babel finds them."""
    found = Catalog(locale=LANGUAGE)
    for file, line, message, comments, context in extract_from_dir(ROOT / "gatviz", [("**.py", "python")]):
        found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return found


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """Let gatviz know this language, with a catalogue of all its messages in this folder."""
    catalogue = extracted()
    for message in catalogue:
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            said = tuple(f"⟦{one}⟧" for one in ids)
            message.string = said[0] if isinstance(message.id, str) else said
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "gatviz.mo").open("wb") as file:
        write_mo(file, catalogue)
    words._catalogue.cache_clear()
    # The driver of the page asks for words of its own, outside of any session.
    with patch.object(words, "_LOCALES", folder), patch.object(page, "_language", lambda: LANGUAGE):
        yield
    words.spoken_by(lambda: words.ENGLISH)
    words._catalogue.cache_clear()


def unsaid(text: str) -> str:
    """What is left of a text without its messages, one within another too."""
    while text != (text := _SAID.sub(" ", text)):
        pass
    return text
