"""The Explore workspace: the graph with its weights, the matrices behind them, one arc's story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from gatviz.analysis import Predictions, WhatIf, uniformity
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import LayerTrace
from gatviz.charts.colours import stage_palettes
from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.stage.change import change_stage, pack_change
from gatviz.stage.column_names import input_names
from gatviz.stage.details import first_edge, local_edge, pack_details, pack_proofs, pack_story
from gatviz.stage.pack import Weighting, pack_scene
from gatviz.stage.part import packed
from gatviz.stage.stages import with_stage
from gatviz.stage.texts import ENGLISH
from gatviz.ui import compute, edits, pins, state, texts
from gatviz.ui.compare_predictions import predicted
from gatviz.ui.feature_table import feature_table
from gatviz.ui.settings import Settings
from gatviz.ui.shown_part import Around, is_large, part_choice, shown_part
from gatviz.ui.stage_component import stage
from gatviz.ui.weight_edits import present_weights
from gatviz.ui.weightings import weightings
from gatviz.ui.weights_table import weights_table
from gatviz.ui.whose_weights import whose_weights

_LONGEST_DESCRIPTION = 600
_TABLE_WIDTH = 360
_MOST_CHANGES = 4
_LONGEST_NAME = 24


@dataclass(frozen=True)
class Shown:
    """What the stage shows now, for whoever takes it away."""

    trace: LayerTrace
    choices: list[Weighting]


def explore(now: state.State, settings: Settings, run: compute.Run) -> Shown:
    """Mount the stage for a run."""
    trace = run.trace
    around = part_choice(now.graph) if is_large(trace) else None
    names = input_names(run.whole, run.layer)
    choices, part, scene = _scene(run.key, around, now.graph, trace, names)
    predictions = predicted(now, settings, run)
    changed = pins.since_baseline(now, settings, run)
    data = {
        **scene,
        **_change(changed, scene, trace, part),
        "layer": run.layer,
        "revision": f"{now.work.view} {around}",
        "positions": np.round(now.positions[part.nodes], 5).tolist(),
        "story": pack_story(now.graph, trace, part, _locked(now, trace, part, choices), names),
        **_looked_at(part),
        "proofs": pack_proofs(compute.checks(run, pyg=now.compare_pyg)),
        "pygAsked": now.compare_pyg,
        "description": now.graph.description[:_LONGEST_DESCRIPTION],
        "whoseWeights": whose_weights(now),
        "notice": _notice(now, trace, part, choices, settings, changed, predictions),
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
        stage(data, edits=edits.take_edits, looked=state.take_look, asked=_take_request)

    if not now.panel:
        mount()  # on its own: a row of containers costs the browser 150 ms a change
        return Shown(trace, choices)
    with st.container(horizontal=True, gap="small", key="with-panel"):
        with st.container(width="stretch"):
            mount()
        with st.container(width=_TABLE_WIDTH):
            if now.panel == "table":
                feature_table(now)
            else:
                weights_table(now, run.layer, names)
    return Shown(trace, choices)


@st.cache_resource(max_entries=16, show_spinner=False)
def _scene(
    key: str,  # noqa: ARG001 - with `around`, the key of what follows
    around: Around | None,
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


def _take_request(message: Any) -> None:
    """Pin the present or let the baseline go; other requests concern the state alone."""
    what = message.get("what") if isinstance(message, Mapping) else None
    if what == "pin":
        now = state.current()
        try:
            run = compute.run(now.graph, now.settings, present_weights(now))
        except GatvizError as error:
            state.update(refused=str(error))
            return
        layer = st.session_state.get("layer") or 0
        pins.pin("A", pins.present(now, now.settings, run.of_layer(min(layer, len(run.whole.layers) - 1))))
    elif what == "unpin":
        pins.unpin(next(iter(pins.pinned()), "A"))
    else:
        state.take_request(message)


def _locked(now: state.State, trace: LayerTrace, part: Part, choices: list[Weighting]) -> tuple[int, int, int] | None:
    """The locked arc and head whose story is told: (target, source, head)."""
    looked = now.looked
    if looked == state.FIRST_LOOK:
        arc = first_edge(trace, part)
        looked = None if arc is None else state.Looked(*arc, weighting=choices[0].key)
        state.update(looked=looked)
    for choice in choices:
        if looked is not None and choice.key == looked.weighting and choice.head is not None:
            return looked.target, looked.source, choice.head
    return None


def _looked_at(part: Part) -> dict[str, Any]:
    """What a stage that is mounted anew locks and shows: what was locked and shown before."""
    looked = state.current().looked
    if not isinstance(looked, state.Looked):
        return {"lockedAtStart": None, "weightingAtStart": None}
    return {
        "lockedAtStart": local_edge((looked.target, looked.source), part),
        "weightingAtStart": looked.weighting,
    }


def _locked_elsewhere(graph: Graph, trace: LayerTrace, part: Part, choices: list[Weighting]) -> list[str]:
    """A sentence on the locked arrow if its ends are not both shown."""
    looked = state.current().looked
    if not isinstance(looked, state.Looked) or np.isin((looked.target, looked.source), part.nodes).all():
        return []
    source, target = (called(graph.names[node])[:_LONGEST_NAME] for node in (looked.source, looked.target))
    arc = trace.edge_of(looked.target, looked.source)
    if arc is None:
        return [texts.NO_ARROW_ELSEWHERE.format(source=source, target=target)]
    shown = next((choice for choice in choices if choice.key == looked.weighting), choices[0])
    return [
        texts.LOCKED_ELSEWHERE.format(
            source=source, target=target, symbol=shown.symbol, value=shown.values[arc], weighting=shown.title
        )
    ]


def _notice(
    now: state.State,
    trace: LayerTrace,
    part: Part,
    choices: list[Weighting],
    settings: Settings,
    changed: WhatIf | None,
    predictions: Predictions | None,
) -> str:
    sentences = [*now.graph.notes, *([now.graph.rounding] if now.graph.rounding else [])]
    if predictions is not None:
        sentences.append(" ".join(accuracy.sentence for accuracy in predictions.accuracies))
    if now.graph.edge_attributes:
        names = ", ".join(name[:24] for name in now.graph.edge_attributes)
        sentences.append(texts.EDGE_ATTRIBUTES.format(names=names))
    if not part.is_whole:
        between = [texts.CUT_BETWEEN] if part.among(trace.edge_index).size > part.edges.size else []
        sentences.append(
            " ".join([part.told(texts.CHOSEN_BY, [called(name) for name in now.graph.names]), texts.CUT, *between])
        )
        sentences.extend(_locked_elsewhere(now.graph, trace, part, choices))
    if changed is not None:
        top = changed.top_changes(_MOST_CHANGES)["sentence"].tolist()
        sentences.append(texts.CHANGED.format(changes="; ".join(top)) if top else texts.UNCHANGED)
    if settings.dropout > 0:
        sentences.append(texts.DROPOUT_ON.format(rate=settings.dropout))
    return " · ".join(sentences)
