"""What comes into a command: graphs, and what gatviz itself has saved with a graph in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatviz.cli.streams import Say, bytes_of
from gatviz.errors import GatvizError
from gatviz.files import Inspection, ReadOptions, inspect_graph
from gatviz.files.container import ENDING, Container, is_container, unpack_any
from gatviz.files.reading import load
from gatviz.words import _

if TYPE_CHECKING:
    from gatviz.capturing.run import CapturedRun
    from gatviz.training.training import Training


def graph_in(source: str, form: str | None, say: Say) -> Inspection:
    """The graph of a source, with what was decided about it said.

    Raises:
        GatvizError: as `read_graph`; a file of gatviz that is no graph.
    """
    data, where = loaded(source, say)
    if may_be_kept(data, where):
        raise _no_graph(unpack_any(data, where))
    return _inspected(data, where, form, say)


def given_in(source: str, form: str | None, say: Say) -> Inspection | Training | CapturedRun:
    """The graph of a source; or the training or the captured run that gatviz saved, with the model that ran.

    Raises:
        GatvizError: as `graph_in`.
    """
    data, where = loaded(source, say)
    if not may_be_kept(data, where):
        return _inspected(data, where, form, say)
    found = unpack_any(data, where)
    if form is not None:
        raise GatvizError("--from", _("a graph file"), where, _("leave it out"))
    if found.kind == "training":
        from gatviz.training.training import Training

        return Training.load(data, where)
    if found.kind == "capture":
        from gatviz.capturing.run import FORM, read_capture
        from gatviz.files.container import of_form

        return read_capture(of_form(found, FORM))
    raise _no_graph(found)


def loaded(source: str, say: Say) -> tuple[bytes, str]:
    """The bytes of a source, and what it is called."""
    given, where = bytes_of(source, say)
    return load(given, where if isinstance(given, bytes) else None, where)


def may_be_kept(data: bytes, where: str) -> bool:
    """Whether it is to be read as a file that gatviz saved; if it is none, that is told then."""
    return is_container(data) or where.lower().endswith(ENDING)


def _inspected(data: bytes, where: str, form: str | None, say: Say) -> Inspection:
    found = inspect_graph(data, where, ReadOptions(format=form))
    for note in found.graph.notes:
        say(note)
    return found


def _no_graph(found: Container) -> GatvizError:
    """Why a file of gatviz cannot be taken here, and what can take it."""
    kinds = {
        "session": (_("a session"), _("open it by “gatviz {where}”, and save its graph and weights there")),
        "training": (_("a training"), _("give it to gatviz trace, export or report")),
        "capture": (_("a captured run"), _("give it to gatviz trace, export or report")),
        "recorded": (_("a recorded run"), _("open it in Train; it holds no graph file")),
    }
    kind, mend = kinds.get(found.kind, (found.kind, _("open it with a newer gatviz")))
    return GatvizError(found.where, _("a graph"), kind, mend.format(where=found.where))
