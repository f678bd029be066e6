"""The one error that gatviz raises for anything a person can mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gatviz.words import _

_MAX_QUOTE = 60
_JOINERS = "\u200c\u200d"
"""Signs of Persian, of Indian scripts and of emoji, which Python takes for controls."""


class GatvizError(ValueError):
    """Bad input, told in one sentence: where, what was expected, what was found, how to mend it.

    >>> str(GatvizError("features.csv, row 4", "3 numbers", "2", "add the missing value"))
    'features.csv, row 4: expected 3 numbers, found 2; add the missing value.'
    """

    def __init__(self, where: str, expected: str, found: str, mend: str) -> None:
        self.where, self.expected, self.found, self.mend = where, expected, found, mend
        sentence = _("{where}: expected {expected}, found {found}; {mend}.")
        super().__init__(sentence.format(where=where, expected=expected, found=found, mend=mend))


@contextmanager
def within(place: str) -> Iterator[None]:
    """Put the place before the `where` of an error that is raised inside: "layer 1" makes of "a" "layer 1, a"."""
    try:
        yield
    except GatvizError as error:
        raise GatvizError(f"{place}, {error.where}", error.expected, error.found, error.mend) from error


def quote(value: object) -> str:
    """A value from outside as short, single-line, quoted text that is safe to show in a message."""
    text = value if isinstance(value, str) else _written(value)
    if len(text) > _MAX_QUOTE:
        text = text[: _MAX_QUOTE - 1] + "…"
    shown = printable(text)
    return f"'{shown}'" if isinstance(value, str) else shown


def printable(text: str) -> str:
    """A text as one line that a terminal only writes: what could move its cursor or colour it is told by number."""
    return "".join(c if c.isprintable() or c in _JOINERS else f"\\x{ord(c):02x}" for c in text)


def _written(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # Python writes no whole number of more than some thousand digits
        return _("a {kind} too long to write").format(kind=type(value).__name__)
