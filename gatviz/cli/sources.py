"""Graphs that come into a command."""

from __future__ import annotations

from gatviz.cli.streams import Say, bytes_of
from gatviz.files import Inspection, ReadOptions, inspect_graph
from gatviz.words import _


def graph_in(source: str, form: str | None, say: Say) -> Inspection:
    """The graph of a source, with what was decided about it said.

    Raises:
        GatvizError: as `read_graph`.
    """
    given, where = bytes_of(source)
    say(_("Reading {where} …").format(where=where))
    name = where if isinstance(given, bytes) else None
    found = inspect_graph(given, name, ReadOptions(format=form))
    for note in found.graph.notes:
        say(note)
    return found
