"""Undo and redo: the values of the work before and after it, and how many of them are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gatviz.ui.session.work import Work

MAX_STEPS = 200
MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class PastStep:
    """A step: what it is called, and the work on its other side."""

    what: str
    work: Work


@dataclass(frozen=True)
class Drag:
    """The slider that was moved last: its setting, the work before that, and when, in seconds of a monotonic clock."""

    setting: str
    start: Work
    time: float = 0.0


@dataclass(frozen=True)
class History:
    """The steps that can be undone (last one last) and redone (next one last), each under its name."""

    past: tuple[PastStep, ...] = ()
    future: tuple[PastStep, ...] = ()

    @property
    def undo_name(self) -> str:
        """What an undo would take back; empty if there is nothing."""
        return self.past[-1].what if self.past else ""

    @property
    def redo_name(self) -> str:
        """What a redo would do again; empty if there is nothing."""
        return self.future[-1].what if self.future else ""

    def next_view(self, now: Work) -> int:
        """A view number that no step has."""
        return 1 + max([now.view, *(step.work.view for step in (*self.past, *self.future))])

    def after(self, now: Work, what: str) -> History:
        """The history after a step `what` that starts at `now`."""
        return History(_bounded((*self.past, PastStep(what, now))))

    def extended(self, what: str | None) -> History:
        """The history where the last step goes on: it is now called `what`, or is none if nothing is left of it."""
        *past, last = self.past
        return History((*past, replace(last, what=what)) if what is not None else tuple(past))

    def undone(self, now: Work) -> tuple[Work, History]:
        """The work before the last step, and the history then."""
        if not self.past:
            return now, self
        *past, last = self.past
        return last.work, History(tuple(past), (*self.future, replace(last, work=now)))

    def redone(self, now: Work) -> tuple[Work, History]:
        """The work after the last undone step, and the history then."""
        if not self.future:
            return now, self
        *future, last = self.future
        return last.work, History((*self.past, replace(last, work=now)), tuple(future))


def _bounded(steps: tuple[PastStep, ...]) -> tuple[PastStep, ...]:
    """The latest steps, as many as memory allows; feature matrices that steps share count once."""
    kept: list[PastStep] = []
    seen: dict[int, int] = {}
    for step in reversed(steps[-MAX_STEPS:]):
        graph = step.work.graph
        for array in (graph.x, graph.edge_index):
            seen[id(array)] = array.nbytes
        if sum(seen.values()) > MAX_BYTES and kept:
            break
        kept.append(step)
    return tuple(reversed(kept))
