"""One run of the model on the graph, kept for as long as neither changes."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from gatviz.graph import Graph
from gatviz.layers import new_generator, warm_up
from gatviz.proof import Check, proofs
from gatviz.threads import threads_for
from gatviz.trace import LayerTrace
from gatviz.tutorial import MultiHeadGATLayer
from gatviz.ui.settings import Settings

_MOST_RUNS = 32
_TIMED_RUNS = 2
"""A first run of some size pays for things that later ones do not; the second is the one to tell."""
_SLOW = 0.5


@dataclass(frozen=True)
class Run:
    """A trace, and how long the forward pass took."""

    trace: LayerTrace
    seconds: float


def run(graph: Graph, settings: Settings) -> Run:
    """The model of these settings on this graph; the same question is answered from the cache."""
    return _run(graph.fingerprint, settings, graph)


@st.cache_resource(max_entries=_MOST_RUNS, show_spinner="Running the layer …")
def _run(fingerprint: str, settings: Settings, _graph: Graph) -> Run:  # noqa: ARG001 - part of the key
    generator = new_generator(settings.seed)
    layer = MultiHeadGATLayer(
        _graph.num_features,
        settings.head_features,
        num_heads=settings.num_heads,
        dropout=settings.dropout,
        negative_slope=settings.negative_slope,
        concat=settings.concat,
        self_loops=settings.self_loops,
        generator=generator,
    ).to(settings.device)
    layer.train(settings.dropout > 0)
    warm_up()
    drawn = generator.get_state()
    work = (_graph.num_edges + _graph.num_nodes) * settings.num_heads * settings.head_features
    with threads_for(work + _graph.x.size):
        for _ in range(_TIMED_RUNS):
            generator.set_state(drawn)
            started = time.perf_counter()
            trace = layer.trace(_graph, generator=generator)
            seconds = time.perf_counter() - started
            if seconds > _SLOW:
                break
    return Run(trace, seconds)


def checks(graph: Graph, settings: Settings, *, pyg: bool) -> tuple[Check, ...]:
    """The proof of the run's numbers, with the comparison with PyG if it is wanted."""
    return _checks(graph.fingerprint, settings, pyg, graph)


@st.cache_resource(max_entries=_MOST_RUNS, show_spinner=False)
def _checks(fingerprint: str, settings: Settings, pyg: bool, _graph: Graph) -> tuple[Check, ...]:  # noqa: ARG001
    return proofs(run(_graph, settings).trace, pyg=pyg)
