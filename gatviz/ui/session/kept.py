"""The session as a `.gatviz` container, and back: what is kept in the browser, saved as a file, carried by a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from gatviz.capturing.run import FORM as CAPTURE
from gatviz.capturing.run import CapturedRun, KeptRun, read_capture, run_content, run_of
from gatviz.errors import GatvizError, quote
from gatviz.files import sample_graph_names
from gatviz.files.container import Container, Form, of_form, pack, pack_link, unpack_any, unpack_link
from gatviz.files.kept_graph import ArrayStore, KeptGraph, graph_content, graph_from_content
from gatviz.files.limits import MAX_MEMBERS
from gatviz.graph.graph import Graph
from gatviz.model.kept_steps import made
from gatviz.numbers import check_finite
from gatviz.ui.session.captured import captured_work
from gatviz.ui.session.history import MAX_STEPS, History, PastStep
from gatviz.ui.session.kept_model import (
    KeptModel,
    KeptWeights,
    opened_content,
    opened_of,
    settings_content,
    settings_of,
    weights_content,
    weights_of,
)
from gatviz.ui.session.session import FIRST_LOCK, Locked, Session
from gatviz.ui.session.work import Pin, Slot, Work
from gatviz.words import _

FORM = Form("session", 1)
MAX_HISTORY = 1_000_000
"""Bytes, about, of steps that can be undone or redone that are kept."""
_MAX_ARRAYS = MAX_MEMBERS - 20
_BYTES_OF_A_NAME = 20
_MAX_VIEW = 50


class _Work(msgspec.Struct):
    graph: int
    positions: str
    origin: str
    own: bool
    settings: dict[str, Any]
    weights: KeptWeights | None
    opened: KeptModel | None
    pins: list[_Pin]
    view: int
    drawing: int
    captured: int | None = None
    call: int = 0


class _Pin(msgspec.Struct):
    slot: Slot
    work: _Work
    layer: int


class _Step(msgspec.Struct):
    what: str
    work: _Work


class _Lock(msgspec.Struct):
    target: int
    source: int | None
    weighting: str


class _Session(msgspec.Struct):
    identity: str
    edits_taken: int
    graphs: list[KeptGraph]
    work: _Work
    past: list[_Step]
    future: list[_Step]
    locked: _Lock | Literal["first"] | None
    weighting: str
    panel: Literal["", "table", "weights"]
    openings: int
    view: dict[str, str | int | float | bool]
    captures: list[KeptRun] = msgspec.field(default_factory=list)
    stable: bool = False


# ---- to bytes -----------------------------------------------------------------------------------------------------


def to_file(now: Session) -> bytes:
    """The session as the bytes of a file.

    Raises:
        GatvizError: something in it that cannot be kept, or more than a file may hold.
    """
    return pack(FORM, *_parts(now, history=True))


def to_link(now: Session) -> str:
    """The session as text for a link, without its history.

    Raises:
        GatvizError: something in it that cannot be kept.
    """
    return pack_link(FORM, *_parts(now, history=False))


@dataclass
class _Writer:
    """Arrays and graphs that are the same stand once."""

    arrays: ArrayStore = field(default_factory=ArrayStore)
    graphs: list[dict[str, Any]] = field(default_factory=list)
    captures: list[dict[str, Any]] = field(default_factory=list)
    words: int = 0
    _places: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _runs: dict[int, int] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """About what it takes together."""
        return self.arrays.bytes + self.words

    def graph(self, graph: Graph) -> int:
        key = (graph.fingerprint, graph.description, graph.notes)
        if key not in self._places:
            self._places[key] = len(self.graphs)
            self.graphs.append(graph_content(graph, self.arrays.put))
            self.words += _BYTES_OF_A_NAME * (graph.num_nodes + graph.num_edges * len(graph.edge_attributes))
        return self._places[key]

    def capture(self, run: CapturedRun) -> int:
        """Its place among the captured runs; each stands once."""
        if id(run) not in self._runs:
            self._runs[id(run)] = len(self.captures)
            self.captures.append(run_content(run, self.arrays.put))
        return self._runs[id(run)]

    def work(self, work: Work) -> dict[str, Any]:
        assert work.graph.positions is not None
        return {
            "graph": self.graph(work.graph),
            "positions": self.arrays.put("positions", work.graph.positions),
            "origin": work.origin,
            "own": work.own,
            "settings": settings_content(work.settings),
            "weights": None if work.weights is None else weights_content(work.weights, self.arrays.put),
            "opened": None if work.opened is None else opened_content(work.opened),
            "pins": [{"slot": pin.slot, "work": self.work(pin.work), "layer": pin.layer} for pin in work.pins],
            "view": work.view,
            "drawing": work.drawing,
            "captured": None if work.captured is None else self.capture(work.captured),
            "call": work.call,
        }

    def steps(self, steps: tuple[PastStep, ...]) -> list[dict[str, Any]]:
        """The last of them, as far as they are small; the last one last."""
        kept: list[dict[str, Any]] = []
        most = self.bytes + MAX_HISTORY
        for step in reversed(steps):
            kept.append({"what": step.what, "work": self.work(step.work)})
            if self.bytes > most or len(self.arrays.held) > _MAX_ARRAYS:
                break
        return kept[::-1]


def _parts(now: Session, *, history: bool) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    writer = _Writer()
    locked = now.locked
    content: dict[str, Any] = {
        "identity": now.identity,
        "edits_taken": now.edits_taken,
        "work": writer.work(now.work),
        "past": writer.steps(now.history.past) if history else [],
        "future": writer.steps(now.history.future) if history else [],
        "locked": (
            {"target": locked.target, "source": locked.source, "weighting": locked.weighting}
            if isinstance(locked, Locked)
            else locked
        ),
        "weighting": now.weighting,
        "panel": now.panel,
        "openings": now.openings,
        "view": dict(now.view),
        "stable": now.stable,
    }
    return {**content, "graphs": writer.graphs, "captures": writer.captures}, writer.arrays.held


# ---- from bytes ---------------------------------------------------------------------------------------------------


def from_file(data: bytes, where: str) -> Session:
    """The session in a file; of a file that `gatviz.Capture.save` wrote one that shows its first call.

    Raises:
        GatvizError: another file, broken, too large, of a version that is not known, or of values that gatviz does not
            have.
    """
    found = unpack_any(data, where)
    if found.kind == CAPTURE.kind:
        return Session(captured_work(read_capture(of_form(found, CAPTURE)), 0, opening=1), openings=1)
    return _session(of_form(found, FORM))


def from_link(text: str, where: str) -> Session:
    """The session in a link; its edits are counted anew. Errors as `from_file`."""
    found = _session(unpack_link(text, where, FORM))
    return replace(found, identity=Session(found.work).identity, edits_taken=0)


@dataclass
class _Reader:
    container: Container
    graphs: list[Graph] = field(default_factory=list)
    captures: list[CapturedRun] = field(default_factory=list)

    @property
    def where(self) -> str:
        return self.container.where

    def get(self, name: str) -> NDArray[Any]:
        array = self.container.arrays.get(name)
        if array is None or array.dtype.kind != "f" or not array.size:
            raise GatvizError(f"{self.where}, {quote(name)}", _("numbers"), _("none"), _("save it again"))
        check_finite(f"{self.where}, {quote(name)}", float(np.abs(array).max()), _("save it again"))
        return array

    def work(self, kept: _Work, *, of_pin: bool = False) -> Work:
        if not 0 <= kept.graph < len(self.graphs) or (of_pin and kept.pins):
            raise GatvizError(self.where, _("a graph that is in it"), quote(kept.graph), _("save it again"))
        positions = self.container.array(kept.positions, (None, 2), "f")
        graph = self.graphs[kept.graph].with_positions(positions.astype(np.float64))
        weights = None if kept.weights is None else weights_of(kept.weights, self.get, self.where)
        opened = None
        if kept.opened is not None:
            if weights is None or weights.weights.in_features != graph.num_features:
                expected = _("weights that fit the graph")
                raise GatvizError(self.where, expected, _("others"), _("open the weights again"))
            opened = opened_of(kept.opened, weights.weights, self.where)
        captured = None
        if kept.captured is not None:
            if not 0 <= kept.captured < len(self.captures):
                raise GatvizError(self.where, _("a captured run in it"), quote(kept.captured), _("save it again"))
            captured = self.captures[kept.captured]
            if not 0 <= kept.call < len(captured.calls):
                raise GatvizError(self.where, _("a call that is in it"), quote(kept.call), _("save it again"))
        pins = tuple(Pin(pin.slot, self.work(pin.work, of_pin=True), max(0, pin.layer)) for pin in kept.pins)
        return Work(
            graph=graph,
            origin=kept.origin,
            own=kept.own or kept.origin not in sample_graph_names(),
            settings=settings_of(kept.settings, self.where, opened),
            weights=weights,
            opened=opened,
            pins=pins,
            view=kept.view,
            drawing=kept.drawing,
            captured=captured,
            call=kept.call if captured is not None else 0,
        )

    def steps(self, kept: list[_Step]) -> tuple[PastStep, ...]:
        return tuple(PastStep(step.what, self.work(step.work)) for step in kept[-MAX_STEPS:])


def _session(container: Container) -> Session:
    kept = made(container.content, _Session, container.where)
    reader = _Reader(container)
    reader.captures = [run_of(run, container) for run in kept.captures]
    reader.graphs = [graph_from_content(graph, container) for graph in kept.graphs]
    work = reader.work(kept.work)
    nodes = range(work.graph.num_nodes)
    locked: Locked | Literal["first"] | None = None
    if isinstance(kept.locked, _Lock):
        ends = (kept.locked.target, kept.locked.source)
        if all(node in nodes for node in ends if node is not None):
            locked = Locked(kept.locked.target, kept.locked.source, kept.locked.weighting)
    elif kept.locked == FIRST_LOCK:
        locked = FIRST_LOCK
    return Session(
        work=work,
        history=History(reader.steps(kept.past), reader.steps(kept.future)),
        identity=kept.identity,
        edits_taken=max(0, kept.edits_taken),
        locked=locked,
        weighting=kept.weighting,
        openings=kept.openings,
        panel=kept.panel,
        view=_few(kept.view),
        stable=kept.stable,
    )


def _few(view: Mapping[str, Any]) -> dict[str, Any]:
    return dict(list(view.items())[:_MAX_VIEW])
