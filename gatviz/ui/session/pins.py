"""Pinned baselines: frozen copies of what was on the screen, to compare the present with, or each other."""

from __future__ import annotations

from dataclasses import fields, replace

from gatviz.analysis import WhatIf, what_if
from gatviz.ui.session import session
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import ALWAYS, Settings
from gatviz.ui.session.work import SLOTS, Pin, Slot, new_drawing
from gatviz.words import _


def present(now: session.Session, run: Run) -> Pin:
    """What is on the screen now, as it would be pinned in the free slot."""
    layer = next(place for place, layer in enumerate(run.whole.layers) if layer is run.trace)
    return Pin(free_slot() or SLOTS[0], replace(now.work, pins=()), layer)


def pinned() -> dict[Slot, Pin]:
    """The pins of this session, A before B."""
    return {kept.slot: kept for kept in session.current().work.pins}


def free_slot() -> Slot | None:
    """Where the next pin goes; None if both are taken."""
    return next((slot for slot in SLOTS if slot not in pinned()), None)


def pin(value: Pin) -> None:
    """Keep a state; another one in its slot is let go."""
    kept = {**pinned(), value.slot: value}
    _keep(kept, _("pin baseline {slot}").format(slot=value.slot))


def unpin(slot: Slot) -> None:
    """Let a pin go."""
    kept = pinned()
    if kept.pop(slot, None) is not None:
        _keep(kept, _("unpin baseline {slot}").format(slot=slot))


def _keep(kept: dict[Slot, Pin], what: str) -> None:
    pins = tuple(kept[slot] for slot in SLOTS if slot in kept)
    session.change(replace(session.current().work, pins=pins), what)


def change(before: Pin, after: Pin, layer: int) -> WhatIf:
    """What changed from one state to another, in the layer of both that comes nearest to this one."""
    return what_if(before.trace, after.trace, common_layer(before, after, layer))


def common_layer(before: Pin, after: Pin, layer: int) -> int:
    """The layer, or the last that both have."""
    return min(layer, len(before.trace.layers) - 1, len(after.trace.layers) - 1)


def since_baseline(now: session.Session, run: Run) -> WhatIf | None:
    """What changed since the first pin; None without one. Its `on_present` goes with the edges on the stage."""
    after = present(now, run)
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
    work = replace(
        kept.work,
        pins=now.work.pins,
        view=now.history.next_view(now.work),
        drawing=new_drawing(),
    )
    session.change(work, _("back to baseline {slot}").format(slot=slot))
