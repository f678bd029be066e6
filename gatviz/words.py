"""What a person reads, in their language: standard gettext, the English in the code being the message ids.

`_("Open a graph")` where a word is said; `ngettext("{n} node", "{n} nodes", n)` where it is counted; `N_("Open")`
marks a constant that is said later, through `_`. Parts are filled in afterwards, `_("{a} of {b}").format(a=…, b=…)`,
since an f-string has no id that a catalogue could hold. Catalogues stand in `locales/LANGUAGE/LC_MESSAGES/gatviz.mo`.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

ENGLISH = "en"
_LOCALES = Path(__file__).parent / "locales"
_kept: ContextVar[str] = ContextVar("language")

T = TypeVar("T")


class _Listener:
    """Whom the words are for: asked at every word, since one process serves many people at once."""

    language: Callable[[], str] = staticmethod(lambda: ENGLISH)


def spoken_by(language: Callable[[], str]) -> None:
    """Let this function tell the language ("en", "zh", …) of whoever is being answered now."""
    _Listener.language = staticmethod(language)


def language() -> str:
    """The language of whoever is being answered now; part of the key of whatever is cached with words in it."""
    return _kept.get(None) or _Listener.language()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language meanwhile, in this thread: who asks for a thousand words need not be asked at each."""
    token = _kept.set(language)
    try:
        yield
    finally:
        _kept.reset(token)


def kept(make: Callable[[], T]) -> Callable[[], T]:
    """The same, speaking the language of now, for when it is made later or in another thread."""
    spoken = language()

    def made() -> T:
        with speaking(spoken):
            return make()

    return made


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("gatviz", _LOCALES, [language], fallback=True)


def _(message: str) -> str:
    """The message in the language of whoever is being answered now; itself where no catalogue has it."""
    return _catalogue(language()).gettext(message) if message else ""  # gettext keeps its own header under ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a message that this count takes."""
    return _catalogue(language()).ngettext(one, many, count)


def N_(message: str) -> str:
    """The message itself, marked for the catalogues; say it with `_`."""
    return message


def begun(text: str) -> str:
    """The text as a sentence begins: its first letter is a capital."""
    return text[:1].upper() + text[1:]


def sentences(*told: str) -> str:
    """Sentences one after the other; empty ones are left out."""
    return _(" ").join(one for one in told if one)


# ---- lists ----------------------------------------------------------------------------------------------------------


def commas(items: Iterable[str]) -> str:
    """ "a, b, c"."""
    return _(", ").join(items)


def and_list(items: Iterable[str]) -> str:
    """ "a, b and c"."""
    *some, last = items
    return _("{some} and {last}").format(some=commas(some), last=last) if some else last


def or_list(items: Iterable[str]) -> str:
    """ "a, b or c"."""
    *some, last = items
    return _("{some} or {last}").format(some=commas(some), last=last) if some else last


def one_of(items: Iterable[str]) -> str:
    """ "one of a, b, c"."""
    return _("one of {choices}").format(choices=commas(items))


def first_of(items: Sequence[str], most: int) -> str:
    """ "a, b, c and 2 more"."""
    more = len(items) - most
    if more <= 0:
        return commas(items)
    said = ngettext("{some} and {n} more", "{some} and {n} more", more)
    return said.format(some=commas(items[:most]), n=more)
