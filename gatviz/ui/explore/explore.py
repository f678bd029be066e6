"""The Explore workspace: the graph with its weights, the matrices behind them, one edge's story."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import numpy as np
import streamlit as st
from msgspec.structs import asdict

from gatviz import words
from gatviz.analysis import Stability, WhatIf, stability
from gatviz.attention.layer_trace import LayerTrace
from gatviz.colours import stage_palettes
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.model.weights import Weights
from gatviz.stage.change import change_stage, pack_change
from gatviz.stage.column_names import input_names
from gatviz.stage.details import first_edge, local_focus, pack_proofs, pack_story
from gatviz.stage.guide import pack_guide
from gatviz.stage.pack import Weighting, pack_scene
from gatviz.stage.part import Around, is_large, shown_part
from gatviz.stage.protocol import Answer, Palettes
from gatviz.stage.reasons import pack_answers
from gatviz.stage.screen_protocol import Scene, Screen
from gatviz.stage.stages import with_stage
from gatviz.stage.texts import texts
from gatviz.stage.weightings import weightings
from gatviz.ui.explore.notice import notice
from gatviz.ui.explore.part import part_choice
from gatviz.ui.session import captured, from_browser, pins, run_cache, session
from gatviz.ui.session.model import predicted, present_weights, weights_badge, whose_weights
from gatviz.ui.session.settings import Settings
from gatviz.ui.stage_component import stage
from gatviz.words import _

_MAX_DESCRIPTION = 600
_MAX_TITLE = 60
_TABLE_WIDTH = 360
_MAX_SECONDS = 1.5
"""So long α is tried under changes."""


def explore(now: session.Session, settings: Settings, run: run_cache.Run) -> None:
    """Mount the stage for a run, and what is opened beside it."""
    names = input_names(run.whole, run.layer)
    screen = _screen(now, settings, run, names)
    if not now.panel:
        _mount(screen)  # on its own: a row of containers costs the browser 150 ms a change
        return
    with st.container(horizontal=True, gap="small", key="with-panel"):
        with st.container(width="stretch"):
            _mount(screen)
        with st.container(width=_TABLE_WIDTH):
            if now.panel == "table":
                from gatviz.ui.explore.feature_table import feature_table

                feature_table(now)
            elif now.work.given is not None:
                st.info(_("α was given: there are no weights here that it could be computed with."))
            else:
                from gatviz.ui.weights.table import weights_table

                weights_table(now, run.layer, names)


def _mount(screen: Screen) -> None:
    stage(screen, edits=from_browser.take_edits, looked=from_browser.take_lock, asked=from_browser.take_request)


def _screen(now: session.Session, settings: Settings, run: run_cache.Run, names: tuple[str, ...]) -> Screen:
    """All that the stage shows: the run, what is locked in it, and the session around it."""
    trace, graph = run.trace, now.graph
    around = part_choice(graph) if is_large(trace) else None
    choices, part, scene = _scene(run.key, around, words.language(), graph, run, names)
    changed = pins.since_baseline(now, run)
    predictions = predicted(now, settings, run)
    locked = _locked(now, trace, part)
    told_edge = _edge_told(locked, choices)
    answered = local_focus(locked.target, locked.source, part) if locked else None
    return Screen(
        **asdict(scene) | _change(changed, scene, trace, part),
        layer=run.layer,
        revision=f"{now.identity} {now.work.view} {around}",
        positions=np.round(now.positions[part.nodes], 5).tolist(),
        story=pack_story(graph, trace, part, told_edge, names),
        answers=_answers(now, settings, run, part, choices, locked if answered else None),
        answered=answered,
        guide=pack_guide(trace, part, graph.names, told_edge),
        locked_at_start=answered,
        weighting_at_start=locked.weighting if locked else now.weighting or None,
        proofs=pack_proofs(captured.checks(now, run)),
        pyg_asked=now.compare_pyg,
        stable_asked=None if trace.alpha_alone else now.stable,
        description=graph.description[:_MAX_DESCRIPTION],
        graph_title=now.origin[:_MAX_TITLE],
        whose_weights=whose_weights(now),
        badge=weights_badge(now),
        notice=notice(now, trace, part, choices, settings, changed, predictions),
        directed=graph.directed,
        fixed=False,
        session=now.identity,
        drawing=now.work.drawing,
        edits_taken=now.edits_taken,
        undo=now.history.undo_name,
        redo=now.history.redo_name,
        predicted=[] if predictions is None else predictions.predicted[part.nodes].tolist(),
        wrong=[] if predictions is None else np.isin(part.nodes, predictions.wrong).astype(int).tolist(),
        free_number=_free_number(graph) if is_large(trace) else 0,
        refused=now.refused,
        panel=now.panel,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _scene(
    key: str,  # noqa: ARG001 - with `around`, the key of what follows
    around: Around | None,
    language: str,  # noqa: ARG001 - of the words in it
    _graph: Graph,
    _run: run_cache.Run,
    _names: tuple[str, ...],
) -> tuple[list[Weighting], Part, Scene]:
    """All of the stage's data that a drag or a lock leaves as it is."""
    trace = _run.trace
    choices, part = weightings(trace), shown_part(trace, around)
    palettes = msgspec.convert(stage_palettes(), Palettes)
    return choices, part, pack_scene(_graph, trace, choices, palettes, texts(), _names, part, _run.whole)


def _answers(
    now: session.Session,
    settings: Settings,
    run: run_cache.Run,
    part: Part,
    choices: list[Weighting],
    locked: session.Locked | None,
) -> list[Answer]:
    """An answer for each weighting: of what is locked, or of the whole layer."""
    target, source = (locked.target, locked.source) if locked else (None, None)
    stable = _stable(now, settings, run, target)
    return pack_answers(run.trace, part, now.graph.names, [one.which for one in choices], target, source, stable)


def _stable(
    now: session.Session, settings: Settings, run: run_cache.Run, target: int | None
) -> tuple[Stability, int] | None:
    """How α into the locked node moves when one arrow comes or goes, where that is asked."""
    if not now.stable or target is None or run.trace.alpha_alone:
        return None
    return _stability(run.key.partition(" layer ")[0], target, now.graph, settings, present_weights(now)), run.layer


@st.cache_resource(max_entries=16, show_spinner=False)
def _stability(
    key: str,  # noqa: ARG001 - of the run, which says all but the node
    target: int,
    _graph: Graph,
    _settings: Settings,
    _weights: Weights | None,
) -> Stability:
    """Of a large graph as many changes as there is time for; it is said how many those are."""
    until = time.monotonic() + _MAX_SECONDS
    model = run_cache.present_model(_graph, _settings, _weights)
    return stability(model, _graph, target, stop=lambda: time.monotonic() > until)


def _free_number(graph: Graph) -> int:
    """A number above all names that are numbers: the browser does not know the nodes outside its part."""
    return 1 + max((int(name) for name in graph.names if name.isascii() and name.isdigit()), default=-1)


def _change(changed: WhatIf | None, scene: Scene, trace: LayerTrace, part: Part) -> dict[str, Any]:
    """What changed since the pinned baseline, with a stage of its own in the chain."""
    if changed is None:
        return {"change": None}
    stages = with_stage(scene.stages, change_stage(changed, trace, part))
    return {"stages": stages, "change": pack_change(changed, part, baseline=next(iter(pins.pinned())))}


def _locked(now: session.Session, trace: LayerTrace, part: Part) -> session.Locked | None:
    """What is locked, at first an edge that is worth a look."""
    locked = now.locked
    if locked == session.FIRST_LOCK:
        edge = first_edge(trace, part)
        locked = None if edge is None else session.Locked(edge[0], edge[1], weighting=f"head-{edge[2]}")
        session.update(locked=locked)
    return locked if isinstance(locked, session.Locked) else None


def _edge_told(locked: session.Locked | None, choices: list[Weighting]) -> tuple[int, int, int] | None:
    """The locked edge and head whose story is told: (target, source, head)."""
    for choice in choices:
        if locked is None or locked.source is None or choice.head is None:
            continue
        if choice.key == locked.weighting:
            return locked.target, locked.source, choice.head
    return None
