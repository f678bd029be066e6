"""Pinned baselines: frozen copies of what was on the screen, to compare the present with, or each other."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gatviz.analysis import WhatIf, what_if
from gatviz.graph.graph import Graph
from gatviz.model.trace import Trace
from gatviz.ui.session import session
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import ALWAYS, Settings, controls
from gatviz.ui.session.work import Work
from gatviz.words import _

_KEY = "gatviz_pins"
Slot = Literal["A", "B"]
SLOTS: tuple[Slot, ...] = ("A", "B")


@dataclass(frozen=True, eq=False)
class Pin:
    """One state of the screen, kept as it was: the work (graph, positions, weights), settings and run.

    Attributes:
        layer: the place among the trace's layers of the one that was on show.
    """

    work: Work
    settings: Settings
    trace: Trace
    layer: int

    @property
    def graph(self) -> Graph:
        """The graph that was run."""
        return self.work.graph

    @property
    def positions(self) -> NDArray[np.float64]:
        """[N, 2] where its nodes stood."""
        assert self.work.graph.positions is not None
        return self.work.graph.positions


def present(now: session.Session, settings: Settings, run: Run) -> Pin:
    """What is on the screen now, as it would be pinned."""
    layer = next(place for place, layer in enumerate(run.whole.layers) if layer is run.trace)
    return Pin(now.work, settings, run.whole, layer)


def pinned() -> dict[Slot, Pin]:
    """The pins of this session, A before B."""
    kept: dict[Slot, Pin] = st.session_state.get(_KEY, {})
    return {slot: kept[slot] for slot in SLOTS if slot in kept}


def free_slot() -> Slot | None:
    """Where the next pin goes; None if both are taken."""
    return next((slot for slot in SLOTS if slot not in pinned()), None)


def pin(slot: Slot, value: Pin) -> None:
    """Keep a state; another one in this slot is let go."""
    st.session_state[_KEY] = {**pinned(), slot: value}


def unpin(slot: Slot) -> None:
    """Let a pin go."""
    st.session_state[_KEY] = {name: value for name, value in pinned().items() if name != slot}


def change(before: Pin, after: Pin, layer: int) -> WhatIf:
    """What changed from one state to another, in the layer of both that comes nearest to this one."""
    return what_if(before.trace, after.trace, common_layer(before, after, layer))


def common_layer(before: Pin, after: Pin, layer: int) -> int:
    """The layer, or the last that both have."""
    return min(layer, len(before.trace.layers) - 1, len(after.trace.layers) - 1)


def since_baseline(now: session.Session, settings: Settings, run: Run) -> WhatIf | None:
    """What changed since the first pin; None without one. Its `on_present` goes with the edges on the stage."""
    after = present(now, settings, run)
    return next((change(kept, after, after.layer) for kept in pinned().values()), None)


def changed_settings(before: Pin, after: Pin) -> list[tuple[str, object, object]]:
    """The settings that differ: name, value before, value after. An opened model brings its own layers."""
    names = [field.name for field in fields(Settings) if field.name != "opened"]
    told: list[tuple[str, object, object]] = []
    if before.work.opened or after.work.opened:
        names = list(ALWAYS)
        was, is_now = (kept.work.opened.name if kept.work.opened else None for kept in (before, after))
        if was != is_now:
            told.append(("opened", was, is_now))
    old, new = before.settings, after.settings
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in names]
    return told + [pair for pair in pairs if pair[1] != pair[2]]


def put_back(slot: Slot) -> None:
    """Put a pinned state back on the screen, its graph, weights and settings, as a step that can be undone."""
    kept, now = pinned()[slot], session.current()
    session.change(
        replace(kept.work, view=now.history.next_view(now.work)), _("back to baseline {slot}").format(slot=slot)
    )
    st.session_state.update(controls(kept.settings, kept.work))
