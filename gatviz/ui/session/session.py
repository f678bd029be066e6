"""One person's session: one frozen value under one key, replaced by events and never changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.files import sample_graph
from gatviz.graph.graph import Graph
from gatviz.graph.positions import default_positions
from gatviz.ui.session.history import Drag, History
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.work import Work
from gatviz.words import _

_KEY = "gatviz_session"
_LATEST = "gatviz_latest"
FIRST_SAMPLE = "tutorial"


@dataclass(frozen=True)
class Locked:
    """What is locked on the stage, by node numbers of the whole graph, and the weighting shown.

    Attributes:
        target: the end of an edge; or a node by itself, where `source` is None.
    """

    target: int
    source: int | None
    weighting: str


@dataclass(frozen=True)
class Good:
    """A state that could be run and shown: what the screen goes back to where a later one cannot."""

    work: Work
    history: History


FIRST_LOCK: Literal["first"] = "first"
"""Nobody has chosen yet: the stage locks an edge by itself, one that shows what attention does."""


@dataclass(frozen=True)
class Session:
    """What must outlive a rerun.

    Attributes:
        work: all that a step changes: the graph on the screen, the model, what is pinned.
        history: what can be undone and redone.
        identity: another one for every session; an edit that was made in another is not for this one.
        edits_taken: number of the last edit of the browser that was taken over.
        problem: the sentence about the last state that could not be run and was taken back, if any.
        good: the last state that could; None before the first.
        returning: whether the screen went back to it and has yet to be shown again.
        refused: the sentence about the last edit on the canvas that was refused, if any.
        locked: what is locked on the stage.
        weighting: key of the head, or what else weighs the arrows, on show there; "" for the first.
        view: what else a person chose to look at, by the keys of the controls (see `view`).
        compare_pyg: whether the person has asked for the comparison with PyG.
        stable: whether whiskers on α are wanted: how far it moves when one arrow comes or goes.
        openings: how many models were opened so far.
        panel: what stands beside the canvas: nothing, the table of features, or the weights.
        drag: the slider that was moved last, if nothing was chosen since.
        opened: whether a link, a file or the browser brought it here, which makes it worth keeping though nothing was
            done since.
    """

    work: Work
    history: History = field(default_factory=History)
    identity: str = field(default_factory=lambda: secrets.token_hex(8))
    edits_taken: int = 0
    problem: str = ""
    good: Good | None = None
    returning: bool = False
    refused: str = ""
    locked: Locked | Literal["first"] | None = FIRST_LOCK
    weighting: str = ""
    view: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    compare_pyg: bool = False
    stable: bool = False
    openings: int = 0
    panel: Literal["", "table", "weights"] = ""
    drag: Drag | None = None
    opened: bool = False

    @property
    def graph(self) -> Graph:
        """The graph on the screen."""
        return self.work.graph

    @property
    def settings(self) -> Settings:
        """The model's."""
        return self.work.settings

    @property
    def positions(self) -> NDArray[np.float64]:
        """[N, 2] where its nodes are now."""
        assert self.work.graph.positions is not None
        return self.work.graph.positions

    @property
    def origin(self) -> str:
        """A sample's name, or what the person's own graph is called."""
        return self.work.origin

    @property
    def own(self) -> bool:
        """Whether the graph is the person's own: opened, drawn, or a sample that was edited."""
        return self.work.own

    @property
    def worth_keeping(self) -> bool:
        """Whether there is anything that a person did, or brought here."""
        return bool(self.history.past or self.history.future or self.own or self.opened)


def current() -> Session:
    """This session's state; the first sample graph at first."""
    if _KEY not in st.session_state:
        put(new())
    session: Session = st.session_state[_KEY]
    return session


def new() -> Session:
    """A session in which nothing was done yet."""
    graph = sample_graph(FIRST_SAMPLE)
    return Session(Work(graph.with_positions(default_positions(graph)), FIRST_SAMPLE))


def put(session: Session) -> None:
    """Put another session on the screen."""
    st.session_state[_KEY] = session
    latest().session = session


def update(**changes: Any) -> None:
    """Replace some fields of the session."""
    put(replace(current(), **changes))


@dataclass(eq=False)
class Latest:
    """What this page's session is now, also for who has no page."""

    session: Session | None = None


def latest() -> Latest:
    """This page's: it is there as long as the server remembers the page, some time beyond its end."""
    if _LATEST not in st.session_state:
        st.session_state[_LATEST] = Latest()
    found: Latest = st.session_state[_LATEST]
    return found


def change(work: Work, what: str) -> None:
    """Take over a step that can be undone, called `what`."""
    now = current()
    _step(work, now.history.after(now.work, what))


def go_on(work: Work, what: str | None) -> None:
    """Take over what goes on with the last step, which is called `what` now; None if it led back to where it began."""
    _step(work, current().history.extended(what))


def as_one(before: Session, what: str) -> None:
    """Let all the steps since then be one, called `what`."""
    update(history=before.history.after(before.work, what))


def undo() -> None:
    """Take the last step back."""
    now = current()
    _step(*now.history.undone(now.work))


def redo() -> None:
    """Take the last undone step again."""
    now = current()
    _step(*now.history.redone(now.work))


def _step(work: Work, history: History) -> None:
    locked = current().locked
    if isinstance(locked, Locked):
        another = work.drawing != current().work.drawing
        locked = _carried(locked, current().graph, work.graph) or (FIRST_LOCK if another else None)
    update(work=work, history=history, problem="", refused="", locked=locked)


def _carried(locked: Locked, before: Graph, after: Graph) -> Locked | None:
    """The same by the numbers of another graph; a node that was only renamed keeps its number."""
    places = {name: n for n, name in enumerate(after.names)}
    renamed = before.num_nodes == after.num_nodes

    def place(node: int) -> int | None:
        found = places.get(before.names[node])
        return node if found is None and renamed and after.names[node] not in before.names else found

    target, source = place(locked.target), None if locked.source is None else place(locked.source)
    if target is None or (source is None and locked.source is not None):
        return None
    return replace(locked, target=target, source=source)


def remember() -> None:
    """The present could be run and shown."""
    now = current()
    update(good=Good(now.work, now.history), returning=False)


def back_to_good(problem: str) -> bool:
    """Put the last good state back and tell why; False if there is none, or if it is what failed."""
    now = current()
    good = now.good
    if good is None or now.returning or good.work == now.work:
        return False
    what = now.history.undo_name
    _step(good.work, good.history)
    told = (
        _("“{what}” was taken back: the screen shows what it showed before.").format(what=what)
        if what
        else _("The screen shows what it showed before.")
    )
    update(problem=f"{problem} {told}", returning=True)
    return True
