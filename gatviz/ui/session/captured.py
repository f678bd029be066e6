"""A captured run on the screen: each call is work of its own, a graph and a model of one layer, or α alone."""

from __future__ import annotations

from dataclasses import replace

from gatviz.capturing.run import CapturedCall, CapturedRun
from gatviz.graph.positions import default_positions
from gatviz.model.proof import Check, against_own
from gatviz.ui.session import run_cache, session
from gatviz.ui.session.run_cache import Run
from gatviz.ui.session.settings import Settings
from gatviz.ui.session.work import HeldWeights, OpenedModel, Work, new_drawing
from gatviz.words import _

_MAX_TITLE = 40


def captured_work(run: CapturedRun, place: int, opening: int, before: Work | None = None) -> Work:
    """One call of a run, as it was captured.

    Arguments:
        opening: tells its model from others, see `OpenedModel`.
        before: what is on the screen; nodes that stand there stay where they are, and pins stay too.
    """
    call = run.calls[place]
    same = before is not None and before.graph.names == call.graph.names
    positions = before.graph.positions if before is not None and same else default_positions(call.graph)
    work = Work(
        graph=call.graph.with_positions(positions),
        origin=run.title,
        own=True,
        settings=Settings() if before is None else Settings(device=before.settings.device),
        pins=() if before is None else before.pins,
        view=0 if before is None else before.view,
        drawing=new_drawing(),
        captured=run,
        call=place,
    )
    layer = call.layer
    if layer is None:
        return work
    opened = OpenedModel(
        run_title(run, call), (("layers.0", layer.settings),), layer.self_loops, opening, layer.loop_features
    )
    settings = replace(
        work.settings,
        opened=opened.steps,
        self_loops=layer.self_loops,
        loop_features=layer.loop_features.value,
        filled_loops=layer.loop_features.filled,
    )
    held = HeldWeights(layer.all_weights, under=None, by_hand=True)
    return replace(work, settings=settings, weights=held, opened=opened)


def run_title(run: CapturedRun, call: CapturedCall) -> str:
    """ "Net · conv1"."""
    title = run.title[:_MAX_TITLE]
    return f"{title} · {call.called[:_MAX_TITLE]}" if call.name or call.kind else title


def choose_call(place: int) -> None:
    """Show another call of the captured run; a step only where that leaves an edit behind, which undo brings back."""
    now = session.current()
    run = now.work.captured
    if run is None or place == now.work.call or place not in range(len(run.calls)):
        return
    session.update(openings=now.openings + 1)
    work = captured_work(run, place, now.openings + 1, now.work)
    if now.work.as_captured:
        session.update(work=work, problem="", refused="")
    else:
        session.change(work, _("look at {call}").format(call=run.calls[place].called))
    locked, call = session.current().locked, run.calls[place]
    if isinstance(locked, session.Locked):
        there = call.graph.num_nodes == now.graph.num_nodes and locked.weighting in _weightings(call)
        session.update(locked=locked if there else session.FIRST_LOCK)


def _weightings(call: CapturedCall) -> list[str]:
    """The keys of what can weigh the arrows in every call of so many heads."""
    return [f"head-{head}" for head in range(call.num_heads)]


def notes(work: Work) -> tuple[str, ...]:
    """What is to be said of the captured run above the stage."""
    run, call = work.captured, work.captured_call
    if run is None or call is None:
        return ()
    return tuple(one for one in (run.unproved, _of_call(work, call)) if one)


def _of_call(work: Work, call: CapturedCall) -> str:
    if not work.as_captured:
        return _("Edited since: these are no longer the numbers that were captured.")
    if call.layer is not None:
        return ""
    return _("α alone is known here: Wh, e and h′ are not there, so the chain begins and ends with α.")


def checks(now: session.Session, run: Run) -> tuple[Check, ...]:
    """The proof of the numbers on the screen, of a captured call that of the layer's own output among it."""
    found = run_cache.checks(run, pyg=now.compare_pyg)
    call = now.work.captured_call
    if call is None or call.layer is None or not now.work.as_captured:
        return found
    return (against_own(run.trace.out, call.layer.out, call.kind), *found)
