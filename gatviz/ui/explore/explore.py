"""The Explore workspace: the graph with its weights, the matrices behind them, one arc's story."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from gatviz import words
from gatviz.analysis import WhatIf, uniformity
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.colours import stage_palettes
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.stage.change import change_stage, pack_change
from gatviz.stage.column_names import input_names
from gatviz.stage.pack import Weighting, pack_scene
from gatviz.stage.part import packed
from gatviz.stage.stages import with_stage
from gatviz.stage.story import first_arc, local_arc, pack_details, pack_proofs, pack_story
from gatviz.stage.texts import ENGLISH
from gatviz.ui.explore.feature_table import feature_table
from gatviz.ui.explore.notice import notice
from gatviz.ui.explore.part import Around, is_large, part_choice, shown_part
from gatviz.ui.explore.weightings import weightings
from gatviz.ui.session import from_browser, pins, run_cache, session
from gatviz.ui.session.model import predicted, whose_weights
from gatviz.ui.session.settings import Settings
from gatviz.ui.stage_component import stage
from gatviz.ui.weights.table import weights_table

_LONGEST_DESCRIPTION = 600
_TABLE_WIDTH = 360


def explore(now: session.Session, settings: Settings, run: run_cache.Run) -> list[Weighting]:
    """Mount the stage for a run; the weightings that it offers."""
    trace = run.trace
    around = part_choice(now.graph) if is_large(trace) else None
    names = input_names(run.whole, run.layer)
    choices, part, scene = _scene(run.key, around, words.language(), now.graph, trace, names)
    predictions = predicted(now, settings, run)
    changed = pins.since_baseline(now, settings, run)
    data = {
        **scene,
        **_change(changed, scene, trace, part),
        "layer": run.layer,
        "revision": f"{now.work.view} {around}",
        "positions": np.round(now.positions[part.nodes], 5).tolist(),
        "story": pack_story(now.graph, trace, part, _arc_told(now, trace, part, choices), names),
        **_locked_at_start(part),
        "proofs": pack_proofs(run_cache.checks(run, pyg=now.compare_pyg)),
        "pygAsked": now.compare_pyg,
        "description": now.graph.description[:_LONGEST_DESCRIPTION],
        "whoseWeights": whose_weights(now),
        "notice": notice(now, trace, part, choices, settings, changed, predictions),
        "directed": now.graph.directed,
        "editsTaken": now.edits_taken,
        "undo": now.history.undo_name,
        "redo": now.history.redo_name,
        "predicted": [] if predictions is None else predictions.predicted[part.nodes].tolist(),
        "wrong": [] if predictions is None else np.isin(part.nodes, predictions.wrong).astype(int).tolist(),
        "freeNumber": _free_number(now.graph) if is_large(trace) else 0,
        "refused": now.refused,
        "panel": now.panel,
    }

    def mount() -> None:
        stage(data, edits=from_browser.take_edits, looked=from_browser.take_lock, asked=from_browser.take_request)

    if not now.panel:
        mount()  # on its own: a row of containers costs the browser 150 ms a change
        return choices
    with st.container(horizontal=True, gap="small", key="with-panel"):
        with st.container(width="stretch"):
            mount()
        with st.container(width=_TABLE_WIDTH):
            if now.panel == "table":
                feature_table(now)
            else:
                weights_table(now, run.layer, names)
    return choices


@st.cache_resource(max_entries=16, show_spinner=False)
def _scene(
    key: str,  # noqa: ARG001 - with `around`, the key of what follows
    around: Around | None,
    language: str,  # noqa: ARG001 - of the words in it
    _graph: Graph,
    _trace: LayerTrace,
    _names: tuple[str, ...],
) -> tuple[list[Weighting], Part, dict[str, Any]]:
    """All of the stage's data that a drag or a lock leaves as it is."""
    choices, part = weightings(_trace), shown_part(_trace, around)
    even = uniformity(_trace)
    details = {
        **pack_details(_trace, part),
        "evenness": packed(even.evenness[part.nodes]),
        "readsLike": [[even.reads_like(n, head) for head in range(_trace.num_heads)] for n in part.nodes],
    }
    return choices, part, pack_scene(_graph, _trace, choices, stage_palettes(), ENGLISH, _names, part, details)


def _free_number(graph: Graph) -> int:
    """A number above all names that are numbers: the browser does not know the nodes outside its part."""
    return 1 + max((int(name) for name in graph.names if name.isascii() and name.isdigit()), default=-1)


def _change(changed: WhatIf | None, scene: dict[str, Any], trace: LayerTrace, part: Part) -> dict[str, Any]:
    """What changed since the pinned baseline, with a stage of its own in the chain."""
    if changed is None:
        return {"change": None}
    stages = with_stage(scene["stages"], change_stage(changed, trace, part))
    return {"stages": stages, "change": pack_change(changed, part, baseline=next(iter(pins.pinned())))}


def _arc_told(
    now: session.Session, trace: LayerTrace, part: Part, choices: list[Weighting]
) -> tuple[int, int, int] | None:
    """The locked arc and head whose story is told: (target, source, head)."""
    locked = now.locked
    if locked == session.FIRST_LOCK:
        arc = first_arc(trace, part)
        locked = None if arc is None else session.Locked(*arc, weighting=choices[0].key)
        session.update(locked=locked)
    for choice in choices:
        if locked is not None and choice.key == locked.weighting and choice.head is not None:
            return locked.target, locked.source, choice.head
    return None


def _locked_at_start(part: Part) -> dict[str, Any]:
    """What a stage that is mounted anew locks and shows: what was locked and shown before."""
    locked = session.current().locked
    if not isinstance(locked, session.Locked):
        return {"lockedAtStart": None, "weightingAtStart": None}
    return {
        "lockedAtStart": local_arc((locked.target, locked.source), part),
        "weightingAtStart": locked.weighting,
    }
