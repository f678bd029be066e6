"""The Explore workspace: the graph with its weights, the matrices behind them, one arc's story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from gatviz.graph import Graph
from gatviz.stage.pack import Weighting, pack_scene
from gatviz.stage.part import Part
from gatviz.stage.story import first_arc, pack_details, pack_proofs, pack_story
from gatviz.stage.texts import ENGLISH
from gatviz.subgraph import strongest
from gatviz.trace import LayerTrace
from gatviz.ui import compute, state, texts
from gatviz.ui.settings import Settings
from gatviz.ui.stage_component import stage
from gatviz.ui.weightings import weightings
from gatviz.views.colours import stage_palettes

MOST_NODES = 200
MOST_ARCS = 1000
_LONGEST_DESCRIPTION = 600


@dataclass(frozen=True)
class Shown:
    """What the stage shows now, for whoever takes it away."""

    trace: LayerTrace
    choices: list[Weighting]


def explore(now: state.State, settings: Settings) -> Shown | None:
    """Run the model and mount the stage."""
    if now.graph.num_nodes == 0:
        st.info(texts.EMPTY)
        return None
    run = compute.run(now.graph, settings)
    trace = run.trace
    choices = weightings(trace)
    part = _part(trace)
    data = {
        **_scene(now.graph.fingerprint, settings, now.graph, trace, choices, part),
        "revision": str(now.revision),
        "positions": np.round(now.positions[part.nodes], 5).tolist(),
        "story": pack_story(now.graph, trace, part, _locked(now, trace, part, choices)),
        "proofs": pack_proofs(compute.checks(now.graph, settings, pyg=now.compare_pyg)),
        "pygAsked": now.compare_pyg,
        "description": now.graph.description[:_LONGEST_DESCRIPTION],
        "notice": _notice(now, trace, part, settings),
    }
    stage(data, positions=state.take_positions, looked=state.take_look, asked=state.take_request)
    with st.sidebar:
        st.caption(
            texts.SUMMARY.format(
                arrows=trace.num_edges,
                heads=trace.num_heads,
                features=trace.head_features,
                milliseconds=run.seconds * 1000,
                device=settings.device,
            )
        )
    return Shown(trace, choices)


@st.cache_resource(max_entries=16, show_spinner=False)
def _scene(
    fingerprint: str,  # noqa: ARG001 - with the settings, the key of what follows
    settings: Settings,  # noqa: ARG001
    _graph: Graph,
    _trace: LayerTrace,
    _choices: list[Weighting],
    _part: Part,
) -> dict[str, Any]:
    """All of the stage's data that a drag or a lock leaves as it is."""
    details = pack_details(_trace, _part)
    return pack_scene(_graph, _trace, _choices, stage_palettes(), ENGLISH, _part, details)


def _part(trace: LayerTrace) -> Part:
    if trace.num_nodes <= MOST_NODES and trace.num_edges <= MOST_ARCS:
        return Part.whole(trace)
    nodes, arcs = strongest(trace.alpha, trace.edge_index, MOST_ARCS, MOST_NODES)
    return Part(np.asarray(nodes), np.asarray(arcs))


def _locked(now: state.State, trace: LayerTrace, part: Part, choices: list[Weighting]) -> tuple[int, int, int] | None:
    """The locked arc and head whose story is told: (target, source, head)."""
    looked = now.looked
    if looked == state.FIRST_LOOK:
        arc = first_arc(trace, part)
        looked = None if arc is None else state.Looked(*arc, weighting=choices[0].key)
        state.update(looked=looked)
    for choice in choices:
        if looked is not None and choice.key == looked.weighting and choice.head is not None:
            return looked.target, looked.source, choice.head
    return None


def _notice(now: state.State, trace: LayerTrace, part: Part, settings: Settings) -> str:
    sentences = list(now.graph.notes)
    if now.graph.edge_attributes:
        names = ", ".join(name[:24] for name in now.graph.edge_attributes)
        sentences.append(texts.EDGE_ATTRIBUTES.format(names=names))
    if part.arcs.size < trace.num_edges or part.nodes.size < trace.num_nodes:
        sentences.append(
            texts.PART.format(
                nodes=part.nodes.size,
                all_nodes=trace.num_nodes,
                arrows=part.arcs.size,
                all_arrows=trace.num_edges,
            )
        )
    if settings.dropout > 0:
        sentences.append(texts.DROPOUT_ON.format(rate=settings.dropout))
    return " · ".join(sentences)
