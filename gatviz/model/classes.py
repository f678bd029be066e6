"""The labels that the columns of a model's output stand for."""

from __future__ import annotations

from collections.abc import Sequence

from gatviz.errors import GatvizError, quote
from gatviz.words import _, ngettext


def checked_classes(classes: Sequence[str], width: int | None = None) -> tuple[str, ...]:
    """The labels of an output's columns, checked.

    Raises:
        GatvizError: no texts, one of them twice, or as many as the output is not wide.
    """
    if isinstance(classes, str) or not all(isinstance(name, str | int) for name in classes):
        raise GatvizError("classes", _("a label for each column"), quote(classes), _("give a list of them"))
    given = tuple(map(str, classes))
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise GatvizError("classes", _("each label once"), quote(twice), _("give every column a label of its own"))
    if width is not None and len(given) != width:
        expected = ngettext("{n} label, one for each column", "{n} labels, one for each column", width)
        raise GatvizError("classes", expected.format(n=width), str(len(given)), _("give one for each"))
    return given
