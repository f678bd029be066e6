"""Text of one record a line, as networkx writes it: comments aside, and the node that stands first in each."""

from __future__ import annotations

from collections.abc import Iterator


def records(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers from 1."""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        bare = line.strip().lstrip("\ufeff")
        if bare and not bare.startswith(("#", "%")):
            yield number, bare
