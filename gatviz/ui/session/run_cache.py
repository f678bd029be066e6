"""One run of the model on the graph, kept for as long as neither changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import streamlit as st

from gatviz import words
from gatviz.attention.gat import warm_up
from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.layers import new_generator
from gatviz.capturing.run import CapturedCall
from gatviz.errors import GatvizError
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.proof import Check, against_cpu, proofs, step_proofs
from gatviz.model.trace import Trace
from gatviz.model.weights import Weights
from gatviz.numbers import LARGEST
from gatviz.ui.session.settings import Settings
from gatviz.words import _

_MAX_RUNS = 32
_TIMED_RUNS = 2
"""A first run of some size pays for things that later ones do not; the second is the one to tell."""
_SLOW = 0.5


@dataclass(frozen=True)
class Run:
    """One run of the model: its key, the trace of the layer shown, that of the whole stack, and how long it took.

    The key is the same only where graph, settings and weights are: it stands for the trace in other caches.
    A run on another device comes with the same run on the CPU, trace and seconds, to be compared with.
    """

    key: str
    trace: LayerTrace
    whole: Trace
    seconds: float
    device: str = "cpu"
    on_cpu: tuple[Trace, float] | None = None

    @property
    def layer(self) -> int:
        """The place of the layer shown."""
        return next(k for k, layer in enumerate(self.whole.layers) if layer is self.trace)

    def of_layer(self, layer: int) -> Run:
        """The same run, showing another layer."""
        return replace(self, key=f"{self.key} layer {layer}", trace=self.whole.layers[layer])


def run(graph: Graph, settings: Settings, weights: Weights | None = None) -> Run:
    """The model of these settings on this graph; the same question is answered from the cache.

    Arguments:
        weights: None for those that the seed draws.

    Raises:
        GatvizError: a number of the run is not finite, or cannot be shown in float32; the device cannot run it.
    """
    key = f"{graph.fingerprint} {settings} {None if weights is None else weights.fingerprint}"
    return _cached_run(words.language())(key, graph, settings, weights)


@cache
def _cached_run(language: str) -> Callable[..., Run]:  # noqa: ARG001 - the spinner's
    """All languages share one cache, which Streamlit knows by the function; only the spinner's words differ."""
    return st.cache_resource(max_entries=_MAX_RUNS, show_spinner=_("Running the model …"))(_run)


def _run(key: str, _graph: Graph, _settings: Settings, _weights: Weights | None) -> Run:
    """The key says all: Streamlit's own way to tell settings apart leaves out what kind a step is."""
    settings, generator = _settings, new_generator(_settings.seed)
    model = _model(settings, _graph.num_features, generator, _weights)
    model.train(settings.trains)
    warm_up()
    on_cpu = _timed(model, _graph, generator)
    trace, seconds = on_cpu
    trace.check_finite(LARGEST)
    if settings.device == "cpu":
        return Run(key, trace.layers[0], trace, seconds)
    try:
        trace, seconds = _timed(model.to(settings.device), _graph, generator)
    except (RuntimeError, TypeError) as error:  # torch's: out of memory, or a device without float64
        found = str(error).partition("\n")[0]
        raise GatvizError(
            _("device {name}").format(name=settings.device),
            _("a device that can run this model"),
            found,
            _("choose cpu"),
        ) from error
    trace.check_finite(LARGEST)
    return Run(key, trace.layers[0], trace, seconds, settings.device, on_cpu)


def given(call: CapturedCall, graph: Graph) -> Run:
    """α as it was given, on this graph.

    Raises:
        GatvizError: the graph has other nodes or edges than those that it was given for.
    """
    return _given(f"{graph.fingerprint} α {call.fingerprint}", call, graph)


@st.cache_resource(max_entries=_MAX_RUNS, show_spinner=False)
def _given(key: str, _call: CapturedCall, _graph: Graph) -> Run:
    trace = _call.trace_on(_graph)
    return Run(key, trace.layers[0], trace, 0.0)


def _timed(model: GAT, graph: Graph, generator: Any) -> tuple[Trace, float]:
    """A run and the seconds that it took; the generator is left as it was, so that the next run draws the same."""
    drawn = generator.get_state()
    for _attempt in range(_TIMED_RUNS):
        started = time.perf_counter()
        trace = model.trace(graph, generator=generator)
        seconds = time.perf_counter() - started
        generator.set_state(drawn)
        if seconds > _SLOW:
            break
    return trace, seconds


def present_model(graph: Graph, settings: Settings, weights: Weights | None) -> GAT:
    """The model that is on the screen, in evaluation mode."""
    return _model(settings, graph.num_features, new_generator(settings.seed), weights).eval()


def drawn_weights(settings: Settings, in_features: int) -> Weights:
    """The weights that the seed draws for so many input features."""
    return _model(settings, in_features, new_generator(settings.seed), None).weights()


def _model(settings: Settings, in_features: int, generator: Any, weights: Weights | None) -> GAT:
    """Freshly drawn, or with these weights in the precision that they have."""
    model = settings.model(in_features, generator)
    model.classes = settings.classes
    if weights is not None:
        if weights.is_double:
            model.double()
        model.set_weights(weights)
    return model


def checks(run_: Run, *, pyg: bool) -> tuple[Check, ...]:
    """The proof of a run's numbers; with PyG's if they are wanted, with the CPU's if the run was elsewhere."""
    return _checks(run_.key, pyg, words.language(), run_)


@st.cache_resource(max_entries=_MAX_RUNS, show_spinner=False)
def _checks(key: str, pyg: bool, language: str, _run: Run) -> tuple[Check, ...]:  # noqa: ARG001
    found = proofs(_run.trace, pyg=pyg)
    if pyg and any(step.layer is None for step in _run.whole.steps):
        found = (*found, *step_proofs(_run.whole))
    if _run.on_cpu is None:
        return found
    whole, seconds = _run.on_cpu
    on_cpu = whole.layers[_run.layer]
    return *found, against_cpu(_run.trace, on_cpu, device=_run.device, seconds=_run.seconds, cpu_seconds=seconds)
