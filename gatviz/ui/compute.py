"""One run of the model on the graph, kept for as long as neither changes."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from gatviz.graph import Graph
from gatviz.layers import new_generator, warm_up
from gatviz.trace import LayerTrace
from gatviz.tutorial import MultiHeadGATLayer
from gatviz.ui.settings import Settings

_MOST_RUNS = 32


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
    started = time.perf_counter()
    trace = layer.trace(_graph, generator=generator)
    return Run(trace, time.perf_counter() - started)
